"""Models whose likes are known, and small albums for them to look at."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.album import Album
from engine.catalogue import Catalogue
from engine.checkpoint import load_card
from engine.devices import Device
from engine.lab.photos import LabPhotos
from engine.pixels import Floats
from engine.resources import MODEL_FOLDER
from engine.runtime import Runtime
from engine.scan import scan
from engine.scoring import Scorer

SIDE = 64


class PlantedRuntime:
    """A network that likes one thing.

    Args:
        likes: the logits (N,) of network input (N, 3, 224, 224), in [-1, 1].
    """

    name, device, batch = "planted", Device.CPU, 32

    def __init__(self, likes: Callable[[Floats], Floats]) -> None:
        self._likes = likes

    def run(self, pictures: Floats) -> tuple[Floats, Floats]:
        embeddings = np.stack([cv2.resize(each[0], (8, 8)).ravel() for each in pictures])
        return self._likes(pictures), embeddings

    def for_threads(self) -> "PlantedRuntime":
        return self


def likes_light(pictures: Floats) -> Floats:
    return np.asarray(6 * pictures.mean(axis=(1, 2, 3)), np.float32)


def likes_borders(pictures: Floats) -> Floats:
    """3 logits more where all edges are of one colour; beside that, anything."""
    rims = np.concatenate([pictures[:, :, 0], pictures[:, :, -1], pictures[..., 0], pictures[..., -1]], axis=2)
    has_border = np.ptp(rims, axis=2).max(axis=1) < 0.02
    return np.asarray(3 * has_border + likes_nothing(pictures), np.float32)


def likes_nothing(pictures: Floats) -> Floats:
    """Noise, the same for the same picture."""
    sums = (np.abs(pictures).sum(axis=(1, 2, 3)) * 1000).astype(np.int64)
    return np.array([np.random.default_rng(int(each)).normal(0, 1) for each in sums], np.float32)


def planted(likes: Callable[[Floats], Floats]) -> Scorer:
    runtime: Runtime = PlantedRuntime(likes)
    return Scorer(load_card(MODEL_FOLDER), runtime)


@pytest.fixture(scope="session")
def blots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 small square pictures of soft blots, from dark to light; each third one has a white border."""
    album, rng = tmp_path_factory.mktemp("blots"), np.random.default_rng(0)
    for number in range(120):
        texture = cv2.resize(rng.normal(0, 1, (9, 9, 3)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        picture = np.clip(rng.uniform(60, 180) + 40 * texture, 0, 255).astype(np.uint8)
        if number % 3 == 0:
            picture[:6], picture[-6:], picture[:, :6], picture[:, -6:] = 255, 255, 255, 255
        cv2.imwrite(str(album / f"blot-{number:03}.png"), picture)
    return album


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with Catalogue() as opened:
        yield opened


def scanned(folder: Path, catalogue: Catalogue, scorer: Scorer) -> LabPhotos:
    """The photos of a folder, once they are scored."""
    for _ in scan([folder], catalogue, scorer):
        pass
    album = Album(scorer.card)
    album.add_listed(catalogue.list_photos(scorer.card.model_sha256, [folder]))
    return LabPhotos.of_album(album)
