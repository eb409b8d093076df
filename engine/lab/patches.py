"""Which parts of an album's photos each map of the network answers to most: what it was taught to look for.

Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014), section 4: the strongest
answers over many pictures, cut out as far as a point of the map can see. One part of each photo, for variety.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import PictureError
from engine.lab.layers import Layers, Stage
from engine.pixels import Floats, Pixels
from engine.preprocess import PREPROCESSING, letterbox, letterboxed
from engine.progress import Progress
from engine.runtime import CPU_BATCH
from engine.thumbnail_cache import thumbnail

KEPT = 9
# The best of so many are hardly better with more, and 50,000 would take a quarter of an hour.
MOST_PHOTOS = 2000
# What a point sees may reach over the photo's edge by so much of it: beyond, the grey bars are what it answers to.
_MOST_OUTSIDE = 0.2
_FOR_SPREAD = 0.01


@dataclass(frozen=True)
class Patches:
    """The strongest answers of one stage so far, for each of its C maps, strongest first.

    Attributes:
        answers: float32 (C, 9), -inf where there are fewer.
        photos: int32 (C, 9), places in the list of photos.
        points: int32 (C, 9), places in the map, row by row.
    """

    answers: Floats
    photos: np.ndarray
    points: np.ndarray

    @classmethod
    def none(cls, stage: Stage) -> "Patches":
        shape = stage.channels, KEPT
        return cls(np.full(shape, -np.inf, np.float32), np.zeros(shape, np.int32), np.zeros(shape, np.int32))

    def with_photo(self, photo: int, answers: Floats, inside: np.ndarray) -> "Patches":
        """With one more photo.

        Args:
            photo: its place.
            answers: float32 (C, H, W).
            inside: bool (H, W), the points that speak of the photo.
        """
        flat = np.where(inside.ravel(), answers.reshape(len(answers), -1), -np.inf)
        points = flat.argmax(axis=1).astype(np.int32)
        # Answers of some stages are limited, and so many are equal: of those the one that holds over more of the photo.
        spread = np.maximum(answers, 0).mean(axis=(1, 2))[:, None]
        best = np.take_along_axis(flat, points[:, None], axis=1) + _FOR_SPREAD * spread
        every = np.concatenate([self.answers, best], axis=1)
        order = np.argsort(-every, axis=1, kind="stable")[:, :KEPT]
        photos = np.concatenate([self.photos, np.full((len(points), 1), photo, np.int32)], axis=1)
        places = np.concatenate([self.points, points[:, None]], axis=1)
        return Patches(*(np.take_along_axis(each, order, axis=1) for each in (every, photos, places)))


def find_patches(layers: Layers, paths: Sequence[Path]) -> Iterator[Progress[tuple[Patches, ...]]]:
    """Look through an album for what each map of each stage answers to most.

    Args:
        layers: the network.
        paths: the photos; of more than `MOST_PHOTOS` an even choice is looked at.

    Yields:
        Progress after each batch, with what is found so far, for each stage. Photos that cannot be read are left out.
        Closing the generator cancels it.
    """
    places = np.arange(len(paths))
    if len(paths) > MOST_PHOTOS:
        places = ((np.arange(MOST_PHOTOS) + 0.5) * len(paths) / MOST_PHOTOS).astype(int)
    found = tuple(Patches.none(stage) for stage in layers.stages)
    chosen = places.tolist()
    with ThreadPoolExecutor(2, thread_name_prefix="patches") as executor:
        for start in range(0, len(chosen), CPU_BATCH):
            batch = chosen[start : start + CPU_BATCH]
            read = list(executor.map(_photo_or_none, [paths[place] for place in batch]))
            seen = [(place, photo) for place, photo in zip(batch, read, strict=True) if photo is not None]
            if seen:
                _, maps = layers.look([letterbox(photo) for _, photo in seen])
                for number, (place, photo) in enumerate(seen):
                    size = photo.shape[1], photo.shape[0]
                    found = tuple(
                        patches.with_photo(place, answers[number], points_inside(stage, size))
                        for stage, patches, answers in zip(layers.stages, found, maps, strict=True)
                    )
            yield Progress(min(start + CPU_BATCH, len(chosen)), len(chosen), "looking at the album", (found,))


def points_inside(stage: Stage, size_wh: tuple[int, int]) -> np.ndarray:
    """Which points of a map speak of the photo, and not of the bars beside it or of nothing: bool (side, side)."""
    inside = letterboxed(size_wh)
    half = stage.sees / 2
    edge = max(0.0, half - _MOST_OUTSIDE * min(inside.width, inside.height))
    middles = (np.arange(stage.side) + 0.5) * stage.step

    def held(low: int, high: int) -> np.ndarray:
        # Where a point sees more than the photo, its middle need but lie in it.
        inset = min(edge, 0.25 * (high - low))
        return np.asarray((middles >= low + inset) & (middles <= high - inset))

    return np.asarray(held(inside.y0, inside.y1)[:, None] & held(inside.x0, inside.x1)[None, :])


def cut_patches(patches: Patches, stage: Stage, channel: int, paths: Sequence[Path]) -> list[tuple[Path, Pixels]]:
    """The parts that one map answers to most, as its points see them, RGB uint8; strongest first."""
    cut = []
    for answer, photo, point in zip(
        patches.answers[channel].tolist(),
        patches.photos[channel].tolist(),
        patches.points[channel].tolist(),
        strict=True,
    ):
        pixels = _photo_or_none(paths[photo]) if answer > 0 else None
        if pixels is not None:
            cut.append((paths[photo], _seen_by(letterbox(pixels), stage, point, (pixels.shape[1], pixels.shape[0]))))
    return cut


def _seen_by(square: Pixels, stage: Stage, point: int, size_wh: tuple[int, int]) -> Pixels:
    """What a point sees, as a square; moved so that it lies in the photo where it would reach over its edge."""
    inside = letterboxed(size_wh)
    side = min(stage.sees, PREPROCESSING.size)
    row, column = divmod(point, stage.side)

    def start(middle: float, low: int, high: int) -> int:
        if side >= high - low:
            return max(0, min(round((low + high - side) / 2), PREPROCESSING.size - side))
        return min(max(round(middle - side / 2), low), high - side)

    y = start((row + 0.5) * stage.step, inside.y0, inside.y1)
    x = start((column + 0.5) * stage.step, inside.x0, inside.x1)
    return square[y : y + side, x : x + side]


def _photo_or_none(path: Path) -> Pixels | None:
    try:
        return thumbnail(path)
    except PictureError:
        return None
