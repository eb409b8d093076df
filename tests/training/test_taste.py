"""A taste from two folders: it needs enough photos, and says what it made."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from engine.checkpoint import load_card
from engine.pictures import load_picture
from training.commands import app
from training.export import INT8_FILE


def _folders(samples: list[Path], place: Path) -> list[str]:
    """Photos as they are, and dark ones."""
    for folder, gain in (("good", 1.0), ("other", 0.15)):
        (place / folder).mkdir()
        for sample in samples:
            pixels = (load_picture(sample, 300).pixels * gain).astype(np.uint8)
            Image.fromarray(pixels).save(place / folder / sample.name)
    return [str(place / "good"), str(place / "other")]


def _said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["from-folders", *arguments])
    return result.exit_code, " ".join(result.output.split())


def test_too_few_photos_for_an_int8_form_are_said(samples: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="needs pip install '.[train]'")
    model = tmp_path / "model"
    code, output = _said(*_folders(samples[:9], tmp_path), "--out", str(model))
    assert code == 0, output
    assert "int8 not tried: it needs 20 photos" in output
    assert not (model / INT8_FILE).exists()
    card = load_card(model)
    assert card.metrics["export"]["int8"] == "not tried: it needs 20 photos"  # type: ignore[index]
    held_out = card.metrics["held out"]
    assert isinstance(held_out, dict)
    assert (held_out["good"], held_out["other"]) == (9, 9)
    assert held_out["auc"] > 0.8


def test_a_folder_with_too_few_photos_is_one_clear_line(samples: list[Path], tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    shutil.copy(samples[0], tmp_path / "few")
    code, output = _said(str(tmp_path / "few"), str(tmp_path / "nowhere"), "--out", str(tmp_path / "model"))
    assert code == 1
    assert output.startswith(("error:", "learning:"))
    assert "error:" in output
    assert "Traceback" not in output
