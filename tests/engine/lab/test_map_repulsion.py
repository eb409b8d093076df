"""The sums over all pairs, against adding them up one by one."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from engine.lab.map_repulsion import Repulsion


@pytest.mark.parametrize("width", [1e-4, 0.3, 5.0])
def test_pushes_are_those_of_all_pairs(width: float) -> None:
    places = np.random.default_rng(0).normal(0, width, (1000, 2))
    ways = places[:, None] - places[None]
    q = 1 / (1 + (ways**2).sum(axis=-1))
    wanted, pair_sum = (q[..., None] ** 2 * ways).sum(axis=1), q.sum() - len(places)
    pushes, found_sum = Repulsion().of(places)
    assert np.linalg.norm(pushes - wanted) < 0.02 * np.linalg.norm(wanted)
    assert found_sum == pytest.approx(pair_sum, rel=1e-3)
