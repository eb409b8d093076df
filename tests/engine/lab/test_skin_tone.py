"""The angle that stands in for the tone of skin."""

from math import isnan

import numpy as np
import pytest

from engine.faces import NO_FACES, Faces
from engine.lab.skin_tone import skin_angle
from engine.pixels import Pixels

LIGHT, TAN, DARK = (236, 200, 180), (180, 130, 100), (95, 62, 48)
LANDMARKS = np.array([[[70, 80], [130, 80], [100, 105], [75, 140], [125, 140]]], np.float32)
FACE = Faces(np.array([[40, 30, 160, 180]], np.float32), LANDMARKS, np.ones(1, np.float32))


def _face(colour: tuple[int, int, int]) -> Pixels:
    noise = np.random.default_rng(0).normal(0, 4, (200, 200, 1))
    return np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)


def test_lighter_skin_has_a_larger_angle() -> None:
    light, tan, dark = (skin_angle(_face(colour), FACE) for colour in (LIGHT, TAN, DARK))
    assert light > 45 > tan > 0 > dark


def test_a_shaded_side_does_not_count() -> None:
    shaded = _face(TAN)
    shaded[:, :100] //= 3
    assert skin_angle(shaded, FACE) == pytest.approx(skin_angle(_face(TAN), FACE), abs=4)


def test_what_cannot_be_told_is_not_told() -> None:
    grey, blue = np.full((200, 200, 3), 128, np.uint8), _face((90, 110, 190))
    outside = Faces(FACE.boxes_xyxy + 500, FACE.landmarks_xy + 500, FACE.confidence)
    for picture, faces in ((grey, FACE), (blue, FACE), (_face(TAN), NO_FACES), (_face(TAN), outside)):
        assert isnan(skin_angle(picture, faces))
