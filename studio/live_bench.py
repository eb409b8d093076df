"""Measures the live path: a video played into the real window; its frames, scores, paints, stalls and cost counted."""

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer, Slot

from engine.devices import Device
from studio.app import make_application
from studio.camera import Frame
from studio.live_scorer import LiveResult
from studio.memory import memory_mb
from studio.window import StudioWindow

# How often the window's thread is asked whether it is free; a longer gap is a stall.
TICK_MS = 5
WARM_UP_S = 2.0
MODEL_WAIT_MS = 30_000
# Memory is looked at so often: frames under way come and go, ten megabytes at a time.
MEMORY_TICK_MS = 1000


@dataclass
class LiveCounts:
    """What was counted over a stretch of time.

    Attributes:
        seconds: how long.
        frames_in: frames that the source delivered.
        ages_ms: for each score, the time from its frame's arrival until the dial was painted with it.
        paints_s: when the picture was painted.
        stall_ms: the longest time in which the window's thread did nothing else.
        rounds: of coaching.
        processor_s: processor time of the whole program, the decoding of the video included.
        memory_mb: of the whole program, once a second.
        size_wh: of the frames.
    """

    seconds: float = 0.0
    frames_in: int = 0
    # Compact: in half an hour the counts themselves would be a hundredth of the memory that is measured.
    ages_ms: "array[float]" = field(default_factory=lambda: array("f"))
    paints_s: "array[float]" = field(default_factory=lambda: array("d"))
    stall_ms: float = 0.0
    rounds: int = 0
    processor_s: float = 0.0
    memory_mb: "array[float]" = field(default_factory=lambda: array("f"))
    size_wh: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class LiveFigures:
    """What was measured.

    Attributes:
        plain, coached: without coaching and with it; None where that phase was left out.
        change_s, close_s: how long it took to change the source and to close, busy.
    """

    plain: LiveCounts | None
    coached: LiveCounts | None
    change_s: float
    close_s: float


class _Counter(QObject):
    """Listens to the Live room."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__()
        self.counts = LiveCounts()
        self._waiting_s: list[float] = []
        self._last_tick_s = time.perf_counter()
        self._canvas, self._dial = window.live.canvas, window.live.panel.dial
        window.live.source.frame_ready.connect(self.count_frame)
        window.live.score_shown.connect(self.take_score)
        for widget in (self._canvas, self._dial):
            widget.installEventFilter(self)
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        self._memory_timer = QTimer(self, interval=MEMORY_TICK_MS)
        self._memory_timer.timeout.connect(self.look_at_memory)
        self._memory_timer.start()

    def measure(self, seconds: float) -> LiveCounts:
        """Count for some seconds."""
        self.counts = counts = LiveCounts()
        self._last_tick_s = started_s = time.perf_counter()
        processor_s = time.process_time()
        _wait_s(seconds)
        counts.seconds = time.perf_counter() - started_s
        counts.processor_s = time.process_time() - processor_s
        # What comes from now on is not of this stretch.
        self.counts = LiveCounts()
        return counts

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            now_s = time.perf_counter()
            if watched is self._canvas:
                self.counts.paints_s.append(now_s)
            else:
                self.counts.ages_ms.extend(1000 * (now_s - arrived_s) for arrived_s in self._waiting_s)
                self._waiting_s.clear()
        return False

    @Slot(object)
    def count_frame(self, frame: Frame) -> None:
        self.counts.frames_in += 1

    @Slot(object)
    def take_score(self, result: LiveResult) -> None:
        self._waiting_s.append(result.picture.arrived_s)
        self.counts.size_wh = result.picture.size_wh

    @Slot(object)
    def count_round(self, _: object) -> None:
        self.counts.rounds += 1

    @Slot()
    def look_at_memory(self) -> None:
        self.counts.memory_mb.append(memory_mb())

    @Slot()
    def tick(self) -> None:
        now_s = time.perf_counter()
        self.counts.stall_ms = max(self.counts.stall_ms, 1000 * (now_s - self._last_tick_s) - TICK_MS)
        self._last_tick_s = now_s


def measure_live(
    video: Path, seconds: float, device: Device, *, plain_too: bool = True, coached_too: bool = True
) -> LiveFigures:
    """Play a video in the Live room and count, for so many seconds each, without coaching and with it.

    Args:
        plain_too, coached_too: whether that phase is measured.

    Raises:
        RuntimeError: the video did not play, or the model did not load.
    """
    application = make_application()
    window = StudioWindow(device)
    window.resize(1280, 720)
    window.rooms.setCurrentWidget(window.live)
    window.show()
    _wait_until(lambda: window.scorer is not None, MODEL_WAIT_MS)
    window.album.cancel()
    counter = _Counter(window)
    window.live.moves_tried.connect(counter.count_round)
    window.live.open_file(video)
    plain = coached = None
    if plain_too:
        window.live.bar.hints.setChecked(False)
        _wait_s(WARM_UP_S)
        plain = counter.measure(seconds)
    if coached_too:
        window.live.bar.hints.setChecked(True)
        _wait_s(WARM_UP_S)
        coached = counter.measure(seconds)
    change_s = _seconds_of(lambda: window.live.open_file(video))
    _wait_s(WARM_UP_S)
    close_s = _seconds_of(window.close)
    application.processEvents()
    if not any(counts.frames_in for counts in (plain, coached) if counts is not None):
        raise RuntimeError(f"{video} did not play")
    return LiveFigures(plain, coached, change_s, close_s)


def _seconds_of(action: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    action()
    return time.perf_counter() - started_s


def _wait_s(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(max(0, round(1000 * seconds)), loop.quit)
    loop.exec()


def _wait_until(condition: Callable[[], bool], limit_ms: int) -> None:
    deadline_s = time.perf_counter() + limit_ms / 1000
    while not condition():
        if time.perf_counter() > deadline_s:
            raise RuntimeError("the model did not load")
        _wait_s(0.02)
