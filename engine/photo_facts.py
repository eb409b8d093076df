"""What can be measured in a finished photo: plain numbers to sort an album by and to explain a score with.

All of the photo, none of the person's looks: so light is read off the brightest spots of a face, which skin of any tone
has in the light and none has in the dark, and never off how bright the face is as a whole.
"""

from dataclasses import dataclass
from math import nan

import cv2
import numpy as np

from engine.eyes import MIN_EYE_DISTANCE, EyeReader
from engine.face_network import FaceNetwork
from engine.faces import Faces
from engine.geometry import Box
from engine.pixels import Floats, Pixels

# The whole picture's light and colours are measured on a reduction to this long side, in pixels: a fifth of a
# millisecond, and single specks of light do not count as burnt out.
LIGHT_LONG_SIDE = 160
# Luma, 0 to 255, from which on and down to which nothing more can be told apart.
BLOWN_FROM, CRUSHED_TO = 250, 5
# Percentile of luma that tells the light on a face. Of 1,000 faces, 98 of 100 read below one drawn at random
# once they are dimmed to 0.6; race explains 5 % of the variance (of the mean's 21 %, the 90th percentile's 16 %).
LIT_PERCENTILE = 99
# The same without a face, which reads about alike: a sky takes more of a picture than a glint of a face.
LIT_PERCENTILE_NO_FACE = 95
# Eyes of the largest faces alone are read: 3 ms a face on one core.
EYES_LIMIT = 2

# Sharpness: the share of fine detail that a mean over this many pixels wipes out. On 130 portraits, 92 of 100 of their
# copies blurred by 1 pixel read below a sharp photo drawn at random, and all blurred by 2.5; halved in size they read
# higher by 0.4 of the standard deviation. The variance of the Laplacian on a face of 96 pixels tells 76 and 96.
REBLUR_PIXELS = 9
# Grain reads as detail: smoothed by so little, noise of 6 levels lifts the figure by 0.9 standard deviations, not 1.7.
GRAIN_SIGMA = 0.7
# Without a face the picture is measured in parts of about this side, in pixels.
PART_SIDE = 80

# Tilt: the turn at which the detector is surest, as in `engine.head_tilt` but at half the size and with three turns: a
# fifth of the time. 60 portraits turned by -30 to 30 degrees read wrong by 8.0 degrees (root mean square, their own
# tilts of the head included), by five turns of twice the size 7.2.
TILT_TURNS = (-30, 0, 30)
TILT_VIEW_SIDE = 64
TILT_VIEW_SHARE = 1.9
TILT_CONFIDENCE_SPAN = 0.12

# Smile: how wide the mouth is, as a share of the face box's height, and how much of the mouth's surroundings a dark
# line crosses; from the lowest tenth of 102 people's neutral studio portraits to the highest tenth of the same people
# smiling. The two measures alone tell the portraits apart with an AUC of 0.83 and 0.84, their mean with 0.91 (0.91 on
# either half of the people).
SMILE_WIDTH = (0.264, 0.329)
SMILE_LINE = (0.625, 0.967)
# The mouth's surroundings: their width as a share of the eye distance, and the pixels that they are measured on.
MOUTH_WIDTH = 1.3
MOUTH_SIZE = (64, 48)
# So much darker than above and below it, as a share of the surroundings' brightness, and at most so high, in pixels.
MOUTH_LINE_DEPTH, MOUTH_LINE_HEIGHT = 0.08, 11
# The nose tip further aside from the middle of the eyes, as a share of their distance, is a face turned aside, whose
# mouth looks narrow. In the studio 0.14 is the most.
TURNED_ASIDE = 0.3


@dataclass(frozen=True)
class PhotoFacts:
    """Of one photo. NaN where there is nothing to measure: the facts of a face where there is no face.

    Attributes:
        faces: how many.
        face_share: of the picture's area that the largest face's box covers, 0 to 1.
        face_height: of the largest face's box, as a share of the picture's height, 0 to 1.
        face_x: centre of the largest face, 0 (left edge) to 1 (right edge).
        face_y: the same, 0 (upper edge) to 1 (lower edge).
        tilt: of the largest face in degrees, clockwise positive, -30 to 30.
        sharpness: of the largest face, or without one of the picture's sharpest part: 0 to 1, larger is sharper. A
            face is about 0.25 blurred and 0.5 sharp, a picture's part 0.3 and 0.55. NaN where there is no detail.
        brightness: how well lit: the brightest luma of the largest face but for 1 % of it, or without one of the
            picture but for 5 %; 0 to 255.
        contrast: standard deviation of the picture's luma, 0 to 128.
        blown: share of the picture that is clipped to white, 0 to 1.
        crushed: share of the picture that is clipped to black, 0 to 1.
        colourfulness: 0 (grey) to about 150, by Hasler and Süsstrunk, "Measuring colourfulness in natural images"
            (2003): 15 is slightly, 45 averagely, 80 highly colourful.
        eyes_read: faces whose eyes could be read, at most `EYES_LIMIT`.
        eyes_closed: faces of these whose eyes are both shut.
        smile: of the largest face, 0 (none) to 1 (broad); NaN also where it is turned aside or too small.
    """

    faces: int
    face_share: float
    face_height: float
    face_x: float
    face_y: float
    tilt: float
    sharpness: float
    brightness: float
    contrast: float
    blown: float
    crushed: float
    colourfulness: float
    eyes_read: int
    eyes_closed: int
    smile: float


