import hashlib
import io
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from engine.aspects import COMMON_ASPECTS, FREE, Aspect
from engine.crop_file import cropped_stem, save_crop
from engine.crop_names import NamePattern, values_for_names
from engine.crop_search import load_picture_to_search, search_crops
from engine.crop_session import FaceRules
from engine.crop_windows import CropSettings, candidate_boxes, faces_kept
from engine.errors import PictureError
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.geometry import Box
from engine.pictures import load_picture
from engine.scoring import load_scorer

BOX = Box(100, 50, 400, 350)


@settings(max_examples=60)
@given(st.integers(100, 3000), st.integers(100, 3000), st.sampled_from(COMMON_ASPECTS))
def test_candidates_lie_in_the_photo_and_have_the_shape(width: int, height: int, aspect: Aspect) -> None:
    boxes = candidate_boxes((width, height), NO_FACES, aspect)
    assert boxes
    ratio = float(aspect.ratio) if aspect.ratio else width / height
    for box in boxes:
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
        assert abs(box.width - ratio * box.height) <= 1 + ratio


@settings(max_examples=60)
@given(st.floats(0.05, 0.6), st.floats(0.05, 0.6), st.sampled_from(COMMON_ASPECTS))
def test_no_candidate_cuts_through_eyes_or_mouth(x: float, y: float, aspect: Aspect) -> None:
    face = _face(x * 1000, y * 800, 200, 240)
    for box in candidate_boxes((1000, 800), face, aspect):
        xs, ys = face.landmarks_xy[0, :, 0], face.landmarks_xy[0, :, 1]
        assert box.x0 <= xs.min()
        assert xs.max() <= box.x1
        assert box.y0 <= ys.min()
        assert ys.max() <= box.y1


def test_faces_too_far_apart_for_the_shape_still_give_a_crop_that_keeps_one() -> None:
    left, right = _face(0, 300, 200, 240), _face(2800, 300, 200, 240)
    both = Faces(
        *(np.concatenate(parts) for parts in zip(*(vars(face).values() for face in (left, right)), strict=True))
    )
    boxes = candidate_boxes((3000, 800), both, Aspect.parse("1:1"))
    assert boxes
    assert all(box.x0 <= 200 or box.x1 >= 2800 for box in boxes)


def test_of_a_small_photo_heads_are_kept_whole_though_it_has_few_windows() -> None:
    face = _face(73, 40, 100, 140)
    boxes = candidate_boxes((250, 250), face, Aspect.parse("1:1"))
    assert 1 < len(boxes) < 1000
    assert all(box.x0 <= 53 and box.y0 <= 1 and box.x1 >= 193 for box in boxes)


def test_whoever_lets_hair_be_cut_keeps_both_cheeks() -> None:
    face = _face(700, 300, 600, 800)
    boxes = candidate_boxes((2000, 1500), face, Aspect.parse("1:1"), FaceRules(close=True).settings())
    assert len(boxes) > 1000
    assert all(min(box.x1, 1300) - max(box.x0, 700) >= 0.95 * 600 for box in boxes)
    assert any(box.y0 > 300 for box in boxes)  # the forehead may go


def test_where_all_hair_does_not_fit_half_the_room_for_it_is_kept() -> None:
    face = _face(330, 150, 600, 700)
    boxes = candidate_boxes((2000, 900), face, Aspect.parse("16:9"))
    assert len(boxes) > 1000
    assert all(box.y0 <= 150 - 0.15 * 700 for box in boxes)
    assert any(box.y0 > 0 for box in boxes)  # of which all hair would leave none, or next to none


