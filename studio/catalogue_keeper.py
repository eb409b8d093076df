"""Opens the person's catalogue for whoever needs it, and looks once whether it is whole."""

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from engine.catalogue import Catalogue
from engine.catalogue_care import open_or_begin_anew, replace_damaged
from engine.errors import CatalogueError
from engine.progress import Progress
from studio.jobs import JobSlot


class CatalogueKeeper(QObject):
    """Gives a catalogue whatever happens: where the person's cannot be used, one that passes with this run.

    Attributes:
        jobs: where the catalogue is checked.

    Signals:
        message: a sentence for people.
        damage_found: the catalogue can be opened, and is damaged: stop using it, then `replace`.
    """

    message = Signal(str)
    damage_found = Signal()

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._passing_folder: tempfile.TemporaryDirectory[str] | None = None
        self._is_checked = False
        # Two threads that find it damaged must not both set it aside.
        self._opening = threading.Lock()
        self.jobs = JobSlot(self)

    @property
    def is_passing(self) -> bool:
        """Whether the catalogue does not outlive the program."""
        return self._passing_folder is not None

    def open(self) -> Catalogue:
        """The catalogue, for the calling thread."""
        with self._opening:
            try:
                catalogue, told = open_or_begin_anew(self._file)
            except CatalogueError as error:
                told = f"Scores and marks will not be remembered this time: {error}"
                self._passing_folder = tempfile.TemporaryDirectory(prefix="selfie-studio-")
                self._file = Path(self._passing_folder.name) / "catalogue.sqlite"
                catalogue = Catalogue(self._file)
        if told:
            self.message.emit(told)
        return catalogue

    @Slot()
    def check(self) -> None:
        """Read all of the catalogue in the background, once in a run: half a gigabyte where it has 100,000 photos."""
        if self._is_checked:
            return
        self._is_checked = True

        def task() -> Iterator[Progress[str | None]]:
            with self.open() as catalogue:
                damage = catalogue.damage()
            yield Progress(1, 1, "", (damage,))

        self.jobs.start(task, progressed=self._take, completed=lambda: None, failed=self.message.emit)

    @Slot(object)
    def _take(self, progress: Progress[str | None]) -> None:
        if progress.results[0]:
            self.damage_found.emit()

    def replace(self) -> None:
        """Put the last backup, or a new catalogue, in the place of a damaged one, which nobody uses now."""
        try:
            self.message.emit(replace_damaged(self._file))
        except CatalogueError as error:
            self.message.emit(str(error))

    def close(self) -> None:
        """Stop checking; leave nothing of a catalogue that passes."""
        self.jobs.close()
        if self._passing_folder:
            self._passing_folder.cleanup()
