import os
import struct
import sys
import zlib
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import engine.pictures
from engine.errors import PictureError
from engine.pictures import is_photo_name, load_picture, open_image

SIZE = (600, 400)


@pytest.fixture
def photo(samples: list[Path]) -> Image.Image:
    with Image.open(samples[0]) as image:
        return image.convert("RGB").resize(SIZE)


TURNS = {
    1: [],
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_90],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_270],
}


@pytest.mark.parametrize("form", ["png", "tif"])
@pytest.mark.parametrize("orientation", TURNS)
def test_every_exif_orientation_is_shown_upright(
    tmp_path: Path, photo: Image.Image, orientation: int, form: str
) -> None:
    stored = photo
    for turn in TURNS[orientation]:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / f"turned.{form}", exif=exif)
    picture = load_picture(tmp_path / f"turned.{form}")
    assert picture.full_size_wh == SIZE
    np.testing.assert_array_equal(picture.pixels, np.asarray(photo))


def test_a_photo_is_reduced_to_the_size_that_is_needed(samples: list[Path]) -> None:
    whole, small = load_picture(samples[0]), load_picture(samples[0], 200)
    assert max(small.pixels.shape) == 200
    assert small.full_size_wh == whole.full_size_wh == (whole.pixels.shape[1], whole.pixels.shape[0])


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert (load_picture(tmp_path / "clear.png").pixels == 255).all()


def test_sixteen_bit_grey_is_not_blown_out(tmp_path: Path) -> None:
    Image.fromarray(np.full((20, 20), 0x8000, np.uint16)).save(tmp_path / "deep.png")
    assert (load_picture(tmp_path / "deep.png").pixels == 0x80).all()


def test_a_photo_under_another_name_is_still_a_photo(tmp_path: Path, photo: Image.Image) -> None:
    photo.save(tmp_path / "really.jpg")
    renamed = (tmp_path / "really.jpg").rename(tmp_path / "claims.png")
    assert load_picture(renamed).full_size_wh == SIZE


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.jpg", b"", "empty"),
        ("letter.jpg", b"Dear all, this is a letter.", "not a picture"),
        ("bomb.png", _png_that_claims(60_000, 60_000), "too large"),
        ("short.png", _png_that_claims(400, 400), "cut short"),
        ("tag.tif", b"II*\0\x08\0\0\0\xff\xff", ""),
    ],
)
def test_a_bad_file_is_one_error_that_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PictureError, match=name) as raised:
        load_picture(tmp_path / name, 640)
    assert reason in raised.value.reason


