"""Draws one picture as large as fits, with faces over it."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.geometry import Box
from studio.theme import ACCENT, BACKDROP

THIRDS = (1 / 3, 2 / 3)


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

    def clear(self) -> None:
        self._image, self._faces = QImage(), ()
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
        self.draw_faces(painter)
        self.draw_over(painter)

    def draw_picture(self, painter: QPainter) -> None:
        """Draw the image into `picture_rect`."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.picture_rect(), self._image)

    def draw_faces(self, painter: QPainter) -> None:
        """Outline the faces."""
        painter.setPen(QPen(ACCENT, 2))
        for face in self._faces:
            painter.drawRoundedRect(self.box_rect(face), 6, 6)

    def draw_over(self, painter: QPainter) -> None:
        """Draw what comes on top; nothing here."""