class FactsReader:
    """Measures photos. Safe to share between threads.

    Raises:
        ModelError: a network's file is missing or damaged.
    """

    def __init__(self) -> None:
        self._eyes = EyeReader()
        self._face_network = FaceNetwork()

    def read(self, picture: Pixels, faces: Faces) -> PhotoFacts:
        """Measure a photo.

        Args:
            picture: RGB uint8 (H, W, 3), upright, reduced to a long side of `engine.faces.PHOTO_LONG_SIDE`.
            faces: largest first, in pixels of this `picture` and not of the full-size photo; may be empty.
        """
        height, width = picture.shape[:2]
        boxes = faces.boxes_within((width, height))
        box = boxes[0] if boxes else None
        face = _inner_face(picture, box) if box else None
        small = _reduced(picture)
        luma = _luma(small)
        eyes = self._eyes.read(picture, faces, EYES_LIMIT)
        return PhotoFacts(
            faces=len(boxes),
            face_share=box.area / (width * height) if box else nan,
            face_height=box.height / height if box else nan,
            face_x=(box.x0 + box.x1) / 2 / width if box else nan,
            face_y=(box.y0 + box.y1) / 2 / height if box else nan,
            tilt=self._tilt(picture, faces.boxes_xyxy[0]) if box else nan,
            sharpness=_sharpness(_luma(picture)) if face is None else _sharpness(face, parts=False),
            brightness=_percentile(luma, LIT_PERCENTILE_NO_FACE) if face is None else _percentile(face, LIT_PERCENTILE),
            contrast=float(luma.std()),
            blown=float((luma >= BLOWN_FROM).mean()),
            crushed=float((luma <= CRUSHED_TO).mean()),
            colourfulness=_colourfulness(small),
            eyes_read=int((~np.isnan(eyes.aperture)).sum()),
            eyes_closed=int(eyes.closed.sum()),
            smile=_smile(picture, faces) if box else nan,
        )

    def _tilt(self, picture: Pixels, box_xyxy: Floats) -> float:
        sure = self._face_network.confidence(np.stack([_turned(picture, box_xyxy, turn) for turn in TILT_TURNS]))
        weights = np.maximum(sure - sure.max() + TILT_CONFIDENCE_SPAN, 0)
        return float(weights @ np.array(TILT_TURNS) / weights.sum())


