"""A photo open to be cropped: estimates tell of any crop, best crops differ, a person's own is taken as it is."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.aspects import FREE, ORIGINAL, Aspect
from engine.crop_folder import CropJob, crop_photos
from engine.crop_session import NEAR, CropSession, FaceRules, ShapeEstimates
from engine.faces import NO_FACES, FaceDetector
from engine.geometry import Box
from engine.level import LevelBy, level_loss, levelled_picture
from engine.manual_crops import OwnCrop
from engine.photo_crops import PhotoCrops
from engine.pictures import load_picture, open_photo
from engine.scoring import Scorer, load_scorer

SQUARE = Aspect.parse("1:1")


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture
def session(samples: list[Path], scorer: Scorer) -> CropSession:
    picture = load_picture(samples[0], 640)
    return CropSession(picture, FaceDetector().detect_full_size(picture), scorer)


def test_an_estimate_is_that_of_the_nearest_window() -> None:
    windows = np.array([(0, 0, 100, 100), (50, 0, 150, 100), (0, 0, 200, 200)], np.int64)
    estimates = ShapeEstimates(windows, np.array([10, 20, 30], np.float32))
    points, away = estimates.at([Box(40, 0, 140, 100), Box(5, 3, 190, 188), Box(900, 900, 1000, 1000)])
    assert points.tolist()[:2] == [20, 30]
    assert away[0] <= NEAR < away[2]


def test_the_best_crops_differ_and_keep_the_face(session: CropSession) -> None:
    found = [each for step in session.search(SQUARE, FaceRules()) for each in step.results]
    assert not found[0].suggestions  # the estimates come first
    suggestions = found[-1].suggestions
    assert len(suggestions) >= 2
    points = [each.score.points for each in suggestions]
    assert points == sorted(points, reverse=True)
    boxes = [each.box for each in suggestions]
    assert all(one.iou(other) <= 0.75 for one in boxes for other in boxes if one != other)
    assert suggestions[0].gain == pytest.approx(points[0] - session.whole.points)
    x0, y0 = session.faces.landmarks_xy[0].min(axis=0)
    assert boxes[0].x0 <= x0
    assert boxes[0].y0 <= y0


def test_free_searches_all_shapes(session: CropSession) -> None:
    for hair_may_go in (True, False):
        found = [each for step in session.search(FREE, FaceRules(close=hair_may_go)) for each in step.results][-1]
        sides = found.estimates.windows_xyxy[:, 2:] - found.estimates.windows_xyxy[:, :2]
        ratios = np.unique(np.round(sides[:, 0] / sides[:, 1], 1))
        assert ratios.min() < 0.7
        assert ratios.max() > 1.7


def test_crops_that_lose_a_face_come_after_those_that_keep_it(session: CropSession) -> None:
    whole, forehead = Box(0, 0, *session.size_wh), FaceRules(close=True)
    assert session.faces_lost(whole, FaceRules()) == 0
    left, top, right, bottom = (round(float(side)) for side in session.faces.boxes_xyxy[0])
    assert session.faces_lost(Box(left, (top + bottom) // 2, right, bottom), FaceRules()) == 1
    brow = Box(left - 20, top + (bottom - top) // 4, right + 20, bottom + 20)
    assert (session.faces_lost(brow, FaceRules()), session.faces_lost(brow, forehead)) == (1, 0)
    found = [each for step in session.search(FREE, FaceRules()) for each in step.results][-1].suggestions
    lost = [session.faces_lost(each.box, FaceRules()) for each in found]
    assert lost == sorted(lost) == [each.faces_lost for each in found]


def test_a_persons_own_crop_is_taken_as_it_is(tmp_path: Path, samples: list[Path], scorer: Scorer) -> None:
    photo = tmp_path / "photo.jpg"
    with Image.open(samples[0]) as image:
        image.resize((600, 600)).save(photo)
    content, box = hashlib.sha256(photo.read_bytes()).hexdigest(), Box(5, 6, 405, 406)
    with open_photo(photo) as opened:
        (*_, mine) = PhotoCrops(SQUARE, scorer, own={content: OwnCrop(box)})(opened)
        # Of the levelled photo, whatever it would be levelled by here.
        (*_, upright) = PhotoCrops(SQUARE, scorer, own={content: OwnCrop(box, 4.0)}, level=LevelBy.EYES)(opened)
        (*_, best) = PhotoCrops(SQUARE, scorer)(opened)
    (found,) = mine.results
    assert (found.own, found.box, found.angle_deg, found.level_loss) == (True, box, 0.0, 0.0)
    (found,) = upright.results
    assert (found.own, found.box, found.angle_deg) == (True, box, 4.0)
    assert found.level_loss == level_loss((600, 600), 4.0)
    picture = levelled_picture(load_picture(photo), 4.0)
    assert found.points == pytest.approx(CropSession(picture, NO_FACES, scorer).exact(box).points)
    assert not best.results[0].own


def test_bars_go_although_that_gains_little_and_nothing_else_does(tmp_path: Path, scorer: Scorer) -> None:
    rows, columns = np.mgrid[:480, :640]
    plain = np.stack([rows // 3, columns // 4, (rows + columns) // 8], axis=-1).astype(np.uint8)  # a gradient
    for name, pixels in (("plain", plain), ("bars", np.pad(plain, ((80, 80), (0, 0), (0, 0))))):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    job = CropJob(tmp_path / "crops", ORIGINAL, margin=1000)
    photos = [tmp_path / "plain.png", tmp_path / "bars.png"]
    plain_photo, barred = [
        photo for step in crop_photos(photos, job, PhotoCrops(ORIGINAL, scorer)) for photo in step.results
    ]
    assert (plain_photo.left_as_is, plain_photo.target) == (True, None)
    assert barred.target
    assert load_picture(barred.target).pixels[[0, -1]].max() > 30  # no line of a bar
