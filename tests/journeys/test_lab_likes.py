"""A person asks what the model likes."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from engine.lab import likes
from engine.lab.likes_examples import Example
from engine.lab.likes_statistics import Estimate
from engine.lab.likes_words import Evidence, Statement
from engine.lab.plot_style import LIGHT_SCREEN
from studio.lab import likes_page, likes_task
from studio.lab.likes_cards import LikesCards
from studio.theme import apply_scheme
from studio.window import StudioWindow

from .conftest import WAIT_MS


@pytest.fixture
def lab(qtbot: QtBot, start: Callable[..., StudioWindow], folder: Path) -> StudioWindow:
    """The Lab on six photos."""
    window = start("open", folder)
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.album.model.rowCount() == 7 and not window.album.jobs.busy, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.scorer is not None, timeout=WAIT_MS)
    window.rooms.setCurrentWidget(window.lab)
    window.lab.turn_to(window.lab.likes)
    return window


def _change_one_photo_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likes_task, "look", partial(likes.look, changed=1))


def test_without_an_album_no_look_is_offered(qtbot: QtBot, start: Callable[..., StudioWindow]) -> None:
    window = start()
    window.rooms.setCurrentWidget(window.lab)
    page = window.lab.likes
    window.lab.turn_to(page)
    assert page.empty.text.text().startswith("Open a folder")
    assert not page.empty.buttons["Look"].isVisible()


def test_i_look_and_get_a_page(
    qtbot: QtBot, lab: StudioWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of six photos nothing can be said: that is said; and the page can be saved."""
    _change_one_photo_alone(monkeypatch)
    page = lab.lab.likes
    qtbot.mouseClick(page.empty.buttons["Look"], Qt.MouseButton.LeftButton)
    assert page.task.isVisible()
    qtbot.waitUntil(lambda: page.shown is not None and not page.task.busy, timeout=WAIT_MS)
    assert page.title.text() == "What Selfie Studio 4 likes"
    assert "6 photos, 1 changed by hand" in page.of_what.text()
    drawn = page.shown
    apply_scheme("Dark" if page.palette().window().color().lightness() > 128 else "Light")
    qtbot.waitUntil(lambda: page.shown is not drawn, timeout=WAIT_MS)
    apply_scheme("System")
    page.save(tmp_path / "likes.html")
    qtbot.waitUntil((tmp_path / "likes.html").exists, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not page.task.busy, timeout=WAIT_MS)
    assert "Saved as" in lab.statusBar().currentMessage()


def test_i_name_a_table_of_labels_and_leave_it_again(
    qtbot: QtBot, lab: StudioWindow, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _change_one_photo_alone(monkeypatch)
    page, table = lab.lab.likes, tmp_path / "labels.csv"
    photos = sorted(folder.glob("sample-*.jpg"))
    table.write_text("file,age\n" + "".join(f"{photo.name},{20 + 10 * place}\n" for place, photo in enumerate(photos)))
    monkeypatch.setattr(likes_page.QFileDialog, "getOpenFileName", lambda *_: (str(table), ""))
    qtbot.mouseClick(page.empty.buttons[likes_page.WITH_LABELS], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.shown is not None and not page.task.busy, timeout=WAIT_MS)
    assert f"{len(photos)} with labels" in page.of_what.text()
    with_labels = page.shown
    qtbot.mouseClick(page.labels_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.shown is not with_labels and not page.task.busy, timeout=WAIT_MS)
    assert "labels" not in page.of_what.text()


def test_labels_of_other_photos_are_refused_and_forgotten(qtbot: QtBot, lab: StudioWindow, tmp_path: Path) -> None:
    page, table = lab.lab.likes, tmp_path / "labels.csv"
    table.write_text("file,age\nnowhere.jpg,20\n")
    page.look_with_labels(table)
    qtbot.waitUntil(lambda: not page.task.busy, timeout=WAIT_MS)
    assert "names none of these photos" in lab.statusBar().currentMessage()
    assert page.labels_file is None
    assert page.labels_button.isEnabled()


def test_i_click_an_example_and_see_the_photo(qtbot: QtBot, lab: StudioWindow, folder: Path) -> None:
    said = Statement("Brighten it", True, Evidence.CAUSE, Estimate(5, 3, 7, 0, 50), ("It helps.",), None, "smile")
    example = Example(folder / "sample-02.jpg", "Before", np.zeros((20, 30, 3), np.uint8), True)
    cards = LikesCards()
    qtbot.addWidget(cards)
    cards.photo_wanted.connect(lab.lab.likes.photo_wanted)
    card = cards._card(said, [example], LIGHT_SCREEN)
    qtbot.addWidget(card)
    (button,) = card.findChildren(QToolButton)
    button.click()
    assert lab.rooms.currentWidget() is lab.album
    assert "sample-02.jpg" in lab.album.large.text.text()


def test_i_cancel_and_may_look_again(qtbot: QtBot, lab: StudioWindow) -> None:
    page = lab.lab.likes
    qtbot.mouseClick(page.empty.buttons["Look"], Qt.MouseButton.LeftButton)
    page.task.cancel_button.click()
    qtbot.waitUntil(lambda: not page.task.busy, timeout=WAIT_MS)
    assert "Stopped" in lab.statusBar().currentMessage()
    assert page.shown is None
    assert page.empty.buttons["Look"].isEnabled()
