"""The shutter: what is kept of a moment, after a countdown, and by itself."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.best_frames import Candidate
from engine.faces import NO_FACES
from engine.frame_facts import FaceFacts, FrameFacts
from engine.pixels import Pixels
from engine.scoring import Score
from studio.live_pictures import LivePicture
from studio.live_scorer import LiveResult
from studio.shutter import BURST_MS, HIGH_FOR_S, SHORTEST_MS, Shutter

FACE = FaceFacts(
    height=0.35, cut=(), box=(0.35, 0.25, 0.65, 0.6), lit=170, contrast=40, glare=0.0, sharpness=1.0, tilt=3
)
FACTS = FrameFacts(faces=1, bystanders=0, face=FACE)


def _result(number: int, points: float, at_s: float) -> LiveResult:
    pixels = np.full((4, 4, 3), number, np.uint8)
    picture = LivePicture(number, pixels, pixels, at_s)
    embedding = np.random.default_rng(number).normal(size=8).astype(np.float32)
    return LiveResult(picture, Score(0.0, 0.5, points), embedding, NO_FACES, FACTS)


@pytest.fixture
def kept(shutter: Shutter) -> list[list[Candidate[Pixels]]]:
    moments: list[list[Candidate[Pixels]]] = []
    shutter.moment_ended.connect(lambda moment: moments.append(moment.best()))
    return moments


@pytest.fixture
def shutter(qtbot: QtBot) -> Shutter:
    return Shutter()


def test_a_held_key_keeps_the_best_of_the_moment(
    qtbot: QtBot, shutter: Shutter, kept: list[list[Candidate[Pixels]]]
) -> None:
    shutter.begin()
    for number, points in enumerate((20, 60, 90, 70, 30)):
        shutter.see(_result(number, points, float(number)), points)
    qtbot.wait(2 * SHORTEST_MS)  # a timer may ring a little early: clearly longer than a tap
    shutter.end()
    qtbot.waitUntil(lambda: bool(kept), timeout=20 * SHORTEST_MS)
    assert [frame.points for frame in kept[0]] == [90, 70, 60]
    assert not shutter.recording


def test_a_tap_keeps_one_photo(qtbot: QtBot, shutter: Shutter, kept: list[list[Candidate[Pixels]]]) -> None:
    shutter.begin()
    shutter.end()
    for number, points in enumerate((20, 60, 90, 70, 30)):
        shutter.see(_result(number, points, float(number)), points)
    qtbot.waitUntil(lambda: bool(kept), timeout=20 * SHORTEST_MS)
    assert [frame.points for frame in kept[0]] == [90]


def test_frames_before_and_after_the_moment_are_not_kept(
    qtbot: QtBot, shutter: Shutter, kept: list[list[Candidate[Pixels]]]
) -> None:
    shutter.see(_result(1, 99, 0.0), 99)
    shutter.begin()
    shutter.see(_result(2, 50, 1.0), 50)
    with qtbot.waitSignal(shutter.moment_ended, timeout=20 * SHORTEST_MS):
        shutter.end()
    shutter.see(_result(3, 99, 2.0), 99)
    assert [frame.points for frame in kept[0]] == [50]


def test_a_countdown_counts_and_ends_in_one_frame(
    qtbot: QtBot, shutter: Shutter, kept: list[list[Candidate[Pixels]]]
) -> None:
    counted: list[int] = []
    shutter.counted.connect(counted.append)
    shutter.count_down(2)
    qtbot.waitUntil(lambda: shutter.recording, timeout=20_000)
    for number, points in enumerate((40, 80)):
        shutter.see(_result(number, points, float(number)), points)
    qtbot.waitUntil(lambda: bool(kept), timeout=20 * BURST_MS)
    assert counted == [2, 1, 0]
    assert [frame.points for frame in kept[0]] == [80]


def test_a_countdown_is_cancelled_by_asking_again(qtbot: QtBot, shutter: Shutter) -> None:
    shutter.count_down(3)
    shutter.count_down(3)
    assert not shutter.counting
    assert not shutter.recording


def test_a_score_that_stays_high_is_kept_once(
    qtbot: QtBot, shutter: Shutter, kept: list[list[Candidate[Pixels]]]
) -> None:
    shutter.watch(80)
    for number in range(60):
        shutter.see(_result(number, 85, number * HIGH_FOR_S / 20), 85)
    qtbot.waitUntil(lambda: len(kept) == 1, timeout=20 * BURST_MS)
    for number in range(60, 120):
        shutter.see(_result(number, 85, number * HIGH_FOR_S / 20), 85)
    assert not shutter.recording
    shutter.see(_result(120, 60, 5.0), 60)
    for number in range(121, 160):
        shutter.see(_result(number, 85, number * HIGH_FOR_S / 20), 85)
    assert shutter.recording
    shutter.cancel()


def test_a_high_score_for_a_moment_is_not_enough(qtbot: QtBot, shutter: Shutter) -> None:
    shutter.watch(80)
    for number in range(20):
        points = 85 if number % 4 else 60
        shutter.see(_result(number, points, number * HIGH_FOR_S / 5), points)
    assert not shutter.recording


def test_a_moment_that_the_source_cuts_short_is_kept(shutter: Shutter, kept: list[list[Candidate[Pixels]]]) -> None:
    shutter.begin()
    shutter.see(_result(1, 50, 1.0), 50)
    shutter.conclude()
    assert [frame.points for frame in kept[0]] == [50]
    shutter.conclude()
    shutter.begin()
    shutter.conclude()
    assert len(kept) == 1
    assert not shutter.recording


def test_a_tap_waits_for_a_machine_that_scores_slowly(
    qtbot: QtBot, shutter: Shutter, kept: list[list[Candidate[Pixels]]]
) -> None:
    shutter.begin()
    shutter.end()
    with qtbot.waitSignal(shutter._end.timeout, timeout=20 * SHORTEST_MS):
        pass
    assert shutter.recording
    assert not kept
    shutter.see(_result(1, 50, 1.0), 50)
    qtbot.waitUntil(lambda: bool(kept), timeout=20 * SHORTEST_MS)
    assert [frame.points for frame in kept[0]] == [50]
