"""Places on a map moved apart a little, so that photos lie free and still hide next to nothing of each other.

t-SNE puts most photos into a small part of the plane. Drawn there, four of five would lie half below others. So
photos are smaller than their cell, and any two that overlap push each other away, along the axis where that is the
shorter way, again and again: what lies alone stays where it is.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.lab.map_options import check_installed
from engine.pixels import Floats
from engine.progress import Progress

# The side of a photo that lies free, in cells: smaller ones tell less, larger ones hide each other again.
FREE_SIDE = 0.7
# After so many rounds, one photo in twelve of a usual map is covered by a quarter, and none by half.
_ROUNDS = 60
# Of the way that two need; each goes half of it. A little more than all of it, and fewer rounds suffice.
_STEP = 1.3 / 2
# Photos at one place do not know which way to go: in cells.
_NOISE = 1e-3
_Doubles = npt.NDArray[np.float64]


def spread(free: Floats, map_wh: tuple[int, int]) -> Iterator[Progress[Floats]]:
    """Move photos apart; the result of the last step is where they lie then, all of them whole on the map.

    Args:
        free: (N, 2), in cells, as `grid_for` gives them.
        map_wh: columns and rows of the map.

    Returns:
        float32 (N, 2), as the result of the last step.

    Raises:
        MapError: SciPy is missing.
    """
    check_installed()
    places, noise = free.astype(np.float64), np.random.default_rng(0)
    lowest, highest = FREE_SIDE / 2, np.array(map_wh) - FREE_SIDE / 2
    for done in range(_ROUNDS):
        places = np.clip(places + _pushes(places, noise), lowest, highest)
        yield Progress(done, _ROUNDS, "moving photos apart")
    yield Progress(_ROUNDS, _ROUNDS, "moved apart", (places.astype(np.float32),))


def _pushes(places: _Doubles, noise: np.random.Generator) -> _Doubles:
    """How far each photo is pushed by those that it overlaps: (N, 2)."""
    from scipy.spatial import cKDTree

    pairs = cKDTree(places).query_pairs(FREE_SIDE, p=np.inf, output_type="ndarray")
    between = places[pairs[:, 0]] - places[pairs[:, 1]] + noise.normal(0, _NOISE, pairs.shape)
    missing = FREE_SIDE - np.abs(between)
    along = missing.argmin(axis=1)[:, None]
    push = np.zeros_like(between)
    way = np.sign(np.take_along_axis(between, along, 1)) * np.take_along_axis(missing, along, 1)
    np.put_along_axis(push, along, _STEP * way, 1)
    moved = np.zeros_like(places)
    np.add.at(moved, pairs[:, 0], push)
    np.add.at(moved, pairs[:, 1], -push)
    met = np.bincount(pairs.ravel(), minlength=len(places))
    # All pushes together would throw photos of a crowd about; their mean would take far more rounds.
    return np.asarray(moved / np.sqrt(np.maximum(met, 1))[:, None], np.float64)
