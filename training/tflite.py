"""Reads networks of TFLite files: operators in order, with their tensors, and nothing that the eye model does not use.

Source: the schema of the format, tensorflow/compiler/mlir/lite/schema/schema.fbs; a table's fields go by number there.
"""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from flatbuffers import encode
from flatbuffers.number_types import Int8Flags, Int32Flags, Uint8Flags, Uint32Flags, UOffsetTFlags
from flatbuffers.table import Table

Array = npt.NDArray[Any]
_DTYPES = {0: np.float32, 2: np.int32}


class Kind(IntEnum):
    """Operators, by their number in the format."""

    ADD = 0
    CONV = 3
    DEPTHWISE_CONV = 4
    MAX_POOL = 17
    RESHAPE = 22
    PAD = 34
    PRELU = 54


@dataclass(frozen=True)
class Operator:
    """One step of a network.

    Attributes:
        kind: what it does.
        inputs: names of the tensors that it takes.
        output: name of the tensor that it makes.
        stride: of a convolution, along both axes; 1 for all else.
        is_same: of a convolution, whether the border is padded.
    """

    kind: Kind
    inputs: tuple[str, ...]
    output: str
    stride: int
    is_same: bool


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
    content = path.read_bytes()
    model = _Record(content, encode.Get(UOffsetTFlags.packer_type, content, 0))
    kinds = [Kind(code.number(0, Int8Flags)) for code in model.records(1)]
    buffers = [buffer.numbers(0, Uint8Flags) for buffer in model.records(4)]
    graph = model.records(2)[0]
    tensors = graph.records(0)
    names = [tensor.text(3) for tensor in tensors]
    shapes = {name: tuple(tensor.numbers(0, Int32Flags).tolist()) for name, tensor in zip(names, tensors, strict=True)}
    constants = {}
    for name, tensor in zip(names, tensors, strict=True):
        content_of = buffers[tensor.number(2, Uint32Flags)]
        if content_of.size:
            constants[name] = content_of.view(_DTYPES[tensor.number(1, Int8Flags)]).reshape(shapes[name])
    operators = []
    for step in graph.records(3):
        kind, options = kinds[step.number(0, Uint32Flags)], step.record(4)
        is_conv = options and kind in (Kind.CONV, Kind.DEPTHWISE_CONV)
        operators.append(
            Operator(
                kind,
                tuple(names[index] for index in step.numbers(1, Int32Flags)),
                names[step.numbers(2, Int32Flags)[0]],
                options.number(1, Int32Flags) if options and is_conv else 1,
                bool(options and is_conv and options.number(0, Int8Flags) == 0),
            )
        )
    return TfliteNetwork(tuple(operators), shapes, constants)


class _Record:
    """A table of a FlatBuffer; what is not in it reads as 0 or empty."""

    def __init__(self, content: bytes, position: int) -> None:
        self._content = content
        self._table = Table(content, position)

    def number(self, field: int, flags: Any) -> int:
        offset = self._offset(field)
        return int(self._table.Get(flags, self._table.Pos + offset)) if offset else 0

    def numbers(self, field: int, flags: Any) -> Array:
        offset = self._offset(field)
        return np.asarray(self._table.GetVectorAsNumpy(flags, offset)) if offset else np.empty(0, np.int32)

    def text(self, field: int) -> str:
        return str(self._table.String(self._table.Pos + self._offset(field)).decode())

    def record(self, field: int) -> "_Record | None":
        offset = self._offset(field)
        return _Record(self._content, self._table.Indirect(self._table.Pos + offset)) if offset else None

    def records(self, field: int) -> "list[_Record]":
        offset = self._offset(field)
        if not offset:
            return []
        start = self._table.Vector(offset)
        return [
            _Record(self._content, self._table.Indirect(start + 4 * index))
            for index in range(self._table.VectorLen(offset))
        ]

    def _offset(self, field: int) -> int:
        return int(self._table.Offset(4 + 2 * field))
