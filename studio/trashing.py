"""Rejected photos to the system's trash, once a person has seen which, and back by undo. Nothing is ever deleted."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from engine.album import PhotoFilter, PhotoRow
from engine.catalogue import Catalogue
from engine.progress import Progress
from engine.resources import SAMPLES
from engine.scan import ScoredPhoto, scan
from engine.scoring import Scorer
from engine.trash import RestoredPhoto, TrashedPhoto, move_to_trash, restore
from studio.album_model import AlbumModel
from studio.elided_label import ElidedLabel
from studio.task_strip import TaskStrip
from studio.theme import large_font
from studio.thumbnails import Thumbnails
from studio.wording import count, names_in_words

# Shown before they go; more do not fit a small window.
FIRST_FEW = 5
PREVIEW_SIDE = 104


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
            dialog = TrashDialog(photos, hidden, len(spared), thumbnails, window)
            dialog.accepted.connect(lambda: self.move([photo.path for photo in photos]))
            dialog.accepted.connect(lambda: self._accept(spared))
            dialog.open()

    def _accept(self, photos: Sequence[PhotoRow]) -> None:
        """Photos whose copies went are rejected no longer."""
        marks = {photo.content: replace(photo.mark, pick=0) for photo in photos}
        with self._open_catalogue() as catalogue:
            catalogue.mark(list(marks.items()))
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
            self._model.remove([photo.original for photo in gone])
            if gone and command is None:
                self._undo_stack.push(_Trashing(self, gone))
            elif command is not None:
                command.trashed = gone
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

    def bring_back(self, trashed: Sequence[TrashedPhoto]) -> None:
        """Bring photos back from the trash, with their marks."""
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

    def __init__(self, trashing: Trashing, trashed: list[TrashedPhoto]) -> None:
        super().__init__(f"{count(len(trashed), 'photo')} moved to the trash")
        self._trashing, self.trashed = trashing, trashed
        self._is_done = True

    def undo(self) -> None:
        self._trashing.bring_back(self.trashed)

    def redo(self) -> None:
        if self._is_done:  # the stack says "redo" at once, when the command is pushed
            self._is_done = False
            return
        self._trashing.move([photo.original for photo in self.trashed], self)


class TrashDialog(QDialog):
    """How many photos would go, and the first few of them."""

    def __init__(
        self, photos: Sequence[PhotoRow], hidden: int, spared: int, thumbnails: Thumbnails, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Move rejected to the trash")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._thumbnails = thumbnails
        title = QLabel(f"Move {count(len(photos), 'rejected photo')} to the trash?")
        large_font(title, 18, bold=True)
        self.pictures = {photo.path: QLabel() for photo in photos[:FIRST_FEW]}
        grid = QGridLayout()
        for column, (path, picture) in enumerate(self.pictures.items()):
            picture.setFixedSize(PREVIEW_SIDE, PREVIEW_SIDE)
            picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
            name = ElidedLabel(path.name)
            name.setToolTip(str(path))
            name.setFixedWidth(PREVIEW_SIDE)
            name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(picture, 0, column)
            grid.addWidget(name, 1, column)
            self._show(path)
        grid.setColumnStretch(FIRST_FEW, 1)
        thumbnails.arrived.connect(self._show)
        lines = []
        if len(photos) > FIRST_FEW:
            lines.append(f"… and {len(photos) - FIRST_FEW:,} more.")
        if hidden:
            lines.append(f"{hidden:,} of them are not shown at the moment, because of the filter.")
        if spared:
            lines.append(f"{count(spared, 'photo')} of them had copies: one copy of each stays.")
        lines.append("Their sidecars go along. Nothing is deleted: Undo brings them back.")
        self.text = QLabel("\n".join(lines))
        self.text.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.move_button = buttons.addButton("Move to the trash", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addWidget(title)
        layout.addLayout(grid)
        layout.addWidget(self.text)
        layout.addWidget(buttons)

    def _show(self, path: Path) -> None:
        picture = self.pictures.get(path)
        if picture is None:
            return
        pixmap = self._thumbnails.get(path)
        if pixmap is None:
            picture.setText("…")
            return
        side = round(PREVIEW_SIDE * self.devicePixelRatioF())
        scaled = pixmap.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(self.devicePixelRatioF())
        picture.setPixmap(scaled)
