import torch

from engine.network import EMBEDDING_SIZE, ScoreNet


def test_the_network_has_the_weights_of_efficientnet_lite0() -> None:
    network = ScoreNet()
    weights = {name: weight.numel() for name, weight in network.named_parameters()}
    assert sum(count for name, count in weights.items() if not name.startswith("score")) == 3_371_008
    assert sum(weights.values()) == 3_371_008 + EMBEDDING_SIZE + 1


def test_it_gives_a_logit_and_an_embedding_for_each_picture() -> None:
    with torch.inference_mode():
        logit, embedding = ScoreNet().eval()(torch.zeros(3, 3, 224, 224))
    assert logit.shape == (3,)
    assert embedding.shape == (3, EMBEDDING_SIZE)
    assert 0 <= embedding.min() <= embedding.max() <= 6
