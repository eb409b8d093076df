"""Where a score comes from: a network that likes one thing says so, and the shipped one looks at faces."""

from pathlib import Path

import numpy as np
import pytest

from engine.checkpoint import load_card
from engine.devices import Device
from engine.pixels import Floats, Pixels
from engine.resources import MODEL_FOLDER
from engine.saliency import Saliency, find_saliency
from engine.saliency_bench import measure_maps
from engine.scoring import Scorer, load_scorer


class RedLover:
    """A network whose logit is ten times the share of pure red, less ten times that of pure green."""

    name = "red lover"
    device = Device.CPU
    batch = 8

    def __init__(self) -> None:
        self.runs = 0

    def run(self, pictures: Floats) -> tuple[Floats, Floats]:
        self.runs += 1
        red, green, blue = pictures.transpose(1, 0, 2, 3)
        reds, greens = (red > 0.9) & (green < 0) & (blue < 0), (green > 0.9) & (red < 0) & (blue < 0)
        logits = 10 * (reds.mean(axis=(1, 2)) - greens.mean(axis=(1, 2)))
        return logits.astype(np.float32), np.zeros((len(pictures), 4), np.float32)


@pytest.fixture
def red_lover() -> Scorer:
    return Scorer(load_card(MODEL_FOLDER), RedLover())


def saliency(picture: Pixels, scorer: Scorer) -> Saliency:
    return list(find_saliency(picture, scorer))[-1].results[0]


def place(lifts: Floats, index: np.intp) -> tuple[int, int]:
    y, x = np.unravel_index(index, lifts.shape)
    return int(x), int(y)


@pytest.mark.parametrize("size_wh", [(400, 300), (300, 400), (150, 150), (1280, 720)])
def test_what_lifts_and_what_lowers_is_found_where_it_is(red_lover: Scorer, size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    picture = np.full((height, width, 3), 120, np.uint8)
    side = min(size_wh) // 5
    picture[height // 8 : height // 8 + side, width // 8 : width // 8 + side] = (255, 0, 0)
    picture[-side - height // 8 : -height // 8, -side - width // 8 : -width // 8] = (0, 255, 0)
    found = saliency(picture, red_lover)
    assert found.lifts.shape == (height, width)
    x, y = place(found.lifts, found.lifts.argmax())
    assert x == pytest.approx(width / 8 + side / 2, abs=0.15 * max(size_wh))
    assert y == pytest.approx(height / 8 + side / 2, abs=0.15 * max(size_wh))
    x, y = place(found.lifts, found.lifts.argmin())
    assert x == pytest.approx(width * 7 / 8 - side / 2, abs=0.15 * max(size_wh))
    assert y == pytest.approx(height * 7 / 8 - side / 2, abs=0.15 * max(size_wh))
    assert found.lifts.max() > 0.1
    assert found.lifts.min() < -0.1


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 500, 3), (500, 2, 3), (70, 90, 3)])
def test_any_shape_has_a_map_and_a_plain_one_is_flat(red_lover: Scorer, shape: tuple[int, int, int]) -> None:
    found = saliency(np.full(shape, 90, np.uint8), red_lover)
    assert found.lifts.shape == shape[:2]
    assert found.lifts.dtype == np.float32
    assert not found.lifts.any()


def test_it_can_be_cancelled_and_says_how_far_it_is(red_lover: Scorer) -> None:
    steps = list(find_saliency(np.zeros((300, 300, 3), np.uint8), red_lover))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == steps[-1].total
    assert all(not step.results for step in steps[:-1])
    runtime = red_lover.runtime
    assert isinstance(runtime, RedLover)
    runtime.runs = 0
    job = find_saliency(np.zeros((300, 300, 3), np.uint8), red_lover)
    next(job)
    job.close()  # type: ignore[attr-defined]  # a generator
    assert runtime.runs == 1


# By chance it would be two or three of ten, and less than one.
def test_the_shipped_network_hangs_on_the_face_and_sees_what_was_planted_beside_it(samples: list[Path]) -> None:
    steps = list(measure_maps([Path("gone.jpg"), *samples[:10]], load_scorer(Device.CPU)))
    assert [step.done for step in steps] == list(range(1, 12))
    figures = [each for step in steps for each in step.results]
    assert len(figures) >= 8
    assert sum(each.on_face for each in figures) >= 0.6 * len(figures)
    assert sum(each.on_defect for each in figures) >= 0.4 * len(figures)
    assert all(0.02 < each.defect_share < 0.08 for each in figures)
