"""A new score head on a network that stays as it is: what a few dozen photos can teach, in seconds.

Logistic regression on the embedding, with ridge; how strong the ridge is, is settled by cross-validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 (as everyone writes it)

from training.metrics import auc

Numbers = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


class HeadError(Exception):
    """There is too little to learn from; the message says what is needed."""


@dataclass(frozen=True)
class HeadConfig:
    """How a head is fitted.

    Attributes:
        strengths: of the ridge, that are tried.
        folds: of the cross-validation.
        seed: of the folds.
    """

    strengths: tuple[float, ...] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True)
class Head:
    """A linear layer from embedding to logit.

    Attributes:
        weight: float64 (E,).
        bias: added to it.
        strength: of the ridge that was chosen.
    """

    weight: Numbers
    bias: float
    strength: float

    def logits(self, embeddings: Numbers) -> Numbers:
        """float (N, E) to float (N,)."""
        return np.asarray(embeddings @ self.weight + self.bias)


def fit_head(embeddings: Numbers, positive: Flags, config: HeadConfig | None = None) -> Head:
    """Fit a head, with the ridge that cross-validation likes best.

    Args:
        embeddings: (N, E).
        positive: (N,).

    Raises:
        HeadError: fewer photos of a kind than folds.
    """
    config = config or HeadConfig()
    _check_enough(positive, config)
    best = max(config.strengths, key=lambda strength: auc(_held_out(embeddings, positive, strength, config), positive))
    return _ridge(embeddings, positive, best)


def held_out_logits(embeddings: Numbers, positive: Flags, config: HeadConfig | None = None) -> Numbers:
    """The logit of each photo from a head that never saw it, nor was chosen with its help: (N,).

    Raises:
        HeadError: too few photos of a kind.
    """
    config = config or HeadConfig()
    _check_enough(positive, config)
    logits = np.zeros(len(positive))
    for fold in _folds(positive, config):
        rest = np.setdiff1d(np.arange(len(positive)), fold)
        logits[fold] = fit_head(embeddings[rest], positive[rest], config).logits(embeddings[fold])
    return logits


def _check_enough(positive: Flags, config: HeadConfig) -> None:
    good, bad = int(positive.sum()), int((~positive).sum())
    if min(good, bad) < config.folds:
        raise HeadError(f"{good} good and {bad} other photos: at least {2 * config.folds} of each are needed")


def _folds(positive: Flags, config: HeadConfig) -> list[npt.NDArray[np.intp]]:
    """Parts of about equal size, each with its share of both kinds."""
    rng = np.random.default_rng(config.seed)
    order = np.concatenate([rng.permutation(np.flatnonzero(kind)) for kind in (positive, ~positive)])
    return [order[start :: config.folds] for start in range(config.folds)]


def _held_out(embeddings: Numbers, positive: Flags, strength: float, config: HeadConfig) -> Numbers:
    logits = np.zeros(len(positive))
    for fold in _folds(positive, config):
        rest = np.setdiff1d(np.arange(len(positive)), fold)
        logits[fold] = _ridge(embeddings[rest], positive[rest], strength).logits(embeddings[fold])
    return logits


def _ridge(embeddings: Numbers, positive: Flags, strength: float) -> Head:
    """Logistic regression on standardised features; both kinds weigh the same, however many there are of each."""
    mean, spread = embeddings.mean(axis=0), embeddings.std(axis=0) + 1e-3
    x = torch.from_numpy(np.asarray((embeddings - mean) / spread, np.float64))
    y = torch.from_numpy(positive.astype(np.float64))
    balance = torch.where(y > 0.5, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    weight = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = F.binary_cross_entropy_with_logits(x @ weight + bias, y, balance)
        value = value + strength * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    scaled = weight.detach().numpy() / spread
    return Head(scaled, float(bias.detach()) - float(mean @ scaled), strength)


def mean_share_right(logits: Numbers, positive: Flags) -> float:
    """Accuracy, both kinds weighing the same."""
    right: Sequence[float] = [float((logits[positive] > 0).mean()), float((logits[~positive] <= 0).mean())]
    return sum(right) / 2
