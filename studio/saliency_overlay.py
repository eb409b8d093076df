"""Which parts of a photo lift its score and which lower it, as colours over the photo, and the legend of the colours.

Blue and orange differ in lightness as well as in hue and are told apart by eyes that mix up red and green.
"""

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.pixels import Floats, Pixels

LIFTS, LOWERS = QColor("#2f8cff"), QColor("#ff8a1f")
# Of the part that counts most; what counts half as much is half as opaque.
FAINT, STRONG = 0.5, 0.85
# Long side of the image that is drawn, in pixels: smooth, as a map has few parts.
IMAGE_SIDE = 256
# Half a step of the parts that `engine.saliency` covers, on that image: their edges can no longer be seen.
SOFT_SIGMA = 14


def overlay_image(effects: Floats, size_wh: tuple[int, int]) -> QImage:
    """The colours of a map, see-through where a part hardly counts.

    Args:
        effects: float (rows, columns), of the parts of the whole photo: above 0 lifts the score, below lowers it.
        size_wh: of the photo; tells the shape alone.
    """
    scale = IMAGE_SIDE / max(size_wh)
    size = max(1, round(size_wh[0] * scale)), max(1, round(size_wh[1] * scale))
    smooth = cv2.resize(np.asarray(effects, np.float32), size, interpolation=cv2.INTER_CUBIC)
    share = smooth / max(strongest(effects), 1e-9)
    alpha = np.clip(np.abs(share), 0, 1)[..., None]
    colours = np.where(share[..., None] > 0, _bgr(LIFTS), _bgr(LOWERS))
    # Colours times their alpha, as Qt draws them fastest; blue first.
    bgra: Pixels = np.concatenate([colours * alpha, 255 * alpha], axis=2).round().astype(np.uint8)
    bgra = np.ascontiguousarray(bgra)
    return QImage(bgra.data, *size, 4 * size[0], QImage.Format.Format_ARGB32_Premultiplied).copy()


def softened(effects: Floats) -> Floats:
    """A map whose parts run into each other: they were covered in steps, and say nothing finer than a part."""
    scale = IMAGE_SIDE / max(effects.shape)
    size = max(1, round(effects.shape[1] * scale)), max(1, round(effects.shape[0] * scale))
    return np.asarray(cv2.GaussianBlur(cv2.resize(effects, size), (0, 0), SOFT_SIGMA), np.float32)


def strongest(effects: Floats) -> float:
    """What the part that counts most adds or takes."""
    return float(np.abs(effects).max(initial=0.0))


def _bgr(colour: QColor) -> Floats:
    return np.array([colour.blue(), colour.green(), colour.red()], np.float32)


class Legend(QWidget):
    """The colours and what they mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def words(self) -> tuple[str, str]:
        """What stands at the orange and at the blue end."""
        return self._ends

    def show_scale(self, lowers: float, lifts: float) -> None:
        """Say by how many points the parts of the strongest colours lower and lift the score."""
        self._ends = f"lowers the score\nby {lowers:.1f} points", f"lifts the score\nby {lifts:.1f} points"
        self.setAccessibleName(" to ".join(end.replace("\n", " ") for end in self._ends))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 18 + 2 * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0, 0, self.width(), 12)
        gradient = QLinearGradient(QPointF(0, 0), QPointF(self.width(), 0))
        window = self.palette().color(QPalette.ColorRole.Window)
        for place, colour in ((0.0, LOWERS), (0.5, window), (1.0, LIFTS)):
            gradient.setColorAt(place, colour)
        painter.setPen(QColor(128, 128, 128, 120))
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = QRectF(0, 16, self.width(), self.height() - 16)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(text, Qt.AlignmentFlag.AlignRight, self._ends[1])
