import shutil
import threading
from pathlib import Path

import pytest

import engine.scan
from engine.catalogue import Catalogue, FileStamp
from engine.errors import CatalogueError, PictureError
from engine.scan import ScoredPhoto, best_first, find_photos, scan
from engine.scoring import Scorer, load_scorer


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture
def folder(tmp_path: Path, samples: list[Path]) -> Path:
    """Ten good photos in two folders, and four bad files."""
    album = tmp_path / "álbum & 'co'"
    (album / "inner").mkdir(parents=True)
    for number, sample in enumerate(samples[:10]):
        shutil.copy(sample, (album / "inner" if number % 2 else album) / f"photo {number}.jpg")
    (album / "empty.jpg").touch()
    (album / "half.jpg").write_bytes(samples[0].read_bytes()[:5000])
    (album / "text.png").write_text("no picture")
    (album / "notes.txt").write_text("not looked at")
    (album / "device.jpg").symlink_to("/dev/null")
    return album


def _scan(folder: Path, catalogue: Catalogue, scorer: Scorer) -> list[ScoredPhoto]:
    return [photo for progress in scan([folder], catalogue, scorer) for photo in progress.results]


def test_a_folder_is_scored_and_bad_files_are_named(folder: Path, scorer: Scorer) -> None:
    with Catalogue() as catalogue:
        steps = list(scan([folder], catalogue, scorer))
    photos = best_first([photo for step in steps for photo in step.results])
    assert [photo.score is None for photo in photos] == [False] * 10 + [True] * 4
    points = [photo.score.points for photo in photos if photo.score]
    assert points == sorted(points, reverse=True)
    assert all(photo.error for photo in photos[10:])
    assert (steps[0].done, steps[-1].done, steps[-1].total) == (0, 14, 14)


def test_a_second_visit_reads_no_file(folder: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalogue() as catalogue:
        first = _scan(folder, catalogue, scorer)

        def refuse(*_: object) -> None:
            raise AssertionError("a known file was read")

        monkeypatch.setattr(engine.scan, "_sha256_of_file", refuse)
        again = _scan(folder, catalogue, scorer)
    assert [(photo.path, photo.error) for photo in again] == [(photo.path, photo.error) for photo in first]
    assert [photo.score for photo in again] == [photo.score for photo in first]


def test_a_moved_photo_keeps_its_score_without_decoding(
    folder: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalogue() as catalogue:
        _scan(folder, catalogue, scorer)
        (folder / "photo 0.jpg").rename(folder / "renamed.jpg")

        def refuse(*_: object) -> None:
            raise AssertionError("a known content was decoded")

        monkeypatch.setattr(engine.scan, "load_picture", refuse)
        photos = _scan(folder, catalogue, scorer)
    assert next(photo for photo in photos if photo.path.name == "renamed.jpg").score


def test_a_changed_photo_is_scored_again(folder: Path, scorer: Scorer, samples: list[Path]) -> None:
    with Catalogue() as catalogue:
        before = {photo.path.name: photo.score for photo in _scan(folder, catalogue, scorer)}
        shutil.copyfile(samples[12], folder / "photo 0.jpg")
        after = {photo.path.name: photo.score for photo in _scan(folder, catalogue, scorer)}
    assert after["photo 0.jpg"] != before["photo 0.jpg"]
    assert after["photo 1.jpg"] == before["photo 1.jpg"]


def test_closing_half_way_keeps_what_is_done_and_leaves_no_thread(folder: Path, scorer: Scorer, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    with Catalogue(file) as catalogue:
        task = scan([folder], catalogue, scorer)
        next(task)
        done = next(task).results
        assert [thread for thread in threading.enumerate() if thread.name.startswith("scan")]
        task.close()
    assert done
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("scan")]
    with Catalogue(file) as catalogue:
        for photo in done:
            assert catalogue.recall_files([photo.path])[photo.path][0] == FileStamp.of(photo.path)


def test_each_photo_is_found_once_and_hidden_ones_never(folder: Path) -> None:
    (folder / ".hidden.jpg").touch()
    found = find_photos([folder, folder / "photo 0.jpg", folder])
    assert len(found) == len(set(found)) == 14


def test_a_damaged_or_newer_catalogue_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_text("this is no database, but it is long enough to look at " * 50)
    with pytest.raises(CatalogueError):
        Catalogue(damaged)
    newer = tmp_path / "newer.sqlite"
    with Catalogue(newer) as catalogue:
        catalogue._database.execute("PRAGMA user_version = 99")
    with pytest.raises(CatalogueError, match="newer"):
        Catalogue(newer)


def test_what_may_pass_is_tried_again_and_what_is_damaged_is_not(
    folder: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def fail(path: Path, *_: object) -> None:
        tried.append(path.name)
        raise PictureError(path, "not now", passing=path.name.startswith("photo"))

    monkeypatch.setattr(engine.scan, "load_picture", fail)
    with Catalogue() as catalogue:
        _scan(folder, catalogue, scorer)
        assert len(tried) == 13
        tried.clear()
        _scan(folder, catalogue, scorer)
    assert len(tried) == 10
    assert all(name.startswith("photo") for name in tried)
