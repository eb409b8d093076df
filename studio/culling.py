"""What a person says of photos (picked, rejected, stars), written down at once, with undo and redo of everything."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.album_columns import UNKNOWN, UNRATED, Rows
from engine.catalogue import Catalogue
from engine.errors import CatalogueError
from engine.mark_columns import MarkColumns
from engine.progress import Progress
from engine.ratings import StarMapping
from studio.album_model import AlbumModel
from studio.mark_steps import store_marks
from studio.task_strip import TaskStrip
from studio.wording import count

PICKED, UNMARKED, REJECTED = 1, 0, -1
_PICK_WORDS = {PICKED: "picked", UNMARKED: "unmarked", REJECTED: "rejected"}
# So many photos are marked before anybody notices; more are a task that is seen and can be stopped.
AT_ONCE = 200
_TASK = "Marking photos"
# The window paints each portion before the next is begun: else it waits for Python at every stroke, for two seconds.
PAINT_WAIT_S = 0.5
# From marks, and the points of the same photos (N,), to how they shall be marked.
Change = Callable[[MarkColumns, npt.NDArray[np.float32]], MarkColumns]


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
        self._mark(rows, lambda marks, _: marks.picked(pick), _PICK_WORDS[pick])

    def rate(self, rows: Rows, stars: int) -> None:
        """Give photos 1 to 5 stars, or take their stars away with 0."""
        words = f"rated {count(stars, 'star')}" if stars else "left without stars"
        self._mark(rows, lambda marks, _: marks.rated(stars), words)

    def rate_by_score(self, rows: Rows, mapping: StarMapping) -> None:
        """Give photos stars from their scores; those that a person rated keep theirs."""
        album = self._model.album
        if album is not None:
            free = rows[~album.rated_by_person[rows] & ~np.isnan(album.numbers["points"][rows])]
            if not len(free):
                self.message.emit("A person rated all of these: they keep their stars.")
            words = f"rated by {'its score' if len(free) == 1 else 'their scores'}"
            self._mark(free, lambda marks, points: marks.rated_by_score(points, mapping), words)

    def write_again(self, rows: Rows) -> None:
        """Write the stars that photos have where stars are kept now."""
        album = self._model.album
        if album is None:
            return
        marks = album.marks_of(rows[album.numbers["stars"][rows] != UNRATED])

        def end(done: int, text: str) -> None:
            self.message.emit(text or f"The stars of {count(done, 'photo')} are being written.")

        self._run(marks, marks, end, rewrites=True)

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

    def _mark(self, rows: Rows, change: Change, words: str) -> None:
        album = self._model.album
        if album is None:
            return
        contents = album.numbers["content"]
        rows = rows[contents[rows] != UNKNOWN]
        if not len(rows):
            return
        name = album.path(int(rows[0])).name if len(rows) == 1 else f"{len(rows):,} photos"
        with_copies = album.rows_with(contents[rows])
        before = album.marks_of(with_copies)
        after = change(before, album.numbers["points"][with_copies])

        def end(done: int, text: str) -> None:
            part = slice(0, done)
            if not after[part].says_same(before[part]):
                self.undo_stack.push(_Marking(self, before[part], after[part], f"{name} {words}"))
            if done < len(after) and not text:
                text = f"Stopped: {done:,} of {name} {words}."
            self.message.emit(text or f"{name} {words}.")

        self._run(before, after, end)

    def write(self, before: MarkColumns, after: MarkColumns, *, undoing: bool) -> None:
        """Let photos that are marked in one way be marked in another; for the undo stack."""

        def end(done: int, text: str) -> None:
            if text:
                self.message.emit(text)

        self._run(before, after, end, undoing=undoing)

    def _run(
        self,
        before: MarkColumns,
        after: MarkColumns,
        ended: Callable[[int, str], None],
        *,
        undoing: bool = False,
        rewrites: bool = False,
    ) -> None:
        """Mark photos portion by portion, few at once, many in the background.

        Args:
            before: how they are marked.
            after: how they will be.
            ended: called with how many of them are, and with what went wrong, "" for nothing.
            undoing: stars may take the place of those that a person gave.
            rewrites: write stars that are as they were too.
        """
        if self._strip.busy and (len(after) > AT_ONCE or self._strip.what == _TASK):
            self.message.emit(f"Wait for the end of this, or cancel it: {self._strip.what}.")
            return
        done, painted = 0, threading.Event()

        def task() -> Iterator[Progress[MarkColumns]]:
            with self._open_catalogue() as catalogue:
                yield from store_marks(before, after, catalogue, undoing=undoing, rewrites=rewrites)

        def restful_task() -> Iterator[Progress[MarkColumns]]:
            for progress in task():
                painted.clear()
                yield progress
                painted.wait(PAINT_WAIT_S)

        def show(progress: Progress[MarkColumns]) -> None:
            nonlocal done
            done = progress.done
            for marks in progress.results:
                self._model.take_marks(marks)
            QTimer.singleShot(0, painted.set)

        def end(text: str) -> None:
            part = slice(0, done)
            if rewrites or after[part].other_stars(before[part]).any():
                self.stars_waiting.emit()
            ended(done, text)
            self.marked.emit()

        if len(after) > AT_ONCE:
            self._strip.run(_TASK, restful_task, progressed=show, ended=end)
            return
        try:
            for progress in task():
                show(progress)
        except CatalogueError as error:
            end(f"Not marked: {error}")
        else:
            end("")


class _Marking(QUndoCommand):
    """A change of marks; pushed once it is done."""

    def __init__(self, culling: Culling, before: MarkColumns, after: MarkColumns, text: str) -> None:
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
