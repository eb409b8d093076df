"""Very many embeddings to measure with, made of the embeddings of real photos."""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.pixels import Floats

Halves = npt.NDArray[np.float16]
# Each lies between a photo and one of so many that are most like it, off the line by a share of the way between them:
# islands of copies would be told apart by any map.
_RELATIVES, _NOISE = 50, 0.25
_AT_ONCE = 5000


def made_embeddings(real: Any, count: int) -> Halves:
    """So many embeddings, no two alike.

    Args:
        real: (N, E) of any precision, not negative.
        count: how many.

    Returns:
        float16 (count, E).
    """
    known = np.asarray(real, np.float32)
    squares = (known * known).sum(axis=1)
    ways = squares[:, None] + squares - 2 * known @ known.T
    relatives = np.argsort(ways, axis=1)[:, 1 : _RELATIVES + 1]
    rng = np.random.default_rng(0)
    made = np.empty((count, known.shape[1]), np.float16)
    for start in range(0, count, _AT_ONCE):
        rows = slice(start, min(start + _AT_ONCE, count))
        made[rows] = _between(known, relatives, rows.stop - start, rng)
    return made


def _between(known: Floats, relatives: npt.NDArray[np.int64], count: int, rng: np.random.Generator) -> Floats:
    one = rng.integers(len(known), size=count)
    way = known[relatives[one, rng.integers(relatives.shape[1], size=count)]] - known[one]
    share = rng.uniform(0, 1, (count, 1)).astype(np.float32)
    noise = _NOISE * np.abs(way) * rng.standard_normal(way.shape, np.float32)
    return np.asarray(np.maximum(known[one] + share * way + noise, 0), np.float32)
