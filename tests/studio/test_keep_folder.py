"""Where selfies go: where the person said, and to the pictures where that cannot be."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from studio.app import make_application
from studio.keep_folder import ALBUM_SETTING, CHOSEN_SETTING, Place, keep_folder, keep_in, keep_place, pictures_folder


@pytest.fixture(autouse=True)
def names_of_settings(qapp: object) -> None:
    make_application()


def test_selfies_go_to_the_pictures_until_something_else_is_said() -> None:
    assert keep_place() is Place.PICTURES
    assert keep_folder() == pictures_folder()
    assert pictures_folder().name == "Selfie Studio"


def test_the_album_is_followed_and_the_pictures_stand_in_for_it(tmp_path: Path) -> None:
    keep_in(Place.ALBUM)
    assert keep_folder() == pictures_folder()
    for name in ("beach", "party"):
        folder = tmp_path / name
        folder.mkdir()
        QSettings().setValue(ALBUM_SETTING, str(folder))
        assert keep_folder() == folder
    folder.rmdir()
    assert keep_folder() == pictures_folder()


def test_an_album_that_cannot_be_written_to_is_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_in(Place.ALBUM)
    QSettings().setValue(ALBUM_SETTING, str(tmp_path))
    monkeypatch.setattr("os.access", lambda *_: False)
    assert keep_folder() == pictures_folder()


def test_a_chosen_folder_is_remembered_and_so_is_one_from_before(tmp_path: Path) -> None:
    QSettings().setValue(CHOSEN_SETTING, str(tmp_path / "old"))
    assert keep_folder() == tmp_path / "old"
    keep_in(Place.CHOSEN, tmp_path / "mine")
    assert keep_folder() == tmp_path / "mine"
    keep_in(Place.PICTURES)
    assert keep_folder() == pictures_folder()
