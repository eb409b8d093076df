"""The grid: where photos stand, how they are chosen, and that they stay in sight when their size changes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.album import Album
from engine.checkpoint import load_card
from engine.faces import NO_FACES
from engine.photo_filter import PhotoFilter
from engine.resources import MODEL_FOLDER
from engine.scan import ScoredPhoto
from engine.scoring import score_from_logit
from studio.album_delegate import PhotoTile
from studio.album_model import AlbumModel
from studio.photo_grid import PhotoGrid
from studio.thumbnails import Thumbnails

LEFT, SHIFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class NoThumbnails(Thumbnails):
    """There are no files."""

    def get(self, path: Path, pixels: int = 0) -> QPixmap | None:
        return None


@pytest.fixture
def make_grid(qtbot: QtBot) -> Callable[[int], PhotoGrid]:
    rooms: list[QWidget] = []

    def make(photos: int) -> PhotoGrid:
        card = load_card(MODEL_FOLDER)
        album = Album(card)
        album.put(
            ScoredPhoto(Path(f"/{number}.jpg"), (4, 3), score_from_logit(-number, card), NO_FACES, None, content=number)
            for number in range(photos)
        )
        room = QWidget()
        rooms.append(room)
        qtbot.addWidget(room)
        model = AlbumModel(room)
        grid = PhotoGrid(model, PhotoTile(NoThumbnails(room), room))
        grid.setParent(room)
        room.resize(1000, 600)
        grid.resize(1000, 600)
        room.show()
        model.use_album(album)
        grid.executeDelayedItemsLayout()
        return grid

    return make


def _chosen(grid: PhotoGrid) -> list[int]:
    return sorted(index.row() for index in grid.selectionModel().selectedIndexes())


def _middle(grid: PhotoGrid, place: int) -> QPoint:
    return grid.visualRect(grid.model().index(place, 0)).center()


def test_every_photo_can_be_found_where_it_is_shown(make_grid: Callable[[int], PhotoGrid]) -> None:
    grid = make_grid(11)
    assert [grid.indexAt(_middle(grid, place)).row() for place in range(11)] == list(range(11))
    row = [place for place in range(11) if _middle(grid, place).y() == _middle(grid, 0).y()]
    assert len(row) == 4
    assert grid.visualRect(grid.model().index(3, 0)).right() == grid.viewport().width() - 1
    last = grid.visualRect(grid.model().index(10, 0))
    assert not grid.indexAt(last.topRight() + QPoint(5, 5)).isValid()
    assert not grid.indexAt(last.bottomLeft() + QPoint(5, 5)).isValid()


def test_arrows_go_from_photo_to_photo_and_end_somewhere(qtbot: QtBot, make_grid: Callable[[int], PhotoGrid]) -> None:
    grid = make_grid(11)
    grid.setCurrentIndex(grid.model().index(0, 0))
    visited = []
    keys = Qt.Key
    for key in (keys.Key_Up, keys.Key_Left, keys.Key_Right, keys.Key_Down, keys.Key_End, keys.Key_Up, keys.Key_Right):
        qtbot.keyClick(grid, key)
        visited.append(grid.currentIndex().row())
    assert visited == [0, 0, 1, 5, 10, 6, 7]
    qtbot.keyClick(grid, keys.Key_Down)  # there is no photo straight below, but there is a row
    assert grid.currentIndex().row() == 10
    qtbot.keyClick(grid, keys.Key_Down)
    assert grid.currentIndex().row() == 10
    qtbot.keyClick(grid, keys.Key_Home)
    assert (grid.currentIndex().row(), grid.verticalScrollBar().value()) == (0, 0)


def test_the_current_photo_is_scrolled_to(qtbot: QtBot, make_grid: Callable[[int], PhotoGrid]) -> None:
    grid = make_grid(1000)
    grid.setCurrentIndex(grid.model().index(0, 0))
    for key in (Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Up):
        qtbot.keyClick(grid, key)
        assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()))


def test_shift_chooses_in_reading_order_and_control_one_by_one(
    qtbot: QtBot, make_grid: Callable[[int], PhotoGrid]
) -> None:
    grid = make_grid(11)
    qtbot.mouseClick(grid.viewport(), LEFT, pos=_middle(grid, 6))
    qtbot.mouseClick(grid.viewport(), LEFT, SHIFT, pos=_middle(grid, 1))
    assert _chosen(grid) == [1, 2, 3, 4, 5, 6]
    qtbot.mouseClick(grid.viewport(), LEFT, CONTROL, pos=_middle(grid, 3))
    assert _chosen(grid) == [1, 2, 4, 5, 6]
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert _chosen(grid) == list(range(11))


def test_a_frame_chooses_what_is_inside_it(qtbot: QtBot, make_grid: Callable[[int], PhotoGrid]) -> None:
    grid = make_grid(11)
    qtbot.mousePress(grid.viewport(), LEFT, pos=_middle(grid, 10) + QPoint(240, 0))  # where no photo is
    for place in (6, 5):
        qtbot.mouseMove(grid.viewport(), _middle(grid, place))
    qtbot.mouseRelease(grid.viewport(), LEFT, pos=_middle(grid, 5))
    assert _chosen(grid) == [5, 6, 7, 9, 10]


def test_the_photo_in_the_middle_stays_where_it_is_when_the_size_changes(
    make_grid: Callable[[int], PhotoGrid],
) -> None:
    grid = make_grid(5000)
    grid.scrollTo(grid.model().index(2500, 0), PhotoGrid.ScrollHint.PositionAtTop)
    middle = grid.indexAt(grid.viewport().rect().center())
    height = grid.visualRect(middle).center().y()
    for side in (96, 320, 120, 180):
        grid.set_tile_side(side)
        assert abs(grid.visualRect(middle).center().y() - height) <= 1


def test_the_photos_at_the_top_stay_when_the_window_changes(make_grid: Callable[[int], PhotoGrid]) -> None:
    grid = make_grid(5000)
    grid.scrollTo(grid.model().index(2500, 0), PhotoGrid.ScrollHint.PositionAtTop)
    first = grid.indexAt(QPoint(0, 0))
    for width in (700, 1400, 1000):
        grid.resize(width, 600)
        assert grid.visualRect(first).top() == 0


def test_control_and_the_wheel_zoom_and_do_not_scroll(qtbot: QtBot, make_grid: Callable[[int], PhotoGrid]) -> None:
    grid = make_grid(1000)
    for turned, steps in ((120, 1), (-120, -1)):
        with qtbot.waitSignal(grid.zoomed) as zoomed:
            _turn_wheel(grid, turned, CONTROL)
        assert (zoomed.args, grid.verticalScrollBar().value()) == ([steps], 0)
    _turn_wheel(grid, -120, Qt.KeyboardModifier.NoModifier)
    assert grid.verticalScrollBar().value() > 0


def _turn_wheel(grid: PhotoGrid, turned: int, modifiers: Qt.KeyboardModifier) -> None:
    place = QPointF(100, 100)
    event = QWheelEvent(
        place,
        place,
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid.viewport(), event)


@pytest.mark.parametrize("side", [96, 180])
def test_a_click_on_the_badge_opens_the_stack_and_elsewhere_does_not(
    qtbot: QtBot, make_grid: Callable[[int], PhotoGrid], side: int
) -> None:
    grid = make_grid(11)
    grid.set_tile_side(side)
    model = grid.model()
    assert isinstance(model, AlbumModel)
    assert model.album
    model.album.set_groups({0: 7, 3: 7, 5: 7})
    model.show_only(PhotoFilter(stacked=True))
    wanted: list[QModelIndex] = []
    grid.stack_wanted.connect(wanted.append)
    corner = grid.visualRect(model.index(0)).topRight() + QPoint(-20, 20)
    qtbot.mouseClick(grid.viewport(), LEFT, pos=corner)
    assert [index.row() for index in wanted] == [0]
    qtbot.mouseClick(grid.viewport(), LEFT, pos=_middle(grid, 0))
    qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(model.index(1)).topRight() + QPoint(-20, 20))
    assert len(wanted) == 1


def test_chosen_photos_are_painted_as_chosen(make_grid: Callable[[int], PhotoGrid]) -> None:
    grid = make_grid(4)
    before = grid.viewport().grab().toImage()
    grid.selectionModel().select(grid.model().index(2, 0), QItemSelectionModel.SelectionFlag.Select)
    after = grid.viewport().grab().toImage()
    changed = {
        grid.indexAt(QPoint(x, y)).row()
        for x in range(0, before.width(), 3)
        for y in range(0, before.height(), 3)
        if before.pixel(x, y) != after.pixel(x, y)
    }
    assert changed == {2}
