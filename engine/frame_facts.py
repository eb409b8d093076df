"""What can be measured in a picture of a face while it is framed: facts that need no opinion.

Sizes are shares of the picture, brightness is luma of 0 to 255 (ITU-R BT.601), angles are degrees.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.faces import Faces
from engine.geometry import Box
from engine.pixels import Pixels

# Brightness and sharpness are measured on a face of this many pixels, so that they are alike at every size.
FACE_SIDE = 96
BLOWN_OUT = 250
# A forehead may be cut, as many good portraits have it: the detector's box begins at the hair line, and has to reach
# over the upper edge; at the other edges a cheek or a chin is missing once the box comes to them.
CUT_ABOVE, CUT_ELSEWHERE = 0.04, -0.01
# Another face that is this much smaller stands behind; of equal size it is company.
BYSTANDER_SHARE = 0.55
BYSTANDER_CONFIDENCE = 0.85


@dataclass(frozen=True)
class FaceFacts:
    """Of the largest face.

    Attributes:
        height: of its box, as a share of the picture's.
        cut: sides of the picture that run through it: "left", "right", "top", "bottom".
        box: of the face, x0, y0, x1, y1 as shares of the picture.
        lit: the 90th percentile of its luma: skin of any tone has lit parts, a face in the dark has none.
        contrast: standard deviation of its luma.
        glare: share of the picture around it that is blown out.
        sharpness: variance of the Laplacian over the variance of the luma: no unit, larger is sharper.
        tilt: of the head, clockwise positive; 0 where it is not known.
        eyes_closed: both of them; False where it is not known.
    """

    height: float
    cut: tuple[str, ...]
    box: tuple[float, float, float, float]
    lit: float
    contrast: float
    glare: float
    sharpness: float
    tilt: float
    eyes_closed: bool = False


@dataclass(frozen=True)
class FrameFacts:
    """Of a picture.

    Attributes:
        faces: how many.
        bystanders: faces behind the main one, much smaller than it.
        face: of the largest; None where there is none.
    """

    faces: int
    bystanders: int
    face: FaceFacts | None


def measure_frame(picture: Pixels, faces: Faces, *, tilt: float = 0.0, eyes_closed: bool = False) -> FrameFacts:
    """Measure a picture.

    Args:
        picture: RGB uint8 (H, W, 3), upright.
        faces: in pixels of it.
        tilt: of the largest face, from `engine.head_tilt`.
        eyes_closed: of the largest face, from `engine.eyes`.
    """
    height, width = picture.shape[:2]
    boxes = faces.boxes_within((width, height))
    if not boxes:
        return FrameFacts(0, 0, None)
    face = _measure_face(picture, faces, boxes[0], tilt, eyes_closed)
    return FrameFacts(len(boxes), _bystanders(faces), face)


def _measure_face(picture: Pixels, faces: Faces, box: Box, tilt: float, eyes_closed: bool) -> FaceFacts:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    grey = cv2.cvtColor(picture[box.y0 : box.y1, box.x0 : box.x1], cv2.COLOR_RGB2GRAY)
    # The face without what is around it in its box.
    inner = cv2.resize(grey, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)[12:-8, 14:-14].astype(np.float32)
    outside = np.ones(luma.shape, bool)
    place = box.scaled((width, height), (luma.shape[1], luma.shape[0]))
    outside[place.y0 : place.y1, place.x0 : place.x1] = False
    return FaceFacts(
        height=box.height / height,
        cut=_cut_sides(faces.boxes_xyxy[0], (width, height)),
        box=(box.x0 / width, box.y0 / height, box.x1 / width, box.y1 / height),
        lit=float(np.percentile(inner, 90)),
        contrast=float(inner.std()),
        glare=float((luma[outside] >= BLOWN_OUT).mean()) if outside.any() else 0.0,
        sharpness=float(cv2.Laplacian(inner, cv2.CV_32F).var() / (inner.var() + 25)),
        tilt=tilt,
        eyes_closed=eyes_closed,
    )


def _cut_sides(box_xyxy: np.ndarray, size_wh: tuple[int, int]) -> tuple[str, ...]:
    x0, y0, x1, y1 = box_xyxy.tolist()
    margin_x, margin_y = CUT_ELSEWHERE * (x1 - x0), CUT_ELSEWHERE * (y1 - y0)
    over = {
        "left": x0 < -margin_x,
        "right": x1 > size_wh[0] + margin_x,
        "top": y0 < -CUT_ABOVE * (y1 - y0),
        "bottom": y1 > size_wh[1] + margin_y,
    }
    return tuple(side for side, is_over in over.items() if is_over)


def _bystanders(faces: Faces) -> int:
    heights = faces.boxes_xyxy[:, 3] - faces.boxes_xyxy[:, 1]
    behind = (heights < BYSTANDER_SHARE * heights[0]) & (faces.confidence > BYSTANDER_CONFIDENCE)
    return int(behind.sum())
