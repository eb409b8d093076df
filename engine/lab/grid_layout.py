"""Places on a plane snapped to a grid, so that no two photos overlap and neighbours stay near.

Who gets which cell is a linear assignment: the sum of squared ways is the least possible. Its time grows with the third
power of the photos, so it is solved in parts: the photos are split in two along the longer side of the grid, again and
again, until a few hundred are left for as many cells. Then windows that lie across the seams are solved anew, which
only ever shortens the ways.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.lab.map_options import check_installed
from engine.pixels import Floats
from engine.progress import Progress

Cells = npt.NDArray[np.int32]
# A part is split until it has at most so many cells: larger ones take much longer and shorten the ways by little.
_PART_CELLS = 256
# Side of the windows across the seams, of as many cells.
_WINDOW = 16
# No map is more than so many times as wide as high, or as high as wide.
_LONGEST = 2.0


@dataclass(frozen=True)
class GridLayout:
    """N photos in a grid, and where they would be without one, in the same unit.

    Attributes:
        columns, rows: of the grid; the last few cells may be empty.
        cells: int32 (N, 2), each photo's column and row; no two are equal.
        free: float32 (N, 2), their places before, in cells: 0 to columns and 0 to rows, cells being one wide.
        moved: the mean way from there to the middle of its cell, in cells.
    """

    columns: int
    rows: int
    cells: Cells
    free: Floats
    moved: float

    @property
    def middles(self) -> Floats:
        """The middle of each photo's cell, in cells: float32 (N, 2)."""
        return self.cells.astype(np.float32) + np.float32(0.5)


def grid_for(places: Floats) -> tuple[int, int, Floats]:
    """Columns and rows of a grid for as many photos, shaped as the map is, and the places in cells.

    Args:
        places: (N, 2), N >= 1.
    """
    low = places.min(axis=0)
    span = np.maximum(places.max(axis=0) - low, 1e-9).astype(np.float64)
    shape = float(np.clip(span[0] / span[1], 1 / _LONGEST, _LONGEST))
    columns = max(round((len(places) * shape) ** 0.5), 1)
    rows = -(-len(places) // columns)
    return columns, rows, ((places - low) / span * (columns, rows)).astype(np.float32)


def snap_to_grid(places: Floats) -> Iterator[Progress[GridLayout]]:
    """Give each place a cell of its own; the layout is the result of the last step.

    Args:
        places: (N, 2), N >= 1.

    Raises:
        MapError: SciPy is missing.
    """
    check_installed()
    columns, rows, free = grid_for(places)
    cells = np.zeros((len(places), 2), np.int32)
    parts = list(_split(free, np.arange(len(places)), (0, 0, columns, rows)))
    windows = list(_windows(columns, rows))
    total = len(parts) + len(windows)
    for done, (members, (x0, y0, x1, y1)) in enumerate(parts, 1):
        _assign(free, members, _cells_of(x0, y0, x1, y1), cells)
        yield Progress(done, total, "snapping to the grid")
    for done, (x0, y0, x1, y1) in enumerate(windows, len(parts) + 1):
        inside = (cells >= (x0, y0)) & (cells < (x1, y1))
        _assign(free, np.flatnonzero(inside.all(axis=1)), _cells_of(x0, y0, x1, y1), cells)
        yield Progress(done, total, "snapping to the grid")
    moved = float(np.linalg.norm(free - (cells + 0.5), axis=1).mean())
    yield Progress(total, total, "snapped to the grid", (GridLayout(columns, rows, cells, free, moved),))


Box = tuple[int, int, int, int]


def _split(free: Floats, members: npt.NDArray[np.int64], box: Box) -> Iterator[tuple[npt.NDArray[np.int64], Box]]:
    """Parts of the photos with a box of cells (x0, y0, x1, y1) for each, which has room for them."""
    x0, y0, x1, y1 = box
    if (x1 - x0) * (y1 - y0) <= _PART_CELLS:
        yield members, box
        return
    along = 0 if x1 - x0 >= y1 - y0 else 1
    middle = (box[along] + box[along + 2]) // 2
    first = (x0, y0, middle, y1) if along == 0 else (x0, y0, x1, middle)
    second = (middle, y0, x1, y1) if along == 0 else (x0, middle, x1, y1)
    ordered = members[np.argsort(free[members, along], kind="stable")]
    # As many as lie on this side of the cut, so far as there is room on both.
    wanted = int(np.searchsorted(free[ordered, along], middle))
    count = min(max(wanted, len(ordered) - _room(second)), _room(first))
    yield from _split(free, ordered[:count], first)
    yield from _split(free, ordered[count:], second)


def _room(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _windows(columns: int, rows: int) -> Iterator[Box]:
    """Boxes side by side, all over the grid, that begin half a window before it."""
    for y0 in range(-_WINDOW // 2, rows, _WINDOW):
        for x0 in range(-_WINDOW // 2, columns, _WINDOW):
            yield max(x0, 0), max(y0, 0), min(x0 + _WINDOW, columns), min(y0 + _WINDOW, rows)


def _cells_of(x0: int, y0: int, x1: int, y1: int) -> Cells:
    return np.stack(np.meshgrid(np.arange(x0, x1), np.arange(y0, y1)), axis=-1).reshape(-1, 2).astype(np.int32)


def _assign(free: Floats, members: npt.NDArray[np.int64], own: Cells, cells: Cells) -> None:
    """Give each member one of these cells."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    if len(members):
        ways = cdist(free[members], own + 0.5, "sqeuclidean")
        who, which = linear_sum_assignment(ways)
        cells[members[who]] = own[which]
