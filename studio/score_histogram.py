"""How many photos have which score, as bars; dragging across them chooses a range of scores."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.theme import score_colour
from studio.wording import count

ALL = (0, 100)
# Scores that a bar stands for.
BAR_POINTS = 4
# The pointer takes hold of an edge that is so near, in pixels.
GRIP_PX = 6
PAGE_POINTS = 10
OUTSIDE_OPACITY = 0.25
HINT = "Drag across the scores that you want to see; double-click shows all again"


class Edge(IntEnum):
    """The ends of the range."""

    LOW = 0
    HIGH = 1


class ScoreHistogram(QWidget):
    """Bars of scores, and the range of those that are shown.

    The keyboard reaches one edge after the other with the tabulator; arrows, page keys, Home and End move it, Esc
    clears the range.

    Attributes:
        range: the lowest and the highest score that are shown.

    Signals:
        range_changed: the lowest and the highest score from now on.
    """

    range_changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.range = ALL
        self._counts: npt.NDArray[np.int64] = np.zeros(101, np.int64)
        self._focused = Edge.LOW
        self._dragged_from: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Scores that are shown")
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(240, max(self.fontMetrics().height() + 14, 32))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._words_width + 54, self.sizeHint().height())

    @property
    def is_on(self) -> bool:
        """Whether a range is chosen."""
        return self.range != ALL

    def show_counts(self, counts: npt.NDArray[np.int64]) -> None:
        """Show how many photos have each score, 0 to 100: (101,)."""
        self._counts = counts
        self._describe()
        self.update()

    def clear(self) -> None:
        """Let all scores through."""
        self._choose(*ALL)

    def _choose(self, low: int, high: int) -> None:
        if (low, high) != self.range:
            self.range = (low, high)
            self._describe()
            self.update()
            self.range_changed.emit(low, high)

    def _describe(self) -> None:
        low, high = self.range
        inside = int(self._counts[low : high + 1].sum())
        self.setAccessibleDescription(f"{low} to {high}: {count(inside, 'photo')}")

    # Where scores stand

    @property
    def _words_width(self) -> int:
        return self.fontMetrics().horizontalAdvance("100–100") + 6

    @property
    def _bars(self) -> QRect:
        """Where the bars are."""
        return self.rect().adjusted(self._words_width + 3, 3, -4, -3)

    def x_of(self, points: float) -> int:
        """Where a score stands, from the left in pixels."""
        return self._bars.left() + round(points / 100 * self._bars.width())

    def _points_at(self, x: float) -> int:
        share = (x - self._bars.left()) / max(self._bars.width(), 1)
        return round(100 * min(max(share, 0.0), 1.0))

    def _edge_at(self, x: float) -> Edge | None:
        if not self.is_on:
            return None
        edge = min(Edge, key=lambda edge: abs(self.x_of(self.range[edge]) - x))
        return edge if abs(self.x_of(self.range[edge]) - x) <= GRIP_PX else None

    def words_at(self, x: float) -> str:
        """What the tooltip says there."""
        if x < self._bars.left():
            return HINT
        first = min(self._points_at(x), 99) // BAR_POINTS * BAR_POINTS
        last = 100 if first + BAR_POINTS == 100 else first + BAR_POINTS - 1
        words = f"Score {first} to {last}: {count(int(self._counts[first : last + 1].sum()), 'photo')}"
        if self.is_on:
            low, high = self.range
            words += f"\nChosen, {low} to {high}: {count(int(self._counts[low : high + 1].sum()), 'photo')}"
        return f"{words}\n{HINT}"

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        edge = self._edge_at(x)
        # The other edge stays where it is.
        self._dragged_from = self._points_at(x) if edge is None else self.range[1 - edge]
        if edge is not None:
            self._focused = edge
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._dragged_from is None:
            near_edge = self._edge_at(x) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if near_edge else Qt.CursorShape.ArrowCursor)
            return
        here = self._points_at(x)
        if abs(self.x_of(self._dragged_from) - x) >= GRIP_PX / 2:
            self._focused = Edge.LOW if here < self._dragged_from else Edge.HIGH
            self._choose(min(here, self._dragged_from), max(here, self._dragged_from))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.clear()

    # The keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.range[self._focused]
        page = PAGE_POINTS if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Down:
                self._move_edge(here - page)
            case Qt.Key.Key_Right | Qt.Key.Key_Up:
                self._move_edge(here + page)
            case Qt.Key.Key_PageDown:
                self._move_edge(here - PAGE_POINTS)
            case Qt.Key.Key_PageUp:
                self._move_edge(here + PAGE_POINTS)
            case Qt.Key.Key_Home:
                self._move_edge(0)
            case Qt.Key.Key_End:
                self._move_edge(100)
            case Qt.Key.Key_Escape:
                self.clear()
            case _:
                super().keyPressEvent(event)

    def _move_edge(self, points: int) -> None:
        low, high = self.range
        if self._focused is Edge.LOW:
            self._choose(min(max(points, 0), high), high)
        else:
            self._choose(low, max(min(points, 100), low))

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._focused = Edge.LOW if event.reason() is Qt.FocusReason.TabFocusReason else Edge.HIGH
        super().focusInEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        following = Edge.HIGH if next else Edge.LOW
        if self._focused is following:
            return super().focusNextPrevChild(next)
        self._focused = following
        self.update()
        return True

    # Showing

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.words_at(event.pos().x()), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(self.rect(), 5, 5)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        words = QRect(0, 0, self._words_width + 3, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, "{}–{}".format(*self.range) if self.is_on else "Score")
        self._paint_bars(painter)
        if self.is_on or self.hasFocus():
            self._paint_edges(painter, palette.color(QPalette.ColorRole.WindowText))

    def _paint_bars(self, painter: QPainter) -> None:
        low, high = self.range
        # The score 100 stands in the last bar.
        starts = np.arange(0, 100, BAR_POINTS)
        counts = np.add.reduceat(self._counts, starts)
        place, most = self._bars, max(int(counts.max()), 1)
        painter.setPen(Qt.PenStyle.NoPen)
        for start, number in zip(starts.tolist(), counts.tolist(), strict=True):
            left, right = self.x_of(start), self.x_of(start + BAR_POINTS)
            # One photo among thousands is still seen.
            height = max(2.0, place.height() * number / most) if number else 0.0
            inside = start + BAR_POINTS > low and start <= high
            painter.setOpacity(1.0 if inside else OUTSIDE_OPACITY)
            painter.setBrush(score_colour(start + BAR_POINTS / 2))
            painter.drawRect(QRectF(left, place.bottom() + 1 - height, right - left - 1, height))
        painter.setOpacity(1.0)
        painter.setBrush(QColor(128, 128, 128, 90))
        painter.drawRect(QRectF(place.left(), place.bottom() + 1, place.width(), 1))

    def _paint_edges(self, painter: QPainter, colour: QColor) -> None:
        for edge in Edge:
            focused = self.hasFocus() and edge is self._focused
            painter.setPen(QPen(colour, 3 if focused else 1.5))
            x = self.x_of(self.range[edge])
            painter.drawLine(QPoint(x, 2), QPoint(x, self.height() - 2))
