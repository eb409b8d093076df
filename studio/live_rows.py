"""What was measured of the live path, as rows with their targets."""

from collections.abc import Sequence

import numpy as np

from studio.commands.bench_report import Row, at_least, at_most, plain
from studio.live_bench import LiveCounts, LiveFigures

# A source that delivers this many has all of them scored; of a faster one at least so many.
MOST_SCORED = 60.0
# Looks at the memory.
MINUTE = 60


def live_rows(figures: LiveFigures) -> list[Row]:
    """One row for each figure."""
    rows = _source_rows(figures.plain or figures.coached or LiveCounts())
    if figures.plain is not None:
        rows += _plain_rows(figures.plain)
    if figures.coached is not None:
        rows += _coached_rows(figures.coached)
    return [
        *rows,
        at_most("change of source while busy", figures.change_s, "s", 0.3),
        at_most("close while busy", figures.close_s, "s", 0.3),
    ]


def _source_rows(counts: LiveCounts) -> list[Row]:
    return [
        plain("frame width", counts.size_wh[0], "pixels"),
        plain("frame height", counts.size_wh[1], "pixels"),
        plain("frames in", counts.frames_in / counts.seconds, "/s"),
    ]


def _plain_rows(counts: LiveCounts) -> list[Row]:
    interval_ms = 1000 * counts.seconds / max(1, counts.frames_in)
    processor = "processor, all cores together", 100 * counts.processor_s / counts.seconds, "% of one"
    return [
        # Half a frame for where the measurement begins and ends.
        at_least("frames scored", _scored(counts), "/s", min(MOST_SCORED, counts.frames_in / counts.seconds) - 0.5),
        at_most("score age, p50", _percentile(counts.ages_ms, 50), "ms", 20),
        at_most("score age, p95", _percentile(counts.ages_ms, 95), "ms", 35),
        at_most("longest stall of the window", counts.stall_ms, "ms", 50),
        at_most("between paints, p99", _between_paints_ms(counts, 99), "ms", interval_ms + 20),
        # The target is stated for a camera's 30 frames a second.
        at_most(*processor, 130) if counts.frames_in / counts.seconds < 31 else plain(*processor),
        *_memory_rows("", counts),
    ]


def _coached_rows(counts: LiveCounts) -> list[Row]:
    return [
        plain("coaching: frames scored", _scored(counts), "/s"),
        at_most("coaching: score age, p95", _percentile(counts.ages_ms, 95), "ms", 50),
        at_least("coaching: rounds of hints", counts.rounds / counts.seconds, "/s", 2),
        plain("coaching: longest stall of the window", counts.stall_ms, "ms"),
        plain("coaching: processor, all cores together", 100 * counts.processor_s / counts.seconds, "% of one"),
        *_memory_rows("coaching: ", counts),
    ]


def _memory_rows(phase: str, counts: LiveCounts) -> list[Row]:
    """The last minute against the second one."""
    if len(counts.memory_mb) < 3 * MINUTE:
        return []
    settled, last = counts.memory_mb[MINUTE : 2 * MINUTE], counts.memory_mb[-MINUTE:]
    growth = 100 * (float(np.median(last)) / float(np.median(settled)) - 1)
    return [at_most(f"{phase}growth of memory after the first minute", growth, "%", 2)]


def _scored(counts: LiveCounts) -> float:
    return len(counts.ages_ms) / counts.seconds


def _between_paints_ms(counts: LiveCounts, percent: float) -> float:
    return _percentile((1000 * np.diff(counts.paints_s)).tolist(), percent)


def _percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("inf")
