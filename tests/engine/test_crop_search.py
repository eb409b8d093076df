from pathlib import Path

import numpy as np
import pytest

from engine.aspects import COMMON_ASPECTS, FREE, ORIGINAL, Aspect
from engine.borders import photo_within
from engine.checkpoint import load_card
from engine.crop_bench import rank_correlation, search_shapes
from engine.crop_correction import Correction
from engine.crop_head import BINS, CELL_PX, LONG_SIDES, FeatureMaps, crop_head_for, window_features
from engine.crop_search import CropSearch, SearchWay, load_picture_to_search, search_crops
from engine.crop_windows import CropSettings, WindowGroup, candidate_boxes, faces_kept, main_faces
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.pictures import Picture, load_picture
from engine.resources import MODEL_FOLDER
from engine.scoring import Scorer, load_scorer

SQUARE = Aspect.parse("1:1")
FEW = CropSettings(windows=150)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture(scope="module")
def photo(samples: list[Path]) -> tuple[Picture, Faces]:
    picture = load_picture_to_search(samples[11])
    return picture, FaceDetector().detect_full_size(picture)


@pytest.mark.parametrize("aspect", COMMON_ASPECTS)
def test_a_large_photo_has_ten_thousand_windows_of_each_shape(aspect: Aspect) -> None:
    boxes = candidate_boxes((4000, 3000), NO_FACES, aspect)
    assert 10_000 <= len(boxes) <= 13_000
    assert len(set(boxes)) == len(boxes)
    assert min(min(box.width, box.height) for box in boxes) >= CropSettings().min_side_px


