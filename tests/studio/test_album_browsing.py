"""Who filters and sorts stays with the photo that was looked at."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.album import Album
from engine.catalogue import LIST_COLUMNS, ListRow
from engine.checkpoint import load_card
from engine.photo_filter import SortKey
from engine.resources import MODEL_FOLDER
from studio.album_browsing import AlbumBrowsing
from studio.album_delegate import PhotoTile
from studio.album_model import AlbumModel
from studio.photo_grid import PhotoGrid
from studio.thumbnails import Thumbnails


class NoThumbnails(Thumbnails):
    """There are no files."""

    def get(self, path: Path, pixels: int = 0) -> QPixmap | None:
        return None


class Room(QWidget):
    """A bar and a grid of ten photos, the best first: 9 to 0."""

    def __init__(self) -> None:
        super().__init__()
        album = Album(load_card(MODEL_FOLDER))
        album.add_listed([_row(number) for number in range(10)])
        self.model = AlbumModel(self)
        self.grid = PhotoGrid(self.model, PhotoTile(NoThumbnails(self), self))
        self.grid.setParent(self)
        self.browsing = AlbumBrowsing(self.model, self.grid, self)
        self.browsing.filters.setParent(self)
        self.model.use_album(album)
        self.resize(800, 600)
        self.grid.resize(800, 600)

    @property
    def album(self) -> Album:
        assert self.model.album
        return self.model.album

    @property
    def names(self) -> list[str]:
        return [self.model.photo(place).path.stem for place in range(self.model.rowCount())]

    @property
    def current(self) -> str:
        return self.model.photo(self.grid.currentIndex().row()).path.stem


def _row(number: int) -> ListRow:
    usual = dict.fromkeys(LIST_COLUMNS) | {"path": os.fsencode(f"/album/{number}.jpg"), "content": number, "size": 1}
    usual |= {"faces": 1, "eyes_closed": 0, "logit": float(number), "points": 10.0 * number, "pick": 0}
    return tuple(usual[column] for column in LIST_COLUMNS)


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    room = Room()
    qtbot.addWidget(room)
    room.show()
    return room


def _look_at(qtbot: QtBot, room: Room, name: str) -> None:
    index = room.model.index(room.names.index(name))
    qtbot.mouseClick(room.grid.viewport(), Qt.MouseButton.LeftButton, pos=room.grid.visualRect(index).center())
    assert room.current == name


def test_the_current_photo_stays_current_and_in_sight(qtbot: QtBot, room: Room) -> None:
    room.browsing.filters.zoom(100)
    _look_at(qtbot, room, "9")
    qtbot.mouseClick(room.browsing.filters.turn_button, Qt.MouseButton.LeftButton)
    assert (room.names[0], room.current) == ("0", "9")
    assert room.grid.viewport().rect().contains(room.grid.visualRect(room.grid.currentIndex()))
    room.browsing.filters.histogram._choose(50, 100)
    assert (room.names, room.current) == (["5", "6", "7", "8", "9"], "9")


def test_the_first_photo_is_current_where_the_current_one_is_left_out(qtbot: QtBot, room: Room) -> None:
    _look_at(qtbot, room, "3")
    room.browsing.filters.histogram._choose(50, 80)
    assert room.current == "8"


def test_several_chosen_photos_stay_chosen(qtbot: QtBot, room: Room) -> None:
    _look_at(qtbot, room, "9")
    qtbot.keyClick(room.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    room.browsing.filters.sort_list.setCurrentText(SortKey.NAME.value)
    chosen = {room.model.photo(index.row()).path.stem for index in room.grid.selectionModel().selectedIndexes()}
    assert (chosen, room.names[0]) == ({"9", "8"}, "0")


def test_who_has_not_moved_yet_sees_the_first_photo(room: Room) -> None:
    room.grid.setCurrentIndex(room.model.index(0))
    room.browsing.filters.turn_button.click()
    assert room.current == "0"


def test_where_nothing_matches_the_grid_says_so_and_clears_the_filters(qtbot: QtBot, room: Room) -> None:
    _look_at(qtbot, room, "4")
    assert not room.browsing.no_match.isVisible()
    room.browsing.filters.stars.choose(5)
    assert room.browsing.no_match.isVisible()
    assert "all 10 photos" in room.browsing.no_match.text.text()
    qtbot.mouseClick(room.browsing.no_match.buttons["Clear filters"], Qt.MouseButton.LeftButton)
    assert not room.browsing.no_match.isVisible()
    assert (len(room.names), room.current) == (10, "4")


def test_where_nothing_matches_is_said_in_sight_of_who_was_at_the_end(room: Room) -> None:
    room.grid.resize(260, 200)
    bar = room.grid.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    room.browsing.filters.stars.choose(5)
    QApplication.processEvents()
    assert room.grid.viewport().rect().contains(room.browsing.no_match.geometry())


def test_an_empty_album_is_not_blamed_on_the_filters(room: Room) -> None:
    room.browsing.filters.stars.choose(5)
    room.model.use_album(Album(load_card(MODEL_FOLDER)))
    assert not room.browsing.no_match.isVisible()
    room.model.use_album(None)
    assert not room.browsing.no_match.isVisible()


def test_a_stack_opens_shows_its_photos_alone_and_closes(qtbot: QtBot, room: Room) -> None:
    filters = room.browsing.filters
    room.browsing.take_groups({1: 4, 6: 4, 8: 4})
    filters.stacked.click()
    assert room.names == ["9", "8", "7", "5", "4", "3", "2", "0"]
    _look_at(qtbot, room, "8")
    room.browsing.toggle_stack()
    assert (room.names, room.current) == (["8", "6", "1"], "8")
    assert "Stack of 3" in filters.stack_chip.text()
    _look_at(qtbot, room, "1")
    room.browsing.toggle_stack()
    assert (len(room.names), room.current) == (8, "8")  # which stands for its stack


def test_a_stack_shows_its_photos_whatever_the_filters_say(qtbot: QtBot, room: Room) -> None:
    room.browsing.take_groups({1: 4, 6: 4, 8: 4})
    room.browsing.filters.stacked.click()
    room.browsing.filters.histogram._choose(70, 100)
    _look_at(qtbot, room, "8")
    room.browsing.toggle_stack()
    assert room.names == ["8", "6", "1"]
    room.browsing.toggle_stack()
    assert room.names == ["9", "8", "7"]


def test_a_double_click_on_the_badge_opens_the_stack_and_no_photo(qtbot: QtBot, room: Room) -> None:
    room.browsing.take_groups({9: 4, 6: 4})
    room.browsing.filters.stacked.click()
    badge = room.grid.visualRect(room.model.index(0)).topRight() + QPoint(-20, 20)
    with qtbot.assertNotEmitted(room.grid.activated):
        qtbot.mouseClick(room.grid.viewport(), Qt.MouseButton.LeftButton, pos=badge)
        qtbot.mouseDClick(room.grid.viewport(), Qt.MouseButton.LeftButton, pos=badge)
    assert room.names == ["9", "6"]


def test_a_photo_that_stands_alone_has_no_stack(qtbot: QtBot, room: Room) -> None:
    _look_at(qtbot, room, "5")
    with qtbot.waitSignal(room.browsing.message) as said:
        room.browsing.toggle_stack()
    assert "like this" in str(said.args[0])
    assert len(room.names) == 10


def test_an_open_stack_stays_open_when_groups_are_found_anew(qtbot: QtBot, room: Room) -> None:
    room.browsing.take_groups({1: 4, 6: 4})
    _look_at(qtbot, room, "6")
    room.browsing.toggle_stack()
    room.browsing.take_groups({1: 2, 6: 2, 7: 2, 3: 4, 2: 4})
    assert (room.names, room.browsing.filters.stack_chip.text()) == (["7", "6", "1"], "Stack of 3  ✕")
    room.browsing.take_groups({})
    assert len(room.names) == 10
