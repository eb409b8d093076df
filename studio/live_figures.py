"""How the live picture is doing, in figures: for the corner of the picture."""

from collections import deque

import numpy as np

from studio.smoothing import Rate

# Percentiles are of the scores of this long.
SPAN_S = 5.0


class LiveFigures:
    """Counts frames, scores, their age, and rounds of coaching."""

    def __init__(self) -> None:
        self.runtime = ""
        self.restart()

    def restart(self) -> None:
        """Begin again with another source."""
        self._frames, self._scores, self._rounds = Rate(), Rate(), Rate()
        self._frames_in = self._frames_scored = 0
        self._ages_ms: deque[tuple[float, float]] = deque()

    def count_frame(self, arrived_s: float) -> None:
        self._frames.add(arrived_s)
        self._frames_in += 1

    def count_score(self, arrived_s: float, shown_s: float) -> None:
        self._scores.add(shown_s)
        self._frames_scored += 1
        self._ages_ms.append((shown_s, 1000 * (shown_s - arrived_s)))
        while shown_s - self._ages_ms[0][0] > SPAN_S:
            self._ages_ms.popleft()

    def count_round(self, at_s: float) -> None:
        """Count one round of the coach."""
        self._rounds.add(at_s)

    def text(self) -> str:
        """A few lines."""
        lines = [
            f"{self._frames.per_second:.0f} frames/s in, {self._scores.per_second:.0f} scored",
            f"{max(0, self._frames_in - self._frames_scored)} passed over",
            f"{self._rounds.per_second:.1f} rounds of hints/s",
            self.runtime,
        ]
        if self._ages_ms:
            p50, p95 = np.percentile([age for _, age in self._ages_ms], (50, 95))
            lines.insert(1, f"score {p50:.0f} ms old, p95 {p95:.0f} ms")
        return "\n".join(lines)
