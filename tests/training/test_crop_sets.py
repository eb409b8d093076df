"""The public crop sets: their formats, the figures, and the floors that are known of them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from engine.faces import NO_FACES, FaceDetector
from engine.geometry import Box
from engine.scoring import load_scorer
from training.commands import app
from training.crop_evaluate import (
    CENTRED,
    FACE,
    LARGEST,
    NETWORK,
    RANDOM,
    WHOLE,
    centred,
    evaluate_boxes,
    evaluate_ranking,
    frame_around_faces,
    ranking_floors,
)
from training.crop_metrics import box_figures, displacement, ranking_figures, share_of_good
from training.crop_sets import BestCrops, CropSetName, ScoredCrops, read_best_crops, read_scored_crops, read_split


@pytest.fixture
def annotations(data_folder: Path) -> Path:
    folder = data_folder / "crop_annotations"
    if not folder.is_dir():
        pytest.skip(f"needs the public annotations in {folder}")
    return folder


def test_the_floors_of_gaicd_are_those_that_are_known(annotations: Path) -> None:
    rows = read_scored_crops(annotations / "GAICD_image_crop.json")
    floors = ranking_floors(rows)
    assert len(rows) == 1236
    assert floors[LARGEST].srcc == pytest.approx(0.318, abs=0.0005)
    assert floors[RANDOM].srcc == pytest.approx(0, abs=0.02)
    assert floors[CENTRED].srcc > floors[RANDOM].srcc
    assert all(max(row.size_wh) in (640, 849, 950, 1000, 1024) for row in rows)


def test_the_real_files_of_the_other_sets_are_read(annotations: Path) -> None:
    flms = read_best_crops(annotations / "FLMS_image_crop.json", CropSetName.FLMS)
    assert len(flms) == 500
    assert max(len(row.truths) for row in flms) == 10
    assert len(read_best_crops(annotations / "FCDB_image_crop.json", CropSetName.FCDB)) == 1580
    assert len(read_split(annotations / "GAICD_human_data_split.json", "test")) == 50


def test_gaicd_is_read_from_its_own_text(tmp_path: Path) -> None:
    (tmp_path / "17.txt").write_text("10 20 110 220 3.5\n0 0 90 200 4.5\n5 5 50 50 -2\n")
    (row,) = read_scored_crops(tmp_path)
    assert row.picture == "17.jpg"
    assert row.boxes_xyxy.tolist() == [[20, 10, 220, 110], [0, 0, 200, 90]]
    assert row.opinions.tolist() == [3.5, 4.5]
    (tmp_path / "18.txt").write_text("1 2 3\n")
    with pytest.raises(ValueError, match=r"18\.txt"):
        read_scored_crops(tmp_path)


def test_fcdb_is_read_from_its_own_json(tmp_path: Path) -> None:
    own = tmp_path / "cropping_testing_set.json"
    own.write_text(json.dumps([{"url": "https://example.com/1/a_b.jpg", "crop": [10, 20, 300, 200]}]))
    assert read_best_crops(own, CropSetName.FCDB) == [BestCrops("a_b.jpg", (Box(10, 20, 310, 220),))]
    own.write_text("not json")
    with pytest.raises(ValueError, match="no JSON"):
        read_best_crops(own, CropSetName.FCDB)


def test_a_perfect_ranking_and_its_reverse() -> None:
    opinions = np.arange(20.0)
    best, worst = (ranking_figures([(scores, opinions)]) for scores in (opinions**3, -opinions))
    assert best.srcc == pytest.approx(1)
    assert best.pcc < 1
    assert best.mean_acc(5) == 1
    assert (worst.srcc, worst.mean_acc(10)) == (pytest.approx(-1), 0)


def test_the_share_of_good_ones_counts_those_that_are_as_good_as_the_last() -> None:
    opinions = np.array([5.0, 4.0, 4.0, 1.0])
    predicted = np.array([1.0, 2.0, 4.0, 3.0])
    assert share_of_good(predicted, opinions, 1, 2) == 1  # tied with the second best
    assert share_of_good(predicted, opinions, 2, 2) == 0.5


def test_the_nearest_of_several_truths_counts() -> None:
    truths = (Box(0, 0, 100, 100), Box(100, 0, 200, 100))
    figures = box_figures([(Box(100, 0, 200, 50), truths, (200, 100))])
    assert figures.iou == 0.5
    assert figures.bde == pytest.approx(0.5 / 4)
    assert displacement(truths[0], truths[1], (200, 100)) == 0.25


def test_floors_of_a_picture_are_what_they_say() -> None:
    assert centred((1000, 500)) == Box(50, 25, 950, 475)
    assert math.isclose(centred((1000, 500)).iou(Box(0, 0, 1000, 500)), 0.81)
    assert frame_around_faces(NO_FACES, (300, 200)) == Box(0, 0, 300, 200)


def test_with_pictures_the_network_stands_beside_the_floors(tmp_path: Path, samples: list[Path]) -> None:
    with Image.open(samples[0]) as image:
        image.resize((240, 240)).save(tmp_path / "a.jpg")
    scorer, detector = load_scorer(), FaceDetector()
    box_set = [BestCrops("a.jpg", (Box(0, 0, 240, 240),)), BestCrops("gone.jpg", (Box(0, 0, 9, 9),))]
    boxes = list(evaluate_boxes(box_set, tmp_path, scorer, detector))[-1].results[0]
    assert set(boxes) == {RANDOM, WHOLE, CENTRED, FACE, NETWORK}
    assert (boxes[WHOLE].iou, boxes[WHOLE].pictures) == (1, 1)
    assert boxes[CENTRED].iou == pytest.approx(0.81)
    crops = np.array([[20, 20, 220, 220], [20, 20, 120, 120], [60, 60, 200, 220]], np.float64)
    scored = [ScoredCrops("a.jpg", crops, np.array([4.0, 2.0, 3.0]))]
    ranks = list(evaluate_ranking(scored, tmp_path, scorer, detector))[-1].results[0]
    assert set(ranks) == {RANDOM, LARGEST, CENTRED, FACE, NETWORK}
    with pytest.raises(ValueError, match="none of the pictures"):
        list(evaluate_ranking(scored, tmp_path / "empty", scorer, detector))


def test_without_pictures_the_command_prints_the_floors(tmp_path: Path) -> None:
    file = tmp_path / "gaicd.json"
    boxes = [[10, 10, 90, 90], [10, 10, 50, 90], [50, 10, 90, 90]]
    file.write_text(json.dumps({"a.jpg": {"bbox": boxes, "score": [5, 3, 2]}}))
    done = CliRunner().invoke(app, ["crop-eval", str(file)])
    assert done.exit_code == 0, done.output
    assert "largest area: SRCC 0.866" in done.stdout
    assert CliRunner().invoke(app, ["crop-eval", str(file), "--set", "fcdb"]).exit_code == 1
