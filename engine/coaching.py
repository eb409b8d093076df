"""What would make a picture better while it is framed: the network scores how it would look after each move.

One move at a time, so that a live picture's own score never waits for more than one run of the network.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from engine.best_frames import cosine_distance
from engine.moves import MOVES_LONG_SIDE, Move, moved
from engine.pixels import Floats, Pixels
from engine.preprocess import letterbox
from engine.scoring import Scorer

# Brightness is compared in so many cells a side: noise averages out in them.
CELLS = 32
# Another scene: half of the cells differ by this many levels of 255, and the network's last layer by this cosine
# distance. Looked at 0.1, 0.33, 0.5 and 0.66 s apart, 1 of 3,596 pairs of frames in 17 clips passes for another scene
# (a hand that holds a phone sways), sensor noise never does; of 250 cuts from one person's clip to another's 93 % do.
# Gestures change the network's layer by as much but few of the cells, a swaying phone the cells and not the layer.
OTHER_LEVELS, OTHER_DISTANCE = 4.0, 0.04


@dataclass(frozen=True)
class Gain:
    """What a move would change.

    Attributes:
        logit: change of the network's own number, which tells moves apart at both ends of the scale.
        points: change of the number that people see.
    """

    logit: float
    points: float


Gains = dict[Move, Gain]


def try_moves(picture: Pixels, scorer: Scorer) -> Iterator[Gains]:
    """Score a picture after every move.

    Args:
        picture: RGB uint8 (H, W, 3), upright, of any size.

    Yields:
        After each run of the network, what is known so far; the last one tells of all moves.
    """
    scale = min(1.0, MOVES_LONG_SIDE / max(picture.shape[:2]))
    # Made by the same reduction, so that only the move tells the pictures apart.
    small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    (before,) = scorer.score_squares([letterbox(small)])
    gains: Gains = {}
    yield gains
    for move in Move:
        (after,) = scorer.score_squares([letterbox(moved(small, move))])
        gains = {**gains, move: Gain(after.logit - before.logit, after.points - before.points)}
        yield gains


@dataclass(frozen=True, eq=False)
class Scene:
    """What a round of moves speaks of.

    Attributes:
        cells: float32 (CELLS, CELLS), luma.
        embedding: float32 (E,), from the network that scored the picture.
    """

    cells: Floats
    embedding: Floats

    @classmethod
    def of(cls, picture: Pixels, embedding: Floats) -> "Scene":
        """The scene of a picture, RGB uint8 (H, W, 3)."""
        luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        return cls(cv2.resize(luma, (CELLS, CELLS), interpolation=cv2.INTER_AREA).astype(np.float32), embedding)

    def is_another_than(self, before: "Scene") -> bool:
        """Whether what was found out about the one before says nothing of this one."""
        levels = float(np.median(np.abs(self.cells - before.cells)))
        return levels >= OTHER_LEVELS and cosine_distance(self.embedding, before.embedding) > OTHER_DISTANCE


class SmoothedGains:
    """Gains over the last rounds: a person who moves a little all the time should not see them flicker.

    Args:
        weight: of the newest round.
    """

    def __init__(self, weight: float = 0.5) -> None:
        self._weight = weight
        self.value: Gains = {}

    def add(self, gains: Gains) -> Gains:
        """Take in a round, and give the smoothed gains."""
        self.value = {move: self._mixed(self.value.get(move, gain), gain) for move, gain in gains.items()}
        return self.value

    def _mixed(self, old: Gain, new: Gain) -> Gain:
        return Gain(
            old.logit + self._weight * (new.logit - old.logit), old.points + self._weight * (new.points - old.points)
        )
