from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import ModelError
from engine.eyes import FACE_LIMIT, EyeReader, Eyes, WatchedEyes
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.pictures import load_picture
from engine.pixels import Floats, Pixels
from engine.resources import EYE_CONTOUR, FACE_DETECTOR

# Looked at one by one: both eyes shut, of one face or of the n-th largest of several.
SHUT = {
    "selfies_train_only/selfie_0119.jpg": 0,
    "selfies_train_only/selfie_0599.jpg": 0,
    "selfies_train_only/selfie_0694.jpg": 0,
    "selfies_train_only/selfie_0858.jpg": 0,
    "selfies_train_only/selfie_1039.jpg": 0,
    "selfies_train_only/selfie_1197.jpg": 0,
    "selfies_train_only/selfie_1698.jpg": 0,
    "goodportrait_train_only/6924e8d6d2.jpg": 0,
    "goodportrait_train_only/d7dc2cc5ec.jpg": 0,
    "groups/pyopensci_groups_0006.jpg": 1,
    "groups/ols_groups_0005.jpg": 2,
}
# Looked at one by one: eyes narrowed by a laugh or by the sun, and open.
NARROW = (
    "portraits/pif_fellows_0001.jpg",
    "portraits/18f_team_0256.jpg",
    "portraits/ropensci_people_0065.jpg",
    "portraits/interfaces_cc0_0078.jpg",
    "portraits_train_only/house_0012.jpg",
    "portraits_train_only/house_0061.jpg",
    "portraits_train_only/house_0123.jpg",
    "portraits_train_only/house_0252.jpg",
)


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.fixture(scope="module")
def reader() -> EyeReader:
    return EyeReader()


@pytest.fixture(scope="module")
def portraits(samples: list[Path], detector: FaceDetector) -> list[tuple[Pixels, Faces]]:
    pictures = [load_picture(sample).pixels for sample in samples]
    return [(pixels, detector.detect(pixels)) for pixels in pictures]


def with_landmarks(faces: Faces, landmarks_xy: Floats) -> Faces:
    return Faces(faces.boxes_xyxy, landmarks_xy.astype(np.float32), faces.confidence)


def painted_shut(pixels: Pixels, faces: Faces) -> Pixels:
    """Skin from below each eye laid over it, softened, and a line of lashes that hangs below the corners."""
    painted = pixels.copy()
    for eyes in faces.landmarks_xy[:, :2]:
        across = eyes[1] - eyes[0]
        distance, angle = float(np.hypot(*across)), float(np.degrees(np.arctan2(across[1], across[0])))
        lid, lashes = ((round(w * distance), round(h * distance)) for w, h in ((0.26, 0.16), (0.2, 0.08)))
        centers = np.rint(eyes).astype(int).tolist()
        for x, y in centers:
            cheek = pixels[y + lid[0] : y + lid[0] + lid[1], x - lashes[1] : x + lashes[1]].reshape(-1, 3)
            cv2.ellipse(painted, (x, y), lid, angle, 0, 360, np.median(cheek, axis=0).tolist(), -1, cv2.LINE_AA)
        painted = cv2.GaussianBlur(painted, (0, 0), 0.02 * distance)
        for x, y in centers:
            cv2.ellipse(painted, (x, y), lashes, angle, 10, 170, (40, 25, 20), round(0.035 * distance), cv2.LINE_AA)
    return painted


