import pytest
import torch

from engine.network import EMBEDDING_SIZE, build_network


def test_the_network_has_the_weights_of_efficientnet_lite0() -> None:
    network = build_network()
    weights = {name: weight.numel() for name, weight in network.named_parameters()}
    assert sum(count for name, count in weights.items() if not name.startswith("score")) == 3_371_008
    assert sum(weights.values()) == 3_371_008 + EMBEDDING_SIZE + 1


def test_it_gives_a_logit_and_an_embedding_for_each_picture() -> None:
    with torch.inference_mode():
        logit, embedding = build_network().eval()(torch.zeros(3, 3, 224, 224))
    assert logit.shape == (3,)
    assert embedding.shape == (3, EMBEDDING_SIZE)
    assert 0 <= embedding.min() <= embedding.max() <= 6


@pytest.mark.parametrize("name", ["efficientnet_lite1", "efficientnet_lite2", "resnet18"])
def test_other_networks_score_and_embed(name: str) -> None:
    network = build_network(name).eval()
    with torch.inference_mode():
        logit, embedding = network(torch.zeros(2, 3, 224, 224))
    assert logit.shape == (2,)
    assert embedding.shape == (2, network.score.in_features)
    inside = {id(weight) for part in network.parts() for weight in part.parameters()}
    assert inside == {id(w) for name, w in network.named_parameters() if not name.startswith("score")}


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(ValueError, match="lenet"):
        build_network("lenet")
