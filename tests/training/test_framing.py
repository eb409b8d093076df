"""Framings, measured on a drawn photo: a red face on a field in which red tells where a pixel belongs."""

import numpy as np
import pytest

from engine.geometry import Box
from engine.pixels import Pixels
from training.framing import BAD_FRAMINGS, well_framed
from training.pairs import Photo, framing_pair

FACE = Box(260, 200, 340, 290)
SEEDS = range(25)


def _photo(face: Box = FACE) -> Pixels:
    picture = np.full((640, 600, 3), 90, np.uint8)
    picture[face.y0 : face.y1, face.x0 : face.x1] = (255, 0, 0)
    return picture


def _face_of(view: Pixels) -> tuple[int, float, float, float]:
    """Pixels of the face, its height as a share of the view's, and where its middle stands: 0 to 1 across and down."""
    rows, columns = np.nonzero(view[..., 0] > 200)
    height, width = view.shape[:2]
    tall = (rows.max() - rows.min() + 1) / height
    return len(rows), float(tall), float((columns.mean() + 0.5) / width), float((rows.mean() + 0.5) / height)


@pytest.mark.parametrize("seed", SEEDS)
def test_well_framed_shows_the_whole_face_near_the_middle(seed: int) -> None:
    view = well_framed(_photo(), FACE, np.random.default_rng(seed))
    assert view is not None
    pixels, tall, across, down = _face_of(view)
    assert pixels == FACE.area
    assert 0.25 < tall < 0.48
    assert 0.38 < across < 0.62
    assert 0.33 < down < 0.55


@pytest.mark.parametrize("seed", SEEDS)
def test_bad_framings_are_bad_in_the_way_they_are_called(seed: int) -> None:
    views = {}
    for kind, framing in BAD_FRAMINGS.items():
        view = framing(_photo(), (FACE,), np.random.default_rng(seed))
        assert view is not None, kind
        if kind == "no face":
            assert not (view[..., 0] > 200).any()
        else:
            views[kind] = _face_of(view)
    assert views["head too large"][1] > 0.7
    assert views["face cut"][0] < 0.7 * FACE.area
    assert abs(views["off-centre"][2] - 0.5) > 0.2
    assert views["tiny face"][1] < 0.2


def test_a_tilted_view_is_tilted() -> None:
    level = Box(200, 240, 400, 250)
    view = BAD_FRAMINGS["tilted"](_photo(level), (level,), np.random.default_rng(2))
    assert view is not None
    rows, columns = np.nonzero(view[..., 0] > 200)
    slope = np.degrees(np.arctan(np.polyfit(columns, rows, 1)[0]))
    assert 17 < abs(slope) < 36


def test_no_pair_where_there_is_no_face_or_no_room() -> None:
    rng = np.random.default_rng(0)
    assert framing_pair(Photo(_photo(), ()), "face cut", rng) is None
    filled = Box(10, 10, 590, 630)
    for kind in ("tiny face", "no face"):
        assert framing_pair(Photo(_photo(filled), (filled,)), kind, rng) is None


def test_a_view_too_small_to_judge_is_not_made() -> None:
    small = Box(20, 20, 50, 50)
    assert BAD_FRAMINGS["head too large"](_photo(small)[:120, :120], (small,), np.random.default_rng(0)) is None
