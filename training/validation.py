"""What a network is measured by while it is fitted, and its logits of many pictures."""

from collections.abc import Sequence

import numpy as np
import torch

from engine.network import ScoreNet
from engine.pixels import Pixels
from engine.preprocess import letterbox, network_input
from training.batches import TrainingSet
from training.metrics import auc
from training.pairs import draw_pair


def validate(network: ScoreNet, photos: TrainingSet, seed: int) -> dict[str, float]:
    """AUC of the label and the share of pairs put right, each where the photos allow it."""
    rng = np.random.default_rng(seed)
    figures: dict[str, float] = {}
    if len(set(photos.labels)) == 2:
        logits = logits_of(network, [letterbox(photo.pixels) for photo in photos.labelled])
        figures["auc"] = auc(logits, np.array(photos.labels) > 0.5)
    pairs = [(pair.better, pair.worse) for pair in (draw_pair(photos.whole, rng) for _ in photos.whole)]
    pairs += [(winner.pixels, loser.pixels) for winner, loser in photos.ranked]
    if pairs:
        better = logits_of(network, [letterbox(picture) for picture, _ in pairs])
        worse = logits_of(network, [letterbox(picture) for _, picture in pairs])
        figures["pairs"] = float((better > worse).mean())
    return figures


@torch.no_grad()
def logits_of(network: ScoreNet, squares: Sequence[Pixels], batch: int = 32) -> np.ndarray:
    """Logits of letterboxed pictures, float32 (N,), with dropout off."""
    training = network.dropout.training
    network.eval()
    device = next(network.parameters()).device
    logits = [np.empty(0, np.float32)]
    for start in range(0, len(squares), batch):
        pictures = torch.from_numpy(network_input(squares[start : start + batch]))
        logits.append(network(pictures.to(device, memory_format=torch.channels_last))[0].float().cpu().numpy())
    network.dropout.train(training)
    return np.concatenate(logits)
