"""Whoever tagged the people of a photo finds each of them in its crop, at their place, and nobody who is not there.

An exported photo that is turned upright has them, too.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from engine.crop_file import save_crop
from engine.geometry import Box
from engine.level import level_matrix
from engine.lossless_crop import save_lossless_crop
from engine.metadata import CROP_KEYS, exiv2_alone, open_with_exiv2, set_all, written
from engine.photo_export import ExportSettings, export_photos

SIZE_WH = (480, 320)
LEFT_PERSON, RIGHT_PERSON = Box(60, 80, 120, 160), Box(360, 40, 440, 120)
# In the upright photo: all of the left person, none of the right one.
CROP = Box(32, 48, 272, 208)
REGIONS = "Xmp.mwg-rs.Regions"


def _tagged(folder: Path, form: str, orientation: int) -> Path:
    """An upright photo of two tagged people, stored as an orientation has it."""
    stored_wh = SIZE_WH if orientation < 5 else SIZE_WH[::-1]
    photo = folder / f"tagged-{orientation}.{form.lower()}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9214] = (90, 120, 60, 80)  # SubjectArea
    Image.new("RGB", stored_wh, (120, 90, 60)).save(photo, form, exif=exif)
    people = {"Ada": LEFT_PERSON, "Ben": RIGHT_PERSON}
    members = "".join(_member(name, box.as_stored(stored_wh, orientation), stored_wh) for name, box in people.items())
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
         xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#">
        <mwg-rs:Regions rdf:parseType="Resource">
        <mwg-rs:AppliedToDimensions stDim:w="{stored_wh[0]}" stDim:h="{stored_wh[1]}" stDim:unit="pixel"/>
        <mwg-rs:RegionList><rdf:Bag>{members}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
        </rdf:Description></rdf:RDF></x:xmpmeta>"""
    with exiv2_alone(photo) as exiv2:
        image = exiv2.ImageFactory.open(photo.read_bytes())
        image.readMetadata()
        image.setXmpPacket(packet)
        content = written(image)
    photo.write_bytes(content)
    return photo


def _member(name: str, box: Box, stored_wh: tuple[int, int]) -> str:
    width, height = stored_wh
    area = f'stArea:x="{(box.x0 + box.x1) / 2 / width}" stArea:y="{(box.y0 + box.y1) / 2 / height}"'
    area += f' stArea:w="{box.width / width}" stArea:h="{box.height / height}" stArea:unit="normalized"'
    return (
        f'<rdf:li rdf:parseType="Resource"><mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>'
        f"<mwg-rs:Area {area}/></rdf:li>"
    )


