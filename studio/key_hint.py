"""A line below the grid that tells the few keys which culling needs, until a person has read it."""

from PySide6.QtCore import QSettings, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio.elided_label import ElidedLabel

READ_SETTING = "album/key hint read"
KEYS = "P picks · X rejects · 1 to 5 give stars · V compares side by side · Enter shows large · F1 tells all keys"


class KeyHint(QWidget):
    """Shown in the grid until it is closed, once for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ElidedLabel(KEYS)
        self.text.setToolTip(KEYS)
        self.close_button = QPushButton("Got it")
        self.close_button.clicked.connect(self._close_for_good)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.close_button)
        self.hide()

    def show_in_grid(self, in_grid: bool) -> None:
        """Show it where the grid is, unless it was closed at some time."""
        self.setVisible(in_grid and not QSettings().value(READ_SETTING, False, bool))

    @Slot()
    def _close_for_good(self) -> None:
        QSettings().setValue(READ_SETTING, True)
        self.hide()
