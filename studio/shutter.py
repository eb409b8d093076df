"""Decides which frames are kept: while a key is held, after a countdown, or by itself when the score stays high."""

import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.best_frames import BestFrames, Candidate
from engine.pixels import Pixels
from studio.live_scorer import LiveResult

# What is kept of a moment that a person holds; of a tap, a countdown or a high score, it is one photo.
KEPT_OF_MOMENT, KEPT_OF_BURST = 3, 1
# What is let go sooner was a tap, which is given this long; a countdown ends in a burst: a second has some thirty
# frames to choose from.
SHORTEST_MS, BURST_MS = 500, 1000
# A key that repeats itself seems to be let go and pressed again at once: the hold goes on.
RELEASE_MS = 80
# On a machine that scores slowly a moment may have no frame yet: so often it is given as long again.
PATIENCE = 10
# By itself: the score has to stay high for this long, and to fall this far before the next one.
HIGH_FOR_S, REARM_POINTS = 0.7, 5.0


class Shutter(QObject):
    """Collects frames and tells the best of them.

    Signals:
        counted: seconds that are left of a countdown; 0 once it is over or cancelled.
        recording_changed: whether frames are collected now.
        moment_ended: the `BestFrames` of RGB pixels; empty where no frame was scored.
    """

    counted = Signal(int)
    recording_changed = Signal(bool)
    moment_ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._moment: BestFrames[Pixels] | None = None
        self._began_s = 0.0
        self._patience = PATIENCE
        self._left_s = 0
        self._threshold: float | None = None
        self._high_since_s: float | None = None
        self._armed = True
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._count)
        self._end = QTimer(self, singleShot=True)
        self._end.timeout.connect(self._finish)

    @property
    def recording(self) -> bool:
        return self._moment is not None

    @property
    def counting(self) -> bool:
        return self._second.isActive()

    def begin(self) -> None:
        """Collect from now on, until `end`."""
        self._begin(KEPT_OF_MOMENT)

    def end(self) -> None:
        """Stop collecting, and tell the best: of a tap, which goes on for a little, the one, of a hold several."""
        if self._moment is not None and not self._end.isActive():
            held_ms = 1000 * (time.perf_counter() - self._began_s)
            self._moment.count = KEPT_OF_MOMENT if held_ms >= SHORTEST_MS else KEPT_OF_BURST
            self._end.start(max(RELEASE_MS, round(SHORTEST_MS - held_ms)))

    def count_down(self, seconds: int) -> None:
        """Count, then collect a burst; again while counting, it is cancelled."""
        if self.counting:
            self.cancel()
            return
        self._left_s = seconds
        self._second.start()
        self.counted.emit(seconds)

    def watch(self, threshold: float | None) -> None:
        """Collect by itself when the score stays at this or above; None does not."""
        self._threshold, self._high_since_s, self._armed = threshold, None, True

    @Slot()
    def cancel(self) -> None:
        """Forget a countdown and what is being collected."""
        self._second.stop()
        self._end.stop()
        self.counted.emit(0)
        if self._moment is not None:
            self._moment = None
            self.recording_changed.emit(False)

    def conclude(self) -> None:
        """The source ends: forget a countdown, and tell the best of a moment that was being collected."""
        self._second.stop()
        self._end.stop()
        self.counted.emit(0)
        if self._moment is not None and not self._moment.is_empty:
            self._finish()
        else:
            self.cancel()

    def see(self, result: LiveResult, steady_points: float) -> None:
        """Take in a scored frame, and what the dial shows."""
        if self._moment is not None:
            self._moment.add(candidate_from(result))
        elif self._threshold is not None and not self.counting:
            self._watch(result, steady_points, self._threshold)

    def _watch(self, result: LiveResult, points: float, threshold: float) -> None:
        if points < threshold:
            self._high_since_s = None
            self._armed = self._armed or points < threshold - REARM_POINTS
            return
        self._high_since_s = self._high_since_s or result.picture.arrived_s
        if self._armed and result.picture.arrived_s - self._high_since_s >= HIGH_FOR_S:
            self._armed, self._high_since_s = False, None
            self._burst()

    def _begin(self, count: int) -> None:
        self._end.stop()
        if self._moment is None:
            self._moment, self._patience = BestFrames(count), PATIENCE
            self._began_s = time.perf_counter()
            self.recording_changed.emit(True)

    def _burst(self) -> None:
        self._begin(KEPT_OF_BURST)
        self._end.start(BURST_MS)

    @Slot()
    def _count(self) -> None:
        self._left_s -= 1
        self.counted.emit(self._left_s)
        if self._left_s == 0:
            self._second.stop()
            self._burst()

    @Slot()
    def _finish(self) -> None:
        if self._moment is not None and self._moment.is_empty and self._patience:
            self._patience -= 1
            self._end.start(SHORTEST_MS)
        elif self._moment is not None:
            moment, self._moment = self._moment, None
            self.recording_changed.emit(False)
            self.moment_ended.emit(moment)


def candidate_from(result: LiveResult) -> Candidate[Pixels]:
    """A scored frame as one of which the best are kept."""
    face = result.facts.face if result.facts is not None else None
    return Candidate(
        image=result.picture.pixels,
        taken_s=result.picture.arrived_s,
        points=result.score.points,
        sharpness=face.sharpness if face is not None else 0.0,
        eyes_open=not face.eyes_closed if face is not None else None,
        embedding=result.embedding,
    )
