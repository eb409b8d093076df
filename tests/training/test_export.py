"""Calibration and the int8 form."""

import numpy as np
import pytest

from engine.checkpoint import load_network
from engine.resources import MODEL_FOLDER
from training.export import calibrate, platt
from training.metrics import auc
from training.validation import logits_of


def test_platt_makes_logits_the_log_odds_of_the_label() -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(-1, 1.5, 20_000)
    positive = rng.uniform(0, 1, 20_000) < 1 / (1 + np.exp(-true))
    scale, shift = platt((7 * true + 30).astype(np.float32), positive)
    assert scale == pytest.approx(1 / 7, rel=0.05)
    assert shift == pytest.approx(-30 / 7, rel=0.05)


def test_a_perfect_ranking_is_not_scaled_without_end() -> None:
    logits = np.linspace(-1, 1, 40).astype(np.float32)
    scale, _ = platt(logits, logits > 0)
    assert 0 < scale < 1000


def test_calibration_keeps_the_order() -> None:
    network = load_network(MODEL_FOLDER)
    rng = np.random.default_rng(2)
    squares = list(rng.integers(0, 255, (12, 224, 224, 3)).astype(np.uint8))
    before = logits_of(network, squares)
    positive = before > np.median(before)
    positive[:2] = ~positive[:2]
    scale, shift = calibrate(network, before, positive)
    after = logits_of(network, squares)
    np.testing.assert_allclose(after, scale * before + shift, rtol=1e-3, atol=1e-3)
    assert auc(after, positive) == auc(before, positive)
