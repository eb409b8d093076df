"""Colours and sizes that the rooms share; everything else follows the system's palette, dark or light."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel

ACCENT = QColor("#35c2a5")
BACKDROP = QColor("#17191c")
# From poor to fine, told apart by lightness as well as by hue.
POOR, FAIR, FINE = QColor("#e2725b"), QColor("#e8b84a"), QColor("#35c2a5")
# There is none, or it is that of an older model.
NO_SCORE = QColor("#aaaaaa")

# Window, base, text, button, dim.
DARK = ("#1f2226", "#191b1f", "#e8eaed", "#2c3036", "#8b9199")
# Else a box that is not ticked looks like the window around it.
DARK_BOX = QColor("#4a515b")
LIGHT = ("#f3f4f6", "#ffffff", "#1d2024", "#e6e8ec", "#7a818a")
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
    scheme = SCHEMES.get(name, Qt.ColorScheme.Unknown)
    QGuiApplication.styleHints().setColorScheme(scheme)
    if scheme is Qt.ColorScheme.Unknown:
        QGuiApplication.setPalette(QPalette())
    else:
        # Not every desktop lets a program choose: the palette does.
        QGuiApplication.setPalette(_palette(*(DARK if scheme is Qt.ColorScheme.Dark else LIGHT)))
    boxes = QGuiApplication.palette()
    if scheme is Qt.ColorScheme.Dark:
        boxes.setColor(QPalette.ColorRole.Base, DARK_BOX)
    for name in ("QCheckBox", "QRadioButton"):
        QApplication.setPalette(boxes, name)  # type: ignore[arg-type]  # the stubs say bytes, which it refuses


def _palette(window: str, base: str, text: str, button: str, dim: str) -> QPalette:
    palette = QPalette(QColor(button), QColor(window))
    role = QPalette.ColorRole
    colours = {
        role.Base: base,
        role.AlternateBase: button,
        role.Text: text,
        role.WindowText: text,
        role.ButtonText: text,
        role.ToolTipBase: button,
        role.ToolTipText: text,
        role.PlaceholderText: dim,
    }
    for each, colour in colours.items():
        palette.setColor(each, QColor(colour))
    for each in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(dim))
    palette.setColor(role.Highlight, ACCENT)
    palette.setColor(role.HighlightedText, QColor("#101214"))
    return palette


def large_font(label: QLabel, pixels: int, *, bold: bool = False) -> None:
    """Set a label's size in pixels."""
    font = QFont(label.font())
    font.setPixelSize(pixels)
    font.setBold(bold)
    label.setFont(font)
