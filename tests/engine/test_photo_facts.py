"""Facts of a finished photo: what a known change of it does to them."""

from math import isnan

import numpy as np
import pytest

from engine.faces import NO_FACES, FaceDetector, Faces
from engine.photo_facts import FactsReader, PhotoFacts
from engine.pictures import load_picture
from engine.pixels import Pixels


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    from engine.resources import SAMPLES

    return load_picture(SAMPLES / "sample-01.jpg", 640).pixels


@pytest.fixture(scope="module")
def faces(portrait: Pixels) -> Faces:
    return FaceDetector().detect(portrait)


@pytest.fixture(scope="module")
def reader() -> FactsReader:
    return FactsReader()


@pytest.fixture(scope="module")
def facts(portrait: Pixels, faces: Faces, reader: FactsReader) -> PhotoFacts:
    return reader.read(portrait, faces)


def test_darker_is_less_bright(portrait: Pixels, faces: Faces, reader: FactsReader, facts: PhotoFacts) -> None:
    dark = reader.read((portrait * 0.5).astype(np.uint8), faces)
    assert dark.brightness == pytest.approx(0.5 * facts.brightness, rel=0.1)


def test_without_a_face_what_needs_one_is_not_known(portrait: Pixels, reader: FactsReader) -> None:
    facts = reader.read(portrait, NO_FACES)
    assert (facts.faces, facts.eyes_read, facts.eyes_closed) == (0, 0, 0)
    assert all(isnan(fact) for fact in (facts.face_share, facts.face_height, facts.face_x, facts.face_y, facts.tilt))
    assert not isnan(facts.sharpness)
    assert not isnan(facts.brightness)
