"""The crops of a folder under review, doubtful ones first: what the sheet shows."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from engine.crop_plan import PlannedCrop, Verdict
from studio.wording import gain_in_words

AnyIndex = QModelIndex | QPersistentModelIndex
PlanRole = Qt.ItemDataRole.UserRole + 1
Key = tuple[int, int]


class CropReviewModel(QAbstractListModel):
    """Planned crops, in the order in which a person looks at them.

    Signals:
        counted: how many crops there are changed, or what is said of them.
    """

    counted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plans: dict[Path, PlannedCrop] = {}
        self._keys: dict[Path, Key] = {}
        self._shown: list[tuple[Key, Path]] = []
        self._doubtful_only = False

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        plan = self.plan(index.row())
        if role == PlanRole:
            return plan
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return plan.photo.source.name
        return "\n".join(told_of(plan)) if role == Qt.ItemDataRole.ToolTipRole else None

    def plan(self, place: int) -> PlannedCrop:
        """The crop at a place of the sheet."""
        return self._plans[self._shown[place][1]]

    def clear(self) -> None:
        self.beginResetModel()
        self._plans.clear()
        self._keys.clear()
        self._shown.clear()
        self.endResetModel()
        self.counted.emit()

    def put(self, plans: Iterable[PlannedCrop]) -> None:
        """Add crops, or replace those of the same photos where they stand."""
        for plan in plans:
            path = plan.photo.source
            is_new = path not in self._plans
            self._plans[path] = plan
            if is_new:
                self._keys[path] = _rank(plan), len(self._keys)
                if self._is_shown(path):
                    self._insert(path)
            elif (place := self._place(path)) is not None:
                self.dataChanged.emit(self.index(place), self.index(place))
        self.counted.emit()

    def show_doubtful_only(self, wanted: bool) -> None:
        """Show the doubtful ones, or all."""
        self.beginResetModel()
        self._doubtful_only = wanted
        self._shown = sorted((key, path) for path, key in self._keys.items() if self._is_shown(path))
        self.endResetModel()

    def accepted(self) -> list[PlannedCrop]:
        """What is to be saved, in the order in which the photos came."""
        wanted = [plan for plan in self._plans.values() if plan.verdict is Verdict.ACCEPTED and not plan.photo.error]
        return sorted(wanted, key=lambda plan: self._keys[plan.photo.source][1])

    def count(self) -> tuple[int, int, int]:
        """How many there are, how many of them are doubtful, and how many are saved."""
        plans = self._plans.values()
        doubtful = sum(_is_doubtful(plan) for plan in plans)
        return len(plans), doubtful, sum(plan.verdict is Verdict.SAVED for plan in plans)

    def place_of(self, path: Path) -> int | None:
        """Where a photo stands; None where it is not shown."""
        return self._place(path) if path in self._keys else None

    def find(self, path: Path) -> PlannedCrop | None:
        """The crop of a photo, shown or not."""
        return self._plans.get(path)

    def _is_shown(self, path: Path) -> bool:
        return not self._doubtful_only or self._keys[path][0] < _FINE

    def _insert(self, path: Path) -> None:
        entry = self._keys[path], path
        place = bisect_left(self._shown, entry)
        self.beginInsertRows(QModelIndex(), place, place)
        self._shown.insert(place, entry)
        self.endInsertRows()

    def _place(self, path: Path) -> int | None:
        place = bisect_left(self._shown, (self._keys[path], path))
        return place if place < len(self._shown) and self._shown[place][1] == path else None


_DOUBTFUL, _FINE, _BAD = 0, 1, 2


def _is_doubtful(plan: PlannedCrop) -> bool:
    return plan.photo.doubt is not None and plan.photo.error is None


def _rank(plan: PlannedCrop) -> int:
    if plan.photo.error:
        return _BAD
    return _DOUBTFUL if plan.photo.doubt else _FINE


def told_of(plan: PlannedCrop) -> Sequence[str]:
    """What there is to say of a crop, a line each: its photo first."""
    photo = plan.photo
    lines = [photo.source.name]
    if photo.error:
        return [*lines, photo.error]
    if photo.points is not None and photo.gain is not None:
        own = ", your own crop" if photo.own else ""
        levelled = f", levelled by {photo.angle_deg:+.1f}°" if photo.angle_deg else ""
        lines.append(f"{photo.points:.0f}  {gain_in_words(photo.points, photo.gain)}{own}{levelled}")
    if photo.doubt:
        lines.append(f"Doubtful: {photo.doubt}")
    if photo.target and plan.verdict is Verdict.SAVED:
        lines.append(f"Saved as {photo.target}")
    return lines
