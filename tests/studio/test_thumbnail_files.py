"""Thumbnails on disk: found again by this program and by others, and never shown for what a file no longer is."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.pixels import Pixels
from engine.thumbnail_cache import cached_thumbnail, thumbnail, thumbnail_folder, write_thumbnail
from studio.thumbnail_files import read_thumbnail


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    photo = tmp_path / "a photo, 100 % ä.jpg"
    Image.new("RGB", (40, 30), "red").save(photo)
    return photo


def _thumbnail() -> Pixels:
    return np.full((24, 32, 3), (255, 0, 0), np.uint8)


def test_a_thumbnail_is_found_where_the_desktop_looks_for_it(photo: Path, tmp_path: Path) -> None:
    assert read_thumbnail(photo) is None
    write_thumbnail(photo, _thumbnail())
    found = read_thumbnail(photo)
    assert found is not None
    assert (found.width(), found.height()) == (32, 24)
    pixels = cached_thumbnail(photo)
    assert pixels is not None
    assert pixels.shape == (24, 32, 3)
    assert (pixels == (255, 0, 0)).all()
    name = hashlib.md5(photo.as_uri().encode(), usedforsecurity=False).hexdigest()
    file = thumbnail_folder() / f"{name}.png"
    assert tmp_path in file.parents
    with Image.open(file) as image:
        assert image.text["Thumb::URI"] == photo.as_uri()  # type: ignore[attr-defined]
        assert image.text["Thumb::MTime"] == str(int(photo.stat().st_mtime))  # type: ignore[attr-defined]
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_photo_that_changed_gets_a_new_one(photo: Path) -> None:
    write_thumbnail(photo, _thumbnail())
    os.utime(photo, (1e9, 1e9))
    assert read_thumbnail(photo) is None
    assert cached_thumbnail(photo) is None


def test_a_photo_that_changed_within_the_second_gets_a_new_one(photo: Path) -> None:
    write_thumbnail(photo, _thumbnail())
    modified_ns = photo.stat().st_mtime_ns
    photo.write_bytes(photo.read_bytes() + b"more")
    os.utime(photo, ns=(modified_ns, modified_ns))
    assert read_thumbnail(photo) is None
    assert cached_thumbnail(photo) is None


def test_one_that_is_missing_is_made_and_kept(photo: Path) -> None:
    assert thumbnail(photo).shape == (30, 40, 3)
    assert read_thumbnail(photo) is not None


def test_a_damaged_thumbnail_is_none(photo: Path) -> None:
    write_thumbnail(photo, _thumbnail())
    next(thumbnail_folder().iterdir()).write_bytes(b"no picture")
    assert read_thumbnail(photo) is None
    assert cached_thumbnail(photo) is None


def test_where_none_can_be_kept_nothing_happens(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    write_thumbnail(photo, _thumbnail())
    assert read_thumbnail(photo) is None
