"""A person's own crops and the plans of a review outlive the program, moves, and another program's edits."""

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.aspects import FREE, Aspect
from engine.catalogue import Catalogue, ContentRecord, FileRecord, FileStamp
from engine.catalogue_schema import _MIGRATIONS, SCHEMA_VERSION
from engine.crop_folder import CropJob, CroppedPhoto, FoundCrop
from engine.crop_plan import PlannedCrop, Verdict, plan_crops, recall_plan, remember_plan, save_planned
from engine.faces import NO_FACES
from engine.geometry import Box
from engine.manual_crops import OwnCrop, crops_of_shape, recall_crops, remember_crop
from engine.pictures import OpenPhoto, load_picture
from engine.progress import Progress

BOX, OTHER = Box(10, 20, 110, 120), Box(0, 0, 64, 64)
OWN, ANOTHER = OwnCrop(BOX), OwnCrop(OTHER)
SQUARE = Aspect.parse("1:1")


def test_own_crops_are_told_by_content_and_shape(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        remember_crop(catalogue, "one", "1:1", ANOTHER)
        remember_crop(catalogue, "one", "1:1", OWN)
        remember_crop(catalogue, "one", "free", ANOTHER)
        remember_crop(catalogue, "two", "4:5", ANOTHER)
        remember_crop(catalogue, "two", "4:5", None)
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        assert recall_crops(catalogue, "one") == {"1:1": OWN, "free": ANOTHER}
        assert recall_crops(catalogue, "two") == {}
        assert crops_of_shape(catalogue, "1:1") == {"one": OWN}


def test_a_crop_of_a_levelled_photo_is_remembered_with_its_angle() -> None:
    with Catalogue() as catalogue:
        remember_crop(catalogue, "one", "1:1", OwnCrop(BOX, -3.25))
        assert recall_crops(catalogue, "one") == {"1:1": OwnCrop(BOX, -3.25)}
        assert crops_of_shape(catalogue, "1:1") == {"one": OwnCrop(BOX, -3.25)}


def test_a_file_that_another_program_wrote_into_keeps_its_crop() -> None:
    path, record = Path("/a.jpg"), ContentRecord((40, 30), 5.0, NO_FACES, None)
    with Catalogue() as catalogue:
        for number, content in enumerate(("before", "after")):
            if content == "after":
                remember_crop(catalogue, "before", "1:1", OWN)
            catalogue.remember_contents([(content, record)])
            catalogue.remember_files([(path, FileStamp(number, number), FileRecord(content, None))])
        assert recall_crops(catalogue, "after") == {"1:1": OWN}


def test_a_catalogue_of_version_3_gets_the_new_tables_and_a_copy_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    with sqlite3.connect(file) as database:
        for version in (0, 1, 2):
            for statement in _MIGRATIONS[version]:
                database.execute(statement)
        database.execute("PRAGMA user_version = 3")
        database.execute("INSERT INTO contents (sha256, width, height, faces) VALUES ('one', 40, 30, 0)")
        database.execute("INSERT INTO marks VALUES (1, 4, 1, 0)")
    database.close()
    with Catalogue(file) as catalogue:
        remember_crop(catalogue, "one", "1:1", OWN)
        _, _, mark = catalogue.recall_content("one") or pytest.fail("forgotten")
        assert mark.stars == 4
    with sqlite3.connect(tmp_path / f"catalogue-before-version-{SCHEMA_VERSION}.sqlite") as copy:
        assert copy.execute("SELECT stars FROM marks").fetchall() == [(4,)]
        assert copy.execute("PRAGMA user_version").fetchone() == (3,)
    copy.close()


@pytest.fixture
def photos(tmp_path: Path, samples: list[Path]) -> list[Path]:
    from PIL import Image

    found = []
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        Image.fromarray(np.full((300, 400, 3), 90, np.uint8)).save(tmp_path / name)
        found.append(tmp_path / name)
    return found


class FakeSearch:
    """Finds the same crop in every photo, doubtful in b.jpg."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, photo: OpenPhoto) -> "list[Progress[FoundCrop]]":  # type: ignore[override]
        self.seen.append(photo.path.name)
        return [Progress(1, 1, "", (FoundCrop(BOX, 70.0, 0.5 if photo.path.name == "b.jpg" else 9.0),))]


def _plan(photos: list[Path], catalogue: Catalogue, search: FakeSearch, how: str = "model") -> list[PlannedCrop]:
    steps = plan_crops(photos, CropJob(None, SQUARE, dry_run=True), how, search, catalogue)  # type: ignore[arg-type]
    return [plan for step in steps for plan in step.results]


def test_a_plan_goes_on_where_it_was(photos: list[Path]) -> None:
    with Catalogue() as catalogue:
        search = FakeSearch()
        first = _plan(photos[:2], catalogue, search)
        # A crop of 100 pixels is doubtful, too.
        assert [plan.verdict for plan in first] == [Verdict.OPEN, Verdict.OPEN]
        remember_plan(catalogue, "1:1", "model", [PlannedCrop(first[0].photo, Verdict.SKIPPED)])
        search.seen.clear()
        again = _plan(photos, catalogue, search)
        assert search.seen == ["c.jpg"]
        assert again[0] == PlannedCrop(first[0].photo, Verdict.SKIPPED)
        os.utime(photos[0], (1, 1))
        _plan(photos, catalogue, search)
        _plan(photos[1:], catalogue, search, how="another model")
        assert search.seen == ["c.jpg", "a.jpg", "b.jpg", "c.jpg"]


def test_a_plan_of_a_photo_that_is_gone_is_forgotten_but_not_of_a_folder_that_may_come_back(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("here", "unplugged")}
    photos = {}
    for name, folder in folders.items():
        folder.mkdir()
        photos[name] = [folder / "one.jpg", folder / "two.jpg"]
        for photo in photos[name]:
            Image.new("RGB", (60, 40)).save(photo)
    with Catalogue() as catalogue:
        search = FakeSearch()
        _plan([*photos["here"], *photos["unplugged"]], catalogue, search)
        photos["here"][0].unlink()
        folders["unplugged"].rename(tmp_path / "elsewhere")
        _plan(photos["here"][1:], catalogue, search)
        with catalogue.transaction() as database:
            known = {Path(os.fsdecode(path)) for (path,) in database.execute("SELECT path FROM planned_crops")}
        assert known == {photos["here"][1], *photos["unplugged"]}


def test_what_is_accepted_is_saved_although_it_gains_little(photos: list[Path], tmp_path: Path) -> None:
    with Catalogue() as catalogue:
        job = CropJob(None, FREE, dry_run=True)
        steps = plan_crops(photos[1:2], job, "model", FakeSearch(), catalogue)  # type: ignore[arg-type]
        ((plan,),) = [step.results for step in steps if step.results]
        assert plan.photo.doubt
        accepted = [PlannedCrop(plan.photo, Verdict.ACCEPTED)]
        steps = save_planned(accepted, CropJob(tmp_path / "out", FREE), "model", catalogue)
        (saved,) = [plan for step in steps for plan in step.results]
    assert saved.verdict is Verdict.SAVED
    assert saved.photo.target == tmp_path / "out" / "b_crop-free.jpg"


def test_what_is_accepted_is_saved_as_planned_and_once(photos: list[Path], tmp_path: Path) -> None:
    with Catalogue() as catalogue:
        plans = [PlannedCrop(plan.photo, Verdict.ACCEPTED) for plan in _plan(photos, catalogue, FakeSearch())]
        photos[1].write_bytes(b"no photo")
        job = CropJob(tmp_path / "out", SQUARE)
        steps = save_planned(plans, job, "model", catalogue)
        next(steps)
        assert next(steps).results == ()  # the folder is made
        saved = next(steps).results[0]
        steps.close()
        assert saved.verdict is Verdict.SAVED
        done = [plan for step in save_planned(plans, job, "model", catalogue) for plan in step.results]
        assert [plan.verdict for plan in done] == [Verdict.SAVED, Verdict.ACCEPTED, Verdict.SAVED]
        assert done[1].photo.error
        crops = sorted((tmp_path / "out").glob("*.jpg"))
        assert [crop.name for crop in crops] == ["a_crop-1x1.jpg", "c_crop-1x1.jpg"]
        assert load_picture(crops[0]).full_size_wh == (100, 100)
        known = recall_plan(catalogue, "1:1", "model", photos)
        assert [plan.verdict for plan in known if plan.photo.source != photos[1]] == [Verdict.SAVED] * 2
        crops[0].unlink()
        assert recall_plan(catalogue, "1:1", "model", photos)[0].verdict is Verdict.ACCEPTED


def test_bad_files_are_looked_at_again(photos: list[Path]) -> None:
    with Catalogue() as catalogue:
        remember_plan(catalogue, "1:1", "m", [PlannedCrop.proposed(CroppedPhoto(photos[0], error="damaged"))])
        assert recall_plan(catalogue, "1:1", "m", photos) == []
