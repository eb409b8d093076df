"""Facts of a finished photo: what a known change of it does to them, and what they say of known photos."""

import csv
from math import isnan
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.faces import NO_FACES, PHOTO_LONG_SIDE, FaceDetector, Faces
from engine.photo_facts import FactsReader, PhotoFacts
from engine.pictures import load_picture
from engine.pixels import Pixels


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.fixture(scope="module")
def reader() -> FactsReader:
    return FactsReader()


@pytest.fixture(scope="module")
def portraits(samples: list[Path], detector: FaceDetector) -> list[tuple[Pixels, Faces]]:
    pictures = [load_picture(sample, PHOTO_LONG_SIDE).pixels for sample in samples]
    return [(pixels, detector.detect(pixels)) for pixels in pictures]


@pytest.fixture(scope="module")
def all_facts(portraits: list[tuple[Pixels, Faces]], reader: FactsReader) -> list[PhotoFacts]:
    return [reader.read(*portrait) for portrait in portraits]


def changed(picture: Pixels, change: str) -> Pixels:
    match change:
        case "blurred":
            return cv2.GaussianBlur(picture, (0, 0), 1.6).astype(np.uint8)
        case "shaken":
            return cv2.blur(picture, (7, 1)).astype(np.uint8)
        case "dark":
            return (picture * 0.5).astype(np.uint8)
        case "grey":
            return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)
        case "flat":
            return (picture * 0.4 + 90).astype(np.uint8)
        case _:
            return (picture.astype(np.float32) * 3).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("change", "fact", "at_most"),
    [
        ("blurred", "sharpness", 0.8),
        ("shaken", "sharpness", 0.8),
        ("dark", "brightness", 0.52),
        ("grey", "colourfulness", 0.01),
        ("flat", "contrast", 0.45),
    ],
)
def test_a_change_for_the_worse_lowers_its_fact(
    portraits: list[tuple[Pixels, Faces]],
    all_facts: list[PhotoFacts],
    reader: FactsReader,
    change: str,
    fact: str,
    at_most: float,
) -> None:
    for (picture, faces), facts in zip(portraits, all_facts, strict=True):
        worse = reader.read(changed(picture, change), faces)
        assert getattr(worse, fact) <= at_most * getattr(facts, fact)


