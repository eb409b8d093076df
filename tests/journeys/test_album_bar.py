"""A person finds photos in the album: sorts, filters by dragging, searches, zooms, and goes on marking."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.catalogue import Mark
from engine.photo_filter import PhotoFilter, SortKey
from studio.window import StudioWindow

from .conftest import WAIT_MS

# Said by Qt's multimedia, which no photo needs, on a machine without that library.
LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


def _names(window: StudioWindow) -> list[str]:
    model = window.album.model
    return [model.photo(place).path.name for place in range(model.rowCount())]


def _points(window: StudioWindow) -> list[float]:
    model = window.album.model
    return [photo.points for place in range(model.rowCount()) if (photo := model.photo(place)).points is not None]


def _wait_for_album(qtbot: QtBot, window: StudioWindow, rows: int) -> None:
    qtbot.waitUntil(lambda: window.album.model.rowCount() == rows and not window.album.jobs.busy, timeout=WAIT_MS)


@pytest.fixture
def album_window(qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path) -> StudioWindow:
    window = start("open", folder)
    window.resize(1280, 720)
    _wait_for_album(qtbot, window, 7)
    return window


def test_i_drag_across_the_scores_sort_search_and_clear(qtbot: QtBot, album_window: StudioWindow) -> None:
    window, bar = album_window, album_window.album.browsing.filters
    assert bar.isVisible()
    assert bar.count_label.text() == "7 photos"
    worst, *_, best = sorted(_points(window))
    low, high = round(worst) + 1, round(best)
    histogram = bar.histogram
    qtbot.mousePress(histogram, LEFT, pos=QPoint(histogram.x_of(high), 10))
    qtbot.mouseMove(histogram, QPoint(histogram.x_of(low), 10))
    qtbot.mouseRelease(histogram, LEFT, pos=QPoint(histogram.x_of(low), 10))
    first, last = histogram.range
    assert 0 < len(_points(window)) < 6
    assert all(first <= round(points) <= last for points in _points(window))
    assert bar.count_label.text() == f"{window.album.model.rowCount()} of 7"
    qtbot.mouseDClick(histogram, LEFT, pos=QPoint(histogram.x_of(50), 10))
    assert len(_names(window)) == 7
    qtbot.keyClicks(bar.sort_list, "Name")
    assert _names(window) == [*sorted(set(_names(window)) - {"empty.jpg"}), "empty.jpg"]
    qtbot.mouseClick(bar.turn_button, LEFT)
    assert _names(window)[:2] == ["sample-06.jpg", "sample-05.jpg"]
    qtbot.keyClick(window.album.grid, Qt.Key.Key_F, CONTROL)
    assert bar.search.hasFocus()
    with qtbot.waitSignal(bar.filter_changed):
        qtbot.keyClicks(bar.search, "-03")
    assert _names(window) == ["sample-03.jpg"]
    qtbot.mouseClick(bar.clear_button, LEFT)
    assert (len(_names(window)), bar.search.text()) == (7, "")


def test_another_folder_keeps_the_order_and_clears_the_filters(
    qtbot: QtBot, album_window: StudioWindow, tmp_path: Path, samples: list[Path]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for sample in samples[6:9]:
        shutil.copy(sample, other)
    bar = album_window.album.browsing.filters
    qtbot.keyClicks(bar.sort_list, "Name")
    bar.search.setText("sample-01")
    qtbot.waitUntil(lambda: _names(album_window) == ["sample-01.jpg"])
    album_window.open_paths([other])
    _wait_for_album(qtbot, album_window, 3)
    assert (album_window.album.model.key, bar.wanted) == (SortKey.NAME, PhotoFilter())
    assert _names(album_window) == ["sample-07.jpg", "sample-08.jpg", "sample-09.jpg"]


def test_a_filter_applies_while_photos_are_still_being_scored(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    window.open_paths([folder])
    bar = window.album.browsing.filters
    qtbot.keyClicks(bar.search, "sample-0")
    qtbot.keyClick(bar.search, Qt.Key.Key_Return)
    _wait_for_album(qtbot, window, 6)
    assert "empty.jpg" not in _names(window)
    assert bar.count_label.text() == "6 of 7"


def test_marks_and_undo_go_on_where_nothing_matches(qtbot: QtBot, album_window: StudioWindow) -> None:
    room, bar = album_window.album, album_window.album.browsing.filters
    room.grid.setFocus()
    room.grid.setCurrentIndex(room.model.index(0))
    path = room.model.photo(0).path
    room.pick(1)
    bar.picks.choose((-1,))
    assert room.browsing.no_match.isVisible()
    room.pick(-1)  # nothing is chosen: nothing is marked
    room.rate(5)
    room.undo()
    assert "Undone" in album_window.statusBar().currentMessage()
    qtbot.mouseClick(room.browsing.no_match.buttons["Clear filters"], LEFT)
    assert room.model.photo(room.model.place_of(path) or 0).mark == Mark()
    room.redo()
    assert room.model.photo(room.model.place_of(path) or 0).mark.pick == 1


def test_i_open_a_stack_by_its_key_and_leave_it_by_esc(qtbot: QtBot, album_window: StudioWindow) -> None:
    room, bar = album_window.album, album_window.album.browsing.filters
    contents = [room.model.photo(place).content for place in range(3)]
    room.browsing.take_groups({contents[0]: 7, contents[2]: 7})
    qtbot.mouseClick(bar.stacked, LEFT)
    assert bar.count_label.text() == "6 of 7"
    room.grid.setCurrentIndex(room.model.index(0))
    qtbot.keyClick(room.grid, Qt.Key.Key_G)
    assert [room.model.photo(place).content for place in range(2)] == [contents[0], contents[2]]
    assert (room.model.rowCount(), bar.stack_chip.isVisible()) == (2, True)
    qtbot.keyClick(room.grid, Qt.Key.Key_Escape)
    assert (room.model.rowCount(), bar.stack_chip.isVisible()) == (6, False)


def test_i_zoom_by_wheel_and_the_window_remembers(
    qtbot: QtBot, album_window: StudioWindow, start: Callable[..., StudioWindow]
) -> None:
    room = album_window.album
    usual = room.grid.visualRect(room.model.index(0)).height()
    place = QPointF(100, 100)
    wheel = QWheelEvent(*(place, place, QPoint(), QPoint(0, 120)), LEFT, CONTROL, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(room.grid.viewport(), wheel)
    larger = room.grid.visualRect(room.model.index(0)).height()
    assert larger > usual
    qtbot.keyClick(room.grid, Qt.Key.Key_Equal, CONTROL)
    assert room.grid.visualRect(room.model.index(0)).height() > larger
    qtbot.keyClick(room.grid, Qt.Key.Key_Minus, CONTROL)
    assert room.grid.visualRect(room.model.index(0)).height() == larger
    album_window.close()
    again = start().album
    assert again.grid.tile_side == room.grid.tile_side
    assert again.browsing.filters.tile_side == again.grid.tile_side
