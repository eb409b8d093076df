"""The ranking figures against their plain definition."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.metrics import auc, auc_interval, calibration_error, reliability, spearman

# Few different values, so that ties are common.
SCORES = st.lists(st.integers(-4, 4), min_size=1, max_size=12)


def _arrays(good: list[int], bad: list[int]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    return np.array([*good, *bad], float), np.array([True] * len(good) + [False] * len(bad))


@given(SCORES, SCORES)
def test_auc_is_how_often_a_good_photo_beats_a_bad_one(good: list[int], bad: list[int]) -> None:
    wins = [1.0 if better > worse else 0.5 if better == worse else 0.0 for better in good for worse in bad]
    assert auc(*_arrays(good, bad)) == pytest.approx(np.mean(wins))


@given(SCORES, SCORES)
def test_auc_sees_the_order_alone(good: list[int], bad: list[int]) -> None:
    scores, positive = _arrays(good, bad)
    assert auc(np.exp(scores) * 3 - 1, positive) == auc(scores, positive)
    assert auc(-scores, positive) == pytest.approx(1 - auc(scores, positive))


def test_auc_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="positive and a negative"):
        auc(np.array([1.0, 2.0]), np.array([True, True]))


def test_the_interval_holds_the_auc_and_shrinks_with_more_photos() -> None:
    def interval(photos: int) -> tuple[float, float, float]:
        rng = np.random.default_rng(3)
        positive = np.arange(photos) % 3 == 0
        scores = rng.standard_normal(photos) + positive
        return *auc_interval(scores, positive, draws=300), auc(scores, positive)

    low, high, middle = interval(90)
    assert low < middle < high
    narrow_low, narrow_high, _ = interval(2000)
    assert narrow_high - narrow_low < (high - low) / 2


@given(st.lists(st.integers(-20, 20), min_size=3, max_size=30, unique=True))
def test_spearman_sees_the_order_alone(values: list[int]) -> None:
    numbers = np.array(values, float)
    assert spearman(numbers, np.exp(numbers / 10)) == pytest.approx(1)
    assert spearman(numbers, -numbers) == pytest.approx(-1)


def test_spearman_gives_ties_their_mean_rank() -> None:
    # The ranks are 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
    assert spearman(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 3, 4])) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)


def test_a_calibrated_prediction_has_no_error_and_a_bold_one_has() -> None:
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 1, 20_000)
    positive = rng.uniform(0, 1, 20_000) < predicted
    assert calibration_error(predicted, positive) < 0.02
    assert calibration_error(np.where(predicted > 0.5, 0.99, 0.01), positive) > 0.15
    said, seen = reliability(predicted, positive)
    assert len(said) == len(seen) == 10
    assert said == sorted(said)
