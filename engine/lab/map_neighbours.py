"""Embeddings with fewer dimensions, and who is nearest to whom: exactly, in blocks, so that it can be stopped."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.pixels import Floats
from engine.progress import Progress

Indices = npt.NDArray[np.int64]
# Of any precision: the catalogue keeps halves.
Embeddings = npt.NDArray[np.floating]
# Rows that are brought to single precision at a time: 20 MB of embeddings.
_BLOCK = 4096
# Distances that are measured between two moments at which the search can be stopped: a quarter of a second.
_PAIRS_AT_ONCE = 20_000_000


@dataclass(frozen=True)
class Projection:
    """The principal components of embeddings.

    Attributes:
        mean: float32 (E,), of the embeddings.
        axes: float32 (E, D), orthonormal, the widest first.
    """

    mean: Floats
    axes: Floats

    def of(self, embeddings: Embeddings) -> Floats:
        """Embeddings (N, E) of any precision along the axes: float32 (N, D)."""
        vectors = np.empty((len(embeddings), self.axes.shape[1]), np.float32)
        for start in range(0, len(embeddings), _BLOCK):
            block = embeddings[start : start + _BLOCK].astype(np.float32)
            vectors[start : start + _BLOCK] = (block - self.mean) @ self.axes
        return vectors


def principal_axes(embeddings: Embeddings, dimensions: int) -> Iterator[Progress[Projection]]:
    """The directions in which embeddings differ most; a block at a time is held in single precision.

    Args:
        embeddings: (N, E) of any precision.
        dimensions: at most so many; fewer where there are fewer embeddings.
    """
    count, width = embeddings.shape
    mean = np.asarray(np.mean(embeddings, axis=0, dtype=np.float64), np.float32)
    scatter = np.zeros((width, width))
    for start in range(0, count, _BLOCK):
        block = embeddings[start : start + _BLOCK].astype(np.float32) - mean
        scatter += block.T @ block
        yield Progress(min(start + _BLOCK, count), count)
    axes = np.linalg.eigh(scatter)[1][:, ::-1][:, : min(dimensions, count, width)]
    # An axis has no front: the sign that a library happens to choose must not turn the map.
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    yield Progress(count, count, results=(Projection(mean, (axes * signs).astype(np.float32)),))


def nearest_neighbours(vectors: Floats, count: int) -> Iterator[Progress[tuple[Indices, Floats]]]:
    """The nearest other vectors of each vector, nearest first.

    Args:
        vectors: float32 (N, D).
        count: how many, fewer than N.

    Returns:
        at the end, rows and distances, (N, count) each.
    """
    from sklearn.neighbors import NearestNeighbors

    total = len(vectors)
    index = NearestNeighbors(algorithm="brute").fit(vectors)
    neighbours, distances = np.empty((total, count), np.int64), np.empty((total, count), np.float32)
    step = max(_PAIRS_AT_ONCE // total, 16)
    for start in range(0, total, step):
        rows = np.arange(start, min(start + step, total))
        far, found = index.kneighbors(vectors[rows], count + 1)
        others = found != rows[:, None]
        # Among equal vectors a row need not be its own nearest.
        others[others.all(axis=1), -1] = False
        neighbours[rows] = found[others].reshape(-1, count)
        distances[rows] = far[others].reshape(-1, count)
        yield Progress(int(rows[-1]) + 1, total)
    yield Progress(total, total, results=((neighbours, distances),))
