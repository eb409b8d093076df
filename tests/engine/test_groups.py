"""Groups of photos: bursts, copies, and the best of each."""

from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.devices import Device
from engine.groups import SCENE_S, group_photos, grouping, keep_best
from engine.pictures import load_picture
from engine.preprocess import letterbox
from engine.scoring import load_scorer


@st.composite
def libraries(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, embeddings and logits, crowded enough that many are close in each."""
    count = draw(st.integers(0, 24))
    whole = st.integers(0, 4)
    times = draw(arrays.arrays(np.float64, count, elements=st.one_of(st.just(np.nan), st.integers(0, 150).map(float))))
    embeddings = draw(arrays.arrays(np.float32, (count, 3), elements=whole))
    logits = draw(arrays.arrays(np.float32, count, elements=whole.map(lambda tenths: tenths / 10)))
    return times, embeddings, logits


def partition(groups: np.ndarray, order: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(order[groups == group].tolist()) for group in np.unique(groups)}


@given(libraries(), st.randoms(use_true_random=False))
def test_the_order_of_the_photos_has_no_say(library: tuple[np.ndarray, np.ndarray, np.ndarray], random: Random) -> None:
    times, embeddings, logits = library
    order = np.arange(len(times))
    shuffled = np.array(random.sample(range(len(times)), len(times)), int)
    groups = group_photos(times, embeddings, logits)
    again = group_photos(times[shuffled], embeddings[shuffled], logits[shuffled])
    assert partition(groups, order) == partition(again, shuffled)
    assert groups.dtype == np.int32
    assert list(dict.fromkeys(groups.tolist())) == list(range(len(np.unique(groups))))


def test_many_photos_are_compared_in_steps_that_can_be_left() -> None:
    rng = np.random.default_rng(0)
    times, embeddings, logits = np.arange(2000.0), rng.normal(size=(2000, 8)).astype(np.float32), rng.normal(size=2000)
    steps = list(grouping(times, embeddings, logits))
    assert len(steps) > 10
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert [bool(step.results) for step in steps] == [False] * (len(steps) - 1) + [True]
    begun = grouping(times, embeddings, logits)
    next(begun)
    begun.close()  # type: ignore[attr-defined]  # a generator


@given(libraries())
def test_exact_copies_are_always_together(library: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    times, embeddings, logits = (np.concatenate([part, part]) for part in library)
    times[len(times) // 2 :] += 10_000
    groups = group_photos(times, embeddings, logits)
    assert (groups[: len(groups) // 2] == groups[len(groups) // 2 :]).all()


@given(libraries())
def test_without_a_time_only_copies_are_grouped(library: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    times, embeddings, _ = library
    far_logits = np.arange(len(times), dtype=np.float32)
    groups = group_photos(np.full(len(times), np.nan), embeddings, far_logits)
    assert (groups == np.arange(len(times))).all()
    groups = group_photos(times, embeddings, far_logits)
    for photo in np.flatnonzero(np.isnan(times)):
        assert (groups == groups[photo]).sum() == 1


def turned(degrees: float) -> list[float]:
    return [float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))]


def test_a_burst_does_not_drift_from_its_first_photo() -> None:
    # Each is 5 degrees from the one before: a distance of 0.004; from the first, 20 degrees are 0.0603.
    embeddings = np.array([turned(5 * step) for step in range(10)], np.float32)
    groups = group_photos(np.arange(10.0), embeddings, np.arange(10.0))
    assert groups.tolist() == [0] * 4 + [1] * 4 + [2] * 2


def test_the_longer_ago_the_closer_it_has_to_be() -> None:
    near, far = turned(0), turned(15)
    for gap_s, grouped in ((2, True), (20, False)):
        groups = group_photos(np.array([0.0, gap_s]), np.array([near, far], np.float32), np.array([0.0, 5]))
        assert (groups[0] == groups[1]) == grouped
    for gap_s, grouped in ((SCENE_S, True), (SCENE_S + 1, False)):
        groups = group_photos(np.array([0.0, gap_s]), np.array([near, near], np.float32), np.array([0.0, 5]))
        assert (groups[0] == groups[1]) == grouped


def test_two_bursts_between_each_other_stay_two() -> None:
    embeddings = np.array([turned(0), turned(60)] * 4, np.float32)
    assert group_photos(np.arange(8.0), embeddings, np.zeros(8)).tolist() == [0, 1] * 4


def test_what_is_not_finite_is_alone() -> None:
    embeddings = np.array([[np.nan, 1], [np.nan, 1], [1, 0], [1, 0], [1, 0]], np.float32)
    logits = np.array([0, 0, np.nan, np.nan, 0])
    assert group_photos(np.full(5, np.nan), embeddings, logits).tolist() == [0, 1, 2, 3, 4]


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="2 times"):
        group_photos(np.zeros(2), np.zeros((3, 4), np.float32), np.zeros(3))


def test_the_best_of_each_group() -> None:
    groups = np.array([0, 1, 0, 2, 1, 0], np.int32)
    logits = np.array([1, 5, 3, np.nan, 5, 2])
    assert np.flatnonzero(keep_best(groups, logits, 1)).tolist() == [1, 2, 3]
    assert keep_best(groups, logits, 2).tolist() == [False, True, True, True, True, True]
    with pytest.raises(ValueError, match="at least one"):
        keep_best(groups, logits, 0)


def test_a_real_photo_saved_anew_is_its_copy_and_other_photos_are_not(samples: list[Path]) -> None:
    photos = [load_picture(sample, 640).pixels for sample in samples]
    saved = [cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 92])[1] for photo in photos]
    squares = [letterbox(photo) for photo in photos]
    squares += [letterbox(np.asarray(cv2.imdecode(photo, cv2.IMREAD_COLOR), np.uint8)) for photo in saved]
    scores, embeddings = load_scorer(Device.CPU).score_and_embed(squares)
    logits = np.array([score.logit for score in scores])
    groups = group_photos(np.full(len(squares), np.nan), embeddings.astype(np.float16), logits)
    originals, copies = groups[: len(samples)], groups[len(samples) :]
    assert len(set(originals.tolist())) == len(samples)
    assert (originals == copies).mean() > 0.85


@pytest.mark.parametrize("clip", ["milk.mkv", "bird.mkv", "classroom.gif", "please.mkv"])
def test_frames_of_a_clip_are_one_burst(data_folder: Path, clip: str) -> None:
    capture = cv2.VideoCapture(str(data_folder / "videos" / clip))
    frames = []
    while (frame := capture.read())[0]:
        frames.append(letterbox(np.ascontiguousarray(frame[1][..., ::-1])))
    every = frames[::10]
    scores, embeddings = load_scorer(Device.CPU).score_and_embed(every)
    groups = group_photos(np.arange(len(every)) / 3, embeddings, np.array([score.logit for score in scores]))
    assert set(groups.tolist()) == {0}
