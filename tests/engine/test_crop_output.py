"""Crops as files keep what their photo said, block for block where that is asked for; or are metadata alone."""

import hashlib
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from engine.crop_file import save_crop
from engine.crop_metadata import read_crop_metadata, write_crop_metadata
from engine.errors import PictureError
from engine.geometry import Box
from engine.lossless_crop import save_lossless_crop
from engine.metadata import exiv2_alone, open_with_exiv2, written
from engine.pictures import load_picture
from engine.ratings import RatingPlace, find_rating, write_rating

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Kept"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:HasCrop="True" crs:CropTop="0.5"/>
</rdf:RDF></x:xmpmeta>"""
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ORIENTATIONS = range(1, 9)


@given(st.sampled_from(ORIENTATIONS), st.integers(0, 30), st.integers(0, 20), st.integers(1, 17), st.integers(1, 9))
def test_a_box_finds_its_pixels_in_a_file_that_lies_on_its_side(
    orientation: int, x: int, y: int, width: int, height: int
) -> None:
    stored = Image.fromarray(np.arange(50 * 50, dtype=np.int32).reshape(50, 50)[:30, :].astype(np.int32))
    exif = stored.getexif()
    exif[0x0112] = orientation
    upright = ImageOps.exif_transpose(stored)
    box = Box(min(x, upright.width - 1), min(y, upright.height - 1), *_end(upright, x, y, width, height))
    there = box.as_stored(stored.size, orientation)
    pixels = np.sort(np.asarray(stored.crop(there.xyxy)), axis=None)
    np.testing.assert_array_equal(pixels, np.sort(np.asarray(upright.crop(box.xyxy)), axis=None))
    assert there.as_upright(stored.size, orientation) == box


def _end(image: Image.Image, x: int, y: int, width: int, height: int) -> tuple[int, int]:
    return min(x + width, image.width), min(y + height, image.height)


def _photo(folder: Path, samples: list[Path], form: str, orientation: int = 1, **options: object) -> Path:
    photo = folder / f"photo-{orientation}.{form.lower()}"
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Camera maker"
    with Image.open(samples[0]) as image:
        small = image.convert("RGB").resize((603, 411))
    small.save(photo, form, exif=exif, icc_profile=PROFILE, **options)
    with exiv2_alone(photo) as exiv2:
        image_with_xmp = exiv2.ImageFactory.open(photo.read_bytes())
        image_with_xmp.readMetadata()
        image_with_xmp.setXmpPacket(XMP.decode())
        if form == "JPEG":
            image_with_xmp.iptcData()["Iptc.Application2.Caption"] = "A caption"
        content = written(image_with_xmp)
    photo.write_bytes(content)
    return photo


def _said(photo: Path) -> dict[str, str]:
    with exiv2_alone(photo) as exiv2:
        image = open_with_exiv2(exiv2, photo)
        return {
            datum.key(): str(datum.value()) for datum in (*image.exifData(), *image.iptcData(), *image.xmpData())
        } | {"icc": "kept" if image.iccProfileDefined() else "lost"}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_crop_keeps_what_its_photo_said_but_for_the_crop(tmp_path: Path, samples: list[Path], form: str) -> None:
    photo = _photo(tmp_path, samples, form)
    said = _said(save_crop(photo, Box(10, 20, 310, 220), tmp_path / "out", "crop"))
    assert said["Exif.Image.Make"] == "Camera maker"
    assert said["Xmp.photoshop.City"] == "Kept"
    assert said["icc"] == "kept"
    assert not [key for key in said if "crs" in key]  # else Lightroom would crop once more
    assert form != "JPEG" or said["Iptc.Application2.Caption"] == "A caption"


def test_what_metadata_say_of_the_pixels_is_true_of_the_crop(tmp_path: Path, samples: list[Path]) -> None:
    photo = _photo(tmp_path, samples, "JPEG", 6)
    pixels = ("Exif.Image.ImageWidth", "Exif.Photo.PixelXDimension", "Xmp.tiff.ImageWidth", "Xmp.exif.PixelXDimension")
    with exiv2_alone(photo) as exiv2:
        image = open_with_exiv2(exiv2, photo)
        for key in pixels:
            (image.exifData() if key.startswith("Exif") else image.xmpData())[key] = "603"
        image.xmpData()["Xmp.tiff.Orientation"] = "6"
        exiv2.ExifThumb(image.exifData()).setJpegThumbnail(_small_jpeg())
        content = written(image)
    photo.write_bytes(content)
    crop = save_crop(photo, Box(10, 20, 210, 320), tmp_path / "out", "crop")
    said = _said(crop)
    assert {said[key] for key in pixels} == {"200"}
    assert said["Xmp.tiff.Orientation"] == said["Exif.Image.Orientation"] == "1"
    assert not [key for key in said if "Thumbnail" in key]


def _small_jpeg() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (16, 12), "red").save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_large_photo_that_is_made_much_smaller_shows_the_same(tmp_path: Path, samples: list[Path]) -> None:
    with Image.open(samples[0]) as image:
        large = image.convert("RGB").resize((2000, 2000))
    exif = Image.Exif()
    exif[0x0112] = 8
    large.save(tmp_path / "large.jpg", exif=exif, quality=95)
    box = Box(300, 100, 1500, 1700)
    small = load_picture(save_crop(tmp_path / "large.jpg", box, tmp_path / "out", "crop", long_side=200)).pixels
    x0, y0, x1, y1 = box.xyxy
    whole = load_picture(tmp_path / "large.jpg").pixels[y0:y1, x0:x1]
    expected = np.asarray(Image.fromarray(whole).resize((150, 200), Image.Resampling.LANCZOS))
    assert small.shape == expected.shape
    assert np.abs(small.astype(int) - expected).mean() < 4


def test_a_crop_is_made_smaller_and_never_larger(tmp_path: Path, samples: list[Path]) -> None:
    photo, box = _photo(tmp_path, samples, "JPEG"), Box(0, 0, 400, 200)
    for long_side, size in ((100, (100, 50)), (4000, (400, 200)), (None, (400, 200))):
        with Image.open(save_crop(photo, box, tmp_path / "out", "crop", long_side=long_side)) as crop:
            assert crop.size == size
    best, worst = (save_crop(photo, box, tmp_path / "out", "crop", quality=quality) for quality in (95, 30))
    assert worst.stat().st_size < best.stat().st_size / 2


@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_lossless_crop_holds_the_same_blocks(
    tmp_path: Path, samples: list[Path], sampling: str, progressive: bool, orientation: int
) -> None:
    pytest.importorskip("jpeglib")
    photo = _photo(tmp_path, samples, "JPEG", orientation, subsampling=sampling, progressive=progressive, quality=80)
    before = hashlib.sha256(photo.read_bytes()).hexdigest()
    asked = Box(45, 61, 245, 281)
    saved = save_lossless_crop(photo, asked, tmp_path / "out", "crop")
    assert all(abs(moved) <= 8 for moved in saved.shift_xy)
    assert (saved.box.x0 - asked.x0, saved.box.y0 - asked.y0) == saved.shift_xy
    assert (saved.box.width, saved.box.height) == (asked.width, asked.height)
    x0, y0, x1, y1 = saved.box.xyxy
    shown, whole = (load_picture(path).pixels.astype(int) for path in (saved.path, photo))
    difference = np.abs(shown - whole[y0:y1, x0:x1])
    assert difference[2:-2, 2:-2].max() == 0
    # At the edge, coarse colours are smoothed with other neighbours; brightness has none.
    with Image.open(saved.path) as crop, Image.open(photo) as original:
        stored = saved.box.as_stored(original.size, orientation)
        crop.draft("L", None)
        original.draft("L", None)
        np.testing.assert_array_equal(np.asarray(crop), np.asarray(original.crop(stored.xyxy)))
    said = _said(saved.path)
    assert said["Exif.Image.Orientation"] == str(orientation)
    assert (said["Exif.Image.Make"], said["Xmp.photoshop.City"]) == ("Camera maker", "Kept")
    assert said["Iptc.Application2.Caption"] == "A caption"
    with Image.open(saved.path) as crop:
        assert crop.info["icc_profile"] == PROFILE
    assert hashlib.sha256(photo.read_bytes()).hexdigest() == before


def test_what_lossless_cropping_needs_is_said(
    tmp_path: Path, samples: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Image.open(samples[0]) as image:
        image.save(tmp_path / "photo.png")
    pytest.importorskip("jpeglib")
    with pytest.raises(PictureError, match="only a JPEG"):
        save_lossless_crop(tmp_path / "photo.png", Box(0, 0, 50, 50), tmp_path / "out", "crop")
    monkeypatch.setitem(sys.modules, "jpeglib", None)
    with pytest.raises(PictureError, match=r"selfie-studio\[lossless\]"):
        save_lossless_crop(samples[0], Box(0, 0, 50, 50), tmp_path / "out", "crop")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", list(RatingPlace))
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_crop_as_metadata_touches_no_pixel_and_no_star(
    tmp_path: Path, samples: list[Path], place: RatingPlace, orientation: int
) -> None:
    photo = _photo(tmp_path, samples, "JPEG", orientation)
    write_rating(photo, 4, place)
    pixels, box = load_picture(photo).pixels, Box(30, 40, 330, 340)
    height, width = pixels.shape[:2]
    write_crop_metadata(photo, box, (width, height), place)
    write_crop_metadata(photo, box, (width, height), place)
    assert read_crop_metadata(photo, (width, height), place) == box
    rating = find_rating(photo)
    assert rating
    assert (rating.stars, rating.place) == (4, place)
    np.testing.assert_array_equal(load_picture(photo).pixels, pixels)


def test_the_names_and_numbers_are_those_of_lightroom(tmp_path: Path, samples: list[Path]) -> None:
    photo = _photo(tmp_path, samples, "JPEG", 6)  # stored 603 x 411, shown 411 x 603
    sidecar = write_crop_metadata(photo, Box(0, 0, 411, 201), (411, 603), RatingPlace.SIDECAR)
    assert sidecar.name == "photo-6.xmp"
    text = sidecar.read_text()
    for told in ('HasCrop="True"', 'CropTop="0.000000"', 'CropBottom="1.000000"', 'CropLeft="0.000000"'):
        assert f"crs:{told}" in text
    assert 'crs:CropRight="0.333333"' in text  # the upper third of the shown photo is the left third of the stored one
    assert 'xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"' in text


@pytest.mark.parametrize("number", range(1, 9))
def test_real_photos_of_all_orientations_are_cropped_where_they_are_seen(
    data_folder: Path, number: int, tmp_path: Path
) -> None:
    photo = data_folder / "special" / f"exif_orientation_noface__{number:04}.jpg"
    whole = load_picture(photo).pixels.astype(int)
    crop = load_picture(save_crop(photo, Box(200, 300, 900, 1000), tmp_path, "crop")).pixels
    assert np.abs(crop - whole[300:1000, 200:900]).mean() < 3
    pytest.importorskip("jpeglib")
    saved = save_lossless_crop(photo, Box(200, 300, 900, 1000), tmp_path, "lossless")
    x0, y0, x1, y1 = saved.box.xyxy
    np.testing.assert_array_equal(load_picture(saved.path).pixels[2:-2, 2:-2], whole[y0:y1, x0:x1][2:-2, 2:-2])
