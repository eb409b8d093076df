"""A score as the album's tiles show it: dark digits on its colour, readable on light and on dark windows."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from studio.theme import NO_SCORE, large_font, score_colour


class ScoreBadge(QLabel):
    """A number on its colour."""

    def __init__(self, pixels: int) -> None:
        super().__init__("–")
        large_font(self, pixels, bold=True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.show_points(None)

    def show_points(self, points: float | None, *, older_model: bool = False, decimals: int = 0) -> None:
        """Show a score, 0 to 100, grey where an older model gave it; None is a dash."""
        self.setText("–" if points is None else f"{points:.{decimals}f}")
        colour = NO_SCORE if points is None or older_model else score_colour(points)
        self.setStyleSheet(f"background: {colour.name()}; color: #101214; border-radius: 6px; padding: 1px 8px")
