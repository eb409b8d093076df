"""The photos that the album shows, in the order of showing, as a list that Qt can show."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from engine.album import Album, PhotoRow
from engine.album_columns import UNKNOWN, Rows
from engine.catalogue import Mark
from engine.mark_columns import MarkColumns
from engine.photo_filter import PhotoFilter, SortKey
from studio.wording import faces_in_words

PhotoRole = Qt.ItemDataRole.UserRole
RankRole = Qt.ItemDataRole.UserRole + 1
StackRole = Qt.ItemDataRole.UserRole + 2
# More photos that are marked at once are told in one piece.
MOST_SINGLE_CHANGES = 200
AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class AlbumModel(QAbstractListModel):
    """An album through a filter and an order.

    Attributes:
        album: the photos; None until there is a model that scores them.

    Signals:
        shown_changed: other photos are shown, or in another order.
    """

    shown_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.album: Album | None = None
        self.wanted = PhotoFilter()
        self.key, self.turned = SortKey.SCORE, False
        self._shown: Rows = np.empty(0, np.int32)
        self._group_sizes: npt.NDArray[np.int64] = np.empty(0, np.int64)

    def use_album(self, album: Album | None) -> None:
        """Show another album."""
        self.beginResetModel()
        self.album = album
        self._select()
        self.endResetModel()
        self.shown_changed.emit()

    def show_only(self, wanted: PhotoFilter) -> None:
        """Show what a filter lets through."""
        self.wanted = wanted
        self.refresh()

    def sort_by(self, key: SortKey, *, turned: bool = False) -> None:
        """Show in another order."""
        self.key, self.turned = key, turned
        self.refresh()

    def refresh(self) -> None:
        """Select and sort anew, after the album, the filter or the order changed; selected photos stay selected."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = self._shown[[index.row() for index in before]] if before else self._shown[:0]
        self._select()
        places = self._places_of(rows).tolist()
        self.changePersistentIndexList(
            before, [self.index(place) if place != UNKNOWN else QModelIndex() for place in places]
        )
        self.layoutChanged.emit()
        self.shown_changed.emit()

    def remove(self, paths: Iterable[Path]) -> None:
        """Take files out of the album."""
        if self.album is None:
            return
        self.beginResetModel()
        self.album.remove(paths)
        self._select()
        self.endResetModel()
        self.shown_changed.emit()

    def mark(self, marks: Mapping[int, Mark]) -> None:
        """Take what a person said of contents; photos stay where they are until the next `refresh`."""
        if self.album is not None:
            self._tell_marked(self.album.mark(marks))

    def take_marks(self, marks: MarkColumns) -> None:
        """Take what a person said of photos; they stay where they are until the next `refresh`."""
        if self.album is not None:
            self._tell_marked(self.album.take_marks(marks))

    def _tell_marked(self, rows: Rows) -> None:
        places = np.sort(self.shown_places(rows)).tolist()
        if len(places) > MOST_SINGLE_CHANGES:
            self.dataChanged.emit(self.index(places[0]), self.index(places[-1]), [PhotoRole])
            return
        for place in places:
            self.dataChanged.emit(self.index(place), self.index(place), [PhotoRole])

    def follow(self, path: Path, content: int, mark: Mark | None) -> None:
        """Take the number of what a file holds since stars were written into it, and its mark."""
        if self.album is not None and content >= 0:
            self.album.set_content(path, content)
            if mark is not None:
                self.mark({content: mark})

    def _select(self) -> None:
        if self.album is None:
            self._shown = np.empty(0, np.int32)
        else:
            self._shown = self.album.select(self.wanted, self.key, turned=self.turned)
            groups = self.album.numbers["group"]
            self._group_sizes = np.bincount(groups[groups != UNKNOWN])

    def shown_places(self, rows: Rows) -> Rows:
        """Where those of the album's rows stand that are shown."""
        places = self._places_of(rows)
        return np.asarray(places[places != UNKNOWN], np.int32)

    def _places_of(self, rows: Rows) -> Rows:
        """Where rows of the album stand; UNKNOWN for those that are not shown."""
        places = np.full(len(self.album or ()), UNKNOWN, np.int32)
        places[self._shown] = np.arange(len(self._shown), dtype=np.int32)
        return np.asarray(places[rows], np.int32)

    @property
    def shown(self) -> Rows:
        """The album's rows in the order of showing."""
        return self._shown

    def photo(self, place: int) -> PhotoRow:
        """The photo at a place of the list."""
        assert self.album is not None
        return self.album.photo(int(self._shown[place]))

    def stack_of(self, photo: PhotoRow) -> list[PhotoRow]:
        """The photos that are alike to one, itself among them, best first; empty where it stands alone."""
        return self.album.photos(self.album.members(photo.group)) if self.album is not None else []

    def place_of(self, path: Path) -> int | None:
        """Where a photo stands now; None if it is not shown."""
        row = self.album.row_of(path) if self.album is not None else None
        if row is None:
            return None
        places = np.flatnonzero(self._shown == row)
        return int(places[0]) if len(places) else None

    def places_of(self, paths: Iterable[Path]) -> list[int]:
        """Where those of these photos that are shown stand now, in the order of showing."""
        album = self.album
        if album is None:
            return []
        rows = album.rows_of(path if path.is_absolute() else path.absolute() for path in paths)
        return sorted(self.shown_places(rows[rows != UNKNOWN]).tolist())

    def place_standing_for(self, path: Path) -> int | None:
        """Where a photo is shown, or the one that stands for its stack; None if neither is."""
        place = self.place_of(path)
        row = self.album.row_of(path) if self.album is not None else None
        if place is not None or self.album is None or row is None or not self.wanted.stacked:
            return place
        groups = self.album.numbers["group"]
        places = np.flatnonzero((groups[self._shown] == groups[row]) & (groups[row] != UNKNOWN))
        return int(places[0]) if len(places) else None

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        photo = self.photo(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return photo.path.name
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return _in_words(photo, index.row() + 1)
            case _ if role == PhotoRole:
                return photo
            case _ if role == RankRole:
                return index.row() + 1
            case _ if role == StackRole:
                return self._stack_size(photo)
        return None

    def _stack_size(self, photo: PhotoRow) -> int:
        """How many photos stand behind this one, itself counted; 1 where stacks are open."""
        is_stack = self.wanted.stacked and UNKNOWN != photo.group < len(self._group_sizes)
        return int(self._group_sizes[photo.group]) if is_stack else 1

    def redraw(self, path: Path) -> None:
        """Say that a photo's thumbnail has come."""
        place = self.place_of(path)
        if place is not None:
            self.dataChanged.emit(self.index(place), self.index(place), [Qt.ItemDataRole.DecorationRole])


def _in_words(photo: PhotoRow, rank: int) -> str:
    if photo.points is None:
        return f"{photo.path.name}\n{photo.error}"
    lines = [photo.path.name, f"Number {rank}, score {photo.points:.0f}"]
    if photo.older_model:
        lines[-1] += ", by an older model"
    lines.append(f"{photo.size_wh[0]} x {photo.size_wh[1]}, {faces_in_words(photo.faces)}")
    if photo.eyes_closed:
        lines[-1] += ", eyes closed" if photo.faces == 1 else f", {photo.eyes_closed} with eyes closed"
    if photo.taken is not None:
        lines.append(f"Taken {datetime.fromtimestamp(photo.taken, UTC):%d %B %Y, %H:%M}")
    return "\n".join(lines)
