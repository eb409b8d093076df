"""Faces in a picture: boxes, five landmarks and confidence, at the sizes that photos have them.

The network that finds them is in `face_network.py`.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.face_network import FaceNetwork
from engine.geometry import Box
from engine.pictures import Picture
from engine.pixels import Floats, Pixels
from engine.resources import FACE_DETECTOR

# YuNet sees faces of about 10 to 300 pixels: a second, smaller look finds the close-ups that fill the picture.
PHOTO_LONG_SIDE = 640
CLOSE_UP_LONG_SIDE = 160
# Grey around the second look, as a share of it: a face cut by the edge is found once it has some room.
CLOSE_UP_MARGIN = 0.25


@dataclass(frozen=True)
class Faces:
    """The N faces of one picture, largest first; none is N = 0.

    Attributes:
        boxes_xyxy: float32 (N, 4), half-open, in pixels of the picture; may reach over its edge.
        landmarks_xy: float32 (N, 5, 2): right eye, left eye, nose tip, right and left corner of the mouth.
        confidence: float32 (N,) in [0, 1].
    """

    boxes_xyxy: Floats
    landmarks_xy: Floats
    confidence: Floats

    def __len__(self) -> int:
        return len(self.confidence)

    def scaled(self, factor_xy: tuple[float, float]) -> "Faces":
        """The same faces in a picture that is this many times as wide and as high."""
        factor = np.asarray(factor_xy, np.float32)
        return Faces(self.boxes_xyxy * np.tile(factor, 2), self.landmarks_xy * factor, self.confidence)

    def boxes_within(self, size_wh: tuple[int, int]) -> list[Box]:
        """The boxes in whole pixels, cut at the picture's edges; a face outside of it is left out."""
        width, height = size_wh
        corners = np.clip(np.rint(self.boxes_xyxy), 0, [width, height, width, height]).astype(int).tolist()
        return [Box(x0, y0, x1, y1) for x0, y0, x1, y1 in corners if x0 < x1 and y0 < y1]


NO_FACES = Faces(np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, np.float32))


class FaceDetector:
    """Finds faces. Safe to share between threads.

    Args:
        long_side: the picture is reduced to this before the search; smaller is faster and misses small faces.
        close_ups: look again, smaller, where the first look finds nothing.

    Raises:
        ModelError: the detector's file is missing or damaged.
    """

    def __init__(
        self, *, long_side: int = PHOTO_LONG_SIDE, close_ups: bool = True, model: Path = FACE_DETECTOR
    ) -> None:
        self._long_side = long_side
        self._close_ups = close_ups
        self._network = FaceNetwork(model)

    def detect(self, picture: Pixels) -> Faces:
        """Find the faces of a picture.

        Args:
            picture: RGB uint8 (H, W, 3), upright.
        """
        faces = self._look(picture, self._long_side)
        if len(faces) == 0 and self._close_ups:
            return self._look(picture, CLOSE_UP_LONG_SIDE, CLOSE_UP_MARGIN)
        return faces

    def detect_full_size(self, picture: Picture) -> Faces:
        """Find the faces of a reduced picture, told in pixels of its full size."""
        height, width = picture.pixels.shape[:2]
        full_w, full_h = picture.full_size_wh
        return self.detect(picture.pixels).scaled((full_w / width, full_h / height))

    def _look(self, picture: Pixels, long_side: int, margin: float = 0.0) -> Faces:
        height, width = picture.shape[:2]
        scale = min(1.0, long_side / max(height, width))
        small_w, small_h = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(picture, (small_w, small_h), interpolation=cv2.INTER_AREA) if scale < 1 else picture
        pad = round(margin * max(small_w, small_h))
        if pad:
            # Beyond the edge the network sees black, and misreads faces at that hard edge less on grey.
            small = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(127, 127, 127))
        rows = self._network.find(np.asarray(small, np.uint8))
        return _faces_from_rows(rows, pad, (width / small_w, height / small_h))


def _faces_from_rows(rows: Floats, pad: int, factor_xy: tuple[float, float]) -> Faces:
    """Rows of `FaceNetwork.find`, found in a picture with a border, as faces of one without, so many times as large."""
    rows = rows[np.argsort(-rows[:, 2] * rows[:, 3], kind="stable")]
    boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1) - pad
    landmarks = rows[:, 4:14].reshape(-1, 5, 2) - pad
    return Faces(boxes, landmarks, rows[:, 14]).scaled(factor_xy)
