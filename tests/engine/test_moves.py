"""Moves: each changes the picture the way it is called."""

import numpy as np
import pytest

from engine.moves import Move, moved
from engine.pixels import Pixels

WIDTH, HEIGHT = 320, 240


def _picture() -> Pixels:
    """A white square on grey, a little right of and above the middle, with a black bar on its upper edge."""
    picture = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    picture[80:140, 160:220] = 240
    picture[80:86, 160:220] = 0
    return picture


def _middle_of_white(picture: Pixels) -> tuple[float, float]:
    ys, xs = np.nonzero(picture[..., 0] > 190)
    return float(xs.mean()), float(ys.mean())


@pytest.mark.parametrize("move", Move)
def test_a_move_makes_another_picture_of_the_same_size(move: Move) -> None:
    picture = _picture()
    after = moved(picture, move)
    assert (after.shape, after.dtype) == ((HEIGHT, WIDTH, 3), np.uint8)
    assert not np.array_equal(after, picture)
    np.testing.assert_array_equal(picture, _picture())


@pytest.mark.parametrize(
    ("move", "dx", "dy"), [(Move.PAN_LEFT, 1, 0), (Move.PAN_RIGHT, -1, 0), (Move.PAN_UP, 0, 1), (Move.PAN_DOWN, 0, -1)]
)
def test_what_is_seen_moves_against_the_camera(move: Move, dx: int, dy: int) -> None:
    (x0, y0), (x1, y1) = _middle_of_white(_picture()), _middle_of_white(moved(_picture(), move))
    assert (np.sign(round(x1 - x0)), np.sign(round(y1 - y0))) == (dx, dy)


def test_closer_enlarges_and_back_reduces() -> None:
    white = [(moved(_picture(), move)[..., 0] > 190).sum() for move in (Move.BACK, Move.CLOSER)]
    now = (_picture()[..., 0] > 190).sum()
    assert white[0] < 0.85 * now
    assert white[1] > 1.2 * now


def test_a_camera_that_rolls_left_turns_what_it_sees_clockwise() -> None:
    after = moved(_picture(), Move.ROLL_LEFT)
    ys, xs = np.nonzero(after[..., 0] < 50)
    slope = np.polyfit(xs, ys, 1)[0]
    assert slope > 0.08  # the bar falls to the right: y grows downwards


def test_light_moves_change_light_alone() -> None:
    now = _picture().mean()
    assert moved(_picture(), Move.BRIGHTER).mean() > now + 10
    assert moved(_picture(), Move.DARKER).mean() < now - 10
    assert moved(_picture(), Move.SOFTER).std() < 0.8 * _picture().std()
