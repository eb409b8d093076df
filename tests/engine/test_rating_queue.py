"""Stars on their way into files: none is lost, no photo is scored again, nobody's stars are overruled by a score."""

import errno
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import engine.rating_queue
import engine.ratings
import engine.scan
from engine.catalogue import Catalogue, Mark, UnwrittenStars
from engine.pictures import load_picture
from engine.rating_queue import WrittenStars, write_waiting_stars
from engine.ratings import RatedBy, Rating, RatingPlace, find_rating, read_rating, write_rating
from engine.scan import ScoredPhoto, scan
from engine.scoring import Scorer, load_scorer

PLACES = list(RatingPlace)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture
def folder(tmp_path: Path, samples: list[Path]) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for sample in samples[:3]:
        shutil.copy(sample, album)
    return album


@pytest.fixture
def photo(folder: Path) -> Path:
    return min(folder.iterdir())


def _scan(folder: Path, catalogue: Catalogue, scorer: Scorer) -> dict[str, ScoredPhoto]:
    return {photo.path.name: photo for step in scan([folder], catalogue, scorer) for photo in step.results}


def _rate(catalogue: Catalogue, photo: Path, mark: Mark, place: RatingPlace, *, undoing: bool = False) -> None:
    waiting = UnwrittenStars(photo, mark.stars, mark.by_score, place, undoing)
    catalogue.mark_files([(photo, mark)], [waiting])


def _write(catalogue: Catalogue) -> Sequence[WrittenStars]:
    return [written for step in write_waiting_stars(catalogue) for written in step.results]


