"""A button that stays pressed, and shows it: Fusion hardly tells it from one that is not."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QPushButton, QWidget

from studio.theme import ACCENT


class Toggle(QPushButton):
    """Coloured by its palette and not by a style sheet, which would keep the colours of another scheme."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.toggled.connect(self._colour)

    @Slot(bool)
    def _colour(self, checked: bool) -> None:
        palette = QPalette()
        if checked:
            palette.setColor(QPalette.ColorRole.Button, ACCENT)
            palette.setColor(QPalette.ColorRole.ButtonText, QColor("#101214"))
        self.setPalette(palette)
