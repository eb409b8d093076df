"""Estimates of windows, corrected by the few that were scored: where the head errs, it errs nearby in the same way.

The difference between score and estimate is taken for a smooth random function of a window's place and size, and is
told for all windows from where it is known: kriging, or Gaussian process regression (Rasmussen and Williams, "Gaussian
Processes for Machine Learning", 2006, chapter 2).
"""

import numpy as np

from engine.crop_windows import Whole
from engine.pixels import Floats

# In place the difference changes over this share of a window's side, in size over so many doublings.
REACH, SIZE_REACH = 0.2, 0.3
# The usual size of the difference, of the part of it that all windows share, and of what no neighbour tells: logits.
SPREAD, SHARED, NOISE = 0.4, 0.6, 0.12


def corrected(windows_xyxy: Whole, estimates: Floats, scored: Whole, logits: Floats) -> tuple[Floats, Floats]:
    """What windows would score, in the light of those that were scored.

    Args:
        windows_xyxy: int (W, 4).
        estimates: of the head, float32 (W,).
        scored: which of them were scored, int (S,), at least one.
        logits: of the network for those, float32 (S,).

    Returns:
        The corrected estimates, and how far they may be off (a standard deviation), in logits: float32 (W,) each.
    """
    side = float(np.exp(np.log(windows_xyxy[:, 2:] - windows_xyxy[:, :2]).mean()))
    places = _places(windows_xyxy, side)
    known = places[scored]
    inside = _alike(known, known) + NOISE**2 * np.eye(len(known), dtype=np.float32)
    towards = _alike(places, known)  # (W, S)
    told = towards @ np.linalg.inv(inside)  # (W, S)
    variance = SPREAD**2 + SHARED**2 - (told * towards).sum(axis=1)
    better = estimates + told @ (logits - estimates[scored])
    return np.asarray(better, np.float32), np.asarray(np.sqrt(np.clip(variance, 0, None)), np.float32)


def _places(windows_xyxy: Whole, side: float) -> Floats:
    """Windows as points whose distance says how alike their differences are: float32 (W, 4)."""
    window = windows_xyxy.astype(np.float32)
    sides = window[:, 2:] - window[:, :2]
    middles = (window[:, :2] + window[:, 2:]) / 2
    return np.concatenate([middles / (REACH * side), np.log2(sides) / (SIZE_REACH * 2**0.5)], axis=1)


def _alike(first: Floats, second: Floats) -> Floats:
    """The covariance of the differences of windows: float32 (A, B)."""
    apart = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.asarray(SPREAD**2 * np.exp(-np.clip(apart, 0, None) / 2) + SHARED**2, np.float32)
