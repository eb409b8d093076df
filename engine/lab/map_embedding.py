"""Embeddings laid out on a plane by t-SNE, so that near ones lie together.

openTSNE optimises; neighbours are found exactly (`map_neighbours`), the repulsion is our own (`map_repulsion`).
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from engine.lab.map_neighbours import Embeddings, Indices, Projection, nearest_neighbours, principal_axes
from engine.lab.map_options import FEWEST_PHOTOS, MapError, MapOptions, check_installed
from engine.pixels import Floats
from engine.progress import Progress

Result = TypeVar("Result")
# t-SNE looks at so many neighbours for each that it should keep near.
_NEIGHBOURS_PER_PERPLEXITY = 3
# Width of the first map, as openTSNE begins, and of the noise in it: equal embeddings can part.
_FIRST_WIDTH, _FIRST_NOISE = 1e-4, 1e-6
# Points that are moved between two moments at which it can be stopped: less than a second on two cores.
_MOVES_AT_ONCE, _MOST_AT_ONCE = 200_000, 50
# One thread: the window needs a core, and where other programs run, openTSNE's threads mostly wait for each other
# (750 iterations of 5,000 photos on two busy cores: 29 s with one, 78 s with two).
_THREADS = 1
# Progress is told in hundredths: how much of the time each part takes, with 50,000 photos.
_PROJECTED, _FOUND, _TOTAL = 5, 25, 100


@dataclass(frozen=True)
class EmbeddedMap:
    """N embeddings on a plane.

    Attributes:
        places: float32 (N, 2).
        vectors: float32 (N, D), the embeddings along the projection's axes.
        projection: by which others can be compared with them.
    """

    places: Floats
    vectors: Floats
    projection: Projection


def embed(embeddings: Embeddings, options: MapOptions) -> Iterator[Progress[EmbeddedMap]]:
    """Lay embeddings out; the same ones, options and machine give the same map.

    Args:
        embeddings: (N, E) of any precision.
        options: how.

    Returns:
        the map, as the result of the last step.

    Raises:
        MapError: there are too few, or openTSNE is missing.
    """
    if len(embeddings) < FEWEST_PHOTOS:
        raise MapError(f"A map needs {FEWEST_PHOTOS} different photos; there are {len(embeddings)}.")
    check_installed()
    axes = principal_axes(embeddings, options.dimensions)
    projection = yield from _part(axes, 0, _PROJECTED, "comparing photos")
    vectors = projection.of(embeddings)
    perplexity = min(options.perplexity, (len(vectors) - 1) / _NEIGHBOURS_PER_PERPLEXITY)
    search = nearest_neighbours(vectors, int(_NEIGHBOURS_PER_PERPLEXITY * perplexity))
    neighbours, distances = yield from _part(search, _PROJECTED, _FOUND, "finding neighbours")
    moves = _move(vectors, neighbours, distances, perplexity, options)
    places = yield from _part(moves, _FOUND, _TOTAL, "laying photos out")
    yield Progress(_TOTAL, _TOTAL, "laid out", (EmbeddedMap(places, vectors, projection),))


def _part(
    task: Iterator[Progress[Result]], start: int, end: int, note: str
) -> Generator[Progress[EmbeddedMap], None, Result]:
    """Run a task as a part of a longer one, and return its result."""
    results: tuple[Result, ...] = ()
    for step in task:
        results = step.results
        yield Progress(start + (end - start) * step.done // max(step.total, 1), _TOTAL, note)
    return results[0]


def _move(
    vectors: Floats, neighbours: Indices, distances: Floats, perplexity: float, options: MapOptions
) -> Iterator[Progress[Floats]]:
    """Let the photos find their places: float32 (N, 2)."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    from engine.lab.map_repulsion import Repulsion

    known = PrecomputedNeighbors(neighbours, distances)
    places = TSNEEmbedding(
        _first_places(vectors, options.seed),
        PerplexityBasedNN(perplexity=perplexity, knn_index=known, n_jobs=_THREADS),
        negative_gradient_method=Repulsion(_THREADS),
        n_jobs=_THREADS,
        max_step_norm=5,  # openTSNE's own limit: no photo flies off
    )
    done, total = 0, options.early_iterations + options.iterations
    at_once = min(max(_MOVES_AT_ONCE // len(vectors), 1), _MOST_AT_ONCE)
    for end, strength in (options.early_iterations, options.early_exaggeration), (total, options.exaggeration):
        while done < end:
            steps = min(at_once, end - done)
            places.optimize(steps, exaggeration=strength, momentum=0.8, inplace=True)
            done += steps
            yield Progress(done, total)
    yield Progress(done, total, results=(np.asarray(places, np.float32),))


def _first_places(vectors: Floats, seed: int) -> np.ndarray:
    """The two widest axes, tiny: far apart stays far apart."""
    flat = np.zeros((len(vectors), 2))
    flat[:, : vectors.shape[1]] = vectors[:, :2]
    flat *= _FIRST_WIDTH / max(float(flat[:, 0].std()), 1e-9)
    return flat + np.random.default_rng(seed).normal(0, _FIRST_NOISE, flat.shape)
