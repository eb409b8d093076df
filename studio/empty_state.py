"""What a room shows while it has nothing to show: what it is for, and what to do next."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.theme import large_font


class EmptyState(QWidget):
    """A title, a sentence, and buttons."""

    def __init__(self, title: str, text: str, actions: dict[str, Callable[[], None]]) -> None:
        super().__init__()
        self.title = QLabel(title)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        large_font(self.title, 24, bold=True)
        self.text = QLabel(text)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addStretch()
        self.buttons = {name: QPushButton(name) for name in actions}
        for name, action in actions.items():
            self.buttons[name].clicked.connect(action)
            buttons.addWidget(self.buttons[name])
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch()
        layout.addWidget(self.title)
        # A row of its own, narrower than the room: a label that wraps tells its height to a layout alone.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.text, 6)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addLayout(buttons)
        layout.addStretch()

    def say(self, title: str, text: str) -> None:
        """Tell why there is nothing, in place of what the room is for."""
        self.title.setText(title)
        self.text.setText(text)
