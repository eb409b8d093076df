import errno
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.errors import PictureError
from engine.metadata import exiv2_alone, written
from engine.photo_export import ExportedPhoto, ExportSettings, export_photos
from engine.pictures import load_picture

AS_IS = ExportSettings()
NOWHERE = ExportSettings(without_location=True)
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:p="http://ns.adobe.com/photoshop/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" xmp:Label="Red" exif:GPSLatitude="48,8.5N"
 p:City="Parisville"><e:LocationShown><rdf:Bag><rdf:li e:City="Parisville"/></rdf:Bag></e:LocationShown>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    exif.get_ifd(0x8769).update({0x9003: "2024:02:29 23:59:58", 0xA002: 600, 0xA003: 400})
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 30.0), 3: "E", 4: (11.0, 34.0, 0.0)})
    return exif


@pytest.fixture
def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def photo(samples: list[Path], tmp_path: Path, profile: bytes) -> Path:
    """A phone's photo, held upright, that says where it was taken in EXIF and in XMP."""
    path = tmp_path / "phone.jpg"
    with Image.open(samples[0]) as image:
        stored = image.convert("RGB").resize((600, 400))
    stored.save(path, quality=92, exif=_exif(), xmp=XMP, icc_profile=profile)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "new" / "out"


def _export(photos: list[Path], folder: Path, settings: ExportSettings) -> list[ExportedPhoto]:
    return [photo for step in export_photos(photos, folder, settings) for photo in step.results]


def _only(photos: list[Path], folder: Path, settings: ExportSettings) -> Path:
    (exported,) = _export(photos, folder, settings)
    assert exported.error is None
    assert exported.target
    return exported.target


def _places(path: Path) -> str:
    """All that an independent reader finds about places."""
    if not shutil.which("exiftool"):
        pytest.skip("needs exiftool (Debian: libimage-exiftool-perl) as the independent reader")
    wanted = ["-GPS*", "-XMP:all", "-IPTC:all", "-EXIF:GPS*", "-QuickTime:GPS*", "-Location*"]
    shown = subprocess.run(["exiftool", "-a", "-G1", "-ee", *wanted, path], capture_output=True, text=True, check=False)
    return "\n".join(
        line for line in shown.stdout.splitlines() if "GPS" in line or "Paris" in line or "Location" in line
    )


def test_a_copy_is_the_same_file_under_the_same_name(photo: Path, out: Path) -> None:
    target = _only([photo], out, AS_IS)
    assert target == out / "phone.jpg"
    assert target.read_bytes() == photo.read_bytes()
    assert target.stat().st_mtime == photo.stat().st_mtime


def test_nothing_is_overwritten_and_the_originals_stay(photo: Path, out: Path) -> None:
    before = photo.read_bytes()
    names = [exported.target.name for exported in _export([photo, photo], out, AS_IS) if exported.target]
    assert names == ["phone.jpg", "phone-2.jpg"]
    assert _only([photo], out, ExportSettings(long_side=100)).name == "phone-3.jpg"
    assert _only([photo], photo.parent, NOWHERE).name == "phone-2.jpg"
    assert photo.read_bytes() == before


def test_numbered_names_keep_the_order(tmp_path: Path, photo: Path, out: Path) -> None:
    photos = [
        photo.rename(tmp_path / "z.jpg"),
        tmp_path / "gone.jpg",
        Path(shutil.copy(tmp_path / "z.jpg", tmp_path / "a.jpg")),
    ]
    _export(photos, out, ExportSettings(numbered=True))
    assert sorted(path.name for path in out.iterdir()) == ["001_z.jpg", "003_a.jpg"]


def test_a_smaller_photo_is_upright_and_keeps_its_metadata_and_profile(photo: Path, out: Path, profile: bytes) -> None:
    target = _only([photo], out, ExportSettings(long_side=300, jpeg_quality=95))
    shown, wanted = load_picture(target), load_picture(photo, 300)
    assert shown.full_size_wh == (200, 300)
    assert np.abs(shown.pixels.astype(int) - wanted.pixels).mean() < 4
    assert shown.taken == wanted.taken
    with Image.open(target) as image:
        exif, details = image.getexif(), image.getexif().get_ifd(0x8769)
        assert (exif[0x010F], exif[0x0112]) == ("Maker", 1)
        assert (details[0xA002], details[0xA003]) == (200, 300)
        assert exif.get_ifd(0x8825)
        assert image.info["icc_profile"] == profile
        assert b'xmp:Label="Red"' in image.info["xmp"]
        assert b'tiff:Orientation="1"' in image.info["xmp"]


