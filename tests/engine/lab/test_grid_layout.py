"""Snapping to a grid: a cell for each, and short ways."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lab.grid_layout import GridLayout, snap_to_grid
from engine.pixels import Floats

pytest.importorskip("scipy")


def snapped(places: Floats) -> GridLayout:
    (layout,) = [each for step in snap_to_grid(places) for each in step.results]
    return layout


@settings(max_examples=30)
@given(st.integers(1, 1500), st.integers(0, 10_000), st.floats(0.0, 3.0))
def test_no_two_photos_share_a_cell(count: int, seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    # Islands of any tightness, down to single points.
    places = (rng.normal(0, 10, (5, 2))[rng.integers(5, size=count)] + rng.normal(0, spread, (count, 2))).astype("f4")
    layout = snapped(places)
    assert len(np.unique(layout.cells, axis=0)) == count
    assert (layout.cells >= 0).all()
    assert (layout.cells < (layout.columns, layout.rows)).all()


def test_photos_that_are_in_a_grid_stay_where_they_are() -> None:
    wanted = np.stack(np.meshgrid(np.arange(40), np.arange(40)), axis=-1).reshape(-1, 2)
    layout = snapped(wanted.astype(np.float32))
    np.testing.assert_array_equal(layout.cells, wanted)
    assert layout.moved < 1


def test_the_mean_way_is_told() -> None:
    layout = snapped(np.random.default_rng(0).uniform(0, 1, (900, 2)).astype(np.float32))
    ways = np.linalg.norm(layout.free - layout.middles, axis=1)
    assert layout.moved == pytest.approx(ways.mean(), rel=1e-5)
    assert layout.moved < 2  # evenly strewn ones hardly move
