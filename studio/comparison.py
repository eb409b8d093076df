"""Which photos stand side by side, and which come next: those that were selected, or a stack of alike ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.album import PhotoRow
from engine.album_columns import UNKNOWN, Rows
from engine.photo_filter import PhotoFilter
from studio.album_model import AlbumModel

MOST = 4


class Comparison:
    """Chooses photos of the album to compare.

    Attributes:
        told: what there is to say of the choice, "" for nothing.
    """

    def __init__(self, model: AlbumModel) -> None:
        self._model = model
        self._seen: set[Path] = set()
        self._stack: Sequence[Path] = ()
        self._furthest: Path | None = None
        self._place = 0
        self.told = ""

    def begin(self, chosen: Rows) -> list[PhotoRow]:
        """The photos to compare: those in the chosen rows, or the stack of one; empty where there are none."""
        self._seen, self._stack, self._furthest, self._place, self.told = set(), (), None, 0, ""
        album = self._model.album
        if album is None:
            return []
        rows = chosen[~np.isnan(album.numbers["points"][chosen])]
        if len(rows) == 1 and (group := int(album.numbers["group"][rows[0]])) != UNKNOWN:
            rows = album.select(PhotoFilter(group=group))
            self._stack = [Path(path) for path in album.path_names(rows)]
        if len(rows) < 2:
            self.told = "Select two to four photos to compare them, or one of a stack."
            return []
        if len(rows) > MOST:
            more = "Return brings the others." if self._stack else "Select fewer to choose others."
            self.told = f"{MOST} of {len(rows):,} are shown side by side. {more}"
        return self._show(album.photos(rows[:MOST]))

    def next(self, number: int) -> list[PhotoRow]:
        """As many photos that were not compared yet: of the stack, or those that follow in the album."""
        if self._stack:
            found = [self.photo(path) for path in self._stack if path not in self._seen]
            return self._show([photo for photo in found if photo][:number])
        following: list[PhotoRow] = []
        place = self._next_place()
        while len(following) < number and place < self._model.rowCount():
            photo = self._model.photo(place)
            if photo.points is not None and photo.path not in self._seen:
                following.append(photo)
            place += 1
        return self._show(following)

    def upcoming(self) -> list[Path]:
        """A few photos that `next` may bring."""
        if self._stack:
            return [path for path in self._stack if path not in self._seen][: MOST - 1]
        place = self._next_place()
        places = range(place, min(place + MOST - 1, self._model.rowCount()))
        return [photo.path for photo in map(self._model.photo, places) if photo.points is not None]

    def photo(self, path: Path) -> PhotoRow | None:
        """A photo as it is marked now; None if it left the album."""
        album = self._model.album
        row = album.row_of(path) if album is not None else None
        return album.photo(row) if album is not None and row is not None else None

    def _next_place(self) -> int:
        """After the photo furthest down the album that was compared, or where it was before it went."""
        place = self._model.place_of(self._furthest) if self._furthest else None
        if place is not None:
            self._place = place + 1
        return self._place

    def _show(self, photos: list[PhotoRow]) -> list[PhotoRow]:
        self._seen.update(photo.path for photo in photos)
        places = [(place, photo.path) for photo in photos if (place := self._model.place_of(photo.path)) is not None]
        if places and max(places)[0] >= self._next_place():
            self._furthest = max(places)[1]
            self._next_place()
        return photos


def decimals_needed(points: Sequence[float]) -> int:
    """With how many decimals, 0 or 1, scores are told beside each other: none, unless it hides which one is better."""
    return int(len({round(each) for each in points}) < len({round(each, 1) for each in points}))
