"""How far a photo leans, by the eyes of its people or by its straight lines, and the photo turned upright.

      +---------------+      what leans clockwise by `angle_deg` is turned back by as much; of the turned photo
      |   __..--''    |      the largest rectangle of the same shape that holds no corner without picture is kept,
      |''             |      and `loss` says what that costs
      +---------------+

Eyes are read by `engine.head_tilt`, as the detector's landmarks do not follow a head that turns. A horizon, floors,
roofs and walls are straight lines: what most of their length agrees on is how the camera was held.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from engine.faces import Faces
from engine.head_tilt import TiltReader
from engine.pictures import Picture
from engine.pixels import Floats, Pixels

# Further than this a photo leans on purpose, or what was read is wrong.
MAX_ANGLE = 15.0
# A head that seems to lean by less than this may as well stand straight; lines are surer.
MIN_TILT, MIN_LEAN = 2.0, 0.4
# Of several people at least this many degrees around the middle one must agree: people tilt their heads as they like.
AGREEMENT, MAX_PEOPLE = 5.0, 8
# Lines are looked for in a picture of this size; shorter ones than this share of it are texture.
VIEW_LONG_SIDE, MIN_LENGTH = 800, 0.06
# Lines within so many degrees of an angle speak for it; the best angle is found on a grid this fine.
SPREAD, GRID = 0.7, 0.1
# The best angle must gather this share of all lines that lean by less than `MAX_ANGLE`, and this many long sides.
MIN_SHARE, MIN_TOTAL = 0.3, 0.6


class LevelBy(StrEnum):
    """What tells how far a photo leans."""

    EYES = "eyes"
    HORIZON = "horizon"


@dataclass(frozen=True)
class Level:
    """A photo that leans.

    Attributes:
        angle_deg: how far, clockwise positive, -15 to 15; `levelled` turns it back.
        loss: the share of the photo's area that turning it back costs.
        source: what told.
    """

    angle_deg: float
    loss: float
    source: LevelBy


def level_angle(picture: Pixels, faces: Faces, by: LevelBy | None = None) -> Level | None:
    """How far a photo leans.

    Args:
        picture: RGB uint8 (H, W, 3), upright.
        faces: found in this picture, in its pixels.
        by: what shall tell; None takes straight lines, and eyes where there are none.

    Returns:
        None where it stands straight, or where nothing says how far it leans.
    """
    for source in [by] if by else [LevelBy.HORIZON, LevelBy.EYES]:
        angle = _lean_of_lines(picture) if source is LevelBy.HORIZON else _lean_of_eyes(picture, faces)
        if angle is not None:
            size_wh = picture.shape[1], picture.shape[0]
            small = abs(angle) < (MIN_LEAN if source is LevelBy.HORIZON else MIN_TILT)
            return None if small else Level(angle, level_loss(size_wh, angle), source)
    return None


def level_loss(size_wh: tuple[int, int], angle_deg: float) -> float:
    """The share of a photo's area that is lost when it is turned by an angle: 0 to below 1."""
    return 1 - _kept_side(size_wh, angle_deg) ** 2


def levelled(pixels: Pixels, angle_deg: float) -> Pixels:
    """A photo turned counter-clockwise by an angle: the largest rectangle of its shape without empty corners.

    Args:
        pixels: RGB uint8 (H, W, 3).
        angle_deg: as `Level` has it.
    """
    matrix, (width, height) = level_matrix((pixels.shape[1], pixels.shape[0]), angle_deg)
    turned = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def level_matrix(size_wh: tuple[int, int], angle_deg: float) -> tuple[Floats, tuple[int, int]]:
    """Where points of a photo go when it is levelled, float32 (2, 3), and the width and height that are kept."""
    width, height = size_wh
    kept_w, kept_h = level_size(size_wh, angle_deg)
    matrix = np.array(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle_deg, 1), np.float64)
    matrix[:, 2] -= np.array([width - kept_w, height - kept_h]) / 2
    return np.asarray(matrix, np.float32), (kept_w, kept_h)


def level_size(size_wh: tuple[int, int], angle_deg: float) -> tuple[int, int]:
    """Width and height of a photo once it is levelled; its middle stays the middle."""
    side = _kept_side(size_wh, angle_deg)
    return max(1, int(size_wh[0] * side)), max(1, int(size_wh[1] * side))


