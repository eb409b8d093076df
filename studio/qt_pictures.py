"""Pictures between Qt and the engine: QImage to RGB arrays and back."""

import numpy as np
from PySide6.QtGui import QImage

from engine.pixels import Pixels


def bgra_rows(image: QImage) -> Pixels:
    """The memory of a 32-bit image without premultiplied alpha, uint8 (H, W, 4), blue first: valid while it lives."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)


def as_rgb32(image: QImage) -> QImage:
    """The image itself where it has the form that `bgra_rows` reads, else a converted copy."""
    if image.format() in (QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32):
        return image
    return image.convertToFormat(QImage.Format.Format_RGB32)


def image_from_pixels(pixels: Pixels) -> QImage:
    """An image of RGB uint8 (H, W, 3): a copy, owned by the image."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
