"""Pictures between Qt and the engine: QImage to RGB arrays and back."""

import cv2
import numpy as np
from PySide6.QtGui import QImage

from engine.pixels import Pixels


def pixels_from_image(image: QImage) -> Pixels:
    """RGB uint8 (H, W, 3) of an image: a copy, owned by the array."""
    if image.format() not in (QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32):
        image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    bgra = rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)
    return np.asarray(cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGB), np.uint8)


def image_from_pixels(pixels: Pixels) -> QImage:
    """An image of RGB uint8 (H, W, 3): a copy, owned by the image."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
