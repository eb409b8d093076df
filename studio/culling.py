"""What a person says of photos (picked, rejected, stars), written down at once, with undo and redo of everything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.album import PhotoRow
from engine.catalogue import Catalogue, Mark
from engine.errors import CatalogueError
from studio.album_model import AlbumModel
from studio.wording import count

PICKED, UNMARKED, REJECTED = 1, 0, -1
_PICK_WORDS = {PICKED: "picked", UNMARKED: "unmarked", REJECTED: "rejected"}


class Culling(QObject):
    """Marks photos of the album, through an undo stack.

    Attributes:
        undo_stack: of everything that can be undone in the album.

    Signals:
        message: a sentence for people.
        rated: the photos (`PhotoRow`) whose stars were changed, with their new stars.
    """

    message = Signal(str)
    rated = Signal(object)

    def __init__(
        self, model: AlbumModel, open_catalogue: Callable[[], Catalogue], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._open_catalogue = open_catalogue
        self.undo_stack = QUndoStack(self)

    def pick(self, photos: Sequence[PhotoRow], pick: int) -> None:
        """Pick (1), reject (-1) or unmark (0) photos."""
        self._mark(photos, lambda mark: replace(mark, pick=pick), _PICK_WORDS[pick])

    def rate(self, photos: Sequence[PhotoRow], stars: int) -> None:
        """Give photos 1 to 5 stars, or take their stars away with 0."""
        words = f"rated {count(stars, 'star')}" if stars else "left without stars"
        self._mark(photos, lambda mark: replace(mark, stars=stars), words)

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

    def _mark(self, photos: Sequence[PhotoRow], change: Callable[[Mark], Mark], words: str) -> None:
        photos = [photo for photo in photos if photo.error is None and photo.content > 0]
        before = {photo.content: photo.mark for photo in photos}
        after = {content: change(mark) for content, mark in before.items()}
        if before == after:
            return
        name = photos[0].path.name if len(photos) == 1 else count(len(photos), "photo")
        self.undo_stack.push(_Marking(self, photos, before, after, f"{name} {words}"))

    def write(self, photos: Sequence[PhotoRow], marks: Mapping[int, Mark]) -> None:
        """Write marks down and show them; for the undo stack."""
        try:
            with self._open_catalogue() as catalogue:
                catalogue.mark(list(marks.items()))
        except CatalogueError as error:
            self.message.emit(f"This mark will be forgotten: {error}")
        self._model.mark(marks)
        rated = [(photo, marks[photo.content].stars) for photo in photos]
        self.rated.emit([pair for pair in rated if pair[0].mark.stars != pair[1]])


class _Marking(QUndoCommand):
    def __init__(
        self,
        culling: Culling,
        photos: Sequence[PhotoRow],
        before: Mapping[int, Mark],
        after: Mapping[int, Mark],
        text: str,
    ) -> None:
        super().__init__(text)
        self._culling, self._photos, self._before, self._after = culling, photos, before, after

    def undo(self) -> None:
        self._culling.write([replace(photo, mark=self._after[photo.content]) for photo in self._photos], self._before)

    def redo(self) -> None:
        self._culling.write([replace(photo, mark=self._before[photo.content]) for photo in self._photos], self._after)
