"""Brings the bar, the photos and the grid together: who sorts or filters stays with the photo that was looked at."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QObject, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from engine.album_columns import UNKNOWN
from engine.photo_filter import PhotoFilter, SortKey
from studio.album_filters import AlbumFilters
from studio.album_model import AlbumModel
from studio.empty_state import EmptyState
from studio.photo_grid import PhotoGrid


class AlbumBrowsing(QObject):
    """Sorts, filters, zooms, and opens stacks.

    Attributes:
        filters: the bar.
        no_match: stands in the grid where no photo is let through.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(self, model: AlbumModel, grid: PhotoGrid, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._grid = model, grid
        self._looked_at: Path | None = None
        self.filters = AlbumFilters()
        self.no_match = EmptyState("No photo matches", "", {"Clear filters": self.filters.clear})
        self.no_match.hide()
        QVBoxLayout(grid.viewport()).addWidget(self.no_match)
        model.show_only(self.filters.wanted)
        model.sort_by(self.filters.key, turned=self.filters.turned)
        grid.set_tile_side(self.filters.tile_side)
        self.filters.filter_changed.connect(self._show_only)
        self.filters.sort_changed.connect(self._sort_by)
        self.filters.tile_side_changed.connect(grid.set_tile_side)
        self.filters.left.connect(grid.setFocus)
        grid.zoomed.connect(self.filters.zoom)
        grid.stack_wanted.connect(self.open_stack)
        model.shown_changed.connect(self._show_counts)

    @Slot(object)
    def _show_only(self, wanted: PhotoFilter) -> None:
        self._stay_while(partial(self._model.show_only, wanted))

    @Slot(object, bool)
    def _sort_by(self, key: SortKey, turned: bool) -> None:
        self._stay_while(partial(self._model.sort_by, key, turned=turned))

    def _stay_while(self, change: Callable[[], None]) -> None:
        """Show something else; the current photo stays current, or the stack it is in, or the first one is."""
        if self._grid.currentIndex().isValid():
            self._looked_at = self._model.photo(self._grid.currentIndex().row()).path
        change()
        place = None
        if self._looked_at is not None and not self._grid.is_untouched:
            place = self._model.place_standing_for(self._looked_at)
        index = self._model.index(place or 0)
        if index != self._grid.currentIndex():
            self._grid.setCurrentIndex(index)
        self._grid.scrollTo(index)

    @Slot()
    def _show_counts(self) -> None:
        album, shown = self._model.album, self._model.rowCount()
        self.filters.show_album(album, shown)
        self.no_match.text.setText(f"The filters leave out all {len(album or ()):,} photos.")
        self.no_match.setVisible(bool(album) and not shown)

    # Stacks

    @Slot(QModelIndex)
    def open_stack(self, index: QModelIndex) -> None:
        """Show the photos alone that are alike to one."""
        album = self._model.album
        group = self._model.photo(index.row()).group if album is not None and index.isValid() else UNKNOWN
        if album is None or group == UNKNOWN:
            self.message.emit("No other photo is like this one.")
            return
        self.filters.open_stack(group, album.group_size(group))

    @Slot()
    def toggle_stack(self) -> None:
        """Open the stack of the current photo, or close the one that is open."""
        if not self.filters.close_stack():
            self.open_stack(self._grid.currentIndex())

    def take_groups(self, groups: Mapping[int, int]) -> None:
        """Take which photos are alike; a stack that is open stays open, whatever its number is now."""
        album, opened = self._model.album, self._model.wanted.group is not None
        if album is None:
            return
        row = int(self._model.shown[0]) if opened and len(self._model.shown) else None
        album.set_groups(groups)
        self._model.refresh()
        if row is not None and (group := album.photo(row).group) != UNKNOWN:
            self.filters.open_stack(group, album.group_size(group))
        elif opened:
            self.filters.close_stack()
