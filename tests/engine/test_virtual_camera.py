"""The virtual camera: what it sees, what obeying does to it, and that following hints helps."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.moves import Move
from engine.scoring import load_scorer
from engine.virtual_camera import Pose, inside, obeyed, view, walks

PHOTO_WH = (1200, 900)
PHOTO = np.random.default_rng(0).integers(0, 255, (PHOTO_WH[1], PHOTO_WH[0], 3)).astype(np.uint8)


@given(x=st.floats(0, 1200), y=st.floats(0, 900), height=st.floats(100, 800), roll=st.floats(-30, 30))
def test_a_view_inside_sees_the_photo_alone(x: float, y: float, height: float, roll: float) -> None:
    pose, rim = Pose(x, y, height, roll), 4
    within_rim = replace(pose, x=x - rim, y=y - rim)
    if inside(within_rim, (PHOTO_WH[0] - 2 * rim, PHOTO_WH[1] - 2 * rim)):
        marked = np.full((PHOTO_WH[1], PHOTO_WH[0], 3), 10, np.uint8)
        marked[2:-2, 2:-2] = 200
        assert view(marked, pose).min() >= 150


def test_a_still_pose_at_full_size_is_the_photo() -> None:
    seen = view(PHOTO, Pose(600, 450, 480))
    np.testing.assert_array_equal(seen, PHOTO[210:690, 280:920])


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (Move.CLOSER, Move.BACK),
        (Move.PAN_LEFT, Move.PAN_RIGHT),
        (Move.PAN_UP, Move.PAN_DOWN),
        (Move.ROLL_LEFT, Move.ROLL_RIGHT),
        (Move.BRIGHTER, Move.DARKER),
    ],
)
def test_a_move_and_its_opposite_lead_home(there: Move, back: Move) -> None:
    pose = Pose(600, 450, 480)
    moved = obeyed(pose, there)
    assert moved != pose
    home = obeyed(moved, back)
    for one, other in zip(vars(home).values(), vars(pose).values(), strict=True):
        assert one == pytest.approx(other)


def test_rolling_left_turns_what_is_seen_clockwise() -> None:
    photo = np.full((900, 1200, 3), 90, np.uint8)
    photo[445:455, 300:900] = 255
    seen = view(photo, obeyed(Pose(600, 450, 480), Move.ROLL_LEFT))
    ys, xs = np.nonzero(seen[..., 0] > 170)
    assert np.polyfit(xs, ys, 1)[0] > 0.05


def test_following_hints_lowers_no_score_by_much(data_folder: Path) -> None:
    photos = sorted((data_folder / "large").glob("*.jpg"))
    found = [walk for step in walks(photos, load_scorer(), scenes=4) for walk in step.results]
    assert found
    assert all(walk.end.points >= walk.start.points - 5 for walk in found)
    assert any(walk.hints for walk in found)
