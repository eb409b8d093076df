"""A person asks what the model likes."""

from collections.abc import Callable
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
from studio.lab import likes_task
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


def test_i_look_and_get_a_page(
    qtbot: QtBot, lab: StudioWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of six photos nothing can be said: that is said; and the page can be saved."""
    monkeypatch.setattr(
        likes_task, "look", lambda photos, catalogue, scorer: likes.look(photos, catalogue, scorer, changed=1)
    )
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
