"""From the album to a sheet for the wall, as a person gets there."""

import colorsys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.lab.sheet import SheetKind
from studio.lab.sheets_page import SheetsPage
from studio.window import StudioWindow

from .conftest import WAIT_MS

PHOTOS = 10
Colour = tuple[int, int, int]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Photos of one colour each."""
    folder = tmp_path / "plain"
    folder.mkdir()
    for number in range(PHOTOS):
        red, green, blue = colorsys.hsv_to_rgb(number / PHOTOS, 0.9, 0.9)
        colour = round(255 * red), round(255 * green), round(255 * blue)
        Image.new("RGB", (320, 240), colour).save(folder / f"plain-{number}.png")
    return folder


@pytest.fixture
def page(qtbot: QtBot, start: Callable[..., StudioWindow], plain: Path) -> SheetsPage:
    """The Sheets page, reached from the Album's menu once the photos are scored."""
    window = start("open", plain)
    window.resize(1280, 720)
    album = window.album
    qtbot.waitUntil(lambda: album.model.rowCount() == PHOTOS and not album.jobs.busy, timeout=WAIT_MS)
    _entry(window, "Sheet…").trigger()
    assert window.rooms.currentWidget() is window.lab
    page = window.lab.sheets
    assert page.isVisible()
    _wait_for_preview(qtbot, page)
    return page


def _entry(window: StudioWindow, name: str) -> QAction:
    (lab,) = (action.menu() for action in window.album_menu.actions() if action.text().replace("&", "") == "Lab")
    (entry,) = (action for action in lab.actions() if action.text().replace("&", "") == name)
    return entry


def _wait_for_preview(qtbot: QtBot, page: SheetsPage) -> None:
    qtbot.waitUntil(
        lambda: not page._preview_soon.isActive() and not page.preview_jobs.busy and not page.canvas.image.isNull(),
        timeout=WAIT_MS,
    )


def _save(qtbot: QtBot, page: SheetsPage, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    page.save_button.click()
    qtbot.waitUntil(lambda: not page.strip.busy, timeout=WAIT_MS)


def _colours_in_order(pixels: np.ndarray, photos: list[Path]) -> list[Path]:
    """Photos of one colour by where their colour is first seen, row by row."""
    flat = pixels.reshape(-1, 3).astype(int)
    places = {}
    for photo in photos:
        with Image.open(photo) as image:
            colour = image.getpixel((9, 9))
        same = np.flatnonzero(np.abs(flat - np.array(colour)).max(axis=1) <= 2)
        assert len(same), photo.name
        rows, columns = same // pixels.shape[1], same % pixels.shape[1]
        # Photos of one row begin at the same height.
        places[photo] = int(rows.min()), int(columns.min())
    return sorted(places, key=lambda photo: places[photo])


def test_i_save_all_photos_from_the_best_to_the_last(
    qtbot: QtBot, page: SheetsPage, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "wall"
    _save(qtbot, page, target, monkeypatch)
    saved = tmp_path / "wall.png"
    assert f"{PHOTOS} photos saved as {saved}" in page.strip.label.text()
    with Image.open(saved) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert page._photos is not None
    best_first = list(page._photos.paths)
    assert sorted(best_first) == sorted(plain.iterdir())
    assert _colours_in_order(pixels, best_first) == best_first


def test_what_i_choose_is_shown_before_it_is_saved_and_remembered(
    qtbot: QtBot, page: SheetsPage, start: Callable[..., StudioWindow], plain: Path
) -> None:
    assert page._photos is not None
    best = page._photos.paths[0]
    page.options.kind.setCurrentIndex(list(SheetKind).index(SheetKind.TOP))
    page.options.count.setValue(1)
    _wait_for_preview(qtbot, page)
    image = page.canvas.image
    middle = image.pixelColor(image.width() // 2, image.height() // 2).getRgb()[:3]
    with Image.open(best) as photo:
        assert middle == pytest.approx(photo.getpixel((9, 9)), abs=2)
    page.options.blur_faces.setChecked(True)
    page.window().close()
    again = start("open", plain).lab.sheets.options
    assert (again.chosen_kind, again.count.value(), again.blur_faces.isChecked()) == (SheetKind.TOP, 1, True)


def test_damaged_photos_are_counted_and_the_rest_is_there(
    qtbot: QtBot, page: SheetsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page._photos is not None
    for path in page._photos.paths[2:5]:
        path.write_bytes(path.read_bytes()[:50])
    _save(qtbot, page, tmp_path / "wall.png", monkeypatch)
    assert "3 cannot be read and are grey" in page.strip.label.text()
    with Image.open(tmp_path / "wall.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    rest = [*page._photos.paths[:2], *page._photos.paths[5:]]
    assert _colours_in_order(pixels, rest) == rest


def test_where_nothing_is_picked_it_is_said_in_place_of_the_sheet(qtbot: QtBot, page: SheetsPage) -> None:
    kinds = page.options.kind
    kinds.setCurrentIndex(kinds.findData(str(SheetKind.NAMED)))
    qtbot.waitUntil(lambda: "pick some" in page.empty.text.text(), timeout=WAIT_MS)
    assert page.empty.isVisible()
    kinds.setCurrentIndex(kinds.findData(str(SheetKind.TOP)))
    qtbot.waitUntil(page.canvas.isVisible, timeout=WAIT_MS)
    _wait_for_preview(qtbot, page)


def test_a_named_set_comes_in_the_order_of_my_list(
    qtbot: QtBot, page: SheetsPage, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tmp_path / "names.txt"
    order = [plain / f"plain-{number}.png" for number in (7, 2, 9, 0)]
    names.write_text("\n".join(f"plain/{photo.name}" for photo in order))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(names), ""))
    page.options.kind.setCurrentIndex(list(SheetKind).index(SheetKind.NAMED))
    page.options.list_button.click()
    assert page.options.list_button.text() == "names.txt"
    _save(qtbot, page, tmp_path / "wall.png", monkeypatch)
    with Image.open(tmp_path / "wall.png") as image:
        assert _colours_in_order(np.asarray(image.convert("RGB")), order) == order


def test_no_file_is_lost_to_a_sheet_that_gets_its_suffix_here(
    qtbot: QtBot, page: SheetsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dialog asked about "wall"; nobody was asked about "wall.png"."""
    (tmp_path / "wall.png").write_text("mine")
    said: list[str] = []
    page.message.connect(said.append)
    _save(qtbot, page, tmp_path / "wall", monkeypatch)
    assert (tmp_path / "wall.png").read_text() == "mine"
    assert "already" in said[-1]


def test_i_cancel_a_sheet_and_nothing_stays(
    qtbot: QtBot, page: SheetsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    page.message.connect(said.append)
    page.options.columns.setValue(1)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out" / "wall.png"), ""))
    (tmp_path / "out").mkdir()
    page.save_button.click()
    page.strip.cancel_button.click()
    qtbot.waitUntil(lambda: not page.strip.busy, timeout=WAIT_MS)
    assert "no sheet was saved" in said[-1]
    assert list((tmp_path / "out").iterdir()) == []


def test_the_window_closes_while_a_sheet_is_drawn(page: SheetsPage, tmp_path: Path) -> None:
    page.save(tmp_path / "wall.pdf")
    page.window().close()
    assert not page.strip.busy
    assert not (tmp_path / "wall.pdf").exists() or (tmp_path / "wall.pdf").stat().st_size
