"""What the Album can do is on the screen too: buttons below a large photo, a line of keys below the grid."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

import studio.culling
import studio.mark_steps
from engine.catalogue import Mark
from studio.key_table import KeyTable
from studio.window import StudioWindow

from .conftest import WAIT_MS

pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")  # the first window of a run warns of missing sound libraries


@pytest.fixture
def album(qtbot: QtBot, window: StudioWindow, folder: Path) -> StudioWindow:
    """The window with six photos and a bad file."""
    window.rooms.setCurrentWidget(window.album)
    window.album.open_paths([folder])
    qtbot.waitUntil(lambda: window.album.model.rowCount() == 7 and not window.album.jobs.busy, timeout=WAIT_MS)
    return window


def _click(qtbot: QtBot, button: QAbstractButton) -> None:
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_i_pick_reject_and_rate_with_the_mouse(qtbot: QtBot, album: StudioWindow) -> None:
    room = album.album
    room.toggle_large()
    bar = room.large.marks
    _click(qtbot, bar.pick_button)
    _click(qtbot, bar.stars[2])
    assert room.model.photo(0).mark == Mark(3, 1)
    assert bar.pick_button.text() == "✓ Picked"
    assert "".join(star.text() for star in bar.stars) == "★★★☆☆"
    _click(qtbot, bar.stars[2])
    _click(qtbot, bar.reject_button)
    assert room.model.photo(0).mark == Mark(0, -1)
    _click(qtbot, bar.reject_button)
    assert room.model.photo(0).mark.pick == 0
    # The keys are still for the photo, and what they do is shown.
    qtbot.keyClick(room.large, Qt.Key.Key_Right)
    assert "".join(star.text() for star in bar.stars) == "☆☆☆☆☆"
    room.undo()
    assert room.model.photo(0).mark.is_rejected


def test_the_buttons_compare_and_crop_and_leave_a_bad_file_alone(qtbot: QtBot, album: StudioWindow) -> None:
    room = album.album
    groups = {room.model.photo(place).content: 0 for place in (0, 2)}
    room.browsing.take_groups(groups)
    room.toggle_large()
    _click(qtbot, room.large.marks.compare_button)
    assert room.pages.currentWidget() is room.compare
    room.leave_comparison()
    room.show_large(room.model.index(6))
    assert not room.large.marks.isEnabled()
    room.show_large(room.model.index(1))
    _click(qtbot, room.large.marks.crop_button)
    assert album.rooms.currentWidget() is album.crop


def test_the_grid_tells_the_keys_until_i_have_read_them(qtbot: QtBot, album: StudioWindow) -> None:
    hint = album.album.key_hint
    assert hint.isVisible()
    assert all(key in hint.text.text() for key in ("P ", "X ", "1 to 5", "V ", "F1"))
    album.album.toggle_large()
    assert not hint.isVisible()
    album.album.show_grid()
    _click(qtbot, hint.close_button)
    album.album.toggle_large()
    album.album.show_grid()
    assert not hint.isVisible()


@pytest.mark.qt_log_ignore("propagateSizeHints")  # a dialog without a screen
def test_f1_opens_at_the_keys_of_the_room(qtbot: QtBot, album: StudioWindow) -> None:
    album._show_keys()
    (table,) = album.findChildren(KeyTable)
    qtbot.waitUntil(lambda: table.text.verticalScrollBar().value() > 0, timeout=WAIT_MS)
    first_key = table.text.cursorRect(table.text.document().find("Pick"))
    assert 0 < first_key.top() < table.text.height() // 3
    table.close()


def test_if_the_photo_that_i_look_at_goes_the_next_one_is_shown_and_marked(qtbot: QtBot, album: StudioWindow) -> None:
    room = album.album
    room.show_large(room.model.index(2))
    gone, following = (room.model.photo(place).path for place in (2, 3))
    gone.unlink()
    qtbot.waitUntil(lambda: room.model.place_of(gone) is None, timeout=WAIT_MS)
    assert following.name in room.large.text.text()
    assert gone.name in album.statusBar().currentMessage()
    qtbot.keyClick(room.large, Qt.Key.Key_P)
    assert [room.model.photo(place).path for place in range(6) if room.model.photo(place).mark.pick] == [following]


def test_very_many_photos_are_marked_in_the_background_and_taken_back_in_one_step(
    qtbot: QtBot, album: StudioWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.culling, "AT_ONCE", 3)
    monkeypatch.setattr(studio.mark_steps, "STEP", 2)
    room = album.album
    said: list[str] = []
    room.message.connect(said.append)
    picks = [room.model.photo(place).mark.pick for place in range(6)]
    room.grid.selectAll()
    room.pick(1)
    assert room.tasks.strip.isVisible()
    room.rate(3)  # one thing after the other
    assert "Wait" in said[-1]
    qtbot.waitUntil(lambda: not room.tasks.strip.busy, timeout=WAIT_MS)
    assert said[-1] == "6 photos picked."
    assert [room.model.photo(place).mark for place in range(6)] == [Mark(None, 1)] * 6
    room.undo()
    qtbot.waitUntil(lambda: not room.tasks.strip.busy, timeout=WAIT_MS)
    assert [room.model.photo(place).mark.pick for place in range(6)] == picks
    assert not room.culling.undo_stack.canUndo()
    # Stopped half way, what is done can be taken back.
    room.pick(-1)
    room.tasks.strip.cancel()
    qtbot.waitUntil(lambda: not room.tasks.strip.busy, timeout=WAIT_MS)
    assert "Stopped: 2 of 6 photos rejected" in said[-1]
    room.undo()
    assert [room.model.photo(place).mark.pick for place in range(6)] == picks
