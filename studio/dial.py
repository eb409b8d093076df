"""The score as a dial: an arc that fills, a needle that follows every score, and large digits that can be read."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.theme import score_colour

# From lower left over the top to lower right, in Qt's sixteenths of a degree counted counter-clockwise from the right.
START_DEGREES, SPAN_DEGREES = 220.0, 260.0
TRACK = QColor(128, 128, 128, 60)


class Dial(QWidget):
    """A dial from 0 to 100, with a mark at the best so far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: float | None = None
        self._best: float | None = None
        self._digits = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Score")

    @property
    def digits(self) -> str:
        return self._digits

    def sizeHint(self) -> QSize:
        return QSize(276, 232)

    def show_points(self, points: float | None, best: float | None = None) -> None:
        """Move the needle; None is a dial at rest."""
        self._points, self._best = points, best
        self.update()

    def show_digits(self, digits: str) -> None:
        """What is written in the middle."""
        if digits != self._digits:
            self._digits = digits
            self.setAccessibleDescription(digits)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width() - 8, (self.height() - 8) / 0.84)
        circle = QRectF((self.width() - side) / 2, 4, side, side).adjusted(12, 12, -12, -12)
        self._draw_arc(painter, circle, 100, TRACK)
        if self._points is not None:
            self._draw_arc(painter, circle, self._points, score_colour(self._points))
            self._draw_mark(painter, circle, self._points, self.palette().color(QPalette.ColorRole.WindowText), 22, 5)
        if self._best is not None:
            self._draw_mark(painter, circle, self._best, self.palette().color(QPalette.ColorRole.WindowText), 10, 2)
        self._draw_digits(painter, circle)

    def _draw_arc(self, painter: QPainter, circle: QRectF, points: float, colour: QColor) -> None:
        painter.setPen(QPen(colour, 16, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(circle, round(16 * START_DEGREES), -round(16 * SPAN_DEGREES * points / 100))

    def _draw_mark(
        self, painter: QPainter, circle: QRectF, points: float, colour: QColor, length: float, width: float
    ) -> None:
        angle = math.radians(START_DEGREES - SPAN_DEGREES * points / 100)
        outwards = QPointF(math.cos(angle), -math.sin(angle))
        radius = circle.width() / 2
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        middle = circle.center()
        painter.drawLine(middle + outwards * (radius + 10 - length), middle + outwards * (radius + 10))

    def _draw_digits(self, painter: QPainter, circle: QRectF) -> None:
        font = QFont(painter.font())
        font.setPixelSize(round(circle.width() * (0.5 if len(self._digits) < 3 else 0.42)))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, self._digits)