def test_the_old_thumbnail_does_not_go_along(photo: Path, out: Path) -> None:
    """It would show the photo as it was, lying on its side."""
    small = BytesIO()
    Image.new("RGB", (16, 16), "red").save(small, "JPEG")
    with exiv2_alone(photo) as exiv2:
        image = exiv2.ImageFactory.open(photo.read_bytes())
        image.readMetadata()
        exiv2.ExifThumb(image.exifData()).setJpegThumbnail(small.getvalue())
        photo.write_bytes(written(image))
    assert small.getvalue() in photo.read_bytes()
    assert small.getvalue() not in _only([photo], out, ExportSettings(300)).read_bytes()


def test_a_photo_is_never_enlarged(photo: Path, out: Path) -> None:
    assert load_picture(_only([photo], out, ExportSettings(long_side=5000))).full_size_wh == (400, 600)


def test_lower_quality_is_a_smaller_file(photo: Path, out: Path) -> None:
    low, high = (_only([photo], out, ExportSettings(300, quality)).stat().st_size for quality in (40, 95))
    assert 2 * low < high


@pytest.mark.parametrize("long_side", [None, 300])
@pytest.mark.parametrize("form", ["jpg", "png", "webp", "tif", "heic", "avif"])
def test_the_place_is_taken_out_and_the_rest_stays(
    tmp_path: Path, photo: Path, out: Path, form: str, long_side: int | None
) -> None:
    path = tmp_path / f"a.{form}"
    with Image.open(photo) as image:
        exif = _exif()
        match form:
            case "heic":
                pytest.importorskip("pillow_heif", reason="needs pip install '.[formats]'").register_heif_opener()
                image.save(path, exif=exif.tobytes(), xmp=XMP)
            case "tif":
                exif[0x8769] = exif[0x8825] = 0  # Pillow writes a directory into a TIFF where its tag is there
                image.save(path, exif=exif)
            case _:
                image.save(path, exif=exif, xmp=XMP)
    assert "GPS" in _places(path)
    target = _only([path], out, ExportSettings(long_side=long_side, without_location=True))
    assert _places(target) == ""
    assert b"Parisville" not in target.read_bytes()
    shown = load_picture(target)
    assert shown.taken == load_picture(path).taken is not None
    assert shown.full_size_wh == ((200, 300) if long_side else load_picture(path).full_size_wh)
    if form == "jpg":
        with Image.open(target) as image:
            assert b'xmp:Label="Red"' in image.info["xmp"]
            assert image.getexif()[0x010F] == "Maker"
    if form in ("jpg", "png", "webp", "tif") and not long_side:
        assert target.suffix == path.suffix
        np.testing.assert_array_equal(shown.pixels, load_picture(path).pixels)


def test_a_photo_that_tells_no_place_is_copied_to_the_byte(tmp_path: Path, out: Path) -> None:
    pytest.importorskip("pillow_heif", reason="needs pip install '.[formats]'").register_heif_opener()
    for form in ("jpg", "png", "webp", "tif", "bmp", "gif", "avif", "heic"):
        path = tmp_path / f"plain.{form}"
        Image.new("RGB", (32, 32)).save(path)
        assert _only([path], out, NOWHERE).read_bytes() == path.read_bytes()


def test_the_video_behind_a_phones_photo_does_not_tell_the_place_either(photo: Path, out: Path) -> None:
    photo.write_bytes(photo.read_bytes() + b"\0\0\0\x20moov\0\0\0\x18udta\xa9xyz+48.1+011.5/")
    assert b"\xa9xyz" in _only([photo], out, AS_IS).read_bytes()
    assert b"\xa9xyz" not in _only([photo], out, NOWHERE).read_bytes()


