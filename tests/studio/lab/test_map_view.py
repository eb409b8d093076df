"""The map as a person uses it: with the mouse, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from engine.lab.photos import LabPhotos
from studio.lab.map_layouts import GRID_SIDE, MapLayout
from studio.lab.map_thumbnails import LARGE
from studio.lab.map_view import NONE, MapView

COLUMNS, ROWS = 5, 4


@pytest.fixture
def view(qtbot: QtBot, samples: list[Path]) -> Iterator[MapView]:
    """Twenty photos in a grid of 5 x 4."""
    view = MapView()
    qtbot.addWidget(view)
    view.resize(600, 500)
    paths = tuple(samples[place % len(samples)] for place in range(COLUMNS * ROWS))
    photos = LabPhotos(paths, np.arange(len(paths)), np.linspace(95, 5, len(paths), dtype=np.float32))
    places = np.stack(np.meshgrid(np.arange(COLUMNS), np.arange(ROWS)), axis=-1).reshape(-1, 2) + 0.5
    view.show_map(photos, MapLayout(places.astype(np.float32), (COLUMNS, ROWS), GRID_SIDE, is_grid=True))
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.close_jobs()


def where(view: MapView, number: int) -> QPoint:
    return QPointF(*view.points()[number].tolist()).toPoint()


def test_a_click_selects_a_photo_and_a_double_click_opens_it(qtbot: QtBot, view: MapView) -> None:
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=where(view, 7))
    assert view.selected.nonzero()[0].tolist() == [7]
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=where(view, 8))
    assert opened.args == [8]


def test_dragging_with_shift_selects_what_is_inside(qtbot: QtBot, view: MapView) -> None:
    a_cell = QPoint(round(view.camera.scale / 2), round(view.camera.scale / 2))
    first, last = where(view, 0) - a_cell, where(view, 6) + a_cell
    corners = [first, QPoint(last.x(), first.y()), last, QPoint(first.x(), last.y())]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, corners[0])
    for corner in corners[1:]:
        qtbot.mouseMove(view, corner)
    with qtbot.waitSignal(view.selection_changed) as changed:
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, corners[-1])
    assert view.selected.nonzero()[0].tolist() == [0, 1, 5, 6]
    assert changed.args == [4]


def test_dragging_moves_the_map_and_selects_nothing(qtbot: QtBot, view: MapView) -> None:
    view.zoom(3)
    before = view.points()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
    qtbot.mouseMove(view, QPoint(320, 260))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(320, 260))
    np.testing.assert_allclose(view.points() - before, np.tile([20, 10], (20, 1)), atol=0.1)
    assert not view.selected.any()


def test_the_keyboard_goes_from_photo_to_photo(qtbot: QtBot, view: MapView) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.chosen == 0
    for key, number in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 6), (Qt.Key.Key_Left, 5), (Qt.Key.Key_Left, 5)):
        qtbot.keyClick(view, key)
        assert view.chosen == number
    assert view.accessibleDescription() == "sample-06.jpg, 71 points"
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert view.selected.nonzero()[0].tolist() == [5]
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [5]
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.chosen == NONE
    assert not view.selected.any()


def test_keys_zoom_and_show_all_again(qtbot: QtBot, view: MapView) -> None:
    whole = view.camera
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.camera.scale > whole.scale
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.camera == whole


def test_photos_come_in_where_they_are_seen(qtbot: QtBot, view: MapView) -> None:
    qtbot.waitUntil(lambda: all(view.thumbnails.get(number, LARGE) is not None for number in range(20)), timeout=60_000)


def test_photos_slide_to_other_places(qtbot: QtBot, view: MapView) -> None:
    others = view.places[::-1].copy()
    view.slide_to(MapLayout(others, (COLUMNS, ROWS), GRID_SIDE / 2, is_grid=False))
    qtbot.waitUntil(lambda: view.side == GRID_SIDE / 2, timeout=60_000)
    assert np.array_equal(view.places, others)
