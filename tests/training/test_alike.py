"""Changes that should not raise a score: each is what it is called, and none touches the photo it is made from."""

import numpy as np
import pytest

from engine.pixels import Pixels
from training.alike import AS_GOOD, NO_BETTER, SMALLEST_LONG_SIDE, draw_change

CHANGES = {**AS_GOOD, **NO_BETTER}


def _picture() -> Pixels:
    return np.random.default_rng(3).integers(40, 200, (400, 300, 3)).astype(np.uint8)


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_makes_a_new_picture(kind: str) -> None:
    picture = _picture()
    changed = CHANGES[kind](picture, np.random.default_rng(0))
    assert (changed.dtype, changed.ndim, changed.shape[2]) == (np.uint8, 3, 3)
    assert changed.flags.c_contiguous
    assert changed.shape != picture.shape or not np.array_equal(changed, picture)
    np.testing.assert_array_equal(picture, _picture())


def test_each_change_is_what_it_is_called() -> None:
    picture, rng = _picture(), np.random.default_rng(1)
    np.testing.assert_array_equal(CHANGES["mirrored"](picture, rng)[:, ::-1], picture)
    assert max(CHANGES["stored smaller"](picture, rng).shape) >= SMALLEST_LONG_SIDE
    assert (CHANGES["white border"](picture, rng)[:5] == 255).all()
    grey = CHANGES["black and white"](picture, rng)
    assert (grey[..., 0] == grey[..., 2]).all()
    faded = CHANGES["faded filter"](picture, rng)
    assert faded.std() < picture.std()
    assert faded.min() > picture.min()


def test_a_small_photo_is_not_made_smaller() -> None:
    small = _picture()[:200, :150]
    assert all(AS_GOOD["stored smaller"](small, np.random.default_rng(s)).shape == small.shape for s in range(9))


def test_only_what_is_no_better_may_fall() -> None:
    rng = np.random.default_rng(2)
    drawn = [draw_change(_picture(), rng) for _ in range(60)]
    assert {change.kind for change in drawn} == set(CHANGES)
    assert all(change.may_fall == (change.kind in NO_BETTER) for change in drawn)


def test_most_changed_pictures_are_mirrored_too() -> None:
    picture = np.zeros((300, 300, 3), np.uint8)
    picture[:, :150] = 255
    rng = np.random.default_rng(4)
    drawn = [draw_change(picture, rng).picture for _ in range(60)]
    lit_right = [changed[:, -60:].mean() > changed[:, 40:100].mean() for changed in drawn]
    assert 30 < sum(lit_right) < 60
