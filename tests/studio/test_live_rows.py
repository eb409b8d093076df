"""What `bench live` tells of a run."""

from array import array

import pytest

from studio.live_bench import LiveCounts, LiveFigures
from studio.live_rows import live_rows

GROWTH = "growth of memory after the first minute"


def _half_an_hour(last_mb: float) -> LiveCounts:
    """The first minute fills the memory; one frame under way at the very end is no growth."""
    memory_mb = array("f", [300.0] * 60 + [400.0] * 1000 + [last_mb] * 739 + [last_mb + 20])
    ages_ms, paints_s = array("f", [12.0, 14.0]), array("d", [1.0, 2.0])
    return LiveCounts(1800.0, 54_000, ages_ms, paints_s, memory_mb=memory_mb, size_wh=(1280, 720))


@pytest.mark.parametrize(
    ("figures", "growths"),
    [
        (LiveFigures(_half_an_hour(404), None, 0.1, 0.1), {GROWTH: 1.0}),
        (LiveFigures(None, _half_an_hour(402), 0.1, 0.1), {f"coaching: {GROWTH}": 0.5}),
        (LiveFigures(_half_an_hour(404), _half_an_hour(402), 0.1, 0.1), {GROWTH: 1.0, f"coaching: {GROWTH}": 0.5}),
    ],
)
def test_a_long_run_of_one_phase_tells_the_growth_of_that_phase(
    figures: LiveFigures, growths: dict[str, float]
) -> None:
    rows = live_rows(figures)
    assert {row.what: round(row.value, 6) for row in rows if GROWTH in row.what} == growths
    assert [row.value for row in rows if row.what == "frames in"] == [30]
    assert any(row.what.startswith("coaching") for row in rows) == (figures.coached is not None)
