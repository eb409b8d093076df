"""The score as a dial: an arc that fills, a needle that follows every score, and large digits that can be read."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.theme import ACCENT, score_colour

# From lower left over the top to lower right, in Qt's sixteenths of a degree counted counter-clockwise from the right.
START_DEGREES, SPAN_DEGREES = 220.0, 260.0
TRACK = QColor(128, 128, 128, 60)
# All is drawn in a square of this side, and scaled. In its pixels: the arc's width; how far the needle reaches over it
# on both sides; the best mark, beyond the needle.
SIDE = 276
ARC_WIDTH, NEEDLE_OVER, NEEDLE_WIDTH = 16, 3, 5
BEST_GAP, BEST_LENGTH, BEST_WIDTH = 3, 13, 9
RIM = ARC_WIDTH / 2 + BEST_GAP + BEST_LENGTH
CIRCLE = QRectF(RIM, RIM, SIDE - 2 * RIM, SIDE - 2 * RIM)
# Height of the dial over its width: the arc leaves the lowest part of its circle free.
HEIGHT_SHARE = 0.84


class Dial(QWidget):
    """A dial from 0 to 100, as large as its width allows; a point outside of the arc marks the best so far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: float | None = None
        self._best: float | None = None
        self._digits = ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Score")

    @property
    def digits(self) -> str:
        return self._digits

    def sizeHint(self) -> QSize:
        return QSize(SIDE, round(HEIGHT_SHARE * SIDE))

    def heightForWidth(self, width: int) -> int:
        return round(HEIGHT_SHARE * width)

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
        side = min(self.width(), self.height() / HEIGHT_SHARE)
        painter.translate((self.width() - side) / 2, 0)
        painter.scale(side / SIDE, side / SIDE)
        self._draw_arc(painter, 100, TRACK)
        if self._points is not None:
            self._draw_arc(painter, self._points, score_colour(self._points))
            self._draw_needle(painter, self._points)
        if self._best is not None:
            self._draw_best(painter, self._best)
        self._draw_digits(painter)

    def _draw_arc(self, painter: QPainter, points: float, colour: QColor) -> None:
        painter.setPen(QPen(colour, ARC_WIDTH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(CIRCLE, round(16 * START_DEGREES), -round(16 * SPAN_DEGREES * points / 100))

    def _draw_needle(self, painter: QPainter, points: float) -> None:
        colour = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setPen(QPen(colour, NEEDLE_WIDTH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        outwards, radius, reach = _outwards(points), CIRCLE.width() / 2, ARC_WIDTH / 2 + NEEDLE_OVER
        painter.drawLine(
            CIRCLE.center() + outwards * (radius - reach), CIRCLE.center() + outwards * (radius + reach - NEEDLE_OVER)
        )

    def _draw_best(self, painter: QPainter, points: float) -> None:
        """A small triangle that points at the arc, of the colour that the best moment has in the line below."""
        outwards, radius = _outwards(points), CIRCLE.width() / 2 + ARC_WIDTH / 2 + BEST_GAP
        aside = QPointF(-outwards.y(), outwards.x()) * (BEST_WIDTH / 2)
        tip, base = CIRCLE.center() + outwards * radius, CIRCLE.center() + outwards * (radius + BEST_LENGTH)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ACCENT)
        painter.drawPolygon(QPolygonF([tip, base + aside, base - aside]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_digits(self, painter: QPainter) -> None:
        font = QFont(painter.font())
        font.setPixelSize(round(CIRCLE.width() * (0.5 if len(self._digits) < 3 else 0.42)))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(CIRCLE, Qt.AlignmentFlag.AlignCenter, self._digits)


def _outwards(points: float) -> QPointF:
    """From the middle of the dial to a score, one pixel far."""
    angle = math.radians(START_DEGREES - SPAN_DEGREES * points / 100)
    return QPointF(math.cos(angle), -math.sin(angle))