def _turned(picture: Pixels, box_xyxy: Floats, degrees: float) -> Pixels:
    """The surroundings of a face, turned counter-clockwise: RGB (64, 64, 3)."""
    x0, y0, x1, y1 = box_xyxy.tolist()
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    matrix = cv2.getRotationMatrix2D((x, y), degrees, TILT_VIEW_SIDE / (TILT_VIEW_SHARE * max(x1 - x0, y1 - y0)))
    matrix[:, 2] += np.array([TILT_VIEW_SIDE / 2 - x, TILT_VIEW_SIDE / 2 - y])
    side = (TILT_VIEW_SIDE, TILT_VIEW_SIDE)
    return np.asarray(cv2.warpAffine(picture, matrix, side, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _inner_face(picture: Pixels, box: Box) -> Pixels:
    """Luma of the face without what is around it in its box."""
    x_rim, y_above, y_below = box.width // 7, box.height // 8, box.height // 12
    return _luma(picture[box.y0 + y_above : box.y1 - y_below, box.x0 + x_rim : box.x1 - x_rim])


def _luma(picture: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _percentile(luma: Pixels, percent: float) -> float:
    return float(np.percentile(luma, percent))


def _reduced(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    scale = min(1.0, LIGHT_LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Statistics need no area mean, which takes eight times as long.
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _sharpness(luma: Pixels, *, parts: bool = True) -> float:
    """The share of neighbouring pixels' differences that a blur takes away, in the direction in which it is less.

    What is blurred already loses little by one blur more: Crete, Dolmiere, Ladret and Nicolas, "The blur effect: a new
    no-reference perceptual blur metric" (2007).

    Args:
        luma: uint8 (H, W).
        parts: tell the sharpest of the parts that have more detail than the mean, so that a soft background is no
            fault; False takes `luma` as one part.
    """
    smooth = cv2.GaussianBlur(luma, (0, 0), GRAIN_SIGMA).astype(np.float32)
    height, width = luma.shape
    grid = (max(1, width // PART_SIDE), max(1, height // PART_SIDE)) if parts else (1, 1)
    detail_down, lost_down = _detail(smooth, 0, grid)
    detail_across, lost_across = _detail(smooth, 1, grid)
    detail = detail_down + detail_across
    # Rounding must not leave the only part below its own mean.
    enough = (detail >= 0.999 * detail.mean()) & (np.minimum(detail_down, detail_across) > 0)
    if not enough.any():
        return nan
    return float(np.minimum(lost_down[enough] / detail_down[enough], lost_across[enough] / detail_across[enough]).max())


def _detail(luma: Floats, axis: int, grid_wh: tuple[int, int]) -> tuple[Floats, Floats]:
    """Mean difference of neighbours along an axis in each part of a grid, and what of it a blur takes away."""
    if luma.shape[axis] < 2:
        return np.zeros(grid_wh[::-1], np.float32), np.zeros(grid_wh[::-1], np.float32)
    blurred = cv2.blur(luma, (1, REBLUR_PIXELS) if axis == 0 else (REBLUR_PIXELS, 1))
    before, after = np.abs(np.diff(luma, axis=axis)), np.abs(np.diff(blurred, axis=axis))
    detail = cv2.resize(before, grid_wh, interpolation=cv2.INTER_AREA)
    lost = cv2.resize(np.maximum(before - after, 0), grid_wh, interpolation=cv2.INTER_AREA)
    shape = grid_wh[::-1]
    return np.asarray(detail, np.float32).reshape(shape), np.asarray(lost, np.float32).reshape(shape)


def _colourfulness(picture: Pixels) -> float:
    red, green, blue = (picture[..., channel].astype(np.float32) for channel in range(3))
    opponents: Floats = np.stack([red - green, (red + green) / 2 - blue])
    spread, mean = opponents.std(axis=(1, 2)), opponents.mean(axis=(1, 2))
    return float(np.hypot(*spread) + 0.3 * np.hypot(*mean))


def _smile(picture: Pixels, faces: Faces) -> float:
    """The smile of the largest face, 0 to 1; NaN where the mouth is not seen from the front, whole and large enough."""
    landmarks = faces.landmarks_xy[0]
    eye_distance = float(np.hypot(*(landmarks[1] - landmarks[0])))
    aside = abs(float(landmarks[2, 0] - landmarks[:2, 0].mean()))
    if eye_distance < MIN_EYE_DISTANCE or aside > TURNED_ASIDE * eye_distance:
        return nan
    width = MOUTH_WIDTH * eye_distance
    reach = np.array([width, width * MOUTH_SIZE[1] / MOUTH_SIZE[0]]) / 2
    middle = landmarks[3:].mean(axis=0)
    x0, y0, x1, y1 = np.rint([*(middle - reach), *(middle + reach)]).astype(int).tolist()
    if x0 < 0 or y0 < 0 or x1 > picture.shape[1] or y1 > picture.shape[0]:
        return nan
    face_height = float(faces.boxes_xyxy[0, 3] - faces.boxes_xyxy[0, 1])
    mouth_width = float(np.hypot(*(landmarks[4] - landmarks[3]))) / face_height
    line = _mouth_line(_luma(picture[y0:y1, x0:x1]))
    return float(np.clip((_between(mouth_width, SMILE_WIDTH) + _between(line, SMILE_LINE)) / 2, 0, 1))


def _mouth_line(luma: Pixels) -> float:
    """The share of a mouth's surroundings (uint8, any size), 0 to 1, that a dark horizontal line crosses."""
    mouth = cv2.resize(luma, MOUTH_SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    smooth = cv2.GaussianBlur(mouth, (0, 0), 1.2)
    upright = cv2.getStructuringElement(cv2.MORPH_RECT, (1, MOUTH_LINE_HEIGHT))
    darker = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, upright)
    middle = darker[MOUTH_SIZE[1] // 4 : -MOUTH_SIZE[1] // 4]
    return float((middle.max(axis=0) > MOUTH_LINE_DEPTH * (smooth.mean() + 5)).mean())


def _between(value: float, ends: tuple[float, float]) -> float:
    """0 at the first end, 1 at the second."""
    return (value - ends[0]) / (ends[1] - ends[0])
