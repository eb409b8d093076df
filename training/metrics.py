"""Figures of a ranking."""

import numpy as np
import numpy.typing as npt


def auc(scores: npt.NDArray[np.floating], positive: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a positive beats a negative, ties counted half.

    Args:
        scores: (N,).
        positive: (N,).

    Raises:
        ValueError: not both a positive and a negative.
    """
    winners, losers = np.sort(scores[positive]), np.sort(scores[~positive])
    if not (len(winners) and len(losers)):
        raise ValueError("AUC needs a positive and a negative")
    below = np.searchsorted(losers, winners, "left") + np.searchsorted(losers, winners, "right")
    return float(below.mean() / (2 * len(losers)))


def auc_interval(
    scores: npt.NDArray[np.floating], positive: npt.NDArray[np.bool_], *, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the AUC, by bootstrap over positives and negatives apart."""
    rng = np.random.default_rng(seed)
    good, bad = scores[positive], scores[~positive]
    labels = np.repeat([True, False], [len(good), len(bad)])
    values = [
        auc(np.concatenate([rng.choice(good, len(good)), rng.choice(bad, len(bad))]), labels) for _ in range(draws)
    ]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
