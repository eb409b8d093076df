"""What a step of training sees: labelled photos, pairs, and pictures changed in a way that does not matter.

Every example hangs on the seed, its step and its place in the step alone. So a fit that was interrupted goes on as if
it had not been, and any number of processes sees the same examples, each its own share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from engine.pixels import Pixels
from engine.preprocess import letterbox, network_input
from training.alike import draw_change
from training.pairs import Photo, draw_pair, harmless_change

# So that examples of different kinds never share their random numbers.
LABEL, PAIR, RANKED = 0, 1, 2


@dataclass(frozen=True)
class TrainingSet:
    """The photos of one split.

    Attributes:
        labelled: photos with a label.
        labels: 1 good, 0 not: float (len(labelled),).
        weights: of the labels in the loss, about 1: float (len(labelled),).
        whole: photos without a label, which pairs are made of.
        ranked: two different photos of which the first did better.
    """

    labelled: Sequence[Photo] = ()
    labels: Sequence[float] = ()
    weights: Sequence[float] = ()
    whole: Sequence[Photo] = ()
    ranked: Sequence[tuple[Photo, Photo]] = ()

    def __len__(self) -> int:
        return len(self.labelled) + len(self.whole) + len(self.ranked)


@dataclass(frozen=True)
class BatchSizes:
    """How many examples of each kind a step has, over all processes.

    Attributes:
        labels: labelled photos.
        pairs: pairs made from one photo.
        alike: of the better halves of those pairs, how many are shown again, changed in a way that does not matter.
        ranked: pairs of two photos.
    """

    labels: int = 14
    pairs: int = 12
    alike: int = 12
    ranked: int = 12


@dataclass(frozen=True)
class Batch:
    """One process's share of a step.

    Attributes:
        pictures: float (L + 2 * P + A, 3, 224, 224): labelled; pairs, better and worse by turns; changed.
        labels: float (L,).
        weights: float (L,).
        pairs: P, of which the changed pictures belong to the first A.
        may_fall: bool (A,): whether a lower score of the changed picture is fine too.
        totals: L, P and A over all processes.
    """

    pictures: Tensor
    labels: Tensor
    weights: Tensor
    pairs: int
    may_fall: Tensor
    totals: tuple[int, int, int]


@dataclass
class _Pictures:
    labelled: list[Pixels] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    pairs: list[Pixels] = field(default_factory=list)
    changed: list[Pixels] = field(default_factory=list)
    may_fall: list[bool] = field(default_factory=list)


class Batches(Dataset[Batch]):
    """The steps of a fit, by number.

    Args:
        photos: of the training split.
        sizes: of a step.
        seed: of everything that is drawn.
        rank: which of `world` processes this is.
        world: how many processes share each step.
    """

    def __init__(self, photos: TrainingSet, sizes: BatchSizes, seed: int, rank: int = 0, world: int = 1) -> None:
        self._photos, self._sizes, self._seed = photos, sizes, seed
        self._rank, self._world = rank, world

    def __getitem__(self, step: int) -> Batch:
        photos, sizes, drawn = self._photos, self._sizes, _Pictures()
        labels = min(sizes.labels, len(photos.labelled))
        pairs = sizes.pairs if photos.whole else 0
        ranked = min(sizes.ranked, len(photos.ranked))
        alike = min(sizes.alike, pairs)
        for place in self._mine(labels):
            self._draw_label(drawn, step * labels + place, self._rng(step, LABEL, place))
        for place in self._mine(pairs):
            self._draw_pair(drawn, self._rng(step, PAIR, place), changed=place < alike)
        for place in self._mine(ranked):
            self._draw_ranked(drawn, step * ranked + place, self._rng(step, RANKED, place))
        squares = [letterbox(picture) for picture in (*drawn.labelled, *drawn.pairs, *drawn.changed)]
        return Batch(
            torch.from_numpy(network_input(squares)),
            torch.tensor(drawn.labels),
            torch.tensor(drawn.weights),
            len(drawn.pairs) // 2,
            torch.tensor(drawn.may_fall, dtype=torch.bool),
            (labels, pairs + ranked, alike),
        )

    def _mine(self, count: int) -> range:
        return range(self._rank, count, self._world)

    def _rng(self, step: int, kind: int, place: int) -> np.random.Generator:
        return np.random.default_rng((self._seed, step, kind, place))

    def _draw_label(self, drawn: _Pictures, number: int, rng: np.random.Generator) -> None:
        index = _nth_of_shuffled(number, len(self._photos.labelled), self._seed)
        picture = _without_rim(self._photos.labelled[index].pixels, rng)
        drawn.labelled += harmless_change((picture,), rng)
        drawn.labels.append(self._photos.labels[index])
        drawn.weights.append(self._photos.weights[index])

    def _draw_pair(self, drawn: _Pictures, rng: np.random.Generator, *, changed: bool) -> None:
        pair = draw_pair(self._photos.whole, rng)
        drawn.pairs += [pair.better, pair.worse]
        if changed:
            change = draw_change(pair.better, rng)
            drawn.changed.append(change.picture)
            drawn.may_fall.append(change.may_fall)

    def _draw_ranked(self, drawn: _Pictures, number: int, rng: np.random.Generator) -> None:
        for photo in self._photos.ranked[_nth_of_shuffled(number, len(self._photos.ranked), self._seed)]:
            drawn.pairs += harmless_change((photo.pixels,), rng)


def _nth_of_shuffled(number: int, count: int, seed: int) -> int:
    """The example at this place of an endless row in which every example comes once before any comes again."""
    return int(_shuffled(count, seed, number // count)[number % count])


@lru_cache(maxsize=4)
def _shuffled(count: int, seed: int, epoch: int) -> np.ndarray:
    return np.random.default_rng((seed, epoch)).permutation(count)


def _without_rim(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """A little of the border away, so that the alignment of face chips is not learned by heart."""
    height, width = picture.shape[:2]
    top, left = rng.integers(0, max(1, height // 10)), rng.integers(0, max(1, width // 10))
    bottom, right = height - rng.integers(0, max(1, height // 10)), width - rng.integers(0, max(1, width // 10))
    return np.ascontiguousarray(picture[top:bottom, left:right])
