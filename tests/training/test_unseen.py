"""Damage that is kept for the test alone: as strong as it says, and nowhere in training."""

import numpy as np
import pytest

from training.degrade import DEGRADATIONS
from training.unseen import UNSEEN_DAMAGE


@pytest.mark.parametrize("kind", UNSEEN_DAMAGE)
def test_damage_grows_and_leaves_the_original_alone(kind: str) -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(60, 200, (160, 200, 3)).astype(np.uint8)
    original = picture.copy()
    apart = [
        np.abs(UNSEEN_DAMAGE[kind](picture, strength, np.random.default_rng(1)).astype(int) - picture).mean()
        for strength in (0.0, 0.5, 1.0)
    ]
    assert apart == sorted(apart)
    assert apart[0] > 1
    np.testing.assert_array_equal(picture, original)


def test_it_is_not_trained_on() -> None:
    assert not set(UNSEEN_DAMAGE) & set(DEGRADATIONS)
