"""A fitted network to the model folder that the program loads: weights, ONNX, and the card that describes both."""

import dataclasses
import datetime
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
import torch.nn.functional as F  # noqa: N812 (as everyone writes it)

from engine.checkpoint import ModelCard, save_model, weights_bytes
from engine.files import write_atomically
from engine.network import ScoreNet
from engine.pixels import Floats, Pixels
from engine.preprocess import PREPROCESSING, network_input
from training.metrics import spearman

# Largest difference, in logits, between torch and ONNX Runtime on the same pictures.
LOGIT_TOLERANCE = 1e-3
# The int8 form is kept only where it ranks photos as the float one does.
INT8_SPEARMAN = 0.995
INT8_FILE = "model.int8.onnx"
# With fewer photos neither the calibration nor the rank says anything.
INT8_PHOTOS = 20
INT8_LEFT_OUT = f"left out: its Spearman correlation with float32 is below {INT8_SPEARMAN:g}"
INT8_NOT_TRIED = f"not tried: it needs {INT8_PHOTOS} photos"


@dataclass(frozen=True)
class ModelFacts:
    """What a card says beside the figures.

    Attributes:
        name: for people.
        architecture: what `engine.network.build_network` takes.
        classes: what probability 0 and probability 1 stand for.
        reference: which photos the 0-100 scale is made of.
        data: what it was trained on and under which terms.
        command: the command that made it.
    """

    name: str
    architecture: str
    classes: tuple[str, str]
    reference: str
    data: tuple[str, ...]
    command: str


class ExportError(Exception):
    """The exported network does not agree with the fitted one."""


def export_model(
    folder: Path,
    network: ScoreNet,
    squares: Sequence[Pixels],
    reference: tuple[float, ...],
    metrics: Mapping[str, object],
    facts: ModelFacts,
) -> ModelCard:
    """Write a model folder and check its ONNX form against torch.

    Args:
        folder: made where it is missing.
        network: in evaluation mode.
        squares: letterboxed real photos to check with, and to calibrate int8 with.
        reference: logits at evenly spaced percentiles.
        metrics: held-out figures.
        facts: the rest of the card.

    Raises:
        ExportError: ONNX Runtime and torch differ by more than the tolerance.
    """
    network = network.cpu().eval()
    content = onnx_bytes(network)
    pictures = network_input(squares)
    difference = largest_difference(network, content, pictures)
    if difference > LOGIT_TOLERANCE:
        raise ExportError(f"ONNX differs from torch by {difference:.2g} in logit")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / INT8_FILE).unlink(missing_ok=True)
    checks: dict[str, object] = {
        "photos": len(squares),
        "ONNX against torch, largest logit difference": float(f"{difference:.2g}"),
    }
    if len(squares) >= INT8_PHOTOS:
        small, agreement = int8_form(content, pictures)
        kept = agreement >= INT8_SPEARMAN
        checks |= {"int8 against float32, Spearman": round(agreement, 4), "int8": "kept" if kept else INT8_LEFT_OUT}
        if kept:
            write_atomically(folder / INT8_FILE, small)
    else:
        checks["int8"] = INT8_NOT_TRIED
    card = ModelCard(
        name=facts.name,
        architecture=facts.architecture,
        preprocessing=dataclasses.asdict(PREPROCESSING),
        classes=facts.classes,
        reference_logits=reference,
        reference=facts.reference,
        metrics={**metrics, "export": checks},
        data=facts.data,
        command=facts.command,
        commit=_commit(),
        created=datetime.date.today().isoformat(),
    )
    return save_model(folder, card, weights=weights_bytes(network), onnx=content)


def int8_result(card: ModelCard) -> str:
    """What became of a model's int8 form: kept, or why not."""
    checks = card.metrics.get("export")
    return str(checks.get("int8", "unknown")) if isinstance(checks, Mapping) else "unknown"


