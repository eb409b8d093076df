"""What stands beside the choices of a filter is what the filter would show."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.album import Album
from engine.album_counts import count, count_by_score, count_by_year, first_and_last_day
from engine.catalogue import LIST_COLUMNS, ListRow
from engine.checkpoint import load_card
from engine.photo_filter import FaceCount, PhotoFilter
from engine.resources import MODEL_FOLDER


def _row(number: int, **said: object) -> ListRow:
    usual = dict.fromkeys(LIST_COLUMNS) | {"path": os.fsencode(f"/album/{number}.jpg"), "content": number, "size": 1}
    usual |= {"faces": 1, "eyes_closed": 0, "logit": float(number), "points": 50.0, "pick": 0}
    return tuple((usual | said)[column] for column in LIST_COLUMNS)


def _album(*rows: ListRow) -> Album:
    album = Album(load_card(MODEL_FOLDER))
    album.add_listed(rows)
    return album


def _at(year: int, month: int = 6) -> float:
    return datetime(year, month, 1, 23, 59, tzinfo=UTC).timestamp()


def test_the_histogram_counts_what_the_other_filters_let_through() -> None:
    album = _album(_row(1, points=0.2), _row(2, points=99.6), _row(3, points=70.4), _row(4, points=70.0, faces=2))
    counts = count_by_score(album, PhotoFilter())
    assert (len(counts), {int(points): int(counts[points]) for points in np.flatnonzero(counts)}) == (
        101,
        {0: 1, 70: 2, 100: 1},
    )
    of_one_face = count_by_score(album, PhotoFilter(faces=FaceCount.ONE, points=(0, 10)))
    assert (of_one_face[70], of_one_face.sum()) == (1, 3)


def test_a_file_without_a_score_is_in_no_bar_and_an_album_may_be_empty() -> None:
    assert count_by_score(_album(_row(1, logit=None, points=None)), PhotoFilter()).sum() == 0
    empty = _album()
    assert (count(empty, PhotoFilter(stacked=True)), count_by_score(empty, PhotoFilter()).sum()) == (0, 0)
    assert (count_by_year(empty, PhotoFilter()), first_and_last_day(empty)) == ({}, None)


def test_years_are_counted_by_the_cameras_clock_newest_first() -> None:
    taken = (_at(2021, 12), _at(2023), _at(2023, 1), None)
    album = _album(*(_row(number, taken=seconds) for number, seconds in enumerate(taken, start=1)))
    assert list(count_by_year(album, PhotoFilter()).items()) == [(2023, 2), (2021, 1)]
    in_2021 = PhotoFilter(first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))
    assert count_by_year(album, in_2021) == {2023: 2, 2021: 1}
    assert first_and_last_day(album) == (date(2021, 12, 1), date(2023, 6, 1))


@pytest.mark.parametrize("stacked", [False, True])
@given(
    groups=st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=20),
    points=st.lists(st.integers(0, 100), min_size=20, max_size=20),
    low=st.integers(0, 100),
)
def test_what_is_counted_is_what_is_shown(groups: list[int | None], points: list[int], low: int, stacked: bool) -> None:
    rows = [_row(number, points=float(points[number])) for number in range(len(groups))]
    album = _album(*rows)
    album.set_groups({number: group for number, group in enumerate(groups) if group is not None})
    wanted = replace(PhotoFilter(points=(low, 100)), stacked=stacked)
    assert count(album, wanted) == len(album.select(wanted))
