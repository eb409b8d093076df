"""Under the hood of the network, as a person looks there."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.lab.layer_words import FILTERS_CAPTION, SALIENCY_CAPTION
from studio.lab.hood_page import HoodPage
from studio.lab.saving import KINDS
from studio.qt_pictures import as_rgb32, bgra_rows
from studio.window import StudioWindow

from .conftest import WAIT_MS
from .test_lab_sheets import _entry

pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")  # FFmpeg reports its codecs as warnings
STAGES = 9


@pytest.fixture
def window(qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path) -> StudioWindow:
    """The window on an album whose second photo is chosen."""
    window = start("open", folder)
    window.resize(1280, 720)
    album = window.album
    qtbot.waitUntil(lambda: album.model.rowCount() == 7 and not album.jobs.busy, timeout=WAIT_MS)
    album.grid.setCurrentIndex(album.model.index(1))
    return window


@pytest.fixture
def page(qtbot: QtBot, window: StudioWindow) -> HoodPage:
    """The page, reached from the Album's menu with the chosen photo."""
    name = window.album.model.photo(1).path.name
    _entry(window, "Under the hood").trigger()
    page = window.lab.hood
    qtbot.waitUntil(lambda: page.list.count() == STAGES + 2 and name in page.title.text(), timeout=WAIT_MS)
    return page


def _turn_to(qtbot: QtBot, page: HoodPage, row: int) -> None:
    page.list.setCurrentRow(row)
    qtbot.waitUntil(lambda: page._look is not None and page._look.view.stage == max(0, row - 1), timeout=WAIT_MS)


def _pixels(image: QImage) -> np.ndarray:
    kept = as_rgb32(image)  # while its memory is read
    return bgra_rows(kept)[..., :3].astype(int)


def test_every_stage_is_shown_with_words_for_it(qtbot: QtBot, page: HoodPage, window: StudioWindow) -> None:
    assert f"score {window.album.model.photo(1).points:.0f}" in page.title.text()
    assert page.caption.text() == FILTERS_CAPTION
    captions = set()
    for row in range(1, STAGES + 1):
        _turn_to(qtbot, page, row)
        captions.add(page.caption.text())
        assert f"Stage {row} of {STAGES}" in page.caption.text()
        assert _pixels(page.grid.image).std() > 1
        assert "Map" in page.channel.text()
    assert len(captions) == STAGES
    page.list.setCurrentRow(STAGES + 1)
    assert page.caption.text() == SALIENCY_CAPTION
    qtbot.waitUntil(lambda: not page.saliency.canvas.colours.isNull(), timeout=WAIT_MS)
    assert "points" in page.saliency.legend.words[1]
    window.resize(1000, 640)
    _turn_to(qtbot, page, 2)
    assert page.grid.isVisible()


def test_a_photo_that_cannot_be_read_is_said_and_the_one_before_stays(
    qtbot: QtBot, page: HoodPage, window: StudioWindow, folder: Path
) -> None:
    said: list[str] = []
    page.message.connect(said.append)
    before = page.title.text()
    window.open_paths([folder / "empty.jpg"])
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    assert "the file is empty" in said[0]
    _turn_to(qtbot, page, 2)
    assert page.title.text() == before


def test_i_click_on_a_map_and_see_it_large(qtbot: QtBot, page: HoodPage) -> None:
    _turn_to(qtbot, page, 3)
    assert page._look is not None
    before = page._look.view.channel
    wanted = 0 if before else 5
    look, cell = page._look, page._look.cell
    place = page.grid._origin() + QPoint(wanted % look.columns * cell + 5, wanted // look.columns * cell + 5)
    qtbot.mouseClick(page.grid, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: page.channel.text().startswith(f"Map {wanted + 1} of 24"), timeout=WAIT_MS)
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: page.channel.text().startswith(f"Map {wanted + 2} of 24"), timeout=WAIT_MS)


