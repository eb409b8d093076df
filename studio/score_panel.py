"""Beside the live picture: the dial, the last half minute, and how many faces there are."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.dial import Dial
from studio.smoothing import Steady
from studio.sparkline import Sparkline
from studio.theme import large_font
from studio.wording import faces_in_words

# A fifth of a large screen, and readable on a small one.
NARROWEST, WIDEST = 300, 420
PICTURE_SHARE, PANEL_SHARE = 4, 1
# Room for the dial and all below it; in less, the dial would shrink for the line.
HIGH_ENOUGH = 360


class ScorePanel(QWidget):
    """Follows the score: the needle with every one, the digits a few times a second."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(NARROWEST)
        self.setMaximumWidth(WIDEST)
        self.steady = Steady()
        self.dial = Dial()
        self.sparkline = Sparkline()
        self.best = QLabel("")
        large_font(self.best, 18)
        self.faces = QLabel("")
        large_font(self.faces, 18)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(self.dial)
        for label in (self.best, self.faces):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(12)
        layout.addWidget(self.sparkline)
        layout.addStretch(2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # What is read from two metres goes first.
        self.sparkline.setVisible(self.height() >= HIGH_ENOUGH)

    def add(self, points: float, at_s: float) -> float:
        """Take in a score at a time in seconds; gives what the needle shows."""
        steady = self.steady.add(points, at_s)
        self.sparkline.add(steady, at_s)
        self.dial.show_points(steady, self.sparkline.best)
        return steady

    def refresh_text(self, faces: int, *, fresh: bool) -> None:
        """Write down what the needle shows now; a dash where the score is old."""
        points, best = self.steady.value, self.sparkline.best
        self.dial.show_digits("–" if points is None or not fresh else f"{points:.0f}")
        self.best.setText("" if best is None else f"Best of 30 s: {best:.0f}")
        self.faces.setText(faces_in_words(faces).capitalize())

    def clear(self) -> None:
        self.steady = Steady()
        self.sparkline.clear()
        self.dial.show_points(None)
        self.dial.show_digits("")
        self.best.clear()
        self.faces.clear()
