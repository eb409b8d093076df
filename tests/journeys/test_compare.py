"""What a person does to find the best of alike photos, and to learn why it scores as it does."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from engine.catalogue import Mark
from studio.album_view import AlbumRoom
from studio.compare_pane import ComparePane
from studio.mark_bar import FULL
from studio.window import StudioWindow

from .conftest import WAIT_MS


@pytest.fixture
def room(qtbot: QtBot, window: StudioWindow, folder: Path) -> AlbumRoom:
    """The Album room with six photos, scored, and the keys in its grid."""
    window.activateWindow()
    window.open_paths([folder])
    room = window.album
    qtbot.waitUntil(lambda: room.model.rowCount() == 7 and not room.jobs.busy, timeout=WAIT_MS)
    room.grid.setCurrentIndex(room.model.index(0))
    room.grid.setFocus()
    return room


def _compare(qtbot: QtBot, room: AlbumRoom, number: int) -> list[ComparePane]:
    for _ in range(number - 1):
        qtbot.keyClick(room.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(room.grid, Qt.Key.Key_V)
    assert room.pages.currentWidget() is room.compare
    qtbot.waitUntil(lambda: _all_decoded(room) and not room.compare.jobs.busy, timeout=WAIT_MS)
    return room.compare.panes


def _all_decoded(room: AlbumRoom) -> bool:
    return all(pane.photo and room.decoded.get(pane.photo.path) for pane in room.compare.panes)


def _names(room: AlbumRoom) -> list[str]:
    return [pane.photo.path.name if pane.photo else "" for pane in room.compare.panes]


def _said(pane: ComparePane) -> tuple[bool, int]:
    """Whether a photo is shown as picked, and with how many stars."""
    is_picked = "back" in pane.marks.pick_button.toolTip()
    return is_picked, [star.text() for star in pane.marks.stars].count(FULL)


def _mark(room: AlbumRoom, place: int) -> Mark:
    return room.model.photo(place).mark


def test_i_compare_two_photos_mark_one_go_back_and_take_it_back(
    qtbot: QtBot, window: StudioWindow, room: AlbumRoom
) -> None:
    room.grid.setCurrentIndex(room.model.index(1))  # the first two score alike
    best, second = _compare(qtbot, room, 2)
    assert _names(room) == [room.model.photo(place).path.name for place in (1, 2)]
    gap = round(room.model.photo(1).points or 0) - round(room.model.photo(2).points or 0)
    assert (best.gap.text(), second.gap.text()) == ("best", f"−{gap}")
    assert best.words.text() or second.words.text()
    qtbot.keyClick(room.compare, Qt.Key.Key_Right)
    qtbot.keyClick(room.compare, Qt.Key.Key_P)
    qtbot.keyClick(room.compare, Qt.Key.Key_4)
    assert (_mark(room, 1), _mark(room, 2)) == (Mark(), Mark(4, 1))
    assert (_said(best), _said(second)) == ((False, 0), (True, 4))
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _said(second) == (True, 0)
    qtbot.keyClick(room.compare, Qt.Key.Key_Escape)
    assert room.pages.currentWidget() is room.grid
    assert room.grid.currentIndex().row() == 2
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _mark(room, 2) == Mark()


def test_photos_are_zoomed_together_until_i_unlock_them(qtbot: QtBot, room: AlbumRoom) -> None:
    first, second = _compare(qtbot, room, 2)
    qtbot.keyClick(room.compare, Qt.Key.Key_Z)
    assert first.canvas.zoom.factor != 1
    assert second.canvas.zoom == first.canvas.zoom
    qtbot.mousePress(second.canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 90))
    qtbot.mouseMove(second.canvas, QPoint(80, 85))
    qtbot.mouseRelease(second.canvas, Qt.MouseButton.LeftButton, pos=QPoint(80, 85))
    assert second.canvas.zoom == first.canvas.zoom
    assert room.compare.focused == second.photo
    qtbot.keyClick(room.compare, Qt.Key.Key_L)
    qtbot.keyClick(room.compare, Qt.Key.Key_Z)
    assert second.canvas.zoom.factor == 1
    assert first.canvas.zoom.factor != 1
    qtbot.keyClick(room.compare, Qt.Key.Key_L)
    assert first.canvas.zoom == second.canvas.zoom


def test_faces_are_laid_on_each_other(qtbot: QtBot, room: AlbumRoom) -> None:
    panes = _compare(qtbot, room, 3)
    fitted = [pane.canvas.placement for pane in panes]
    qtbot.keyClick(room.compare, Qt.Key.Key_F)
    middles = []
    for pane in panes:
        right, left = pane.faces.landmarks_xy[0, :2].tolist()
        middles.append(pane.canvas.placement.point(((right[0] + left[0]) / 2, (right[1] + left[1]) / 2)))
    for middle in middles[1:]:
        assert middle == pytest.approx(middles[0], abs=1.5)  # panes differ by a point in width
    qtbot.keyClick(room.compare, Qt.Key.Key_F)
    assert [pane.canvas.placement for pane in panes] == fitted


def test_i_keep_one_and_the_next_come_until_there_are_no_more(
    qtbot: QtBot, window: StudioWindow, room: AlbumRoom
) -> None:
    names = [room.model.photo(place).path.name for place in range(6)]
    _compare(qtbot, room, 2)
    qtbot.keyClick(room.compare, Qt.Key.Key_Right)
    qtbot.keyClick(room.compare, Qt.Key.Key_Return)
    assert _names(room) == [names[2], names[1]]
    qtbot.waitUntil(lambda: room.decoded.get(room.model.photo(3).path) is not None, timeout=WAIT_MS)
    for following in names[3:]:
        qtbot.keyClick(room.compare, Qt.Key.Key_N)
        assert _names(room) == [following, names[1]]
    qtbot.keyClick(room.compare, Qt.Key.Key_N)
    assert _names(room) == [names[5], names[1]]
    assert "no more photos" in window.statusBar().currentMessage()


def test_i_take_photos_out_until_one_is_left(qtbot: QtBot, window: StudioWindow, room: AlbumRoom) -> None:
    _compare(qtbot, room, 3)
    names = _names(room)
    qtbot.keyClick(room.compare, Qt.Key.Key_Delete)
    assert _names(room) == names[1:]
    qtbot.keyClick(room.compare, Qt.Key.Key_Right)
    qtbot.keyClick(room.compare, Qt.Key.Key_Backspace)
    assert room.pages.currentWidget() is room.grid
    assert room.model.photo(room.grid.currentIndex().row()).path.name == names[1]
    assert f"{names[1]} is left" in window.statusBar().currentMessage()
    assert room.model.rowCount() == 7


def test_a_photo_that_leaves_the_album_leaves_the_comparison(qtbot: QtBot, room: AlbumRoom) -> None:
    panes = _compare(qtbot, room, 3)
    assert panes[0].photo
    room.model.remove([panes[0].photo.path])
    assert len(room.compare.panes) == 2
    room.model.use_album(None)
    assert room.pages.currentWidget() is room.grid


def test_a_comparison_that_is_over_does_not_come_back(qtbot: QtBot, room: AlbumRoom) -> None:
    panes = _compare(qtbot, room, 2)
    paths = [pane.photo.path for pane in panes if pane.photo]
    qtbot.keyClick(room.compare, Qt.Key.Key_Escape)
    room.grid.setCurrentIndex(room.model.index(2))
    qtbot.keyClick(room.grid, Qt.Key.Key_Return)
    room.model.remove(paths)
    assert room.pages.currentWidget() is room.large


def test_one_photo_is_not_compared(qtbot: QtBot, window: StudioWindow, room: AlbumRoom) -> None:
    qtbot.keyClick(room.grid, Qt.Key.Key_V)
    assert room.pages.currentWidget() is room.grid
    assert "Select two to four" in window.statusBar().currentMessage()


def test_i_step_through_large_photos_at_once_and_the_ends_are_said(
    qtbot: QtBot, window: StudioWindow, room: AlbumRoom
) -> None:
    qtbot.keyClick(room.grid, Qt.Key.Key_Return)
    assert room.pages.currentWidget() is room.large
    following = room.model.photo(1).path
    qtbot.waitUntil(lambda: room.decoded.get(following) is not None, timeout=WAIT_MS)
    qtbot.keyClick(room.large, Qt.Key.Key_Right)
    decoded = room.decoded.get(following)
    assert decoded is not None
    assert room.large.canvas.image.cacheKey() == decoded.levels[0].cacheKey()
    qtbot.keyClick(room.large, Qt.Key.Key_Left)
    qtbot.keyClick(room.large, Qt.Key.Key_Left)
    assert window.statusBar().currentMessage() == "This is the first photo."
    room.step(6)
    qtbot.keyClick(room.large, Qt.Key.Key_Right)
    assert window.statusBar().currentMessage() == "This is the last photo."


def test_arrows_move_a_large_photo_that_is_zoomed(qtbot: QtBot, room: AlbumRoom) -> None:
    qtbot.keyClick(room.grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: room.decoded.get(room.model.photo(0).path) is not None, timeout=WAIT_MS)
    for _ in range(6):
        qtbot.keyClick(room.large, Qt.Key.Key_Plus)
    assert "%" in room.large.zoom_button.text()
    before = room.large.canvas.picture_rect().x()
    qtbot.keyClick(room.large, Qt.Key.Key_Right)
    assert room.large.canvas.picture_rect().x() < before
    assert room.grid.currentIndex().row() == 0
    qtbot.keyClick(room.large, Qt.Key.Key_Space)
    assert room.grid.currentIndex().row() == 1
    assert room.large.zoom_button.text() == "Fit"


def test_i_ask_why_and_see_the_reasons_and_the_numbers(qtbot: QtBot, room: AlbumRoom) -> None:
    qtbot.keyClick(room.grid, Qt.Key.Key_I)
    assert room.pages.currentWidget() is room.large
    panel = room.large.panel
    assert panel.isVisible()
    qtbot.waitUntil(lambda: bool(panel.reasons.text()), timeout=WAIT_MS)
    assert "The eyes are open" in panel.reasons.text() or "The face is" in panel.reasons.text()
    assert panel.value_of("Face share").endswith("% of the photo")
    assert panel.value_of("Sharpness").endswith("of 1")
    assert "MP" in panel.value_of("Size")
    qtbot.keyClick(room.large, Qt.Key.Key_Escape)
    qtbot.keyClick(room.grid, Qt.Key.Key_I)
    assert panel.isVisible()
    qtbot.keyClick(room.large, Qt.Key.Key_I)
    assert not panel.isVisible()


def test_a_map_shows_what_counts_where_with_its_legend(qtbot: QtBot, room: AlbumRoom) -> None:
    large, panel = room.large, room.large.panel
    qtbot.keyClick(room.grid, Qt.Key.Key_M)
    assert panel.progress.isVisible()
    assert large.map_jobs.busy
    qtbot.waitUntil(lambda: not large.canvas.overlay.isNull(), timeout=WAIT_MS)
    assert not panel.progress.isVisible()
    assert panel.legend.isVisible()
    assert "lowers the score" in panel.legend.words[0]
    assert "Occlusion" in panel.method.text()
    faint = large.canvas.grab().toImage()
    qtbot.keyClick(large, Qt.Key.Key_O)
    assert large.canvas.grab().toImage() != faint
    qtbot.keyClick(large, Qt.Key.Key_M)
    assert large.canvas.overlay.isNull()
    assert not panel.legend.isVisible()


def test_a_map_that_takes_long_is_cancelled(qtbot: QtBot, room: AlbumRoom) -> None:
    qtbot.keyClick(room.grid, Qt.Key.Key_M)
    assert room.large.map_jobs.busy
    qtbot.mouseClick(room.large.panel.cancel_button, Qt.MouseButton.LeftButton)
    assert not room.large.map_jobs.busy
    assert not room.large.panel.map_toggle.isChecked()
    assert not room.large.panel.progress.isVisible()
    qtbot.keyClick(room.large, Qt.Key.Key_M)
    qtbot.keyClick(room.large, Qt.Key.Key_Space)
    assert not room.large.map_jobs.busy


def test_a_window_that_is_closed_while_photos_are_compared_leaves_no_work_behind(
    qtbot: QtBot, window: StudioWindow, room: AlbumRoom
) -> None:
    qtbot.keyClick(room.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(room.grid, Qt.Key.Key_V)
    window.close()
    assert not room.compare.jobs.busy
    assert not room.decoded.busy


def test_i_mark_compared_photos_by_the_buttons_below_each(qtbot: QtBot, room: AlbumRoom) -> None:
    first, second = _compare(qtbot, room, 2)
    qtbot.mouseClick(second.marks.pick_button, Qt.MouseButton.LeftButton)
    assert (_mark(room, 0), _mark(room, 1)) == (Mark(), Mark(pick=1))
    qtbot.mouseClick(second.marks.stars[3], Qt.MouseButton.LeftButton)
    assert _mark(room, 1) == Mark(4, 1)
    qtbot.mouseClick(first.marks.reject_button, Qt.MouseButton.LeftButton)
    assert (_mark(room, 0).pick, _mark(room, 1)) == (-1, Mark(4, 1))
    qtbot.keyClick(room.compare, Qt.Key.Key_U)  # the keys went along to the photo that was clicked
    assert _mark(room, 0) == Mark()
