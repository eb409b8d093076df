"""All maps of a stage, or all filters, side by side; one is chosen by a click or with the arrow keys."""

from math import floor

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.theme import ACCENT, BACKDROP

_KEYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class LayerGrid(QWidget):
    """A picture made of equal cells.

    Signals:
        chosen: the number of a cell.
        resized: there is more or less room.
    """

    chosen = Signal(int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image, self._columns, self._cell, self._cells, self._current = QImage(), 1, 1, 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(140, 140)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Maps of the stage")

    @property
    def image(self) -> QImage:
        return self._image

    @property
    def room_wh(self) -> tuple[int, int]:
        """Pixels of the screen that a picture may take."""
        ratio = self.devicePixelRatio()
        return max(1, int(self.width() * ratio)), max(1, int(self.height() * ratio))

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    def show_cells(self, image: QImage, columns: int, cell: int, cells: int, current: int) -> None:
        """Show a picture of so many cells, in so many columns, each of so many pixels."""
        self._image, self._columns, self._cell, self._cells, self._current = image, columns, cell, cells, current
        self.update()

    def _origin(self) -> QPoint:
        ratio = self.devicePixelRatio()
        return QPoint(
            max(0, int(self.width() - self._image.width() / ratio) // 2),
            max(0, int(self.height() - self._image.height() / ratio) // 2),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKDROP)
        if self._image.isNull():
            return
        ratio, origin = self.devicePixelRatio(), self._origin()
        side = self._cell / ratio
        target = QRectF(origin, self._image.size().toSizeF() / ratio)
        painter.drawImage(target, self._image)
        row, column = divmod(self._current, self._columns)
        box = QRectF(origin.x() + column * side, origin.y() + row * side, side, side)
        # Dark around the mark: it is seen on a bright map, too.
        for colour, width in ((QColor(0, 0, 0, 200), 4), (ACCENT, 2)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(box)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = (event.position() - QPointF(self._origin())) * self.devicePixelRatio() / self._cell
        column, row = floor(place.x()), floor(place.y())
        if 0 <= column < self._columns and row >= 0 and not self._image.isNull():
            self._choose(row * self._columns + column)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if step := _KEYS.get(Qt.Key(event.key())):
            self._choose(self._current + step[0] + step[1] * self._columns)
        else:
            super().keyPressEvent(event)

    def _choose(self, cell: int) -> None:
        if 0 <= cell < self._cells:
            self._current = cell
            self.update()
            self.chosen.emit(cell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()
