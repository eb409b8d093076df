"""A model on disk: a folder of three files that belong together.

    card.json           what it is and how it was made; the sha256 of the other two
    model.safetensors   weights, for training and for torch
    model.onnx          the same network, for ONNX Runtime on the CPU

Weights are data: nothing is ever unpickled. A model whose files do not match its card, or whose pictures would be
prepared in another way than this program does, is refused.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ModelError
from engine.files import write_atomically
from engine.preprocess import PREPROCESSING

if TYPE_CHECKING:
    from engine.network import ScoreNet

CARD_FILE = "card.json"
WEIGHTS_FILE = "model.safetensors"
ONNX_FILE = "model.onnx"
CARD_FORMAT = 1


@dataclass(frozen=True)
class ModelCard:
    """What a model is, how it was made, and how its logits become the 0-100 number.

    Attributes:
        name: for people, and for the window's status line.
        architecture: what `engine.network.build_network` takes.
        preprocessing: `dataclasses.asdict` of `engine.preprocess.Preprocessing`.
        classes: what probability 0 and probability 1 stand for.
        reference_logits: ascending logits of the reference photos at evenly spaced percentiles, 0 to 100.
        reference: which photos those are.
        metrics: held-out figures, by name.
        data: what it was trained on and under which terms.
        command: the command that made it.
        commit: the commit of this project that the command ran at.
        created: ISO 8601 date.
        sha256: file name -> digest, of both weight files.
        format: version of this card's layout.
    """

    name: str
    architecture: str
    preprocessing: Mapping[str, object]
    classes: tuple[str, str]
    reference_logits: tuple[float, ...]
    reference: str
    metrics: Mapping[str, object]
    data: tuple[str, ...]
    command: str
    commit: str
    created: str
    sha256: Mapping[str, str] = field(default_factory=dict)
    format: int = CARD_FORMAT

    @property
    def model_sha256(self) -> str:
        """The identity of the model: the digest of its weights."""
        return self.sha256[WEIGHTS_FILE]


def load_card(folder: Path) -> ModelCard:
    """Read and check the card of a model folder.

    Raises:
        ModelError: no card, a damaged one, or one that this program cannot honour.
    """
    path = folder / CARD_FILE
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        card = ModelCard(
            **{
                **fields,
                "classes": tuple(fields["classes"]),
                "data": tuple(fields["data"]),
                "reference_logits": tuple(map(float, fields["reference_logits"])),
            }
        )
        _check_card(path, card)
    except FileNotFoundError as error:
        raise ModelError(path, "no model here: choose a folder that holds card.json and its weights") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(path, f"not a model card ({error})") from error
    return card


def _check_card(path: Path, card: ModelCard) -> None:
    if not isinstance(card.architecture, str):
        raise ModelError(path, "the card does not name its architecture")
    if card.format != CARD_FORMAT:
        raise ModelError(path, f"card format {card.format}, this program reads {CARD_FORMAT}: update the program")
    if dict(card.preprocessing) != dataclasses.asdict(PREPROCESSING):
        raise ModelError(path, "made for pictures prepared in another way: train or export it again")
    if not isinstance(card.sha256, dict) or not {WEIGHTS_FILE, ONNX_FILE} <= set(card.sha256):
        raise ModelError(path, "the card lacks the sha256 of its weights")
    steps = zip(card.reference_logits, card.reference_logits[1:], strict=False)
    if len(card.reference_logits) < 2 or not all(low <= high for low, high in steps):
        raise ModelError(path, "the card's reference logits do not ascend")


def read_model_file(folder: Path, name: str, card: ModelCard) -> bytes:
    """The bytes of `WEIGHTS_FILE` or `ONNX_FILE`, once they match the card.

    Raises:
        ModelError: missing, or not the file that the card describes.
    """
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != card.sha256[name]:
        raise ModelError(path, "not the file that its card describes: copy the model folder again")
    return content


def load_network(folder: Path) -> "ScoreNet":
    """The network of a model folder, in evaluation mode on the CPU. Imports torch.

    Raises:
        ModelError: a file is missing, damaged, or not the one its card describes.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    from engine.network import build_network

    card = load_card(folder)
    content = read_model_file(folder, WEIGHTS_FILE, card)
    try:
        network = build_network(card.architecture)
        network.load_state_dict(load(content))
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise ModelError(folder / WEIGHTS_FILE, f"its weights do not fit the network ({error})") from error
    return network.eval()


def weights_bytes(network: "ScoreNet") -> bytes:
    """A network's weights in the safetensors form, with the preprocessing in its header."""
    from safetensors.torch import save

    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    return save(weights, metadata={"preprocessing": json.dumps(dataclasses.asdict(PREPROCESSING))})


def save_model(folder: Path, card: ModelCard, *, weights: bytes, onnx: bytes) -> ModelCard:
    """Write a model folder; the card goes last, so that an interrupted write is refused and never half used.

    Returns:
        The card as written, with the sha256 of both files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in _named(weights, onnx)}
    card = dataclasses.replace(card, sha256=digests)
    for name, content in _named(weights, onnx):
        write_atomically(folder / name, content)
    write_atomically(folder / CARD_FILE, card_json(card).encode())
    return card


def _named(weights: bytes, onnx: bytes) -> tuple[tuple[str, bytes], ...]:
    return (WEIGHTS_FILE, weights), (ONNX_FILE, onnx)


def card_json(card: ModelCard) -> str:
    """The card as indented JSON, the form in which it is stored and shown."""
    fields: dict[str, Any] = dataclasses.asdict(card)
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
