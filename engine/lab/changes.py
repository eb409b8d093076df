"""One thing changed in a photo, in known ways and strengths, to see what that alone does to its score.

A change that cannot be made without another one is compared with a picture that has that other one too: what is turned
loses its corners, so it is held against the photo cut as much and not turned.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from engine.faces import Faces
from engine.pixels import Floats, Pixels

# Before and after; None where the photo leaves no room for it.
Pair = tuple[Pixels, Pixels]
Making = Callable[[Pixels, Faces, float], Pair | None]
# Lengths are in 224ths of the longer side, so that a strength looks alike at every resolution.
NETWORK_SIDE = 224
# A face stands this far down in a crop around it: a little above the middle, as photographers place it.
FACE_DOWN = 0.45
# What crops around a face are compared with: the face takes so many percent of the crop's height.
USUAL_FACE_HEIGHT = 55.0
# Views that are moved inside of the photo have this share of its sides.
VIEW_SHARE = 0.8
# The same grain for every photo and every run.
_NOISE_SEED = 7
BORDER_UNIT = "% of the longer side"
_LEVELS = np.arange(256) / 255
_NEUTRAL_GREY = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Change:
    """A way to change a photo, and how strongly it is tried.

    Attributes:
        name: its key.
        title: what it is, for a chart.
        unit: of the strengths, for a chart's axis.
        strengths: what is tried, rising; `as_is` among them or between them is the photo as it is.
        make: the photo before and after.
        as_is: the strength that changes nothing.
        told: the strengths, at most one on either side of `as_is`, that sentences speak of, chosen before any trial.
    """

    name: str
    title: str
    unit: str
    strengths: tuple[float, ...]
    make: Making
    as_is: float
    told: tuple[float, ...]


def exposed(picture: Pixels, stops: float) -> Pixels:
    """More or less light: each stop doubles it, in linear light; what is too bright is clipped."""
    linear = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4) * 2.0**stops
    return _by_table(picture, _encoded(linear))


def contrasted(picture: Pixels, factor: float) -> Pixels:
    """Levels spread or drawn together around the picture's mean luma."""
    mean = float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).mean()) / 255
    return _by_table(picture, mean + factor * (_LEVELS - mean))


def saturated(picture: Pixels, factor: float) -> Pixels:
    """Colours stronger or weaker around each pixel's own grey; 0 is black and white."""
    weights = factor * np.eye(3) + (1 - factor) * np.tile(_NEUTRAL_GREY, (3, 1))
    return _to_pixels(cv2.transform(picture.astype(np.float32), weights))


def warmed(picture: Pixels, strength: float) -> Pixels:
    """Red and blue light by so many stops apart: positive is warm; the luma of grey stays."""
    gains = 2.0 ** np.array([strength / 2, 0, -strength / 2])
    gains /= float(_NEUTRAL_GREY @ gains)
    return _to_pixels(picture * gains.astype(np.float32))


def blurred(picture: Pixels, units: float) -> Pixels:
    """Out of focus: a Gaussian of so many 224ths of the longer side."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), units * max(picture.shape[:2]) / NETWORK_SIDE), np.uint8)


def grainy(picture: Pixels, levels: float) -> Pixels:
    """Noise of so many levels of 255, as large in the network's square as in any photo."""
    height, width = picture.shape[:2]
    scale = max(height, width) / NETWORK_SIDE
    noise = np.random.default_rng(_NOISE_SEED).normal(0, levels, (round(height / scale), round(width / scale), 3))
    return _to_pixels(picture + cv2.resize(noise.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST))


def bordered(picture: Pixels, percent: float, level: int) -> Pixels:
    """A frame around the photo, of one grey and so wide, in percent of the longer side."""
    side = max(1, round(percent * max(picture.shape[:2]) / 100))
    framed = cv2.copyMakeBorder(picture, side, side, side, side, cv2.BORDER_CONSTANT, value=(level, level, level))
    return np.asarray(framed, np.uint8)


