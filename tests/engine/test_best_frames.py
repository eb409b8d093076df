import gc
import math
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.best_frames import BestFrames, Candidate, differ


class Picture:
    """Stands for a large image: can be watched for being forgotten."""


def _frame(
    taken_s: float, points: float, *, sharpness: float = 1.0, eyes_open: bool | None = True, angle: float = 0.0
) -> Candidate[Picture]:
    """A frame whose embedding points in a direction; frames of one direction look alike."""
    embedding = np.array([math.cos(angle), math.sin(angle)], np.float32)
    return Candidate(Picture(), taken_s, points, sharpness, eyes_open, embedding)


def _best_of(frames: list[Candidate[Picture]], count: int = 3) -> list[Candidate[Picture]]:
    best = BestFrames[Picture](count)
    for frame in frames:
        best.add(frame)
    return best.best()


frames = st.lists(
    st.builds(
        _frame,
        st.integers(0, 300).map(lambda number: number / 30),
        st.floats(0, 100),
        sharpness=st.sampled_from((0.0, 0.1, 0.35, 0.6, 1.0, 2.0)),
        eyes_open=st.sampled_from((True, False, None)),
        angle=st.floats(0, math.pi),
    ),
    max_size=80,
).map(lambda moment: sorted(moment, key=lambda frame: frame.taken_s))


@given(frames, st.integers(1, 5))
def test_what_is_kept_differs_and_is_of_the_moment(moment: list[Candidate[Picture]], count: int) -> None:
    best = _best_of(moment, count)
    assert len(best) <= count
    assert bool(best) == bool(moment)
    assert all(frame in moment for frame in best)
    assert all(differ(frame, other) for number, frame in enumerate(best) for other in best[:number])


@given(frames)
def test_closed_eyes_are_kept_only_if_nothing_else_is_there(moment: list[Candidate[Picture]]) -> None:
    closed = [frame.eyes_open is False for frame in _best_of(moment)]
    assert all(closed) or not any(closed)
    assert all(closed) == all(frame.eyes_open is False for frame in moment)


@given(frames, st.floats(1e-3, 1e3))
def test_the_unit_of_sharpness_does_not_matter(moment: list[Candidate[Picture]], unit: float) -> None:
    other_unit = [
        Candidate(frame.image, frame.taken_s, frame.points, frame.sharpness * unit, frame.eyes_open, frame.embedding)
        for frame in moment
    ]
    assert [frame.image for frame in _best_of(moment)] == [frame.image for frame in _best_of(other_unit)]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=300), st.sampled_from((15, 30, 60)))
def test_the_best_frame_of_all_is_never_lost(scores: list[float], frames_per_second: int) -> None:
    moment = [_frame(number / frames_per_second, points) for number, points in enumerate(scores)]
    assert _best_of(moment)[0].points == max(scores)


@pytest.mark.parametrize("course", ["rising", "falling", "wandering"])
def test_a_long_moment_gives_nearly_what_all_its_frames_would(course: str) -> None:
    steps = np.random.default_rng(7).normal(0, 1, 3600)
    scores = {
        "rising": np.linspace(0, 100, 3600),
        "falling": np.linspace(100, 0, 3600),
        "wandering": 50 + np.cumsum(steps) / 4,
    }[course]
    moment = [_frame(number / 60, float(points)) for number, points in enumerate(scores)]
    wanted: list[Candidate[Picture]] = []
    for frame in sorted(moment, key=lambda frame: -frame.points):
        if len(wanted) < 3 and all(abs(frame.taken_s - other.taken_s) >= 0.4 for other in wanted):
            wanted.append(frame)
    found = _best_of(moment)
    assert found[0] is wanted[0]
    assert [frame.points for frame in found] == pytest.approx([frame.points for frame in wanted], abs=1)


def test_many_good_frames_of_two_instants_do_not_crowd_out_the_third_photo() -> None:
    third = _frame(0, 40)
    peaks = [_frame(peak_s + number / 20, 90 - abs(number)) for peak_s in (1.4, 2.7) for number in range(-7, 8)]
    assert [round(frame.taken_s, 1) for frame in _best_of([third, *peaks])] == [1.4, 2.7, 0]


def test_a_minute_at_sixty_frames_a_second_keeps_a_handful_of_images() -> None:
    random = np.random.default_rng(3)
    best = BestFrames[Picture]()
    alive: weakref.WeakSet[Picture] = weakref.WeakSet()
    most = 0
    for number in range(3600):
        frame = _frame(number / 60, float(random.uniform(0, 100)), angle=float(random.uniform(0, 3)))
        alive.add(frame.image)
        best.add(frame)
        del frame
        if number % 100 == 0:
            gc.collect()
        most = max(most, len(alive))
    assert len(best.best()) == 3
    assert most <= 12


def test_a_blurred_frame_comes_after_sharp_ones_of_less_points() -> None:
    blurred = _frame(0, 90, sharpness=0.04)
    sharp = [_frame(number, 50 - number, sharpness=0.1) for number in (1, 2)]
    assert _best_of([blurred, *sharp]) == [*sharp, blurred]


def test_a_little_less_sharpness_does_not_matter() -> None:
    soft, sharp = _frame(0, 90, sharpness=0.07), _frame(1, 50, sharpness=0.1)
    assert _best_of([soft, sharp, _frame(2, 40, sharpness=0.1)])[0] is soft


def test_a_few_frames_that_are_too_sharp_do_not_make_the_others_blurred() -> None:
    face = [_frame(number, 60, sharpness=0.05) for number in range(9)]
    hand = _frame(9, 40, sharpness=0.36)
    assert hand not in _best_of([*face, hand])


def test_eyes_that_are_not_known_do_not_count_against_a_frame() -> None:
    unknown, seeing = _frame(0, 90, eyes_open=None), _frame(1, 50)
    assert _best_of([unknown, seeing, _frame(2, 99, eyes_open=False)]) == [unknown, seeing]


def test_frames_of_one_instant_are_one_photo_unless_they_show_something_else() -> None:
    first, alike, other = _frame(0, 80), _frame(0.2, 79), _frame(0.3, 70, angle=0.6)
    assert _best_of([first, alike, other]) == [first, other]


def test_a_moment_without_a_frame_has_no_best() -> None:
    assert BestFrames[Picture]().best() == []
