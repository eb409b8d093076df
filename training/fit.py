"""Fine-tunes a network, told top-down: weights of another task, two kinds of label, one loop, the best network kept.

    loss = cross-entropy(label of a photo)
         + logistic ranking loss(pairs: two photos, or a photo and a worse version of itself)
         + squared change of the logit (the same photo changed in a way that a label would not mind)
         + small squared logit (what ranking alone leaves free)

The ranking loss is softplus(worse - better) (Burges et al., RankNet, 2005). Started by torchrun, each process takes its
share of every step, and the gradients are those of the whole step. The first one keeps the run folder, says what was
measured, and gives the others what it goes on from: no other machine needs to see its disk.
"""

import copy
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 (as everyone writes it)
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter

from engine.network import ScoreNet
from engine.progress import Progress
from training.batches import Batch, Batches, BatchSizes, TrainingSet
from training.networks import IMAGENET, set_dropout, start_network
from training.processes import Processes, shared_processes
from training.run_folder import CURVES_FOLDER, RunFolder, SavedState, optimiser_tensors, restore_optimiser, under
from training.validation import validate

# TensorBoard's curves have a point every so many steps.
CURVE_STEPS = 10


@dataclass(frozen=True)
class FitConfig:
    """How a network is fitted.

    Attributes:
        backbone: "efficientnet_lite0", "_lite1", "_lite2", or the name of a torchvision classifier.
        start: "imagenet", or a model folder whose network is fitted further (its backbone is used then).
        steps: optimiser steps.
        sizes: examples in a step.
        alike_weight: of the loss on pictures that should score alike.
        logit_weight: of the squared logits.
        frozen_parts: parts of the network, from its input on, that keep the weights that they start with.
        learning_rate: of the last part of the body, at its highest.
        depth_decay: learning rate of each part as a share of the one after it.
        head_learning_rate: of the score head, at its highest.
        dropout: share of the embedding, and of every other dropout layer, that is dropped.
        warmup: share of the steps over which the learning rate rises; it falls along a cosine after that.
        weight_decay: of AdamW.
        average: decay, per step, of the weight average that is validated and kept.
        validate_every: steps between two validations.
        patience: validations without a better one before the fit stops.
        save_every: steps between two saved states.
        seed: of everything that is drawn.
    """

    backbone: str = "efficientnet_lite0"
    start: str = IMAGENET
    steps: int = 1200
    sizes: BatchSizes = field(default_factory=BatchSizes)
    alike_weight: float = 1.0
    logit_weight: float = 0.005
    frozen_parts: int = 4
    learning_rate: float = 4e-4
    depth_decay: float = 0.8
    head_learning_rate: float = 2e-3
    dropout: float = 0.2
    warmup: float = 0.08
    weight_decay: float = 0.02
    average: float = 0.985
    validate_every: int = 150
    patience: int = 4
    save_every: int = 25
    seed: int = 0


RECIPES: Mapping[str, FitConfig] = {
    "default": FitConfig(),
    # The network and settings of the experiment of 2015: VGG16 from ImageNet, no dropout, every layer tuned.
    "vgg16": FitConfig(
        backbone="vgg16",
        sizes=BatchSizes(labels=32, pairs=0, alike=0, ranked=16),
        frozen_parts=0,
        learning_rate=2e-5,
        depth_decay=1.0,
        head_learning_rate=2e-4,
        dropout=0.0,
        weight_decay=5e-4,
    ),
}


@dataclass(frozen=True)
class Fitted:
    """A network as it stood at a validation, and its figures there."""

    network: ScoreNet
    step: int
    validation: dict[str, float]


def fit(
    train: TrainingSet,
    validation: TrainingSet,
    config: FitConfig,
    run: Path | None = None,
    *,
    workers: int = 0,
    facts: Sequence[str] = (),
) -> Iterator[Progress[Fitted]]:
    """Fine-tune on the training photos.

    Args:
        train: what is learned from.
        validation: for choosing the best network, and for stopping early, alone.
        run: where the fit keeps its state; one that was begun there is gone on with. None keeps nothing. Of several
            processes, the first one's counts.
        workers: processes that prepare pictures; 0 prepares them between the steps.
        facts: what the model's card will say of the photos; noted in `run`.

    Yields:
        A progress for each step with its loss; the last one carries the best network.

    Raises:
        StartError: the weights to start from cannot be had.
        RunError: `run` holds another fit, or a damaged one.
    """
    with shared_processes() as processes:
        folder = RunFolder(run, asdict(config)) if run is not None and processes.rank == 0 else None
        if folder is not None:
            folder.note_data(facts)
        yield from _Fit(train, validation, config, folder, workers, processes).steps()


