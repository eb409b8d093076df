"""Pairs of pictures of which the first should win, both made from the same photo.

Because both sides come from one photo, where a photo comes from (its size, softness, subject) tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.geometry import Box
from engine.pixels import Pixels
from training.degrade import DEGRADATIONS
from training.framing import BAD_FRAMINGS, well_framed

# Kinds are drawn as often as they are listed; half of the pairs are about framing.
FRAMING_SHARE = 0.5
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
        photo = photos[int(rng.integers(len(photos)))]
        pair = degraded_pair(photo, str(rng.choice(list(DEGRADATIONS))), float(rng.uniform(0, 1)), rng)
    better, worse = harmless_change((pair.better, pair.worse), rng)
    return Pair(better, worse, pair.kind)


def _draw_framing_pair(photos: Sequence[Photo], rng: np.random.Generator) -> Pair | None:
    kind = str(rng.choice(list(BAD_FRAMINGS)))
    for _ in range(TRIES):
        if pair := framing_pair(photos[int(rng.integers(len(photos)))], kind, rng):
            return pair
    return None


def degraded_pair(photo: Photo, kind: str, strength: float, rng: np.random.Generator) -> Pair:
    """A view of a photo and the same view damaged; strength 0 (mild) to 1 (strong)."""
    view = None
    if photo.faces and rng.random() < 0.5:
        view = well_framed(photo.pixels, photo.faces[0], rng)
    view = photo.pixels if view is None else view
    return Pair(view, DEGRADATIONS[kind](view, strength, rng), kind)


def framing_pair(photo: Photo, kind: str, rng: np.random.Generator) -> Pair | None:
    """A well framed and a badly framed view of a photo; None where it has no room for one of them."""
    if not photo.faces:
        return None
    worse = BAD_FRAMINGS[kind](photo.pixels, photo.faces, rng)
    better = None if worse is None else well_framed(photo.pixels, photo.faces[0], rng)
    return None if better is None or worse is None else Pair(better, worse, kind)


def harmless_change(pictures: tuple[Pixels, ...], rng: np.random.Generator) -> list[Pixels]:
    """Mirror or not, and change exposure and colour a little: the same change for all, and none that a label minds."""
    mirror = rng.random() < 0.5
    gain = rng.uniform(0.92, 1.08) * rng.uniform(0.97, 1.03, 3)
    changed = (np.clip(picture * gain, 0, 255).astype(np.uint8) for picture in pictures)
    return [np.ascontiguousarray(picture[:, ::-1]) if mirror else picture for picture in changed]
