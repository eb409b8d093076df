"""Draws one picture as large as fits, with faces, a crop, or both over it."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.geometry import Box
from studio.theme import ACCENT, BACKDROP

THIRDS = (1 / 3, 2 / 3)
SHADE = QColor(0, 0, 0, 150)


class PhotoCanvas(QWidget):
    """A picture on a dark backdrop; boxes are in pixels of the full-size picture, and the image may be smaller.

    Args:
        mirrored: the image that is shown is the mirror image of the picture that boxes speak of.
    """

    def __init__(self, parent: QWidget | None = None, *, mirrored: bool = False) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._full_wh = (1, 1)
        self._faces: Sequence[Box] = ()
        self._crop: Box | None = None
        self._mirrored = mirrored
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def image(self) -> QImage:
        return self._image

    def sizeHint(self) -> QSize:
        return QSize(960, 640)

    def show_image(self, image: QImage, full_wh: tuple[int, int] | None = None) -> None:
        """Show a picture; boxes drawn over it stay until they are replaced."""
        self._image = image
        self._full_wh = full_wh or (image.width(), image.height())
        self.update()

    def show_faces(self, faces: Sequence[Box]) -> None:
        self._faces = faces
        self.update()

    def show_crop(self, crop: Box | None) -> None:
        self._crop = crop
        self.update()

    def clear(self) -> None:
        self._image, self._faces, self._crop = QImage(), (), None
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the picture stands in the widget."""
        if self._image.isNull():
            return QRectF()
        scale = min(self.width() / self._image.width(), self.height() / self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def box_rect(self, box: Box) -> QRectF:
        """Where a box of the full-size picture stands in the widget."""
        rect = self.picture_rect()
        x_scale, y_scale = rect.width() / self._full_wh[0], rect.height() / self._full_wh[1]
        x0 = self._full_wh[0] - box.x1 if self._mirrored else box.x0
        return QRectF(rect.x() + x0 * x_scale, rect.y() + box.y0 * y_scale, box.width * x_scale, box.height * y_scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKDROP)
        if self._image.isNull():
            return
        self.draw_picture(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for face in self._faces:
            painter.setPen(QPen(ACCENT, 2))
            painter.drawRoundedRect(self.box_rect(face), 6, 6)
        if self._crop is not None:
            self._draw_crop(painter, self.box_rect(self._crop))
        self.draw_over(painter)

    def draw_picture(self, painter: QPainter) -> None:
        """Draw the image into `picture_rect`."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.picture_rect(), self._image)

    def draw_over(self, painter: QPainter) -> None:
        """Draw what comes on top; nothing here."""

    def _draw_crop(self, painter: QPainter, crop: QRectF) -> None:
        picture = self.picture_rect()
        for shaded in (
            QRectF(picture.left(), picture.top(), picture.width(), crop.top() - picture.top()),
            QRectF(picture.left(), crop.bottom(), picture.width(), picture.bottom() - crop.bottom()),
            QRectF(picture.left(), crop.top(), crop.left() - picture.left(), crop.height()),
            QRectF(crop.right(), crop.top(), picture.right() - crop.right(), crop.height()),
        ):
            painter.fillRect(shaded, SHADE)
        painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
        for third in THIRDS:
            x, y = crop.left() + third * crop.width(), crop.top() + third * crop.height()
            painter.drawLine(round(x), round(crop.top()), round(x), round(crop.bottom()))
            painter.drawLine(round(crop.left()), round(y), round(crop.right()), round(y))
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawRect(crop)
