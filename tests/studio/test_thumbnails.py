"""Thumbnails come later, sharp enough for the square that they are shown in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from engine.thumbnail_cache import X_LARGE, thumbnail_folder
from studio.thumbnails import Thumbnails


@pytest.fixture
def thumbnails(qtbot: QtBot) -> Iterator[Thumbnails]:
    thumbnails = Thumbnails()
    yield thumbnails
    thumbnails.close()


def _width(qtbot: QtBot, thumbnails: Thumbnails, photo: Path, pixels: int) -> int:
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.get(photo, pixels)
    pixmap = thumbnails.get(photo, pixels)
    assert pixmap is not None
    return pixmap.width()


def test_a_large_square_gets_a_larger_thumbnail_and_the_small_one_stands_in_for_it(
    qtbot: QtBot, thumbnails: Thumbnails, tmp_path: Path
) -> None:
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (800, 600), "red").save(photo)
    assert thumbnails.get(photo, 180) is None
    assert _width(qtbot, thumbnails, photo, 180) == 256
    standing_in = thumbnails.get(photo, 320)
    assert standing_in is not None
    assert standing_in.width() == 256
    assert _width(qtbot, thumbnails, photo, 320) == 512
    assert len(list(thumbnail_folder(X_LARGE).iterdir())) == 1
    thumbnails.forget(photo)
    assert thumbnails.get(photo, 320) is None
