"""A view whose keys are its own, whatever the menus use them for elsewhere."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class OwnKeys(QWidget):
    """Takes its keys before any shortcut of the window does."""

    def is_own(self, event: QKeyEvent) -> bool:
        """Whether this view does something with the key."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.is_own(event):
            event.accept()
            return True
        return super().event(event)
