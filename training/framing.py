"""Good and bad framings of the same photo: a portrait should beat a crop of itself that frames its face badly.

After "view finding" (Chen et al., "Learning to Compose with Professional Photographs on the Web", ACM MM 2017). What is
good comes from photographers' habits: the face whole, about a third of the picture's height, centred, a little above
the middle, and level.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from engine.geometry import Box
from engine.pixels import Pixels

# A framing takes a photo and its faces, the main one first, and gives a picture, or None where the photo leaves no room
# for it.
Framing = Callable[[Pixels, Sequence[Box], np.random.Generator], Pixels | None]
# A view of fewer pixels than this on its shorter side is too small to judge anything but its softness.
MIN_VIEW_SIDE = 64
NO_FACE_TRIES = 12


def well_framed(picture: Pixels, face: Box, rng: np.random.Generator) -> Pixels | None:
    """The face whole, 28 to 45 % of the height, near the middle and a little above it."""
    height = face.height / rng.uniform(0.28, 0.45)
    width = height * rng.uniform(0.75, 1.25)
    x0 = _middle_x(face) - width * rng.uniform(0.44, 0.56)
    y0 = _middle_y(face) - height * rng.uniform(0.38, 0.5)
    # Nearly every photo lacks some room at a side: the view moves inside, and keeps its size as far as it can.
    view = _moved_inside(picture, (x0, y0, x0 + width, y0 + height))
    whole = view[0] <= face.x0 and view[1] <= face.y0 and view[2] >= face.x1 and view[3] >= face.y1
    return _cut(picture, view) if whole else None


def head_too_large(picture: Pixels, faces: Sequence[Box], rng: np.random.Generator) -> Pixels | None:
    """The face fills the view."""
    face = faces[0]
    side = max(face.width, face.height) * rng.uniform(0.75, 1.1)
    x0, y0 = _middle_x(face) - side / 2, _middle_y(face) - side / 2
    return _cut(picture, _moved_inside(picture, (x0, y0, x0 + side, y0 + side)))


def face_cut(picture: Pixels, faces: Sequence[Box], rng: np.random.Generator) -> Pixels | None:
    """An edge of the view runs through the face."""
    face = faces[0]
    height = face.height / rng.uniform(0.3, 0.55)
    width = height * rng.uniform(0.75, 1.25)
    x0, y0 = _middle_x(face) - width / 2, _middle_y(face) - height * 0.45
    kept = rng.uniform(0.3, 0.65)
    side = rng.integers(4)
    if side == 0:
        x0 = face.x0 + (1 - kept) * face.width
    elif side == 1:
        x0 = face.x0 + kept * face.width - width
    elif side == 2:
        y0 = face.y0 + (1 - kept) * face.height
    else:
        y0 = face.y0 + kept * face.height - height
    return _cut(picture, (x0, y0, x0 + width, y0 + height))


def off_centre(picture: Pixels, faces: Sequence[Box], rng: np.random.Generator) -> Pixels | None:
    """The face, whole or nearly, stands in a side or a corner of the view."""
    face = faces[0]
    height = face.height / rng.uniform(0.28, 0.42)
    width = height * rng.uniform(0.85, 1.3)
    aside = rng.uniform(-0.05, 0.08) * face.width
    x0 = face.x0 - aside if rng.random() < 0.5 else face.x1 + aside - width
    y0 = face.y0 - aside if rng.random() < 0.3 else _middle_y(face) - height * rng.uniform(0.35, 0.85)
    return _cut(picture, (x0, y0, x0 + width, y0 + height))


def tiny_face(picture: Pixels, faces: Sequence[Box], rng: np.random.Generator) -> Pixels | None:
    """As much of the photo around the face as there is, where that makes the face less than a fifth of the height."""
    face = faces[0]
    if face.height > 0.2 * picture.shape[0]:
        return None
    return picture


def tilted(picture: Pixels, faces: Sequence[Box], rng: np.random.Generator) -> Pixels | None:
    """The camera held 18 to 35 degrees askew."""
    face = faces[0]
    side = max(face.width, face.height) / rng.uniform(0.32, 0.5)
    angle = rng.uniform(18, 35) * rng.choice([-1, 1])
    turn = cv2.getRotationMatrix2D((_middle_x(face), _middle_y(face)), float(angle), 1)
    height, width = picture.shape[:2]
    turned = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    x0, y0 = _middle_x(face) - side / 2, _middle_y(face) - side * 0.45
    return _cut(turned.astype(np.uint8), _moved_inside(picture, (x0, y0, x0 + side, y0 + side)))


def no_face(picture: Pixels, faces: Sequence[Box], rng: np.random.Generator) -> Pixels | None:
    """A part of the photo with nobody's face in it, not even a piece: a quarter of its longer side or more."""
    height, width = picture.shape[:2]
    for _ in range(NO_FACE_TRIES):
        view_h = max(height, width) * rng.uniform(0.25, 0.6)
        view_w = view_h * rng.uniform(0.7, 1.4)
        if view_w > width or view_h > height:
            continue
        x0, y0 = rng.uniform(0, width - view_w), rng.uniform(0, height - view_h)
        view = (x0, y0, x0 + view_w, y0 + view_h)
        if not any(_overlap(view, face) for face in faces):
            return _cut(picture, view)
    return None


BAD_FRAMINGS: dict[str, Framing] = {
    "head too large": head_too_large,
    "face cut": face_cut,
    "off-centre": off_centre,
    "tiny face": tiny_face,
    "tilted": tilted,
    "no face": no_face,
}

View = tuple[float, float, float, float]


def _overlap(view: View, face: Box) -> bool:
    return view[0] < face.x1 and face.x0 < view[2] and view[1] < face.y1 and face.y0 < view[3]


def _middle_x(face: Box) -> float:
    return (face.x0 + face.x1) / 2


def _middle_y(face: Box) -> float:
    return (face.y0 + face.y1) / 2


def _moved_inside(picture: Pixels, view: View) -> View:
    height, width = picture.shape[:2]
    x0 = min(max(view[0], 0), max(width - (view[2] - view[0]), 0))
    y0 = min(max(view[1], 0), max(height - (view[3] - view[1]), 0))
    return (x0, y0, x0 + view[2] - view[0], y0 + view[3] - view[1])


def _cut(picture: Pixels, view: View) -> Pixels | None:
    height, width = picture.shape[:2]
    x0, y0 = max(round(view[0]), 0), max(round(view[1]), 0)
    x1, y1 = min(round(view[2]), width), min(round(view[3]), height)
    if min(x1 - x0, y1 - y0) < MIN_VIEW_SIDE:
        return None
    return np.ascontiguousarray(picture[y0:y1, x0:x1])
