"""What a person says of photos (picked, rejected, stars), written down at once, with undo and redo of everything."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.album_columns import UNKNOWN, UNRATED, Rows
from engine.catalogue import Catalogue, Mark
from engine.errors import CatalogueError
from engine.progress import Progress
from engine.ratings import StarMapping
from studio.album_model import AlbumModel
from studio.mark_steps import Marks, MarkStep, changes_of, in_steps, unwritten_stars
from studio.task_strip import TaskStrip
from studio.wording import count

PICKED, UNMARKED, REJECTED = 1, 0, -1
_PICK_WORDS = {PICKED: "picked", UNMARKED: "unmarked", REJECTED: "rejected"}
# So many photos are marked before anybody notices; more are a task that is seen and can be stopped.
AT_ONCE = 1000
_TASK = "Marking photos"


class Culling(QObject):
    """Marks photos of the album, told by their rows, through an undo stack. Copies of a photo share its mark.

    Args:
        model: the album.
        open_catalogue: where marks are written down.
        strip: shows how far it is, where there are many photos.

    Attributes:
        undo_stack: of everything that can be undone in the album.

    Signals:
        message: a sentence for people.
        marked: photos are marked, or are no longer.
        stars_waiting: there are stars to be written into photos.
    """

    message = Signal(str)
    marked = Signal()
    stars_waiting = Signal()

    def __init__(
        self,
        model: AlbumModel,
        open_catalogue: Callable[[], Catalogue],
        strip: TaskStrip,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._open_catalogue = open_catalogue
        self._strip = strip
        self.undo_stack = QUndoStack(self)

    def pick(self, rows: Rows, pick: int) -> None:
        """Pick (1), reject (-1) or unmark (0) photos."""

        def change(mark: Mark, _: float) -> Mark:
            return replace(mark, pick=pick) if pick else mark.accepted()

        self._mark(rows, change, _PICK_WORDS[pick])

    def rate(self, rows: Rows, stars: int) -> None:
        """Give photos 1 to 5 stars, or take their stars away with 0."""
        words = f"rated {count(stars, 'star')}" if stars else "left without stars"
        self._mark(rows, lambda mark, _: replace(mark, stars=stars, by_score=False), words)

    def rate_by_score(self, rows: Rows, mapping: StarMapping) -> None:
        """Give photos stars from their scores; those that a person rated keep theirs."""

        def change(mark: Mark, points: float) -> Mark:
            return mark if mark.is_rated_by_person else replace(mark, stars=mapping.stars(points), by_score=True)

        album = self._model.album
        if album is not None:
            free = rows[~album.rated_by_person[rows] & ~np.isnan(album.numbers["points"][rows])]
            if not len(free):
                self.message.emit("A person rated all of these: they keep their stars.")
            self._mark(free, change, f"rated by {'its score' if len(free) == 1 else 'their scores'}")

    def write_again(self, rows: Rows) -> None:
        """Write the stars that photos have where stars are kept now."""
        album = self._model.album
        if album is None:
            return
        rows = rows[album.numbers["stars"][rows] != UNRATED]

        def end(before: Marks, after: Marks, text: str) -> None:
            self.message.emit(text or f"The stars of {count(len(after), 'photo')} are being written.")

        self._run(changes_of(album, rows, lambda mark, _: mark), len(rows), end, rewrites=True)

    def undo(self) -> None:
        """Take back what was done last."""
        self._step(self.undo_stack.canUndo(), self.undo_stack.undoText(), self.undo_stack.undo, "Undone")

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._step(self.undo_stack.canRedo(), self.undo_stack.redoText(), self.undo_stack.redo, "Done again")

    def _step(self, possible: bool, text: str, step: Callable[[], None], word: str) -> None:
        if possible:
            step()
            self.message.emit(f"{word}: {text}.")
        else:
            self.message.emit("There is nothing to undo." if word == "Undone" else "There is nothing to do again.")

    def _mark(self, rows: Rows, change: Callable[[Mark, float], Mark], words: str) -> None:
        album = self._model.album
        if album is None:
            return
        rows = rows[album.numbers["content"][rows] != UNKNOWN]
        if not len(rows):
            return
        name = album.path(int(rows[0])).name if len(rows) == 1 else f"{len(rows):,} photos"
        with_copies = album.rows_with(album.numbers["content"][rows].tolist())

        def end(before: Marks, after: Marks, text: str) -> None:
            if before != after:
                self.undo_stack.push(_Marking(self, before, after, f"{name} {words}"))
            if len(after) < len(with_copies) and not text:
                text = f"Stopped: {len(after):,} of {name} {words}."
            self.message.emit(text or f"{name} {words}.")

        self._run(changes_of(album, with_copies, change), len(with_copies), end)

    def write(self, before: Marks, after: Marks, *, undoing: bool) -> None:
        """Let photos that are marked in one way be marked in another; for the undo stack."""

        def end(before: Marks, after: Marks, text: str) -> None:
            if text:
                self.message.emit(text)

        self._run(in_steps(before, after), len(after), end, undoing=undoing)

    def _run(
        self,
        steps: Iterator[MarkStep],
        total: int,
        ended: Callable[[Marks, Marks, str], None],
        *,
        undoing: bool = False,
        rewrites: bool = False,
    ) -> None:
        """Mark photos step by step, few at once, many in the background.

        Args:
            steps: how photos are marked before and after.
            total: of photos.
            ended: called with all that was done, and with what went wrong, "" for nothing.
            undoing: stars may take the place of those that a person gave.
            rewrites: write stars that are as they were too.
        """
        if self._strip.busy and (total > AT_ONCE or self._strip.what == _TASK):
            self.message.emit(f"Wait for the end of this, or cancel it: {self._strip.what}.")
            return
        before: dict[Path, Mark] = {}
        after: dict[Path, Mark] = {}
        waiting: list[int] = []

        def task() -> Iterator[Progress[MarkStep]]:
            done = 0
            with self._open_catalogue() as catalogue:
                for old, new in steps:
                    unwritten = unwritten_stars(old, new, undoing=undoing, rewrites=rewrites)
                    catalogue.mark_files(list(new.items()), unwritten)
                    waiting.append(len(unwritten))
                    done += len(new)
                    yield Progress(done, total, "", ((old, new),))

        def show(progress: Progress[MarkStep]) -> None:
            for old, new in progress.results:
                before.update(old)
                after.update(new)
                self._show(new)

        def end(text: str) -> None:
            if any(waiting):
                self.stars_waiting.emit()
            ended(before, after, text)
            self.marked.emit()

        if total > AT_ONCE:
            self._strip.run(_TASK, task, progressed=show, ended=end)
            return
        try:
            for progress in task():
                show(progress)
        except CatalogueError as error:
            end(f"Not marked: {error}")
        else:
            end("")

    def _show(self, marks: Marks) -> None:
        album = self._model.album
        if album is not None:
            rows = album.rows_of(marks)
            found = {row: mark for row, mark in zip(rows, marks.values(), strict=True) if row is not None}
            contents = album.numbers["content"][list(found)].tolist()
            self._model.mark(dict(zip(contents, found.values(), strict=True)))


class _Marking(QUndoCommand):
    """Marks by path: the number of a photo's content changes when stars are written into it. Pushed once it is done."""

    def __init__(self, culling: Culling, before: Marks, after: Marks, text: str) -> None:
        super().__init__(text)
        self._culling, self._before, self._after = culling, before, after
        self._is_done = True

    def undo(self) -> None:
        self._culling.write(self._after, self._before, undoing=True)

    def redo(self) -> None:
        if self._is_done:  # the stack says "redo" at once, when the command is pushed
            self._is_done = False
            return
        self._culling.write(self._before, self._after, undoing=False)
