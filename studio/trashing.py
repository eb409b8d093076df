"""Rejected photos to the system's trash, once a person has seen which, and back by undo. Nothing is ever deleted."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from PySide6.QtWidgets import QWidget

from engine.album import Album
from engine.album_columns import Rows
from engine.catalogue import Catalogue, Mark
from engine.errors import CatalogueError
from engine.photo_filter import PhotoFilter
from engine.progress import Progress
from engine.resources import SAMPLES
from engine.scan import ScoredPhoto, scan
from engine.scoring import Scorer
from engine.trash import RestoredPhoto, TrashedPhoto, move_to_trash, restore
from studio.album_model import AlbumModel
from studio.task_strip import TaskStrip
from studio.thumbnails import Thumbnails
from studio.trash_dialog import Copies, TrashDialog
from studio.wording import count, names_in_words

# So many photos are looked up before anybody notices; more are a task that is seen and can be stopped.
AT_ONCE = 200
_SAMPLES = f"{SAMPLES}{os.sep}"


class Trashing(QObject):
    """Moves photos to the trash and back.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(
        self,
        model: AlbumModel,
        open_catalogue: Callable[[], Catalogue],
        undo_stack: QUndoStack,
        strip: TaskStrip,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._open_catalogue = model, open_catalogue
        self._undo_stack, self._strip = undo_stack, strip
        self.scorer: Scorer | None = None

    def rejected(self) -> Rows:
        """The rows of the album's rejected photos, shown or not, in the order of showing."""
        album = self._model.album
        if album is None:
            return np.empty(0, np.int32)
        return album.select(PhotoFilter(picks=frozenset((-1,))), self._model.key, turned=self._model.turned)

    def ask(self, thumbnails: Thumbnails, window: QWidget) -> None:
        """Say which photos would go, and move them if a person agrees."""
        album, rejected = self._model.album, self.rejected()
        if album is None or not len(rejected):
            self.message.emit("No photo is rejected: X rejects the chosen ones.")
            return
        rows, spared = without_last_copies(rejected, album.numbers["content"][rejected])
        paths, copies = album.path_names(rows), album.path_names(spared)
        if any(path.startswith(_SAMPLES) for path in paths):
            self.message.emit("The sample photos belong to the program: open a folder of your own.")
        elif self._strip.busy:
            self.message.emit(f"Wait for the end of this, or cancel it: {self._strip.what}.")
        else:
            hidden = len(rows) - len(self._model.shown_places(rows))

            def show(elsewhere: Sequence[Path]) -> None:
                found = Copies([Path(path) for path in copies], elsewhere)
                dialog = TrashDialog(paths, hidden, found, thumbnails, window)
                dialog.accepted.connect(lambda: self._move_as_agreed(dialog, paths, copies))
                dialog.open()

            self._find_elsewhere(album, rows, show)

    def _find_elsewhere(self, album: Album, rows: Rows, found: Callable[[Sequence[Path]], None]) -> None:
        """Look for copies of photos in folders that are not shown, as far as the catalogue knows them."""
        contents = np.unique(album.numbers["content"][rows]).tolist()
        elsewhere: list[Path] = []

        def task() -> Iterator[Progress[Path]]:
            with self._open_catalogue() as catalogue:
                for start in range(0, len(contents), AT_ONCE):
                    held = catalogue.paths_of(contents[start : start + AT_ONCE])
                    paths = tuple(path for paths in held.values() for path in paths)
                    yield Progress(start, len(contents), "", paths)

        def take(step: Progress[Path]) -> None:
            others = [path for path in step.results if album.row_of(path) is None]
            elsewhere.extend(path for path in others if path.exists() and SAMPLES not in path.parents)

        def end(text: str) -> None:
            if text:
                self.message.emit(text)
            if not self._strip.was_stopped:
                found(elsewhere)

        if len(contents) > AT_ONCE:
            self._strip.run("Looking for copies", task, progressed=take, ended=end)
            return
        try:
            for step in task():
                take(step)
        except CatalogueError as error:
            self.message.emit(str(error))
        found(elsewhere)

    def _move_as_agreed(self, dialog: TrashDialog, paths: Sequence[str], copies: Sequence[str]) -> None:
        self.move([*paths, *(copies if dialog.copies_too.isChecked() else ())])

    def _mark_again(self, marks: Mapping[int, Mark]) -> None:
        try:
            with self._open_catalogue() as catalogue:
                catalogue.mark(list(marks.items()))
        except CatalogueError as error:
            self.message.emit(str(error))
        self._model.mark(marks)

    def move(self, paths: Sequence[str], command: "_Trashing | None" = None) -> None:
        """Move photos to the trash; what still lies somewhere is rejected no longer: its copies went.

        Args:
            paths: which.
            command: of the undo stack, where it is done again; else a new one is pushed.
        """
        moved: list[TrashedPhoto] = []
        accepted: dict[int, Mark] = {}

        def task() -> Iterator[Progress[TrashedPhoto]]:
            contents: list[int] = []
            with self._open_catalogue() as catalogue:
                try:
                    for number, path in enumerate(map(Path, paths), start=1):
                        contents.append(catalogue.number_of(path))
                        results = move_to_trash([path])
                        catalogue.forget_files([photo.original for photo in results if not photo.error])
                        yield Progress(number, len(paths), path.name, tuple(results))
                finally:  # where a person stops it, too
                    accepted.update(catalogue.accept_what_stays(contents))

        def end(text: str) -> None:
            gone = [photo for photo in moved if not photo.error]
            self._model.mark({content: mark.accepted() for content, mark in accepted.items()})
            self._model.remove([photo.original for photo in gone])
            if gone and command is None:
                self._undo_stack.push(_Trashing(self, gone, accepted))
            elif command is not None:
                command.trashed, command.accepted = gone, accepted
            self._say_moved(moved, len(paths), text)

        self._strip.run("Moving to the trash", task, progressed=lambda step: moved.extend(step.results), ended=end)

    def _say_moved(self, moved: Sequence[TrashedPhoto], asked: int, text: str) -> None:
        staying = [photo for photo in moved if photo.error]
        parts = [text] if text else []
        if gone := len(moved) - len(staying):
            parts.append(
                f"{count(gone, 'photo')} moved to the trash. Undo brings {'it' if gone == 1 else 'them'} back."
            )
        if staying:
            names = names_in_words([photo.original.name for photo in staying])
            parts.append(f"{'Stays' if len(staying) == 1 else 'Stay'}: {names} ({staying[0].error}).")
        if len(moved) < asked and not text:
            parts.append(f"Stopped: {count(asked - len(moved), 'photo')} stay where they are.")
        self.message.emit(" ".join(parts))

    def bring_back(self, trashed: Sequence[TrashedPhoto], accepted: Mapping[int, Mark]) -> None:
        """Bring photos back from the trash, with their marks.

        Args:
            trashed: which.
            accepted: how contents were marked whose copies stayed.
        """
        scorer, back = self.scorer, list[RestoredPhoto]()
        assert scorer is not None, "there were photos to move"

        def task() -> Iterator[Progress[RestoredPhoto | ScoredPhoto]]:
            found: list[Path] = []
            for number, photo in enumerate(trashed, start=1):
                results = restore([photo])
                found += [result.original for result in results if not result.error]
                yield Progress(number, len(trashed), photo.original.name, tuple(results))
            with self._open_catalogue() as catalogue:
                for step in scan(found, catalogue, scorer):
                    yield Progress(len(trashed), len(trashed), "", step.results)

        def take(step: Progress[RestoredPhoto | ScoredPhoto]) -> None:
            back.extend(result for result in step.results if isinstance(result, RestoredPhoto))
            if self._model.album is not None:
                self._model.album.put(result for result in step.results if isinstance(result, ScoredPhoto))

        def end(text: str) -> None:
            self._mark_again(accepted)
            self._model.refresh()
            lost = [photo for photo in back if photo.error]
            parts = [text] if text else []
            if len(back) > len(lost):
                parts.append(f"{count(len(back) - len(lost), 'photo')} brought back from the trash.")
            if lost:
                names = names_in_words([photo.original.name for photo in lost])
                parts.append(f"Not brought back: {names} ({lost[0].error}).")
            self.message.emit(" ".join(parts))

        self._strip.run("Bringing back from the trash", task, progressed=take, ended=end)


def without_last_copies(rows: Rows, contents: npt.NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Split rows of rejected photos into those that go and, of copies of one photo, the one that stays: the last.

    A mark belongs to what a file holds: rejecting one of two copies rejects both, and hardly anybody wants both gone.
    """
    _, last, files = np.unique(contents[::-1], return_index=True, return_counts=True)
    spared = np.sort(len(rows) - 1 - last[files > 1])
    return np.delete(rows, spared), rows[spared]


class _Trashing(QUndoCommand):
    """Photos in the trash; pushed once they are there."""

    def __init__(self, trashing: Trashing, trashed: list[TrashedPhoto], accepted: Mapping[int, Mark]) -> None:
        super().__init__(f"{count(len(trashed), 'photo')} moved to the trash")
        self._trashing, self.trashed, self.accepted = trashing, trashed, accepted
        self._is_done = True

    def undo(self) -> None:
        self._trashing.bring_back(self.trashed, self.accepted)

    def redo(self) -> None:
        if self._is_done:  # the stack says "redo" at once, when the command is pushed
            self._is_done = False
            return
        self._trashing.move([str(photo.original) for photo in self.trashed], self)