@pytest.mark.parametrize("side", [240, 300, 360, 420])
def test_a_shape_that_has_to_cut_hair_is_still_one_of_all_shapes(side: int) -> None:
    close_up = _face((600 - side) // 2, 130, side, side * 5 // 4)
    free = set(candidate_boxes((600, 600), close_up, FREE))
    keeping = [shape for shape in COMMON_ASPECTS if _keeps_face((600, 600), close_up, shape)]
    assert len(keeping) > 2
    assert all(set(candidate_boxes((600, 600), close_up, shape)) <= free for shape in keeping)


def _keeps_face(size_wh: tuple[int, int], faces: Faces, shape: Aspect) -> bool:
    """Whether four fifths of the face box fit, as whoever lets hair be cut still wants."""
    windows = np.array([box.xyxy for box in candidate_boxes(size_wh, faces, shape)])
    return bool((faces_kept(windows, faces, size_wh, CropSettings(head_room=0.0)) == len(faces)).all())


def test_of_all_shapes_those_are_looked_at_that_keep_everybody_and_foreheads_too() -> None:
    left, right = _face(100, 300, 200, 240), _face(2700, 300, 200, 240)
    both = Faces(
        *(np.concatenate(parts) for parts in zip(*(vars(face).values() for face in (left, right)), strict=True))
    )
    boxes = candidate_boxes((3000, 1200), both, FREE)
    assert len(boxes) > 1000
    assert all(box.x0 <= 160 and box.x1 >= 2840 for box in boxes)  # the photo's own shape alone is wide enough
    large = _face(200, 50, 600, 900)  # of which 16:9 could keep eyes and mouth
    boxes = candidate_boxes((1000, 1000), large, FREE)
    assert len({round(box.width / box.height, 1) for box in boxes}) > 2
    assert all(min(box.y1, 950) - max(box.y0, 50) >= 0.8 * 900 for box in boxes)


def _face(x: float, y: float, width: float, height: float) -> Faces:
    parts = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])
    return Faces(
        np.array([[x, y, x + width, y + height]], np.float32),
        (parts * [width, height] + [x, y])[None].astype(np.float32),
        np.ones(1, np.float32),
    )


def test_the_suggestions_are_the_best_that_differ(samples: list[Path]) -> None:
    picture = load_picture_to_search(samples[11])
    scorer, tuning = load_scorer(), CropSettings()
    faces = FaceDetector().detect(picture.pixels)
    steps = list(search_crops(picture, faces, scorer, Aspect.parse("1:1"), tuning))
    found = steps[-1].results
    assert 1 <= len(found) <= tuning.suggestions
    logits = [crop.score.logit for crop in found]
    assert logits == sorted(logits, reverse=True)
    for number, crop in enumerate(found):
        assert all(crop.box.iou(other.box) <= tuning.max_iou for other in found[:number])
    assert all(step.done <= step.total for step in steps)
    x0, y0, x1, y1 = found[0].box.xyxy
    again = scorer.score(np.ascontiguousarray(picture.pixels[y0:y1, x0:x1]))
    assert again.points == pytest.approx(found[0].score.points, abs=0.5)