def test_bins_are_averages_of_the_part_of_the_map_that_a_window_covers() -> None:
    cells = np.arange((BINS + 1) * (BINS + 3), dtype=np.float32).reshape(BINS + 1, BINS + 3, 1)
    side, photo_wh = BINS * CELL_PX, ((BINS + 3) * CELL_PX, (BINS + 1) * CELL_PX)
    group = WindowGroup(side, side, np.array([0, CELL_PX]), np.array([CELL_PX // 2]), np.ones((1, 2), np.bool_))
    features = window_features(group, cells, photo_wh, photo_wh)
    assert features.shape == (2, BINS**2)
    half = (cells[:-1] + cells[1:])[..., 0] / 2
    assert np.allclose(features[0].reshape(BINS, BINS).T, half[:, 0:BINS])
    assert np.allclose(features[1].reshape(BINS, BINS).T, half[:, 1 : BINS + 1])


def test_scores_correct_the_estimates_of_windows_nearby() -> None:
    windows = np.array([[x, 0, x + 100, 100] for x in (0, 10, 400)])
    correction = Correction(windows, np.zeros(3, np.float32))
    correction.learn(np.array([0]), np.array([1.0], np.float32))
    better, doubt = correction.tell()
    assert 0.9 < better[0] <= 1
    assert 0.7 < better[1] < better[0]
    assert better[2] < better[1]
    assert doubt[0] < doubt[1] < doubt[2]


def test_the_shipped_head_serves_the_shipped_model() -> None:
    assert crop_head_for(load_card(MODEL_FOLDER).model_sha256) is not None
    assert crop_head_for("another model") is None


@pytest.mark.parametrize("sample", [1, 6, 11])
def test_the_fast_search_is_hardly_worse_than_the_exhaustive_one(
    samples: list[Path], scorer: Scorer, sample: int
) -> None:
    picture = load_picture_to_search(samples[sample])
    faces = FaceDetector().detect_full_size(picture)
    fast = list(search_crops(picture, faces, scorer, SQUARE, FEW))[-1].results[0]
    truth = list(search_crops(picture, faces, scorer, SQUARE, FEW, SearchWay.EXHAUSTIVE))[-1].results[0]
    assert fast.score.points >= truth.score.points - 3


def test_estimates_rank_windows_as_the_network_does(photo: tuple[Picture, Faces], scorer: Scorer) -> None:
    search = CropSearch(*photo, scorer, FEW)
    windows, estimates = search.estimates(SQUARE)
    boxes = [box for group in search.groups(SQUARE) for box in group.boxes()]
    assert [box.xyxy for box in boxes] == [tuple(window) for window in windows.tolist()]
    truth = np.array([score.logit for score in search.exact(boxes)], np.float32)
    assert rank_correlation(estimates, truth) > 0.7


def test_every_shape_keeps_the_face(photo: tuple[Picture, Faces], scorer: Scorer) -> None:
    picture, faces = photo
    best, main = search_shapes(picture, faces, scorer), main_faces(faces, CropSettings())
    assert list(best) == [aspect.name for aspect in COMMON_ASPECTS]
    for box in best.values():
        assert 0 <= box.x0 < box.x1 <= picture.full_size_wh[0]
        assert 0 <= box.y0 < box.y1 <= picture.full_size_wh[1]
        assert faces_kept(np.array([box.xyxy]), main, picture.full_size_wh, CropSettings())[0] == len(main)


def test_a_model_without_a_head_is_searched_too(
    photo: tuple[Picture, Faces], scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.crop_search.crop_head_for", lambda *_, **__: None)
    assert not CropSearch(*photo, scorer).has_head
    steps = list(search_crops(*photo, scorer, SQUARE))
    fast = steps[-1].results[0]
    assert 20 < steps[-1].total < 1000
    centred = CropSearch(*photo, scorer).exact([candidate_boxes(photo[0].full_size_wh, photo[1], SQUARE)[0]])[0]
    assert fast.score.points >= centred.points


def test_maps_are_made_when_they_are_asked_for(photo: tuple[Picture, Faces]) -> None:
    head = crop_head_for(load_card(MODEL_FOLDER).model_sha256)
    assert head is not None
    maps: FeatureMaps = head.maps(photo[0])
    few, many = LONG_SIDES
    assert maps.at(few) is maps.at(few)
    assert maps.at(few).shape[2] == maps.at(many).shape[2]


def test_free_is_as_good_as_the_best_shape(photo: tuple[Picture, Faces], scorer: Scorer) -> None:
    free = list(search_crops(*photo, scorer, FREE, FEW))[-1].results[0]
    shapes = [list(search_crops(*photo, scorer, shape, FEW))[-1].results[0] for shape in COMMON_ASPECTS]
    assert free.score.points >= max(crop.score.points for crop in shapes) - 3


def test_a_face_too_large_for_the_shape_keeps_eyes_and_mouth() -> None:
    landmarks = np.array([[[350, 400], [650, 400], [500, 550], [380, 700], [620, 700]]], np.float32)
    face = Faces(np.array([[200, 50, 800, 950]], np.float32), landmarks, np.ones(1, np.float32))
    boxes = candidate_boxes((1000, 1000), face, Aspect.parse("16:9"), CropSettings(windows=500))
    assert len(boxes) > 100
    assert all(box.y0 <= 400 and box.y1 >= 700 for box in boxes)


def test_a_row_of_people_too_wide_for_a_square_is_told(photo: tuple[Picture, Faces], scorer: Scorer) -> None:
    picture, faces = photo
    height = picture.pixels.shape[0]
    row = Picture(np.ascontiguousarray(np.tile(picture.pixels, (1, 4, 1))), (4 * picture.pixels.shape[1], height))
    found = FaceDetector().detect_full_size(row)
    crop = list(search_crops(row, found, scorer, SQUARE, FEW))[-1].results[0]
    assert 0 < crop.faces_lost < len(found)
    alone = list(search_crops(picture, faces, scorer, SQUARE, FEW))[-1].results[0]
    assert alone.faces_lost == 0
    # A wider shape keeps all of them: where any shape will do, nobody is left out for a better score.
    free = list(search_crops(row, found, scorer, FREE, FEW))[-1].results
    assert {crop.faces_lost for crop in free} == {0}


@pytest.mark.parametrize("level", [0, 255, 90])
@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_bars_around_a_photo_are_found(samples: list[Path], level: int, noise: float) -> None:
    pixels = load_picture(samples[0], 600).pixels
    height, width = pixels.shape[:2]
    rng = np.random.default_rng(0)
    for bar_x, bar_y in ((0, 60), (60, 0), (50, 50)):
        framed = level + rng.normal(0, noise, (height + 2 * bar_y, width + 2 * bar_x, 3))
        framed[bar_y : bar_y + height, bar_x : bar_x + width] = pixels
        inside = photo_within(np.clip(framed, 0, 255).astype(np.uint8))
        expected = (bar_x, bar_y, bar_x + width, bar_y + height)
        assert np.abs(np.subtract(inside.xyxy, expected)).max() <= 3


@pytest.mark.parametrize("bars", [(60, 0, 0, 0), (0, 0, 0, 40), (30, 0, 70, 0), (50, 20, 0, 0)])
def test_clean_bars_need_not_lie_on_both_sides(samples: list[Path], bars: tuple[int, int, int, int]) -> None:
    pixels = load_picture(samples[0], 600).pixels
    height, width = pixels.shape[:2]
    left, top, right, bottom = bars
    framed = np.pad(pixels, ((top, bottom), (left, right), (0, 0)), constant_values=255)
    inside = photo_within(framed)
    assert np.abs(np.subtract(inside.xyxy, (left, top, left + width, top + height))).max() <= 3


def test_a_wall_on_one_side_is_no_bar(samples: list[Path]) -> None:
    pixels = load_picture(samples[0], 600).pixels
    wall = np.random.default_rng(0).normal(190, 6, (pixels.shape[0], 60, 3)).clip(0, 255).astype(np.uint8)
    beside = np.hstack([wall, pixels])
    assert photo_within(beside).xyxy == (0, 0, beside.shape[1], beside.shape[0])


def test_photos_without_bars_stay_whole(samples: list[Path]) -> None:
    for path in samples:
        pixels = load_picture_to_search(path).pixels
        assert photo_within(pixels).xyxy == (0, 0, pixels.shape[1], pixels.shape[0])


def _with_bars(picture: Picture) -> Picture:
    """Bars of 80 pixels above and below, in a photo of twice the size."""
    framed = np.pad(picture.pixels, ((80, 80), (0, 0), (0, 0)))
    return Picture(framed, (2 * framed.shape[1], 2 * framed.shape[0]))


def test_original_is_the_shape_of_the_picture_between_its_bars(photo: tuple[Picture, Faces], scorer: Scorer) -> None:
    picture, _ = photo
    height, width = picture.pixels.shape[:2]
    boxed = _with_bars(picture)
    faces = FaceDetector().detect_full_size(boxed)
    for crop in list(search_crops(boxed, faces, scorer, ORIGINAL))[-1].results:
        assert crop.box.width / crop.box.height == pytest.approx(width / height, rel=0.02)


def test_no_crop_holds_a_bar(photo: tuple[Picture, Faces], scorer: Scorer) -> None:
    picture, _ = photo
    height, boxed = picture.pixels.shape[0], _with_bars(picture)
    faces = FaceDetector().detect_full_size(boxed)
    for aspect in (COMMON_ASPECTS[0], SQUARE):
        for crop in list(search_crops(boxed, faces, scorer, aspect))[-1].results:
            assert crop.box.y0 >= 160 - 6
            assert crop.box.y1 <= 160 + 2 * height + 6
