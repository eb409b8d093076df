"""Thumbnails on disk: found again by this program and by others, and never shown for what a file no longer is."""

import hashlib
import os
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QImage

from studio.thumbnail_files import read_thumbnail, thumbnail_folder, write_thumbnail


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    photo = tmp_path / "a photo, 100 % ä.jpg"
    Image.new("RGB", (40, 30), "red").save(photo)
    return photo


def _thumbnail() -> QImage:
    image = QImage(32, 24, QImage.Format.Format_RGB888)
    image.fill(0xFF0000)
    return image


def test_a_thumbnail_is_found_where_the_desktop_looks_for_it(photo: Path, tmp_path: Path) -> None:
    assert read_thumbnail(photo) is None
    write_thumbnail(photo, _thumbnail())
    found = read_thumbnail(photo)
    assert found is not None
    assert (found.width(), found.height()) == (32, 24)
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


def test_a_damaged_thumbnail_is_none(photo: Path) -> None:
    write_thumbnail(photo, _thumbnail())
    next(thumbnail_folder().iterdir()).write_bytes(b"no picture")
    assert read_thumbnail(photo) is None


def test_where_none_can_be_kept_nothing_happens(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    write_thumbnail(photo, _thumbnail())
    assert read_thumbnail(photo) is None
