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


def spearman(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> float:
    """Rank correlation of two rows of numbers, -1 to 1; ties share their mean rank, and a constant row gives 0.

    Args:
        one: (N,).
        other: (N,).
    """
    first, second = _ranks(one), _ranks(other)
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], np.float64)


def reliability(
    predicted: npt.NDArray[np.floating], positive: npt.NDArray[np.bool_], *, bins: int = 10
) -> tuple[list[float], list[float]]:
    """Mean prediction and share of positives in bins of equal numbers of photos (DeGroot and Fienberg, 1983).

    Args:
        predicted: probabilities (N,).
        positive: (N,).
    """
    parts = np.array_split(np.argsort(predicted, kind="stable"), bins)
    means = [(float(predicted[part].mean()), float(positive[part].mean())) for part in parts if len(part)]
    return [mean for mean, _ in means], [share for _, share in means]


def calibration_error(predicted: npt.NDArray[np.floating], positive: npt.NDArray[np.bool_], *, bins: int = 10) -> float:
    """Mean distance between prediction and share of positives, over bins of equal numbers of photos."""
    said, seen = reliability(predicted, positive, bins=bins)
    return float(np.abs(np.array(said) - np.array(seen)).mean())
