import random

import pytest

from studio.smoothing import Rate, Smoothed, Steady


def test_a_steady_value_is_shown_as_it_is() -> None:
    smoothed = Smoothed()
    assert [smoothed.add(42.0, at / 30) for at in range(10)] == [42.0] * 10


@pytest.mark.parametrize("frames_per_second", [10, 30, 120])
def test_a_change_is_followed_alike_at_any_frame_rate(frames_per_second: int) -> None:
    smoothed = Smoothed(0.25)
    smoothed.add(0, 0)
    for frame in range(1, frames_per_second // 2 + 1):
        smoothed.add(100, frame / frames_per_second)
    assert smoothed.value == pytest.approx(86.5, abs=0.1)


def test_the_rate_is_of_the_last_two_seconds() -> None:
    rate = Rate()
    assert rate.per_second == 0
    for at in range(90):
        rate.add(at / 30)
    assert rate.per_second == pytest.approx(30)
    rate.add(60.0)
    assert rate.per_second == 0


def test_a_still_scene_with_noise_is_shown_still() -> None:
    noise, steady = random.Random(1), Steady()
    shown = [steady.add(60 + noise.gauss(0, 1.2), frame / 30) for frame in range(120)]
    assert max(shown[30:]) - min(shown[30:]) <= 1.0


@pytest.mark.parametrize(("before", "after"), [(20, 80), (80, 20), (50, 58), (90, 60)])
def test_a_real_change_is_shown_within_two_fifths_of_a_second(before: float, after: float) -> None:
    steady = Steady()
    for frame in range(60):
        steady.add(before, frame / 30)
    for frame in range(60, 72):
        steady.add(after, frame / 30)
    assert steady.value == pytest.approx(after, abs=2)
