"""Marks of many photos as columns say the same as one by one."""

import numpy as np

from engine.album_columns import UNRATED
from engine.catalogue import Mark
from engine.mark_columns import MarkColumns
from engine.ratings import StarMapping

MARKS = [Mark(), Mark(4), Mark(2, 1, by_score=True), Mark(-1), Mark(0, -1), Mark(-1, 1)]
POINTS = np.array([5, 50, 90, 95, 34.9, 70], np.float32)


def _columns() -> MarkColumns:
    stars = np.array([UNRATED if mark.stars is None else mark.stars for mark in MARKS], np.int8)
    picks = np.array([mark.pick for mark in MARKS], np.int8)
    return MarkColumns([f"/{number}.jpg" for number in range(6)], stars, picks, np.array([m.by_score for m in MARKS]))


def test_the_columns_are_the_marks() -> None:
    assert _columns().marks() == MARKS
    assert _columns()[2:4].marks() == MARKS[2:4]


def test_unmarking_takes_back_what_another_program_rejected() -> None:
    assert _columns().picked(0).marks() == [mark.accepted() for mark in MARKS]
    assert [mark.stars for mark in _columns().picked(1).marks()] == [mark.stars for mark in MARKS]
    assert {mark.pick for mark in _columns().picked(-1).marks()} == {-1}


def test_stars_that_i_give_are_mine() -> None:
    assert [(mark.stars, mark.by_score) for mark in _columns().rated(3).marks()] == [(3, False)] * 6


def test_stars_from_scores_leave_those_of_a_person_alone() -> None:
    rated = _columns().rated_by_score(POINTS, StarMapping()).marks()
    assert [mark.stars for mark in rated] == [1, 4, 5, -1, 2, -1]
    assert [mark.by_score for mark in rated] == [True, False, True, False, True, False]


def test_what_is_said_again_changes_nothing() -> None:
    before = _columns()
    assert before.picked(1).picked(1).says_same(before.picked(1))
    assert not before.picked(1).says_same(before)
    assert before.rated(4).other_stars(before).tolist() == [True, False, True, True, True, True]
