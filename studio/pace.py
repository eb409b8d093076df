"""How fast a long task goes, and how long it will take."""

import time
from collections import deque

# The last seconds tell more of the next ones than the first do.
WINDOW_S = 10.0


class Pace:
    """Counts steps against the clock."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def mark(self, done: int, now_s: float | None = None) -> None:
        """So many steps are done, now."""
        now_s = time.monotonic() if now_s is None else now_s
        self._marks.append((now_s, done))
        while len(self._marks) > 2 and now_s - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()

    @property
    def per_second(self) -> float | None:
        """Steps a second; None as long as nothing can be said."""
        if len(self._marks) < 2:
            return None
        (first_s, first), (last_s, last) = self._marks[0], self._marks[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else None

    def in_words(self, total: int) -> str:
        """ "21 photos/s, 3 min left"; "" as long as nothing can be said."""
        rate = self.per_second
        if not rate:
            return ""
        left_s = (total - self._marks[-1][1]) / rate
        left = f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min"
        return f"{rate:.0f} photos/s, {left} left" if rate >= 1 else f"{left} left"
