"""What a person does in front of the camera; a video of a face stands in for one, on the same path."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.hints import Hint
from engine.pictures import load_picture
from engine.selfie_file import read_score
from studio.live_view import LiveRoom
from studio.window import StudioWindow

from .conftest import WAIT_MS

pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")  # FFmpeg reports its codecs as warnings


@pytest.fixture
def kept_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, window: StudioWindow) -> Path:
    """A folder for selfies, chosen in the menu."""
    folder = tmp_path / "my selfies"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    _menu(window, "Keep in another folder…")
    return folder


@pytest.fixture
def room(qtbot: QtBot, window: StudioWindow, video: Path, kept_in: Path) -> LiveRoom:
    """The Live room, playing and scoring."""
    window.open_paths([video])
    with qtbot.waitSignal(window.live.score_shown, timeout=WAIT_MS):
        pass
    return window.live


def _menu(window: StudioWindow, name: str) -> None:
    for menu in window.menuBar().actions():
        for action in menu.menu().actions():
            if action.text().replace("&", "") == name:
                action.trigger()
                return
    raise AssertionError(f"no {name} in the menu")


def _photos(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jpg"))


def test_i_hold_the_space_bar_and_the_best_frames_are_kept(qtbot: QtBot, room: LiveRoom, kept_in: Path) -> None:
    qtbot.keyPress(room, Qt.Key.Key_Space)
    assert room.shutter.recording
    scores: list[object] = []
    room.score_shown.connect(scores.append)
    qtbot.waitUntil(lambda: len(scores) >= 10, timeout=WAIT_MS)
    qtbot.keyRelease(room, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not room.filmstrip.is_empty and not room.keeper.busy, timeout=WAIT_MS)
    photos = _photos(kept_in)
    assert 1 <= len(photos) <= 3
    assert sorted(room.filmstrip.paths()) == photos
    assert load_picture(photos[0]).full_size_wh == (480, 480)
    assert read_score(photos[0]) is not None


def test_a_tap_on_the_space_bar_keeps_one_photo(qtbot: QtBot, room: LiveRoom, kept_in: Path) -> None:
    qtbot.keyPress(room, Qt.Key.Key_Space)
    qtbot.keyRelease(room, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not room.filmstrip.is_empty and not room.keeper.busy, timeout=WAIT_MS)
    (photo,) = _photos(kept_in)
    assert photo.name in room.notice.text


def test_i_take_back_what_was_kept(qtbot: QtBot, window: StudioWindow, room: LiveRoom, kept_in: Path) -> None:
    qtbot.keyPress(room, Qt.Key.Key_Space)
    qtbot.keyRelease(room, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(_photos(kept_in)) and not room.keeper.busy, timeout=WAIT_MS)
    qtbot.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _photos(kept_in) == []
    assert room.filmstrip.is_empty
    assert "in the trash" in window.statusBar().currentMessage()
    _menu(window, "Take back what was kept last")
    assert "nothing to take back" in window.statusBar().currentMessage()


def test_a_countdown_keeps_one_photo(qtbot: QtBot, room: LiveRoom, kept_in: Path) -> None:
    qtbot.keyClick(room, Qt.Key.Key_T)
    assert room.shutter.counting
    qtbot.waitUntil(lambda: not room.filmstrip.is_empty, timeout=WAIT_MS)
    assert len(_photos(kept_in)) == 1


def test_a_kept_photo_opens_in_crop_and_in_the_album(
    qtbot: QtBot, window: StudioWindow, room: LiveRoom, kept_in: Path
) -> None:
    qtbot.keyPress(room, Qt.Key.Key_Space)
    qtbot.keyRelease(room, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not room.filmstrip.is_empty and not room.keeper.busy, timeout=WAIT_MS)
    (photo, *_) = room.filmstrip.paths()
    room.filmstrip.open_wanted.emit(photo)
    assert window.rooms.currentWidget() is window.crop
    room.filmstrip.album_wanted.emit(photo)
    assert window.rooms.currentWidget() is window.album
    assert window.album.title.text() == kept_in.name


def test_a_photo_that_cannot_be_kept_is_said(qtbot: QtBot, window: StudioWindow, room: LiveRoom, kept_in: Path) -> None:
    said: list[str] = []
    room.message.connect(said.append)
    kept_in.rmdir()
    kept_in.write_text("a file in the folder's place")
    qtbot.keyPress(room, Qt.Key.Key_Space)
    qtbot.keyRelease(room, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any("Not kept" in text for text in said), timeout=WAIT_MS)
    assert room.notice.isVisible()
    assert "Not kept" in room.notice.text
    assert room.filmstrip.is_empty
    assert kept_in.read_text() == "a file in the folder's place"


def test_i_keep_selfies_in_the_folder_of_the_album(
    qtbot: QtBot, window: StudioWindow, room: LiveRoom, kept_in: Path, folder: Path
) -> None:
    def text_of(start: str) -> str:
        window.live_menu.aboutToShow.emit()
        (action,) = (action for action in window.live_menu.actions() if action.text().startswith(start))
        return action.text() if action.isEnabled() else ""

    assert text_of("Keep in the album's") == ""
    window.album.open_paths([folder])
    assert text_of("Keep in the album's") == "Keep in the album's &folder (album)"
    _menu(window, "Keep in the album's folder (album)")
    before = set(_photos(folder))
    qtbot.keyPress(room, Qt.Key.Key_Space)
    qtbot.keyRelease(room, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not room.filmstrip.is_empty and not room.keeper.busy, timeout=WAIT_MS)
    assert room.filmstrip.paths() == list(set(_photos(folder)) - before)
    assert _photos(kept_in) == []


def test_photos_of_a_window_that_closes_are_not_lost(
    qtbot: QtBot, window: StudioWindow, room: LiveRoom, kept_in: Path
) -> None:
    qtbot.keyPress(room, Qt.Key.Key_Space)
    qtbot.keyRelease(room, Qt.Key.Key_Space)
    with qtbot.waitSignal(room.shutter.moment_ended, timeout=WAIT_MS):
        pass
    window.close()
    assert _photos(kept_in)


def test_the_name_of_a_source_that_is_too_long_is_elided_and_whole_in_its_tooltip(
    qtbot: QtBot, window: StudioWindow, video: Path
) -> None:
    long = video.rename(video.with_stem("a name that is much longer than any list of sources would ever be wide"))
    window.open_paths([long])
    names = window.live.source_bar.list
    assert "…" in names.placeholderText()
    assert names.fontMetrics().horizontalAdvance(names.placeholderText()) < names.width()
    assert long.name in names.toolTip()


def test_the_score_grows_with_the_window(qtbot: QtBot, window: StudioWindow, room: LiveRoom) -> None:
    widths = []
    for width in (900, 1920):
        window.resize(width, 1000)
        qtbot.waitUntil(lambda width=width: room.width() > width - 30, timeout=WAIT_MS)
        widths.append(room.panel.dial.width())
        assert room.panel.dial.height() >= 0.8 * widths[-1]
    assert widths[1] > widths[0] + 50


def test_hints_come_and_go_with_their_key(qtbot: QtBot, room: LiveRoom) -> None:
    assert room.bar.hints.isChecked()
    with qtbot.waitSignal(room.moves_tried, timeout=WAIT_MS):
        pass
    qtbot.keyClick(room, Qt.Key.Key_H)
    assert not room.bar.hints.isChecked()
    assert room.canvas.hint is None


def test_a_hint_goes_with_its_scene(qtbot: QtBot, room: LiveRoom) -> None:
    room.canvas.show_hint(Hint("Step back", gain=8.0))
    assert room._live_scorer is not None
    room._live_scorer.moves_tried.disconnect(room._hear_moves)
    room._live_scorer.facts_measured.disconnect(room._hear_facts)
    room._live_scorer.scene_changed.emit()
    assert room.canvas.hint is None


def test_figures_are_shown_on_request(qtbot: QtBot, room: LiveRoom) -> None:
    qtbot.keyClick(room, Qt.Key.Key_N)
    assert "scored" in room.canvas.figures
    assert "ONNX Runtime" in room.canvas.figures
    qtbot.keyClick(room, Qt.Key.Key_N)
    assert room.canvas.figures == ""


def test_the_buttons_are_remembered(
    qtbot: QtBot, room: LiveRoom, window: StudioWindow, start: Callable[..., StudioWindow]
) -> None:
    room.bar.guide.click()
    room.bar.hints.click()
    room.bar.threshold.setValue(66)
    window.close()
    bar = start().live.bar
    assert (bar.guide.isChecked(), bar.hints.isChecked(), bar.threshold.value()) == (True, False, 66)


def test_what_is_said_stands_in_the_middle_of_the_room_when_the_video_stops(qtbot: QtBot, room: LiveRoom) -> None:
    room.message.emit("Something that is worth a notice.")
    room.stop()
    middle = room.pages.geometry().center().x()
    qtbot.waitUntil(lambda: abs(room.notice.geometry().center().x() - room.width() // 2) <= 2, timeout=WAIT_MS)
    assert abs(middle - room.width() // 2) <= 12


def test_another_video_takes_the_place_of_one_that_plays(
    qtbot: QtBot, window: StudioWindow, room: LiveRoom, video: Path
) -> None:
    for _ in range(3):
        window.open_paths([video])
        with qtbot.waitSignal(room.score_shown, timeout=WAIT_MS):
            pass
    room.stop()
    assert room.pages.currentWidget() is room.empty
    assert not room.bar.isVisible()


def test_a_video_comes_back_with_its_room(qtbot: QtBot, window: StudioWindow, room: LiveRoom, video: Path) -> None:
    window.rooms.setCurrentWidget(window.album)
    assert not room.source.is_open
    window.rooms.setCurrentWidget(room)
    with qtbot.waitSignal(room.score_shown, timeout=WAIT_MS):
        pass
    assert room.source.name == video.name


def test_a_video_named_on_the_command_line_has_the_keys(
    qtbot: QtBot, start: Callable[..., StudioWindow], video: Path
) -> None:
    window = start("open", video)
    qtbot.waitUntil(lambda: window.album.model.rowCount() > 0, timeout=WAIT_MS)
    with qtbot.waitSignal(window.live.score_shown, timeout=WAIT_MS):
        pass
    assert not window.album.grid.hasFocus()
    assert "photos scored" not in window.statusBar().currentMessage()


def test_a_hold_that_the_keyboard_repeats_is_one_moment(qtbot: QtBot, room: LiveRoom) -> None:
    moments: list[object] = []
    room.shutter.moment_ended.connect(moments.append)
    for _ in range(4):
        qtbot.keyPress(room, Qt.Key.Key_Space)
        qtbot.keyRelease(room, Qt.Key.Key_Space)
    assert room.shutter.recording
    with qtbot.waitSignal(room.shutter.moment_ended, timeout=WAIT_MS):
        pass
    assert len(moments) == 1
