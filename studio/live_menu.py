"""The Live menu: the camera, and where and how selfies are kept."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from studio.keep_folder import Place, album_folder, chosen_folder, keep_folder, keep_in, keep_place, pictures_folder
from studio.keeper import MIRROR_SETTING, keeps_mirrored
from studio.live_view import LiveRoom


class LiveMenu(QMenu):
    """What can be done in the Live room.

    Signals:
        camera_wanted: the room shall be shown, with its camera started.
        album_wanted: the folder of kept selfies.
        message: a sentence for people.
    """

    camera_wanted = Signal()
    album_wanted = Signal(object)
    message = Signal(str)

    def __init__(self, room: LiveRoom, parent: QWidget | None = None) -> None:
        super().__init__("&Live", parent)
        self._add("Start &camera", self.camera_wanted.emit, "Ctrl+R")
        self._add("S&top", room.stop, "Ctrl+.")
        self.addSeparator()
        self._add_places()
        self._add("Keep in an&other folder…", self.choose_folder)
        self.addSeparator()
        mirrored = self._add("Keep them as the &mirror shows them", self._keep_mirrored)
        mirrored.setCheckable(True)
        mirrored.setChecked(keeps_mirrored())
        self._add("Show them in the &Album", lambda: self.album_wanted.emit(keep_folder()))
        self.addSeparator()
        self._add("Take &back what was kept last", room.keeper.undo)

    def _add(self, text: str, action: Callable[[], object], keys: str = "") -> QAction:
        added = self.addAction(text)
        added.triggered.connect(lambda: action())
        if keys:
            added.setShortcut(QKeySequence(keys))
        return added

    def _add_places(self) -> None:
        group = QActionGroup(self)
        self._places = {place: self._add("", partial(self._keep_in, place)) for place in Place}
        for action in self._places.values():
            action.setCheckable(True)
            group.addAction(action)
        self._name_places()
        self.aboutToShow.connect(self._name_places)

    @Slot()
    def _name_places(self) -> None:
        """Say plainly where each place is now: the album's folder changes."""
        pictures, album, chosen = pictures_folder(), album_folder(), chosen_folder()
        self._places[Place.PICTURES].setText(f"Keep in &{_plain(f'{pictures.parent.name}/{pictures.name}')}")
        inside = f" ({_plain(album.name)})" if album is not None else ": none that can be written to"
        self._places[Place.ALBUM].setText(f"Keep in the album's &folder{inside}")
        self._places[Place.ALBUM].setEnabled(album is not None)
        self._places[Place.CHOSEN].setText(f"Keep in {_plain(chosen.name)}" if chosen is not None else "")
        self._places[Place.CHOSEN].setVisible(chosen is not None)
        for place, folder in ((Place.PICTURES, pictures), (Place.ALBUM, album), (Place.CHOSEN, chosen)):
            self._places[place].setStatusTip(str(folder or ""))
        self._places[keep_place()].setChecked(True)

    def _keep_in(self, place: Place, chosen: Path | None = None) -> None:
        keep_in(place, chosen)
        self._name_places()
        self.message.emit(f"Selfies are kept in {keep_folder()} from now on.")

    def choose_folder(self) -> None:
        """Ask where selfies are kept from now on."""
        name = QFileDialog.getExistingDirectory(self.parentWidget(), "Keep selfies in", str(keep_folder()))
        if name:
            self._keep_in(Place.CHOSEN, Path(name))

    def _keep_mirrored(self) -> None:
        QSettings().setValue(MIRROR_SETTING, not keeps_mirrored())


def _plain(name: str) -> str:
    """A name as a menu shows it, not as a key to press."""
    return name.replace("&", "&&")
