"""The crop head: a small network that learns, window by window, what the shipped network says of crops of real photos.

The teacher is a model folder. Its own layers make the map of a picture: the score of each cell, whose mean over a
window is nearly what the teacher says of it, and few channels made of its last hidden layer. A perceptron is fitted to
what is missing. Distillation: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network"
(arXiv:1503.02531), here of a number. What it is fitted to is drawn by `training.crop_samples`.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812 (as everyone writes it)
from safetensors.torch import save
from torch import Tensor, nn

from engine.checkpoint import load_card, load_network
from engine.crop_bench import rank_correlation
from engine.crop_head import BINS, FACT_COUNT, HEAD_FILE, MAP_FILE, SCORE_LIMIT
from engine.crop_windows import Whole
from engine.files import write_atomically
from engine.network import LiteNet
from engine.pixels import Floats
from engine.progress import Progress
from training.crop_samples import CropSample

# The last hidden layer is told by so many directions, in which its shares of the score differ most, and these by fewer
# channels that are fitted: few photos cannot tell which of 1,280 channels matter.
DIRECTIONS, CHANNELS = 48, 16
HIDDEN, DROPOUT = (64, 32), 0.1
# Rows of bins that the directions are found from.
ROWS = 6000
# Differences of a view's windows count in this unit: their own spread, and a bit more, as the least are noise.
LEAST_SPREAD = 0.15
# Parts of the origins that are kept aside in turn, and windows whose order is worth asking for.
FOLDS, FEWEST = 3, 10


@dataclass(frozen=True)
class CropHeadSettings:
    """The tuning of the fit.

    Attributes:
        epochs: passes over the windows.
        views_at_once: views whose windows make a step.
        rate: highest learning rate.
        decay: of the weights, decoupled.
        absolute: weight of the logits themselves; their differences within a view, which a search needs, weigh 1.
        of_shape: weight of the differences among windows of one shape.
        seed: of the fit.
    """

    epochs: int = 15
    views_at_once: int = 16
    rate: float = 2e-3
    decay: float = 3e-2
    absolute: float = 0.05
    of_shape: float = 1 / 3
    seed: int = 0


class StudentHead(nn.Module):
    """Few channels for the bins, then a perceptron on bins and facts; it adds to the mean of the score map.

    Args:
        directions: of the last hidden layer, float32 (E, DIRECTIONS), which together have unit variance in the mean.
    """

    directions: Tensor

    def __init__(self, directions: Floats) -> None:
        super().__init__()
        self.register_buffer("directions", torch.from_numpy(directions))
        self.reduce = nn.Linear(DIRECTIONS, CHANNELS, bias=False)
        sizes = (BINS**2 * (1 + CHANNELS) + FACT_COUNT, *HIDDEN, 1)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, features: Tensor, facts: Tensor) -> Tensor:
        scores = features[:, :, :1]  # (W, BINS * BINS, 1)
        bins = torch.cat([scores, self.reduce(features[:, :, 1:])], dim=2)  # (W, BINS * BINS, 1 + CHANNELS)
        x = self.dropout(torch.cat([bins.flatten(1), facts], dim=1))
        for layer in self.layers[:-1]:
            x = self.dropout(layer(x).relu())  # (W, 64), (W, 32)
        missing: Tensor = self.layers[-1](x)[:, 0]  # (W,)
        return scores.mean(dim=(1, 2)).clamp(-SCORE_LIMIT, SCORE_LIMIT) + missing


class MapNet(nn.Module):
    """The teacher's layers, and channels made of the last: (1, 3, H, W) to (1, 1 + C, H / 32, W / 32)."""

    def __init__(self, network: LiteNet, reduce: nn.Module) -> None:
        super().__init__()
        self.network, self.reduce = network, reduce
        self.score = nn.Conv2d(network.score.in_features, 1, 1)
        with torch.no_grad():
            self.score.weight.copy_(network.score.weight[:, :, None, None])
            self.score.bias = network.score.bias

    def forward(self, x: Tensor) -> Tensor:
        x = self.network.stem(x)  # (1, 32, H / 2, W / 2)
        for stage in self.network.stages:
            x = stage(x)  # Lite0: 16, 24, 40, 80, 112, 192, 320 channels
        x = self.network.head(x)  # (1, 1280, H / 32, W / 32)
        return torch.cat([self.score(x), self.reduce(x)], dim=1)


