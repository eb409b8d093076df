"""Figures of a network on photos that it never trained on: label, pairs by kind and strength, size, mirror, groups."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from engine.network import ScoreNet
from engine.pixels import Pixels
from engine.preprocess import letterbox
from engine.progress import Progress
from training.degrade import DEGRADATIONS
from training.fit import logits_of
from training.framing import BAD_FRAMINGS
from training.manifest import Row
from training.metrics import auc, auc_interval
from training.pairs import Pair, Photo, degraded_pair, framing_pair
from training.photos import Examples

MILD, STRONG = 0.0, 1.0
# A group smaller than this says nothing.
MIN_GROUP = 20
AGE_BANDS = ((0, 20), (20, 40), (40, 60), (60, 200))
REFERENCE_PERCENTILES = np.linspace(0, 100, 101)

Metrics = dict[str, object]


def reference_logits(network: ScoreNet, photos: Sequence[Photo]) -> tuple[float, ...]:
    """The logits of whole photos at the percentiles 0, 1 ... 100: the scale of the number that people see."""
    logits = logits_of(network, [letterbox(photo.pixels) for photo in photos])
    return tuple(np.percentile(logits, REFERENCE_PERCENTILES).round(4).tolist())


def evaluate(network: ScoreNet, test: Examples, reference: tuple[float, ...]) -> Iterator[Progress[Metrics]]:
    """Measure a network on the test split.

    Args:
        network: in evaluation mode.
        test: labelled chips and whole photos.
        reference: logits at the percentiles, from `reference_logits`.

    Yields:
        A progress after each part; the last one carries the figures.
    """
    labelled = [(row, photo) for row, photo in test if row.label]
    photos = [photo for row, photo in test if not row.label]
    parts: dict[str, Callable[[], Metrics]] = {
        "label": lambda: _label_figures(network, labelled),
        "damage, strong": lambda: _damage_figures(network, photos, STRONG),
        "damage, mild": lambda: _damage_figures(network, photos, MILD),
        "framing": lambda: _framing_figures(network, photos),
        "unchanged": lambda: _invariance_figures(network, photos, reference),
    }
    metrics: Metrics = {"test photos": len(photos), "test labels": len(labelled)}
    for done, (name, measure) in enumerate(parts.items(), start=1):
        metrics[name] = measure()
        yield Progress(done, len(parts), f"{name}: {metrics[name]}", (metrics,) if done == len(parts) else ())


def _label_figures(network: ScoreNet, labelled: Examples) -> Metrics:
    logits = logits_of(network, [letterbox(photo.pixels) for _, photo in labelled])
    positive = np.array([row.label == "1" for row, _ in labelled])
    low, high = auc_interval(logits, positive)
    figures: Metrics = {"auc": round(auc(logits, positive), 4), "auc 95 % interval": [round(low, 4), round(high, 4)]}
    groups: dict[str, Callable[[Row], str]] = {
        "gender": lambda row: row.gender,
        "age": _age_band,
        "race": lambda row: row.group,
    }
    for name, group_of in groups.items():
        figures[f"auc by {name}"] = _by_group([group_of(row) for row, _ in labelled], logits, positive)
    return figures


def _age_band(row: Row) -> str:
    age = float(row.age or -1)
    return next((f"{low}-{high - 1}" for low, high in AGE_BANDS if low <= age < high), "")


def _by_group(groups: Sequence[str], logits: np.ndarray, positive: np.ndarray) -> Metrics:
    figures: Metrics = {}
    for group in sorted(set(groups) - {""}):
        inside = np.array([other == group for other in groups])
        if inside.sum() >= MIN_GROUP and len(set(positive[inside].tolist())) == 2:
            figures[group] = {"auc": round(auc(logits[inside], positive[inside]), 3), "photos": int(inside.sum())}
    return figures


def _damage_figures(network: ScoreNet, photos: Sequence[Photo], strength: float) -> Metrics:
    rng = np.random.default_rng(0)
    return {
        kind: _share_right(network, [degraded_pair(photo, kind, strength, rng) for photo in photos])
        for kind in DEGRADATIONS
    }


def _framing_figures(network: ScoreNet, photos: Sequence[Photo]) -> Metrics:
    rng = np.random.default_rng(0)
    figures: Metrics = {}
    for kind in BAD_FRAMINGS:
        pairs = [pair for photo in photos if (pair := framing_pair(photo, kind, rng))]
        if pairs:
            figures[kind] = {"right": _share_right(network, pairs), "pairs": len(pairs)}
    return figures


def _share_right(network: ScoreNet, pairs: Sequence[Pair]) -> float:
    better = logits_of(network, [letterbox(pair.better) for pair in pairs])
    worse = logits_of(network, [letterbox(pair.worse) for pair in pairs])
    return round(float((better > worse).mean()), 4)


def _invariance_figures(network: ScoreNet, photos: Sequence[Photo], reference: tuple[float, ...]) -> Metrics:
    def points(pictures: Sequence[Pixels]) -> np.ndarray:
        logits = logits_of(network, list(map(letterbox, pictures)))
        return np.asarray(np.interp(logits, reference, REFERENCE_PERCENTILES))

    originals = [photo.pixels for photo in photos]
    before = points(originals)
    changed: dict[str, list[Pixels]] = {
        "mirrored": [np.ascontiguousarray(picture[:, ::-1]) for picture in originals],
        "half size": [_half_size(picture) for picture in originals],
    }
    figures: Metrics = {}
    for name, pictures in changed.items():
        moved = np.abs(points(pictures) - before)
        figures[name] = {
            "median points": round(float(np.median(moved)), 2),
            "p95": round(float(np.percentile(moved, 95)), 2),
        }
    return figures


def _half_size(picture: Pixels) -> Pixels:
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
