"""The score over the last half minute, with the best moment marked."""

from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.theme import ACCENT

SPAN_S = 30.0
# A line of 250 pixels shows no more than this.
POINTS_PER_SECOND = 5


class Sparkline(QWidget):
    """A line from half a minute ago to now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: deque[tuple[float, float]] = deque()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("The last 30 seconds; the dot is the best moment")
        self.setAccessibleName("Score over the last 30 seconds")

    def sizeHint(self) -> QSize:
        return QSize(276, 72)

    @property
    def best(self) -> float | None:
        """The highest of the last half minute."""
        return max((points for _, points in self._history), default=None)

    def add(self, points: float, at_s: float) -> None:
        """Take in a score at a time in seconds."""
        if self._history and at_s - self._history[-1][0] < 1 / POINTS_PER_SECOND:
            return
        self._history.append((at_s, points))
        while at_s - self._history[0][0] > SPAN_S:
            self._history.popleft()
        self.update()

    def clear(self) -> None:
        self._history.clear()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        painter.setPen(QPen(QColor(128, 128, 128, 70), 1))
        for share in (0.0, 0.5, 1.0):
            y = place.top() + share * place.height()
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
        if len(self._history) < 2:
            return
        line = [self._place(place, at_s, points) for at_s, points in self._history]
        area = QPolygonF([QPointF(line[0].x(), place.bottom()), *line, QPointF(line[-1].x(), place.bottom())])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ACCENT.red(), ACCENT.green(), ACCENT.blue(), 45))
        painter.drawPolygon(area)
        painter.setPen(QPen(ACCENT, 2))
        painter.drawPolyline(QPolygonF(line))
        best = max(range(len(line)), key=lambda index: self._history[index][1])
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Window), 2))
        painter.setBrush(ACCENT)
        painter.drawEllipse(line[best], 5, 5)

    def _place(self, place: QRectF, at_s: float, points: float) -> QPointF:
        ago = self._history[-1][0] - at_s
        return QPointF(place.right() - ago / SPAN_S * place.width(), place.bottom() - points / 100 * place.height())
