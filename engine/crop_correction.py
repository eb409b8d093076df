"""Estimates of windows, corrected by the few that were scored: where the head errs, it errs nearby in the same way.

The difference between score and estimate is taken for a smooth random function of a window's place and size, and is
told for all windows from where it is known: kriging, or Gaussian process regression (Rasmussen and Williams, "Gaussian
Processes for Machine Learning", 2006, chapter 2).
"""

import numpy as np

from engine.crop_windows import Whole
from engine.pixels import Floats

# In place the difference changes over this share of a window's side, in size over so many doublings.
REACH, SIZE_REACH = 0.2, 0.2
# The usual size of the difference, of the part of it that all windows share, and of what no neighbour tells: logits.
SPREAD, SHARED, NOISE = 0.4, 0.6, 0.12


class Correction:
    """What the windows of one search would score, in the light of those that were scored.

    Args:
        windows_xyxy: int (W, 4).
        estimates: of the head, logits float32 (W,).
    """

    def __init__(self, windows_xyxy: Whole, estimates: Floats) -> None:
        self._estimates, self._places = estimates, _places(windows_xyxy)
        self._scored, self._missing = np.empty(0, np.int64), np.empty(0, np.float32)
        self._towards = np.empty((len(windows_xyxy), 0), np.float32)  # (W, S)

    def learn(self, scored: Whole, logits: Floats) -> None:
        """Windows were scored, by their numbers int (S,), with the network's logits float32 (S,)."""
        self._scored = np.append(self._scored, scored)
        self._missing = np.append(self._missing, logits - self._estimates[scored])
        self._towards = np.hstack([self._towards, _alike(self._places, self._places[scored])])

    @property
    def scored(self) -> Whole:
        """The numbers of the windows that were scored, int (S,)."""
        return self._scored

    def tell(self) -> tuple[Floats, Floats]:
        """The corrected estimates, and how far they may be off (a standard deviation), in logits: float32 (W,) each.

        At least one window was scored before.
        """
        inside = self._towards[self._scored] + NOISE**2 * np.eye(len(self._scored), dtype=np.float32)
        told = self._towards @ np.linalg.inv(inside)  # (W, S)
        variance = SPREAD**2 + SHARED**2 - np.einsum("ws,ws->w", told, self._towards)
        better = self._estimates + told @ self._missing
        return np.asarray(better, np.float32), np.asarray(np.sqrt(np.clip(variance, 0, None)), np.float32)


def _places(windows_xyxy: Whole) -> Floats:
    """Windows as points whose distance says how alike their differences are: float32 (W, 4)."""
    window = windows_xyxy.astype(np.float32)
    sides = window[:, 2:] - window[:, :2]
    middles, sizes = (window[:, :2] + window[:, 2:]) / 2, np.log2(sides)
    usual_side = 2 ** float(sizes.mean())
    return np.concatenate([middles / (REACH * usual_side), sizes / (SIZE_REACH * 2**0.5)], axis=1)


def _alike(first: Floats, second: Floats) -> Floats:
    """The covariance of the differences of windows: float32 (A, B)."""
    apart = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.asarray(SPREAD**2 * np.exp(-np.clip(apart, 0, None) / 2) + SHARED**2, np.float32)
