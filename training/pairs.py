"""Pairs of pictures of which the first should win, both made from the same photo.

Because both sides come from one photo, where a photo comes from (its size, softness, subject) tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torchvision.transforms.v2.functional import adjust_brightness, horizontal_flip

from engine.geometry import Box
from engine.pixels import Pixels
from training.degrade import DEGRADATIONS
from training.framing import BAD_FRAMINGS, well_framed

# Kinds are drawn as often as they are listed; half of the pairs are about framing.
FRAMING_SHARE = 0.5
# Damage is worse whatever it happens to: also to views that are badly framed, and to many small faces.
WHOLE_SHARE, WELL_FRAMED_SHARE, BADLY_FRAMED_SHARE = 0.4, 0.25, 0.2
# Photos in a row of a mosaic, and its side in pixels.
MOSAIC_ROWS, MOSAIC_SIDE = (2, 5), 512
# Hardly one photo in twenty has room for some framings: so many are tried before another kind is drawn.
TRIES = 60


@dataclass(frozen=True)
class Photo:
    """A photo in memory.

    Attributes:
        pixels: RGB uint8 (H, W, 3).
        faces: the largest first; none is empty.
    """

    pixels: Pixels
    faces: tuple[Box, ...]


@dataclass(frozen=True)
class Pair:
    """Two pictures of one photo, and what makes the second one worse."""

    better: Pixels
    worse: Pixels
    kind: str


def draw_pair(photos: Sequence[Photo], rng: np.random.Generator) -> Pair:
    """A pair for training: a kind, then a photo with room for it, at any strength, in any exposure that is still fine.

    Args:
        photos: at least one.
    """
    pair = _draw_framing_pair(photos, rng) if rng.random() < FRAMING_SHARE else None
    if pair is None:
        kind, view = str(rng.choice(list(DEGRADATIONS))), _draw_view(photos, rng)
        pair = Pair(view, DEGRADATIONS[kind](view, float(rng.uniform(0, 1)), rng), kind)
    better, worse = harmless_change((pair.better, pair.worse), rng)
    return Pair(better, worse, pair.kind)


def _draw_framing_pair(photos: Sequence[Photo], rng: np.random.Generator) -> Pair | None:
    kind = str(rng.choice(list(BAD_FRAMINGS)))
    for _ in range(TRIES):
        if pair := framing_pair(photos[int(rng.integers(len(photos)))], kind, rng):
            return pair
    return None


def _draw_view(photos: Sequence[Photo], rng: np.random.Generator) -> Pixels:
    """A whole photo, a view of one, or a mosaic of several."""
    drawn = rng.random() - WHOLE_SHARE
    if drawn >= WELL_FRAMED_SHARE + BADLY_FRAMED_SHARE:
        return mosaic(photos, rng)
    if drawn >= 0:
        pair = _draw_framing_pair(photos, rng)
        if pair is not None:
            return pair.better if drawn < WELL_FRAMED_SHARE else pair.worse
    return photos[int(rng.integers(len(photos)))].pixels


def mosaic(photos: Sequence[Photo], rng: np.random.Generator) -> Pixels:
    """Photos side by side in rows, as many small faces stand in a picture of a crowd (after Bochkovskiy et al., 2020).

    Returns:
        RGB uint8, about (512, 512, 3).
    """
    rows = int(rng.integers(*MOSAIC_ROWS))
    side = MOSAIC_SIDE // rows
    cells = [_square(photos[int(rng.integers(len(photos)))].pixels, side) for _ in range(rows * rows)]
    return np.vstack([np.hstack(cells[start : start + rows]) for start in range(0, len(cells), rows)])


def _square(picture: Pixels, side: int) -> Pixels:
    """The middle of a picture, as large as it goes, in this size."""
    height, width = picture.shape[:2]
    half = min(height, width) // 2
    middle = picture[height // 2 - half : height // 2 + half, width // 2 - half : width // 2 + half]
    return np.asarray(cv2.resize(middle, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def framing_pair(photo: Photo, kind: str, rng: np.random.Generator) -> Pair | None:
    """A well framed and a badly framed view of a photo; None where it has no room for one of them."""
    if not photo.faces:
        return None
    worse = BAD_FRAMINGS[kind](photo.pixels, photo.faces, rng)
    better = None if worse is None else well_framed(photo.pixels, photo.faces[0], rng)
    return None if better is None or worse is None else Pair(better, worse, kind)


def harmless_change(pictures: tuple[Pixels, ...], rng: np.random.Generator) -> list[Pixels]:
    """Mirror or not, and change the exposure a little: the same change for all, and none that a label minds.

    Colours stay: a network that is shown every tint as harmless learns that no tint matters. What is drawn is drawn
    here: torchvision's own transforms draw from a state that all examples share.

    Args:
        pictures: RGB uint8 (H, W, 3), of any sizes.
    """
    mirror = rng.random() < 0.5
    gain = rng.uniform(0.92, 1.08)
    changed: list[Pixels] = []
    for picture in pictures:
        image = adjust_brightness(torch.tensor(picture).permute(2, 0, 1), gain)
        image = horizontal_flip(image) if mirror else image
        changed.append(np.ascontiguousarray(image.permute(1, 2, 0).numpy()))
    return changed
