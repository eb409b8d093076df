"""The keys, read off the menus and the rooms' own shortcuts, in a table that can be copied and searched."""

from collections.abc import Iterator
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMainWindow, QMenu, QTextBrowser, QVBoxLayout

SIZE_WH = (560, 600)
# Keys that are no shortcut of anything: what is chosen, or held, answers to them itself.
KEYS_OF_ROOMS = {
    "Live": (
        ("Space", "Keep the best frame; held, the best few of the moment"),
        ("Left, Right", "Choose among the photos that were kept"),
        ("Enter", "Crop the chosen one"),
        ("Del", "Move the chosen one to the trash"),
    ),
    "Album": (
        ("Arrows", "Choose a photo; the previous and the next one where it is shown large"),
        ("Ctrl and the wheel", "Larger photos, or smaller ones"),
        ("Esc", "Go back; close the stack; stop scoring"),
    ),
    "Crop": (
        ("Arrows", "Move the crop a little; with Shift, more"),
        ("+, -", "A larger crop, a smaller one"),
        ("B", "Hold: the crop alone, as it will be"),
        ("Enter", "Save the crop"),
        ("A, X, E", "In the review of a folder: accept, skip, change by hand"),
        ("Esc", "Back to the review"),
    ),
}
Rows = list[tuple[str, str]]


class KeyTable(QDialog):
    """Keys by menu and room.

    Args:
        window: whose menus and shortcuts they are.
        room: the name of the room that is shown; its keys are in sight.
    """

    def __init__(self, window: QMainWindow, room: str = "") -> None:
        super().__init__(window)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QTextBrowser()
        self.text.setHtml(_html(all_keys(window)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(buttons)
        self.resize(min(SIZE_WH[0], window.width()), min(SIZE_WH[1], window.height()))
        self._room = room

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.text.scrollToAnchor(self._room)  # now that lines have their places


def all_keys(window: QMainWindow) -> dict[str, Rows]:
    """Keys and what they do, under the name of their menu or room."""
    keys: dict[str, Rows] = {}
    for menu in window.menuBar().actions():
        keys[_plain(menu.text())] = [(_shown(each.shortcut()), _plain(each.text())) for each in _with_keys(menu)]
    for shortcut in window.findChildren(QShortcut):
        if shortcut.whatsThis():
            room, _, text = shortcut.whatsThis().partition(": ")
            keys.setdefault(room, []).append((_shown(shortcut.key()), text))
    for room, rows in KEYS_OF_ROOMS.items():
        keys.setdefault(room, []).extend(rows)
    return {name: rows for name, rows in keys.items() if rows}


def _with_keys(action: QAction) -> Iterator[QAction]:
    """The actions with keys below a menu's entry, those of menus inside of it too."""
    menu = action.menu()
    if isinstance(menu, QMenu):
        for each in menu.actions():
            yield from _with_keys(each)
    elif not action.shortcut().isEmpty():
        yield action


def _shown(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")


def _html(keys: dict[str, Rows]) -> str:
    parts = []
    for name, rows in keys.items():
        parts.append(f'<tr><td colspan="2"><br><a name="{escape(name)}"></a><b>{escape(name)}</b></td></tr>')
        parts += [f"<tr><td width=150>{escape(key)}</td><td>{escape(text)}</td></tr>" for key, text in rows]
    return f'<table cellpadding="3" cellspacing="0">{"".join(parts)}</table>'
