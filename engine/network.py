"""What the network is: EfficientNet-Lite0 with one score at its end.

Source: Tan and Le, "EfficientNet" (arXiv:1905.11946), and the "Lite" variant of TensorFlow's TPU models: no
squeeze-and-excitation, ReLU6 for swish, fixed stem and head. Convolutions pad as TensorFlow's "SAME" does and
BatchNorm uses eps 1e-3, because the ImageNet weights that training starts from were made that way.

The pictures that go in are made by `engine.preprocess`; the files that hold the weights are read by
`engine.checkpoint`.
"""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

BATCH_NORM_EPS = 1e-3
# TensorFlow states momentum as the share that is kept (0.99); PyTorch as the share that is replaced.
BATCH_NORM_MOMENTUM = 0.01
STEM_CHANNELS = 32
EMBEDDING_SIZE = 1280
DROPOUT = 0.2


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
    """EfficientNet-Lite0 with a score head: 3,371,008 weights in the body and 1,281 in the head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNormAct(3, STEM_CHANNELS, kernel=3, stride=2)
        self.stages = nn.ModuleList()
        channels = STEM_CHANNELS
        for stage in STAGES:
            blocks = []
            for index in range(stage.blocks):
                blocks.append(InvertedResidual(channels, stage, stage.stride if index == 0 else 1))
                channels = stage.channels
            self.stages.append(nn.Sequential(*blocks))
        self.head = ConvNormAct(channels, EMBEDDING_SIZE)
        self.dropout = nn.Dropout(DROPOUT)
        self.score = nn.Linear(EMBEDDING_SIZE, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Score prepared pictures.

        Args:
            x: float (N, 3, 224, 224), made by `engine.preprocess.network_input`.

        Returns:
            logit: float (N,), higher is better.
            embedding: float (N, 1280), the last hidden layer, after ReLU6 and pooling: each in [0, 6].
        """
        x = self.stem(x)  # (N, 32, 112, 112)
        for stage in self.stages:
            x = stage(x)  # (N, 16, 112), (24, 56), (40, 28), (80, 14), (112, 14), (192, 7), (320, 7)
        x = self.head(x)  # (N, 1280, 7, 7)
        embedding = x.mean(dim=(2, 3))  # (N, 1280)
        logit = self.score(self.dropout(embedding)).squeeze(1)  # (N,)
        return logit, embedding