class _Fit:
    """The loop and what it moves."""

    def __init__(
        self,
        train: TrainingSet,
        validation: TrainingSet,
        config: FitConfig,
        folder: RunFolder | None,
        workers: int,
        processes: Processes,
    ) -> None:
        self.config, self.validation, self.folder, self.processes = config, validation, folder, processes
        network = start_network(config.backbone, config.start).to(processes.device)
        set_dropout(network, config.dropout)
        self.optimiser = make_optimiser(network, config)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, lambda step: learning_rate(step, config))
        self.network, self.average = network, copy.deepcopy(network)
        self.best: Fitted | None = None
        self.since_best = 0
        self.step = 0
        self._restore()
        self.model: nn.Module = DistributedDataParallel(network) if processes.world > 1 else network
        batches = Batches(train, config.sizes, config.seed, processes.rank, processes.world)
        self.batches = DataLoader(
            batches,
            batch_size=None,
            sampler=range(self.step, config.steps),
            num_workers=workers,
            pin_memory=processes.device.type == "cuda",
        )

    def steps(self) -> Iterator[Progress[Fitted]]:
        """Take the steps that are left."""
        curves = SummaryWriter(self.folder.path / CURVES_FOLDER) if self.folder else None
        try:
            started_s = time.perf_counter()
            for batch in self.batches:
                figures = self._take_step(batch)
                rate = len(batch.pictures) * self.processes.world / (time.perf_counter() - started_s)
                note = f"loss {figures['loss']:.3f}, right {figures['right']:.2f}, {rate:.0f} pictures/s"
                validated = self.step % self.config.validate_every == 0 or self.step == self.config.steps
                if validated:
                    figures |= self._validate()
                    note += "".join(f", {name} {figures[name]:.3f}" for name in ("auc", "pairs") if name in figures)
                if curves is not None and (validated or self.step % CURVE_STEPS == 0):
                    for name, value in {**figures, "pictures/s": rate}.items():
                        curves.add_scalar(name, value, self.step)
                done = self.step == self.config.steps or self._is_over()
                if done or self.step % self.config.save_every == 0:
                    self._save()
                result = (self.best,) if done and self.best else ()
                yield Progress(self.step, self.step if done else self.config.steps, note, result)
                if done:
                    return
                started_s = time.perf_counter()
            # A fit that had come to its end before.
            yield Progress(self.step, self.step, "already fitted", (self.best,) if self.best else ())
        finally:
            if curves is not None:
                curves.close()

    def _take_step(self, batch: Batch) -> dict[str, float]:
        device = self.processes.device
        # Dropout's own numbers hang on the step alone, so that a fit that is gone on with drops the same.
        torch.manual_seed(hash((self.config.seed, self.step, self.processes.rank)))
        pictures = batch.pictures.to(device, memory_format=torch.channels_last, non_blocking=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            logits: Tensor = self.model(pictures)[0]
        loss, right = batch_loss(logits.float(), batch, self.config, self.processes.world)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.schedule.step()
        move_average(self.average, self.network, self.config.average)
        self.step += 1
        mean_loss, mean_right = self.processes.mean([loss.item(), right])
        return {"loss": mean_loss, "right": mean_right, "learning rate": float(self.schedule.get_last_lr()[0])}

    def _validate(self) -> dict[str, float]:
        """Figures of the weight average; the first process looks, and tells the others."""
        figures: dict[str, float] = {}
        if self.processes.rank == 0:
            figures = validate(self.average.eval(), self.validation, self.config.seed)
        figures = self.processes.what_first_has(figures)
        better = self.best is None or sum(figures.values()) > sum(self.best.validation.values())
        if better:
            self.best = Fitted(copy.deepcopy(self.average).eval(), self.step, figures)
        self.since_best = 0 if better else self.since_best + 1
        return figures

    def _is_over(self) -> bool:
        return self.since_best >= self.config.patience

    def _save(self) -> None:
        if self.folder is None:
            return
        tensors = {f"network/{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"average/{name}": value for name, value in self.average.state_dict().items()}
        tensors |= optimiser_tensors(self.optimiser)
        figures: dict[str, object] = {"schedule": self.schedule.last_epoch, "since best": self.since_best}
        if self.best is not None:
            tensors |= {f"best/{name}": value for name, value in self.best.network.state_dict().items()}
            figures["best"] = {"step": self.best.step, "validation": self.best.validation}
        self.folder.save(SavedState(self.step, tensors, figures))

    def _restore(self) -> None:
        saved = self.processes.what_first_has(self.folder.load() if self.folder else None)
        if saved is None:
            return
        self.step, self.since_best = saved.step, int(str(saved.figures["since best"]))
        self.network.load_state_dict(under("network", saved.tensors))
        self.average.load_state_dict(under("average", saved.tensors))
        restore_optimiser(self.optimiser, saved.tensors)
        self.schedule.last_epoch = int(str(saved.figures["schedule"]))
        self.schedule._last_lr = [group["lr"] for group in self.optimiser.param_groups]
        for group, base in zip(self.optimiser.param_groups, self.schedule.base_lrs, strict=True):
            group["lr"] = base * learning_rate(self.schedule.last_epoch, self.config)
        best = saved.figures.get("best")
        if isinstance(best, dict):
            network = copy.deepcopy(self.average)
            network.load_state_dict(under("best", saved.tensors))
            self.best = Fitted(network.eval(), best["step"], best["validation"])
        if self._is_over():
            self.step = self.config.steps


def make_optimiser(network: ScoreNet, config: FitConfig) -> torch.optim.Optimizer:
    """AdamW with a learning rate for each part; frozen parts are left out."""
    parts = network.parts()
    for part in parts[: config.frozen_parts]:
        part.requires_grad_(False)
    groups: list[dict[str, object]] = []
    for depth, part in enumerate(reversed(parts[config.frozen_parts :])):
        if weights := [weight for weight in part.parameters() if weight.requires_grad]:
            groups.append({"params": weights, "lr": config.learning_rate * config.depth_decay**depth})
    groups.append({"params": list(network.score.parameters()), "lr": config.head_learning_rate})
    return torch.optim.AdamW(groups, weight_decay=config.weight_decay)


def learning_rate(step: int, config: FitConfig) -> float:
    """Linear warm-up, then a cosine to zero: a factor of the highest learning rate."""
    warmup = max(1, round(config.warmup * config.steps))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, config.steps - warmup)))


