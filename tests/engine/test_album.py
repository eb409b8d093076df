"""An album as columns: what is shown is what was asked for, in the order that was asked for."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.album import Album
from engine.album_columns import UNKNOWN
from engine.catalogue import LIST_COLUMNS, ListRow, Mark
from engine.checkpoint import ModelCard, load_card
from engine.faces import NO_FACES
from engine.photo_filter import EyesState, FaceCount, PhotoFilter, SortKey
from engine.resources import MODEL_FOLDER
from engine.scan import ScoredPhoto
from engine.scoring import score_from_logit


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return load_card(MODEL_FOLDER)


def _row(name: str, content: int, **said: object) -> ListRow:
    usual = dict.fromkeys(LIST_COLUMNS) | {
        "path": os.fsencode(f"/album/{name}"),
        "content": content,
        "size": 1000,
        "width": 40,
        "height": 30,
        "faces": 1,
        "eyes_closed": 0,
        "logit": 0.0,
        "points": 50.0,
        "pick": 0,
    }
    return tuple((usual | said)[column] for column in LIST_COLUMNS)


def _bad(name: str) -> ListRow:
    nothing = dict.fromkeys(LIST_COLUMNS) | {"path": os.fsencode(f"/album/{name}"), "size": 0, "error": "damaged"}
    return tuple((nothing | {"pick": 0})[column] for column in LIST_COLUMNS)


def _noon(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def album(card: ModelCard) -> Album:
    album = Album(card)
    album.add_listed(
        [
            _row("IMG_10.jpg", 1, logit=1.0, points=70.0, taken=_noon(date(2024, 5, 1)), sharpness=0.5, stars=3),
            _row("IMG_2.jpg", 2, logit=2.0, points=90.0, taken=_noon(date(2024, 5, 2)), sharpness=0.1, faces=3, pick=1),
            _bad("broken.jpg"),
            _row("img_1.jpg", 3, logit=-1.0, points=20.0, faces=0, stars=5),
            _row("Zoë.jpg", 4, logit=0.5, points=60.0, eyes_closed=1, sharpness=0.9, pick=-1),
        ]
    )
    return album


def _names(album: Album, wanted: PhotoFilter = PhotoFilter(), key: SortKey = SortKey.SCORE, **how: bool) -> list[str]:  # noqa: B008
    return [album.path(row).name for row in album.select(wanted, key, **how).tolist()]


@pytest.mark.parametrize(
    ("key", "turned", "names"),
    [
        (SortKey.SCORE, False, ["IMG_2.jpg", "IMG_10.jpg", "Zoë.jpg", "img_1.jpg", "broken.jpg"]),
        (SortKey.SCORE, True, ["img_1.jpg", "Zoë.jpg", "IMG_10.jpg", "IMG_2.jpg", "broken.jpg"]),
        (SortKey.DATE, False, ["IMG_2.jpg", "IMG_10.jpg", "img_1.jpg", "Zoë.jpg", "broken.jpg"]),
        (SortKey.DATE, True, ["IMG_10.jpg", "IMG_2.jpg", "img_1.jpg", "Zoë.jpg", "broken.jpg"]),
        (SortKey.NAME, False, ["img_1.jpg", "IMG_2.jpg", "IMG_10.jpg", "Zoë.jpg", "broken.jpg"]),
        (SortKey.RATING, False, ["img_1.jpg", "IMG_10.jpg", "IMG_2.jpg", "Zoë.jpg", "broken.jpg"]),
        (SortKey.SHARPNESS, False, ["Zoë.jpg", "IMG_10.jpg", "IMG_2.jpg", "img_1.jpg", "broken.jpg"]),
    ],
)
def test_photos_are_sorted_by_what_is_asked_and_bad_files_stand_last(
    album: Album, key: SortKey, turned: bool, names: list[str]
) -> None:
    assert _names(album, key=key, turned=turned) == names


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (PhotoFilter(points=(60, 70)), {"IMG_10.jpg", "Zoë.jpg"}),
        (PhotoFilter(faces=FaceCount.NONE), {"img_1.jpg"}),
        (PhotoFilter(faces=FaceCount.SEVERAL), {"IMG_2.jpg"}),
        (PhotoFilter(eyes=EyesState.CLOSED), {"Zoë.jpg"}),
        (PhotoFilter(eyes=EyesState.OPEN), {"IMG_2.jpg", "IMG_10.jpg"}),
        (PhotoFilter(stars=4), {"img_1.jpg"}),
        (PhotoFilter(picks=frozenset((1,))), {"IMG_2.jpg"}),
        (PhotoFilter(picks=frozenset((0, 1))), {"IMG_2.jpg", "IMG_10.jpg", "img_1.jpg"}),
        (PhotoFilter(first_day=date(2024, 5, 2)), {"IMG_2.jpg"}),
        (PhotoFilter(first_day=date(2024, 5, 1), last_day=date(2024, 5, 1)), {"IMG_10.jpg"}),
        (PhotoFilter(text="ZOË"), {"Zoë.jpg"}),
        (PhotoFilter(text="img", stars=1), {"IMG_10.jpg", "img_1.jpg"}),
        (PhotoFilter(), {"IMG_2.jpg", "IMG_10.jpg", "img_1.jpg", "Zoë.jpg", "broken.jpg"}),
    ],
)
def test_filters_let_through_what_they_say(album: Album, wanted: PhotoFilter, names: set[str]) -> None:
    assert set(_names(album, wanted)) == names
    assert wanted.is_on == (wanted != PhotoFilter())


def test_of_a_stack_the_best_is_shown_and_its_members_on_request(album: Album) -> None:
    album.set_groups({1: 7, 4: 7})
    assert _names(album, PhotoFilter(stacked=True)) == ["IMG_2.jpg", "IMG_10.jpg", "img_1.jpg", "broken.jpg"]
    assert _names(album, PhotoFilter(group=7)) == ["IMG_10.jpg", "Zoë.jpg"]
    assert (album.group_size(7), album.group_size(UNKNOWN)) == (2, 1)
    # The best of those that the filter lets through.
    rejected_alone = PhotoFilter(stacked=True, picks=frozenset((-1,)))
    assert _names(album, rejected_alone) == ["Zoë.jpg"]


def test_a_photo_that_is_scored_again_takes_its_own_place_and_keeps_its_group(album: Album, card: ModelCard) -> None:
    album.set_groups({4: 7})
    path = Path("/album/Zoë.jpg")
    album.put([ScoredPhoto(path, (40, 30), score_from_logit(3, card), NO_FACES, None, content=4)])
    assert _names(album)[0] == "Zoë.jpg"
    assert len(album) == 5
    photo = album.photo(album.row_of(path) or 0)
    assert (photo.faces, photo.group, photo.error) == (0, 7, None)


def test_a_bad_file_that_was_mended_is_a_photo(album: Album, card: ModelCard) -> None:
    assert album.bad_files == 1
    path = Path("/album/broken.jpg")
    album.put([ScoredPhoto(path, (40, 30), score_from_logit(0, card), NO_FACES, None, content=9)])
    assert album.bad_files == 0
    album.put([ScoredPhoto(path, None, None, NO_FACES, "damaged again")])
    assert (album.bad_files, _names(album)[-1]) == (1, "broken.jpg")


def test_marks_go_to_every_copy(album: Album) -> None:
    album.add_listed([_row("copy.jpg", 2)])
    rows = album.mark({2: Mark(4, -1)})
    assert {album.path(row).name for row in rows.tolist()} == {"IMG_2.jpg", "copy.jpg"}
    assert all(album.photo(row).mark == Mark(4, -1) for row in rows.tolist())
    album.mark({2: Mark(None, 0)})
    assert all(album.photo(row).mark == Mark() for row in rows.tolist())


def test_photos_that_are_gone_are_not_shown_and_the_rest_keep_what_is_known(album: Album) -> None:
    album.remove([Path("/album/IMG_10.jpg"), Path("/album/never there.jpg")])
    assert _names(album) == ["IMG_2.jpg", "Zoë.jpg", "img_1.jpg", "broken.jpg"]
    assert album.photo(album.row_of(Path("/album/broken.jpg")) or 0).error == "damaged"
    assert album.photo(album.row_of(Path("/album/Zoë.jpg")) or 0).points == 60


def test_a_score_of_an_older_model_stands_among_the_others_by_its_points(album: Album, card: ModelCard) -> None:
    album.add_listed([_row("old.jpg", 9, logit=None, points=99.9)])
    assert _names(album)[0] in {"old.jpg", "IMG_2.jpg"}
    photo = album.photo(album.row_of(Path("/album/old.jpg")) or 0)
    assert photo.older_model
    low = Album(card)
    low.add_listed([_row("old.jpg", 9, logit=None, points=1.0), _row("new.jpg", 1, logit=0.0, points=40.0)])
    assert _names(low) == ["new.jpg", "old.jpg"]


@given(st.lists(st.floats(-5, 5), max_size=30), st.integers(0, 30))
def test_one_by_one_or_all_at_once_photos_stand_best_first(logits: list[float], cut: int) -> None:
    card = load_card(MODEL_FOLDER)
    rows = [_row(f"{number}.jpg", number + 1, logit=logit) for number, logit in enumerate(logits)]
    album = Album(card)
    album.add_listed(rows[:cut])
    for number, logit in list(enumerate(logits))[cut:]:
        path = Path(f"/album/{number}.jpg")
        album.put([ScoredPhoto(path, (4, 3), score_from_logit(logit, card), NO_FACES, None, content=number + 1)])
    shown = album.select(PhotoFilter())
    assert len(shown) == len(logits)
    stand = album.numbers["logit"][shown]
    assert np.all(np.diff(stand) <= 0)
    assert all(album.row_of(album.path(row)) == row for row in shown.tolist())
