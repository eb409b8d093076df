"""Scores the crop under a person's hand, exactly, in a thread of its own: the newest one, never a queue of them."""

import logging
import threading
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine.crop_session import CropSession
from engine.geometry import Box
from engine.scoring import Score
from studio.mailbox import Mailbox

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoredCrop:
    """The network's own word on a crop.

    Attributes:
        session: of its photo.
        box: in pixels of the photo.
        score: of it.
    """

    session: CropSession
    box: Box
    score: Score


class CropScorer(QObject):
    """The thread.

    Signals:
        scored: a `ScoredCrop`; in their order, those that were overtaken left out.
    """

    scored = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Mailbox[tuple[CropSession, Box]] = Mailbox()
        self._thread = threading.Thread(target=self._run, name="crop scorer")
        self._thread.start()

    def offer(self, session: CropSession, box: Box) -> None:
        """Score this crop next, unless a newer one comes first."""
        self._wanted.put((session, box))

    def close(self) -> None:
        """Stop the thread and wait for it: one score's time at most."""
        self._wanted.close()
        self._thread.join()

    def _run(self) -> None:
        while (wish := self._wanted.take()) is not None:
            session, box = wish
            try:
                self.scored.emit(ScoredCrop(session, box, session.exact(box)))
            except Exception:  # the estimate stays, and the next crop may do
                log.exception("a crop could not be scored")
