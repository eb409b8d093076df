"""Damage that no network is trained on: whether it learned what good photos are, or only the damage that it was shown.

Strength runs from 0, mild, to 1, strong. Lengths are in 224ths of the longer side, as in `training.degrade`.
"""

import cv2
import numpy as np

from engine.pixels import Pixels
from training.degrade import Degradation

# The light of a lamp, of shade, of a fluorescent tube and of a wrong correction of it, as gains of R, G and B.
CASTS = {
    "orange cast": (1.0, 0.8, 0.5),
    "blue cast": (0.6, 0.85, 1.0),
    "green cast": (0.75, 1.0, 0.7),
    "purple cast": (1.0, 0.7, 1.0),
}


def colour_cast(gains: tuple[float, float, float]) -> Degradation:
    """The white balance of another lamp, over the whole picture."""

    def cast(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
        amount = 0.4 + 0.6 * strength
        return np.asarray(np.clip(np.rint(picture * (1 + amount * (np.array(gains) - 1))), 0, 255), np.uint8)

    return cast


def haze(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """A greasy lens against the light: a veil that is brightest at one spot, and less contrast everywhere."""
    height, width = picture.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = rng.uniform(0, width), rng.uniform(0, height / 2)
    distance = np.hypot(xs - x, ys - y) / max(height, width)
    veil = (0.25 + 0.35 * strength) * (0.5 + 0.5 * np.exp(-2 * distance))[..., None]
    return np.asarray(np.clip(np.rint(picture * (1 - veil) + 235 * veil), 0, 255), np.uint8)


def low_resolution(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """A thumbnail that was enlarged: 96 pixels down to 40 on its longer side."""
    height, width = picture.shape[:2]
    scale = (96 - 56 * strength) / max(height, width)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


UNSEEN_DAMAGE: dict[str, Degradation] = {
    **{name: colour_cast(gains) for name, gains in CASTS.items()},
    "haze": haze,
    "low resolution": low_resolution,
}