@torch.no_grad()
def calibrate(network: ScoreNet, logits: Floats, positive: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Move and scale the score head so that its logistic is the chance of the label (Platt scaling).

    Ranking settles the order of logits, not their size. The order, and every figure that hangs on it, stays.

    Args:
        logits: of validation photos, as the network gives them now: (N,).
        positive: their label: (N,).

    Returns:
        The scale and the shift: new logit = scale * old logit + shift.
    """
    scale, shift = platt(logits, positive)
    network.score.weight.mul_(scale)
    network.score.bias.mul_(scale).add_(shift)
    return scale, shift


def platt(logits: Floats, positive: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Scale (above 0) and shift that make logits the log odds of a label, by maximum likelihood (Platt, 1999)."""
    x = torch.from_numpy(np.asarray(logits, np.float64))
    # Platt's targets: never quite 0 or 1, so that a perfect ranking does not scale without end.
    good, bad = int(positive.sum()), int((~positive).sum())
    y = torch.from_numpy(np.where(positive, (good + 1) / (good + 2), 1 / (bad + 2)))
    parameters = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([parameters], max_iter=100, line_search_fn="strong_wolfe")
    spread = max(float(x.std()), 1e-6)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = F.binary_cross_entropy_with_logits(parameters[0].exp() * x / spread + parameters[1], y)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    with torch.enable_grad():
        optimiser.step(loss)  # type: ignore[no-untyped-call]
    log_scale, shift = parameters.detach().tolist()
    return float(np.exp(log_scale)) / spread, shift


def onnx_bytes(network: ScoreNet) -> bytes:
    """The network as ONNX: `pictures` (N, 3, 224, 224) to `logit` (N,) and `embedding` (N, 1280)."""
    size = PREPROCESSING.size
    program = torch.onnx.export(
        network.to(memory_format=torch.contiguous_format),
        (torch.zeros(2, 3, size, size),),
        input_names=["pictures"],
        output_names=["logit", "embedding"],
        dynamic_shapes=({0: torch.export.Dim("N", min=1, max=4096)},),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    entry = model.metadata_props.add()
    entry.key, entry.value = "preprocessing", json.dumps(dataclasses.asdict(PREPROCESSING))
    _forget_source_paths(model)
    buffer = io.BytesIO()
    onnx.save(model, buffer)
    return buffer.getvalue()


def _forget_source_paths(model: onnx.ModelProto) -> None:
    """The exporter notes, for each node, files and lines of the machine it ran on; they are nobody's business."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
    del model.graph.metadata_props[:]


def int8_form(content: bytes, pictures: Floats) -> tuple[bytes, float]:
    """The network with whole numbers of 8 bits (static, per channel), calibrated on real photos.

    Args:
        content: the float32 ONNX file.
        pictures: float32 (N, 3, 224, 224); one half calibrates, the other half is ranked with both forms.

    Returns:
        The int8 ONNX file, and its Spearman correlation with the float32 one.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    half = len(pictures) // 2

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.rows = iter(pictures[:half])

        def get_next(self) -> dict[str, Floats] | None:
            row = next(self.rows, None)
            return None if row is None else {"pictures": row[None]}

    with TemporaryDirectory(prefix="selfie-studio-") as place:
        source, prepared, small = (Path(place) / name for name in ("float.onnx", "prepared.onnx", "int8.onnx"))
        source.write_bytes(content)
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        # The score itself stays in float. Weights keep 7 bits: with 8, products overflow on processors without VNNI.
        heads = [node.name for node in onnx.load(str(prepared)).graph.node if node.op_type in ("Gemm", "MatMul")]
        quantize_static(
            str(prepared),
            str(small),
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            reduce_range=True,
            nodes_to_exclude=heads,
        )
        quantised = small.read_bytes()
    return quantised, spearman(_onnx_logits(content, pictures[half:]), _onnx_logits(quantised, pictures[half:]))


def _onnx_logits(content: bytes, pictures: Floats) -> Floats:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(["logit"], {"pictures": picture[None]})[0] for picture in pictures])


def largest_difference(network: ScoreNet, content: bytes, pictures: Floats) -> float:
    """Largest absolute difference in logit between torch and ONNX Runtime."""
    with torch.inference_mode():
        expected = np.concatenate([network(torch.from_numpy(picture[None]))[0].numpy() for picture in pictures])
    return float(np.abs(_onnx_logits(content, pictures) - expected).max())


def _commit() -> str:
    try:
        found = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "not in a checkout"
    return found.stdout.strip()
