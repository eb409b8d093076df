"""Keeps the best frames of a moment in front of a camera while it goes on: the few that a person would keep.

What makes a frame's score, its sharpness and its open eyes is left to others; so is the picture, which is only carried.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from engine.pixels import Floats

# Two frames of a moment are two photos if so much time lies between them: chosen, about what a change of expression
# takes. Time has to tell, as the network's embedding hardly sees expressions: the neutral and the smiling portrait of a
# person in a studio are 0.01 apart (median of 40 pairs, in the unit below).
DIFFERENT_S = 0.4
# Cosine distance of embeddings from which frames differ whatever the time between them. In 13 clips of people before a
# webcam or a phone, 0.1 % of neighbouring frames are further apart, 4 % of those with 0.2 s between them and 10 % with
# 0.4 s; by eye, pairs at 0.03 are hardly told apart, at 0.1 the hands, the head or the framing have moved.
DIFFERENT_DISTANCE = 0.1
# A frame under this share of the moment's median sharpness is blurred; seen with the sharpness of `engine.frame_facts`:
# a fifth of the phone clip's frames came under it, where the woman steps or her eyes are out of the picture; none in
# the twelve webcam clips, soft throughout. Not a share of the sharpest: in two of them a hand before the face made a
# tenth of the frames two to seven times as "sharp" as the rest.
BLURRED_SHARE = 0.5
# What "the moment" is to that median: the last half minute at thirty frames a second.
MEDIAN_FRAMES = 900
# Frames this close in time and alike compete for one place: a quarter of what makes them two photos, so that a score
# that rises without end still leaves frames behind it to choose from.
CELL_S = DIFFERENT_S / 4
# Images in memory, for each one that is asked for.
KEPT_PER_BEST = 4

Image = TypeVar("Image")


@dataclass(frozen=True, eq=False)
class Candidate(Generic[Image]):
    """A frame that may be kept; the same only as itself.

    Attributes:
        image: the picture, in whatever form.
        taken_s: when, in seconds on any clock that does not jump.
        points: its score, 0 to 100.
        sharpness: of the face, larger is sharper, in any unit but the same for all; 0 where there is no face.
        eyes_open: None where it is not known, which does not count against it.
        embedding: float32 (E,), from the network that scored it.
    """

    image: Image
    taken_s: float
    points: float
    sharpness: float
    eyes_open: bool | None
    embedding: Floats


class BestFrames(Generic[Image]):
    """The best frames of one moment; a new moment is a new object. Holds a few images however long the moment lasts.

    Attributes:
        count: how many are wanted; may be lowered while the moment lasts.
    """

    def __init__(self, count: int = 3) -> None:
        self.count = count
        self._kept: list[Candidate[Image]] = []
        self._sharpness: deque[float] = deque(maxlen=MEDIAN_FRAMES)

    def add(self, candidate: Candidate[Image]) -> None:
        """Consider one more frame of the moment."""
        self._sharpness.append(candidate.sharpness)
        rival = next((kept for kept in self._kept if _share_a_cell(kept, candidate)), None)
        if rival is None:
            self._kept.append(candidate)
        elif min(rival, candidate, key=self._ranking()) is candidate:
            self._kept[self._kept.index(rival)] = candidate
        if len(self._kept) > KEPT_PER_BEST * self.count:
            self._drop_one()

    def best(self) -> list[Candidate[Image]]:
        """The frames to keep, best first, each different from the others; fewer than `count` where no more differ.

        Closed eyes are there only if no frame is without them; blurred frames come after all others.
        """
        seeing = [kept for kept in self._kept if kept.eyes_open is not False]
        chosen: list[Candidate[Image]] = []
        for candidate in sorted(seeing or self._kept, key=self._ranking()):
            if len(chosen) < self.count and all(differ(candidate, other) for other in chosen):
                chosen.append(candidate)
        return chosen

    def looked_at_again(self, look: Callable[[Candidate[Image]], Candidate[Image]]) -> "BestFrames[Image]":
        """The same moment, with each frame that is still in memory as a closer look shows it."""
        again = BestFrames[Image](self.count)
        again._kept = [look(kept) for kept in self._kept]
        again._sharpness = self._sharpness.copy()
        return again

    @property
    def is_empty(self) -> bool:
        return not self._kept

    def _ranking(self) -> Callable[[Candidate[Image]], tuple[bool, bool, float, float]]:
        """A sort key, best first: eyes, then blur, then points, then who was first."""
        blurred = BLURRED_SHARE * float(np.median(self._sharpness)) if self._sharpness else 0.0
        return lambda frame: (frame.eyes_open is False, frame.sharpness < blurred, -frame.points, frame.taken_s)

    def _drop_one(self) -> None:
        best = self.best()
        others = [kept for kept in self._kept if kept not in best]
        self._kept.remove(max(others, key=self._ranking()))


def differ(one: Candidate[Image], other: Candidate[Image]) -> bool:
    """Whether two frames are two photos to a person: by the time between them, or by what they show."""
    if abs(one.taken_s - other.taken_s) >= DIFFERENT_S:
        return True
    return cosine_distance(one.embedding, other.embedding) > DIFFERENT_DISTANCE


def _share_a_cell(one: Candidate[Image], other: Candidate[Image]) -> bool:
    return one.taken_s // CELL_S == other.taken_s // CELL_S and not differ(one, other)


def cosine_distance(one: Floats, other: Floats) -> float:
    """Of two embeddings (E,): 0 alike, 1 at right angles."""
    norms = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 1 - float(one @ other) / norms if norms else 0.0
