"""Damage: as strong as it says, and of the kind that it says."""

import cv2
import numpy as np
import pytest

from engine.pixels import Pixels
from training.degrade import DEGRADATIONS


def _detailed_picture(height: int = 240, width: int = 180) -> Pixels:
    """Soft shapes with hard edges, no pixel near black or white."""
    rng = np.random.default_rng(5)
    coarse = rng.integers(70, 180, (8, 6, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _sharpness(picture: Pixels) -> float:
    return float(cv2.Laplacian(picture.astype(np.float32), cv2.CV_32F).var())


def _saturation(picture: Pixels) -> float:
    return float((picture.max(axis=2).astype(float) - picture.min(axis=2)).mean())


def _damaged(kind: str, strength: float) -> Pixels:
    return DEGRADATIONS[kind](_detailed_picture(), strength, np.random.default_rng(1))


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_damage_grows_with_its_strength(kind: str) -> None:
    original = _detailed_picture().astype(float)
    distances = [np.abs(_damaged(kind, strength) - original).mean() for strength in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert distances[0] > 0.3
    assert distances == sorted(distances)
    assert distances[-1] > 1.5 * distances[0]


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_damage_keeps_shape_and_leaves_the_original_alone(kind: str) -> None:
    picture = _detailed_picture()
    damaged = DEGRADATIONS[kind](picture, 1.0, np.random.default_rng(1))
    assert (damaged.shape, damaged.dtype) == (picture.shape, np.uint8)
    assert (picture == _detailed_picture()).all()


def test_each_kind_does_what_its_name_says() -> None:
    original = _detailed_picture()
    assert _sharpness(_damaged("blur", 1.0)) < 0.1 * _sharpness(original)
    assert _sharpness(_damaged("motion", 1.0)) < 0.5 * _sharpness(original)
    assert _damaged("dark", 1.0).mean() < 0.3 * original.mean()
    assert (_damaged("blown out", 1.0) == 255).mean() > 0.5
    for kind in ("wrong hue", "garish"):
        luma = cv2.cvtColor(_damaged(kind, 0.2), cv2.COLOR_RGB2GRAY).astype(float)
        assert np.abs(luma - cv2.cvtColor(original, cv2.COLOR_RGB2GRAY)).mean() < 3, kind
    assert _saturation(_damaged("garish", 0.2)) > 1.3 * _saturation(original)
    assert _sharpness(_damaged("noise", 1.0)) > 2 * _sharpness(original)


def test_blur_looks_alike_at_every_resolution() -> None:
    large, small = _detailed_picture(480, 360), _detailed_picture(240, 180)
    blurred_large = DEGRADATIONS["blur"](large, 0.5, np.random.default_rng(1))
    blurred_small = DEGRADATIONS["blur"](small, 0.5, np.random.default_rng(1))
    reduced = cv2.resize(blurred_large, (180, 240), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced.astype(float) - blurred_small).mean() < 1.5
