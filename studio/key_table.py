"""The keys, read off the menus and the rooms' own shortcuts, in a table that can be copied and searched."""

from collections.abc import Iterator
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMainWindow, QTextBrowser, QVBoxLayout, QWidget

SIZE_WH = (560, 600)
# Keys that are no shortcut of anything: what is chosen, or held, answers to them itself.
KEYS_OF_ROOMS = {
    "Live": (
        ("Space", "keep the best frame; held, the best few of the moment"),
        ("Left, Right", "choose among the photos that were kept"),
        ("Enter", "crop the chosen one"),
        ("Del", "move the chosen one to the trash"),
    ),
    "Album": (
        ("Arrows", "choose a photo"),
        ("Enter", "show it large"),
        ("Left, Right", "the previous and the next one, shown large"),
        ("C", "crop this photo"),
        ("Esc", "go back; stop scoring"),
    ),
}
Rows = list[tuple[str, str]]


class KeyTable(QDialog):
    """Keys by menu and room."""

    def __init__(self, window: QMainWindow) -> None:
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


def all_keys(window: QMainWindow) -> dict[str, Rows]:
    """Keys and what they do, under the name of their menu or room."""
    keys: dict[str, Rows] = {}
    for action in window.menuBar().actions():
        menu = action.menu()
        if isinstance(menu, QWidget):
            keys[_plain(action.text())] = [(_key(each), _plain(each.text())) for each in _with_keys(menu.actions())]
    for shortcut in window.findChildren(QShortcut):
        if shortcut.whatsThis():
            room, _, text = shortcut.whatsThis().partition(": ")
            keys.setdefault(room, []).append((_shown(shortcut.key()), text))
    for room, rows in KEYS_OF_ROOMS.items():
        keys.setdefault(room, []).extend(rows)
    return {name: rows for name, rows in keys.items() if rows}


def _with_keys(actions: list[QAction]) -> Iterator[QAction]:
    return (action for action in actions if not action.shortcut().isEmpty())


def _key(action: QAction) -> str:
    return _shown(action.shortcut())


def _shown(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")


def _html(keys: dict[str, Rows]) -> str:
    parts = []
    for name, rows in keys.items():
        parts.append(f'<tr><td colspan="2"><br><b>{escape(name)}</b></td></tr>')
        parts += [f"<tr><td width=150>{escape(key)}</td><td>{escape(text)}</td></tr>" for key, text in rows]
    return f'<table cellpadding="3" cellspacing="0">{"".join(parts)}</table>'
