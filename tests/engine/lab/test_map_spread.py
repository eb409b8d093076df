"""Photos that lie free on a map are seen, and stay by their neighbours."""

import numpy as np
import pytest

from engine.lab.grid_layout import grid_for
from engine.lab.map_spread import FREE_SIDE, spread
from engine.pixels import Floats

pytest.importorskip("openTSNE")


def _spread(places: Floats) -> tuple[Floats, Floats, tuple[int, int]]:
    """Where photos lie before and after, and the map's columns and rows."""
    columns, rows, free = grid_for(places)
    (after,) = [each for step in spread(free, (columns, rows)) for each in step.results]
    return free, after, (columns, rows)


def _most_covered(places: Floats) -> Floats:
    """The largest share of each photo that one other lies on."""
    overlap = np.clip(FREE_SIDE - np.abs(places[:, None] - places[None]), 0, None)
    shares = overlap.prod(axis=2) / FREE_SIDE**2
    np.fill_diagonal(shares, 0)
    return np.asarray(shares.max(axis=1))


def _islands() -> Floats:
    """Four hundred photos in three crowds with nothing between them, as t-SNE leaves them."""
    rng = np.random.default_rng(1)
    middles = np.array([[0, 0], [10, 2], [4, 9]])[rng.integers(0, 3, 400)]
    return np.asarray(middles + rng.normal(0, 1.4, (400, 2)), np.float32)


def test_next_to_no_photo_hides_half_of_another() -> None:
    free, after, map_wh = _spread(_islands())
    assert np.mean(_most_covered(free) > 0.5) > 0.5  # so it was
    assert np.mean(_most_covered(after) > 0.5) < 0.02
    assert np.mean(_most_covered(after) > 0.25) < 0.3
    assert (after >= FREE_SIDE / 2 - 1e-4).all()
    assert (after <= np.array(map_wh) - FREE_SIDE / 2 + 1e-4).all()


def test_photos_stay_near_where_they_were() -> None:
    free, after, _ = _spread(_islands())
    assert np.linalg.norm(after - free, axis=1).mean() < 1


def test_many_photos_at_one_place_and_one_alone_find_room() -> None:
    _, after, _ = _spread(np.zeros((30, 2), np.float32))
    assert _most_covered(after).max() < 0.9
    _, alone, _ = _spread(np.zeros((1, 2), np.float32))
    assert np.isfinite(alone).all()


def test_a_map_is_spread_the_same_each_time() -> None:
    np.testing.assert_array_equal(_spread(_islands())[1], _spread(_islands())[1])