@pytest.fixture
def turned(tmp_path: Path, samples: list[Path]) -> Path:
    """A JPEG that is stored sideways, with a profile, XMP, GPS and an old thumbnail."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera maker"
    exif.get_ifd(0x8769)[0xA002] = 600
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 12.0)})
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6" dc:title="Kept"/></x:xmpmeta>'
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Image.open(samples[0]) as image:
        small = image.convert("RGB").resize((600, 400))
    small.save(tmp_path / "turned.jpg", exif=_with_thumbnail(exif, small), icc_profile=profile, xmp=xmp, quality=95)
    return tmp_path / "turned.jpg"


def _with_thumbnail(exif: Image.Exif, image: Image.Image) -> bytes:
    """EXIF with a second directory that holds a small JPEG, as cameras write it (EXIF 2.32, 4.5.5)."""
    small = io.BytesIO()
    image.resize((60, 40)).save(small, "JPEG")
    thumbnail, body = small.getvalue(), bytearray(exif.tobytes()[6:])
    order = "<" if body[:2] == b"II" else ">"
    first = struct.unpack_from(f"{order}I", body, 4)[0]
    entries = struct.unpack_from(f"{order}H", body, first)[0]
    second = len(body)
    struct.pack_into(f"{order}I", body, first + 2 + 12 * entries, second)
    body += struct.pack(f"{order}H", 2)
    for tag, value in ((0x0201, second + 2 + 24 + 4), (0x0202, len(thumbnail))):
        body += struct.pack(f"{order}HHII", tag, 4, 1, value)
    return b"Exif\0\0" + bytes(body) + struct.pack(f"{order}I", 0) + thumbnail


def test_a_crop_keeps_metadata_and_profile_and_is_upright(turned: Path, tmp_path: Path) -> None:
    before = hashlib.sha256(turned.read_bytes()).hexdigest()
    upright = load_picture(turned).pixels
    target = save_crop(turned, Box(20, 100, 320, 500), tmp_path / "out", "crop")
    with Image.open(turned) as source, Image.open(target) as crop:
        assert crop.format == "JPEG"
        assert crop.size == (300, 400)
        assert crop.getexif()[0x0112] == 1
        assert crop.getexif()[0x010F] == "Camera maker"
        assert crop.getexif().get_ifd(0x8769)[0xA002] == 300
        assert crop.getexif().get_ifd(0x8825)[1] == "N"
        assert source.getexif().get_ifd(ExifTags.IFD.IFD1)[0x0202] > 0  # the old thumbnail, which shows the whole photo
        assert 0x0202 not in crop.getexif().get_ifd(ExifTags.IFD.IFD1)
        assert crop.info["icc_profile"] == source.info["icc_profile"]
        assert b'tiff:Orientation="1"' in crop.info["xmp"]
        assert b"Kept" in crop.info["xmp"]
    shown = load_picture(target).pixels.astype(int)
    assert np.abs(shown - upright[100:500, 20:320]).mean() < 4
    assert hashlib.sha256(turned.read_bytes()).hexdigest() == before


def test_nothing_is_overwritten(turned: Path, tmp_path: Path) -> None:
    first = save_crop(turned, BOX, tmp_path, "turned")
    content = first.read_bytes()
    second = save_crop(turned, BOX, tmp_path, "turned")
    assert {turned.name, first.name, second.name} == {"turned.jpg", "turned-2.jpg", "turned-3.jpg"}
    assert first.read_bytes() == content


@pytest.mark.parametrize(("form", "suffix"), [("PNG", ".png"), ("WEBP", ".webp"), ("TIFF", ".tif"), ("GIF", ".jpg")])
def test_a_crop_keeps_its_photos_format_where_it_can(
    tmp_path: Path, samples: list[Path], form: str, suffix: str
) -> None:
    source = tmp_path / f"photo.{form.lower()}"
    with Image.open(samples[0]) as image:
        image.resize((500, 400)).save(source, form)
    target = save_crop(source, BOX, tmp_path / "out", "crop")
    assert target.suffix == suffix
    shown, upright = load_picture(target).pixels, load_picture(source).pixels[50:350, 100:400]
    assert np.abs(shown.astype(int) - upright).mean() < (6 if suffix in (".jpg", ".webp") else 0.01)


def test_a_bad_source_or_target_leaves_nothing_behind(tmp_path: Path, samples: list[Path]) -> None:
    half = tmp_path / "half.jpg"
    half.write_bytes(samples[0].read_bytes()[:9000])
    with pytest.raises(PictureError):
        save_crop(half, BOX, tmp_path / "out", "crop")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PictureError, match="cannot be written"):
        save_crop(samples[0], BOX, tmp_path / "file" / "out", "crop")


def test_an_orientation_that_xmp_states_as_an_element_is_put_right(turned: Path, tmp_path: Path) -> None:
    element = b"<x:xmpmeta><rdf><tiff:Orientation>6</tiff:Orientation></rdf></x:xmpmeta>"
    with Image.open(turned) as image:
        image.save(tmp_path / "element.jpg", exif=image.getexif(), xmp=element)
    with Image.open(save_crop(tmp_path / "element.jpg", BOX, tmp_path / "out", "crop")) as crop:
        assert b"<tiff:Orientation>1<" in crop.info["xmp"]


def test_a_crop_outside_of_the_photo_is_explained(turned: Path, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="outside"):
        save_crop(turned, Box(5000, 5000, 5100, 5100), tmp_path / "out", "crop")
    assert not (tmp_path / "out").exists()


def test_a_write_that_fails_leaves_nothing_behind(
    turned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(PictureError, match="No space left"):
        save_crop(turned, BOX, tmp_path / "out", "crop")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("aspect", COMMON_ASPECTS)
def test_crops_are_known_by_their_names(aspect: Aspect) -> None:
    name = NamePattern().fill(values_for_names(Path("holiday.jpg"), aspect, 1, 71.0, Box(0, 0, 9, 9)))
    assert cropped_stem(Path(f"{name}.jpg")) == "holiday"
    assert cropped_stem(Path(f"{name}-12.jpg")) == "holiday"
    assert cropped_stem(Path("holiday.jpg")) is None
    assert cropped_stem(Path("first_crop-of_wheat.jpg")) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_camera_and_resolution_stay_in_every_format(tmp_path: Path, samples: list[Path], form: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera maker"
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:05:04 03:02:01"
    if form == "TIFF":
        exif[0x8769] = 0  # else Pillow leaves the directory out of a TIFF
    source = tmp_path / f"photo.{form.lower()}"
    with Image.open(samples[0]) as image:
        image.resize((600, 400)).save(source, form, exif=exif, dpi=(300, 300))
    target = save_crop(source, Box(20, 100, 320, 500), tmp_path / "out", "crop")
    with Image.open(target) as crop:
        assert crop.size == (300, 400)
        assert crop.getexif()[0x010F] == "Camera maker"
        assert crop.getexif().get(0x0112, 1) == 1
        assert crop.getexif().get_ifd(0x8769)[0x9003] == "2026:05:04 03:02:01"
        assert crop.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    upright, shown = load_picture(source).pixels[100:500, 20:320], load_picture(target).pixels
    assert np.abs(shown.astype(int) - upright).mean() < 4


def test_the_texts_of_a_png_stay(tmp_path: Path, samples: list[Path]) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "me")
    texts.add_itxt("Title", "Grüße", "de", "Titel")
    with Image.open(samples[0]) as image:
        image.resize((500, 400)).save(tmp_path / "photo.png", pnginfo=texts)
    with Image.open(save_crop(tmp_path / "photo.png", BOX, tmp_path / "out", "crop")) as crop:
        assert crop.text == {"Author": "me", "Title": "Grüße"}


@pytest.mark.parametrize("hair_may_go", [False, True])
def test_hair_is_kept_where_the_shape_allows_it(hair_may_go: bool) -> None:
    landmarks = np.array([[[440, 420], [560, 420], [500, 480], [450, 540], [550, 540]]], np.float32)
    face = Faces(np.array([[400, 340, 600, 600]], np.float32), landmarks, np.ones(1, np.float32))
    rules = replace(FaceRules(close=hair_may_go).settings(), windows=500)
    windows = np.array([box.xyxy for box in candidate_boxes((1000, 1000), face, Aspect.parse("1:1"), rules)])
    assert (windows[:, 1].max() <= 340 - 0.3 * 260) is not hair_may_go
    assert (windows[:, 2].min() >= 600 + 0.2 * 200) is not hair_may_go
    # Of a face that fills the photo no window of another shape keeps the hair.
    close_up = face.scaled((2.4, 2.4))
    assert candidate_boxes((1200, 1200), close_up, Aspect.parse("16:9"), rules)
