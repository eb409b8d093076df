"""A network of a TFLite file: operators in order, with their tensors, and nothing that the eye model does not use."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tflite import BuiltinOperator, Conv2DOptions, DepthwiseConv2DOptions, Model, Padding, TensorType

Array = npt.NDArray[Any]
_DTYPES = {TensorType.FLOAT32: np.float32, TensorType.INT32: np.int32}
_CONVOLUTIONS = {
    BuiltinOperator.CONV_2D: Conv2DOptions,
    BuiltinOperator.DEPTHWISE_CONV_2D: DepthwiseConv2DOptions,
}


@dataclass(frozen=True)
class Operator:
    """One step of a network.

    Attributes:
        kind: what it does, a `tflite.BuiltinOperator`.
        inputs: names of the tensors that it takes.
        output: name of the tensor that it makes.
        stride: of a convolution, along both axes; 1 for all else.
        is_same: of a convolution, whether the border is padded.
    """

    kind: int
    inputs: tuple[str, ...]
    output: str
    stride: int = 1
    is_same: bool = False


@dataclass(frozen=True)
class TfliteNetwork:
    """A network as its file has it: channels last.

    Attributes:
        operators: in the order of execution.
        shapes: of every tensor, by name.
        constants: weights, by name.
    """

    operators: tuple[Operator, ...]
    shapes: dict[str, tuple[int, ...]]
    constants: dict[str, Array]


def read_tflite(path: Path) -> TfliteNetwork:
    """Read the first graph of a file."""
    model = Model.GetRootAs(path.read_bytes())
    graph = model.Subgraphs(0)
    tensors = [graph.Tensors(index) for index in range(graph.TensorsLength())]
    names = [tensor.Name().decode() for tensor in tensors]
    shapes, constants = {}, {}
    for name, tensor in zip(names, tensors, strict=True):
        shapes[name] = tuple(tensor.Shape(axis) for axis in range(tensor.ShapeLength()))
        content = model.Buffers(tensor.Buffer())
        if content.DataLength():
            constants[name] = content.DataAsNumpy().view(_DTYPES[tensor.Type()]).reshape(shapes[name])
    steps = [graph.Operators(index) for index in range(graph.OperatorsLength())]
    operators = [_operator(step, model.OperatorCodes(step.OpcodeIndex()), names) for step in steps]
    return TfliteNetwork(tuple(operators), shapes, constants)


def _operator(step: Any, code: Any, names: list[str]) -> Operator:
    # Files from before there were more than 127 kinds have the old field alone.
    kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    inputs, output = tuple(names[index] for index in step.InputsAsNumpy()), names[step.Outputs(0)]
    if kind not in _CONVOLUTIONS:
        return Operator(kind, inputs, output)
    table, options = step.BuiltinOptions(), _CONVOLUTIONS[kind]()
    options.Init(table.Bytes, table.Pos)
    return Operator(kind, inputs, output, options.StrideH(), options.Padding() == Padding.SAME)
