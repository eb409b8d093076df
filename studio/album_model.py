"""The photos of the album, best first, as a list that Qt can show; bad files stand at the end with their reason."""

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.scan import ScoredPhoto, best_first_key
from studio.wording import faces_in_words

PhotoRole = Qt.ItemDataRole.UserRole
RankRole = Qt.ItemDataRole.UserRole + 1
AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class AlbumModel(QAbstractListModel):
    """Scored photos, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._photos: list[ScoredPhoto] = []
        self._orders: list[tuple[float, str]] = []
        self._order_by_path: dict[Path, tuple[float, str]] = {}

    def clear(self) -> None:
        """Forget all photos."""
        self.beginResetModel()
        self._photos.clear()
        self._orders.clear()
        self._order_by_path.clear()
        self.endResetModel()

    def add(self, photos: Sequence[ScoredPhoto]) -> None:
        """Put photos where their scores belong."""
        for photo in photos:
            order = best_first_key(photo)
            row = bisect_left(self._orders, order)
            self.beginInsertRows(_ROOT, row, row)
            self._photos.insert(row, photo)
            self._orders.insert(row, order)
            self._order_by_path[photo.path] = order
            self.endInsertRows()

    def photo(self, row: int) -> ScoredPhoto:
        return self._photos[row]

    def row_of(self, path: Path) -> int | None:
        """Where a photo stands now; None if it is not here."""
        order = self._order_by_path.get(path)
        return None if order is None else bisect_left(self._orders, order)

    @property
    def bad_files(self) -> int:
        return sum(photo.score is None for photo in self._photos)

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._photos)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        photo = self._photos[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return photo.path.name
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return _in_words(photo, index.row() + 1)
            case _ if role == PhotoRole:
                return photo
            case _ if role == RankRole:
                return index.row() + 1
        return None

    def redraw(self, path: Path) -> None:
        """Say that a photo's thumbnail has come."""
        row = self.row_of(path)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])


def _in_words(photo: ScoredPhoto, rank: int) -> str:
    if photo.score is None:
        return f"{photo.path.name}\n{photo.error}"
    assert photo.size_wh is not None
    width, height = photo.size_wh
    faces = faces_in_words(len(photo.faces))
    return f"{photo.path.name}\nNumber {rank}, score {photo.score.points:.0f}\n{width} x {height}, {faces}"
