"""The crop head: a network that learns, window by window, what the shipped network says of crops of real photos.

The teacher is a model folder. The student's map of a picture begins as the teacher's own: the score of each cell, whose
mean over a window is nearly what the teacher says of it, and few channels made of its last hidden layer. The teacher's
last layers see a crop's edge and what lies at it; the student's must tell that of a picture that goes on. So they are
fitted together with a perceptron that sees the bins of each window, while the first layers stay as they are.
Distillation: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (arXiv:1503.02531), here of a
number. What it is fitted to is drawn by `training.crop_samples`.
"""

import copy
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
from engine.files import write_atomically
from engine.network import LiteNet
from engine.pixels import Floats
from engine.progress import Progress
from training.crop_samples import CropSample, MappedWindows

# Of the teacher's seven stages so many, with its stem, make what the fit starts from: the fourth has 80 channels.
FIXED_STAGES = 4
# Channels of a map, beside the score: of the 1,280 no search could average ten thousand windows.
CHANNELS = 16
HIDDEN, DROPOUT = (64, 32), 0.1
# Longer steps than this would spoil what the teacher knew.
LONGEST_GRADIENT = 5.0
# Differences of a view's windows count in this unit: their own spread, and a bit more, as the least are noise.
LEAST_SPREAD = 0.15
# Of the origins one in so many is kept aside for a check; the order of fewer windows is not worth asking for.
ASIDE, FEWEST = 3, 10


@dataclass(frozen=True)
class CropHeadSettings:
    """The tuning of the fit.

    Attributes:
        epochs: passes over the views.
        views_at_once: views whose windows make a step.
        rate: highest learning rate, of the perceptron and of the channels.
        teacher_rate: the same, of the teacher's layers.
        decay: of the weights, decoupled.
        teacher_decay: the same, of the teacher's layers.
        absolute: weight of the logits themselves; their differences within a view, which a search needs, weigh 1.
        of_shape: weight of the differences among windows of one shape.
        seed: of the fit.
    """

    epochs: int = 6
    views_at_once: int = 16
    rate: float = 2e-3
    teacher_rate: float = 1e-4
    decay: float = 3e-2
    teacher_decay: float = 1e-3
    absolute: float = 0.05
    of_shape: float = 1 / 3
    seed: int = 0


class StudentHead(nn.Module):
    """The map's last layers, and the perceptron that adds to the mean of its scores.

    Args:
        teacher: whose layers it begins with.
    """

    def __init__(self, teacher: LiteNet) -> None:
        super().__init__()
        self.late = nn.Sequential(*copy.deepcopy([*teacher.stages[FIXED_STAGES:], teacher.head]))
        self.score = nn.Conv2d(teacher.score.in_features, 1, 1)
        self.reduce = nn.Conv2d(teacher.score.in_features, CHANNELS, 1)
        sizes = (BINS**2 * (1 + CHANNELS) + FACT_COUNT, *HIDDEN, 1)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.dropout = nn.Dropout(DROPOUT)
        with torch.no_grad():
            self.score.weight.copy_(teacher.score.weight[:, :, None, None])
            assert self.score.bias is not None
            self.score.bias.copy_(teacher.score.bias)

    def train(self, mode: bool = True) -> "StudentHead":
        """As of any module; but what the teacher's layers are normalised by stays."""
        super().train(mode)
        self.late.eval()
        return self

    def maps(self, stems: Tensor) -> Tensor:
        """What `teacher_stem` says of pictures, (N, C, 2H, 2W), to maps (N, 1 + CHANNELS, H, W)."""
        x = self.late(stems)  # (N, 1280, H, W)
        return torch.cat([self.score(x), self.reduce(x)], dim=1)

    def forward(self, samples: Sequence[CropSample]) -> tuple[Tensor, ...]:
        """The logits of the windows of each sample, (W,)."""
        bins = torch.cat(self._bins(samples))  # (all W, BINS * BINS, 1 + CHANNELS)
        facts = torch.cat([torch.from_numpy(sample.facts) for sample in samples])
        x = self.dropout(torch.cat([bins.flatten(1), facts], dim=1))
        for layer in self.layers[:-1]:
            x = self.dropout(layer(x).relu())  # (all W, 64), (all W, 32)
        missing = self.layers[-1](x)[:, 0]
        mean = bins[:, :, 0].mean(dim=1).clamp(-SCORE_LIMIT, SCORE_LIMIT)
        told: tuple[Tensor, ...] = (mean + missing).split([len(sample.logits) for sample in samples])
        return told

    def _bins(self, samples: Sequence[CropSample]) -> list[Tensor]:
        """The averages over the bins of each sample's windows; maps of one size are made together."""
        alike: dict[tuple[int, ...], list[tuple[int, MappedWindows]]] = {}
        for number, sample in enumerate(samples):
            for mapped in sample.mapped:
                alike.setdefault(mapped.stem.shape, []).append((number, mapped))
        bins = [torch.zeros(len(sample.logits), BINS**2, 1 + CHANNELS) for sample in samples]
        for group in alike.values():
            stems = torch.stack([torch.from_numpy(mapped.stem) for _, mapped in group]).float()
            maps = self.maps(stems.contiguous(memory_format=torch.channels_last))
            for of_picture, (number, mapped) in zip(maps, group, strict=True):
                columns, rows = torch.from_numpy(mapped.columns), torch.from_numpy(mapped.rows)
                averages = torch.einsum("chv,wdv,wbh->wdbc", of_picture, columns, rows)
                bins[number][mapped.numbers] = averages.flatten(1, 2)
        return bins


