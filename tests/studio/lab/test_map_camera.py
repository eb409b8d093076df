"""Where a map is seen: zooming keeps what is under the cursor, a lasso takes what is inside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.map_camera import Camera, inside_polygon

VIEW = (800, 500)
positions = st.floats(-50, 50)
pixels = st.tuples(st.floats(0, 800), st.floats(0, 500))


@given(pixels, st.floats(0.1, 10), positions, positions, st.floats(0.5, 50))
def test_what_is_under_the_cursor_stays_there(
    cursor: tuple[float, float], factor: float, x: float, y: float, scale: float
) -> None:
    before = Camera(scale, (x, y))
    after = before.zoomed(factor, cursor, VIEW, furthest=0.01)
    assert after.to_map(cursor, VIEW) == pytest.approx(before.to_map(cursor, VIEW), abs=1e-6)


@given(pixels, positions, positions, st.floats(0.5, 50))
def test_to_the_map_and_back(point: tuple[float, float], x: float, y: float, scale: float) -> None:
    camera = Camera(scale, (x, y))
    there = np.array([camera.to_map(point, VIEW)], np.float32)
    assert camera.to_view(there, VIEW)[0].tolist() == pytest.approx(point, abs=0.1)


def test_all_of_a_map_fits() -> None:
    corners = np.array([(0, 0), (120, 90)], np.float32)
    seen = Camera.of_all((120, 90), VIEW).to_view(corners, VIEW)
    assert (seen >= 0).all()
    assert (seen <= VIEW).all()


def test_nobody_gets_lost() -> None:
    camera = Camera(4.0, (60.0, 45.0)).moved(1e6, -1e6).kept_near((120, 90))
    assert camera.middle_xy == (0.0, 90.0)


def test_a_lasso_takes_what_is_inside() -> None:
    # A horseshoe: what lies between its arms is outside.
    horseshoe = np.array([(0, 0), (30, 0), (30, 30), (20, 30), (20, 10), (10, 10), (10, 30), (0, 30)], np.float32)
    points = np.array([(5, 20), (25, 20), (15, 5), (15, 20), (40, 5), (-1, 5)], np.float32)
    assert inside_polygon(points, horseshoe).tolist() == [True, True, True, False, False, False]