def test_other_kinds_of_pictures_become_jpegs(tmp_path: Path, out: Path) -> None:
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    Image.fromarray(np.full((64, 64), 0x8000, np.uint16)).save(tmp_path / "deep.png")
    Image.new("CMYK", (64, 64), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    clear, deep, printed = (
        load_picture(_only([tmp_path / name], out, ExportSettings(32))).pixels[0, 0].tolist()
        for name in ("clear.png", "deep.png", "print.jpg")
    )
    assert clear == [255, 255, 255]
    assert deep == [128, 128, 128]
    assert printed[0] > 200 > 60 > printed[1]
    with Image.open(out / "print.jpg") as image:
        assert image.mode == "RGB"  # which every viewer shows alike


def test_a_bad_photo_does_not_stop_the_rest(tmp_path: Path, photo: Path, out: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(photo.read_bytes()[:3000])
    exported = _export([tmp_path / "gone.jpg", tmp_path / "bad.jpg", tmp_path, photo], out, ExportSettings(200))
    assert [one.target is not None for one in exported] == [False, False, False, True]
    assert "no such file" in (exported[0].error or "")
    assert "cut short" in (exported[1].error or "")
    assert "folder" in (exported[2].error or "")
    assert [path.name for path in out.iterdir()] == ["phone.jpg"]


def test_damaged_metadata_do_not_keep_a_photo_back(tmp_path: Path, out: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "photo.jpg", xmp=b"<x:xmpmeta exif:GPSLatitude='48'")
    assert load_picture(_only([tmp_path / "photo.jpg"], out, ExportSettings(32))).full_size_wh == (32, 32)
    assert b"exif:GPS" not in _only([tmp_path / "photo.jpg"], out, NOWHERE).read_bytes()


def test_each_step_says_how_far_it_is(photo: Path, out: Path) -> None:
    steps = list(export_photos([photo] * 3, out, AS_IS))
    assert [(step.done, step.total) for step in steps] == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_closing_cancels_and_leaves_whole_files_only(photo: Path, out: Path) -> None:
    steps = export_photos([photo] * 5, out, ExportSettings(300))
    assert isinstance(steps, Iterator)
    next(steps)
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    (left,) = out.iterdir()
    assert load_picture(left).full_size_wh == (200, 300)


@pytest.mark.parametrize("settings", [AS_IS, ExportSettings(200)])
def test_a_disk_that_fills_up_is_explained_and_leaves_nothing_half_written(
    photo: Path, out: Path, monkeypatch: pytest.MonkeyPatch, settings: ExportSettings
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    (exported,) = _export([photo], out, settings)
    assert "make room" in (exported.error or "")
    assert not list(out.iterdir())


def test_too_little_room_is_said_before_anything_is_copied(
    photo: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 5, 5))
    with pytest.raises(PictureError, match="make room"):
        _export([photo], out, AS_IS)
    assert not list(out.iterdir())


def test_a_folder_that_cannot_be_made_is_explained(photo: Path) -> None:
    with pytest.raises(PictureError, match="choose another folder"):
        _export([photo], photo / "below", AS_IS)


def test_a_folder_that_may_not_be_written_to_is_explained(
    photo: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    (exported,) = _export([photo], out, AS_IS)
    assert exported.error == "it cannot be saved there (Permission denied): choose another folder"


@pytest.mark.parametrize(("long_side", "quality"), [(0, 90), (-5, 90), (100, 0), (100, 96)])
def test_impossible_settings_are_refused(long_side: int, quality: int) -> None:
    with pytest.raises(ValueError, match=r"no size|no JPEG quality"):
        ExportSettings(long_side, quality)


def test_large_metadata_do_not_cost_the_photo(tmp_path: Path, out: Path) -> None:
    """A PNG may hold more XMP than a JPEG can."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode().replace("Red", "x" * 100_000))
    Image.new("RGB", (64, 64)).save(tmp_path / "photo.png", pnginfo=info, exif=_exif())
    target = _only([tmp_path / "photo.png"], out, ExportSettings(32))
    with Image.open(BytesIO(target.read_bytes())) as image:
        assert image.getexif()[0x010F] == "Maker"
