"""The model that ships: what its card says of it is true, and it moves as a person expects."""

from pathlib import Path

import numpy as np
import pytest

from engine.checkpoint import ONNX_FILE, WEIGHTS_FILE, load_card, read_model_file
from engine.devices import Device
from engine.pictures import load_picture
from engine.preprocess import letterbox
from engine.resources import MODEL_FOLDER
from engine.scoring import Scorer, load_scorer
from training.degrade import DEGRADATIONS
from training.manifest import build_manifest
from training.metrics import auc
from training.photos import LONG_SIDE

# A linear classifier on frozen ImageNet features; see training/LOG.md.
BASELINE_AUC = 0.765


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer(Device.CPU)


def _label_figure(name: str) -> object:
    label = load_card(MODEL_FOLDER).metrics["label"]
    assert isinstance(label, dict)
    return label[name]


def test_the_card_is_of_these_weights() -> None:
    card = load_card(MODEL_FOLDER)
    for name in (WEIGHTS_FILE, ONNX_FILE):
        assert read_model_file(MODEL_FOLDER, name, card)


def test_the_card_tells_no_place_of_the_machine_that_made_it() -> None:
    card = (MODEL_FOLDER / "card.json").read_text(encoding="utf-8")
    assert not [place for place in ("/home/", "/root/", "/tmp/", "/work/", "C:\\\\") if place in card]


def test_the_card_says_that_it_beats_chance_and_the_linear_baseline() -> None:
    interval = _label_figure("auc 95 % interval")
    assert isinstance(interval, list)
    assert interval[0] > 0.6
    assert _label_figure("auc") >= BASELINE_AUC  # type: ignore[operator]


def test_the_label_figure_of_the_card_is_true(data_folder: Path, scorer: Scorer) -> None:
    rows = [row for row in build_manifest(data_folder) if row.split == "test" and row.label]
    assert len(rows) == load_card(MODEL_FOLDER).metrics["test labels"]
    squares = [letterbox(load_picture(data_folder / row.path, LONG_SIDE).pixels) for row in rows]
    logits = np.array([score.logit for score in scorer.score_squares(squares)])
    measured = auc(logits, np.array([row.label == "1" for row in rows]))
    assert measured == pytest.approx(_label_figure("auc"), abs=0.005)


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_the_photos_that_ship_score_lower_when_damaged(kind: str, samples: list[Path], scorer: Scorer) -> None:
    rng = np.random.default_rng(4)
    pictures = [load_picture(path, LONG_SIDE).pixels for path in samples]
    before = scorer.score_squares([letterbox(picture) for picture in pictures])
    after = scorer.score_squares([letterbox(DEGRADATIONS[kind](picture, 1.0, rng)) for picture in pictures])
    fell = [old.logit > new.logit for old, new in zip(before, after, strict=True)]
    assert np.mean(fell) >= 0.85


def test_the_score_uses_the_scale(samples: list[Path], scorer: Scorer) -> None:
    points = [score.points for score in scorer.score_squares([letterbox(load_picture(p, 512).pixels) for p in samples])]
    assert max(points) - min(points) > 20
