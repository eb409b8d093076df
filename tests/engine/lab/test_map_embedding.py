"""Laying embeddings out: what is alike stays together, the same seed gives the same map, and it can be stopped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lab.map_embedding import EmbeddedMap, embed
from engine.lab.map_neighbours import Embeddings, nearest_neighbours
from engine.lab.map_options import MapError, MapOptions

pytest.importorskip("openTSNE")

QUICK = MapOptions(perplexity=8, early_iterations=100, iterations=150)
KINDS, EACH = 6, 25


def made(embeddings: Embeddings, options: MapOptions = QUICK) -> EmbeddedMap:
    (result,) = [each for step in embed(embeddings, options) for each in step.results]
    return result


@pytest.fixture(scope="module")
def planted() -> Embeddings:
    """Six kinds of photos, 25 of each, told by 40 numbers."""
    rng = np.random.default_rng(3)
    kinds = rng.normal(0, 3, (KINDS, 40))
    return (np.repeat(kinds, EACH, axis=0) + rng.normal(0, 0.5, (KINDS * EACH, 40))).astype(np.float16)


def test_photos_of_a_kind_lie_together(planted: Embeddings) -> None:
    places = made(planted).places
    ways = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(ways, np.inf)
    kind = np.arange(KINDS * EACH) // EACH
    assert (kind[ways.argmin(axis=1)] == kind).mean() > 0.97


def test_the_same_seed_gives_the_same_map_and_another_one_another(planted: Embeddings) -> None:
    first, again = made(planted).places, made(planted).places
    np.testing.assert_array_equal(first, again)
    other = made(planted, MapOptions(perplexity=8, early_iterations=100, iterations=150, seed=1)).places
    assert not np.allclose(first, other)


def test_photos_that_are_all_alike_get_places_too() -> None:
    places = made(np.ones((12, 5), np.float16)).places
    assert places.shape == (12, 2)
    assert np.isfinite(places).all()


def test_too_few_photos_are_said() -> None:
    with pytest.raises(MapError, match="10 different photos; there are 3"):
        made(np.eye(3, dtype=np.float16))


def test_progress_grows_to_its_end(planted: Embeddings) -> None:
    steps = [(step.done, step.total) for step in embed(planted, QUICK)]
    assert steps == sorted(steps)
    assert steps[-1] == (100, 100)


@given(st.integers(5, 60), st.integers(1, 4), st.integers(0, 10_000))
def test_neighbours_are_the_nearest_others(count: int, wanted: int, seed: int) -> None:
    # Whole numbers: many are equal.
    vectors = np.random.default_rng(seed).integers(0, 3, (count, 2)).astype(np.float32)
    ((found, far),) = [each for step in nearest_neighbours(vectors, wanted) for each in step.results]
    assert (found != np.arange(count)[:, None]).all()
    ways = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1)
    np.fill_diagonal(ways, np.inf)
    np.testing.assert_allclose(far, np.sort(ways, axis=1)[:, :wanted], atol=1e-3)
