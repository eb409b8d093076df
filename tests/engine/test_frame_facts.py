"""Measured facts: what a photographer would read off the picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.faces import NO_FACES, FaceDetector, Faces
from engine.frame_facts import FaceFacts, measure_frame
from engine.pictures import load_picture
from engine.pixels import Pixels


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    from engine.resources import SAMPLES

    return load_picture(SAMPLES / "sample-01.jpg", 640).pixels


def _face(picture: Pixels) -> FaceFacts:
    face = measure_frame(picture, FaceDetector().detect(picture)).face
    assert face is not None
    return face


def test_nobody_is_a_fact(portrait: Pixels) -> None:
    facts = measure_frame(portrait, NO_FACES)
    assert (facts.face, facts.faces, facts.bystanders) == (None, 0, 0)


def test_a_portrait_is_whole_level_and_lit(portrait: Pixels) -> None:
    face = _face(portrait)
    assert face.cut == ()
    assert 0.15 < face.height < 0.8
    assert face.lit > 100


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_face_that_an_edge_cuts_is_told_with_its_side(portrait: Pixels, side: str) -> None:
    box = FaceDetector().detect(portrait).boxes_within((portrait.shape[1], portrait.shape[0]))[0]
    third_x, third_y = box.width // 3, box.height // 3
    y0, y1, x0, x1 = {
        "left": (0, None, box.x0 + third_x, None),
        "right": (0, None, 0, box.x1 - third_x),
        "top": (box.y0 + third_y, None, 0, None),
        "bottom": (0, box.y1 - third_y, 0, None),
    }[side]
    cut = np.ascontiguousarray(portrait[y0:y1, x0:x1])
    boxes = np.array([[box.x0 - x0, box.y0 - y0, box.x1 - x0, box.y1 - y0]], np.float32)
    faces = Faces(boxes, np.zeros((1, 5, 2), np.float32), np.ones(1, np.float32))
    facts = measure_frame(cut, faces).face
    assert facts is not None
    assert facts.cut == (side,)


def test_blur_and_darkness_are_measured_on_the_face(portrait: Pixels) -> None:
    face, blurred = _face(portrait), _face(cv2.GaussianBlur(portrait, (0, 0), 4).astype(np.uint8))
    assert blurred.sharpness < 0.35 * face.sharpness
    dark = _face((portrait * 0.4).astype(np.uint8))
    assert dark.lit == pytest.approx(0.4 * face.lit, rel=0.1)
    assert dark.sharpness > 0.5 * face.sharpness


def test_a_small_face_behind_is_a_bystander_and_company_is_not(samples: list[Path]) -> None:
    boxes = np.array([[0, 0, 100, 100], [100, 0, 190, 90], [200, 0, 230, 30]], np.float32)
    faces = Faces(boxes, np.zeros((3, 5, 2), np.float32), np.full(3, 0.95, np.float32))
    assert measure_frame(np.zeros((200, 300, 3), np.uint8), faces).bystanders == 1


def test_a_window_behind_is_glare(portrait: Pixels) -> None:
    bright = portrait.copy()
    box = FaceDetector().detect(portrait).boxes_within((portrait.shape[1], portrait.shape[0]))[0]
    bright[:, : box.x0], bright[:, box.x1 :] = 255, 255
    assert _face(portrait).glare < 0.1
    assert _face(bright).glare > 0.4
