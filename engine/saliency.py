"""Where in a photo its score comes from: cover one part after the other, and see what the score does.

Source: occlusion, from Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014). It asks the
network alone, as a whole, so that it works with everything that runs it. A part is covered with the mean colour around
it, which is less of an event in the picture than grey would be.

How far to trust it is printed by `selfie-studio bench saliency` (`engine/saliency_bench.py`): in most portraits the
highest lift lies on the face; a square planted beside the face is where the lift is lowest in about half of them, as it
costs the score little, so that it hardly stands out. A mean of two sizes of parts, 64 and 96 pixels, found 32 of 40
squares in place of 30, for twice the looks. Where the map is about 0 it says nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from engine.geometry import Box
from engine.pixels import Floats, Pixels
from engine.preprocess import letterbox, letterboxed
from engine.progress import Progress
from engine.scoring import Scorer

# Side of the part that is covered and how far it moves, in pixels of the square: 50 looks for a square photo, 0.6 s
# of one core.
PATCH = 64
STRIDE = 32
# The colours around a part are those of a rim of this width.
RIM = 16


@dataclass(frozen=True)
class Saliency:
    """What a photo's score hangs on.

    Attributes:
        lifts: float32 (H, W), for each pixel of the photo the loss of score, in logits, where parts with it are
            covered: above 0 it lifts the score, below 0 it lowers it.
        logit: the photo's own.
    """

    lifts: Floats
    logit: float


def find_saliency(picture: Pixels, scorer: Scorer) -> Iterator[Progress[Saliency]]:
    """Find what lifts and what lowers a photo's score.

    Args:
        picture: RGB uint8 (H, W, 3), upright.
        scorer: what to ask.

    Yields:
        Progress after each batch of looks; the last one has the map. Closing the generator cancels it.
    """
    height, width = picture.shape[:2]
    square = letterbox(picture)
    inside = letterboxed((width, height))
    parts = _parts(inside)
    looks = len(parts) + 1
    logits = np.empty(looks, np.float64)
    # What is covered is made batch by batch: all of them at once would be as large as a film.
    for start in range(0, looks, scorer.runtime.batch):
        stop = min(start + scorer.runtime.batch, looks)
        covered = [_covered(square, inside, parts[look - 1]) if look else square for look in range(start, stop)]
        logits[start:stop] = [score.logit for score in scorer.score_squares(covered)]
        if stop < looks:
            yield Progress(stop, looks, "looking at the parts")
    lifts = _mean_of_parts(parts, logits[0] - logits[1:], square.shape[0])[inside.y0 : inside.y1, inside.x0 : inside.x1]
    full = np.asarray(cv2.resize(lifts, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    yield Progress(looks, looks, "done", (Saliency(full, float(logits[0])),))


def _parts(inside: Box) -> list[Box]:
    """Overlapping parts that cover the picture; those at its edge are cut there."""
    return [
        Box(max(x, inside.x0), max(y, inside.y0), min(x + PATCH, inside.x1), min(y + PATCH, inside.y1))
        for y, x in product(_starts(inside.y0, inside.y1), _starts(inside.x0, inside.x1))
    ]


def _starts(low: int, high: int) -> range:
    first = low - (PATCH - STRIDE) // 2
    return range(first, max(high - STRIDE + 1, first + 1), STRIDE)


def _covered(square: Pixels, inside: Box, part: Box) -> Pixels:
    """The square with a part in the mean colour of the rim around it."""
    y0, y1 = max(part.y0 - RIM, inside.y0), min(part.y1 + RIM, inside.y1)
    x0, x1 = max(part.x0 - RIM, inside.x0), min(part.x1 + RIM, inside.x1)
    around = square[y0:y1, x0:x1].astype(np.float64)
    total = around.sum(axis=(0, 1)) - square[part.y0 : part.y1, part.x0 : part.x1].sum(axis=(0, 1), dtype=np.float64)
    covered = square.copy()
    # Without a rim there is nothing but the part: its own mean.
    pixels = (y1 - y0) * (x1 - x0) - part.area
    covered[part.y0 : part.y1, part.x0 : part.x1] = np.rint(total / pixels if pixels else around.mean(axis=(0, 1)))
    return covered


def _mean_of_parts(parts: Sequence[Box], losses: np.ndarray, side: int) -> Floats:
    """For each pixel of the square the mean loss of the parts that hold it; 0 where none does."""
    total, count = np.zeros((side, side), np.float32), np.zeros((side, side), np.float32)
    for part, loss in zip(parts, losses, strict=True):
        total[part.y0 : part.y1, part.x0 : part.x1] += loss
        count[part.y0 : part.y1, part.x0 : part.x1] += 1
    return np.asarray(total / np.maximum(count, 1), np.float32)
