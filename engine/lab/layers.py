"""What the layers of the network answer to a picture, stage by stage.

Always by ONNX Runtime on the CPU, whatever scores: a few pictures a second are looked at, and torch need not be loaded.
The shipped graph is given more outputs by the package onnx, which is loaded when layers are first looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.checkpoint import ONNX_FILE, load_card, read_model_file
from engine.errors import ModelError
from engine.lab import HOW_TO_INSTALL
from engine.pixels import Floats, Pixels
from engine.preprocess import PREPROCESSING, network_input
from engine.runtime import cpu_session

if TYPE_CHECKING:
    from onnx import NodeProto

_WINDOWED = ("Conv", "MaxPool", "AveragePool")
# What a stage may end in; what comes after the last stage has no place in the picture any more.
_MAPS = (*_WINDOWED, "Clip", "Relu", "Add", "Mul", "Concat", "Sigmoid", "HardSwish")


@dataclass(frozen=True)
class Stage:
    """A run of layers that belong together, told by the names of their weights.

    Attributes:
        tensor: the name of its last tensor.
        channels: how many maps it makes.
        side: points of a map's side.
        sees: pixels of the square picture, in width and height, that a point of its maps depends on at most.
        step: pixels between the middles of two neighbouring points.
    """

    tensor: str
    channels: int
    side: int
    sees: int
    step: int


class Layers:
    """The network of a model folder, opened. Safe to share between threads.

    Attributes:
        stages: from the picture to the score.
        filters: float32 (C, 3, k, k), the weights of the first convolution.

    Raises:
        ModelError: missing, damaged, of a kind that cannot be opened, or onnx is not installed.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        content = read_model_file(folder, ONNX_FILE, load_card(folder))
        try:
            import onnx
        except ImportError as error:
            raise ModelError(folder / ONNX_FILE, f"looking at its layers needs onnx: {HOW_TO_INSTALL}") from error
        try:
            model = onnx.load_from_string(content)
            nodes = model.graph.node
            ends = stage_ends(nodes)
            first = next(node for node in nodes if node.op_type == "Conv")
            weights = next(tensor for tensor in model.graph.initializer if tensor.name == first.input[1])
            self.filters = np.asarray(onnx.numpy_helper.to_array(weights), np.float32)
            model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in ends)
            self._session = cpu_session(model.SerializeToString(), threads)
            self._names = ["logit", *ends]
            shapes = [maps.shape for maps in self._run(np.zeros((1, 3, *_SQUARE), np.float32))[1:]]
        except Exception as error:  # ONNX Runtime's own exception types are not public
            raise ModelError(folder / ONNX_FILE, f"its layers cannot be looked at ({error})") from error
        views = _views(nodes)
        self.stages = tuple(
            Stage(tensor, shape[1], shape[2], *views[tensor])
            for tensor, shape in zip(ends, shapes, strict=True)
            if len(shape) == 4
        )

    def _run(self, pictures: Floats) -> list[Floats]:
        results: list[Floats] = self._session.run(self._names, {"pictures": pictures})
        return results

    def look(self, squares: Sequence[Pixels]) -> tuple[Floats, list[Floats]]:
        """What all stages answer.

        Args:
            squares: N pictures that `engine.preprocess.letterbox` made.

        Returns:
            logits float32 (N,), and for each stage float32 (N, channels, side, side).
        """
        logits, *maps = self._run(network_input(squares))
        return logits, maps


_SQUARE = (PREPROCESSING.size, PREPROCESSING.size)


def stage_ends(nodes: Iterable["NodeProto"]) -> list[str]:
    """The name of the last tensor of each stage."""
    ends: list[str] = []
    stage = last = ""
    for node in nodes:
        if node.op_type not in _MAPS:
            continue
        if node.op_type == "Conv":
            now = _stage_name(node.input[1])
            if last and now != stage:
                ends.append(last)
            stage = now
        last = node.output[0]
    return [*ends, last]


def _stage_name(weight: str) -> str:
    """ "stages.3" of "stages.3.0.layers.1.0.weight"; of torchvision's networks "features.5", "layer2.1"."""
    first, *rest = weight.removeprefix("body.").split(".")
    return f"{first}.{rest[0]}" if rest and rest[0].isdecimal() else first


def _views(nodes: Iterable["NodeProto"]) -> dict[str, tuple[int, int]]:
    """For each tensor what a point of it sees, and the step to its neighbour, in pixels of the picture."""
    views = {"pictures": (1, 1)}
    for node in nodes:
        known = [views[name] for name in node.input if name in views]
        if not known:
            continue
        sees, step = max(known)
        if node.op_type in _WINDOWED:
            numbers = {attribute.name: attribute.ints for attribute in node.attribute}
            sees += (numbers["kernel_shape"][0] - 1) * step
            step *= numbers.get("strides", (1,))[0]
        views |= dict.fromkeys(node.output, (sees, step))
    return views
