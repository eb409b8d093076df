"""YuNet, the network that finds faces: pictures in, every face that it is sure enough of out.

Source: Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023); what its outputs mean is read as
OpenCV's `FaceDetectorYN` reads them. The network is a file in resources/, run by ONNX Runtime: in half of the time
that OpenCV takes.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.errors import ModelError
from engine.pixels import Floats, Pixels
from engine.resources import FACE_DETECTOR
from engine.runtime import cpu_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CONFIDENCE_THRESHOLD = 0.7
NMS_IOU = 0.3
# Pixels of a cell of each of the three grids that faces are looked for in.
_STRIDES = (8, 16, 32)
_INPUT, _OUTPUTS = "input", [f"stride_{stride}" for stride in _STRIDES]
# Channels of a cell: logits of "a face" and "an object", box (centre, logarithm of the size), five landmarks.
_CLASS, _OBJECT, _CENTER, _SIZE, _LANDMARKS = 0, 1, slice(2, 4), slice(4, 6), slice(6, 16)


class FaceNetwork:
    """Finds faces at one size, about 10 to 300 pixels. Safe to share between threads.

    Raises:
        ModelError: the network's file is missing or damaged.
    """

    def __init__(self, model: Path = FACE_DETECTOR) -> None:
        self._session = _session(model)

    def find(self, picture: Pixels) -> Floats:
        """The faces of a picture, RGB uint8 (H, W, 3), each once.

        Returns:
            float32 (N, 15): x, y, width, height, five landmarks (x, y) in pixels, confidence from the threshold to 1.
        """
        rows = np.concatenate([_rows(output[0], stride) for output, stride in self._outputs(picture[None])])
        # Whole pixels, as OpenCV's detector compares them.
        boxes = rows[:, :4].astype(np.int32)
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), rows[:, 14].tolist(), CONFIDENCE_THRESHOLD, NMS_IOU)
        return rows[np.asarray(kept, np.intp)]

    def confidence(self, pictures: Pixels) -> Floats:
        """How sure it is of a face in each picture, RGB uint8 (N, H, W, 3): float32 (N,); 0 is less than enough."""
        surest = np.max([_confidence(output).max(axis=(1, 2)) for output, _ in self._outputs(pictures)], axis=0)
        return np.where(surest >= CONFIDENCE_THRESHOLD, surest, np.float32(0))

    def _outputs(self, pictures: Pixels) -> list[tuple[Floats, int]]:
        """What the network says of pictures (N, H, W, 3): (N, 16, rows, columns) for each stride."""
        count, height, width = pictures.shape[:3]
        coarsest = _STRIDES[-1]
        padded = np.zeros((count, 3, -height % coarsest + height, -width % coarsest + width), np.float32)
        padded[:, :, :height, :width] = pictures.transpose(0, 3, 1, 2)
        return list(zip(self._session.run(_OUTPUTS, {_INPUT: padded}), _STRIDES, strict=True))


@cache
def _session(model: Path) -> "InferenceSession":
    """The network of a file, loaded once: it keeps no state, and threads that each run it do not disturb each other."""
    try:
        # Read by us: ONNX Runtime cannot open every path that Windows allows.
        session = cpu_session(model.read_bytes(), threads=1)
        session.run(_OUTPUTS, {_INPUT: np.zeros((1, 3, _STRIDES[-1], _STRIDES[-1]), np.float32)})
    except Exception as error:  # ONNX Runtime's own exception types are not public.
        raise ModelError(model, f"the face detector cannot be loaded ({error})") from error
    return session


def _confidence(outputs: Floats) -> Floats:
    """Of each cell: (..., 16, rows, columns) to (..., rows, columns)."""
    logits = outputs[..., (_CLASS, _OBJECT), :, :]
    return np.asarray(np.sqrt(1 / (1 + np.exp(-logits))).prod(axis=-3), np.float32)


def _rows(output: Floats, stride: int) -> Floats:
    """The faces of one grid (16, rows, columns), each as often as cells see it: (N, 15) as `find` returns them."""
    sure = _confidence(output)
    y, x = np.nonzero(sure >= CONFIDENCE_THRESHOLD)
    found = output[:, y, x].T  # (N, 16)
    cells_xy = np.stack([x, y], axis=1).astype(np.float32)
    center, size = (cells_xy + found[:, _CENTER]) * stride, np.exp(found[:, _SIZE]) * stride
    landmarks = (np.tile(cells_xy, 5) + found[:, _LANDMARKS]) * stride
    return np.concatenate([center - size / 2, size, landmarks, sure[y, x, None]], axis=1)
