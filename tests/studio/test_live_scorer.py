"""The scorer thread: what it looks at beside the score, and what it forgets."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.eyes import EyeReader, Eyes
from engine.faces import Faces
from engine.head_tilt import TiltReader
from engine.pictures import load_picture
from engine.pixels import Floats, Pixels
from engine.scoring import load_scorer
from studio.live_pictures import LivePicture
from studio.live_scorer import LONGEST_WITHOUT_LOOK_S, LiveScorer

WAIT_MS = 60_000


class Camera:
    """Shows one photo over and over, as often as the scorer takes it."""

    def __init__(self, scorer: LiveScorer) -> None:
        self.pixels: Pixels = np.zeros((4, 4, 3), np.uint8)
        self._scorer = scorer
        self._number = 0
        scorer.frame_scored.connect(self.show)

    def show(self, _: object = None) -> None:
        self._number += 1
        self._scorer.offer(LivePicture(self._number, self.pixels, self.pixels, time.perf_counter()))


class Looks:
    """Counts how often eyes and tilt are read, and reads nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.eyes = self.tilts = 0
        monkeypatch.setattr(EyeReader, "read", self._read_eyes)
        monkeypatch.setattr(TiltReader, "read", self._read_tilt)

    def _read_eyes(self, picture: Pixels, faces: Faces, limit: int) -> Eyes:
        self.eyes += 1
        unknown: Floats = np.full((len(faces), 2), np.nan, np.float32)
        return Eyes(unknown, unknown)

    def _read_tilt(self, picture: Pixels, faces: Faces) -> float:
        self.tilts += 1
        return 0.0


@pytest.fixture
def scorer(qtbot: QtBot) -> Iterator[LiveScorer]:
    live = LiveScorer(load_scorer())
    yield live
    live.close()


@pytest.fixture
def camera(scorer: LiveScorer, samples: list[Path]) -> Camera:
    camera = Camera(scorer)
    camera.pixels = load_picture(samples[0], 640).pixels
    return camera


def _looked(qtbot: QtBot, scorer: LiveScorer, times: int) -> None:
    for _ in range(times):
        with qtbot.waitSignal(scorer.facts_measured, timeout=WAIT_MS):
            pass


def test_a_cut_to_another_scene_is_told_before_moves_are_tried_there(
    qtbot: QtBot, scorer: LiveScorer, camera: Camera, samples: list[Path]
) -> None:
    told: list[str] = []
    scorer.scene_changed.connect(lambda: told.append("scene"))
    scorer.moves_tried.connect(lambda _: told.append("moves"))
    camera.show()
    qtbot.waitUntil(lambda: told.count("moves") >= 2, timeout=WAIT_MS)
    assert "scene" not in told
    camera.pixels = load_picture(samples[1], 640).pixels
    qtbot.waitUntil(lambda: "scene" in told, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: told[-1] == "moves", timeout=WAIT_MS)
    assert told.count("scene") == 1


def test_scores_go_on_where_every_look_takes_longer_than_anything(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, scorer: LiveScorer, camera: Camera
) -> None:
    monkeypatch.setattr(TiltReader, "read", lambda *_: time.sleep(2 * LONGEST_WITHOUT_LOOK_S) or 0.0)
    monkeypatch.setattr("studio.live_scorer.LOOKS_PER_TILT", 1)
    told: list[str] = []
    scorer.frame_scored.connect(lambda _: told.append("score"))
    scorer.facts_measured.connect(lambda _: told.append("look"))
    scorer.moves_tried.connect(lambda _: told.append("moves"))
    camera.show()
    qtbot.waitUntil(lambda: "moves" in told and told.count("look") >= 4, timeout=WAIT_MS)
    assert told.count("score") >= told.count("look")


def test_eyes_and_tilt_are_measured_only_for_who_uses_them(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, scorer: LiveScorer, camera: Camera
) -> None:
    looks = Looks(monkeypatch)
    scorer.coaching = False
    camera.show()
    _looked(qtbot, scorer, 3)
    assert (looks.eyes, looks.tilts) == (0, 0)
    scorer.keeping = True
    _looked(qtbot, scorer, 3)
    assert looks.eyes > 0
    assert looks.tilts == 0
    scorer.coaching, scorer.keeping = True, False
    eyes = looks.eyes
    _looked(qtbot, scorer, 6)
    assert looks.eyes > eyes
    assert looks.tilts > 0
