import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.checkpoint import CARD_FILE, ONNX_FILE, WEIGHTS_FILE, load_card, load_network, save_model, weights_bytes
from engine.errors import ModelError
from engine.resources import MODEL_FOLDER
from engine.scoring import load_scorer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL_FOLDER, tmp_path / "model"))


def _edit_card(model: Path, **fields: object) -> None:
    card = json.loads((model / CARD_FILE).read_text())
    (model / CARD_FILE).write_text(json.dumps({**card, **fields}))


def test_the_shipped_model_loads_in_both_forms() -> None:
    assert load_scorer().card == load_card(MODEL_FOLDER)
    assert not load_network(MODEL_FOLDER).training


@pytest.mark.parametrize(
    "spoil",
    [
        lambda model: (model / CARD_FILE).unlink(),
        lambda model: (model / CARD_FILE).write_text("not json"),
        lambda model: (model / ONNX_FILE).unlink(),
        lambda model: (model / ONNX_FILE).write_bytes(b"something else"),
        lambda model: _edit_card(model, preprocessing={"size": 192}),
        lambda model: _edit_card(model, architecture=50),
        lambda model: _edit_card(model, format=99),
        lambda model: _edit_card(model, reference_logits=[3.0, 1.0, 2.0]),
        lambda model: _edit_card(model, sha256={}),
        lambda model: _edit_card(model, sha256=None),
        lambda model: _edit_card(model, sha256=[ONNX_FILE, WEIGHTS_FILE]),
        lambda model: _edit_card(model, preprocessing=None),
        lambda model: _edit_card(model, reference_logits=[float("nan")] * 3),
        lambda model: _edit_card(model, surprise=1),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model: Path, spoil: Callable[[Path], object]) -> None:
    spoil(model)
    with pytest.raises(ModelError):
        load_scorer(folder=model)


def test_weights_of_another_network_are_refused(model: Path) -> None:
    for architecture in ("efficientnet_lite2", "no such network"):
        _edit_card(model, architecture=architecture)
        with pytest.raises(ModelError):
            load_network(model)


def test_weights_that_were_swapped_are_refused(model: Path) -> None:
    (model / WEIGHTS_FILE).write_bytes(b"cos\nsystem\n(S'echo pickled'\ntR.")
    with pytest.raises(ModelError, match="not the file"):
        load_network(model)


def test_what_is_saved_is_loaded_and_its_card_names_the_new_files(tmp_path: Path) -> None:
    network, card = load_network(MODEL_FOLDER), load_card(MODEL_FOLDER)
    with torch.no_grad():
        network.score.bias.add_(1)
    saved = save_model(tmp_path / "new", card, weights=weights_bytes(network), onnx=b"not looked at here")
    assert load_card(tmp_path / "new") == saved
    assert saved.model_sha256 != card.model_sha256
    again = load_network(tmp_path / "new").state_dict()
    assert all(again[name].equal(value) for name, value in network.state_dict().items())
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [CARD_FILE, ONNX_FILE, WEIGHTS_FILE]
