"""Rejected photos to the system's trash, once a person has seen which, and back by undo. Nothing is ever deleted."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from PySide6.QtWidgets import QWidget

from engine.album import PhotoRow
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

    def rejected(self) -> list[PhotoRow]:
        """The rejected photos of the album, shown or not, in the order of showing."""
        album = self._model.album
        if album is None:
            return []
        rows = album.select(PhotoFilter(picks=frozenset((-1,))), self._model.key, turned=self._model.turned)
        return album.photos(rows)

    def ask(self, thumbnails: Thumbnails, window: QWidget) -> None:
        """Say which photos would go, and move them if a person agrees."""
        photos, spared = without_last_copies(self.rejected())
        if not photos and not spared:
            self.message.emit("No photo is rejected: X rejects the chosen ones.")
        elif any(SAMPLES in photo.path.parents for photo in photos):
            self.message.emit("The sample photos belong to the program: open a folder of your own.")
        elif self._strip.busy:
            self.message.emit(f"Wait for the end of this, or cancel it: {self._strip.what}.")
        else:
            hidden = sum(self._model.place_of(photo.path) is None for photo in photos)
            copies = Copies([photo.path for photo in spared], self._elsewhere(photos))
            dialog = TrashDialog(photos, hidden, copies, thumbnails, window)
            dialog.accepted.connect(lambda: self._move_as_agreed(dialog, photos, spared))
            dialog.open()

    def _elsewhere(self, photos: Sequence[PhotoRow]) -> list[Path]:
        """Copies of photos in folders that are not shown, as far as the catalogue knows them."""
        album = self._model.album
        assert album is not None, "these are photos of it"
        try:
            with self._open_catalogue() as catalogue:
                held = catalogue.paths_of({photo.content for photo in photos})
        except CatalogueError as error:
            self.message.emit(str(error))
            return []
        others = [path for paths in held.values() for path in paths if album.row_of(path) is None]
        return [path for path in others if path.exists() and SAMPLES not in path.parents]

    def _move_as_agreed(self, dialog: TrashDialog, photos: Sequence[PhotoRow], spared: Sequence[PhotoRow]) -> None:
        copies = spared if dialog.copies_too.isChecked() else ()
        self.move([photo.path for photo in (*photos, *copies)])

    def _accept_copies(self, gone: Sequence[Path]) -> dict[int, Mark]:
        """What still lies somewhere is rejected no longer: its copies went. How it was marked before."""
        album = self._model.album
        if album is None or not gone:
            return {}
        rows = [row for path in gone if (row := album.row_of(path)) is not None]
        try:
            with self._open_catalogue() as catalogue:
                before = catalogue.accept_what_stays(album.numbers["content"][rows].tolist())
        except CatalogueError as error:
            self.message.emit(str(error))
            return {}
        self._model.mark({content: mark.accepted() for content, mark in before.items()})
        return before

    def _mark_again(self, marks: Mapping[int, Mark]) -> None:
        try:
            with self._open_catalogue() as catalogue:
                catalogue.mark(list(marks.items()))
        except CatalogueError as error:
            self.message.emit(str(error))
        self._model.mark(marks)

    def move(self, paths: Sequence[Path], command: "_Trashing | None" = None) -> None:
        """Move photos to the trash.

        Args:
            paths: which.
            command: of the undo stack, where it is done again; else a new one is pushed.
        """
        moved: list[TrashedPhoto] = []

        def task() -> Iterator[Progress[TrashedPhoto]]:
            with self._open_catalogue() as catalogue:
                for number, path in enumerate(paths, start=1):
                    results = move_to_trash([path])
                    catalogue.forget_files([photo.original for photo in results if not photo.error])
                    yield Progress(number, len(paths), path.name, tuple(results))

        def end(text: str) -> None:
            gone = [photo for photo in moved if not photo.error]
            accepted = self._accept_copies([photo.original for photo in gone])
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


def without_last_copies(photos: Sequence[PhotoRow]) -> tuple[list[PhotoRow], list[PhotoRow]]:
    """Split rejected photos into those that go and, of copies of one photo, the one that stays.

    A mark belongs to what a file holds: rejecting one of two copies rejects both, and hardly anybody wants both gone.
    """
    files = Counter(photo.content for photo in photos)
    last = {photo.content: photo for photo in photos if files[photo.content] > 1}
    spared = list(last.values())
    return [photo for photo in photos if last.get(photo.content) is not photo], spared


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
        self._trashing.move([photo.original for photo in self.trashed], self)