class MapNet(nn.Module):
    """From a picture to its map: (1, 3, H, W) to (1, 1 + CHANNELS, H / 32, W / 32)."""

    def __init__(self, stem: nn.Module, head: StudentHead) -> None:
        super().__init__()
        self.stem, self.head = stem, head

    def forward(self, x: Tensor) -> Tensor:
        return self.head.maps(self.stem(x))


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


def teacher_stem(network: LiteNet) -> nn.Module:
    """The layers that are not fitted: (N, 3, H, W) to (N, 80, H / 16, W / 16)."""
    return nn.Sequential(network.stem, *network.stages[:FIXED_STAGES]).eval()


def map_onnx(network: MapNet) -> bytes:
    """The maps' network as ONNX: `picture` (1, 3, H, W), sides multiples of 32, to `map` (1, C, H / 32, W / 32)."""
    program = torch.onnx.export(
        network.eval(),
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
    samples: Sequence[CropSample], teacher: LiteNet, settings: CropHeadSettings
) -> Iterator[Progress[StudentHead]]:
    """Fit the head; the loss is of differences within a view, and a little of the logits themselves.

    Args:
        samples: at least one.
        teacher: whose layers the head begins with.
        settings: the tuning of the fit.

    Yields:
        A progress for each step; the last one carries the head.
    """
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    head = StudentHead(teacher).to(memory_format=torch.channels_last)
    of_teacher = [*head.late.parameters()]
    of_head = [*head.score.parameters(), *head.reduce.parameters(), *head.layers.parameters()]
    optimiser = torch.optim.AdamW(
        [
            {"params": of_head, "lr": settings.rate, "weight_decay": settings.decay},
            {"params": of_teacher, "lr": settings.teacher_rate, "weight_decay": settings.teacher_decay},
        ]
    )
    in_epoch = -(-len(samples) // settings.views_at_once)
    steps, done = settings.epochs * in_epoch, 0
    highest = [settings.rate, settings.teacher_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, highest, total_steps=steps, pct_start=0.2)
    head.train()
    for _ in range(settings.epochs):
        for chosen in np.array_split(rng.permutation(len(samples)), in_epoch):
            loss = _loss(head, [samples[number] for number in chosen], settings)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(head.parameters(), LONGEST_GRADIENT)
            optimiser.step()
            schedule.step()
            done += 1
            last = (head.eval(),) if done == steps else ()
            yield Progress(done, steps, f"loss {float(loss.detach()):.3f}", last)


def _loss(head: StudentHead, samples: Sequence[CropSample], settings: CropHeadSettings) -> Tensor:
    total = torch.zeros(())
    for sample, said in zip(samples, head(samples), strict=True):
        truth = torch.from_numpy(sample.logits)
        total = total + _differences(said, truth) + settings.absolute * F.smooth_l1_loss(said, truth)
        for shape in np.unique(sample.shapes):
            one = torch.from_numpy(sample.shapes == shape)
            total = total + settings.of_shape * _differences(said[one], truth[one])
    return total / len(samples)


def _differences(said: Tensor, truth: Tensor) -> Tensor:
    """How far the differences of windows are from the true ones, in units of the windows' spread."""
    if len(said) < 2:
        return said.sum() * 0
    unit = truth.std() + LEAST_SPREAD
    return F.smooth_l1_loss((said - said.mean()) / unit, (truth - truth.mean()) / unit)


def agreement_elsewhere(
    samples: Sequence[CropSample], teacher: LiteNet, settings: CropHeadSettings
) -> Iterator[Progress[tuple[str, float]]]:
    """How well a head ranks windows of photos whose origin it has not seen: Spearman's correlation with the teacher.

    Yields:
        The progress of its fit to two thirds of the origins; the last one carries the means of the others: of groups,
        and of originals.
    """
    aside = set(sorted({sample.view.origin for sample in samples} - {""})[::ASIDE])
    for step in fit_head([each for each in samples if each.view.origin not in aside], teacher, settings):
        found: dict[str, list[float]] = {}
        for head in step.results:
            for sample in samples:
                if sample.view.origin in aside:
                    found.setdefault(sample.view.path.split("/")[0], []).extend(agreement(head, sample))
        means = tuple((name, float(np.mean(each))) for name, each in found.items())
        yield Progress(step.done, step.total, step.note, means)


def agreement(head: StudentHead, sample: CropSample) -> list[float]:
    """Spearman's correlation of what head and teacher say, for each shape that has enough windows."""
    with torch.no_grad():
        (told,) = head([sample])
    said: Floats = told.numpy()
    shapes = [sample.shapes == shape for shape in np.unique(sample.shapes)]
    return [rank_correlation(said[one], sample.logits[one]) for one in shapes if one.sum() >= FEWEST]


def save_head(head: StudentHead, teacher: Path, folder: Path) -> None:
    """Write the two files of a crop head; the one that vouches for the other goes last.

    Raises:
        ModelError: no such teacher.
        TypeError: the teacher is no EfficientNet-Lite.
    """
    content = map_onnx(MapNet(teacher_stem(lite_teacher(teacher)), head))
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
