"""What a fit keeps: it is read as it was written, and what cannot be gone on with is said."""

from pathlib import Path

import pytest
import torch

from training.run_folder import RunError, RunFolder, SavedState, data_of, load_best


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run", {"steps": 3})
    assert folder.load() is None
    folder.save(SavedState(2, {"network/a": torch.arange(3.0)}, {"since best": 1}))
    saved = RunFolder(tmp_path / "run", {"steps": 3}).load()
    assert saved is not None
    assert (saved.step, saved.figures) == (2, {"since best": 1})
    assert saved.tensors["network/a"].equal(torch.arange(3.0))


def test_what_a_fit_was_given_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="train fit"):
        data_of(tmp_path)
    RunFolder(tmp_path, {}).note_data(("2 x selfie (2 to train), without labels: CC0",))
    assert data_of(tmp_path) == ("2 x selfie (2 to train), without labels: CC0",)


def test_a_folder_that_cannot_be_gone_on_with_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="train fit"):
        load_best(tmp_path)
    folder = RunFolder(tmp_path, {"steps": 3})
    with pytest.raises(RunError, match="another configuration"):
        RunFolder(tmp_path, {"steps": 4})
    (tmp_path / "state.safetensors").write_bytes(b"cut short")
    with pytest.raises(RunError, match=r"damaged.*to begin anew"):
        folder.load()
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="--state"):
        RunFolder(tmp_path / "file", {})
