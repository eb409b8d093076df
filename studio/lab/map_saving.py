"""Saves a map as one large picture, where the window is asked for it."""

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.lab.map_picture import DEFAULT_SIDE, MapPicture, write_map
from engine.lab.photos import LabPhotos
from studio.file_manager import open_folder
from studio.lab.map_layouts import MapLayout
from studio.task_strip import TaskStrip
from studio.wording import count

FOLDER_SETTING = "lab/map folder"
WAIT = "Wait for the end of what is being made, or cancel it."


class MapSaver(QObject):
    """Asks for a file, and draws the map into it.

    Args:
        strip: shows how far it is; nothing is saved while it is busy.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(self, strip: TaskStrip, parent: QWidget) -> None:
        super().__init__(parent)
        self._strip, self._page = strip, parent

    def save_as(self, photos: LabPhotos, layout: MapLayout, *, coloured: bool) -> None:
        """Ask for a file, and save the map there."""
        if self._strip.busy:
            self.message.emit(WAIT)
            return
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        start = Path(str(QSettings().value(FOLDER_SETTING, "") or pictures), "map.png")
        name, _ = QFileDialog.getSaveFileName(self._page.window(), "Save the map", str(start), "Picture (*.png)")
        if not name:
            return
        target = Path(name) if Path(name).suffix.lower() == ".png" else Path(f"{name}.png")
        if str(target) != name and target.exists():  # the dialog has asked about the very name that it gave
            self.message.emit(f"There is a {target.name} already: choose another name.")
            return
        QSettings().setValue(FOLDER_SETTING, str(target.parent))
        self.save(photos, layout, target, coloured=coloured)

    def save(self, photos: LabPhotos, layout: MapLayout, target: Path, *, coloured: bool) -> None:
        """Draw the map; the file takes the place of one of this name."""
        columns, rows = layout.map_wh
        side = 1.0 if layout.is_grid else layout.side
        picture = MapPicture(photos, layout.middles, columns, rows, DEFAULT_SIDE, coloured, side)
        unread: list[int] = []

        def end(text: str) -> None:
            if not unread:
                self.message.emit(text or "Stopped: no picture was saved.")
                return
            words = f"{count(len(photos), 'photo')} saved as {target}"
            words += f"; {unread[0]} cannot be read and are grey" if unread[0] else ""
            self._strip.show_result(words, "Open the folder", lambda: self._show_folder(target.parent))

        self._strip.run(
            "Saving the map",
            lambda: write_map(picture, target),
            progressed=lambda step: unread.extend(step.results),
            ended=end,
        )

    def _show_folder(self, folder: Path) -> None:
        if not open_folder(folder):
            self.message.emit(f"No file manager answers. The map is in {folder}")
