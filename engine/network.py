"""What the network is: EfficientNet-Lite0 with one score at its end; or a larger one, or one of torchvision's.

Source: Tan and Le, "EfficientNet" (arXiv:1905.11946), and the "Lite" variant of TensorFlow's TPU models: no
squeeze-and-excitation, ReLU6 for swish, fixed stem and head. Convolutions pad as TensorFlow's "SAME" does and
BatchNorm uses eps 1e-3, because the ImageNet weights that training starts from were made that way.

The pictures that go in are made by `engine.preprocess`; the files that hold the weights are read by
`engine.checkpoint`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.preprocess import PREPROCESSING

BATCH_NORM_EPS = 1e-3
# TensorFlow states momentum as the share that is kept (0.99); PyTorch as the share that is replaced.
BATCH_NORM_MOMENTUM = 0.01
STEM_CHANNELS = 32
EMBEDDING_SIZE = 1280
DROPOUT = 0.2
DEFAULT_ARCHITECTURE = "efficientnet_lite0"
# Width and depth, as multiples of Lite0's.
LITE_SCALES = {"efficientnet_lite0": (1.0, 1.0), "efficientnet_lite1": (1.0, 1.1), "efficientnet_lite2": (1.1, 1.2)}
# What torchvision's ImageNet weights expect of a picture in [0, 1].
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Stage:
    """A run of equal inverted-residual blocks; only the first has the stride."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(blocks=1, kernel=3, stride=1, expansion=1, channels=16),
    Stage(blocks=2, kernel=3, stride=2, expansion=6, channels=24),
    Stage(blocks=2, kernel=5, stride=2, expansion=6, channels=40),
    Stage(blocks=3, kernel=3, stride=2, expansion=6, channels=80),
    Stage(blocks=3, kernel=5, stride=1, expansion=6, channels=112),
    Stage(blocks=4, kernel=5, stride=2, expansion=6, channels=192),
    Stage(blocks=1, kernel=3, stride=1, expansion=6, channels=320),
)


def lite_stages(width: float, depth: float) -> list[Stage]:
    """Lite0's stages, wider and deeper; channels stay multiples of 8, the first and the last stage keep their depth."""
    ends = (STAGES[0], STAGES[-1])
    return [
        replace(
            stage,
            channels=_multiple_of_8(stage.channels * width),
            blocks=stage.blocks if stage in ends else math.ceil(stage.blocks * depth),
        )
        for stage in STAGES
    ]


def _multiple_of_8(channels: float) -> int:
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


class SameConv2d(nn.Conv2d):
    """A convolution that pads as TensorFlow's "SAME": the odd pixel of padding goes to the right and the bottom."""

    def forward(self, input: Tensor) -> Tensor:
        height, width = input.shape[-2:]
        pad_y = _same_padding(height, self.kernel_size[0], self.stride[0])
        pad_x = _same_padding(width, self.kernel_size[1], self.stride[1])
        before_y, before_x = pad_y // 2, pad_x // 2
        if pad_y == 2 * before_y and pad_x == 2 * before_x:
            return F.conv2d(input, self.weight, self.bias, self.stride, (before_y, before_x), 1, self.groups)
        padded = F.pad(input, (before_x, pad_x - before_x, before_y, pad_y - before_y))
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, 1, self.groups)