def lite_teacher(folder: Path) -> LiteNet:
    """The network of a model folder.

    Raises:
        ModelError: no such teacher.
        TypeError: the teacher is no EfficientNet-Lite.
    """
    network = load_network(folder)
    if not isinstance(network, LiteNet):
        raise TypeError("only an EfficientNet-Lite can be the teacher of a crop head")
    return network


def map_onnx(network: LiteNet, reduce: nn.Module) -> bytes:
    """The maps' network as ONNX: `picture` (1, 3, H, W), sides multiples of 32, to `map` (1, C, H / 32, W / 32)."""
    program = torch.onnx.export(
        MapNet(network, reduce).eval(),
        (torch.zeros(1, 3, 224, 320),),
        input_names=["picture"],
        output_names=["map"],
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    # With sides that are multiples of 32 the padding of "SAME" is the same for every size, and so is the whole graph.
    for value in (model.graph.input[0], model.graph.output[0]):
        for place, name in ((2, "rows"), (3, "columns")):
            value.type.tensor_type.shape.dim[place].dim_param = f"{value.name}_{name}"
    del model.graph.value_info[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for item in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del item.metadata_props[:]
    del model.graph.metadata_props[:]
    buffer = io.BytesIO()
    onnx.save(model, buffer)
    return buffer.getvalue()


def fit_head(
    samples: Sequence[CropSample], score_weight: Floats, settings: CropHeadSettings
) -> Iterator[Progress[StudentHead]]:
    """Fit the head; the loss is of differences within a view, and a little of the logits themselves.

    Args:
        samples: at least one.
        score_weight: of the teacher's last layer, float32 (E,).
        settings: the tuning of the fit.

    Yields:
        A progress for each epoch; the last one carries the head.
    """
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    head = StudentHead(_directions(samples, score_weight, rng))
    views = [_seen(head, sample) for sample in samples]
    optimiser = torch.optim.AdamW(head.parameters(), lr=settings.rate, weight_decay=settings.decay)
    steps = -(-len(views) // settings.views_at_once)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, epochs=settings.epochs, steps_per_epoch=steps
    )
    for epoch in range(1, settings.epochs + 1):
        order, total = rng.permutation(len(views)), 0.0
        for chosen in np.array_split(order, steps):
            loss = _loss(head, [views[number] for number in chosen], settings)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        last = (head.eval(),) if epoch == settings.epochs else ()
        yield Progress(epoch, settings.epochs, f"loss {total / steps:.3f}", last)


def _directions(samples: Sequence[CropSample], score_weight: Floats, rng: np.random.Generator) -> Floats:
    """Directions of the last hidden layer: the principal ones of its shares of the score, (E, DIRECTIONS)."""
    bins = np.concatenate([sample.features[:, :, 1:].reshape(-1, len(score_weight)) for sample in samples])
    some = bins[rng.choice(len(bins), min(ROWS, len(bins)), replace=False)].astype(np.float32) * score_weight
    _, sizes, directions = np.linalg.svd(some - some.mean(axis=0), full_matrices=False)
    unit = float(np.sqrt((sizes[:DIRECTIONS] ** 2).mean() / len(some)))
    return np.asarray(score_weight[:, None] * directions[:DIRECTIONS].T / unit, np.float32)


@dataclass(frozen=True)
class _SeenView:
    """A sample as tensors, the last hidden layer told by its directions: (W, BINS * BINS, 1 + DIRECTIONS)."""

    features: Tensor
    facts: Tensor
    logits: Tensor
    shapes: Whole


def _seen(head: StudentHead, sample: CropSample) -> _SeenView:
    features = torch.from_numpy(sample.features).float()
    told = torch.cat([features[:, :, :1], features[:, :, 1:] @ head.directions], dim=2)
    return _SeenView(told, torch.from_numpy(sample.facts), torch.from_numpy(sample.logits), sample.shapes)


def _loss(head: StudentHead, views: Sequence[_SeenView], settings: CropHeadSettings) -> Tensor:
    said = head(torch.cat([view.features for view in views]), torch.cat([view.facts for view in views]))
    within = torch.zeros(())
    for view, part in zip(views, torch.split(said, [len(view.logits) for view in views]), strict=True):
        within = within + _differences(part, view.logits)
        for shape in np.unique(view.shapes):
            one = torch.from_numpy(view.shapes == shape)
            within = within + settings.of_shape * _differences(part[one], view.logits[one])
    truth = torch.cat([view.logits for view in views])
    return within / len(views) + settings.absolute * F.smooth_l1_loss(said, truth)


def _differences(said: Tensor, truth: Tensor) -> Tensor:
    """How far the differences of windows are from the true ones, in units of the windows' spread."""
    if len(said) < 2:
        return said.sum() * 0
    unit = truth.std() + LEAST_SPREAD
    return F.smooth_l1_loss((said - said.mean()) / unit, (truth - truth.mean()) / unit)


def agreement_elsewhere(
    samples: Sequence[CropSample], score_weight: Floats, settings: CropHeadSettings
) -> Iterator[Progress[tuple[str, float]]]:
    """How well heads rank windows of photos whose origin they have not seen: Spearman's correlation with the teacher.

    Yields:
        A progress for each third of the origins; the last one carries the means: of groups, and of originals.
    """
    origins = sorted({sample.view.origin for sample in samples} - {""})
    found: dict[str, list[float]] = {}
    for third in range(FOLDS):
        aside = set(origins[third::FOLDS])
        *_, fitted = fit_head([each for each in samples if each.view.origin not in aside], score_weight, settings)
        for sample in samples:
            if sample.view.origin in aside:
                found.setdefault(sample.view.path.split("/")[0], []).extend(agreement(fitted.results[0], sample))
        means = tuple((name, float(np.mean(each))) for name, each in found.items()) if third == FOLDS - 1 else ()
        yield Progress(third + 1, FOLDS, "", means)


def agreement(head: StudentHead, sample: CropSample) -> list[float]:
    """Spearman's correlation of what head and teacher say, for each shape that has enough windows."""
    view = _seen(head, sample)
    with torch.no_grad():
        said = head(view.features, view.facts).numpy()
    shapes = [sample.shapes == shape for shape in np.unique(sample.shapes)]
    return [rank_correlation(said[one], sample.logits[one]) for one in shapes if one.sum() >= FEWEST]


def save_head(head: StudentHead, teacher: Path, folder: Path) -> None:
    """Write the two files of a crop head; the one that vouches for the other goes last.

    Raises:
        ModelError: no such teacher.
        TypeError: the teacher is no EfficientNet-Lite.
    """
    convolution = nn.Conv2d(len(head.directions), CHANNELS, 1, bias=False)
    with torch.no_grad():
        convolution.weight.copy_((head.reduce.weight @ head.directions.T)[:, :, None, None])
    content = map_onnx(lite_teacher(teacher), convolution)
    weights = {}
    for number, layer in enumerate(head.layers):
        assert isinstance(layer, nn.Linear)
        weights[f"weight{number}"] = layer.weight.detach().T.contiguous()
        weights[f"bias{number}"] = layer.bias.detach().contiguous()
    said = {
        "model_sha256": load_card(teacher).model_sha256,
        "map_sha256": hashlib.sha256(content).hexdigest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / MAP_FILE, content)
    write_atomically(folder / HEAD_FILE, save(weights, metadata=said))
