"""Where the photos of a map lie, free or in a grid: found out once for each map, away from the window."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from engine.lab.grid_layout import grid_for, snap_to_grid
from engine.lab.map_spread import FREE_SIDE, spread
from engine.pixels import Floats
from engine.progress import Progress
from studio.jobs import JobSlot

# Of a cell; the rest is a gap.
GRID_SIDE = 0.94


@dataclass(frozen=True)
class MapLayout:
    """N photos laid out.

    Attributes:
        middles: float32 (N, 2), in cells.
        map_wh: columns and rows of the map.
        side: of a photo, in cells.
        is_grid: whether no photo lies over another.
    """

    middles: Floats
    map_wh: tuple[int, int]
    side: float
    is_grid: bool


class MapLayouts(QObject):
    """Both layouts of one map.

    Attributes:
        jobs: what finds out a layout.

    Signals:
        ready: a `MapLayout`, the one that is wanted.
        failed: a sentence for people.
    """

    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = JobSlot(self)
        self._places: Floats | None = None
        self._known: dict[bool, MapLayout] = {}
        self._wants_grid = False

    def begin(self, places: Floats) -> MapLayout:
        """Another map; how it lies as long as nothing else is known."""
        self.jobs.cancel()
        self._places, self._known = places, {}
        columns, rows, free = grid_for(places)
        return MapLayout(free, (columns, rows), FREE_SIDE, is_grid=False)

    @property
    def wanted(self) -> MapLayout | None:
        """The layout that is wanted; None as long as it is not known."""
        return self._known.get(self._wants_grid)

    def want(self, *, grid: bool) -> None:
        """Say which layout is wanted; it is `ready` at once, or in a while."""
        self.jobs.cancel()
        self._wants_grid = grid
        places = self._places
        if self.wanted is not None:
            self.ready.emit(self.wanted)
        elif places is not None:
            self.jobs.start(
                lambda: _in_a_grid(places) if grid else _free(places),
                progressed=self._take,
                completed=lambda: None,
                failed=self.failed.emit,
            )

    @Slot(object)
    def _take(self, step: Progress[MapLayout]) -> None:
        for layout in step.results:
            self._known[layout.is_grid] = layout
            self.ready.emit(layout)


def _free(places: Floats) -> Iterator[Progress[MapLayout]]:
    columns, rows, free = grid_for(places)
    for step in spread(free, (columns, rows)):
        layouts = tuple(MapLayout(each, (columns, rows), FREE_SIDE, is_grid=False) for each in step.results)
        yield Progress(step.done, step.total, step.note, layouts)


def _in_a_grid(places: Floats) -> Iterator[Progress[MapLayout]]:
    for step in snap_to_grid(places):
        layouts = tuple(
            MapLayout(each.middles, (each.columns, each.rows), GRID_SIDE, is_grid=True) for each in step.results
        )
        yield Progress(step.done, step.total, step.note, layouts)
