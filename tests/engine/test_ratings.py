import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, TiffImagePlugin

import engine.ratings
from engine.errors import PictureError
from engine.metadata import exiv2_alone
from engine.pictures import load_picture
from engine.ratings import (
    RatedBy,
    Rating,
    RatingPlace,
    StarMapping,
    find_rating,
    read_rating,
    sidecar_path,
    write_rating,
)

FILE, SIDECAR, WITH_SUFFIX = RatingPlace.FILE, RatingPlace.SIDECAR, RatingPlace.SIDECAR_WITH_SUFFIX
PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" {}</rdf:Description></rdf:RDF></x:xmpmeta>"""
DARKTABLE = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:acme="http://example.com/acme/"
   xmp:Rating="2" darktable:history_end="2" darktable:history_current_hash="0f0e0d0c0b0a0908" acme:note="a&#xA;b">
   <darktable:masks_history><rdf:Seq/></darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
     <rdf:li darktable:num="0" darktable:operation="colorin" darktable:params="gz48eJzjZBgFowABWAbaAaNgwAEAEDgABg=="
      darktable:multi_name=""/>
     <rdf:li darktable:num="1" darktable:operation="exposure" darktable:params="0000000000c0803e00004842"
      darktable:multi_name="my &quot;exposure&quot; &lt;1&gt;"/>
    </rdf:Seq>
   </darktable:history>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Family</rdf:li><rdf:li xml:lang="pt">Família</rdf:li></rdf:Alt>
   </dc:title>
   <dc:subject><rdf:Bag><rdf:li>sun &amp; sea</rdf:li></rdf:Bag></dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


