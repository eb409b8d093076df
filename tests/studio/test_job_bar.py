"""The bar of a long task: how far it is, also while it rests."""

import pytest
from pytestqt.qtbot import QtBot

from engine.progress import Progress
from studio.job_bar import JobBar
from studio.jobs import JobSlot


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
