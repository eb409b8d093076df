"""The Album menu: what can be done to the photos that are chosen; its keys work in the Album room alone."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from engine.ratings import MOST_STARS, RatingPlace
from studio.album_view import AlbumRoom
from studio.culling import PICKED, REJECTED, UNMARKED
from studio.star_place import PLACES, star_place
from studio.wording import count


class AlbumMenu(QMenu):
    """What can be done in the Album room.

    Signals:
        sheet_wanted: the photos are to be laid out on a sheet.
        map_wanted: the photos are to be laid out on the map.
        likes_wanted: what the network likes in the photos is to be shown.
        hood_wanted: what the network sees in the chosen photo is to be shown.
    """

    sheet_wanted = Signal()
    map_wanted = Signal()
    likes_wanted = Signal()
    hood_wanted = Signal()

    def __init__(self, room: AlbumRoom, parent: QWidget | None = None) -> None:
        super().__init__("&Album", parent)
        self._room = room
        self._add("&Pick", "P", partial(room.pick, PICKED))
        self._add("&Reject", "X", partial(room.pick, REJECTED))
        self._add("&Unmark", "U", partial(room.pick, UNMARKED))
        stars = self.addMenu("&Stars")
        for number in range(MOST_STARS + 1):
            text = count(number, "star") if number else "No stars"
            self._add(f"&{text}", str(number), partial(room.rate, number), stars)
        self.go_on = self.addAction("&Jump to the next photo after a mark")
        self.go_on.setCheckable(True)
        self.go_on.setChecked(room.goes_on)
        self.go_on.toggled.connect(room.go_on_after_marks)
        self._add("Stars fr&om scores…", "Ctrl+Shift+R", room.tasks.ask_for_mapping)
        self._add_star_places()
        self.addSeparator()
        self._add("&Large, or back", "Return", room.toggle_large)
        self._add("Compare side b&y side", "V", room.start_comparison)
        self._add("&Why this score", "I", room.show_why)
        self._add("&Map of what counts", "M", room.show_map)
        self._add("&Crop this photo", "C", room.crop_current)
        self._add("Crop s&everal photos…", "Shift+C", room.crop_many)
        self._add("Open the stac&k, or close it", "G", room.toggle_stack)
        self._add("Keep the best of eac&h stack…", "Ctrl+Shift+K", room.tasks.ask_to_keep_best)
        self.addSeparator()
        self._add("&Find by name", "Ctrl+F", room.begin_search)
        larger = self._add("Lar&ger photos", "Ctrl+=", partial(room.browsing.filters.zoom, 1))
        larger.setShortcuts([QKeySequence("Ctrl+="), QKeySequence("Ctrl++")])
        self._add("Smaller photos (&zoom out)", "Ctrl+-", partial(room.browsing.filters.zoom, -1))
        self._add("Look for changes in the fol&der", "F5", room.look_again)
        self.addSeparator()
        self._add("E&xport…", "Ctrl+E", room.tasks.ask_to_export)
        self._add("Save the l&ist…", "", room.tasks.ask_to_save_list)
        self._add("Re&veal in the file manager", "", room.tasks.show_in_file_manager)
        self._add("Copy p&ath", "Ctrl+Shift+C", room.tasks.copy_path)
        lab = self.addMenu("La&b")
        self._add("&Sheet…", "", self.sheet_wanted.emit, lab)
        self._add("&Map", "", self.map_wanted.emit, lab)
        self._add("&What it likes", "", self.likes_wanted.emit, lab)
        self._add("&Under the hood", "", self.hood_wanted.emit, lab)
        self._add("Move rejected to the &trash…", "Ctrl+Del", room.tasks.ask_to_trash)

    def _add_star_places(self) -> None:
        menu = self.addMenu("Keep stars i&n")
        menu.setToolTipsVisible(True)
        group = QActionGroup(self)
        self.star_places: dict[RatingPlace | None, QAction] = {}
        for place, (name, sentence) in PLACES.items():
            action = self._add(name, "", partial(self._room.tasks.keep_stars_in, place), menu)
            action.setCheckable(True)
            action.setChecked(place == star_place())
            action.setStatusTip(sentence)
            action.setToolTip(sentence)
            group.addAction(action)
            self.star_places[place] = action
        menu.addSeparator()
        self._add("&Write the stars of these photos there now", "", self._room.tasks.write_stars, menu)

    def _add(self, text: str, keys: str, action: Callable[[], object], menu: QMenu | None = None) -> QAction:
        added = (menu or self).addAction(text)
        added.triggered.connect(lambda: action())
        added.setShortcut(QKeySequence(keys))
        # The same letters mean something else in the other rooms.
        added.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._room.addAction(added)
        return added
