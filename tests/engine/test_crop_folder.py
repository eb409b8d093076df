"""Crops of folders: named as asked, recorded, gone on with, and told of in a report."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.aspects import ORIGINAL, Aspect
from engine.crop_file import save_crop
from engine.crop_folder import PRESETS, CropJob, CroppedPhoto, CropWay, FoundCrop, Search, crop_photos, photos_to_crop
from engine.crop_metadata import read_crop_metadata
from engine.crop_names import NamePattern
from engine.crop_report import write_report
from engine.errors import ModelError
from engine.geometry import Box
from engine.level import levelled
from engine.pictures import OpenPhoto, load_picture
from engine.progress import Progress
from engine.ratings import RatingPlace
from engine.scan import find_photos

BOX = Box(60, 20, 360, 320)
SQUARE = Aspect.parse("1:1")


class FakeSearch:
    """Finds the same crop in every photo, and remembers which it saw."""

    def __init__(self, gain: float = 3.0) -> None:
        self.gain = gain
        self.seen: list[str] = []

    def __call__(self, photo: OpenPhoto) -> Iterator[Progress[FoundCrop]]:
        self.seen.append(photo.path.name)
        yield Progress(0, 1)
        yield Progress(1, 1, "", (FoundCrop(BOX, 71.0, self.gain),))


@pytest.fixture
def photos(tmp_path: Path, samples: list[Path]) -> list[Path]:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    with Image.open(samples[0]) as image:
        for name in ("a.jpg", "b.jpg", "more/a.jpg"):
            image.resize((600, 400)).save(folder / name)
    (folder / "bad.jpg").touch()
    return find_photos([folder])


def _run(photos: list[Path], job: CropJob, search: Search) -> list[CroppedPhoto]:
    return [photo for progress in crop_photos(photos, job, search) for photo in progress.results]


def test_one_bad_photo_does_not_stop_the_rest(photos: list[Path], tmp_path: Path) -> None:
    done = _run(photos, CropJob(tmp_path / "out", SQUARE), FakeSearch())
    assert [photo.error is None for photo in done] == [True, True, False, True]
    names = sorted(path.name for path in (tmp_path / "out").glob("*.jpg"))
    assert names == ["a_crop-1x1-2.jpg", "a_crop-1x1.jpg", "b_crop-1x1.jpg"]


@pytest.mark.parametrize("way", [CropWay.ENCODED, CropWay.METADATA])
def test_a_photo_that_a_crop_hardly_betters_is_left_as_it_is(photos: list[Path], tmp_path: Path, way: CropWay) -> None:
    before = sorted(tmp_path.rglob("*"))
    job = CropJob(tmp_path / "photos", ORIGINAL, way=way)
    (done,) = _run(photos[:1], job, FakeSearch(gain=1.4))
    assert (done.left_as_is, done.target, done.error) == (True, None, None)
    assert sorted(tmp_path.rglob("*")) == before
    write_report([done], tmp_path / "report.html")
    assert "Left as it is" in (tmp_path / "report.html").read_text("utf-8")
    # Another shape needs a crop, whatever it gains; and enough is enough.
    assert _run(photos[:1], replace(job, aspect=SQUARE), FakeSearch(gain=1.4))[0].target
    assert _run(photos[:1], replace(job, again=True), FakeSearch(gain=1.6))[0].target


def test_a_second_run_does_what_is_left(photos: list[Path], tmp_path: Path) -> None:
    job, search = CropJob(tmp_path / "out", SQUARE), FakeSearch()
    steps = crop_photos(photos, job, search)
    for progress in steps:
        if progress.results:
            steps.close()  # as somebody cancels after the first photo
            break
    assert [path.suffix for path in (tmp_path / "out").glob("[!.]*")] == [".jpg"]
    search.seen.clear()
    done = _run(photos, job, search)
    assert search.seen == ["b.jpg", "a.jpg"]
    assert done[0].done_before
    (done[1].target or Path()).unlink()
    search.seen.clear()
    _run(photos, job, search)
    assert search.seen == ["b.jpg"]
    _run(photos, CropJob(tmp_path / "out", SQUARE, long_side=100), search)
    _run(photos, CropJob(tmp_path / "out", SQUARE, again=True), search)
    assert search.seen[1:] == ["a.jpg", "b.jpg", "a.jpg"] * 2


def test_a_record_that_was_cut_short_loses_one_line_alone(photos: list[Path], tmp_path: Path) -> None:
    job, search = CropJob(tmp_path / "out", SQUARE), FakeSearch()
    _run(photos, job, search)
    record = tmp_path / "out" / ".selfie-studio-crops.jsonl"
    record.write_text(record.read_text()[:-20])
    search.seen.clear()
    _run(photos, job, search)
    assert search.seen == ["a.jpg"]


def test_crops_among_the_photos_are_not_cropped(photos: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "photos" / "out"
    _run(photos, CropJob(out, SQUARE, NamePattern("best {number}")), FakeSearch())
    assert photos_to_crop(find_photos([tmp_path / "photos"]), [tmp_path / "photos"], out) == photos


def test_crops_are_known_wherever_they_lie_among_the_photos(photos: list[Path], tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "photos", tmp_path / "elsewhere"
    _run(photos, CropJob(folder / "best", SQUARE, NamePattern("{name}")), FakeSearch())
    beside = save_crop(photos[0], BOX, folder, f"{photos[0].stem}_crop-1x1")
    found = find_photos([folder])
    assert len(found) == 2 * len(photos)  # one of them is bad, and one crop lies beside its photo
    assert photos_to_crop(found, [folder], elsewhere) == photos
    assert photos_to_crop(found, [folder, beside], elsewhere) == sorted([*photos, beside])
    # A photo that only happens to be named so, and whose original is not there, is a photo.
    alone = beside.rename(folder / "sea_crop-1x1.jpg")
    assert alone in photos_to_crop(find_photos([folder]), [folder], elsewhere)


def test_a_dry_run_writes_nothing(photos: list[Path], tmp_path: Path) -> None:
    done = _run(photos, CropJob(tmp_path / "out", SQUARE, dry_run=True), FakeSearch())
    assert done[0].box_xyxy == BOX.xyxy
    assert not (tmp_path / "out").exists()


def test_the_rectangle_alone_makes_no_picture_and_spares_crops_that_are_there(
    photos: list[Path], tmp_path: Path
) -> None:
    before = {photo: photo.read_bytes() for photo in photos}
    job, search = CropJob(None, SQUARE, way=CropWay.METADATA), FakeSearch()
    done = _run(photos[:2], job, search)
    assert [photo.target for photo in done] == [photo.with_suffix(".xmp") for photo in photos[:2]]
    assert read_crop_metadata(photos[0], (600, 400), RatingPlace.SIDECAR) == BOX
    search.seen.clear()
    assert all(photo.done_before for photo in _run(photos[:2], job, search))
    assert search.seen == []
    # Another shape replaces no rectangle, which may be a person's own, unless that is said.
    wide = replace(job, aspect=Aspect.parse("16:9"))
    assert all("--again" in (photo.error or "") for photo in _run(photos[:2], wide, search))
    assert not any(photo.error for photo in _run(photos[:2], replace(wide, again=True), search))
    assert before == {photo: photo.read_bytes() for photo in photos}


def test_lossless_crops_say_how_far_they_moved(photos: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("jpeglib")
    done = _run(photos[:1], CropJob(tmp_path / "out", SQUARE, way=CropWay.LOSSLESS), FakeSearch())[0]
    assert done.shift_xy == ((done.box_xyxy or (0,))[0] - BOX.x0, (done.box_xyxy or (0, 0))[1] - BOX.y0)


def test_my_own_crop_of_a_levelled_photo_is_made_so_and_told_of_when_it_was_done_before(
    photos: list[Path], tmp_path: Path
) -> None:
    mine = [Progress(1, 1, "", (FoundCrop(BOX, 71.0, 3.0, own=True, angle_deg=-5.0),))]
    shown = levelled(load_picture(photos[0]).pixels, -5.0)[BOX.y0 : BOX.y1, BOX.x0 : BOX.x1].astype(int)
    for way in (CropWay.ENCODED, CropWay.LOSSLESS):  # which cannot turn a photo: it is saved anew
        job = CropJob(tmp_path / way, SQUARE, way=way)
        for done_before in (False, True):
            ((done,),) = [step.results for step in crop_photos(photos[:1], job, lambda _: iter(mine)) if step.results]
            assert (done.error, done.box_xyxy, done.angle_deg) == (None, BOX.xyxy, -5.0)
            assert done.done_before is done_before
            assert done.target
            assert np.abs(load_picture(done.target).pixels - shown).mean() < 3
    job = CropJob(None, SQUARE, way=CropWay.METADATA)
    ((done,),) = [step.results for step in crop_photos(photos[:1], job, lambda _: iter(mine)) if step.results]
    assert done.error
    assert "levelled" in done.error
    assert not list(tmp_path.rglob("*.xmp"))


def test_stopped_in_the_middle_of_a_file_nothing_half_done_stays(
    photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: Image.Image, target: Path, *__: object, **___: object) -> None:
        target.write_bytes(b"half a picture")
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        _run(photos, CropJob(tmp_path / "out", SQUARE), FakeSearch())
    assert not list((tmp_path / "out").iterdir())


def test_names_are_filled(photos: list[Path], tmp_path: Path) -> None:
    names = NamePattern("{number} {name} {aspect} {points} {width}x{height}")
    done = _run(photos[:1], CropJob(tmp_path / "out", Aspect.parse("4:5"), names), FakeSearch())
    assert (done[0].target or Path()).name == "0001 a 4x5 71 300x300.jpg"


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("../{name}", "--out"),
        ("a\\b", "--out"),
        ("{nam}", "nam"),
        ("{name.stem}", "no field"),
        ("{}", "no field"),
        ("{name", "pattern"),
        ("{name!r}", "alone"),
        ("", "no name"),
        (".hidden", "no name"),
    ],
)
def test_a_bad_pattern_is_explained(pattern: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        NamePattern(pattern)


def test_presets_are_shapes_that_can_be_read() -> None:
    assert set(PRESETS) == {"profile", "story", "print"}
    assert all(Aspect.parse(preset.aspect).ratio for preset in PRESETS.values())


def test_the_page_shows_each_photo_and_marks_the_doubtful(photos: list[Path], tmp_path: Path) -> None:
    doubtful = _run(photos[1:2], CropJob(tmp_path / "out", SQUARE), FakeSearch(gain=-4))
    write_report([*_run(photos, CropJob(None, SQUARE, dry_run=True), FakeSearch()), *doubtful], tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert page.count("<img") == 8
    assert "the whole photo scores higher" in page
    assert "the file is empty" in page
    assert "http" not in page  # it holds all that it shows
    write_report(doubtful, tmp_path / "r.json")
    rows = json.loads((tmp_path / "r.json").read_text())
    assert rows[0]["source"] == str(photos[1])
    assert rows[0]["doubt"] == "the whole photo scores higher"


def test_a_damaged_model_is_not_blamed_on_the_photo(photos: list[Path], tmp_path: Path) -> None:
    def search(photo: OpenPhoto) -> Iterator[Progress[FoundCrop]]:
        raise ModelError(Path("model"), "is damaged")
        yield

    with pytest.raises(ModelError):
        _run(photos[:1], CropJob(tmp_path / "out", SQUARE), search)
