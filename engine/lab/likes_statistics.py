"""Means, differences and curves with 95 % intervals, by drawing photos anew.

What is drawn are clusters, not photos: takes of one moment, or photos of one person, are hardly more than one photo.
After Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 8; many claims at once are held to
Holm's rule, "A Simple Sequentially Rejective Multiple Test Procedure" (1979).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, isfinite, nan, sqrt

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# The error of an interval's width is then about 3 %; with very many clusters, whose draws take long, about 5 %.
DRAWS, DRAWS_OF_MANY, MANY = 500, 200, 10_000
# With fewer clusters on a side nothing is said: an interval of so few is itself a guess.
MIN_CLUSTERS = 20
Z_95 = 1.959964
CLAIM_LEVEL = 0.05
# Curves have at most so many points, of at least so many photos each.
MAX_BINS, BIN_PHOTOS, MIN_BIN = 8, 25, 8
# As a share of a curve's length.
APART = 0.02


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval.

    Attributes:
        value: NaN where nothing can be said.
        low: of the interval.
        high: of the interval.
        p: how probable a number at least so far from 0 were by chance; 1 where nothing can be said.
        count: photos that it rests on.
    """

    value: float
    low: float
    high: float
    p: float
    count: int

    @property
    def is_known(self) -> bool:
        return isfinite(self.value)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.is_known and (self.low > 0 or self.high < 0)

    @property
    def sign(self) -> int:
        return 0 if not self.is_known else int(np.sign(self.value))

    def turned(self) -> "Estimate":
        """The same with the other sign."""
        return Estimate(-self.value, -self.high, -self.low, self.p, self.count)


UNKNOWN = Estimate(nan, nan, nan, 1.0, 0)


def estimate(value: float, error: float, clusters: int, count: int) -> Estimate:
    """An estimate from its standard error, by Student's t of so many clusters."""
    freedom = clusters - 1
    if not (isfinite(value) and isfinite(error)) or freedom < 1:
        return UNKNOWN
    # Student's quantile and tail from the normal ones: Abramowitz and Stegun, 26.7.5 and 26.7.8, first terms.
    reach = (Z_95 + (Z_95**3 + Z_95) / (4 * freedom)) * error
    t = abs(value) / error if error > 0 else (0.0 if value == 0 else 1e9)
    z = t * (1 - 1 / (4 * freedom)) / sqrt(1 + t * t / (2 * freedom))
    return Estimate(value, value - reach, value + reach, erfc(z / sqrt(2)), count)


@dataclass(frozen=True)
class Curve:
    """Mean points along a fact.

    Attributes:
        at: (K,), the middle value of each bin, rising.
        mean: (K,), of the points.
        low: (K,), of the 95 % band.
        high: (K,), of the same.
        counts: (K,), photos in each bin.
        held: (K,), the mean with other facts held; NaN where that cannot be told.
    """

    at: Numbers
    mean: Numbers
    low: Numbers
    high: Numbers
    counts: npt.NDArray[np.int64]
    held: Numbers


def count_clusters(cluster_of: npt.NDArray[np.int64], mask: Mask) -> int:
    """How many clusters, numbered from 0, have a photo in a mask."""
    return int(np.count_nonzero(np.bincount(cluster_of[mask])))


