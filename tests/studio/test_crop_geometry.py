"""However a crop is pulled, it stays inside the photo, keeps its shape where it must, and its far side stands still."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.geometry import Box
from studio.crop_geometry import HANDLES, SMALLEST_SIDE, grown, moved, reshaped, resized

SIZES = st.tuples(st.integers(40, 5000), st.integers(40, 5000))
RATIOS = st.sampled_from([Fraction(1), Fraction(4, 5), Fraction(16, 9), Fraction(9, 16), None])
POINTS = st.tuples(st.floats(-6000, 6000), st.floats(-6000, 6000))


@st.composite
def boxes(draw: st.DrawFn, size_wh: tuple[int, int], ratio: Fraction | None) -> Box:
    """A box of a shape inside a photo."""
    width, height = size_wh
    x0, y0 = draw(st.integers(0, width - 2)), draw(st.integers(0, height - 2))
    box = Box(x0, y0, draw(st.integers(x0 + 1, width)), draw(st.integers(y0 + 1, height)))
    return box if ratio is None else reshaped(box, ratio, size_wh)


def _is_inside(box: Box, size_wh: tuple[int, int]) -> bool:
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= size_wh[0] and box.y1 <= size_wh[1]


def _has_shape(box: Box, ratio: Fraction) -> bool:
    return abs(box.width - box.height * ratio) <= max(1, ratio)


@given(st.data(), SIZES, RATIOS, st.sampled_from(HANDLES), POINTS)
def test_a_pulled_handle(
    data: st.DataObject,
    size_wh: tuple[int, int],
    ratio: Fraction | None,
    handle: tuple[int, int],
    to_xy: tuple[float, float],
) -> None:
    before = data.draw(boxes(size_wh, ratio))
    box = resized(before, handle, to_xy, size_wh, ratio)
    assert _is_inside(box, size_wh)
    if ratio is not None:
        assert _has_shape(box, ratio)
    large_enough = min(size_wh) >= 4 * SMALLEST_SIDE and min(before.width, before.height) >= SMALLEST_SIDE
    if large_enough and ratio is None:
        assert handle[0] <= 0 or box.x0 == before.x0
        assert handle[0] >= 0 or box.x1 == before.x1
        assert handle[1] <= 0 or box.y0 == before.y0


@given(st.data(), SIZES, RATIOS, st.floats(0.1, 10))
def test_a_crop_grows_about_its_middle_as_far_as_it_can(
    data: st.DataObject, size_wh: tuple[int, int], ratio: Fraction | None, factor: float
) -> None:
    box = grown(data.draw(boxes(size_wh, ratio)), factor, size_wh, ratio)
    assert _is_inside(box, size_wh)
    if ratio is not None:
        assert _has_shape(box, ratio)


@given(st.data(), SIZES, POINTS)
def test_a_moved_crop_keeps_its_size(data: st.DataObject, size_wh: tuple[int, int], by_xy: tuple[float, float]) -> None:
    before = data.draw(boxes(size_wh, None))
    box = moved(before, by_xy, size_wh)
    assert _is_inside(box, size_wh)
    assert (box.width, box.height) == (before.width, before.height)


def test_a_corner_follows_the_hand_and_the_opposite_one_stands_still() -> None:
    assert resized(Box(100, 100, 300, 300), (1, 1), (400, 380), (1000, 800), Fraction(1)) == Box(100, 100, 400, 400)
    assert resized(Box(100, 100, 300, 300), (-1, -1), (50, 60), (1000, 800), Fraction(1)) == Box(50, 50, 300, 300)
    assert resized(Box(100, 100, 300, 300), (1, 0), (500, 0), (1000, 800), None) == Box(100, 100, 500, 300)
