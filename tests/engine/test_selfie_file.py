import errno
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, JpegImagePlugin

from engine.errors import PictureError
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.selfie_file import SCORE_NAMESPACE, read_score, save_selfie

TAKEN = datetime(2026, 11, 24, 18, 30, 12, 45_000, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
XMP = "{http://ns.adobe.com/xap/1.0/}"


@pytest.fixture(scope="session")
def photo(samples: list[Path]) -> Pixels:
    return load_picture(samples[0], 400).pixels


def _xmp_field(path: Path, name: str) -> str | None:
    with Image.open(path) as image:
        return ElementTree.fromstring(image.info["xmp"]).findtext(f".//{name}")


def _with_xmp(path: Path, packet: bytes) -> Path:
    Image.new("RGB", (8, 8)).save(path, xmp=packet)
    return path


def test_the_pixels_come_back_at_full_size_in_full_colour(photo: Pixels, tmp_path: Path) -> None:
    path = save_selfie(photo, tmp_path / "new" / "folder", TAKEN, 87.34, model="first")
    assert path == tmp_path / "new" / "folder" / "selfie-2026-11-24-183012.jpg"
    shown = load_picture(path).pixels
    assert shown.shape == photo.shape
    assert np.abs(shown.astype(int) - photo).mean() < 2
    with Image.open(path) as image:
        assert image.format == "JPEG"
        assert JpegImagePlugin.get_sampling(image) == 0
        profile = ImageCms.getOpenProfile(BytesIO(image.info["icc_profile"]))
    assert ImageCms.getProfileDescription(profile).startswith("sRGB")


def test_fine_colour_detail_is_not_smeared(tmp_path: Path) -> None:
    lines = np.zeros((64, 64, 3), np.uint8)
    lines[:, ::2, 0] = lines[:, 1::2, 2] = 200
    shown = load_picture(save_selfie(lines, tmp_path, TAKEN, 50, model="first")).pixels
    assert np.abs(shown.astype(int) - lines).mean() < 8


def test_the_photo_says_when_it_was_taken_and_by_what(photo: Pixels, tmp_path: Path) -> None:
    path = save_selfie(photo, tmp_path, TAKEN, 87.34, model="first")
    with Image.open(path) as image:
        exif = image.getexif()
    details = exif.get_ifd(0x8769)
    assert exif[0x0131] == "Selfie Studio"
    assert exif[0x0132] == details[0x9003] == "2026:11:24 18:30:12"
    assert details[0x9011] == "-03:30"
    assert details[0x9291] == "045"
    assert datetime.fromisoformat(_xmp_field(path, f"{XMP}CreateDate") or "") == TAKEN
    assert _xmp_field(path, f"{XMP}CreatorTool") == "Selfie Studio"
    assert _xmp_field(path, f"{XMP}Rating") is None


def test_a_time_without_a_zone_is_local_time(photo: Pixels, tmp_path: Path) -> None:
    naive = datetime(2026, 7, 1, 9, 5, 3)
    path = save_selfie(photo, tmp_path, naive, 50, model="first")
    assert path.name == "selfie-2026-07-01-090503.jpg"
    assert datetime.fromisoformat(_xmp_field(path, f"{XMP}CreateDate") or "") == naive.astimezone()


@given(points=st.floats(0, 100), model=st.text(max_size=600))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_score_comes_back_whatever_the_model_is_called(tmp_path: Path, points: float, model: str) -> None:
    path = save_selfie(np.zeros((8, 8, 3), np.uint8), tmp_path, TAKEN, points, model=model)
    assert read_score(path) == pytest.approx(points, abs=0.0501)
    path.unlink()


@pytest.mark.parametrize("model", ["lite0 <best> & 'finest' \"]]>", "Größe 📷", "</rdf:RDF><!DOCTYPE x>"])
def test_the_models_name_comes_back(tmp_path: Path, model: str) -> None:
    path = save_selfie(np.zeros((8, 8, 3), np.uint8), tmp_path, TAKEN, 61.25, model=model)
    assert _xmp_field(path, f"{{{SCORE_NAMESPACE}}}Model") == model
    assert read_score(path) == pytest.approx(61.2)


def test_a_name_that_xml_cannot_hold_does_not_cost_the_photo(tmp_path: Path) -> None:
    path = save_selfie(np.zeros((8, 8, 3), np.uint8), tmp_path, TAKEN, 50, model="a\0b\udc80c" + "d" * 100_000)
    assert (_xmp_field(path, f"{{{SCORE_NAMESPACE}}}Model") or "").startswith("a\ufffdb\ufffdc")
    assert read_score(path) == 50


def test_a_mirrored_photo_is_the_mirror_image(photo: Pixels, tmp_path: Path) -> None:
    plain = load_picture(save_selfie(photo, tmp_path, TAKEN, 50, model="first")).pixels
    mirrored = load_picture(save_selfie(photo, tmp_path, TAKEN, 50, model="first", mirrored=True)).pixels
    assert np.abs(mirrored[:, ::-1].astype(int) - plain).mean() < 2
    assert np.abs(mirrored.astype(int) - plain).mean() > 10


def test_nothing_is_overwritten(photo: Pixels, tmp_path: Path) -> None:
    first = save_selfie(photo, tmp_path, TAKEN, 50, model="first")
    content = first.read_bytes()
    save_selfie(photo, tmp_path, TAKEN, 60, model="first")
    save_selfie(photo, tmp_path, TAKEN, 70, model="first")
    names = {f"selfie-2026-11-24-183012{number}.jpg": score for number, score in (("", 50), ("-2", 60), ("-3", 70))}
    assert {path.name: read_score(path) for path in tmp_path.iterdir()} == names
    assert first.read_bytes() == content


def test_a_folder_that_cannot_be_written_to_is_explained(photo: Pixels, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(PictureError, match="choose another folder"):
            save_selfie(photo, folder, TAKEN, 50, model="first")
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_full_disk_is_explained_and_leaves_nothing_behind(
    photo: Pixels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(PictureError, match="make room"):
        save_selfie(photo, tmp_path, TAKEN, 50, model="first")
    assert not list(tmp_path.iterdir())


def test_photos_of_others_have_no_score(samples: list[Path], tmp_path: Path) -> None:
    assert read_score(samples[0]) is None
    for number, packet in enumerate(
        (b"not xml", b"<a/>", b"\xff\xfe<\0a\0/\0>\0", f"<a xmlns='{SCORE_NAMESPACE}'><Score>much</Score></a>".encode())
    ):
        assert read_score(_with_xmp(tmp_path / f"{number}.jpg", packet)) is None
    with pytest.raises(PictureError):
        read_score(tmp_path / "missing.jpg")


def test_a_score_that_another_program_wrote_anew_as_an_attribute_is_read(tmp_path: Path) -> None:
    packet = f'<a xmlns:s="{SCORE_NAMESPACE}"><b s:Score="71.5"/></a>'.encode()
    assert read_score(_with_xmp(tmp_path / "photo.jpg", packet)) == 71.5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_packet_that_declares_entities_is_not_looked_into(tmp_path: Path, encoding: str) -> None:
    packet = f'<!DOCTYPE a [<!ENTITY e "50">]><a xmlns="{SCORE_NAMESPACE}"><Score>&e;</Score></a>'
    assert read_score(_with_xmp(tmp_path / "photo.jpg", packet.encode(encoding))) is None


@pytest.mark.parametrize("points", ["-1", "101", "nan", "inf", ""])
def test_a_score_off_the_scale_is_none(tmp_path: Path, points: str) -> None:
    packet = f'<a xmlns="{SCORE_NAMESPACE}"><Score>{points}</Score></a>'.encode()
    assert read_score(_with_xmp(tmp_path / "photo.jpg", packet)) is None
