"""Measures the shown score's rest and its haste, on a simulated camera: the same frames each time."""

import numpy as np

from engine.pixels import Pixels
from engine.scoring import Scorer
from studio.smoothing import Steady

FRAMES_PER_SECOND = 30
# Standard deviation of a webcam's noise in room light, in levels of 255.
SENSOR_NOISE = 4.0
STILL_S, SETTLE_S, LIMIT_S = 2.0, 1.0, 3.0
# Scores of noisy frames are drawn from so many that were really scored.
NOISY_FRAMES = 15


def watch_still(picture: Pixels, scorer: Scorer) -> tuple[float, float]:
    """Range of the raw and of the shown score, in points, over two seconds of a still scene with noise.

    Args:
        picture: RGB uint8 (H, W, 3).
        scorer: of frames.
    """
    rng = np.random.default_rng(0)
    raw = _noisy_points(picture, scorer, rng)
    steady, frames = Steady(), round((SETTLE_S + STILL_S) * FRAMES_PER_SECOND)
    shown = [steady.add(float(rng.choice(raw)), number / FRAMES_PER_SECOND) for number in range(frames)]
    return float(np.ptp(raw)), float(np.ptp(shown[round(SETTLE_S * FRAMES_PER_SECOND) :]))


def follow_change(before: Pixels, after: Pixels, scorer: Scorer) -> float:
    """Seconds from a sudden change of the scene until the shown score is within 2 points of the new one, noise and all.

    Args:
        before, after: RGB uint8 (H, W, 3).
        scorer: of frames.
    """
    rng = np.random.default_rng(0)
    old, new = (_noisy_points(picture, scorer, rng) for picture in (before, after))
    steady, settled = Steady(), float(np.mean(new))
    frames = round(SETTLE_S * FRAMES_PER_SECOND)
    for number in range(frames):
        steady.add(float(rng.choice(old)), number / FRAMES_PER_SECOND)
    for number in range(round(LIMIT_S * FRAMES_PER_SECOND)):
        shown = steady.add(float(rng.choice(new)), (frames + number) / FRAMES_PER_SECOND)
        if abs(shown - settled) <= 2:
            return (number + 1) / FRAMES_PER_SECOND
    return LIMIT_S


def _noisy_points(picture: Pixels, scorer: Scorer, rng: np.random.Generator) -> list[float]:
    noisy = (picture + rng.normal(0, SENSOR_NOISE, picture.shape) for _ in range(NOISY_FRAMES))
    return [scorer.score(np.clip(np.rint(frame), 0, 255).astype(np.uint8)).points for frame in noisy]
