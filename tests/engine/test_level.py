"""Photos that lean, and what levelling them leaves."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engine.crop_file import save_crop
from engine.faces import NO_FACES, FaceDetector
from engine.geometry import Box
from engine.level import LevelBy, level_angle, level_loss, level_size, levelled, levelled_faces
from engine.pictures import load_picture


def _house() -> np.ndarray:
    picture = np.full((600, 900, 3), 200, np.uint8)
    for x in range(150, 800, 90):
        cv2.rectangle(picture, (x, 120), (x + 45, 260), (60, 60, 90), -1)
        cv2.rectangle(picture, (x, 330), (x + 45, 470), (60, 60, 90), -1)
    cv2.line(picture, (0, 540), (899, 540), (20, 60, 20), 5)
    return picture


@pytest.mark.parametrize("degrees", [-9.0, -3.0, 2.0, 7.0])
def test_a_house_that_leans_is_turned_upright(degrees: float) -> None:
    level = level_angle(levelled(_house(), -degrees), NO_FACES)
    assert level is not None
    assert level.source is LevelBy.HORIZON
    assert level.angle_deg == pytest.approx(degrees, abs=0.5)
    again = level_angle(levelled(levelled(_house(), -degrees), level.angle_deg), NO_FACES)
    assert again is None


def test_what_stands_straight_or_says_nothing_is_left_alone() -> None:
    assert level_angle(_house(), NO_FACES) is None
    assert level_angle(np.full((300, 400, 3), 90, np.uint8), NO_FACES) is None
    assert level_angle(_house(), NO_FACES, LevelBy.EYES) is None


@pytest.mark.parametrize("degrees", [-6.0, 6.0])
def test_people_who_lean_are_turned_upright(samples: list[Path], degrees: float) -> None:
    detector, turned_by = FaceDetector(), []
    for sample in samples:
        straight = load_picture(sample, 480).pixels
        pictures = straight, levelled(straight, -degrees)
        before, after = (level_angle(one, detector.detect(one), LevelBy.EYES) for one in pictures)
        own = before.angle_deg if before else 0.0
        if abs(own) < 5 and after:  # others would lean too far; and in some no eyes are seen well enough
            turned_by.append(after.angle_deg - own)
    assert len(turned_by) >= 4
    assert np.median(turned_by) == pytest.approx(degrees, abs=4)


@pytest.mark.parametrize("size_wh", [(400, 300), (300, 400), (300, 300)])
@pytest.mark.parametrize("degrees", [-15.0, 4.0, 12.0])
def test_a_levelled_photo_keeps_its_shape_and_holds_no_empty_corner(size_wh: tuple[int, int], degrees: float) -> None:
    white = np.full((size_wh[1], size_wh[0], 3), 255, np.uint8)
    framed = cv2.copyMakeBorder(white[3:-3, 3:-3], 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    turned = levelled(np.asarray(framed, np.uint8), degrees)
    assert turned[6:-6, 6:-6].min() == 255
    assert turned.shape[1] / turned.shape[0] == pytest.approx(size_wh[0] / size_wh[1], rel=0.02)
    kept = turned.shape[0] * turned.shape[1] / (size_wh[0] * size_wh[1])
    assert level_loss(size_wh, degrees) == pytest.approx(1 - kept, abs=0.02)


def test_faces_go_where_the_levelled_photo_has_them(samples: list[Path]) -> None:
    picture, detector = load_picture(samples[11], 640).pixels, FaceDetector()
    moved = levelled_faces(detector.detect(picture), (picture.shape[1], picture.shape[0]), 5.0)
    found = detector.detect(levelled(picture, 5.0))
    middles = [faces.boxes_xyxy[0].reshape(2, 2).mean(axis=0) for faces in (moved, found)]
    assert np.abs(middles[0] - middles[1]).max() < 12


def test_a_saved_crop_is_of_the_levelled_photo(tmp_path: Path) -> None:
    leaning = levelled(_house(), -6.0)
    Image.fromarray(leaning).save(tmp_path / "photo.png")
    width, height = level_size((leaning.shape[1], leaning.shape[0]), 6.0)
    saved = save_crop(tmp_path / "photo.png", Box(0, 0, width, height), tmp_path, "crop", angle_deg=6.0)
    with Image.open(saved) as crop:
        assert crop.size == (width, height)
        pixels = np.asarray(crop.convert("RGB"))
    assert level_angle(pixels, NO_FACES) is None
    assert np.abs(pixels.astype(int) - levelled(leaning, 6.0)).mean() < 3
