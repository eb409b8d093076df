"""Figures of croppers, as the public sets define them.

Scored crops (GAICD; Zeng et al., Grid Anchor based Image Cropping, 2019, section 3.4), per picture, then averaged:
- SRCC and PCC: rank and linear correlation of predicted and mean opinion scores over the picture's crops.
- AccK/N: the share of the K crops that are predicted best whose opinion score is at least the N-th best one.

One best crop (FLMS, FCDB):
- IoU: intersection over union, the best over a picture's ground truths.
- BDE: boundary displacement error, the mean distance of the four edges from those of the same ground truth, each as a
  share of the picture's width or height.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.geometry import Box
from training.metrics import spearman

Floats = npt.NDArray[np.floating]
RETURNED, AMONG = (1, 2, 3, 4), (5, 10)


@dataclass(frozen=True)
class RankingFigures:
    """How well crops are ranked, averaged over pictures.

    Attributes:
        pictures: how many.
        srcc: -1 to 1.
        pcc: -1 to 1.
        acc: AccK/N by (K, N), 0 to 1.
    """

    pictures: int
    srcc: float
    pcc: float
    acc: dict[tuple[int, int], float]

    def mean_acc(self, among: int) -> float:
        """The mean of Acc1/N to Acc4/N, which papers print as AccN."""
        return float(np.mean([self.acc[returned, among] for returned in RETURNED]))


@dataclass(frozen=True)
class BoxFigures:
    """How near crops lie to people's, averaged over pictures.

    Attributes:
        pictures: how many.
        iou: 0 to 1.
        bde: 0 is the same crop.
    """

    pictures: int
    iou: float
    bde: float


def pearson(one: Floats, other: Floats) -> float:
    """Linear correlation, -1 to 1; a constant row gives 0. Both (N,)."""
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def share_of_good(predicted: Floats, opinions: Floats, returned: int, among: int) -> float:
    """AccK/N of one picture, 0 to 1: both (N,); crops that are predicted alike keep their order."""
    least = np.sort(opinions)[::-1][min(among, len(opinions)) - 1]
    chosen = np.argsort(-predicted, kind="stable")[:returned]
    return float((opinions[chosen] >= least).mean())


def ranking_figures(pairs: Iterable[tuple[Floats, Floats]]) -> RankingFigures:
    """Figures over pictures, each with its predicted and opinion scores, both (N,).

    Raises:
        ValueError: there is no picture.
    """
    rows = list(pairs)
    if not rows:
        raise ValueError("there are no pictures")
    acc = {
        (returned, among): float(np.mean([share_of_good(one, other, returned, among) for one, other in rows]))
        for among in AMONG
        for returned in RETURNED
    }
    srcc, pcc = (float(np.mean([measure(one, other) for one, other in rows])) for measure in (spearman, pearson))
    return RankingFigures(len(rows), srcc, pcc, acc)


def box_figures(rows: Iterable[tuple[Box, Sequence[Box], tuple[int, int]]]) -> BoxFigures:
    """Figures over pictures, each with its predicted crop, the crops of people, and its width and height.

    Raises:
        ValueError: there is no picture.
    """
    found = []
    for predicted, truths, size_wh in rows:
        nearest = max(truths, key=predicted.iou)
        found.append((predicted.iou(nearest), displacement(predicted, nearest, size_wh)))
    if not found:
        raise ValueError("there are no pictures")
    iou, bde = np.mean(found, axis=0)
    return BoxFigures(len(found), float(iou), float(bde))


def displacement(one: Box, other: Box, size_wh: tuple[int, int]) -> float:
    """BDE of two boxes in a picture of that size."""
    offsets = np.abs(np.subtract(one.xyxy, other.xyxy)) / np.tile(size_wh, 2)
    return float(offsets.mean())
