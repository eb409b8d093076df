"""The Live menu: the camera, and where and how selfies are kept."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from studio.keeper import FOLDER_SETTING, MIRROR_SETTING, keep_folder, keeps_mirrored
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
        self._add("Keep selfies &in…", self.choose_folder)
        mirrored = self._add("Keep them as the &mirror shows them", self._keep_mirrored)
        mirrored.setCheckable(True)
        mirrored.setChecked(keeps_mirrored())
        self._add("Show them in the &Album", lambda: self.album_wanted.emit(keep_folder()))
        self.addSeparator()
        self._add("Take &back what was kept last", room.keeper.undo, "Ctrl+Z")

    def _add(self, text: str, action: Callable[[], object], keys: str = "") -> QAction:
        added = self.addAction(text)
        added.triggered.connect(lambda: action())
        if keys:
            added.setShortcut(QKeySequence(keys))
        return added

    def choose_folder(self) -> None:
        """Ask where selfies are kept from now on."""
        name = QFileDialog.getExistingDirectory(self.parentWidget(), "Keep selfies in", str(keep_folder()))
        if name:
            QSettings().setValue(FOLDER_SETTING, name)
            self.message.emit(f"Selfies are kept in {Path(name)} from now on.")

    def _keep_mirrored(self) -> None:
        QSettings().setValue(MIRROR_SETTING, not keeps_mirrored())
