"""The notice over the live picture: read whole, off the faces, and gone after a while."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.live_notice import MARGIN, MOST_LINES, Notice

AREA = QRect(10, 50, 900, 500)
KEPT = "Kept as /home/anna/Pictures/Selfie Studio/2026-11-25 02.41.22.jpg. Ctrl+Z takes it back."


@pytest.fixture
def notice(qtbot: QtBot) -> Iterator[Notice]:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(920, 560)
    room.show()
    notice = Notice(room)
    notice.give_way(AREA, [])
    yield notice
    room.close()


def test_a_notice_is_shown_whole_and_goes_away_by_itself(qtbot: QtBot, notice: Notice) -> None:
    notice._timer.setInterval(50)
    notice.say(KEPT)
    assert notice.isVisible()
    assert " ".join(notice.lines()) == KEPT
    qtbot.waitUntil(lambda: not notice.isVisible(), timeout=20_000)


def test_an_empty_notice_takes_the_last_one_away(notice: Notice) -> None:
    notice.say(KEPT)
    notice.say("")
    assert not notice.isVisible()


@pytest.mark.parametrize("text", ["Kept.", KEPT, "/a/very/long/path" * 30, "many words " * 60])
@pytest.mark.parametrize("width", [240, 576, 1600])
def test_a_notice_stays_in_the_picture_in_a_few_lines(notice: Notice, text: str, width: int) -> None:
    area = QRect(10, 50, width, 400)
    notice.give_way(area, [])
    notice.say(text)
    assert area.contains(notice.geometry())
    assert 1 <= len(notice.lines()) <= MOST_LINES
    assert all(notice.fontMetrics().horizontalAdvance(line) <= notice.width() for line in notice.lines())


@pytest.mark.parametrize("down", range(0, 500, 25))
def test_no_notice_covers_the_middle_of_a_face(notice: Notice, down: int) -> None:
    notice.say(KEPT)
    middle = QPoint(AREA.center().x(), AREA.top() + down)
    notice.give_way(AREA, [middle])
    assert not notice.geometry().contains(middle)
    assert AREA.adjusted(0, MARGIN, 0, -MARGIN).contains(notice.geometry())