def test_a_map_of_upright_edges_is_brighter_for_upright_stripes(
    qtbot: QtBot, page: HoodPage, window: StudioWindow, tmp_path: Path
) -> None:
    """Of the same map, for two photos that I drop: stripes, and the same stripes lying."""
    line = np.where(np.arange(240) // 8 % 2, 230, 25).astype(np.uint8)
    shown = {}
    for name, plane in (("upright", np.tile(line, (240, 1))), ("lying", np.tile(line[:, None], (1, 240)))):
        photo = tmp_path / f"{name}.png"
        Image.fromarray(np.repeat(plane[..., None], 3, axis=2)).save(photo)
        window.open_paths([photo])
        assert page.isVisible()
        page.list.setCurrentRow(1)
        qtbot.waitUntil(lambda name=name: name in page.title.text(), timeout=WAIT_MS)
        _turn_to(qtbot, page, 1)
        assert page._look is not None
        columns, cell = page._look.columns, page._look.cell
        grid = _pixels(page._look.grid)
        maps = [
            grid[channel // columns * cell :, channel % columns * cell :][5 : cell - 5, 5 : cell - 5]
            for channel in range(32)
        ]
        shown[name] = np.array([each.std(axis=(0, 1)).max() for each in maps])
    # Some maps see the one and not the other, and some the other way round.
    assert (shown["upright"] > 3 * shown["lying"] + 5).any()
    assert (shown["lying"] > 3 * shown["upright"] + 5).any()


def test_i_search_the_album_for_what_a_map_answers_to(qtbot: QtBot, page: HoodPage, window: StudioWindow) -> None:
    _turn_to(qtbot, page, 4)
    page.patches.search_button.click()
    qtbot.waitUntil(lambda: not page.patches.jobs.busy and page.patches.pictures > 0, timeout=WAIT_MS)
    first = page.patches.pictures
    # What was found serves every map, and is there when I come back.
    window.rooms.setCurrentWidget(window.album)
    _entry(window, "Under the hood").trigger()
    _turn_to(qtbot, page, 9)
    qtbot.waitUntil(lambda: not page.patches.cut_jobs.busy and page.patches.pictures > 0, timeout=WAIT_MS)
    assert first
    assert not page.patches.search_button.isVisible()
    page.patches.places[0].click()
    assert window.rooms.currentWidget() is window.album
    assert window.album.pages.currentWidget() is window.album.large


def test_i_save_all_stages_of_a_photo_as_a_page(
    qtbot: QtBot, page: HoodPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "seen"), KINDS[".html"]))
    page.save_button.click()
    qtbot.waitUntil(lambda: not page.strip.busy, timeout=WAIT_MS)
    assert f"saved as {tmp_path / 'seen.html'}" in page.strip.label.text()
    saved = (tmp_path / "seen.html").read_text()
    assert saved.count("<img") > STAGES
    said: list[str] = []
    page.message.connect(said.append)
    page.save_button.click()
    assert said == ["There is a seen.html already: choose another name."]
    assert (tmp_path / "seen.html").read_text() == saved


def test_a_page_that_i_stop_is_not_saved(
    qtbot: QtBot, page: HoodPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "seen.png"), KINDS[".png"]))
    said: list[str] = []
    page.message.connect(said.append)
    page.save_button.click()
    page.strip.cancel()
    qtbot.waitUntil(lambda: not page.strip.busy, timeout=WAIT_MS)
    assert said == ["Stopped: nothing was saved."]
    assert not (tmp_path / "seen.png").exists()


def test_the_live_picture_is_looked_at_and_let_go_with_the_page(
    qtbot: QtBot, page: HoodPage, window: StudioWindow, video: Path
) -> None:
    """What Live played goes on here, and nothing of it once nobody looks."""
    window.open_paths([video])
    with qtbot.waitSignal(window.live.score_shown, timeout=WAIT_MS):
        pass
    window.rooms.setCurrentWidget(window.lab)
    assert not window.live.source.is_open
    page.live.click()
    qtbot.waitUntil(lambda: page.title.text().startswith("Live picture"), timeout=WAIT_MS)
    looks = []
    watcher = page._watcher
    assert watcher is not None
    watcher.looked.connect(lambda: looks.append(1))
    qtbot.waitUntil(lambda: len(looks) > 5, timeout=WAIT_MS)
    window.rooms.setCurrentWidget(window.live)
    assert not page.live.source.is_open
    assert page._watcher is None
    qtbot.waitUntil(lambda: window.live.source.is_open, timeout=WAIT_MS)


def test_the_window_closes_while_the_album_is_searched(qtbot: QtBot, page: HoodPage, window: StudioWindow) -> None:
    page.patches.search_button.click()
    page.list.setCurrentRow(STAGES + 1)
    window.close()
    assert page._watcher is None
    assert not page.patches.jobs.busy
