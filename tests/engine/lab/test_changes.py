"""One thing changed in a photo, and nothing else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.faces import NO_FACES, FaceDetector
from engine.lab import changes
from engine.lab.changes import CHANGES, views
from engine.pictures import load_picture
from engine.pixels import Pixels


@pytest.fixture(scope="module")
def photo(samples: list[Path]) -> Pixels:
    return load_picture(samples[0], 448).pixels


def _luma(picture: Pixels) -> float:
    return float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).mean())


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_makes_pictures_and_leaves_the_photo_alone(change: changes.Change, photo: Pixels) -> None:
    before = photo.copy()
    faces = FaceDetector().detect(photo)
    for strength, first, second in views(change, photo, faces):
        assert strength in change.strengths
        for picture in (first, second):
            assert picture.dtype == np.uint8
            assert picture.ndim == 3
            assert picture.flags.c_contiguous
        assert not np.array_equal(first, second)
    assert np.array_equal(photo, before)


def test_one_stop_doubles_the_light_and_greys_stay_grey() -> None:
    grey = np.full((8, 8, 3), 100, np.uint8)
    brighter = changes.exposed(grey, 1)
    assert brighter[0, 0, 0] == brighter[0, 0, 2] == 138  # sRGB of twice the light of 100
    assert np.array_equal(changes.exposed(grey, 0), grey)
    assert np.abs(changes.exposed(brighter, -1).astype(int) - 100).max() <= 1


def test_colours_go_and_light_stays(photo: Pixels) -> None:
    grey = changes.saturated(photo, 0)
    assert np.ptp(grey.astype(int), axis=2).max() <= 1
    assert _luma(grey) == pytest.approx(_luma(photo), abs=1)
    assert _luma(changes.contrasted(photo, 0.5)) == pytest.approx(_luma(photo), abs=2)
    assert _luma(changes.warmed(np.full((8, 8, 3), 120, np.uint8), 0.8)) == pytest.approx(120, abs=2)
    assert changes.warmed(photo, 0.8)[..., 0].mean() > photo[..., 0].mean()


@pytest.mark.parametrize("degrees", [-20, -5, 5, 10, 20, 45])
def test_what_is_turned_has_no_corners_from_outside(degrees: float) -> None:
    """A white photo on black: nothing black may come in."""
    white = np.full((300, 200, 3), 255, np.uint8)
    white[0], white[-1], white[:, 0], white[:, -1] = 0, 0, 0, 0
    before, after = changes.turned(white, degrees)
    assert before.shape == after.shape
    assert after.min() == 255
    assert before.shape[0] / before.shape[1] == pytest.approx(1.5, abs=0.06)


def test_a_crop_around_a_face_has_it_at_the_height_that_was_asked_for(photo: Pixels) -> None:
    faces = FaceDetector().detect(photo)
    crop = changes.around_face(photo, faces, 60)
    assert crop is not None
    found = FaceDetector().detect(crop)
    assert (found.boxes_xyxy[0, 3] - found.boxes_xyxy[0, 1]) / crop.shape[0] == pytest.approx(0.6, abs=0.08)
    assert changes.around_face(photo, faces, 1) is None
    assert changes.around_face(photo, NO_FACES, 60) is None


def test_what_is_moved_right_stands_further_right() -> None:
    spot = np.zeros((200, 200, 3), np.uint8)
    spot[95:105, 95:105] = 255
    places = [np.argwhere(changes.moved_view(spot, right, 0)[..., 0]).mean(axis=0) for right in (0, 10)]
    assert places[1][1] - places[0][1] == pytest.approx(16, abs=1)
    assert places[1][0] == pytest.approx(places[0][0], abs=1)


def test_a_border_lies_around_the_photo(photo: Pixels) -> None:
    framed = changes.bordered(photo, 5, 255)
    side = round(0.05 * max(photo.shape[:2]))
    assert np.array_equal(framed[side:-side, side:-side], photo)
    assert framed[: side - 1].min() == 255
