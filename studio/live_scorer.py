"""Scores the newest frame in a thread of its own: what comes while it is busy is replaced, never queued."""

import logging
import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from engine.faces import FaceDetector, Faces
from engine.scoring import Score, Scorer
from studio.camera import Frame
from studio.qt_pictures import pixels_from_image

log = logging.getLogger(__name__)
# A selfie's face is large: a quarter of the photo detector's pixels find it, in a third of the time.
LIVE_FACE_LONG_SIDE = 320

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """A place for one thing between two threads: the newest overwrites, the reader waits."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: Item | None = None
        self._closed = False

    def put(self, item: Item) -> None:
        """Leave a thing, in place of one that nobody took."""
        with self._condition:
            self._item = item
            self._condition.notify()

    def take(self) -> Item | None:
        """Wait for a thing and take it; None once the mailbox is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._item is not None)
            item, self._item = self._item, None
            return None if self._closed else item

    def close(self) -> None:
        """Let the reader go."""
        with self._condition:
            self._closed = True
            self._condition.notify()


@dataclass(frozen=True)
class LiveResult:
    """What was found in a frame; `faces` is in pixels of the frame's image, not mirrored."""

    frame: Frame
    score: Score
    faces: Faces


class LiveScorer(QObject):
    """The scorer thread.

    Signals:
        frame_scored: a `LiveResult`; results come in the order of their frames.
        failed: scoring stopped; a sentence for people.
    """

    frame_scored = Signal(object)
    failed = Signal(str)

    def __init__(self, scorer: Scorer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scorer = scorer
        self._mailbox: Mailbox[Frame] = Mailbox()
        self._thread = threading.Thread(target=self._run, name="live scorer")
        self._thread.start()

    def offer(self, frame: Frame) -> None:
        """Score this frame next, unless a newer one comes first. May be called from any thread."""
        self._mailbox.put(frame)

    def close(self) -> None:
        """Stop the thread and wait for it: one frame's work at most."""
        self._mailbox.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            detector = FaceDetector(long_side=LIVE_FACE_LONG_SIDE)
            while (frame := self._mailbox.take()) is not None:
                pixels = pixels_from_image(frame.image)
                self.frame_scored.emit(LiveResult(frame, self._scorer.score(pixels), detector.detect(pixels)))
        except Exception as error:
            log.exception("live scoring stopped")
            self.failed.emit(f"Scoring stopped ({error}). Open the source again.")
