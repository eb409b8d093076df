"""Scores the newest picture in a thread of its own, and looks closer in the time that is left.

A picture that comes while the thread is busy is replaced by the next, never queued. Faces, measured facts and coaching
are done in small steps between two pictures, so that no score waits for more than one of them.
"""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine.coaching import Gains, Scene, try_moves
from engine.errors import EngineError
from engine.eyes import EyeReader, WatchedEyes
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.frame_facts import FrameFacts, measure_frame
from engine.head_tilt import TiltReader
from engine.moves import Move
from engine.pixels import Floats
from engine.scoring import Score, Scorer
from studio.live_pictures import LivePicture
from studio.mailbox import Mailbox

log = logging.getLogger(__name__)
# A selfie's face is large: a quarter of the photo detector's pixels find it, in a third of the time.
LIVE_FACE_LONG_SIDE = 320
# A box that follows a face this often seems to stick to it.
FACES_PERIOD_S = 0.09
# A head is tilted for longer than the eyes are shut: one look in so many is enough.
LOOKS_PER_TILT = 4
# On a machine that is always late with its pictures, one of them waits this often for a closer look.
LONGEST_WITHOUT_LOOK_S = 0.1
# Hints need no more: the rest of the processor is for the picture.
COACHING_PERIOD_S = 0.3


@dataclass(frozen=True)
class LiveResult:
    """What was found in a picture.

    Attributes:
        picture: with its number and its pixels.
        score: of this very picture.
        embedding: float32 (E,), the network's last hidden layer.
        faces: in pixels of the picture, not mirrored; as they were seen last, a tenth of a second ago at most.
        facts: as measured then; None before the first look.
    """

    picture: LivePicture
    score: Score
    embedding: Floats
    faces: Faces
    facts: FrameFacts | None


class LiveScorer(QObject):
    """The scorer thread.

    Attributes:
        coaching: whether moves are tried, and all is measured that hints speak of.
        keeping: whether frames are kept, which asks for open eyes.

    Signals:
        frame_scored: a `LiveResult`; results come in the order of their frames.
        facts_measured: the `FrameFacts` of a picture, about ten times a second.
        moves_tried: the `Gains` of every move, about three times a second while coaching is on.
        scene_changed: what was measured and tried before says nothing of what is seen now.
        failed: scoring stopped; a sentence for people.
    """

    frame_scored = Signal(object)
    facts_measured = Signal(object)
    moves_tried = Signal(object)
    scene_changed = Signal()
    failed = Signal(str)

    def __init__(self, scorer: Scorer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.coaching, self.keeping = True, False
        self._scorer = scorer
        self._pictures: Mailbox[LivePicture] = Mailbox()
        self._watched = WatchedEyes()
        self._looks, self._tilt = 0, 0.0
        # On a machine that is always late, both are due whenever there is time for one.
        self._faces_were_last = False
        self._faces, self._facts = NO_FACES, None  # type: Faces, FrameFacts | None
        self._faces_at_s = self._coached_at_s = self._looked_at_s = 0.0
        self._moves: Iterator[Gains] | None = None
        self._scene: Scene | None = None  # of the newest round of moves
        self._thread = threading.Thread(target=self._run, name="live scorer")
        self._thread.start()

    def offer(self, picture: LivePicture) -> None:
        """Score this picture next, unless a newer one comes first. May be called from any thread."""
        self._pictures.put(picture)

    def close(self) -> None:
        """Stop the thread and wait for it: one step's work at most."""
        self._pictures.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._detector, self._eyes = FaceDetector(long_side=LIVE_FACE_LONG_SIDE), EyeReader()
            self._tilts = TiltReader()
            while (picture := self._pictures.take()) is not None:
                scores, embeddings = self._scorer.score_pictures([picture.small])
                self._compare_scenes(picture, embeddings[0])
                self.frame_scored.emit(LiveResult(picture, scores[0], embeddings[0], self._faces, self._facts))
                while self._has_time() and self._look_closer(picture, embeddings[0]):
                    # Where a look takes longest of all, a score still comes between two of them.
                    self._looked_at_s = time.perf_counter()
        except EngineError as error:
            self.failed.emit(f"Scoring stopped: {error}")
        except Exception as error:
            log.exception("live scoring stopped")
            self.failed.emit(f"Scoring stopped ({error}). Open the source again.")

    def _has_time(self) -> bool:
        return not self._pictures.waits or time.perf_counter() - self._looked_at_s > LONGEST_WITHOUT_LOOK_S

    def _compare_scenes(self, picture: LivePicture, embedding: Floats) -> None:
        """Forget what is known of another scene, and look at this one at once."""
        if self._scene is not None and Scene.of(picture.small, embedding).is_another_than(self._scene):
            self._scene = self._moves = self._facts = None
            self._faces, self._watched = NO_FACES, WatchedEyes()
            self._looks = self._coached_at_s = self._faces_at_s = 0
            self.scene_changed.emit()

    def _look_closer(self, picture: LivePicture, embedding: Floats) -> bool:
        """Do one more thing with a picture that is scored; False where nothing is due."""
        now_s = time.perf_counter()
        moves_due = self.coaching and (self._moves is not None or now_s - self._coached_at_s >= COACHING_PERIOD_S)
        if now_s - self._faces_at_s >= FACES_PERIOD_S and not (moves_due and self._faces_were_last):
            self._faces_at_s, self._faces_were_last = now_s, True
            self._look_for_faces(picture)
            return True
        self._faces_were_last = False
        if not self.coaching:
            self._moves = self._scene = None
        if not moves_due:
            return False
        if self._moves is None:
            self._coached_at_s, self._scene = now_s, Scene.of(picture.small, embedding)
            self._moves = try_moves(picture.small, self._scorer)
        gains = next(self._moves)
        if len(gains) == len(Move):
            self._moves = None
            self.moves_tried.emit(gains)
        return True

    def _look_for_faces(self, picture: LivePicture) -> None:
        small_h, small_w = picture.small.shape[:2]
        width, height = picture.size_wh
        seen = self._detector.detect(picture.small)
        self._faces = seen.scaled((width / small_w, height / small_h))
        closed = (self.coaching or self.keeping) and self._are_eyes_closed(picture)
        if not self.coaching:
            self._tilt = 0.0
        elif self._looks % LOOKS_PER_TILT == 0:
            self._tilt = self._tilts.read(picture.small, seen)
        self._looks += 1
        self._facts = measure_frame(picture.small, seen, tilt=self._tilt, eyes_closed=closed)
        self.facts_measured.emit(self._facts)

    def _are_eyes_closed(self, picture: LivePicture) -> bool:
        apertures = self._eyes.read(picture.pixels, self._faces, limit=1).aperture[:1].tolist()
        return any(self._watched.are_closed(aperture) for aperture in apertures)
