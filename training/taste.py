"""A person's own taste from two folders of photos: the shipped network sees them, a new score head learns from them."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.checkpoint import load_card, load_network
from engine.devices import Device
from engine.errors import PictureError
from engine.faces import PHOTO_LONG_SIDE
from engine.network import DEFAULT_ARCHITECTURE
from engine.pictures import load_picture
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.resources import MODEL_FOLDER
from engine.scan import find_photos
from engine.scoring import load_scorer
from training.export import ModelFacts, calibrate, export_model, int8_result
from training.facts import this_command
from training.head import HeadError, fit_head, held_out_logits, mean_share_right
from training.metrics import auc, auc_interval
from training.plain_labels import folder_rows

PERCENTILES = np.linspace(0, 100, 101)


class TasteError(Exception):
    """There is too little to learn from; the message says what is needed."""


@dataclass(frozen=True)
class Told:
    """What was learned, and how well.

    Attributes:
        good: photos that are liked.
        other: photos that are liked less.
        auc: how often a good photo beats another one, on photos that were held out.
        interval: 95 % interval of that.
        left_out: files that could not be read, with the reason.
        int8: what became of the int8 form of the network.
    """

    good: int
    other: int
    auc: float
    interval: tuple[float, float]
    left_out: tuple[tuple[Path, str], ...]
    int8: str = ""


def learn_taste(good: Path, other: Path, out: Path, name: str) -> Iterator[Progress[Told]]:
    """Make a model folder from two folders of photos.

    Yields:
        A progress for each photo, then the last one with what was learned.

    Raises:
        TasteError: too few photos.
        ModelError: the shipped network cannot be loaded.
    """
    rows = folder_rows(find_photos([good]), find_photos([other]))
    total = len(rows) + 1
    scorer = load_scorer(Device.CPU)
    squares, labels, left_out = [], [], []
    for done, (path, is_good) in enumerate(rows, start=1):
        try:
            squares.append(letterbox(load_picture(path, PHOTO_LONG_SIDE).pixels))
            labels.append(is_good)
        except PictureError as error:
            left_out.append((path, error.reason))
        yield Progress(done, total, path.name)
    positive = np.array(labels, bool)
    embeddings = scorer.score_and_embed(squares)[1].astype(np.float64)
    try:
        held_out = held_out_logits(embeddings, positive)
        head = fit_head(embeddings, positive)
    except HeadError as error:
        raise TasteError(str(error)) from error
    told = Told(
        int(positive.sum()),
        int((~positive).sum()),
        auc(held_out, positive),
        auc_interval(held_out, positive),
        tuple(left_out),
    )
    network = load_network(MODEL_FOLDER)
    with torch.no_grad():
        network.score.weight.copy_(torch.from_numpy(head.weight)[None])
        network.score.bias.fill_(head.bias)
    scale, shift = calibrate(network, held_out.astype(np.float32), positive)
    logits = scale * head.logits(embeddings) + shift
    facts = ModelFacts(
        name=name,
        architecture=DEFAULT_ARCHITECTURE,
        classes=("liked less", "liked"),
        reference=f"the {len(squares)} photos that it was made from",
        data=(
            f"{told.good} liked and {told.other} less liked photos of the person who made this model",
            f"the body of {load_card(MODEL_FOLDER).name!r}, unchanged",
        ),
        command=this_command(),
    )
    held_out_figures: dict[str, object] = {
        "good": told.good,
        "other": told.other,
        "auc": round(told.auc, 4),
        "auc 95 % interval": [round(end, 4) for end in told.interval],
        "accuracy, both kinds alike": round(mean_share_right(held_out, positive), 4),
    }
    reference = tuple(np.percentile(logits, PERCENTILES).round(4).tolist())
    card = export_model(out, network, squares, reference, {"held out": held_out_figures}, facts)
    yield Progress(total, total, "exported", (dataclasses.replace(told, int8=int8_result(card)),))
