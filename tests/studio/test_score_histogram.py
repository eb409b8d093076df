"""The histogram under a person's mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.score_histogram import ScoreHistogram

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def histogram(qtbot: QtBot) -> ScoreHistogram:
    histogram = ScoreHistogram()
    qtbot.addWidget(histogram)
    histogram.resize(300, 36)
    counts = np.zeros(101, np.int64)
    counts[[10, 70, 71, 100]] = 1, 20, 5, 3
    histogram.show_counts(counts)
    histogram.show()
    return histogram


def _drag(qtbot: QtBot, histogram: ScoreHistogram, start: int, *stations: int) -> None:
    qtbot.mousePress(histogram, LEFT, pos=_at(histogram, start))
    for station in stations:
        qtbot.mouseMove(histogram, _at(histogram, station))
    qtbot.mouseRelease(histogram, LEFT, pos=_at(histogram, stations[-1]))


def _at(histogram: ScoreHistogram, points: int) -> QPoint:
    return QPoint(histogram.x_of(points), 18)


def test_dragging_chooses_a_range_while_the_mouse_moves(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    told: list[tuple[int, int]] = []
    histogram.range_changed.connect(lambda low, high: told.append((low, high)))
    _drag(qtbot, histogram, 80, 60, 40)
    assert told == [(60, 80), (40, 80)]
    assert histogram.is_on


def test_a_range_can_be_dragged_from_either_side_and_ends_at_the_border(
    qtbot: QtBot, histogram: ScoreHistogram
) -> None:
    qtbot.mousePress(histogram, LEFT, pos=_at(histogram, 30))
    qtbot.mouseMove(histogram, QPoint(2000, 18))
    assert histogram.range == (30, 100)


def test_an_edge_can_be_dragged_and_past_the_other_one(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    _drag(qtbot, histogram, 40, 80)
    _drag(qtbot, histogram, 80, 60)
    assert histogram.range == (40, 60)
    _drag(qtbot, histogram, 40, 90)
    assert histogram.range == (60, 90)


def test_a_mere_click_changes_nothing(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    with qtbot.assertNotEmitted(histogram.range_changed):
        qtbot.mouseClick(histogram, LEFT, pos=_at(histogram, 50))


@pytest.mark.parametrize("by_key", [False, True])
def test_double_click_and_esc_clear_it(qtbot: QtBot, histogram: ScoreHistogram, by_key: bool) -> None:
    _drag(qtbot, histogram, 40, 80)
    with qtbot.waitSignal(histogram.range_changed) as changed:
        if by_key:
            qtbot.keyClick(histogram, Qt.Key.Key_Escape)
        else:
            qtbot.mouseDClick(histogram, LEFT, pos=_at(histogram, 50))
    assert changed.args == [0, 100]
    assert not histogram.is_on


def test_the_keyboard_moves_one_edge_and_then_the_other(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 120)
    before, histogram, after = QLineEdit(window), ScoreHistogram(window), QLineEdit(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    qtbot.keyClick(histogram, Qt.Key.Key_Right)
    qtbot.keyClick(histogram, Qt.Key.Key_PageUp)
    assert histogram.range == (11, 100)
    qtbot.keyClick(histogram, Qt.Key.Key_Tab)
    qtbot.keyClick(histogram, Qt.Key.Key_Left)
    assert histogram.range == (11, 99)
    qtbot.keyClick(histogram, Qt.Key.Key_Home)
    assert histogram.range == (11, 11)
    assert histogram.hasFocus()
    qtbot.keyClick(histogram, Qt.Key.Key_Tab)
    assert after.hasFocus()


def test_it_says_in_words_what_it_shows(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    assert "Score 68 to 71: 25 photos" in histogram.words_at(histogram.x_of(70))
    assert "Score 96 to 100: 3 photos" in histogram.words_at(histogram.x_of(100))
    _drag(qtbot, histogram, 5, 75)
    assert "Chosen, 5 to 75: 26 photos" in histogram.words_at(histogram.x_of(70))
    assert histogram.accessibleName()
    assert histogram.accessibleDescription() == "5 to 75: 26 photos"
