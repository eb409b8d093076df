"""What was measured of the live path, as rows with their targets."""

import numpy as np

from studio.commands.bench_report import Row, at_least, at_most, plain
from studio.live_bench import LiveCounts, LiveFigures

# A source that delivers this many has all of them scored; of a faster one at least so many.
MOST_SCORED = 60.0


def live_rows(figures: LiveFigures) -> list[Row]:
    """One row for each figure."""
    calm, busy = figures.plain, figures.coached
    interval_ms = 1000 * calm.seconds / max(1, calm.frames_in)
    rows = [
        plain("frame width", calm.size_wh[0], "pixels"),
        plain("frame height", calm.size_wh[1], "pixels"),
        plain("frames in", calm.frames_in / calm.seconds, "/s"),
        # Half a frame for where the measurement begins and ends.
        at_least("frames scored", _scored(calm), "/s", min(MOST_SCORED, calm.frames_in / calm.seconds) - 0.5),
        at_most("score age, p50", _percentile(calm.ages_ms, 50), "ms", 20),
        at_most("score age, p95", _percentile(calm.ages_ms, 95), "ms", 35),
        at_most("longest stall of the window", calm.stall_ms, "ms", 50),
        at_most("between paints, p99", _between_paints_ms(calm, 99), "ms", interval_ms + 20),
        at_most("processor, all cores together", 100 * calm.processor_s / calm.seconds, "% of one", 130),
        plain("coaching: frames scored", _scored(busy), "/s"),
        at_most("coaching: score age, p95", _percentile(busy.ages_ms, 95), "ms", 50),
        at_least("coaching: rounds of hints", busy.rounds / busy.seconds, "/s", 2),
        plain("coaching: longest stall of the window", busy.stall_ms, "ms"),
        plain("coaching: processor, all cores together", 100 * busy.processor_s / busy.seconds, "% of one"),
        at_most("change of source while busy", figures.change_s, "s", 0.3),
        at_most("close while busy", figures.close_s, "s", 0.3),
    ]
    if calm.settled_mb:
        rows.append(at_most("growth of memory after the first minute", _growth(calm), "%", 2))
        rows.append(at_most("coaching: growth of memory after the first minute", _growth(busy), "%", 2))
    return rows


def _growth(counts: LiveCounts) -> float:
    return 100 * (counts.last_mb / counts.settled_mb - 1)


def _scored(counts: LiveCounts) -> float:
    return len(counts.ages_ms) / counts.seconds


def _between_paints_ms(counts: LiveCounts, percent: float) -> float:
    return _percentile((1000 * np.diff(counts.paints_s)).tolist(), percent)


def _percentile(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("inf")