def test_overexposed_is_blown_and_darkness_is_crushed(
    portraits: list[tuple[Pixels, Faces]], all_facts: list[PhotoFacts], reader: FactsReader
) -> None:
    for (picture, faces), facts in zip(portraits, all_facts, strict=True):
        assert reader.read(changed(picture, "overexposed"), faces).blown > facts.blown + 0.02
        assert reader.read((picture // 60).astype(np.uint8), faces).crushed > 0.95


def test_darkness_and_half_the_size_leave_sharpness_about_as_it_is(
    portraits: list[tuple[Pixels, Faces]], all_facts: list[PhotoFacts], reader: FactsReader
) -> None:
    for (picture, faces), facts in zip(portraits, all_facts, strict=True):
        assert reader.read(changed(picture, "dark"), faces).sharpness == pytest.approx(facts.sharpness, abs=0.08)
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
        halved = reader.read(half, faces.scaled((0.5, 0.5)))
        assert halved.sharpness == pytest.approx(facts.sharpness, abs=0.2)
        assert halved.brightness == pytest.approx(facts.brightness, abs=12)
        assert halved.face_share == pytest.approx(facts.face_share, rel=0.05)


def test_where_the_face_is(portraits: list[tuple[Pixels, Faces]], reader: FactsReader) -> None:
    picture = np.full((400, 600, 3), 120, np.uint8)
    faces = Faces(np.array([[60, 100, 180, 260]], np.float32), portraits[0][1].landmarks_xy[:1], np.ones(1, np.float32))
    facts = reader.read(picture, faces)
    assert facts.faces == 1
    assert facts.face_share == pytest.approx(120 * 160 / 240_000)
    assert (facts.face_height, facts.face_x, facts.face_y) == pytest.approx((0.4, 0.2, 0.45))


@pytest.mark.parametrize("degrees", [-25, 0, 25])
def test_tilt_follows_a_turned_photo(
    portraits: list[tuple[Pixels, Faces]], reader: FactsReader, detector: FaceDetector, degrees: int
) -> None:
    read = []
    for picture, _ in portraits:
        height, width = picture.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
        turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
        read.append(reader.read(turned, detector.detect(turned)).tilt)
    assert np.nanmedian(read) == pytest.approx(degrees, abs=8)


def test_without_a_face_what_needs_one_is_not_known(portraits: list[tuple[Pixels, Faces]], reader: FactsReader) -> None:
    facts = reader.read(portraits[0][0], NO_FACES)
    assert (facts.faces, facts.eyes_read, facts.eyes_closed) == (0, 0, 0)
    of_a_face = (facts.face_share, facts.face_height, facts.face_x, facts.face_y, facts.tilt, facts.smile)
    assert all(isnan(fact) for fact in of_a_face)
    assert not isnan(facts.sharpness)
    assert not isnan(facts.brightness)


def test_a_soft_background_is_no_fault_without_a_face(
    portraits: list[tuple[Pixels, Faces]], reader: FactsReader
) -> None:
    picture = portraits[0][0]
    soft = cv2.GaussianBlur(picture, (0, 0), 6).astype(np.uint8)
    blurred = reader.read(soft, NO_FACES).sharpness
    soft[100:300, 100:300] = picture[100:300, 100:300]
    assert reader.read(soft, NO_FACES).sharpness > 2 * blurred


def test_lines_one_way_here_and_the_other_way_there_are_sharp_nowhere_but_known(reader: FactsReader) -> None:
    picture = np.full((160, 320, 3), 120, np.uint8)
    picture[::4, :160], picture[:, 160::4] = 200, 200
    picture[80:82, 20:60], picture[20:60, 240:242] = 0, 0
    assert 0 <= reader.read(picture, NO_FACES).sharpness <= 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 640, 3), (640, 2, 3), (40, 40, 3)])
def test_a_picture_of_nothing_has_no_sharpness(reader: FactsReader, shape: tuple[int, int, int]) -> None:
    facts = reader.read(np.zeros(shape, np.uint8), NO_FACES)
    assert isnan(facts.sharpness)
    assert (facts.brightness, facts.crushed, facts.colourfulness) == (0, 1, 0)


def test_a_face_of_a_pixel_or_over_the_edge_is_measured_all_the_same(
    portraits: list[tuple[Pixels, Faces]], reader: FactsReader
) -> None:
    picture, faces = portraits[0]
    for box in ([3, 3, 4, 4], [-50, -60, 40, 50]):
        moved = Faces(np.array([box], np.float32), np.zeros((1, 5, 2), np.float32), faces.confidence[:1])
        facts = reader.read(picture, moved)
        assert facts.faces == 1
        assert isnan(facts.smile)
        assert 0 <= facts.face_x <= 1
        assert facts.eyes_read == 0


def test_shut_eyes_are_counted(data_folder: Path, reader: FactsReader, detector: FaceDetector) -> None:
    for name, closed in (("selfies_train_only/selfie_0119.jpg", 1), ("groups/pyopensci_groups_0006.jpg", 1)):
        picture = load_picture(data_folder / name, PHOTO_LONG_SIDE).pixels
        facts = reader.read(picture, detector.detect(picture))
        assert facts.eyes_closed == closed
        assert facts.eyes_read >= closed


def test_people_who_smile_are_told_from_the_same_people_who_do_not(
    data_folder: Path, reader: FactsReader, detector: FaceDetector
) -> None:
    with (data_folder / "photos.csv").open() as file:
        studio = [row["file"] for row in csv.DictReader(file) if "webmorph_london" in row["file"]]
    smiles: dict[bool, list[float]] = {True: [], False: []}
    for name in studio[::2]:
        picture = load_picture(data_folder / name, PHOTO_LONG_SIDE).pixels
        smiles["smiling" in name].append(reader.read(picture, detector.detect(picture)).smile)
    smiling, neutral = np.array(smiles[True]), np.array(smiles[False])
    assert len(smiling) > 40
    assert (smiling[:, None] > neutral).mean() > 0.85
