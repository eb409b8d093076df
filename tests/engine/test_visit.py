"""What a person sees of a folder that is opened, and opened again after it changed."""

import shutil
from pathlib import Path

import pytest

from engine.album import Album
from engine.album_columns import UNKNOWN
from engine.catalogue import Catalogue, Mark
from engine.photo_filter import PhotoFilter
from engine.scan import ScoredPhoto
from engine.scoring import Scorer, load_scorer
from engine.visit import Gone, Grouped, Listed, visit


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


def _visit(folder: Path, catalogue: Path, scorer: Scorer, album: Album | None = None) -> tuple[Album, list[object]]:
    """The album as it stands at the end, and what came, without the album itself."""
    came: list[object] = []
    for progress in visit([folder], lambda: Catalogue(catalogue), scorer, again=album is not None):
        for result in progress.results:
            match result:
                case Listed(listed):
                    album = listed
                case Gone(paths):
                    assert album is not None
                    album.remove(paths)
                case Grouped(groups):
                    assert album is not None
                    album.set_groups(groups)
                case ScoredPhoto():
                    assert album is not None
                    album.put([result])
            if not isinstance(result, Listed):
                came.append(result)
    assert album is not None
    return album, came


def _points(album: Album) -> dict[str, float | None]:
    return {album.path(row).name: album.photo(row).points for row in album.select(PhotoFilter()).tolist()}


def test_an_album_fills_and_is_there_at_once_the_next_time(folder: Path, scorer: Scorer, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    album, came = _visit(folder, file, scorer)
    assert len(album) == sum(isinstance(result, ScoredPhoto) for result in came) == 7
    assert album.bad_files == 1
    again, came = _visit(folder, file, scorer)
    assert _points(again) == _points(album)
    assert not [result for result in came if isinstance(result, ScoredPhoto)]


def test_a_name_that_leaves_no_room_for_a_sidecars_is_a_name_like_others(
    folder: Path, scorer: Scorer, tmp_path: Path, samples: list[Path]
) -> None:
    try:
        shutil.copyfile(samples[12], folder / f"{'w' * 251}.jpg")
    except OSError:
        pytest.skip("this disk has no names of 255 bytes")
    album, _ = _visit(folder, tmp_path / "catalogue.sqlite", scorer)
    assert (len(album), album.bad_files) == (8, 1)


def test_what_came_changed_and_went_since_is_noticed(
    folder: Path, scorer: Scorer, tmp_path: Path, samples: list[Path]
) -> None:
    file = tmp_path / "catalogue.sqlite"
    album, _ = _visit(folder, file, scorer)
    (folder / "sample-01.jpg").unlink()
    (folder / "sample-02.jpg").rename(folder / "renamed.jpg")
    shutil.copyfile(samples[12], folder / "sample-03.jpg")
    shutil.copyfile(samples[13], folder / "new.jpg")
    before = _points(album)
    album, came = _visit(folder, file, scorer, album)
    after = _points(album)
    assert set(after) == (set(before) - {"sample-01.jpg", "sample-02.jpg"}) | {"renamed.jpg", "new.jpg"}
    assert after["renamed.jpg"] == before["sample-02.jpg"]
    assert after["sample-03.jpg"] != before["sample-03.jpg"]
    assert sum(isinstance(result, ScoredPhoto) for result in came) == 3


def test_a_moved_photo_keeps_what_was_said_of_it(folder: Path, scorer: Scorer, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    album, _ = _visit(folder, file, scorer)
    photo = album.photo(album.row_of(folder / "sample-02.jpg") or 0)
    with Catalogue(file) as catalogue:
        catalogue.mark([(photo.content, Mark(4, 1))])
    (folder / "inner").mkdir()
    photo.path.rename(folder / "inner" / "moved.jpg")
    album, _ = _visit(folder, file, scorer)
    row = album.row_of(folder / "inner" / "moved.jpg")
    assert row is not None
    assert album.photo(row).mark == Mark(4, 1)


def test_a_folder_that_is_not_there_for_now_is_not_forgotten(folder: Path, scorer: Scorer, tmp_path: Path) -> None:
    """A disk that is not plugged in."""
    file = tmp_path / "catalogue.sqlite"
    album, _ = _visit(folder, file, scorer)
    folder.rename(tmp_path / "unplugged")
    _visit(folder, file, scorer)
    (tmp_path / "unplugged").rename(folder)
    _, came = _visit(folder, file, scorer)
    assert not [result for result in came if isinstance(result, ScoredPhoto) and result.error is None]
    assert len(album) == 7


def test_copies_are_one_photo_and_takes_of_a_moment_are_a_group(
    tmp_path: Path, scorer: Scorer, samples: list[Path]
) -> None:
    from PIL import Image

    album_folder = tmp_path / "album"
    album_folder.mkdir()
    for name, quality in (("take 1.jpg", 95), ("take 2.jpg", 90)):
        with Image.open(samples[0]) as image:
            exif = image.getexif()
            exif[0x0132] = "2024:05:01 12:00:00"
            image.save(album_folder / name, quality=quality, exif=exif)
    shutil.copy(samples[5], album_folder / "other.jpg")
    for name in ("twin.jpg", "its twin.jpg"):
        shutil.copy(samples[8], album_folder / name)
    album, _ = _visit(album_folder, tmp_path / "catalogue.sqlite", scorer)
    groups = [album.photo(album.row_of(album_folder / name) or 0).group for name in ("take 1.jpg", "take 2.jpg")]
    assert groups[0] == groups[1] != UNKNOWN
    assert album.photo(album.row_of(album_folder / "other.jpg") or 0).group == UNKNOWN
    twins = [album.photo(album.row_of(album_folder / name) or 0).group for name in ("twin.jpg", "its twin.jpg")]
    assert twins[0] == twins[1] != UNKNOWN
