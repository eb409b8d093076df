"""Saves what a page of the Lab shows as a file: asks for its name, shows how far it is, says where it lies."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.progress import Progress
from studio.file_manager import open_folder
from studio.task_strip import TaskStrip

FOLDER_SETTING = "lab/save folder"
WAIT = "Wait for the end of what is being made, or cancel it."
KINDS = {".png": "Picture (*.png)", ".html": "Web page (*.html)"}


class PageSaver(QObject):
    """Saves one page's files.

    Args:
        strip: shows how far it is; nothing is saved while it is busy.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(self, strip: TaskStrip, page: QWidget) -> None:
        super().__init__(page)
        self._strip, self._page = strip, page

    def save_as(
        self,
        name: str,
        suffixes: tuple[str, ...],
        write: Callable[[Path], Iterator[Progress[Any]]],
        told: Callable[[Path, Progress[Any]], str],
    ) -> None:
        """Ask for a file, and write it.

        Args:
            name: that is proposed, with no suffix.
            suffixes: of `KINDS`; the first is that of a name without one.
            write: makes the task that writes a file, in place of one of that name.
            told: what is said at the end, by the file and the last step.
        """
        if self._strip.busy:
            self.message.emit(WAIT)
            return
        target = self._ask(name, suffixes)
        if target is None:
            return
        steps: list[Progress[Any]] = []

        def end(text: str) -> None:
            if text or self._strip.was_stopped:
                self.message.emit(text or "Stopped: nothing was saved.")
                return
            self._strip.show_result(told(target, steps[-1]), "Open the folder", lambda: self._show(target.parent))

        self._strip.run("Saving", lambda: write(target), progressed=steps.append, ended=end)

    def _ask(self, name: str, suffixes: tuple[str, ...]) -> Path | None:
        """The file that a person wants; None where they want none."""
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        start = Path(str(QSettings().value(FOLDER_SETTING, "") or pictures), f"{name}{suffixes[0]}")
        kinds = ";;".join(KINDS[suffix] for suffix in suffixes)
        chosen, kind = QFileDialog.getSaveFileName(self._page.window(), "Save as", str(start), kinds)
        if not chosen:
            return None
        suffix = next((each for each in suffixes if KINDS[each] == kind), suffixes[0])
        target = Path(chosen) if Path(chosen).suffix.lower() in suffixes else Path(f"{chosen}{suffix}")
        if str(target) != chosen and target.exists():  # the dialog has asked about the very name that it gave
            self.message.emit(f"There is a {target.name} already: choose another name.")
            return None
        QSettings().setValue(FOLDER_SETTING, str(target.parent))
        return target

    def _show(self, folder: Path) -> None:
        if not open_folder(folder):
            self.message.emit(f"No file manager answers. The file is in {folder}")
