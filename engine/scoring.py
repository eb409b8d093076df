"""Photos in, scores out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.checkpoint import ModelCard, load_card
from engine.devices import Device
from engine.pixels import Floats, Pixels
from engine.preprocess import letterbox, network_input
from engine.resources import MODEL_FOLDER
from engine.runtime import Runtime, load_runtime


@dataclass(frozen=True)
class Score:
    """What the network says of one photo: of its light, sharpness, framing and moment, never of the person.

    Attributes:
        logit: the network's own number, unbounded; higher is better.
        probability: the logistic of it, in (0, 1): how likely the card's second class is.
        points: the number that people see, 0 to 100: the share of the card's reference photos that score lower.
    """

    logit: float
    probability: float
    points: float


def score_from_logit(logit: float, card: ModelCard) -> Score:
    """Turn a logit into a score on the card's scale."""
    reference = card.reference_logits
    points = float(np.interp(logit, reference, np.linspace(0, 100, len(reference))))
    # tanh does not overflow where exp(-logit) would.
    return Score(float(logit), 0.5 * (1 + float(np.tanh(logit / 2))), points)


class Scorer:
    """Scores letterboxed pictures with one network. Safe to share between threads.

    Attributes:
        card: the model's card.
        runtime: what runs it.
        folder: where the model's files are.
    """

    def __init__(self, card: ModelCard, runtime: Runtime, folder: Path = MODEL_FOLDER) -> None:
        self.card = card
        self.runtime = runtime
        self.folder = folder

    def for_threads(self) -> "Scorer":
        """One with the same scores for several threads that score at the same time, each on its core."""
        return Scorer(self.card, self.runtime.for_threads())

    def score(self, picture: Pixels) -> Score:
        """Score one upright picture, RGB uint8 (H, W, 3)."""
        return self.score_pictures([picture])[0][0]

    def score_pictures(self, pictures: Sequence[Pixels]) -> tuple[list[Score], Floats]:
        """Scores and embeddings of upright pictures, RGB uint8 (H, W, 3), as `score_and_embed` gives them."""
        return self.score_and_embed([letterbox(picture) for picture in pictures])

    def score_squares(self, squares: Sequence[Pixels]) -> list[Score]:
        """Score pictures that `engine.preprocess.letterbox` made; empty in, empty out."""
        return self.score_and_embed(squares)[0]

    def score_and_embed(self, squares: Sequence[Pixels]) -> tuple[list[Score], Floats]:
        """As `score_squares`, with the last hidden layer of each: float32 (N, E), 1280 for the shipped network."""
        scores: list[Score] = []
        embeddings: list[Floats] = []
        for batch in _batches(squares, self.runtime.batch):
            logits, embedded = self.runtime.run(network_input(batch))
            scores += [score_from_logit(float(logit), self.card) for logit in logits]
            embeddings.append(embedded)
        return scores, np.concatenate(embeddings) if embeddings else np.empty((0, 0), np.float32)


def _batches(squares: Sequence[Pixels], size: int) -> Iterator[Sequence[Pixels]]:
    for start in range(0, len(squares), size):
        yield squares[start : start + size]


def load_scorer(device: Device = Device.AUTO, *, folder: Path = MODEL_FOLDER, threads: int | None = None) -> Scorer:
    """Load a model, by default the one that ships with the program.

    Raises:
        ModelError: the model is missing, damaged or for another program.
        DeviceError: the device that was asked for by name is not here.
    """
    return Scorer(load_card(folder), load_runtime(folder, device, threads=threads), folder)
