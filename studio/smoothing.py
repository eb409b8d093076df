"""Numbers that people can read while they change thirty times a second."""

import math
from collections import deque


class Smoothed:
    """An exponential average over time, not over frames: it looks alike at any frame rate.

    Args:
        time_constant_s: after this long, 63 % of a change is shown. A quarter of a second is quick enough to frame by
            and slow enough to read.
    """

    def __init__(self, time_constant_s: float = 0.25) -> None:
        self._time_constant_s = time_constant_s
        self._value: float | None = None
        self._at_s = 0.0

    @property
    def value(self) -> float | None:
        """The smoothed value; None before the first."""
        return self._value

    def add(self, value: float, at_s: float) -> float:
        """Take in a value measured at a time in seconds, and give the smoothed one."""
        if self._value is None:
            self._value = value
        else:
            weight = 1 - math.exp(-max(0.0, at_s - self._at_s) / self._time_constant_s)
            self._value += weight * (value - self._value)
        self._at_s = at_s
        return self._value


class Steady(Smoothed):
    """A score that rests while only the sensor's noise changes, and follows a real change at once.

    An exponential average whose time constant hangs on how far the new values have gone from the shown one, as in the
    "1 euro" filter (Casiez, Roussel and Vogel, CHI 2012): noise of a few points is averaged over a second, a change of
    many is shown in two or three frames.

    Args:
        slow_s: time constant at rest.
        noise: points that a still scene's score wanders; a change of this size halves the time constant.
    """

    def __init__(self, slow_s: float = 0.9, noise: float = 2.0) -> None:
        super().__init__(slow_s)
        self._slow_s = slow_s
        self._noise = noise
        # What tells a change from noise: an average over about three frames.
        self._trend = Smoothed(0.06)

    def add(self, value: float, at_s: float) -> float:
        """Take in a value measured at a time in seconds, and give the steady one."""
        trend = self._trend.add(value, at_s)
        if self.value is not None:
            far = (trend - self.value) / self._noise
            self._time_constant_s = self._slow_s / (1 + far**2 * (1 + far**2))
        return super().add(trend, at_s)


class Rate:
    """How many things happen per second, over the last two seconds."""

    WINDOW_S, TELLING_S = 2.0, 0.01

    def __init__(self) -> None:
        self._times_s: deque[float] = deque()

    def add(self, at_s: float) -> None:
        """Count one thing at a time in seconds."""
        self._times_s.append(at_s)
        while at_s - self._times_s[0] > self.WINDOW_S:
            self._times_s.popleft()

    @property
    def per_second(self) -> float:
        """0 until it can be told: two things at once, after a pause, say nothing of how often they happen."""
        if len(self._times_s) < 2:
            return 0.0
        span_s = self._times_s[-1] - self._times_s[0]
        return (len(self._times_s) - 1) / span_s if span_s >= self.TELLING_S else 0.0