def test_a_truncated_photo_is_an_error(tmp_path: Path, samples: list[Path]) -> None:
    content = samples[0].read_bytes()
    (tmp_path / "half.jpg").write_bytes(content[: len(content) // 2])
    with pytest.raises(PictureError, match="cut short"):
        load_picture(tmp_path / "half.jpg")


def test_a_missing_file_and_a_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no such file"):
        load_picture(tmp_path / "gone.jpg")
    with pytest.raises(PictureError, match="folder"):
        load_picture(tmp_path)


def test_a_print_file_has_the_colours_of_its_photo(tmp_path: Path, photo: Image.Image) -> None:
    photo.convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    shown = load_picture(tmp_path / "print.jpg", 300).pixels.astype(int)
    assert np.abs(shown - np.asarray(photo.resize((300, 200)), int)).mean() < 12


def test_a_wide_gamut_photo_is_shown_in_its_own_colours(tmp_path: Path, wide_gamut_profile: bytes) -> None:
    """The same numbers name a stronger red in a wide space than in sRGB."""
    image = Image.new("RGB", (64, 64), (180, 60, 60))
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "wide.png", icc_profile=wide_gamut_profile)
    image.save(tmp_path / "damaged.png", icc_profile=b"no profile at all")
    plain, wide, damaged = (
        load_picture(tmp_path / f"{name}.png").pixels[0, 0].astype(int) for name in ("plain", "wide", "damaged")
    )
    assert wide[0] - wide[1] > plain[0] - plain[1] + 5
    assert (damaged == plain).all()


@pytest.fixture
def wide_gamut_profile() -> bytes:
    """Adobe RGB (1998) in all but name: sRGB's profile with the red, green and blue of that space."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Columns of the matrix to XYZ (D50), from the Adobe RGB (1998) specification, section 4.3.5.3.
    columns = {
        b"rXYZ": (0.60974, 0.31111, 0.01947),
        b"gXYZ": (0.20528, 0.62567, 0.06087),
        b"bXYZ": (0.14919, 0.06322, 0.74457),
    }
    count = struct.unpack_from(">I", profile, 128)[0]
    for tag, start, _ in (struct.unpack_from(">4sII", profile, 132 + 12 * number) for number in range(count)):
        if tag in columns:
            struct.pack_into(">3i", profile, start + 8, *(round(65536 * part) for part in columns[tag]))
        if tag == b"desc":
            profile[start:] = profile[start:].replace(b"\0s\0R\0G\0B", b"\0W\0i\0d\0e", 1)
    return bytes(profile)


def test_an_iphone_photo_is_read_upright(tmp_path: Path, photo: Image.Image) -> None:
    pytest.importorskip("pillow_heif", reason="needs pip install '.[formats]'").register_heif_opener()
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "phone.heic", exif=exif.tobytes(), quality=95)
    picture = load_picture(tmp_path / "phone.heic")
    assert picture.full_size_wh == SIZE
    assert np.abs(picture.pixels.astype(int) - np.asarray(photo, int)).mean() < 6


def test_an_avif_is_read_upright(tmp_path: Path, photo: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    exif.get_ifd(0x8769)[0x9003] = ORIGINAL
    photo.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "photo.avif", exif=exif, quality=95)
    picture = load_picture(tmp_path / "photo.avif", 300)
    assert picture.full_size_wh == SIZE
    assert picture.taken == datetime(2024, 2, 29, 23, 59, 58)
    assert np.abs(picture.pixels.astype(int) - np.asarray(photo.resize((300, 200)), int)).mean() < 6


def test_an_iphone_photo_says_when_it_was_taken(tmp_path: Path, photo: Image.Image) -> None:
    pytest.importorskip("pillow_heif", reason="needs pip install '.[formats]'").register_heif_opener()
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: ORIGINAL, 0x9291: "045"})
    photo.save(tmp_path / "phone.heic", exif=exif.tobytes())
    assert load_picture(tmp_path / "phone.heic", 300).taken == datetime(2024, 2, 29, 23, 59, 58, 45_000)


def test_an_iphone_photo_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    monkeypatch.setattr(engine.pictures, "_heif_reader", lambda: ())
    with pytest.raises(PictureError, match="formats") as raised:
        load_picture(tmp_path / "phone.heic")
    assert raised.value.passing


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes in folders")
def test_a_pipe_under_a_photos_name_is_refused_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PictureError, match="pipe"):
        load_picture(tmp_path / "pipe.jpg")


def _dated(path: Path, main: dict[int, object], details: dict[int, object]) -> Path:
    exif = Image.Exif()
    exif.update(main)
    exif.get_ifd(0x8769).update(details)
    if path.suffix == ".tif":
        exif[0x8769] = 0  # Pillow writes a directory into a TIFF where its tag is there
    Image.new("RGB", (32, 16)).save(path, exif=exif)
    return path


ORIGINAL, DIGITIZED, CHANGED = "2024:02:29 23:59:58", "2024:03:01 10:00:00", "2025:01:01 00:00:00"


@pytest.mark.parametrize("form", ["jpg", "png", "webp", "tif"])
def test_a_photo_says_when_the_camera_took_it_to_the_fraction_of_a_second(tmp_path: Path, form: str) -> None:
    details = {0x9003: ORIGINAL, 0x9291: "045", 0x9004: DIGITIZED}
    path = _dated(tmp_path / f"photo.{form}", {0x0132: CHANGED}, details)
    assert load_picture(path, 16).taken == load_picture(path).taken == datetime(2024, 2, 29, 23, 59, 58, 45_000)


@pytest.mark.parametrize(
    ("main", "details", "taken"),
    [
        ({0x0132: CHANGED}, {0x9004: DIGITIZED, 0x9292: "5"}, datetime(2024, 3, 1, 10, 0, 0, 500_000)),
        ({0x0132: CHANGED}, {}, datetime(2025, 1, 1)),
        ({}, {0x9003: "0000:00:00 00:00:00", 0x9004: DIGITIZED}, datetime(2024, 3, 1, 10)),
        ({}, {0x9003: "    :  :     :  :  "}, None),
        ({}, {0x9003: "1839:12:31 12:00:00"}, None),
        ({}, {0x9003: "2024:02:30 12:00:00"}, None),
        ({}, {0x9003: "9999:12:31 23:59:59", 0x9291: "99999999"}, None),
        ({}, {0x9003: "2024-02-29T23:59:58+01:00", 0x9291: "what?"}, datetime(2024, 2, 29, 23, 59, 58)),
        ({}, {}, None),
    ],
)
def test_the_best_date_that_makes_sense_is_taken(
    tmp_path: Path, main: dict[int, object], details: dict[int, object], taken: datetime | None
) -> None:
    assert load_picture(_dated(tmp_path / "photo.jpg", main, details)).taken == taken


def test_damaged_exif_costs_the_date_and_not_the_photo(tmp_path: Path) -> None:
    broken = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\xff\xff\xff\xff\0\0\0\0"
    Image.new("RGB", (32, 16)).save(tmp_path / "photo.jpg", exif=broken)
    picture = load_picture(tmp_path / "photo.jpg")
    assert picture.full_size_wh == (32, 16)
    assert picture.taken is None


def _dng(path: Path, photo: Image.Image, orientation: int = 1, preview: Image.Image | None = None) -> Path:
    """A RAW photo as a camera writes it: one colour for each pixel of the sensor, linear, 16 bits; perhaps a JPEG.

    DNG specification 1.4: the sensor's data are the first directory, or below it where that holds the JPEG.
    """
    pixels = (60_000 * (np.asarray(photo) / 255.0) ** 2.2).astype("<u2")
    sensor = pixels[:, :, 1].copy()
    sensor[::2, ::2], sensor[1::2, 1::2] = pixels[::2, ::2, 0], pixels[1::2, 1::2, 2]
    file = bytearray(b"II*\0" + bytes(4))

    def put(data: bytes) -> int:
        place = len(file)
        file.extend(data + bytes(len(data) % 2))
        return place

    def directory(entries: dict[int, tuple[int, str, tuple[int, ...] | bytes]]) -> int:
        table = struct.pack("<H", len(entries))
        for tag, (kind, code, value) in sorted(entries.items()):
            data = value if isinstance(value, bytes) else struct.pack(f"<{len(value)}{code}", *value)
            count = len(data) // (8 if kind in (5, 10) else struct.calcsize(code))
            table += struct.pack("<HHI", tag, kind, count)
            table += data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", put(data))
        return put(table + bytes(4))

    def image(
        width: int, height: int, data: bytes, **extra: int
    ) -> dict[int, tuple[int, str, tuple[int, ...] | bytes]]:
        shape = {256: width, 257: height, 273: put(data), 278: height, 279: len(data)}
        return {tag: (4, "I", (value,)) for tag, value in shape.items()}

    raw = image(*photo.size, sensor.tobytes())
    raw |= {
        254: (4, "I", (0,)),
        258: (3, "H", (16,)),
        259: (3, "H", (1,)),
        262: (3, "H", (32803,)),
        277: (3, "H", (1,)),
    }
    raw |= {33421: (3, "H", (2, 2)), 33422: (1, "B", (0, 1, 1, 2)), 50717: (4, "I", (60_000,))}
    first = raw
    if preview is not None:
        jpeg = BytesIO()
        preview.save(jpeg, "JPEG", quality=95)
        first = image(*preview.size, jpeg.getvalue()) | {330: (4, "I", (directory(raw),))}
        first |= {
            254: (4, "I", (1,)),
            258: (3, "H", (8, 8, 8)),
            259: (3, "H", (7,)),
            262: (3, "H", (6,)),
            277: (3, "H", (3,)),
        }
    # From XYZ to linear sRGB (IEC 61966-2-1), in ten thousandths: the sensor sees the screen's three colours.
    to_srgb = (32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570)
    matrix = tuple(number for part in to_srgb for number in (part, 10_000))
    first |= {271: (2, "s", b"Maker\0"), 272: (2, "s", b"Model\0"), 274: (3, "H", (orientation,))}
    first |= {34665: (4, "I", (directory({36867: (2, "s", ORIGINAL.encode() + b"\0")}),))}
    first |= {50706: (1, "B", (1, 4, 0, 0)), 50708: (2, "s", b"Maker Model\0"), 50778: (3, "H", (21,))}
    first |= {50721: (10, "i", matrix), 50728: (5, "I", (1, 1, 1, 1, 1, 1))}
    struct.pack_into("<I", file, 4, directory(first))
    path.write_bytes(file)
    return path


@pytest.fixture
def rawpy() -> object:
    return pytest.importorskip("rawpy", reason="needs pip install '.[formats]'")


def _difference(shown: np.ndarray, wanted: Image.Image) -> float:
    """Mean difference of the brightness, each evened out: developing brightens."""
    one, other = (np.asarray(image.convert("L").resize((60, 40)), float) for image in (Image.fromarray(shown), wanted))
    return float(np.abs((one - one.mean()) / one.std() - (other - other.mean()) / other.std()).mean())


@pytest.mark.usefixtures("rawpy")
@pytest.mark.parametrize("has_preview", [False, True])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_raw_photo_is_read_upright(tmp_path: Path, photo: Image.Image, orientation: int, has_preview: bool) -> None:
    stored = photo
    for turn in TURNS[orientation]:
        stored = stored.transpose(turn)
    path = _dng(tmp_path / "photo.dng", stored, orientation, stored if has_preview else None)
    for long_side in (150, 300, None):
        picture = load_picture(path, long_side)
        assert picture.full_size_wh == SIZE
        assert picture.pixels.shape == (400 * (long_side or 600) // 600, long_side or 600, 3)
        assert _difference(picture.pixels, photo) < 0.2
        assert picture.taken == datetime(2024, 2, 29, 23, 59, 58)


@pytest.mark.usefixtures("rawpy")
def test_the_cameras_own_picture_is_taken_where_it_is_large_enough(tmp_path: Path, photo: Image.Image) -> None:
    red = Image.new("RGB", (300, 200), "red")
    path = _dng(tmp_path / "photo.dng", photo, 1, red)
    assert load_picture(path, 300).pixels[100, 150].tolist() == pytest.approx([254, 0, 0], abs=3)
    assert load_picture(path, 390).pixels.shape == (200, 300, 3)
    assert _difference(load_picture(path, 600).pixels, photo) < 0.2
    assert _difference(load_picture(path).pixels, photo) < 0.2
    square = _dng(tmp_path / "square.dng", photo, 1, red.resize((600, 600)))
    assert _difference(load_picture(square, 300).pixels, photo) < 0.2


@pytest.mark.usefixtures("rawpy")
def test_a_picture_that_the_camera_turned_already_is_not_turned_twice(tmp_path: Path, photo: Image.Image) -> None:
    held = Image.new("RGB", (400, 600), "red")
    held.paste("blue", (0, 0, 400, 300))
    shown = load_picture(_dng(tmp_path / "photo.dng", photo, 6, held), 300).pixels
    assert shown.shape == (300, 200, 3)
    assert shown[50, 100].tolist() == pytest.approx([0, 0, 254], abs=3)
    assert shown[250, 100].tolist() == pytest.approx([254, 0, 0], abs=3)


@pytest.mark.usefixtures("rawpy")
def test_a_raw_photo_is_opened_whole_for_a_crop(tmp_path: Path, photo: Image.Image) -> None:
    with open_image(_dng(tmp_path / "photo.dng", photo, 1, photo.resize((300, 200)))) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (400, 600, 3)
    assert _difference(pixels, photo) < 0.2


@pytest.mark.usefixtures("rawpy")
@pytest.mark.parametrize("kept", [0, 7, 100, 0.3, 0.9])
def test_a_damaged_raw_photo_is_one_error(tmp_path: Path, photo: Image.Image, kept: float) -> None:
    content = _dng(tmp_path / "whole.dng", photo).read_bytes()
    path = tmp_path / "photo.dng"
    path.write_bytes(content[: int(kept * len(content)) if kept < 1 else int(kept)])
    with pytest.raises(PictureError) as raised:
        load_picture(path, 300)
    assert raised.value.reason in ("the file is damaged", "not a RAW photo of a camera that is known")


@pytest.mark.usefixtures("rawpy")
def test_what_is_no_raw_photo_says_so(tmp_path: Path, photo: Image.Image) -> None:
    photo.save(tmp_path / "photo.jpg")
    (tmp_path / "photo.jpg").rename(tmp_path / "photo.nef")
    with pytest.raises(PictureError, match="RAW photo"):
        load_picture(tmp_path / "photo.nef")
    with pytest.raises(PictureError, match="no such file"):
        load_picture(tmp_path / "gone.cr2")


@pytest.mark.parametrize("suffix", ["cr2", "CR3", "nef", "arw", "dng", "orf", "rw2", "raf", "pef", "srw"])
def test_a_raw_photo_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / f"photo.{suffix}"
    path.write_bytes(b"II*\0")
    assert is_photo_name(path)
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(PictureError, match=r"RAW photos need .*selfie-studio\[formats\]") as raised:
        load_picture(path)
    assert raised.value.passing
