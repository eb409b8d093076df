"""Buttons that stay pressed, and show it: Fusion hardly tells them from those that are not."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QPushButton, QWidget

from studio.theme import ACCENT


class Toggle(QPushButton):
    """Pressed or not."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.toggled.connect(self._colour)

    @Slot(bool)
    def _colour(self, checked: bool) -> None:
        colour_button(self, is_on=checked)


def colour_button(button: QPushButton, *, is_on: bool, colour: QColor = ACCENT) -> None:
    """Colour it by its palette and not by a style sheet, which would keep the colours of another scheme."""
    palette = QPalette()
    if is_on:
        palette.setColor(QPalette.ColorRole.Button, colour)
        palette.setColor(QPalette.ColorRole.ButtonText, QColor("#101214"))
    button.setPalette(palette)
