from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.faces import FaceDetector
from engine.pictures import load_picture


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


def test_every_sample_has_a_face_inside_its_picture(samples: list[Path], detector: FaceDetector) -> None:
    for sample in samples:
        picture = load_picture(sample)
        faces = detector.detect(picture.pixels)
        assert len(faces) >= 1, sample
        for box in faces.boxes_within(picture.full_size_wh):
            assert box.area > 0


def test_no_face_is_empty_not_none(detector: FaceDetector) -> None:
    faces = detector.detect(np.full((300, 400, 3), 200, np.uint8))
    assert len(faces) == 0
    assert faces.boxes_xyxy.shape == (0, 4)
    assert faces.landmarks_xy.shape == (0, 5, 2)
    assert faces.boxes_within((400, 300)) == []


def test_a_face_that_fills_the_picture_is_found(samples: list[Path], detector: FaceDetector) -> None:
    for sample in samples[:8]:
        picture = load_picture(sample)
        box = detector.detect(picture.pixels).boxes_within(picture.full_size_wh)[0]
        inset = box.width // 8
        close_up = np.ascontiguousarray(
            picture.pixels[box.y0 + inset : box.y1 - inset, box.x0 + inset : box.x1 - inset]
        )
        enlarged = cv2.resize(close_up, (1200, 1500))
        assert len(detector.detect(enlarged)) == 1, sample


def test_faces_are_told_in_pixels_of_the_picture_whatever_its_size(samples: list[Path], detector: FaceDetector) -> None:
    pixels = load_picture(samples[0]).pixels
    large = cv2.resize(pixels, None, fx=3, fy=3)
    small_box, large_box = detector.detect(pixels).boxes_xyxy[0], detector.detect(large).boxes_xyxy[0]
    np.testing.assert_allclose(large_box / 3, small_box, atol=0.06 * pixels.shape[1])
