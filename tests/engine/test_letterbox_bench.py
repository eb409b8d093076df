"""Letterboxed pictures to measure with are what they say, and the measurement tells bars that stay."""

from pathlib import Path

import numpy as np
import pytest

from engine import letterbox_bench
from engine.geometry import Box
from engine.letterbox_bench import PLACES, LetterboxFigures, letterboxed, measure_letterboxes
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.scoring import Scorer, load_scorer


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.mark.parametrize("place", PLACES)
def test_a_photo_lies_untouched_between_its_bars(samples: list[Path], place: tuple[int, int]) -> None:
    pixels = load_picture(samples[0], 320).pixels
    framed, photo = letterboxed(pixels, 128, place, np.random.default_rng(0))
    assert np.array_equal(framed[photo.y0 : photo.y1, photo.x0 : photo.x1], pixels)
    assert (photo.x0 > 0, photo.y0 > 0) == tuple(map(bool, place))
    assert framed.shape == (pixels.shape[0] + 2 * photo.y0, pixels.shape[1] + 2 * photo.x0, 3)
    outermost = framed[0] if place[1] else framed[:, 0]
    assert np.abs(outermost.mean(axis=0) - 128).max() < 3


def _figures(photos: list[Path], scorer: Scorer) -> list[LetterboxFigures]:
    return [figures for progress in measure_letterboxes(photos, scorer) for figures in progress.results]


def test_the_bars_of_a_photo_are_gone(samples: list[Path], scorer: Scorer) -> None:
    figures = _figures([samples[0], Path("not a photo.jpg")], scorer)
    assert [one.letterboxed for one in figures] == [9]
    assert figures[0].removed >= 8
    assert not figures[0].taken_for_bars


@pytest.mark.parametrize("lost", [-40, 40])
def test_bars_that_stay_and_photo_that_goes_are_told(
    samples: list[Path], scorer: Scorer, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    def found(pixels: Pixels) -> Box:
        inside = photo_within(pixels)
        return Box(inside.x0, max(0, inside.y0 + lost), inside.x1, inside.y1)

    photo_within = letterbox_bench.photo_within
    monkeypatch.setattr(letterbox_bench, "photo_within", found)
    figures = _figures(samples[:1], scorer)
    assert figures[0].removed <= 3  # at the sides alone there is no bar above to be left
