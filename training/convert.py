"""Other people's networks, the face detector and the eye model, rewritten so that ONNX Runtime runs them fast.

The weights stay as they are and so do the outputs, up to rounding, which is checked. What changes is the form: ONNX
Runtime runs convolutions in blocks of channels, and most other operators in between make it leave them and come back.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from tflite import BuiltinOperator as Kind

from engine.files import write_atomically
from engine.pixels import Floats
from training.tflite import Array, Operator, TfliteNetwork, read_tflite

# Largest difference from the original: of YuNet's outputs in units of its cells, of a contour in pixels of the square.
TOLERANCE = 1e-4
STRIDES = (8, 16, 32)
FACE_HEADS = ("cls", "obj", "bbox", "kps")
FACE_SIDE, EYE_SIDE = 640, 64  # of the originals' inputs
CONTOUR_OUTPUT = "output_eyes_contours_and_brows"
_OPSET, _IR_VERSION = 13, 8


class ConversionError(Exception):
    """The rewritten network does not agree with the original."""


def convert_face_detector(source: Path, target: Path) -> float:
    """Rewrite YuNet for RGB pictures of any size, float32 (N, 3, H, W), 0 to 255, whose sides 32 divides.

    The original takes one BGR picture of 640 x 640. The four heads of a stride become one, `stride_8` to `stride_32`:
    (N, 16, H / stride, W / stride) with the logits of class and object, the box (4) and the landmarks (10).

    Args:
        source: the ONNX file of OpenCV Zoo.
        target: the ONNX file to write.

    Returns:
        The largest difference between the outputs of the two.

    Raises:
        ConversionError: it is more than `TOLERANCE`.
    """
    original, graph = onnx.load(source).graph, _Graph()
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in original.initializer}
    first = original.node[0]
    weights[first.input[1]] = weights[first.input[1]][:, ::-1]  # from BGR to RGB
    heads_take = {}
    for node in original.node:
        if node.op_type == "Conv" and node.input[1].startswith("bbox_head"):
            heads_take[node.input[1]] = node.input[0]
        elif node.op_type in ("Conv", "Relu", "MaxPool", "Resize", "Add"):
            graph.nodes.append(node)
            for name in node.input:
                if name in weights:
                    graph.constant(name, weights[name])
    for level, stride in enumerate(STRIDES):
        heads = [f"bbox_head.multi_level_{head}.{level}" for head in FACE_HEADS]
        of_conv = [
            [np.concatenate([weights[f"{head}.{conv}.{part}"] for head in heads]) for part in ("weight", "bias")]
            for conv in ("conv1", "conv2")
        ]
        mixed = graph.conv(heads_take[f"{heads[0]}.conv1.weight"], f"mixed_{stride}", *of_conv[0])
        graph.conv(mixed, f"stride_{stride}", *of_conv[1], groups=len(of_conv[1][0]))
    inside = helper.make_tensor_value_info(first.input[0], onnx.TensorProto.FLOAT, ("N", 3, "H", "W"))
    outside = [
        helper.make_tensor_value_info(f"stride_{stride}", onnx.TensorProto.FLOAT, ("N", 16, f"H{stride}", f"W{stride}"))
        for stride in STRIDES
    ]
    network = graph.finished(inside, outside)
    return _keep(network, target, _face_difference(source, network))


def convert_eye_model(source: Path, target: Path) -> float:
    """Rewrite MediaPipe's iris model without its branch for the iris: float32 RGB (N, 3, 64, 64), 0 to 1, to (N, 213).

    Args:
        source: the TFLite file of the package mediapipe.
        target: the ONNX file to write.

    Returns:
        The largest difference between the outputs of the two.

    Raises:
        ConversionError: it is more than `TOLERANCE`.
    """
    original, graph = read_tflite(source), _Graph()
    for operator in _steps_to(CONTOUR_OUTPUT, original):
        _add_step(graph, operator, original)
    squares = original.operators[0].inputs[0]
    network = graph.finished(
        helper.make_tensor_value_info(squares, onnx.TensorProto.FLOAT, ("N", 3, EYE_SIDE, EYE_SIDE)),
        [helper.make_tensor_value_info(CONTOUR_OUTPUT, onnx.TensorProto.FLOAT, ("N", 213))],
    )
    return _keep(network, target, _eye_difference(source, network))


class _Graph:
    """An ONNX graph that grows."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: Array) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def conv(
        self,
        x: str,
        output: str,
        weight: Array,
        bias: Array,
        *,
        stride: int = 1,
        pads: tuple[int, int] | None = None,
        groups: int = 1,
    ) -> str:
        """Add a convolution, weights (out, in, k, k); `pads` are before and after, None half of the kernel on both."""
        kernel = weight.shape[2]
        before, after = pads or (kernel // 2, kernel // 2)
        names = [x, self.constant(f"{output}/weight", weight), self.constant(f"{output}/bias", bias)]
        around, shape, strides = [before, before, after, after], [kernel, kernel], [stride, stride]
        return self.add("Conv", names, output, kernel_shape=shape, pads=around, strides=strides, group=groups)

    def scale(self, x: str, output: str, factors: Array) -> str:
        """Multiply every channel by its factor: a convolution, which stays in the blocks of channels."""
        weight = factors.astype(np.float32).reshape(-1, 1, 1, 1)
        return self.conv(x, output, weight, np.zeros(len(weight), np.float32), groups=len(weight))

    def finished(self, inside: onnx.ValueInfoProto, outside: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "network", [inside], outside, list(self._constants.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model


def _steps_to(output: str, network: TfliteNetwork) -> list[Operator]:
    """The operators that an output needs, in order."""
    needed, steps = {output}, []
    for operator in reversed(network.operators):
        if operator.output in needed:
            needed |= set(operator.inputs)
            steps.append(operator)
    return steps[::-1]


def _add_step(graph: _Graph, operator: Operator, network: TfliteNetwork) -> None:
    x, output = operator.inputs[0], operator.output
    constants = [network.constants[name] for name in operator.inputs if name in network.constants]
    match operator.kind:
        case Kind.CONV_2D | Kind.DEPTHWISE_CONV_2D:
            weight, bias = constants
            kernel, is_whole = weight.shape[1], operator.kind == Kind.CONV_2D
            # TFLite's "same" padding of an even side: what is odd comes after.
            padding = kernel - operator.stride if operator.is_same else 0
            pads = padding // 2, padding - padding // 2
            axes = (0, 3, 1, 2) if is_whole else (3, 0, 1, 2)
            groups = 1 if is_whole else weight.shape[3]
            graph.conv(x, output, weight.transpose(axes), bias, stride=operator.stride, pads=pads, groups=groups)
        case Kind.PRELU:
            # x + (1 - slope) * relu(-x) is the same and stays in the blocks of channels: twice as fast.
            slopes = constants[0].ravel()
            below = graph.add("Relu", [graph.scale(x, f"{output}/minus", -np.ones_like(slopes))], f"{output}/below")
            graph.add("Add", [graph.scale(below, f"{output}/lift", 1 - slopes), x], output)
        case Kind.PAD:
            # More channels, of zeros: a convolution that keeps what there is.
            channels, more = network.shapes[x][3], network.shapes[output][3]
            keep = np.eye(more, channels, dtype=np.float32).reshape(more, channels, 1, 1)
            graph.conv(x, output, keep, np.zeros(more, np.float32))
        case Kind.ADD:
            graph.add("Add", list(operator.inputs), output)
        case Kind.MAX_POOL_2D:
            graph.add("MaxPool", [x], output, kernel_shape=[2, 2], strides=[2, 2])
        case Kind.RESHAPE:
            graph.add("Flatten", [x], output)
        case _:
            raise ConversionError(f"{output}: an operator of kind {operator.kind}, which has no counterpart here")


def _face_difference(source: Path, network: onnx.ModelProto) -> float:
    rng = np.random.default_rng(0)
    # Smooth, as photos are: of white noise the boxes' logarithms overflow.
    picture = cv2.resize(rng.uniform(0, 255, (40, 40, 3)).astype(np.float32), (FACE_SIDE, FACE_SIDE))
    bgr = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
    expected = dict(zip(_output_names(onnx.load(source)), _run(onnx.load(source), bgr), strict=True))
    differences = []
    for stride, output in zip(STRIDES, _run(network, np.ascontiguousarray(bgr[:, ::-1])), strict=True):
        cells = output.reshape(16, -1).T
        of_heads = np.concatenate([expected[f"{head}_{stride}"][0] for head in FACE_HEADS], axis=1)
        cells = np.concatenate([1 / (1 + np.exp(-cells[:, :2])), cells[:, 2:]], axis=1)
        differences.append(float(np.abs(cells - of_heads).max()))
    return max(differences)


def _eye_difference(source: Path, network: onnx.ModelProto) -> float:
    squares = np.random.default_rng(0).uniform(0, 1, (2, 3, EYE_SIDE, EYE_SIDE)).astype(np.float32)
    # The classic engine where OpenCV, from 5 on, has several: the others do not know TFLite.
    engines = [engine] if (engine := getattr(cv2.dnn, "ENGINE_CLASSIC", None)) is not None else []
    original = cv2.dnn.readNetFromTFLite(np.frombuffer(source.read_bytes(), np.uint8), *engines)
    original.setInput(squares)
    expected = np.asarray(original.forward(CONTOUR_OUTPUT)).reshape(len(squares), -1)
    return float(np.abs(_run(network, squares)[0] - expected).max())


def _output_names(network: onnx.ModelProto) -> list[str]:
    return [output.name for output in network.graph.output]


def _run(network: onnx.ModelProto, pictures: Floats) -> list[Floats]:
    session = onnxruntime.InferenceSession(network.SerializeToString(), providers=["CPUExecutionProvider"])
    return [np.asarray(output) for output in session.run(None, {session.get_inputs()[0].name: pictures})]


def _keep(network: onnx.ModelProto, target: Path, difference: float) -> float:
    if difference > TOLERANCE:
        raise ConversionError(f"{target.name}: its outputs differ from the original's by {difference:g}")
    write_atomically(target, network.SerializeToString())
    return difference