def _same_padding(length: int, kernel: int, stride: int) -> int:
    outputs = -(-length // stride)
    return max((outputs - 1) * stride + kernel - length, 0)


class ConvNormAct(nn.Sequential):
    """Convolution, BatchNorm and, unless it is a projection, ReLU6."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, *, activate: bool = True
    ) -> None:
        super().__init__(
            SameConv2d(inputs, outputs, kernel, stride, groups=groups, bias=False),
            nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPS, momentum=BATCH_NORM_MOMENTUM),
            *([nn.ReLU6(inplace=True)] if activate else []),
        )


class InvertedResidual(nn.Module):
    """Expand with 1x1, filter each channel by itself, project back; add the input where the shapes agree."""

    def __init__(self, inputs: int, stage: Stage, stride: int) -> None:
        super().__init__()
        hidden = inputs * stage.expansion
        self.layers = nn.Sequential(
            *([ConvNormAct(inputs, hidden)] if stage.expansion > 1 else []),
            ConvNormAct(hidden, hidden, stage.kernel, stride, groups=hidden),
            ConvNormAct(hidden, stage.channels, activate=False),
        )
        self.residual = stride == 1 and inputs == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layers(x)
        return x + out if self.residual else out


class ScoreNet(nn.Module):
    """A body that makes an embedding of a picture, and one linear layer that makes its score.

    Attributes:
        score: the last layer; its input is the embedding.
        dropout: before the last layer, while training.
    """

    score: nn.Linear
    dropout: nn.Dropout

    def embed(self, x: Tensor) -> Tensor:
        """float (N, 3, 224, 224) to the last hidden layer, float (N, E)."""
        raise NotImplementedError

    def parts(self) -> Sequence[nn.Module]:
        """The body in the order in which a picture passes it, for freezing and for learning rates by depth."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Score prepared pictures.

        Args:
            x: float (N, 3, 224, 224), made by `engine.preprocess.network_input`.

        Returns:
            logit: float (N,), higher is better.
            embedding: float (N, E), the last hidden layer; E is 1280 for the EfficientNets, each in [0, 6].
        """
        embedding = self.embed(x)  # (N, E)
        logit = self.score(self.dropout(embedding)).squeeze(1)  # (N,)
        return logit, embedding


class LiteNet(ScoreNet):
    """EfficientNet-Lite. Lite0 has 3,371,008 weights in the body and 1,281 in the head."""

    def __init__(self, width: float = 1.0, depth: float = 1.0) -> None:
        super().__init__()
        self.stem = ConvNormAct(3, STEM_CHANNELS, kernel=3, stride=2)
        self.stages = nn.ModuleList()
        channels = STEM_CHANNELS
        for stage in lite_stages(width, depth):
            blocks = []
            for index in range(stage.blocks):
                blocks.append(InvertedResidual(channels, stage, stage.stride if index == 0 else 1))
                channels = stage.channels
            self.stages.append(nn.Sequential(*blocks))
        self.head = ConvNormAct(channels, EMBEDDING_SIZE)
        self.dropout = nn.Dropout(DROPOUT)
        self.score = nn.Linear(EMBEDDING_SIZE, 1)

    def embed(self, x: Tensor) -> Tensor:
        x = self.stem(x)  # (N, 32, 112, 112)
        for stage in self.stages:
            x = stage(x)  # Lite0: (N, 16, 112), (24, 56), (40, 28), (80, 14), (112, 14), (192, 7), (320, 7)
        x = self.head(x)  # (N, 1280, 7, 7)
        return x.mean(dim=(2, 3))  # (N, 1280)

    def parts(self) -> Sequence[nn.Module]:
        return [self.stem, *self.stages, self.head]


class TorchvisionNet(ScoreNet):
    """A classifier of torchvision whose last linear layer is replaced by the score.

    Raises:
        ValueError: torchvision has no classifier of that name, or it does not end in a linear layer.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: str) -> None:
        super().__init__()
        from torchvision import models

        if name not in models.list_models(module=models):
            raise ValueError(f"torchvision has no classifier {name!r}")
        self.body = models.get_model(name, weights=None)
        linear = [path for path, module in self.body.named_modules() if isinstance(module, nn.Linear)]
        if not linear or hasattr(self.body, "aux_logits"):
            raise ValueError(f"{name} does not end in one linear layer")
        parent, _, last = linear[-1].rpartition(".")
        features = self.body.get_submodule(linear[-1]).in_features
        setattr(self.body.get_submodule(parent), last, nn.Identity())
        self.dropout = nn.Dropout(DROPOUT)
        self.score = nn.Linear(int(features), 1)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)

    def embed(self, x: Tensor) -> Tensor:
        unit = (x * PREPROCESSING.std + PREPROCESSING.mean) / 255  # (N, 3, 224, 224), each in [0, 1]
        embedding: Tensor = self.body((unit - self.mean) / self.std)  # (N, E)
        return embedding

    def parts(self) -> Sequence[nn.Module]:
        children = list(self.body.children())
        # Most keep their layers in one container at the front.
        return [*children[0].children(), *children[1:]] if isinstance(children[0], nn.Sequential) else children


def build_network(architecture: str = DEFAULT_ARCHITECTURE) -> ScoreNet:
    """A network without trained weights.

    Args:
        architecture: "efficientnet_lite0", "_lite1", "_lite2", or the name of a torchvision classifier.

    Raises:
        ValueError: there is no such architecture.
    """
    if architecture in LITE_SCALES:
        return LiteNet(*LITE_SCALES[architecture])
    return TorchvisionNet(architecture)
