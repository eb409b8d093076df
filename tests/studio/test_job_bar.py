"""The bar of a long task: how far it is, also while it rests, and how long it will take."""

import pytest
from pytestqt.qtbot import QtBot

from engine.progress import Progress
from studio.job_bar import JobBar
from studio.jobs import JobSlot
from studio.pace import Pace


def test_what_took_no_work_does_not_make_the_rest_seem_quick() -> None:
    pace = Pace()
    pace.mark(100, 0.0)  # known before the work began
    pace.mark(102, 1.0)
    assert pace.in_words(1000) == "2 photos/s, 7 min left"
    pace.mark(600, 1.1, at_work=False)
    assert pace.in_words(1000) == "2 photos/s, 3 min left"
    pace.mark(602, 2.0)
    assert pace.in_words(1000) == "2 photos/s, 3 min left"


def test_photos_that_come_in_at_once_after_a_rest_are_no_pace() -> None:
    pace = Pace()
    for done, now_s in ((40, 0.0), (41, 0.001), (42, 0.5)):  # finished while it rested, or side by side
        pace.mark(done, now_s)
        assert pace.in_words(60) == ""
    pace.mark(44, 1.0)
    assert pace.in_words(60) == "4 photos/s, 4 s left"


@pytest.mark.qt_log_ignore("propagateSizeHints")  # a bar without a room
def test_a_step_that_comes_in_after_pause_does_not_hide_that_it_rests(qtbot: QtBot) -> None:
    bar = JobBar(JobSlot())
    qtbot.addWidget(bar)
    bar.begin("Saving ")
    bar.show_progress(Progress(1200, 5000))
    assert bar.progress.text() == "Saving 1,200 of 5,000"
    bar.pause_button.click()
    bar.show_progress(Progress(1201, 5000))
    assert bar.progress.text() == "Paused at 1,201 of 5,000"
    bar.pause_button.click()
    assert bar.progress.text() == "Saving 1,201 of 5,000"
    bar.end()
    assert not bar.isVisible()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_in_a_narrow_room_it_gives_way_and_the_pace_moves_to_the_tooltip(qtbot: QtBot) -> None:
    bar = JobBar(JobSlot())
    qtbot.addWidget(bar)
    bar.begin()
    bar.show_progress(Progress(10, 50))
    with qtbot.waitExposed(bar):
        bar.resize(250, bar.height())
    assert bar.width() == 250
    assert not bar.progress.geometry().intersects(bar.pause_button.geometry())
    bar.progress.say("10 of 50", "7 photos/s, 6 s left")
    assert (bar.progress.text(), bar.progress.toolTip()) == ("10 of 50", "10 of 50 · 7 photos/s, 6 s left")
    bar.resize(500, bar.height())
    bar.progress.say("10 of 50", "7 photos/s, 6 s left")
    assert bar.progress.text() == "10 of 50 · 7 photos/s, 6 s left"
