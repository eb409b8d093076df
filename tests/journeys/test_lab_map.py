"""From an album to its map and back, and the map as a picture."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.lab.map_page import MapPage
from studio.window import StudioWindow

from .conftest import WAIT_MS

pytest.importorskip("openTSNE")
# Said once, by Qt Multimedia, where the system lacks it.


@pytest.fixture
def album(tmp_path: Path, samples: list[Path]) -> Path:
    """All sample photos, in a folder of their own."""
    folder = tmp_path / "all"
    folder.mkdir()
    for sample in samples:
        shutil.copy(sample, folder)
    return folder


def opened_map(qtbot: QtBot, window: StudioWindow, photos: int) -> MapPage:
    """The Lab's map page, once the album is scored."""
    qtbot.waitUntil(lambda: window.scorer is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.album.model.rowCount() == photos and not window.album.jobs.busy, timeout=WAIT_MS)
    window.rooms.setCurrentWidget(window.lab)
    window.lab.turn_to(window.lab.map)
    return window.lab.map


def test_i_make_a_map_choose_with_the_lasso_and_open_a_photo(
    qtbot: QtBot, start: Callable[..., StudioWindow], album: Path, samples: list[Path]
) -> None:
    window = start("open", album)
    page = opened_map(qtbot, window, len(samples))
    qtbot.mouseClick(page.empty.buttons["Make the map"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.pages.currentWidget() is page.view, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not page.strip.busy, timeout=WAIT_MS)
    view = page.view
    page.lasso_toggle.click()
    corners = [QPoint(1, 1), QPoint(view.width() - 2, 1), QPoint(view.width() - 2, view.height() - 2)]
    corners.append(QPoint(1, view.height() - 2))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=corners[0])
    for corner in corners[1:]:
        qtbot.mouseMove(view, corner)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corners[-1])
    assert page.select_button.text() == f"Select {len(samples)} in Album"
    page.select_button.click()
    assert window.rooms.currentWidget() is window.album
    assert len(window.album.grid.selectedIndexes()) == len(samples)
    window.rooms.setCurrentWidget(window.lab)
    page.lasso_toggle.click()
    best = QPointF(*view.points()[0].tolist()).toPoint()
    chosen = view.photo_at(QPointF(best))
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=best)
    assert window.rooms.currentWidget() is window.album
    assert window.album.pages.currentWidget() is window.album.large
    assert view.photos is not None
    assert view.photos.paths[chosen].name in window.album.large.text.text()


def test_the_map_is_there_the_next_time_with_new_photos_placed(
    qtbot: QtBot, start: Callable[..., StudioWindow], album: Path, samples: list[Path]
) -> None:
    late = album / samples[-1].name
    late.rename(album.parent / late.name)
    first = start("open", album)
    page = opened_map(qtbot, first, len(samples) - 1)
    page.make()
    qtbot.waitUntil(lambda: page.pages.currentWidget() is page.view and not page.strip.busy, timeout=WAIT_MS)
    before = page.view.places.copy()
    first.close()
    (album.parent / late.name).rename(late)
    page = opened_map(qtbot, start("open", album), len(samples))
    qtbot.waitUntil(lambda: page.pages.currentWidget() is page.view, timeout=WAIT_MS)
    assert "new photos placed: 1" in page.note.text()
    assert len(page.view.places) == len(before) + 1


def test_the_window_begins_in_the_lab_and_its_photos_come_there(
    qtbot: QtBot, start: Callable[..., StudioWindow], album: Path, samples: list[Path]
) -> None:
    first = start("open", album)
    opened_map(qtbot, first, len(samples))
    first.close()
    window = start()
    assert window.rooms.currentWidget() is window.lab
    button = window.lab.map.empty.buttons["Make the map"]
    qtbot.waitUntil(button.isVisible, timeout=WAIT_MS)


def test_a_map_that_i_stop_is_not_kept(
    qtbot: QtBot, start: Callable[..., StudioWindow], album: Path, samples: list[Path], tmp_path: Path
) -> None:
    window = start("open", album)
    page = opened_map(qtbot, window, len(samples))
    said: list[str] = []
    page.message.connect(said.append)
    page.make()
    page.strip.cancel()
    qtbot.waitUntil(lambda: not page.strip.busy, timeout=WAIT_MS)
    assert said == ["Stopped: no map was made."]
    assert not list((tmp_path / "data" / "selfie-studio").glob("maps/*"))
    assert page.empty.buttons["Make the map"].isEnabled()


def test_i_save_the_map_as_a_picture_from_its_page(
    qtbot: QtBot,
    start: Callable[..., StudioWindow],
    album: Path,
    samples: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = opened_map(qtbot, start("open", album), len(samples))
    page.make()
    qtbot.waitUntil(lambda: page.pages.currentWidget() is page.view and not page.strip.busy, timeout=WAIT_MS)
    monkeypatch.setattr("studio.lab.map_page.DEFAULT_SIDE", 1000)
    for name, gridded in (("free", False), ("grid.png", True)):
        page.grid_toggle.setChecked(gridded)
        qtbot.waitUntil(lambda: page.layouts.wanted is not None, timeout=WAIT_MS)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
        qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not page.strip.busy, timeout=WAIT_MS)
        assert f"{len(samples)} photos saved as" in page.strip.label.text()
    for file in ("free.png", "grid.png"):
        with Image.open(tmp_path / file) as picture:
            assert max(picture.size) >= 1000
            assert np.asarray(picture.convert("RGB")).std() > 20  # there are photos on it
    assert np.ptp(page.view.places, axis=0).min() > 1  # the map is still shown


def test_a_few_photos_make_no_map(qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path) -> None:
    page = opened_map(qtbot, start("open", folder), 7)
    qtbot.waitUntil(lambda: "needs 10 scored photos" in page.empty.text.text(), timeout=WAIT_MS)
    assert not page.empty.buttons["Make the map"].isVisible()


def _run(*words: object) -> subprocess.CompletedProcess[str]:
    code = "from studio.commands import main; main()"
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, timeout=240)


def test_i_draw_a_map_without_the_window(album: Path, samples: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "map.png"
    unscanned = _run("lab", "map", album, "--out", out)
    assert unscanned.returncode == 1
    assert "album scan" in unscanned.stderr
    assert _run("album", "scan", album).returncode == 0
    drawn = _run("lab", "map", album, "--out", out, "--grid", "--side", "800")
    assert drawn.returncode == 0, drawn.stderr
    assert f"{len(samples)} photos on" in drawn.stderr
    with Image.open(out) as picture:
        assert max(picture.size) == 800
        assert np.asarray(picture).std() > 20  # there are photos on it
    assert "--force" in _run("lab", "map", album, "--out", out).stderr
    (kept,) = (tmp_path / "data" / "selfie-studio" / "maps").iterdir()
    kept.write_bytes(b"damaged")
    again = _run("lab", "map", album, "--out", out, "--force", "--side", "800", "--colour-by-score")
    assert again.returncode == 0
    assert "made anew" in again.stderr


def test_what_to_install_is_said_where_the_map_cannot_be_made(
    qtbot: QtBot,
    start: Callable[..., StudioWindow],
    album: Path,
    samples: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.lab.map_options.find_spec", lambda _: None)
    page = opened_map(qtbot, start("open", album), len(samples))
    qtbot.waitUntil(lambda: "pip install 'selfie-studio[lab]'" in page.empty.text.text(), timeout=WAIT_MS)
    assert not page.empty.buttons["Make the map"].isVisible()
