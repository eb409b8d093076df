import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.aspects import COMMON_ASPECTS, Aspect
from engine.geometry import Box

sides = st.integers(1, 5000)


@st.composite
def boxes(draw: st.DrawFn, limit: int = 1000) -> Box:
    x0, y0 = draw(st.integers(0, limit - 1)), draw(st.integers(0, limit - 1))
    return Box(x0, y0, draw(st.integers(x0 + 1, limit)), draw(st.integers(y0 + 1, limit)))


@given(boxes(), boxes())
def test_iou_is_symmetric_and_between_nothing_and_all(one: Box, other: Box) -> None:
    assert 0 <= one.iou(other) == other.iou(one) <= 1
    assert one.iou(one) == 1


@given(boxes(), sides, sides)
def test_a_scaled_box_stays_inside_the_picture(box: Box, width: int, height: int) -> None:
    scaled = box.scaled((1000, 1000), (width, height))
    assert 0 <= scaled.x0 < scaled.x1 <= width
    assert 0 <= scaled.y0 < scaled.y1 <= height


@given(st.sampled_from(COMMON_ASPECTS), st.integers(50, 5000), st.integers(50, 5000))
def test_the_largest_crop_fits_and_touches_two_sides(aspect: Aspect, width: int, height: int) -> None:
    crop_w, crop_h = aspect.largest_in((width, height))
    assert crop_w <= width
    assert crop_h <= height
    assert crop_w == width or crop_h == height
    if aspect.ratio is not None:
        assert abs(crop_w - crop_h * float(aspect.ratio)) <= 1 + float(aspect.ratio)


@pytest.mark.parametrize(
    "text", ["1e999999999:1", "-1:-1", "0:1", "1:0", "1/2:1", "1:2:3", "nan:1", "inf:inf", "", ":", "11:1"]
)
def test_what_is_no_shape_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match=":"):
        Aspect.parse(text)


def test_shapes_may_have_decimals() -> None:
    assert Aspect.parse("1.91:1").largest_in((1910, 1910)) == (1910, 1000)
