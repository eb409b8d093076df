"""Pairs of pictures of which the first should win, both made from the same photo.

Because both sides come from one photo, where a photo comes from (its size, softness, subject) tells nothing.
"""

from dataclasses import dataclass

import numpy as np

from engine.geometry import Box
from engine.pixels import Pixels
from training.degrade import DEGRADATIONS
from training.framing import BAD_FRAMINGS, well_framed

# Kinds are drawn as often as they are listed; half of the pairs are about framing where the photo has room for it.
FRAMING_SHARE = 0.5


@dataclass(frozen=True)
class Photo:
    """A photo in memory.

    Attributes:
        pixels: RGB uint8 (H, W, 3).
        face: its largest face; None where none was found.
    """

    pixels: Pixels
    face: Box | None


@dataclass(frozen=True)
class Pair:
    """Two pictures of one photo, and what makes the second one worse."""

    better: Pixels
    worse: Pixels
    kind: str


def draw_pair(photo: Photo, rng: np.random.Generator) -> Pair:
    """A pair for training: any kind at any strength, mirrored or not, in any exposure that is still fine."""
    pair = None
    if photo.face is not None and rng.random() < FRAMING_SHARE:
        pair = framing_pair(photo, str(rng.choice(list(BAD_FRAMINGS))), rng)
    if pair is None:
        pair = degraded_pair(photo, str(rng.choice(list(DEGRADATIONS))), float(rng.uniform(0, 1)), rng)
    better, worse = harmless_change((pair.better, pair.worse), rng)
    return Pair(better, worse, pair.kind)


def degraded_pair(photo: Photo, kind: str, strength: float, rng: np.random.Generator) -> Pair:
    """A view of a photo and the same view damaged; strength 0 (mild) to 1 (strong)."""
    view = None
    if photo.face is not None and rng.random() < 0.5:
        view = well_framed(photo.pixels, photo.face, rng)
    view = photo.pixels if view is None else view
    return Pair(view, DEGRADATIONS[kind](view, strength, rng), kind)


def framing_pair(photo: Photo, kind: str, rng: np.random.Generator) -> Pair | None:
    """A well framed and a badly framed view of a photo; None where it has no room for one of them."""
    if photo.face is None:
        return None
    better = well_framed(photo.pixels, photo.face, rng)
    worse = BAD_FRAMINGS[kind](photo.pixels, photo.face, rng)
    if better is None or worse is None:
        return None
    return Pair(better, worse, kind)


def harmless_change(pictures: tuple[Pixels, ...], rng: np.random.Generator) -> list[Pixels]:
    """Mirror or not, and change exposure and colour a little: the same change for all, and none that a label minds."""
    mirror = rng.random() < 0.5
    gain = rng.uniform(0.92, 1.08) * rng.uniform(0.97, 1.03, 3)
    changed = (np.clip(picture * gain, 0, 255).astype(np.uint8) for picture in pictures)
    return [np.ascontiguousarray(picture[:, ::-1]) if mirror else picture for picture in changed]