def turned(picture: Pixels, degrees: float) -> Pair:
    """The picture cut to what a turn leaves whole, and the same turned clockwise."""
    height, width = picture.shape[:2]
    angle = np.radians(abs(degrees))
    # The largest upright rectangle of the picture's own shape inside of the turned picture.
    longer, shorter = max(width, height), min(width, height)
    scale = shorter / (longer * np.sin(angle) + shorter * np.cos(angle))
    # Less its rim, which is drawn with what lies beyond.
    size = max(1, int(width * scale) - 3), max(1, int(height * scale) - 3)
    middle = ((width - 1) / 2, (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D(middle, -degrees, 1)
    whole = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _middle_of(picture, size), _middle_of(np.asarray(whole, np.uint8), size)


def around_face(picture: Pixels, faces: Faces, percent: float) -> Pixels | None:
    """A crop of the photo's shape in which the face has so many percent of the height; None where it does not fit.

    The face stands a little above the middle, as far as the photo has room on that side.
    """
    height, width = picture.shape[:2]
    if len(faces) != 1:
        return None
    x0, y0, x1, y1 = faces.boxes_xyxy[0].tolist()
    crop_h = 100 * (y1 - y0) / percent
    crop_w = crop_h * width / height
    if crop_h > height or crop_w < x1 - x0:
        return None
    left = min(max((x0 + x1 - crop_w) / 2, 0), width - crop_w)
    top = min(max((y0 + y1) / 2 - FACE_DOWN * crop_h, 0), height - crop_h)
    return _cut(picture, left, top, crop_w, crop_h)


def moved_view(picture: Pixels, right: float, down: float) -> Pixels:
    """A view of `VIEW_SHARE` of the sides, off the middle: what is seen moves by percents of the view's sides."""
    height, width = picture.shape[:2]
    view_w, view_h = VIEW_SHARE * width, VIEW_SHARE * height
    return _cut(
        picture,
        (width - view_w) / 2 - right * view_w / 100,
        (height - view_h) / 2 - down * view_h / 100,
        view_w,
        view_h,
    )


def _cut(picture: Pixels, left: float, top: float, width: float, height: float) -> Pixels:
    x0, y0 = max(round(left), 0), max(round(top), 0)
    return np.ascontiguousarray(picture[y0 : y0 + max(1, round(height)), x0 : x0 + max(1, round(width))])


def _middle_of(picture: Pixels, size_wh: tuple[int, int]) -> Pixels:
    height, width = picture.shape[:2]
    return _cut(picture, (width - size_wh[0]) / 2, (height - size_wh[1]) / 2, *size_wh)


def _encoded(linear: np.ndarray) -> np.ndarray:
    """Linear light, 0 to 1 and more, as sRGB (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def _by_table(picture: Pixels, levels: np.ndarray) -> Pixels:
    return np.asarray(cv2.LUT(picture, _to_pixels(255 * levels)), np.uint8)


def _to_pixels(values: np.ndarray | Floats | cv2.typing.MatLike) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _alone(change: Callable[[Pixels, float], Pixels]) -> Making:
    """A change that is compared with the photo as it is."""
    return lambda picture, _faces, strength: (picture, change(picture, strength))


def _framed(level: int) -> Making:
    return _alone(lambda picture, percent: bordered(picture, percent, level))


def _moved(picture: Pixels, right: float, down: float) -> Pair:
    return moved_view(picture, 0, 0), moved_view(picture, right, down)


def _nearer_or_farther(picture: Pixels, faces: Faces, percent: float) -> Pair | None:
    before = around_face(picture, faces, USUAL_FACE_HEIGHT)
    after = around_face(picture, faces, percent)
    return None if before is None or after is None else (before, after)


CHANGES: tuple[Change, ...] = (
    Change("brightness", "More or less light", "stops", (-2, -1, -0.5, 0.5, 1, 2), _alone(exposed), 0, (-1, 1)),
    Change("contrast", "Contrast", "times", (0.4, 0.6, 0.8, 1.25, 1.6), _alone(contrasted), 1, (0.6, 1.6)),
    Change("saturation", "Strength of colours", "times", (0.3, 0.6, 1.4, 2, 3), _alone(saturated), 1, (0.3, 2)),
    Change("black and white", "Black and white", "", (1,), _alone(lambda picture, _: saturated(picture, 0)), 0, (1,)),
    Change("warmth", "Colder or warmer light", "stops", (-0.8, -0.4, 0.4, 0.8), _alone(warmed), 0, (-0.4, 0.4)),
    Change("tilt", "Turned, to either side", "degrees", (5, 10, 20), lambda p, _, by: turned(p, by), 0, (10,)),
    Change(
        name="face height",
        title="Cropped nearer or wider",
        unit="height of the face, % of the crop's",
        strengths=(20, 30, 40, 65, 75, 90),
        make=_nearer_or_farther,
        as_is=USUAL_FACE_HEIGHT,
        told=(40, 75),
    ),
    Change("sideways", "Moved sideways", "% of the width", (4, 8, 12), lambda p, _, by: _moved(p, by, 0), 0, (12,)),
    Change(
        name="upwards",
        title="Moved down or up",
        unit="% of the height",
        strengths=(-12, -6, 6, 12),
        make=lambda p, _, by: _moved(p, 0, -by),
        as_is=0,
        told=(-12, 12),
    ),
    Change("blur", "Blurred", "224ths of the longer side", (0.5, 1, 2), _alone(blurred), 0, (1,)),
    Change("noise", "Noise", "levels of 255", (6, 12, 25), _alone(grainy), 0, (12,)),
    Change("white border", "A white border", BORDER_UNIT, (2, 5, 10), _framed(255), 0, (5,)),
    Change("black border", "A black border", BORDER_UNIT, (2, 5, 10), _framed(0), 0, (5,)),
    Change("mirrored", "Mirrored", "", (1,), _alone(lambda p, _: np.ascontiguousarray(p[:, ::-1])), 0, (1,)),
)
# Done to either side, and their mean is taken: neither side is better.
_EITHER_SIDE = ("tilt", "sideways")


def views(change: Change, picture: Pixels, faces: Faces) -> Iterator[tuple[float, Pixels, Pixels]]:
    """Every try of a change on a photo: its strength, the picture before and the picture after.

    Args:
        picture: RGB uint8 (H, W, 3), upright.
        faces: in pixels of it.
    """
    for strength in change.strengths:
        for signed in (strength, -strength) if change.name in _EITHER_SIDE else (strength,):
            pair = change.make(picture, faces, signed)
            if pair is not None:
                yield strength, *pair