class Resampling:
    """Draws of clusters, the same ones for everything that is asked.

    Args:
        clusters: int (N,), equal for photos that are drawn together.
        seed: of the draws.
    """

    def __init__(self, clusters: npt.NDArray[np.int64], seed: int = 0) -> None:
        _, self.cluster_of = np.unique(clusters, return_inverse=True)
        self.count = int(self.cluster_of.max(initial=-1)) + 1
        rng = np.random.default_rng(seed)
        self._weights = np.zeros((DRAWS if self.count <= MANY else DRAWS_OF_MANY, self.count), np.float32)
        for draw in self._weights:
            drawn = rng.integers(0, self.count, self.count) if self.count else np.empty(0, np.int64)
            draw[:] = np.bincount(drawn, minlength=self.count)

    def clusters_in(self, mask: Mask) -> int:
        """How many clusters have a photo in a mask."""
        return count_clusters(self.cluster_of, mask)

    def contrast(self, values: Numbers, masks: Sequence[Mask], weights: Sequence[float]) -> Estimate:
        """A weighted sum of the means of groups of photos, such as high minus low.

        Args:
            values: (N,), NaN where not known.
            masks: bool (N,) each.
            weights: one for each mask.

        Returns:
            UNKNOWN where a group has fewer than `MIN_CLUSTERS` clusters.
        """
        known = np.isfinite(values)
        masks = [mask & known for mask in masks]
        fewest = min(self.clusters_in(mask) for mask in masks)
        if fewest < MIN_CLUSTERS:
            return UNKNOWN
        means, drawn = self._means(values, masks)
        factors = np.asarray(weights, np.float64)
        error = float(np.nanstd(drawn @ factors))
        union = np.logical_or.reduce(masks)
        return estimate(float(means @ factors), error, fewest, int(union.sum()))

    def mean(self, values: Numbers) -> Estimate:
        """The mean of what is known."""
        return self.contrast(values, [np.ones(len(values), bool)], [1.0])

    def curve(self, fact: Numbers, points: Numbers, bins: Sequence[Mask], held: Numbers) -> Curve:
        """Mean points in each of the bins of a fact (`bins_of`), beside those with other facts held."""
        if not bins:
            empty = np.empty(0)
            return Curve(empty, empty, empty, empty, np.empty(0, np.int64), empty)
        means, drawn = self._means(points, bins)
        reach = Z_95 * np.nanstd(drawn, axis=0)
        at = np.array([np.median(fact[mask]) for mask in bins])
        return Curve(at, means, means - reach, means + reach, np.array([mask.sum() for mask in bins]), held)

    def _means(self, values: Numbers, masks: Sequence[Mask]) -> tuple[Numbers, Numbers]:
        """Means of groups (K,), and of the same in every draw (draws, K)."""
        sums = np.stack([np.bincount(self.cluster_of[mask], values[mask], self.count) for mask in masks], axis=1)
        sizes = np.stack([np.bincount(self.cluster_of[mask], minlength=self.count) for mask in masks], axis=1)
        means = sums.sum(axis=0) / sizes.sum(axis=0)
        # Around the means, so that single precision is enough.
        offsets = (sums - sizes * means).astype(np.float32)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = (self._weights @ offsets) / (self._weights @ sizes.astype(np.float32))
        return means, np.asarray(drawn + means, np.float64)


def bins_of(fact: Numbers) -> list[Mask]:
    """Bins of about as many photos, rising, each bool (N,); each distinct value is one where there are few of them.

    Empty where too few photos are known. Bins of fewer than `MIN_BIN` photos are left out.
    """
    known = np.isfinite(fact)
    if known.sum() < 2 * BIN_PHOTOS:
        return []
    limits = np.unique(fact[known])[:-1]
    if len(limits) >= MAX_BINS:
        count = int(np.clip(known.sum() // BIN_PHOTOS, 2, MAX_BINS))
        limits = np.unique(np.quantile(fact[known], np.arange(1, count) / count))
    place = np.where(known, np.searchsorted(limits, np.where(known, fact, 0), side="left"), -1)
    masks = [place == number for number in range(len(limits) + 1)]
    return _apart([mask for mask in masks if mask.sum() >= MIN_BIN], fact)


def _apart(bins: list[Mask], fact: Numbers) -> list[Mask]:
    """The bins, those put together that would stand on one another in a chart."""
    middles = [float(np.median(fact[mask])) for mask in bins]
    span = max(middles, default=0) - min(middles, default=0)
    kept: list[Mask] = []
    for mask in bins:
        if kept and float(np.median(fact[mask]) - np.median(fact[kept[-1]])) < APART * span:
            kept[-1] = kept[-1] | mask
        else:
            kept.append(mask)
    return kept


def thirds(fact: Numbers) -> tuple[Mask, Mask, Mask]:
    """The lowest third of what is known, the middle one and the highest one.

    Where most photos share one value (nothing is burnt out, one person), those at or below it are the lowest, and what
    is above it the highest; there is no middle then.
    """
    known = np.isfinite(fact)
    none = np.zeros(len(fact), bool)
    if not known.any():
        return none, none, none
    first, second = np.quantile(fact[known], [1 / 3, 2 / 3])
    filled = np.where(known, fact, first)
    if first < second:
        return known & (filled <= first), known & (filled > first) & (filled <= second), known & (filled > second)
    if (filled[known] > first).any():
        return known & (filled <= first), none, known & (filled > first)
    return known & (filled < first), none, known & (filled >= first)


def holm(p_values: Sequence[float]) -> Numbers:
    """The p of each claim once it is one of many: (N,), none below its own."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted
