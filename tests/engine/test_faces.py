import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engine.errors import ModelError
from engine.face_network import FaceNetwork
from engine.faces import PHOTO_LONG_SIDE, FaceDetector
from engine.pictures import load_picture
from engine.resources import EYE_CONTOUR, FACE_DETECTOR


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


def test_the_faces_are_those_that_opencv_finds_with_the_original_network(
    samples: list[Path], detector: FaceDetector
) -> None:
    """The file holds, of each sample, x, y, width, height, landmarks and confidence from `cv2.FaceDetectorYN`.

    It saw them as Pillow reduces them.
    """
    of_opencv = json.loads(Path(__file__).with_name("faces_of_opencv.json").read_text())
    for sample in samples:
        image = Image.fromarray(load_picture(sample).pixels)
        scale = PHOTO_LONG_SIDE / max(image.size)
        reduced = image.resize((round(scale * image.width), round(scale * image.height)), Image.Resampling.BILINEAR)
        faces = detector.detect(np.asarray(reduced))
        rows = np.array(of_opencv[sample.name])
        np.testing.assert_allclose(faces.boxes_xyxy[:, :2], rows[:, :2], atol=0.3)
        np.testing.assert_allclose(faces.boxes_xyxy[:, 2:], rows[:, :2] + rows[:, 2:4], atol=0.3)
        np.testing.assert_allclose(faces.landmarks_xy, rows[:, 4:14].reshape(-1, 5, 2), atol=0.3)
        np.testing.assert_allclose(faces.confidence, rows[:, 14], atol=0.01)


@pytest.mark.parametrize("shape", [(1, 1), (31, 640), (480, 33), (97, 64)])
def test_a_picture_of_any_shape_is_searched(detector: FaceDetector, shape: tuple[int, int]) -> None:
    assert len(detector.detect(np.full((*shape, 3), 90, np.uint8))) == 0


def test_pictures_at_once_are_as_sure_as_one_by_one(samples: list[Path]) -> None:
    network = FaceNetwork()
    views = np.stack(
        [cv2.resize(load_picture(sample).pixels, (128, 160)) for sample in samples] + [np.zeros((160, 128, 3))]
    )
    sure = network.confidence(views.astype(np.uint8))
    alone = [network.find(view)[:, 14].max(initial=0) for view in views.astype(np.uint8)]
    np.testing.assert_allclose(sure, alone, atol=1e-4)
    assert (sure[:-1] > 0.7).mean() > 0.8
    assert sure[-1] == 0


def test_a_missing_damaged_or_other_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        FaceDetector(model=tmp_path / "missing.onnx")
    damaged = tmp_path / "damaged.onnx"
    for content in (b"", b"not a network", FACE_DETECTOR.read_bytes()[:100_000], EYE_CONTOUR.read_bytes()):
        damaged.write_bytes(content)
        with pytest.raises(ModelError):
            FaceDetector(model=damaged)
