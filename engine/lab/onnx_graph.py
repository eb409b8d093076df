"""What is in an ONNX file, as far as showing its layers needs it, and the same network with more outputs.

Source: the wire format of Protocol Buffers, and onnx.proto of ONNX 1.17, whose field numbers are named here. A message
that follows another of its kind is merged into it: so outputs are added by writing them behind the file's content, and
no further package is needed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.pixels import Floats

_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_OUTPUT = 1, 5, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATION, _NODE_ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INTS = 1, 8
_TENSOR_DIMS, _TENSOR_NAME, _TENSOR_RAW = 1, 8, 9
_VALUE_NAME = 1
# How a field's content is stored; kinds 3 and 4 are of the past.
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


@dataclass(frozen=True)
class Node:
    """One operation of the network, in the order in which they are done.

    Attributes:
        numbers: its attributes that are lists of whole numbers, such as "kernel_shape" and "strides".
    """

    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    numbers: Mapping[str, tuple[int, ...]]


def read_nodes(content: bytes) -> list[Node]:
    """The operations of an ONNX file."""
    return [_node(value) for number, value in _graph(content) if number == _GRAPH_NODE]


def read_weights(content: bytes, name: str) -> Floats:
    """The float32 weights of this name; empty where there are none."""
    for number, tensor in _graph(content):
        if number != _GRAPH_INITIALIZER:
            continue
        fields = list(_fields(_message(tensor)))
        if _text(fields, _TENSOR_NAME) == (name,):
            raw = b"".join(bytes(_message(value)) for number, value in fields if number == _TENSOR_RAW)
            return np.frombuffer(raw, "<f4").reshape(_whole_numbers(fields, _TENSOR_DIMS))
    return np.empty(0, np.float32)


def with_outputs(content: bytes, names: Sequence[str]) -> bytes:
    """The same network, which also gives these of its tensors."""
    outputs = b"".join(_packed(_GRAPH_OUTPUT, _packed(_VALUE_NAME, name.encode())) for name in names)
    return content + _packed(_MODEL_GRAPH, outputs)


_Field = tuple[int, int | memoryview]


def _graph(content: bytes) -> Iterator[_Field]:
    for number, value in _fields(memoryview(content)):
        if number == _MODEL_GRAPH:
            yield from _fields(_message(value))


def _node(value: int | memoryview) -> Node:
    fields = list(_fields(_message(value)))
    attributes = [list(_fields(_message(each))) for number, each in fields if number == _NODE_ATTRIBUTE]
    return Node(
        operation="".join(_text(fields, _NODE_OPERATION)),
        inputs=_text(fields, _NODE_INPUT),
        outputs=_text(fields, _NODE_OUTPUT),
        numbers={
            "".join(_text(attribute, _ATTRIBUTE_NAME)): _whole_numbers(attribute, _ATTRIBUTE_INTS)
            for attribute in attributes
        },
    )


def _text(fields: Sequence[_Field], wanted: int) -> tuple[str, ...]:
    return tuple(bytes(_message(value)).decode() for number, value in fields if number == wanted)


def _whole_numbers(fields: Sequence[_Field], wanted: int) -> tuple[int, ...]:
    """Repeated whole numbers, stored one by one or packed together."""
    found: list[int] = []
    for number, value in fields:
        if number == wanted and isinstance(value, int):
            found.append(value)
        elif number == wanted:
            packed, place = _message(value), 0
            while place < len(packed):
                one, place = _varint(packed, place)
                found.append(one)
    return tuple(found)


def _fields(message: memoryview) -> Iterator[_Field]:
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield key >> 3, value
        elif kind == _BYTES:
            length, place = _varint(message, place)
            yield key >> 3, message[place : place + length]
            place += length
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            place += 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"not an ONNX file: a field of kind {kind}")


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the place behind it."""
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise TypeError("not an ONNX file: a number where a message should be")
    return value


def _packed(number: int, content: bytes) -> bytes:
    """A field of bytes with its number and length before it."""
    return _as_varint(number << 3 | _BYTES) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