def batch_loss(logits: Tensor, batch: Batch, config: FitConfig, world: int) -> tuple[Tensor, float]:
    """The loss of one process's share of a step.

    Args:
        logits: float (L + 2 * P + A,).

    Returns:
        The loss, and the share of labels and pairs that are put right: both such that their mean over all processes is
        that of the whole step.
    """
    labels, changed = len(batch.labels), len(batch.may_fall)
    of_labels, of_pairs, of_changed = torch.split(logits, [labels, 2 * batch.pairs, changed])
    targets, weights = batch.labels.to(logits.device), batch.weights.to(logits.device)
    better, worse = of_pairs[0::2], of_pairs[1::2]
    rise = of_changed - better[:changed]
    unwanted = torch.where(batch.may_fall.to(logits.device), rise.clamp(min=0), rise)
    total_labels, total_pairs, total_changed = batch.totals
    total = total_labels + 2 * total_pairs + total_changed
    loss = config.logit_weight * logits.square().sum() / max(1, total)
    loss = loss + F.binary_cross_entropy_with_logits(of_labels, targets, weights, reduction="sum") / max(
        1, total_labels
    )
    loss = loss + F.softplus(worse - better).sum() / max(1, total_pairs)
    loss = loss + config.alike_weight * unwanted.square().sum() / max(1, total_changed)
    right = ((of_labels > 0) == (targets > 0.5)).sum() + (better > worse).sum()
    return loss * world, float(right) * world / max(1, total_labels + total_pairs)


@torch.no_grad()
def move_average(average: ScoreNet, network: ScoreNet, decay: float) -> None:
    """Move a weight average towards the network."""
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
