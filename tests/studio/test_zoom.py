from math import hypot, isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.faces import NO_FACES, Faces
from studio.zoom import Placement, Point, Zoom, fitted, laid_face_on_face

coordinates = st.floats(-2000, 2000)
points = st.tuples(coordinates, coordinates)
factors = st.floats(0.1, 60)
sizes = st.tuples(st.integers(1, 9000), st.integers(1, 9000))
zooms = st.builds(Zoom, factors, points)


def _close(first: Point, second: Point) -> bool:
    return all(isclose(a, b, rel_tol=1e-6, abs_tol=1e-5) for a, b in zip(first, second, strict=True))


@given(zooms, points, factors)
def test_what_is_under_the_cursor_stays_there(zoom: Zoom, cursor: Point, factor: float) -> None:
    placed = tuple((cursor[axis] - zoom.moved_xy[axis]) / zoom.factor for axis in (0, 1))
    closer = zoom.about(cursor, factor)
    assert closer.factor == factor
    assert _close(closer.point((placed[0], placed[1])), cursor)


@given(sizes, sizes)
def test_a_fitted_photo_touches_two_edges_and_crosses_none(
    photo_wh: tuple[int, int], canvas_wh: tuple[int, int]
) -> None:
    placement = fitted(photo_wh, canvas_wh)
    (left, top), (right, bottom) = placement.point((0, 0)), placement.point(photo_wh)
    assert _close((left, top), (-right, -bottom))
    assert right <= canvas_wh[0] / 2 * (1 + 1e-9)
    assert bottom <= canvas_wh[1] / 2 * (1 + 1e-9)
    assert isclose(right, canvas_wh[0] / 2) or isclose(bottom, canvas_wh[1] / 2)


@given(sizes, sizes, zooms)
def test_a_photo_that_is_larger_than_the_canvas_covers_it(
    photo_wh: tuple[int, int], canvas_wh: tuple[int, int], zoom: Zoom
) -> None:
    placement = fitted(photo_wh, canvas_wh)
    kept = zoom.kept_inside(placement, photo_wh, canvas_wh)
    corners = kept.point(placement.point((0, 0))), kept.point(placement.point(photo_wh))
    for axis in (0, 1):
        first, last, half = corners[0][axis], corners[1][axis], canvas_wh[axis] / 2
        if last - first >= 2 * half:
            assert first <= -half + 1e-5
            assert last >= half - 1e-5
        else:
            assert isclose(first, -last, rel_tol=1e-6, abs_tol=1e-5)


def _face(eyes: Point, distance: float) -> Faces:
    """One face from the front, whose eyes are this far apart."""
    x, y = eyes
    half, below = distance / 2, 1.1 * distance
    landmarks = [(x - half, y), (x + half, y), (x, y + below / 2), (x - half, y + below), (x + half, y + below)]
    box = [x - distance, y - distance, x + distance, y + 2 * distance]
    return Faces(np.array([box], np.float32), np.array([landmarks], np.float32), np.ones(1, np.float32))


faces_in_photos = st.lists(
    st.tuples(st.tuples(st.floats(100, 3000), st.floats(100, 3000)), st.floats(20, 900), sizes), min_size=2, max_size=4
)


@given(faces_in_photos, zooms)
def test_aligned_eyes_lie_on_eyes_however_all_are_zoomed(
    photos: list[tuple[Point, float, tuple[int, int]]], zoom: Zoom
) -> None:
    faces = [_face(eyes, distance) for eyes, distance, _ in photos]
    aligned = laid_face_on_face([fitted(size, (400, 500)) for *_, size in photos], faces)
    seen = [
        [zoom.point(placement.point(tuple(eye))) for eye in found.landmarks_xy[0, :2].tolist()]
        for placement, found in zip(aligned, faces, strict=True)
    ]
    apart = hypot(seen[0][1][0] - seen[0][0][0], seen[0][1][1] - seen[0][0][1])
    for eyes in seen[1:]:
        for eye, first in zip(eyes, seen[0], strict=True):
            assert hypot(eye[0] - first[0], eye[1] - first[1]) <= 1e-3 * max(apart, 1)


def test_a_photo_without_a_face_stays_fitted_and_alike_faces_move_nothing() -> None:
    plain = fitted((300, 300), (400, 400))
    face = _face((150, 120), 60)
    assert laid_face_on_face([plain, plain], [NO_FACES, NO_FACES]) == [plain, plain]
    alone, other = laid_face_on_face([plain, plain], [face, NO_FACES])
    assert other == plain
    for aligned in (alone, *laid_face_on_face([plain, plain], [face, face])):
        assert aligned.scale == pytest.approx(plain.scale)
        assert aligned.middle_xy == pytest.approx(plain.middle_xy)


def test_a_head_turned_aside_is_not_taken_for_a_small_face() -> None:
    """Its eyes are close together; the mouth is as far from them as before."""
    turned = _face((150, 120), 60)
    turned.landmarks_xy[0, :2, 0] = (145, 155)
    (placement,) = laid_face_on_face([Placement(1.0, (150, 150))], [turned])
    assert placement.scale == pytest.approx(1.0)
    front, aside = laid_face_on_face([Placement(1.0, (150, 150))] * 2, [_face((150, 120), 60), turned])
    assert aside.scale / front.scale < 1.3