@pytest.fixture
def photo(samples: list[Path], tmp_path: Path) -> Path:
    """A camera's JPEG: with a date, a place, a thumbnail, a colour profile, a title, and a segment of its maker's."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model 1"
    exif.get_ifd(0x8769).update(
        {0x9003: "2024:02:29 23:59:58", 0x9291: "045", 0x829A: TiffImagePlugin.IFDRational(1, 250)}
    )
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 0.0)})
    xmp = PACKET.format('xmp:Label="Red">').encode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    folder = tmp_path / "photos"
    folder.mkdir()
    with Image.open(samples[0]) as image:
        image.convert("RGB").resize((300, 200)).save(
            folder / "IMG.jpg", quality=92, exif=exif, xmp=xmp, icc_profile=profile
        )
    content = (folder / "IMG.jpg").read_bytes()
    segment = b"\xff\xea" + (30).to_bytes(2) + b"AROT" + bytes(24)
    (folder / "IMG.jpg").write_bytes(content[:2] + segment + content[2:] + b"trailing video")
    return folder / "IMG.jpg"


def _sidecar(photo: Path, place: RatingPlace, inside: str) -> Path:
    path = sidecar_path(photo, place)
    path.write_text(PACKET.format(inside), encoding="utf-8")
    return path


def _exiftool(path: Path, *names: str) -> dict[str, str]:
    """What an independent reader finds, by its name of the group and the tag."""
    if not shutil.which("exiftool"):
        pytest.skip("needs exiftool (Debian: libimage-exiftool-perl) as the independent reader")
    wanted = [f"-{name}" for name in names]
    command = ["exiftool", "-a", "-G1", "-s2", "-n", "-charset", "filename=utf8", *wanted, str(path.absolute())]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return dict(line.split(": ", 1) for line in shown.splitlines() if not line.startswith(("[System]", "[ExifTool]")))


@pytest.mark.parametrize("place", RatingPlace)
@pytest.mark.parametrize("stars", [-1, 0, 1, 5])
def test_a_rating_comes_back_from_where_it_was_put(photo: Path, place: RatingPlace, stars: int) -> None:
    before = photo.read_bytes()
    assert find_rating(photo) is None
    assert write_rating(photo, stars, place)
    assert find_rating(photo) == Rating(stars, RatedBy.PERSON, place)
    assert {path.name for path in photo.parent.iterdir()} == {
        "IMG.jpg",
        *({sidecar_path(photo, place).name} if place is not FILE else ()),
    }
    assert (photo.read_bytes() == before) == (place is not FILE)
    write_rating(photo, None, place)
    assert read_rating(photo) is None
    assert [path.name for path in photo.parent.iterdir()] == ["IMG.jpg"]


@pytest.mark.parametrize(
    "name",
    ["with space.jpg", 'it\'s "quoted".jpg', "Größe 写真 📷.jpg", "-dash.jpg", "-.jpg", "a.b.c.JPG", "data:x,y.jpg"],
)
@pytest.mark.parametrize("place", RatingPlace)
def test_another_program_reads_the_same_stars_whatever_the_file_is_called(
    photo: Path, place: RatingPlace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    named = Path(photo.rename(name).name)
    write_rating(named, 4, place)
    assert read_rating(named) == 4
    found = _exiftool(named if place is FILE else sidecar_path(named, place))
    assert found["[XMP-xmp] Rating"] == "4"
    if place is FILE:
        assert (found["[IFD0] Rating"], found["[IFD0] RatingPercent"]) == ("4", "75")


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode there")
def test_a_name_that_is_no_unicode_is_no_obstacle(photo: Path) -> None:
    named = photo.rename(photo.with_name(os.fsdecode(b"caf\xe9.jpg")))
    for place in RatingPlace:
        write_rating(named, 3, place)
        assert find_rating(named) == Rating(3, RatedBy.PERSON, place if place is not SIDECAR else SIDECAR)
        for path in (sidecar_path(named, SIDECAR), sidecar_path(named, WITH_SUFFIX)):
            path.unlink(missing_ok=True)


def test_all_else_in_the_photo_stays_as_it_was(photo: Path) -> None:
    before, content, pixels = _exiftool(photo), photo.read_bytes(), load_picture(photo).pixels
    write_rating(photo, 5, FILE)
    after = _exiftool(photo)
    ours = {"[IFD0] Rating", "[IFD0] RatingPercent", "[XMP-xmp] Rating", "[XMP-xmp] MetadataDate"}
    assert after.keys() - before.keys() == ours | {"[XMP-x] XMPToolkit"}
    assert {name: after.get(name) for name in before} == before
    np.testing.assert_array_equal(load_picture(photo).pixels, pixels)
    scan = content.index(b"\xff\xda")
    assert photo.read_bytes().endswith(content[scan:])
    assert content[2:34] in photo.read_bytes()


def test_pictures_behind_the_photo_are_still_found_or_the_photo_is_left_alone(photo: Path) -> None:
    """Portraits of phones carry depth and brightness as further pictures, which are found by their distance."""
    listed = b"\xff\xe2" + (40).to_bytes(2) + b"MPF\0" + bytes(34)
    content = photo.read_bytes()
    icc = content.index(b"\xff\xe2")
    photo.write_bytes(content[:icc] + listed + content[icc:])
    behind = photo.read_bytes().partition(b"MPF\0")[2]
    write_rating(photo, 5, FILE)
    assert photo.read_bytes().partition(b"MPF\0")[2] == behind
    photo.write_bytes(before := content[:2] + listed + content[2:])
    with pytest.raises(PictureError, match="further pictures"):
        write_rating(photo, 5, FILE)
    assert photo.read_bytes() == before


@pytest.mark.parametrize("form", ["png", "webp", "tif"])
def test_other_formats_hold_a_rating_too(tmp_path: Path, samples: list[Path], form: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    path = tmp_path / f"photo.{form}"
    with Image.open(samples[0]) as image:
        image.convert("RGB").resize((60, 40)).save(path, exif=exif, **({"lossless": True} if form == "webp" else {}))
    pixels = load_picture(path).pixels
    write_rating(path, 4, FILE)
    assert find_rating(path) == Rating(4, RatedBy.PERSON, FILE)
    np.testing.assert_array_equal(load_picture(path).pixels, pixels)
    with Image.open(path) as image:
        assert image.getexif()[0x010F] == "Maker"
    assert _exiftool(path)["[XMP-xmp] Rating"] == "4"


@pytest.mark.parametrize("form", ["bmp", "gif", "avif"])
def test_a_format_that_cannot_hold_it_says_so_and_takes_a_sidecar(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"photo.{form}"
    Image.new("RGB", (64, 64)).save(path)
    before = path.read_bytes()
    with pytest.raises(PictureError, match="another place"):
        write_rating(path, 4, FILE)
    assert path.read_bytes() == before
    write_rating(path, 4, SIDECAR)
    assert read_rating(path) == 4


def test_a_raw_photo_is_never_written_to(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "raw.tif")
    raw = (tmp_path / "raw.tif").rename(tmp_path / "raw.dng")
    with pytest.raises(PictureError, match="another place"):
        write_rating(raw, 4, FILE)


@pytest.mark.parametrize("place", [SIDECAR, WITH_SUFFIX])
def test_the_history_of_a_sidecar_survives(photo: Path, place: RatingPlace) -> None:
    sidecar = sidecar_path(photo, place)
    sidecar.write_text(DARKTABLE, encoding="utf-8")
    before = _exiftool(sidecar)
    write_rating(photo, 5, place)
    after = _exiftool(sidecar)
    assert after.pop("[XMP-xmp] Rating") == "5"
    assert after.pop("[XMP-xmp] MetadataDate")
    del before["[XMP-xmp] Rating"]
    assert after == before
    assert "my &quot;exposure&quot; &lt;1&gt;" in sidecar.read_text(encoding="utf-8")
    write_rating(photo, None, place)
    assert "gz48eJzjZBgFowABWAbaAaNgwAEAEDgABg==" in sidecar.read_text(encoding="utf-8")


def test_what_would_be_lost_is_noticed(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sidecar = sidecar_path(photo, SIDECAR)
    sidecar.write_text(DARKTABLE, encoding="utf-8")
    parse = engine.ratings.parse_sidecar

    def forgetful(*given: Any) -> Any:
        image = parse(*given)
        del image.xmpData()["Xmp.darktable.history_end"]
        return image

    monkeypatch.setattr(engine.ratings, "parse_sidecar", forgetful)
    with pytest.raises(PictureError, match="another place"):
        write_rating(photo, 5, SIDECAR)
    assert sidecar.read_text(encoding="utf-8") == DARKTABLE


@pytest.mark.parametrize(
    ("inside", "stars"),
    [
        ('xmp:Rating="3">', 3),
        ("><xmp:Rating>4</xmp:Rating>", 4),
        ('xmp:Rating="-1.0">', -1),
        ('xmp:Rating="0">', 0),
        ('xmp:Rating="6">', None),
        ('xmp:Rating="-2">', None),
        ('xmp:Rating="many">', None),
        ('xmp:Rating="nan">', None),
        ('xmp:Rating="">', None),
        (">", None),
    ],
)
@pytest.mark.parametrize("place", [SIDECAR, WITH_SUFFIX])
def test_other_programs_sidecars_are_understood(
    photo: Path, place: RatingPlace, inside: str, stars: int | None
) -> None:
    _sidecar(photo, place, inside)
    assert read_rating(photo) == stars


def test_darktables_sidecar_counts_before_lightrooms_and_both_before_the_file(photo: Path) -> None:
    write_rating(photo, 1, FILE)
    _sidecar(photo, SIDECAR, 'xmp:Rating="2">')
    assert read_rating(photo) == 2
    _sidecar(photo, WITH_SUFFIX, 'xmp:Rating="3">')
    assert read_rating(photo) == 3


def test_exifs_rating_counts_where_xmp_has_none(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x4746] = 4
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.jpg", exif=exif)
    assert read_rating(tmp_path / "photo.jpg") == 4


def test_a_sidecar_of_the_raw_photo_is_not_the_jpegs(photo: Path) -> None:
    sidecar = _sidecar(
        photo, SIDECAR, 'xmp:Rating="2" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:SidecarForExtension="CR2">'
    )
    assert read_rating(photo) is None
    before = sidecar.read_bytes()
    with pytest.raises(PictureError, match="CR2"):
        write_rating(photo, 4, SIDECAR)
    assert sidecar.read_bytes() == before


def test_a_written_rating_is_what_is_read_even_where_an_older_one_stands_before_it(photo: Path) -> None:
    _sidecar(photo, WITH_SUFFIX, 'xmp:Rating="2">')
    write_rating(photo, 5, FILE)
    assert read_rating(photo) == 5
    sidecar_path(photo, WITH_SUFFIX).unlink()
    assert read_rating(photo) == 5


@pytest.mark.parametrize("persons", RatingPlace)
@pytest.mark.parametrize("stars", [-1, 3])
def test_a_score_never_replaces_what_a_person_gave_anywhere(photo: Path, persons: RatingPlace, stars: int) -> None:
    write_rating(photo, stars, persons)
    before = {path: path.read_bytes() for path in photo.parent.iterdir()}
    for place in RatingPlace:
        for given_stars in (5, None):
            assert not write_rating(photo, given_stars, place, by=RatedBy.SCORE)
    assert {path: path.read_bytes() for path in photo.parent.iterdir()} == before


@pytest.mark.parametrize("place", RatingPlace)
def test_a_newer_score_replaces_an_older_ones_stars(photo: Path, place: RatingPlace) -> None:
    assert write_rating(photo, 2, place, by=RatedBy.SCORE)
    assert find_rating(photo) == Rating(2, RatedBy.SCORE, place)
    assert write_rating(photo, 4, place, by=RatedBy.SCORE)
    assert find_rating(photo) == Rating(4, RatedBy.SCORE, place)
    assert write_rating(photo, None, place, by=RatedBy.SCORE)
    assert find_rating(photo) is None


@pytest.mark.parametrize("place", RatingPlace)
def test_a_person_may_change_or_confirm_the_stars_of_a_score(photo: Path, place: RatingPlace) -> None:
    write_rating(photo, 4, place, by=RatedBy.SCORE)
    write_rating(photo, 4, place)
    assert find_rating(photo) == Rating(4, RatedBy.PERSON, place)


@pytest.mark.parametrize("change", ["-XMP:Rating=2", "-EXIF:Rating=2"])
def test_stars_of_a_score_that_another_program_changed_are_a_persons(photo: Path, change: str) -> None:
    write_rating(photo, 4, FILE, by=RatedBy.SCORE)
    _exiftool(photo)
    subprocess.run(["exiftool", "-q", "-overwrite_original", change, photo], check=True)
    assert not write_rating(photo, 5, FILE, by=RatedBy.SCORE)


def test_unrated_is_no_opinion_of_a_person(photo: Path) -> None:
    _sidecar(photo, SIDECAR, 'xmp:Rating="0">')
    assert write_rating(photo, 4, SIDECAR, by=RatedBy.SCORE)
    assert find_rating(photo) == Rating(4, RatedBy.SCORE, SIDECAR)


def test_a_score_stays_away_from_a_sidecar_that_cannot_be_read(photo: Path) -> None:
    sidecar_path(photo, WITH_SUFFIX).write_text("<x:xmpmeta")
    with pytest.raises(PictureError):
        write_rating(photo, 4, FILE, by=RatedBy.SCORE)


def test_stars_of_windows_go_along(photo: Path) -> None:
    _sidecar(photo, SIDECAR, 'xmlns:m="http://ns.microsoft.com/photo/1.0/" xmp:Rating="1" m:Rating="1">')
    write_rating(photo, 5, SIDECAR)
    assert _exiftool(sidecar_path(photo, SIDECAR))["[XMP-microsoft] RatingPercent"] == "99"


def _bomb() -> str:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8))
    return f'<!DOCTYPE x [<!ENTITY a "{"x" * 1000}">{entities}]>' + PACKET.format("><xmp:Label>&i;</xmp:Label>")


HOSTILE: dict[str, Callable[[], str]] = {
    "broken": lambda: PACKET.format('xmp:Rating="4">')[:-60],
    "a bomb": _bomb,
    "not XML": lambda: "hello",
    "empty": lambda: "",
    "deep": lambda: PACKET.format(">" + "<xmp:A rdf:parseType='Resource'>" * 5000 + "</xmp:A>" * 5000),
    "our prefix is another's": lambda: PACKET.format('xmlns:selfiestudio="urn:x" selfiestudio:RatingByScore="9">'),
    "odd signs": lambda: PACKET.format('xmp:Rating="4\ud7ff\U0010ffff">'),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_metadata_hold_no_rating_and_are_never_replaced(photo: Path, kind: str) -> None:
    packet = HOSTILE[kind]().encode()
    sidecar_path(photo, WITH_SUFFIX).write_bytes(packet)
    Image.new("RGB", (8, 8)).save(photo.with_name("inside.png"), **_png_with(packet))
    for path, place in ((photo, WITH_SUFFIX), (photo.with_name("inside.png"), FILE)):
        before = (target := path if place is FILE else sidecar_path(path, place)).read_bytes()
        assert read_rating(path) is None
        try:
            write_rating(path, 3, place)
        except PictureError:
            assert target.read_bytes() == before
        else:
            assert read_rating(path) == 3
    assert write_rating(photo, 2, FILE)


def _png_with(packet: bytes) -> dict[str, Any]:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode())
    return {"pnginfo": info}


def test_broken_xmp_of_a_photo_is_not_thrown_away(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.jpg", xmp=b"<x:xmpmeta precious")
    before = (tmp_path / "photo.jpg").read_bytes()
    assert read_rating(tmp_path / "photo.jpg") is None
    with pytest.raises(PictureError, match="damaged"):
        write_rating(tmp_path / "photo.jpg", 3, FILE)
    assert (tmp_path / "photo.jpg").read_bytes() == before


def test_a_huge_sidecar_is_refused_quickly(photo: Path) -> None:
    with sidecar_path(photo, SIDECAR).open("wb") as file:
        file.truncate(2_000_000_000)
    begun = time.monotonic()
    assert read_rating(photo) is None
    with pytest.raises(PictureError, match="too large"):
        write_rating(photo, 3, SIDECAR)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("content", [b"", b"no photo", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\xff\xffExif\0\0II*\0"])
def test_a_damaged_photo_holds_no_rating_and_takes_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    assert read_rating(path) is None
    with pytest.raises(PictureError):
        write_rating(path, 4, FILE)
    assert path.read_bytes() == content


def test_a_missing_photo_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no such file"):
        read_rating(tmp_path / "gone.jpg")
    with pytest.raises(PictureError, match="no such file"):
        write_rating(tmp_path / "gone.jpg", 3, SIDECAR)
    assert not list(tmp_path.glob("*.xmp"))


@pytest.mark.parametrize("stars", [-2, 6])
def test_there_are_no_other_ratings(photo: Path, stars: int) -> None:
    with pytest.raises(ValueError, match="no rating"):
        write_rating(photo, stars, FILE)


@pytest.mark.parametrize("place", RatingPlace)
def test_a_read_only_folder_is_explained(photo: Path, place: RatingPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in photo.parent.iterdir()}

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(
        PictureError, match=r"cannot be saved here \(Permission denied\): choose another place"
    ) as raised:
        write_rating(photo, 4, place)
    assert raised.value.passing
    assert {path: path.read_bytes() for path in photo.parent.iterdir()} == before


def test_access_rights_stay_and_the_time_of_modification_is_now(photo: Path) -> None:
    photo.chmod(0o640)
    os.utime(photo, (1_000_000_000, 1_000_000_000))
    write_rating(photo, 4, FILE)
    assert stat.S_IMODE(photo.stat().st_mode) == 0o640
    assert abs(photo.stat().st_mtime - time.time()) < 60


def test_what_is_there_already_is_not_written_again(photo: Path) -> None:
    for place in RatingPlace:
        write_rating(photo, 4, place)
    before = {path: path.stat().st_ino for path in photo.parent.iterdir()}
    for place in RatingPlace:
        write_rating(photo, 4, place)
    assert {path: path.stat().st_ino for path in photo.parent.iterdir()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_a_photo_stays_a_link(photo: Path) -> None:
    link = photo.with_name("link.jpg")
    link.symlink_to(photo)
    write_rating(link, 4, FILE)
    assert link.is_symlink()
    assert read_rating(photo) == 4


def test_many_threads_may_read_and_write_at_once(photo: Path) -> None:
    photos = [Path(shutil.copy(photo, photo.with_name(f"{number}.jpg"))) for number in range(24)]

    def rate(number: int) -> int | None:
        write_rating(photos[number], number % 5 + 1, list(RatingPlace)[number % 3])
        return read_rating(photos[number])

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(rate, range(24))) == [number % 5 + 1 for number in range(24)]


def test_exiv2_is_never_in_two_threads_at_once(photo: Path) -> None:
    with ThreadPoolExecutor(1) as threads:
        with exiv2_alone(photo):
            reading = threads.submit(read_rating, photo)
            with pytest.raises(TimeoutError):
                reading.result(timeout=0.3)
        assert reading.result(timeout=30) is None


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_points_never_get_fewer_stars(one: float, other: float) -> None:
    few, many = sorted((one, other))
    mapping = StarMapping()
    assert 1 <= mapping.stars(few) <= mapping.stars(many) <= 5


def test_stars_by_default_follow_the_percentiles() -> None:
    assert StarMapping().preview([number + 0.5 for number in range(100)]) == {1: 10, 2: 25, 3: 30, 4: 25, 5: 10}
    assert [StarMapping().stars(points) for points in (0, 10, 35, 65, 90, 100)] == [1, 2, 3, 4, 5, 5]
    assert StarMapping().preview([]) == {1: 0, 2: 0, 3: 0, 4: 0, 5: 0}


def test_the_mapping_comes_back_from_the_settings() -> None:
    mapping = StarMapping((12.5, 40, 40, 99))
    assert StarMapping.from_text(mapping.to_text()) == mapping
    for text in ("", "1,2,3", "1,2,3,4,5", "4,3,2,1", "1,2,3,101", "nan,2,3,4", "a,b,c,d"):
        with pytest.raises(ValueError):
            StarMapping.from_text(text)
    for points in (-1, 101, float("nan")):
        with pytest.raises(ValueError, match="points"):
            mapping.stars(points)
