"""What can be measured in a finished photo: plain numbers to sort an album by and to explain a score with.

All of the photo, none of the person's looks. Of the lit parts of a face, never of how bright it is as a whole: skin of
any tone has lit parts, a face in the dark has none.
"""

from dataclasses import dataclass
from math import nan

import cv2
import numpy as np

from engine.eyes import EyeReader
from engine.faces import Faces
from engine.geometry import Box
from engine.pixels import Floats, Pixels

# The whole picture's light and colours are measured on a reduction to this long side, in pixels: a fifth of a
# millisecond, and single specks of light do not count as burnt out.
LIGHT_LONG_SIDE = 160
# Luma, 0 to 255, from which on and down to which nothing more can be told apart.
BLOWN_FROM, CRUSHED_TO = 250, 5
# Sharpness and brightness of a face are measured on this many pixels a side, so that they are alike at every size.
FACE_SIDE = 96
# Eyes of the largest faces alone are read: 6 ms a face on one core.
EYES_LIMIT = 2


@dataclass(frozen=True)
class PhotoFacts:
    """Of one photo. NaN where there is nothing to measure: the facts of a face where there is no face.

    Attributes:
        faces: how many.
        face_share: of the picture's area that the largest face's box covers, 0 to 1.
        face_height: of the largest face's box, as a share of the picture's height, 0 to 1.
        face_x: centre of the largest face, 0 (left edge) to 1 (right edge).
        face_y: the same, 0 (upper edge) to 1 (lower edge).
        tilt: of the largest face in degrees, clockwise positive.
        sharpness: of the largest face, or without one of the picture's sharpest part: no unit, above 0, larger is
            sharper.
        brightness: how well lit: the 90th percentile of luma on the largest face, or without one of the picture;
            0 to 255.
        contrast: standard deviation of the picture's luma, 0 to 128.
        blown: share of the picture that is clipped to white, 0 to 1.
        crushed: share of the picture that is clipped to black, 0 to 1.
        colourfulness: 0 (grey) to about 150, by Hasler and Süsstrunk, "Measuring colourfulness in natural images"
            (2003): 15 is slightly, 45 averagely, 80 highly colourful.
        eyes_read: faces whose eyes could be read, at most `EYES_LIMIT`.
        eyes_closed: faces of these whose eyes are both shut.
        smile: of the largest face, 0 to 1.
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
    """Measures photos. Not for two threads at once: the network for eyes keeps state; make one for each thread.

    Raises:
        ModelError: the network for eyes is missing or damaged.
    """

    def __init__(self) -> None:
        self._eyes = EyeReader()

    def read(self, picture: Pixels, faces: Faces) -> PhotoFacts:
        """Measure a photo.

        Args:
            picture: RGB uint8 (H, W, 3), upright, reduced to a long side of `engine.faces.PHOTO_LONG_SIDE`.
            faces: largest first, in pixels of this `picture` and not of the full-size photo; may be empty.
        """
        height, width = picture.shape[:2]
        boxes = faces.boxes_within((width, height))
        box = boxes[0] if boxes else None
        luma = _luma(picture)
        detail = _inner_face(luma, box) if box else luma
        small = _reduced(picture)
        small_luma = _luma(small)
        eyes = self._eyes.read(picture, faces, EYES_LIMIT)
        return PhotoFacts(
            faces=len(boxes),
            face_share=box.area / (width * height) if box else nan,
            face_height=box.height / height if box else nan,
            face_x=(box.x0 + box.x1) / 2 / width if box else nan,
            face_y=(box.y0 + box.y1) / 2 / height if box else nan,
            tilt=nan,
            sharpness=_sharpness(detail),
            brightness=float(np.percentile(detail if box else small_luma, 90)),
            contrast=float(small_luma.std()),
            blown=float((small_luma >= BLOWN_FROM).mean()),
            crushed=float((small_luma <= CRUSHED_TO).mean()),
            colourfulness=_colourfulness(small),
            eyes_read=int((~np.isnan(eyes.aperture)).sum()),
            eyes_closed=int(eyes.closed.sum()),
            smile=nan,
        )


def _luma(picture: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _reduced(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    scale = min(1.0, LIGHT_LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _inner_face(luma: Pixels, box: Box) -> Pixels:
    """The face without what is around it in its box."""
    face = cv2.resize(luma[box.y0 : box.y1, box.x0 : box.x1], (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(face[12:-8, 14:-14], np.uint8)


def _sharpness(luma: Pixels) -> float:
    values = luma.astype(np.float32)
    return float(cv2.Laplacian(values, cv2.CV_32F).var() / (values.var() + 25))


def _colourfulness(picture: Pixels) -> float:
    red, green, blue = (picture[..., channel].astype(np.float32) for channel in range(3))
    opponents: Floats = np.stack([red - green, (red + green) / 2 - blue])
    spread, mean = opponents.std(axis=(1, 2)), opponents.mean(axis=(1, 2))
    return float(np.hypot(*spread) + 0.3 * np.hypot(*mean))
