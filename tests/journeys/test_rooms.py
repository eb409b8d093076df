"""What a person does in the window, from drop to saved file."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtMultimedia import QCameraDevice
from pytestqt.qtbot import QtBot

from engine.catalogue import Catalogue, ContentRecord
from engine.faces import NO_FACES
from studio.camera import FrameSource
from studio.key_table import KeyTable
from studio.live_scorer import LiveResult
from studio.window import StudioWindow

from .conftest import WAIT_MS


def _drop(window: StudioWindow, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(QPoint(50, 50)),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def _wait_for_album(qtbot: QtBot, window: StudioWindow, rows: int) -> None:
    qtbot.waitUntil(lambda: window.album.model.rowCount() == rows and not window.album.jobs.busy, timeout=WAIT_MS)


def test_the_first_run_shows_the_sample_album(qtbot: QtBot, window: StudioWindow, samples: list[Path]) -> None:
    _wait_for_album(qtbot, window, len(samples))
    assert "Sample" in window.album.title.text()
    assert window.rooms.currentWidget() is window.album or window.live.source.cameras()


def test_i_drop_a_folder_and_browse_it_by_keyboard(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    _drop(window, folder)
    assert window.rooms.currentWidget() is window.album
    _wait_for_album(qtbot, window, 7)
    model = window.album.model
    points = [model.photo(place).points or 0 for place in range(6)]
    assert points == sorted(points, reverse=True)
    assert model.photo(6).error
    qtbot.waitUntil(lambda: "1 cannot be read" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    window.album.grid.setCurrentIndex(model.index(0))
    qtbot.keyClick(window.album.grid, Qt.Key.Key_Return)
    assert window.album.pages.currentWidget() is window.album.large
    qtbot.keyClick(window.album.large, Qt.Key.Key_Right)
    assert model.photo(1).path.name in window.album.large.text.text()
    qtbot.waitUntil(lambda: not window.album.large.canvas.image.isNull(), timeout=WAIT_MS)
    qtbot.keyClick(window.album.large, Qt.Key.Key_Left)
    assert model.photo(0).path.name in window.album.large.text.text()
    qtbot.keyClick(window.album.large, Qt.Key.Key_Escape)
    assert window.album.pages.currentWidget() is window.album.grid


@pytest.mark.qt_log_ignore("propagateSizeHints")  # a dialog without a screen
def test_f1_shows_every_key_of_the_menus_and_of_the_live_room(window: StudioWindow) -> None:
    window._show_keys()
    (table,) = window.findChildren(KeyTable)
    text = table.text.toPlainText()
    menus = [action.menu() for action in window.menuBar().actions()]
    keys = [action.shortcut().toString() for menu in menus for action in menu.actions() if action.shortcut().toString()]
    assert len(keys) > 12
    lines = text.splitlines()
    assert all(key in lines for key in [*keys, "Space", "T", "A", "G", "H", "V", "N"])
    table.close()


def test_no_two_entries_of_a_menu_answer_to_one_letter(window: StudioWindow) -> None:
    for bar_action in window.menuBar().actions():
        bar_action.menu().aboutToShow.emit()
        texts = [each.text().replace("&&", "") for each in bar_action.menu().actions() if each.text()]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), texts
        assert len(letters) == len([text for text in texts if not text.startswith("Keep in my")]), texts


def test_a_long_message_stands_whole_in_the_tooltip(window: StudioWindow) -> None:
    window.show_message("a long story " * 40)
    assert window.statusBar().toolTip() == "a long story " * 40


@pytest.mark.qt_log_level_fail("CRITICAL")  # FFmpeg reports its codecs as warnings
def test_a_video_is_scored_live_newest_first_and_closes_while_busy(
    qtbot: QtBot, window: StudioWindow, video: Path
) -> None:
    shown: list[LiveResult] = []
    window.live.score_shown.connect(shown.append)
    _drop(window, video)
    assert window.rooms.currentWidget() is window.live
    qtbot.waitUntil(lambda: len(shown) >= 10, timeout=WAIT_MS)
    numbers = [result.picture.number for result in shown]
    assert numbers == sorted(set(numbers))
    assert all(len(result.faces) == 1 for result in shown[-3:])
    qtbot.waitUntil(window.live.panel.dial.digits.isdigit, timeout=WAIT_MS)
    started_s = time.perf_counter()
    window.close()
    assert not window.live.source.is_open
    assert time.perf_counter() - started_s < 30  # it ends at all; how fast is measured by `bench live`


@pytest.mark.qt_log_level_fail("CRITICAL")
def test_a_file_that_is_no_video_is_explained(qtbot: QtBot, window: StudioWindow, tmp_path: Path) -> None:
    (tmp_path / "fake.mp4").write_text("no video")
    _drop(window, tmp_path / "fake.mp4")
    qtbot.waitUntil(lambda: "cannot be played" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    assert window.live.pages.currentWidget() is window.live.empty


def test_i_name_a_folder_on_the_command_line(qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path) -> None:
    window = start("open", folder)
    _wait_for_album(qtbot, window, 7)
    assert window.album.title.text() == "album"


def test_another_folder_takes_the_place_of_one_that_is_still_scored(
    qtbot: QtBot, window: StudioWindow, folder: Path, tmp_path: Path, samples: list[Path]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(samples[9], other)
    for _ in range(3):
        _drop(window, folder)
        qtbot.waitUntil(lambda: window.album.model.rowCount() > 0, timeout=WAIT_MS)
        _drop(window, other)
        _wait_for_album(qtbot, window, 1)
        assert window.album.model.photo(0).path.parent == other


def test_i_pause_and_go_on(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    _drop(window, folder)
    bar = window.album.visit.bar
    qtbot.mouseClick(bar.pause_button, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(window.album.visit.completed, wait=1000):
        assert bar.pause_button.text() == "Go on"
    qtbot.mouseClick(bar.pause_button, Qt.MouseButton.LeftButton)
    assert bar.pause_button.text() == "Pause"
    _wait_for_album(qtbot, window, 7)


def test_i_cancel_and_what_was_scored_stays(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    _drop(window, folder)
    qtbot.keyClick(window.album, Qt.Key.Key_Escape)
    assert not window.album.jobs.busy
    assert not window.album.progress.isVisible()
    qtbot.waitUntil(lambda: "Stopped" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    _drop(window, folder)
    _wait_for_album(qtbot, window, 7)


def test_a_damaged_catalogue_is_kept_aside_and_a_new_one_begun(
    qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path, tmp_path: Path
) -> None:
    catalogue = tmp_path / "data" / "selfie-studio" / "catalogue.sqlite"
    catalogue.parent.mkdir(parents=True)
    damaged = "this is no database, but it is long enough to look at " * 50
    catalogue.write_text(damaged)
    window = start("open", folder)
    said: list[str] = []
    window.album.message.connect(said.append)
    _wait_for_album(qtbot, window, 7)
    assert any("was damaged" in text for text in said)
    assert [file.read_text() for file in catalogue.parent.glob("*damaged*.sqlite")] == [damaged]


def test_damage_inside_the_catalogue_is_found_while_i_look_at_my_photos(
    qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "data" / "selfie-studio" / "catalogue.sqlite"
    with Catalogue(file) as catalogue:  # large enough for a page that no visit reads
        content = ContentRecord((4, 3), None, NO_FACES, None)
        catalogue.remember_contents([(f"{number:064}", content) for number in range(3000)])
    pages = bytearray(file.read_bytes())
    pages[-8192:-4096] = b"\xa5" * 4096
    file.write_bytes(pages)
    window = start("open", folder)
    said: list[str] = []
    window.album.message.connect(said.append)
    qtbot.waitUntil(lambda: any("was damaged" in text for text in said), timeout=WAIT_MS)
    _wait_for_album(qtbot, window, 7)
    assert len(list(file.parent.glob("*damaged*.sqlite"))) == 1
    with Catalogue(file) as catalogue:
        assert catalogue.damage() is None
        assert len(catalogue.recall_files([folder])) == 7


def test_where_nothing_can_be_remembered_photos_are_ranked_all_the_same(
    qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("where the folder of the catalogue should be")
    window = start("open", folder)
    said: list[str] = []
    window.album.message.connect(said.append)
    _wait_for_album(qtbot, window, 7)
    assert any("will not be remembered" in text for text in said)


def test_each_page_of_the_lab_is_reached_from_the_albums_menu(window: StudioWindow) -> None:
    lab = next(each.menu() for each in window.album_menu.actions() if each.text() == "La&b")
    window.rooms.setCurrentWidget(window.album)
    for action in lab.actions():
        action.trigger()
        assert window.rooms.currentWidget() is window.lab
        assert (
            window.lab.stack.currentWidget()
            is {
                "&Sheet…": window.lab.sheets,
                "&Map": window.lab.map,
                "&What it likes": window.lab.likes,
                "&Under the hood": window.lab.hood,
            }[action.text()]
        )
    assert len(lab.actions()) == len(window.lab.pages)


def test_a_camera_that_is_unplugged_is_said(
    qtbot: QtBot, window: StudioWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is none in a test: the one that was open is an empty device, which no longer is in the list."""
    window.rooms.setCurrentWidget(window.live)
    source: FrameSource = window.live.source
    source._start_camera(QCameraDevice())
    source._check_cameras()
    assert not source.is_open
    assert "plug it in" in window.statusBar().currentMessage()
    assert window.live.pages.currentWidget() is window.live.empty


def test_the_window_remembers_its_room(start: Callable[..., StudioWindow]) -> None:
    window = start()
    window.rooms.setCurrentWidget(window.crop)
    window.close()
    again = start()
    assert again.rooms.currentWidget() is again.crop


def test_the_window_may_be_closed_as_soon_as_it_is_painted(qtbot: QtBot, start: Callable[..., StudioWindow]) -> None:
    window = start()
    with qtbot.waitSignal(window.painted, timeout=WAIT_MS):
        window.painted.connect(window.close)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT_MS)
    assert not window.model_jobs.busy