def test_open_eyes_are_not_called_closed(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    for pixels, faces in portraits:
        eyes = reader.read(pixels, faces)
        assert eyes.opening.shape == eyes.sag.shape == (len(faces), 2)
        assert eyes.opening.dtype == eyes.sag.dtype == np.float32
        assert not eyes.closed.any()
        assert np.isfinite(eyes.opening).all()


def test_eyes_painted_shut_are_called_closed(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    closed = [reader.read(painted_shut(pixels, faces), faces).closed for pixels, faces in portraits]
    assert np.concatenate(closed).mean() > 0.7


def test_shut_eyes_are_called_closed(data_folder: Path, detector: FaceDetector, reader: EyeReader) -> None:
    for name, face in SHUT.items():
        pixels = load_picture(data_folder / name).pixels
        assert reader.read(pixels, detector.detect(pixels)).closed[face], name


def test_narrowed_eyes_are_not_called_closed(data_folder: Path, detector: FaceDetector, reader: EyeReader) -> None:
    for name in NARROW:
        pixels = load_picture(data_folder / name).pixels
        eyes = reader.read(pixels, detector.detect(pixels))
        assert np.isfinite(eyes.opening[0]).all(), name
        assert not eyes.closed[0], name


def test_a_mirrored_photo_swaps_left_and_right(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    for pixels, faces in portraits:
        width = pixels.shape[1]
        mirrored_xy = (faces.landmarks_xy * (-1, 1) + (width, 0))[:, [1, 0, 2, 4, 3]]
        eyes = reader.read(pixels, faces)
        mirrored = reader.read(np.ascontiguousarray(pixels[:, ::-1]), with_landmarks(faces, mirrored_xy))
        np.testing.assert_allclose(mirrored.opening, eyes.opening[:, ::-1], atol=0.02)
        np.testing.assert_allclose(mirrored.sag, eyes.sag[:, ::-1], atol=0.02)


@pytest.mark.parametrize("degrees", [-20, 20, 90, 180])
def test_a_tilted_head_reads_the_same(portraits: list[tuple[Pixels, Faces]], reader: EyeReader, degrees: int) -> None:
    for pixels, faces in portraits[:8]:
        height, width = pixels.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        turned = cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        tilted = reader.read(turned, with_landmarks(faces, faces.landmarks_xy @ turn[:, :2].T + turn[:, 2]))
        eyes = reader.read(pixels, faces)
        np.testing.assert_allclose(tilted.opening, eyes.opening, atol=0.03)
        np.testing.assert_allclose(tilted.sag, eyes.sag, atol=0.02)


def test_the_size_of_a_photo_does_not_matter(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    for pixels, faces in portraits[:8]:
        eyes = reader.read(pixels, faces)
        for scale in (0.5, 3.0):
            resized = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            other = reader.read(resized, faces.scaled((scale, scale)))
            np.testing.assert_allclose(other.opening, eyes.opening, atol=0.03)


def test_the_grain_of_a_large_photo_is_averaged(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    grain = np.random.default_rng(0)
    for pixels, faces in portraits[:4]:
        large, large_faces = cv2.resize(pixels, None, fx=3, fy=3), faces.scaled((3, 3))
        grainy = (large + grain.normal(0, 60, large.shape)).clip(0, 255).astype(np.uint8)
        eyes = reader.read(large, large_faces)
        np.testing.assert_allclose(reader.read(grainy, large_faces).opening, eyes.opening, atol=0.025)


def test_no_faces_are_no_eyes(reader: EyeReader) -> None:
    eyes = reader.read(np.full((300, 400, 3), 200, np.uint8), NO_FACES)
    assert len(eyes) == 0
    assert eyes.opening.shape == eyes.sag.shape == (0, 2)
    assert eyes.closed.shape == (0,)


def test_tiny_faces_are_not_known_and_not_closed(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    pixels, faces = portraits[0]
    scale = 12 / float(np.hypot(*(faces.landmarks_xy[0, 1] - faces.landmarks_xy[0, 0])))
    eyes = reader.read(cv2.resize(pixels, None, fx=scale, fy=scale), faces.scaled((scale, scale)))
    assert np.isnan(eyes.opening).all()
    assert np.isnan(eyes.sag).all()
    assert not eyes.closed.any()


def test_an_eye_outside_of_the_picture_is_not_known(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    pixels, faces = portraits[0]
    right_eye_x = round(float(faces.landmarks_xy[0, 0, 0]))
    for cut in (right_eye_x + 10, right_eye_x + 60):
        rest = np.ascontiguousarray(pixels[:, cut:])
        eyes = reader.read(rest, with_landmarks(faces, faces.landmarks_xy - (cut, 0)))
        assert np.isnan(eyes.opening[0, 0])
        assert np.isfinite(eyes.opening[0, 1])
        assert not eyes.closed[0]


def test_eyes_at_the_end_of_a_panorama_are_read(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    pixels, faces = portraits[0]
    small = cv2.resize(pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    shift = 40_000 - small.shape[1]
    panorama = np.pad(small, ((0, 0), (shift, 0), (0, 0)))
    shifted = with_landmarks(faces, faces.landmarks_xy / 4 + (shift, 0))
    eyes = reader.read(small, faces.scaled((0.25, 0.25)))
    np.testing.assert_allclose(reader.read(panorama, shifted).opening, eyes.opening, atol=0.02)


def test_faces_beyond_the_limit_are_not_known(portraits: list[tuple[Pixels, Faces]], reader: EyeReader) -> None:
    pixels, faces = next((pixels, faces) for pixels, faces in portraits if len(faces) > 1)
    eyes = reader.read(pixels, faces, limit=1)
    assert len(eyes) == len(faces) < FACE_LIMIT
    assert np.isfinite(eyes.opening[0]).all()
    assert np.isnan(eyes.opening[1:]).all()


def test_a_wink_is_not_closed() -> None:
    nan = np.nan
    opening = np.array([[0.09, 0.1], [0.09, 0.25], [0.09, nan], [nan, nan]], np.float32)
    assert Eyes(opening, np.zeros_like(opening)).closed.tolist() == [True, False, False, False]


def test_a_missing_damaged_or_other_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        EyeReader(tmp_path / "missing.onnx")
    damaged = tmp_path / "damaged.onnx"
    for content in (b"", b"not a network", EYE_CONTOUR.read_bytes()[:100_000], FACE_DETECTOR.read_bytes()):
        damaged.write_bytes(content)
        with pytest.raises(ModelError):
            EyeReader(damaged)


def test_narrow_eyes_are_not_shut_and_a_blink_of_theirs_is() -> None:
    watched = WatchedEyes()
    assert not any(watched.are_closed(aperture) for aperture in (0.15, 0.17, 0.13, 0.16, 0.12, 0.15) * 5)
    assert watched.are_closed(0.07)
    assert not watched.are_closed(0.16)


def test_eyes_that_cannot_be_read_say_nothing_over_time() -> None:
    watched = WatchedEyes()
    assert not watched.are_closed(float("nan"))
    assert not any(watched.are_closed(0.26) for _ in range(10))
    assert watched.are_closed(0.09)