@pytest.mark.parametrize("place", PLACES)
def test_stars_are_written_and_the_next_scan_decodes_nothing(
    folder: Path, photo: Path, place: RatingPlace, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = load_picture(photo).pixels
    content = photo.read_bytes()
    with Catalogue() as catalogue:
        before = _scan(folder, catalogue, scorer)
        _rate(catalogue, photo, Mark(4, 1), place)
        (written,) = _write(catalogue)
        assert (written.error, written.mark) == (None, Mark(4, 1))

        def refuse(*_: object) -> None:
            raise AssertionError("a photo was read again")

        monkeypatch.setattr(engine.scan, "load_picture", refuse)
        monkeypatch.setattr(engine.scan, "_sha256_of_file", refuse)
        after = _scan(folder, catalogue, scorer)
    assert read_rating(photo) == 4
    assert (photo.read_bytes() == content) == (place is not RatingPlace.FILE)
    np.testing.assert_array_equal(load_picture(photo).pixels, pixels)
    assert after[photo.name].mark == Mark(4, 1)
    assert after[photo.name].content == written.content
    assert {name: each.score for name, each in after.items()} == {name: each.score for name, each in before.items()}


def test_undo_brings_back_what_a_score_gave_and_nothing(folder: Path, photo: Path, scorer: Scorer) -> None:
    by_score = Mark(3, 0, by_score=True)
    with Catalogue() as catalogue:
        _scan(folder, catalogue, scorer)
        _rate(catalogue, photo, by_score, RatingPlace.FILE)
        _rate(catalogue, photo, Mark(5), RatingPlace.FILE)
        _write(catalogue)
        assert find_rating(photo) == Rating(5, RatedBy.PERSON, RatingPlace.FILE)
        _rate(catalogue, photo, by_score, RatingPlace.FILE, undoing=True)
        (written,) = _write(catalogue)
        assert (written.error, written.mark) == (None, by_score)
        assert find_rating(photo) == Rating(3, RatedBy.SCORE, RatingPlace.FILE)
        _rate(catalogue, photo, Mark(None), RatingPlace.FILE, undoing=True)
        _write(catalogue)
        assert find_rating(photo) is None


def test_stars_that_a_person_gave_elsewhere_meanwhile_stay_and_are_shown(
    folder: Path, photo: Path, scorer: Scorer
) -> None:
    with Catalogue() as catalogue:
        _scan(folder, catalogue, scorer)
        write_rating(photo, 2, RatingPlace.SIDECAR)
        _scan(folder, catalogue, scorer)
        _rate(catalogue, photo, Mark(5, 0, by_score=True), RatingPlace.SIDECAR)
        (written,) = _write(catalogue)
        assert written.error
        assert written.mark == Mark(2)
    assert find_rating(photo) == Rating(2, RatedBy.PERSON, RatingPlace.SIDECAR)


def test_a_photo_that_cannot_hold_stars_has_them_in_a_sidecar(
    folder: Path, photo: Path, scorer: Scorer, tmp_path: Path
) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    heic = photo.with_suffix(".heic")
    pillow_heif.from_pillow(Image.open(photo).resize((64, 64))).save(heic)
    content = heic.read_bytes()
    with Catalogue() as catalogue:
        _scan(folder, catalogue, scorer)
        for path, stars in ((photo, 2), (heic, 4)):
            _rate(catalogue, path, Mark(stars), RatingPlace.FILE)
        assert [written.is_beside for written in _write(catalogue)] == [False, True]
        assert find_rating(heic) == Rating(4, RatedBy.PERSON, RatingPlace.SIDECAR)
        assert find_rating(photo) == Rating(2, RatedBy.PERSON, RatingPlace.FILE)
        assert heic.read_bytes() == content
        # Where IMG.xmp is another photo's, the sidecar has the photo's whole name; undone, it is gone.
        _rate(catalogue, heic, Mark(None), RatingPlace.FILE)
        _write(catalogue)
        assert not list(folder.glob("*.xmp"))
        write_rating(photo, 3, RatingPlace.SIDECAR)
        _rate(catalogue, heic, Mark(1), RatingPlace.FILE)
        _write(catalogue)
        assert find_rating(heic) == Rating(1, RatedBy.PERSON, RatingPlace.SIDECAR_WITH_SUFFIX)
        assert read_rating(photo) == 3


def test_stars_that_cannot_be_written_now_wait_for_another_time(
    folder: Path, photo: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalogue() as catalogue, monkeypatch.context() as locked:
        _scan(folder, catalogue, scorer)
        locked.setattr(engine.ratings, "replace_file", _refuse)
        _rate(catalogue, photo, Mark(4), RatingPlace.FILE)
        (written,) = _write(catalogue)
        assert written.waits
        assert "Read-only" in (written.error or "")
        assert written.mark == Mark(4)
        # What comes after it is not held up, and it is not tried again until somebody asks.
        other = max(folder.iterdir())
        _rate(catalogue, other, Mark(3), RatingPlace.FILE)
        steps = list(write_waiting_stars(catalogue, written.number))
        assert [step.results[0].path for step in steps] == [other]
        locked.undo()
        assert [each.error for each in _write(catalogue)] == [None, None]
        assert catalogue.first_unwritten() is None
    assert (read_rating(photo), read_rating(other)) == (4, 3)


@pytest.mark.parametrize("scanned_first", [True, False])
def test_stars_that_another_program_gave_while_mine_waited_stay(
    folder: Path, photo: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch, *, scanned_first: bool
) -> None:
    other = max(folder.iterdir())
    with Catalogue() as catalogue, monkeypatch.context() as locked:
        write_rating(other, 1, RatingPlace.FILE)
        _scan(folder, catalogue, scorer)
        locked.setattr(engine.ratings, "replace_file", _refuse)
        for each in (photo, other):
            _rate(catalogue, each, Mark(4), RatingPlace.FILE)
        _write(catalogue)
        locked.undo()
        write_rating(photo, 2, RatingPlace.FILE)
        with Image.open(other) as picture:  # written to as well, and not rated
            picture.save(other, exif=picture.getexif(), xmp=picture.info["xmp"], quality=80)
        if scanned_first:
            assert _scan(folder, catalogue, scorer)[photo.name].mark == Mark(2)
        written = {each.path: each for each in _write(catalogue)}
        assert [written[each].is_outdated for each in (photo, other)] == [True, False]
        assert catalogue.first_unwritten() is None
        marks = {name: found.mark for name, found in _scan(folder, catalogue, scorer).items()}
        assert (marks[photo.name], marks[other.name]) == (Mark(2), Mark(4))
    assert (read_rating(photo), read_rating(other)) == (2, 4)


def test_stars_that_i_give_after_another_program_did_are_mine_though_they_wait(
    folder: Path, photo: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalogue() as catalogue, monkeypatch.context() as locked:
        _scan(folder, catalogue, scorer)
        write_rating(photo, 2, RatingPlace.FILE)  # and nobody looked
        locked.setattr(engine.ratings, "replace_file", _refuse)
        _rate(catalogue, photo, Mark(4), RatingPlace.FILE)
        _write(catalogue)
        locked.undo()
        assert _scan(folder, catalogue, scorer)[photo.name].mark == Mark(4)
        _write(catalogue)
    assert read_rating(photo) == 4


def _refuse(*_: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


def test_photos_whose_stars_are_not_written_are_named_and_keep_their_mark(
    folder: Path, photo: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = sorted(folder.iterdir())[1:]
    with Catalogue() as catalogue:
        _scan(folder, catalogue, scorer)
        content = others[0].read_bytes()
        for path in (photo, *others):
            _rate(catalogue, path, Mark(4), RatingPlace.FILE)
        photo.unlink()
        real = engine.rating_queue.write_rating

        def break_once(path: Path, *args: object, **more: object) -> bool:
            if path == others[0]:
                raise RuntimeError("a mistake of the program")
            return real(path, *args, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(engine.rating_queue, "write_rating", break_once)
        written = _write(catalogue)
        assert [bool(each.error) for each in written] == [True, True, False]
        assert all(each.mark == Mark(4) for each in written)
        # What is not there may be another time, until a scan finds it gone.
        assert [each.waits for each in written] == [True, False, False]
        catalogue.forget_files([photo])
        assert catalogue.first_unwritten() is None
    assert others[0].read_bytes() == content
    assert read_rating(others[1]) == 4


def test_a_program_that_is_killed_while_it_writes_goes_on_the_next_time(
    folder: Path, tmp_path: Path, scorer: Scorer
) -> None:
    file, photos = tmp_path / "catalogue.sqlite", sorted(folder.iterdir())
    with Catalogue(file) as catalogue:
        _scan(folder, catalogue, scorer)
        for stars, path in enumerate(photos, start=2):
            _rate(catalogue, path, Mark(stars), RatingPlace.FILE)
    # Killed after the second photo was written, and before the catalogue knew.
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nimport engine.rating_queue as queue\n"
        "from engine.catalogue import Catalogue\nreal, written = queue.write_rating, []\n"
        "def write(*args, **more):\n    done = real(*args, **more)\n    written.append(1)\n"
        "    if len(written) == 2: os.kill(os.getpid(), signal.SIGKILL)\n    return done\n"
        "queue.write_rating = write\nwith Catalogue(Path(sys.argv[1])) as catalogue:\n"
        "    list(queue.write_waiting_stars(catalogue))\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(file)], timeout=60).returncode == -signal.SIGKILL
    assert [read_rating(path) for path in photos] == [2, 3, None]
    with Catalogue(file) as catalogue:
        assert catalogue.count_unwritten() == 2
        assert [each.error for each in _write(catalogue)] == [None, None]
        after = _scan(folder, catalogue, scorer)
    assert [read_rating(path) for path in photos] == [2, 3, 4]
    assert [after[path.name].mark.stars for path in photos] == [2, 3, 4]
