"""What a person says of photos (picked, rejected, stars), written down at once, with undo and redo of everything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.album import PhotoRow
from engine.catalogue import Catalogue, Mark, UnwrittenStars
from engine.errors import CatalogueError
from engine.ratings import StarMapping
from engine.resources import SAMPLES
from studio.album_model import AlbumModel
from studio.star_place import star_place
from studio.wording import count

PICKED, UNMARKED, REJECTED = 1, 0, -1
_PICK_WORDS = {PICKED: "picked", UNMARKED: "unmarked", REJECTED: "rejected"}


class Culling(QObject):
    """Marks photos of the album, through an undo stack.

    Attributes:
        undo_stack: of everything that can be undone in the album.

    Signals:
        message: a sentence for people.
        stars_waiting: there are stars to be written into photos.
    """

    message = Signal(str)
    stars_waiting = Signal()

    def __init__(
        self, model: AlbumModel, open_catalogue: Callable[[], Catalogue], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._open_catalogue = open_catalogue
        self.undo_stack = QUndoStack(self)

    def pick(self, photos: Sequence[PhotoRow], pick: int) -> None:
        """Pick (1), reject (-1) or unmark (0) photos."""

        def change(photo: PhotoRow) -> Mark:
            return replace(photo.mark, pick=pick) if pick else photo.mark.accepted()

        self._mark(photos, change, _PICK_WORDS[pick])

    def rate(self, photos: Sequence[PhotoRow], stars: int) -> None:
        """Give photos 1 to 5 stars, or take their stars away with 0."""
        words = f"rated {count(stars, 'star')}" if stars else "left without stars"
        self._mark(photos, lambda photo: replace(photo.mark, stars=stars, by_score=False), words)

    def rate_by_score(self, photos: Sequence[PhotoRow], mapping: StarMapping) -> None:
        """Give photos stars from their scores; those that a person rated keep theirs."""

        def change(photo: PhotoRow) -> Mark:
            assert photo.points is not None, "it has a content, so it was scored"
            return replace(photo.mark, stars=mapping.stars(photo.points), by_score=True)

        free = [photo for photo in photos if photo.points is not None and not photo.mark.is_rated_by_person]
        self._mark(free, change, "rated by their scores")

    def write_again(self, photos: Sequence[PhotoRow]) -> None:
        """Write the stars that photos have where stars are kept now."""
        marks = {photo.path: photo.mark for photo in photos if photo.mark.stars is not None}
        if self._write(marks, _unwritten(marks)):
            self.stars_waiting.emit()

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

    def _mark(self, photos: Sequence[PhotoRow], change: Callable[[PhotoRow], Mark], words: str) -> None:
        photos = [photo for photo in photos if photo.error is None and photo.content > 0]
        before = {photo.path: photo.mark for photo in photos}
        after = {photo.path: change(photo) for photo in photos}
        if before == after:
            return
        name = photos[0].path.name if len(photos) == 1 else count(len(photos), "photo")
        self.undo_stack.push(_Marking(self, before, after, f"{name} {words}"))
        self.message.emit(f"{name} {words}.")

    def write(self, marks: Mapping[Path, Mark], *, undoing: bool) -> None:
        """Write marks down and show them; for the undo stack. Copies of a photo share its mark."""
        album = self._model.album
        if album is None:
            return
        found = {row: mark for path, mark in marks.items() if (row := album.row_of(path)) is not None}
        contents = album.numbers["content"][list(found)].tolist()
        by_content = dict(zip(contents, found.values(), strict=True))
        copies = album.photos(album.rows_with(by_content))
        all_marks = {photo.path: by_content[photo.content] for photo in copies}
        changed = [photo.path for photo in copies if _stars(photo.mark) != _stars(by_content[photo.content])]
        unwritten = _unwritten({path: all_marks[path] for path in changed}, undoing=undoing)
        self._write(all_marks, unwritten)
        self._model.mark(by_content)
        if unwritten:
            self.stars_waiting.emit()

    def _write(self, marks: Mapping[Path, Mark], unwritten: Sequence[UnwrittenStars]) -> bool:
        try:
            with self._open_catalogue() as catalogue:
                catalogue.mark_files(list(marks.items()), unwritten)
        except CatalogueError as error:
            self.message.emit(f"This mark will be forgotten: {error}")
            return False
        return True


def _stars(mark: Mark) -> tuple[int | None, bool]:
    return mark.stars, mark.by_score


def _unwritten(marks: Mapping[Path, Mark], *, undoing: bool = False) -> list[UnwrittenStars]:
    """The stars of photos, to be written where stars are kept; the program's own samples are never written to."""
    place = star_place()
    if place is None:
        return []
    return [
        UnwrittenStars(path, mark.stars, mark.by_score, place, undoing)
        for path, mark in marks.items()
        if SAMPLES not in path.parents
    ]


class _Marking(QUndoCommand):
    """Marks by path: the number of a photo's content changes when stars are written into it."""

    def __init__(self, culling: Culling, before: Mapping[Path, Mark], after: Mapping[Path, Mark], text: str) -> None:
        super().__init__(text)
        self._culling, self._before, self._after = culling, before, after

    def undo(self) -> None:
        self._culling.write(self._before, undoing=True)

    def redo(self) -> None:
        self._culling.write(self._after, undoing=False)