def levelled_picture(picture: Picture, angle_deg: float) -> Picture:
    """A decoded photo, levelled; what it says of the photo's full size is that of the levelled one."""
    return Picture(levelled(picture.pixels, angle_deg), level_size(picture.full_size_wh, angle_deg), picture.taken)


def levelled_faces(faces: Faces, size_wh: tuple[int, int], angle_deg: float) -> Faces:
    """Where the faces of a photo of this size are once it is levelled; their boxes keep their size."""
    matrix, _ = level_matrix(size_wh, angle_deg)
    centres = faces.boxes_xyxy.reshape(-1, 2, 2).mean(axis=1)  # (N, 2)
    moved = np.tile(_mapped(centres, matrix) - centres, 2)
    return Faces(faces.boxes_xyxy + moved, _mapped(faces.landmarks_xy, matrix), faces.confidence)


def _mapped(points_xy: Floats, matrix: Floats) -> Floats:
    return np.asarray(points_xy @ matrix[:, :2].T + matrix[:, 2], np.float32)


def _kept_side(size_wh: tuple[int, int], angle_deg: float) -> float:
    """The sides of the rectangle that is kept, as a share of the photo's."""
    width, height = size_wh
    sine, cosine = abs(np.sin(np.radians(angle_deg))), np.cos(np.radians(angle_deg))
    return float(min(width / (width * cosine + height * sine), height / (width * sine + height * cosine)))


def _lean_of_eyes(picture: Pixels, faces: Faces) -> float | None:
    """The tilt that most of the people share; looked at again once it is turned back, as far tilts read too small."""
    first = _shared_tilt(picture, faces)
    if first is None:
        return None
    size_wh = picture.shape[1], picture.shape[0]
    rest = _shared_tilt(levelled(picture, first), levelled_faces(faces, size_wh, first))
    whole = first + (rest or 0.0)
    return whole if abs(whole) <= MAX_ANGLE else None


def _shared_tilt(picture: Pixels, faces: Faces) -> float | None:
    if not len(faces):
        return None
    reader = TiltReader()
    tilts = np.array([reader.read(picture, face) for face in _one_by_one(faces)])
    middle = float(np.median(tilts))
    agree = np.abs(tilts - middle) <= AGREEMENT
    return float(tilts[agree].mean()) if agree.mean() > 0.5 and abs(middle) <= MAX_ANGLE else None


def _one_by_one(faces: Faces) -> list[Faces]:
    """The largest faces, each by itself."""
    each = [slice(number, number + 1) for number in range(min(len(faces), MAX_PEOPLE))]
    return [Faces(faces.boxes_xyxy[one], faces.landmarks_xy[one], faces.confidence[one]) for one in each]


def _lean_of_lines(picture: Pixels) -> float | None:
    """The lean that most of the length of nearly level and nearly upright lines shares."""
    leans, lengths = _lines(picture)
    if not len(leans):
        return None
    grid = np.arange(-MAX_ANGLE, MAX_ANGLE + GRID / 2, GRID)
    votes = np.exp(-0.5 * ((grid[:, None] - leans) / SPREAD) ** 2) @ lengths
    best = float(grid[votes.argmax()])
    near = np.abs(leans - best) <= 2 * SPREAD
    gathered = float(lengths[near].sum())
    if gathered < MIN_TOTAL or gathered < MIN_SHARE * float(lengths.sum()):
        return None
    return float(np.average(leans[near], weights=lengths[near]))


def _lines(picture: Pixels) -> tuple[Floats, Floats]:
    """How far straight lines lean, in degrees clockwise, and how long they are, as shares of the long side: (N,)."""
    height, width = picture.shape[:2]
    scale = min(1.0, VIEW_LONG_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    grey = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    if found is None:
        return np.empty(0, np.float32), np.empty(0, np.float32)
    along = found.reshape(-1, 4)[:, 2:] - found.reshape(-1, 4)[:, :2]  # (N, 2)
    lengths = np.hypot(along[:, 0], along[:, 1]) / max(size)
    degrees = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    leans = (degrees + 45) % 90 - 45  # upright lines lean as level ones do
    chosen = (lengths >= MIN_LENGTH) & (np.abs(leans) <= MAX_ANGLE)
    return np.asarray(leans[chosen], np.float32), np.asarray(lengths[chosen], np.float32)
