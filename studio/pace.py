"""How fast a long task goes, and how long it will take."""

import time
from collections import deque

# The last seconds tell more of the next ones than the first do; less than one second tells nothing.
WINDOW_S, LEAST_S = 10.0, 1.0


class Pace:
    """Counts steps against the clock."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def mark(self, done: int, now_s: float | None = None, *, at_work: bool = True) -> None:
        """So many steps are done, now.

        Args:
            done: in all.
            now_s: on a clock that never goes back; None looks at it.
            at_work: whether those since the last mark took work: others leave the pace as it is.
        """
        now_s = time.monotonic() if now_s is None else now_s
        if not at_work:
            quick = max(0, done - self._marks[-1][1]) if self._marks else 0
            self._marks = deque((mark_s, count + quick) for mark_s, count in self._marks)
            return
        self._marks.append((now_s, done))
        while len(self._marks) > 2 and now_s - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()

    @property
    def per_second(self) -> float | None:
        """Steps a second; None as long as nothing can be said."""
        if len(self._marks) < 2:
            return None
        (first_s, first), (last_s, last) = self._marks[0], self._marks[-1]
        return (last - first) / (last_s - first_s) if last_s - first_s >= LEAST_S else None

    def in_words(self, total: int) -> str:
        """ "21 photos/s, 3 min left"; "" as long as nothing can be said."""
        rate = self.per_second
        if not rate:
            return ""
        left_s = (total - self._marks[-1][1]) / rate
        left = f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min"
        return f"{rate:.0f} photos/s, {left} left" if rate >= 1 else f"{left} left"
