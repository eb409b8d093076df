"""A head from a few photos: it learns what is there, and does not flatter itself."""

import numpy as np
import pytest

from training.head import HeadError, fit_head, held_out_logits
from training.metrics import auc


def _embeddings(photos: int, signal: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = np.arange(photos) % 2 == 0
    embeddings = rng.standard_normal((photos, 200))
    embeddings[:, :20] += signal * positive[:, None]
    return embeddings, positive


def test_what_tells_photos_apart_is_learned() -> None:
    embeddings, positive = _embeddings(80, 0.7, 0)
    head = fit_head(embeddings, positive)
    unseen, truth = _embeddings(400, 0.7, 1)
    assert auc(head.logits(unseen), truth) > 0.8


def test_where_there_is_nothing_to_learn_the_held_out_figure_says_so() -> None:
    areas = [auc(held_out_logits(*_embeddings(60, 0.0, seed)), np.arange(60) % 2 == 0) for seed in range(4)]
    assert np.mean(areas) < 0.65


def test_too_few_photos_are_refused_with_how_many_are_needed() -> None:
    with pytest.raises(HeadError, match="10 of each"):
        fit_head(*_embeddings(8, 1.0, 0))
