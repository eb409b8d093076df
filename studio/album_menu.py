"""The Album menu: what can be done to the photos that are chosen; its keys work in the Album room alone."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.album_view import AlbumRoom
from studio.culling import PICKED, REJECTED, UNMARKED
from studio.wording import count

MOST_STARS = 5


class AlbumMenu(QMenu):
    """What can be done in the Album room."""

    def __init__(self, room: AlbumRoom, parent: QWidget | None = None) -> None:
        super().__init__("&Album", parent)
        self._room = room
        self._add("&Pick", "P", partial(room.pick, PICKED))
        self._add("&Reject", "X", partial(room.pick, REJECTED))
        self._add("&Unmark", "U", partial(room.pick, UNMARKED))
        stars = self.addMenu("&Stars")
        for number in range(MOST_STARS + 1):
            text = count(number, "star") if number else "no stars"
            self._add(f"&{number}  {text}", str(number), partial(room.rate, number), stars)
        self.addSeparator()
        self._add("&Large, or back", "Return", room.toggle_large)
        self._add("Compare side &by side", "V", room.start_comparison)
        self._add("&Why this score", "I", room.show_why)
        self._add("&Map of what counts", "M", room.show_map)
        self._add("&Crop this photo", "C", room.crop_current)
        self._add("Open the stac&k, or close it", "G", room.toggle_stack)
        self.addSeparator()
        self._add("&Find by name", "Ctrl+F", room.begin_search)
        larger = self._add("Lar&ger photos", "Ctrl+=", partial(room.browsing.filters.zoom, 1))
        larger.setShortcuts([QKeySequence("Ctrl+="), QKeySequence("Ctrl++")])
        self._add("S&maller photos", "Ctrl+-", partial(room.browsing.filters.zoom, -1))
        self._add("Look for c&hanges in the folder", "F5", room.look_again)

    def _add(self, text: str, keys: str, action: Callable[[], object], menu: QMenu | None = None) -> QAction:
        added = (menu or self).addAction(text)
        added.triggered.connect(lambda: action())
        added.setShortcut(QKeySequence(keys))
        # The same letters mean something else in the other rooms.
        added.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._room.addAction(added)
        return added
