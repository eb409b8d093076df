"""What the Live room says for a moment, over its picture, where who poses looks: kept, failed, the camera lost."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from studio.hint_banner import TEXT

# Dark enough to be read over figures.
SCRIM = QColor(12, 14, 16, 235)
SHOWN_MS = 6000
LETTERS, MOST_LINES = 15, 3
# Leaves a corner of a picture of usual width to the figures, and one to the countdown.
WIDEST, PADDING, MARGIN = 440, 12, 16
# Where it may stand, as shares of the way down: at the top, above the hint, in between.
PLACES_DOWN = (0.0, 0.72, 0.36)


class Notice(QWidget):
    """A few lines that go away by themselves, and give way to faces."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = ""
        self._area = QRect()
        self._middles: Sequence[QPoint] = ()
        font = QFont(self.font())
        font.setPixelSize(LETTERS)
        self.setFont(font)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str) -> None:
        """Show a sentence in place of the last one; an empty one takes it away."""
        self.text = text
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if text:
            self._timer.start()
            self.raise_()
            self._place()

    def give_way(self, area: QRect, middles: Sequence[QPoint]) -> None:
        """Stay within a part of the parent, and off the middles of faces."""
        moved, self._area, self._middles = area != self._area, area, middles
        if self.isVisible() and (moved or self._covers(self.geometry())):
            self._place()

    def lines(self) -> list[str]:
        """The text as it is shown: in a few lines, the last one without its middle where there are more."""
        width = min(WIDEST, self._area.width() - 2 * MARGIN) - 2 * PADDING
        layout = QTextLayout(self.text, self.font())
        layout.setTextOption(_wrapping())
        layout.beginLayout()
        starts = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            starts.append(line.textStart())
        layout.endLayout()
        starts = starts[:MOST_LINES]
        parts = [self.text[start:end] for start, end in zip(starts, [*starts[1:], len(self.text)], strict=True)]
        return [self.fontMetrics().elidedText(part.strip(), Qt.TextElideMode.ElideMiddle, width) for part in parts]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(SCRIM)
        painter.drawRoundedRect(self.rect(), 10, 10)
        painter.setPen(TEXT)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "\n".join(self.lines()))

    def _place(self) -> None:
        lines, metrics = self.lines(), self.fontMetrics()
        width = max(map(metrics.horizontalAdvance, lines), default=0) + 2 * PADDING + 2
        height = len(lines) * metrics.lineSpacing() + 2 * PADDING
        x = self._area.center().x() - width // 2
        room = self._area.height() - 2 * MARGIN - height
        places = [QRect(x, self._area.top() + MARGIN + round(down * room), width, height) for down in PLACES_DOWN]
        self.setGeometry(next((place for place in places if not self._covers(place)), places[0]))
        self.update()

    def _covers(self, place: QRect) -> bool:
        return any(place.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).contains(middle) for middle in self._middles)


def _wrapping() -> QTextOption:
    """Between words, and inside of a path that is longer than a line."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option
