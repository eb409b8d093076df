"""Means, differences and curves whose truth is known."""

import numpy as np
import pytest

from engine.lab.likes_held import HeldFacts
from engine.lab.likes_statistics import Resampling, bins_of, holm, thirds


def _points(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.asarray(50 + 15 * rng.standard_normal(count))


def test_a_known_slope_is_recovered_with_its_interval() -> None:
    rng = np.random.default_rng(1)
    fact = rng.uniform(0, 1, 900)
    points = _points(rng, 900) + 30 * fact
    low, _, high = thirds(fact)
    found = Resampling(np.arange(900)).contrast(points, (high, low), (1, -1))
    truth = 30 * (5 / 6 - 1 / 6)
    assert found.low < truth < found.high
    assert found.is_clear
    assert found.high - found.low < 12


def test_intervals_hold_the_truth_about_95_times_in_100() -> None:
    inside = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        points, fact = _points(rng, 120), rng.uniform(0, 1, 120)
        low, _, high = thirds(fact)
        found = Resampling(np.arange(120), seed).contrast(points, (high, low), (1, -1))
        inside += found.low < 0 < found.high
    assert 180 <= inside <= 199


def test_takes_of_one_moment_count_as_one() -> None:
    rng = np.random.default_rng(2)
    moments, takes = 60, 10
    points = np.repeat(_points(rng, moments), takes)
    alone = Resampling(np.arange(moments * takes)).mean(points)
    together = Resampling(np.repeat(np.arange(moments), takes)).mean(points)
    widths = alone.high - alone.low, together.high - together.low
    assert widths[1] / widths[0] == pytest.approx(takes**0.5, rel=0.15)


def test_of_few_photos_nothing_is_said() -> None:
    points = np.arange(30.0)
    low, _, high = thirds(points)
    found = Resampling(np.arange(30)).contrast(points, (high, low), (1, -1))
    assert not found.is_known
    assert not found.is_clear
    assert bins_of(points[:20]) == []
    assert not Resampling(np.empty(0, np.int64)).mean(np.empty(0)).is_known


def test_what_is_not_known_is_left_out() -> None:
    values = np.full(100, 7.0)
    values[::2] = np.nan
    found = Resampling(np.arange(100)).mean(values)
    assert (found.value, found.count) == (7.0, 50)


def test_where_most_photos_share_a_value_it_is_held_against_the_rest() -> None:
    people = np.array([1.0] * 80 + [2.0] * 12 + [np.nan] * 8)
    low, middle, high = thirds(people)
    assert (low.sum(), middle.sum(), high.sum()) == (80, 0, 12)


def test_a_curve_follows_a_hill_and_its_band_holds_it() -> None:
    rng = np.random.default_rng(3)
    fact = rng.uniform(-1, 1, 2000)
    points = _points(rng, 2000) - 40 * fact**2
    bins = bins_of(fact)
    curve = Resampling(np.arange(2000)).curve(fact, points, bins, np.full(len(bins), np.nan))
    assert list(curve.at) == sorted(curve.at)
    truth = 50 - 40 * np.array([np.mean(fact[mask] ** 2) for mask in bins])
    assert ((curve.low < truth) & (truth < curve.high)).mean() >= 0.75
    assert curve.mean[0] < curve.mean[len(bins) // 2] > curve.mean[-1]


def test_many_claims_are_held_to_more_than_one() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([]).shape == (0,)


def test_what_goes_along_with_another_fact_vanishes_once_that_is_held() -> None:
    rng = np.random.default_rng(4)
    light = rng.uniform(0, 1, 1500)
    smile = light + 0.3 * rng.standard_normal(1500)
    points = _points(rng, 1500) + 40 * light
    low, _, high = thirds(smile)
    raw = Resampling(np.arange(1500)).contrast(points, (high, low), (1, -1))
    facts = HeldFacts(points, {"light": light, "smile": smile}, np.arange(1500))
    held = facts.of_fact("smile", ["light"]).contrast((high, low), (1, -1))
    assert raw.is_clear
    assert raw.value > 15
    assert held.low < 0 < held.high
    assert abs(held.value) < 5


def test_an_effect_of_its_own_stays_when_others_are_held_and_unknown_facts_do_no_harm() -> None:
    rng = np.random.default_rng(5)
    light, dark_group = rng.uniform(0, 1, 1200), rng.random(1200) < 0.4
    points = _points(rng, 1200) + 20 * light - 8 * dark_group
    light = np.where(rng.random(1200) < 0.2, np.nan, light)
    held = HeldFacts(points, {"light": light, "nothing": np.full(1200, np.nan)}, np.arange(1200))
    found = held.gap(dark_group, ["light", "nothing"])
    assert found.low < -8 < found.high
    assert found.is_clear
