"""Measures the live path: a video played into the real window, its frames, scores and stalls counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot

from engine.devices import Device
from studio.app import make_application
from studio.camera import Frame
from studio.live_scorer import LiveResult

# How often the window's thread is asked whether it is free; a longer gap is a stall.
TICK_MS = 5
WARM_UP_S = 2.0
MODEL_WAIT_MS = 30_000


@dataclass(frozen=True)
class LiveFigures:
    """What was counted.

    Attributes:
        frames_in: frames that the source delivered.
        frames_scored: frames whose score was shown.
        seconds: how long it was counted.
        ages_ms: for each score, the time from its frame's arrival until it was shown.
        longest_stall_ms: the longest time in which the window's thread did nothing else.
        close_s: how long the window took to close, busy.
        size_wh: of the frames.
    """

    frames_in: int
    frames_scored: int
    seconds: float
    ages_ms: tuple[float, ...]
    longest_stall_ms: float
    close_s: float
    size_wh: tuple[int, int]


@dataclass
class _Counts:
    frames_in: int = 0
    ages_ms: list[float] = field(default_factory=list)
    size_wh: tuple[int, int] = (0, 0)
    last_tick_s: float = 0.0
    longest_stall_ms: float = 0.0


class _Counter(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.counts = _Counts(last_tick_s=time.perf_counter())

    def restart(self) -> None:
        self.counts = _Counts(last_tick_s=time.perf_counter())

    @Slot(object)
    def count_frame(self, frame: Frame) -> None:
        self.counts.frames_in += 1

    @Slot(object)
    def count_score(self, result: LiveResult) -> None:
        self.counts.ages_ms.append(1000 * (time.perf_counter() - result.frame.arrived_s))
        self.counts.size_wh = (result.frame.image.width(), result.frame.image.height())

    @Slot()
    def tick(self) -> None:
        now_s = time.perf_counter()
        stall_ms = 1000 * (now_s - self.counts.last_tick_s) - TICK_MS
        self.counts.longest_stall_ms = max(self.counts.longest_stall_ms, stall_ms)
        self.counts.last_tick_s = now_s


def measure_live(video: Path, seconds: float, device: Device) -> LiveFigures:
    """Play a video in the Live room and count for some seconds, after a warm-up.

    Raises:
        RuntimeError: the video did not play, or the model did not load.
    """
    application = make_application()
    from studio.window import StudioWindow

    window = StudioWindow(device)
    window.resize(1280, 800)
    window.rooms.setCurrentWidget(window.live)
    window.show()
    _wait_until(lambda: window.scorer is not None, MODEL_WAIT_MS)
    window.album.cancel()
    counter = _Counter()
    window.live.source.frame_ready.connect(counter.count_frame)
    window.live.score_shown.connect(counter.count_score)
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(TICK_MS)
    timer.timeout.connect(counter.tick)
    timer.start()
    window.live.open_file(video)
    _wait_s(WARM_UP_S)
    counter.restart()
    started_s = time.perf_counter()
    _wait_s(seconds)
    counts, measured_s = counter.counts, time.perf_counter() - started_s
    timer.stop()
    closing_s = time.perf_counter()
    window.close()
    close_s = time.perf_counter() - closing_s
    application.processEvents()
    if not counts.frames_in:
        raise RuntimeError(f"{video} did not play")
    return LiveFigures(
        counts.frames_in,
        len(counts.ages_ms),
        measured_s,
        tuple(counts.ages_ms),
        counts.longest_stall_ms,
        close_s,
        counts.size_wh,
    )


def _wait_s(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _wait_until(condition: Callable[[], bool], limit_ms: int) -> None:
    deadline_s = time.perf_counter() + limit_ms / 1000
    while not condition():
        if time.perf_counter() > deadline_s:
            raise RuntimeError("the model did not load")
        _wait_s(0.02)
