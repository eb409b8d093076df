"""What a round of moves is told to speak of: the scene that it was tried on, and none after it."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.coaching import Scene
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.scoring import Scorer, load_scorer

# About what lies between two rounds of moves.
ROUND_S = 0.33


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


def _scene(picture: Pixels, scorer: Scorer) -> Scene:
    return Scene.of(picture, scorer.score_pictures([picture])[1][0])


def _noisy(picture: Pixels, seed: int) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, 8, picture.shape)
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


def _frames(video: Path) -> tuple[list[Pixels], float]:
    reader = cv2.VideoCapture(str(video))
    frames = []
    while (read := reader.read())[0]:
        frames.append(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB).astype(np.uint8))
    return frames, reader.get(cv2.CAP_PROP_FPS)


def test_a_still_scene_with_a_sensors_noise_stays_the_same(samples: list[Path], scorer: Scorer) -> None:
    for sample in samples:
        picture = load_picture(sample, 640).pixels
        scenes = [_scene(_noisy(picture, seed), scorer) for seed in range(3)]
        assert not any(after.is_another_than(before) for before, after in pairwise(scenes)), sample.name


def test_another_photo_is_another_scene(samples: list[Path], scorer: Scorer) -> None:
    scenes = [_scene(load_picture(sample, 640).pixels, scorer) for sample in samples]
    told = [after.is_another_than(before) for before, after in pairwise(scenes)]
    assert sum(told) >= 0.8 * len(told)


def test_people_who_sign_and_walk_before_a_camera_stay_in_their_scene(data_folder: Path, scorer: Scorer) -> None:
    for video in sorted((data_folder / "videos").iterdir())[::3]:
        frames, per_second = _frames(video)
        step = round(ROUND_S * per_second)
        scenes = [_scene(frame, scorer) for frame in frames[::step]]
        assert not any(after.is_another_than(before) for before, after in pairwise(scenes)), video.name
