"""Colours and sizes that the rooms share; everything else follows the system's palette, dark or light."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication
from PySide6.QtWidgets import QLabel

ACCENT = QColor("#35c2a5")
BACKDROP = QColor("#17191c")
# From poor to fine, told apart by lightness as well as by hue.
POOR, FAIR, FINE = QColor("#e2725b"), QColor("#e8b84a"), QColor("#35c2a5")

SCHEMES = {
    "System": Qt.ColorScheme.Unknown,
    "Light": Qt.ColorScheme.Light,
    "Dark": Qt.ColorScheme.Dark,
}


def score_colour(points: float) -> QColor:
    """The colour of a score, 0 to 100."""
    if points < 34:
        return POOR
    return FAIR if points < 67 else FINE


def apply_scheme(name: str) -> None:
    """Follow the system, or be light or dark."""
    QGuiApplication.styleHints().setColorScheme(SCHEMES.get(name, Qt.ColorScheme.Unknown))


def large_font(label: QLabel, pixels: int, *, bold: bool = False) -> None:
    """Set a label's size in pixels."""
    font = QFont(label.font())
    font.setPixelSize(pixels)
    font.setBold(bold)
    label.setFont(font)
