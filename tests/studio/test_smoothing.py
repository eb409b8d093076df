import pytest

from studio.smoothing import Rate, Smoothed


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