def _people(crop: Path) -> dict[str, tuple[float, ...]]:
    """Who is tagged in a file, and where: x0, y0, x1, y1 in its pixels as they are stored."""
    with Image.open(crop) as image:
        width, height = image.size
    with exiv2_alone(crop) as exiv2:
        xmp = {datum.key(): str(datum.value()) for datum in open_with_exiv2(exiv2, crop).xmpData()}
    size = f"{REGIONS}/mwg-rs:AppliedToDimensions/stDim:"
    assert {name: xmp[size + name] for name in "wh" if size + name in xmp} in ({}, {"w": str(width), "h": str(height)})
    found: dict[str, tuple[float, ...]] = {}
    for number in range(1, 9):
        start = f"{REGIONS}/mwg-rs:RegionList[{number}]/mwg-rs:"
        if start + "Name" in xmp:
            x, y, w, h = (float(xmp[f"{start}Area/stArea:{name}"]) for name in "xywh")
            sides = (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height
            found[xmp[start + "Name"]] = sides
    return found


def _within(box: Box, crop: Box) -> tuple[int, ...]:
    return box.x0 - crop.x0, box.y0 - crop.y0, box.x1 - crop.x0, box.y1 - crop.y0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_a_tagged_person_is_found_in_the_crop(tmp_path: Path, form: str, orientation: int) -> None:
    photo = _tagged(tmp_path, form, orientation)
    crop = save_crop(photo, CROP, tmp_path / "crops", "crop")
    assert _people(crop) == {"Ada": pytest.approx(_within(LEFT_PERSON, CROP), abs=1)}
    with Image.open(crop) as image:
        assert 0x9214 not in image.getexif().get_ifd(0x8769)


def test_a_crop_without_the_tagged_people_names_nobody(tmp_path: Path) -> None:
    crop = save_crop(_tagged(tmp_path, "JPEG", 1), Box(130, 170, 330, 320), tmp_path / "crops", "crop")
    assert _people(crop) == {}
    with exiv2_alone(crop) as exiv2:
        assert REGIONS not in open_with_exiv2(exiv2, crop).xmpData()


def test_a_reduced_and_a_levelled_crop_have_them_too(tmp_path: Path) -> None:
    photo = _tagged(tmp_path, "JPEG", 6)
    small = save_crop(photo, CROP, tmp_path / "crops", "small", long_side=120)
    assert _people(small)["Ada"] == pytest.approx([side / 2 for side in _within(LEFT_PERSON, CROP)], abs=1)
    level = save_crop(photo, Box(0, 0, 240, 240), tmp_path / "crops", "level", angle_deg=5)
    x0, y0, x1, y1 = _people(level)["Ada"]
    matrix, _ = level_matrix(SIZE_WH, 5)
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx(matrix @ (90, 120, 1), abs=1)
    assert (x1 - x0, y1 - y0) == pytest.approx((LEFT_PERSON.width, LEFT_PERSON.height), abs=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_exported_photo_that_is_turned_upright_has_them_where_they_are_now(tmp_path: Path, orientation: int) -> None:
    photo = _tagged(tmp_path, "JPEG", orientation)
    steps = export_photos([photo], tmp_path / "out", ExportSettings(long_side=240))
    (target,) = [photo.target for step in steps for photo in step.results]
    assert target
    for name, person in (("Ada", LEFT_PERSON), ("Ben", RIGHT_PERSON)):
        assert _people(target)[name] == pytest.approx([side / 2 for side in person.xyxy], abs=1)
    with Image.open(target) as image:
        assert image.size == (240, 160)
        assert 0x9214 not in image.getexif().get_ifd(0x8769)


def test_another_program_reads_them_there(tmp_path: Path) -> None:
    if not shutil.which("exiftool"):
        pytest.skip("needs exiftool (Debian: libimage-exiftool-perl) as the independent reader")
    photo = _tagged(tmp_path, "JPEG", 8)
    with exiv2_alone(photo) as exiv2:
        image = open_with_exiv2(exiv2, photo)
        set_all(image.xmpData(), dict(zip(CROP_KEYS, ("True", "0", "0.1", "0.5", "0.6", "0", "0"), strict=True)))
        content = written(image)
    photo.write_bytes(content)
    list(export_photos([photo], tmp_path / "out", ExportSettings(long_side=240)))
    asked = ["exiftool", "-json", "-n", "-XMP:all", tmp_path / "out" / "tagged-8.jpg"]
    (told,) = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    assert (told["RegionAppliedToDimensionsW"], told["RegionAppliedToDimensionsH"]) == (240, 160)
    assert told["RegionName"] == ["Ada", "Ben"]
    middles = [(box.x0 + box.x1) / 2 / SIZE_WH[0] for box in (LEFT_PERSON, RIGHT_PERSON)]
    assert [float(x) for x in told["RegionAreaX"]] == pytest.approx(middles, abs=0.01)
    assert "HasCrop" not in told  # the rectangle was one of the picture that lay on its side


@pytest.mark.parametrize("orientation", [1, 6])
def test_so_does_one_without_loss(tmp_path: Path, orientation: int) -> None:
    pytest.importorskip("jpeglib")
    photo = _tagged(tmp_path, "JPEG", orientation)
    saved = save_lossless_crop(photo, CROP, tmp_path / "crops", "crop")
    with Image.open(saved.path) as image:
        stored_wh = image.size
    inside = Box(*_within(LEFT_PERSON, saved.box)).as_stored(stored_wh, orientation)
    assert _people(saved.path) == {"Ada": pytest.approx(inside.xyxy, abs=1)}
