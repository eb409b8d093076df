"""Why a photo scores as it does, in words that a person would use."""

from dataclasses import replace
from math import nan
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.faces import PHOTO_LONG_SIDE, FaceDetector
from engine.photo_facts import FactsReader, PhotoFacts
from engine.pictures import load_picture
from engine.reasons import advantages, reasons, why_best

PLAIN = PhotoFacts(
    faces=1,
    face_share=0.05,
    face_height=0.3,
    face_x=0.5,
    face_y=0.45,
    tilt=0.0,
    sharpness=0.48,
    brightness=170.0,
    contrast=60.0,
    blown=0.0,
    crushed=0.0,
    colourfulness=40.0,
    eyes_read=0,
    eyes_closed=0,
    smile=0.4,
)
NOBODY = replace(
    PLAIN, faces=0, face_share=nan, face_height=nan, face_x=nan, face_y=nan, tilt=nan, smile=nan, sharpness=0.66
)


def said(facts: PhotoFacts) -> list[str]:
    return [reason.text for reason in reasons(facts)]


def test_of_a_plain_photo_nothing_is_said() -> None:
    assert reasons(PLAIN) == []


@pytest.mark.parametrize(
    ("facts", "text", "is_good"),
    [
        (NOBODY, "No face is found", False),
        (replace(PLAIN, sharpness=0.6), "The face is sharp", True),
        (replace(PLAIN, sharpness=0.2), "The face is blurred", False),
        (replace(PLAIN, brightness=90.0), "There is little light on the face", False),
        (replace(PLAIN, brightness=220.0), "The face is well lit", True),
        (replace(PLAIN, face_share=0.02), "The face is small: 2 % of the picture", False),
        (replace(PLAIN, blown=0.12), "Highlights are burnt out: 12 % of the picture", False),
        (replace(PLAIN, crushed=0.3), "Shadows are black: 30 % of the picture", False),
        (replace(PLAIN, contrast=20.0), "It has little contrast", False),
        (replace(PLAIN, tilt=-26.0), "The head is tilted by about 26°", False),
        (replace(PLAIN, face_x=0.2), "The face is far to the left", False),
        (replace(PLAIN, smile=0.9), "There is a smile", True),
        (replace(PLAIN, face_share=0.2), "The face is well placed and of good size", True),
        (replace(PLAIN, eyes_read=1), "The eyes are open", True),
        (replace(PLAIN, eyes_read=1, eyes_closed=1), "The eyes are shut", False),
        (replace(PLAIN, faces=4, eyes_read=2, eyes_closed=2), "Two people have their eyes shut", False),
        (replace(PLAIN, faces=2, eyes_read=2, eyes_closed=1), "One person has the eyes shut", False),
    ],
)
def test_each_fact_has_its_sentence(facts: PhotoFacts, text: str, is_good: bool) -> None:
    assert [(reason.text, reason.is_good) for reason in reasons(facts)] == [(text, is_good)]


def test_what_matters_most_comes_first() -> None:
    facts = replace(PLAIN, contrast=20.0, sharpness=0.2, eyes_read=1, eyes_closed=1)
    assert said(facts) == ["The eyes are shut", "The face is blurred", "It has little contrast"]


def test_a_blurred_and_a_dark_copy_of_a_real_photo_are_called_so(samples: list[Path]) -> None:
    detector, reader = FaceDetector(), FactsReader()
    for sample in samples[:8]:
        picture = load_picture(sample, PHOTO_LONG_SIDE).pixels
        faces = detector.detect(picture)
        blurred = cv2.GaussianBlur(picture, (0, 0), 3).astype(np.uint8)
        dark = (picture * 0.4).astype(np.uint8)
        for text, worse in (("The face is blurred", blurred), ("There is little light on the face", dark)):
            assert text not in said(reader.read(picture, faces))
            assert text in said(reader.read(worse, faces))


def test_why_the_best_is_the_best() -> None:
    shut = replace(PLAIN, eyes_read=1, eyes_closed=1)
    best = replace(PLAIN, eyes_read=1, sharpness=0.6)
    assert why_best(best, [shut, PLAIN], 62.4, [50.2, 31]) == "Eyes open, sharper face, +12 points"
    assert why_best(best, [best], 51.0, [50.2]) == "+1 point"
    assert why_best(PLAIN, [PLAIN, PLAIN]) == "Much like the others"
    assert why_best(PLAIN, []) == ""


def test_facts_that_are_not_known_are_no_advantage() -> None:
    assert why_best(NOBODY, [NOBODY, PLAIN]) == "Much like the others"
    assert why_best(replace(NOBODY, sharpness=0.8), [NOBODY]) == "Sharper"


def test_each_photo_of_a_group_says_what_it_has_over_the_others() -> None:
    sharp, blurred = replace(PLAIN, sharpness=0.6), replace(PLAIN, sharpness=0.4, smile=1.0)
    assert advantages(sharp, [blurred]) == ["sharper face"]
    assert advantages(blurred, [sharp]) == ["a broader smile"]
    assert advantages(sharp, [sharp]) == []
