"""What the network sees: a whole picture, or a box of it, letterboxed into one square.

Training, evaluation, live scoring, folder scoring and crop search all come through here.

A picture is never squashed: its shape is part of how it is framed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.geometry import Box
from engine.pixels import Floats, Pixels


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes network input; stored in the model's card, and a model with another one is refused.

    Attributes:
        size: side of the square, in pixels.
        mean: subtracted from every channel (0-255), and also the grey of the bars.
        std: what the difference is divided by.
        fit: "letterbox": the longer side fills the square, the bars are shared by both ends.
        shrink: interpolation when the picture is larger than its place: "area" does not alias at any ratio.
        enlarge: interpolation when it is smaller.
    """

    size: int = 224
    mean: float = 127.0
    std: float = 128.0
    fit: str = "letterbox"
    shrink: str = "area"
    enlarge: str = "linear"


PREPROCESSING = Preprocessing()


def letterbox(picture: Pixels, box: Box | None = None) -> Pixels:
    """Fit a picture, or the box of it, into the network's square.

    Args:
        picture: RGB uint8 (H, W, 3), upright.
        box: half-open (x0, y0, x1, y1) in pixels of `picture`; None is the whole of it.

    Returns:
        RGB uint8 (224, 224, 3).
    """
    if box is not None:
        picture = picture[box.y0 : box.y1, box.x0 : box.x1]
    size = PREPROCESSING.size
    height, width = picture.shape[:2]
    inside = letterboxed((width, height))
    interpolation = cv2.INTER_AREA if max(height, width) > size else cv2.INTER_LINEAR
    fitted = cv2.resize(picture, (inside.width, inside.height), interpolation=interpolation)
    if fitted.shape[:2] == (size, size):
        return np.ascontiguousarray(fitted)
    square = np.full((size, size, 3), int(PREPROCESSING.mean), np.uint8)
    square[inside.y0 : inside.y1, inside.x0 : inside.x1] = fitted
    return square


def letterboxed(size_wh: tuple[int, int]) -> Box:
    """Where `letterbox` lays a picture of this size in its square."""
    width, height = size_wh
    side = PREPROCESSING.size
    scale = side / max(width, height)
    fitted_w, fitted_h = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (side - fitted_w) // 2, (side - fitted_h) // 2
    return Box(left, top, left + fitted_w, top + fitted_h)


def network_input(squares: Sequence[Pixels]) -> Floats:
    """Normalise letterboxed pictures.

    Args:
        squares: N arrays from `letterbox`, RGB uint8 (224, 224, 3).

    Returns:
        float32 (N, 3, 224, 224) in [-1, 1], C-contiguous.
    """
    batch = np.stack(squares).transpose(0, 3, 1, 2).astype(np.float32, order="C")
    batch -= PREPROCESSING.mean
    batch /= PREPROCESSING.std
    return batch
