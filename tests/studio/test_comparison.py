from pathlib import Path

import pytest

from engine.album import Album, PhotoRow
from engine.album_columns import Rows
from engine.checkpoint import load_card
from engine.faces import NO_FACES
from engine.photo_filter import SortKey
from engine.resources import MODEL_FOLDER
from engine.scan import ScoredPhoto
from engine.scoring import score_from_logit
from studio.album_model import AlbumModel
from studio.comparison import Comparison


@pytest.fixture
def model() -> AlbumModel:
    """Photos 0 to 7, best first; 2, 4, 5, 6 and 7 are alike. A bad file comes last."""
    card = load_card(MODEL_FOLDER)
    album = Album(card)
    album.put(
        ScoredPhoto(Path(f"/{number}.jpg"), (4, 3), score_from_logit(-number, card), NO_FACES, None, content=number)
        for number in range(8)
    )
    album.put([ScoredPhoto(Path("/bad.jpg"), None, None, NO_FACES, "it is damaged")])
    album.set_groups(dict.fromkeys((2, 4, 5, 6, 7), 1))
    model = AlbumModel()
    model.use_album(album)
    return model


def _chosen(model: AlbumModel, *places: int) -> Rows:
    return model.shown[list(places)]


def _names(photos: list[PhotoRow]) -> list[str]:
    return [photo.path.stem for photo in photos]


def test_chosen_photos_are_compared_and_those_that_follow_come_next(model: AlbumModel) -> None:
    comparison = Comparison(model)
    assert _names(comparison.begin(_chosen(model, 1, 3))) == ["1", "3"]
    assert [path.stem for path in comparison.upcoming()] == ["4", "5", "6"]
    assert _names(comparison.next(2)) == ["4", "5"]
    assert _names(comparison.next(1)) == ["6"]
    assert _names(comparison.next(3)) == ["7"]
    assert comparison.next(1) == []


def test_a_stack_is_compared_its_best_first_and_then_its_others(model: AlbumModel) -> None:
    comparison = Comparison(model)
    assert _names(comparison.begin(_chosen(model, 4))) == ["2", "4", "5", "6"]
    assert "4 of 5" in comparison.told
    assert _names(comparison.next(3)) == ["7"]
    assert comparison.next(3) == []


@pytest.mark.parametrize("places", [(), (0,), (8,), (0, 8)])
def test_where_there_is_nothing_to_compare_it_is_said(model: AlbumModel, places: tuple[int, ...]) -> None:
    comparison = Comparison(model)
    assert comparison.begin(_chosen(model, *places)) == []
    assert "Select two to four" in comparison.told


def test_four_at_most_stand_side_by_side(model: AlbumModel) -> None:
    comparison = Comparison(model)
    assert _names(comparison.begin(_chosen(model, 0, 1, 2, 3, 4))) == ["0", "1", "2", "3"]
    assert comparison.told


def test_a_photo_that_left_the_album_is_no_more_and_the_next_takes_its_place(model: AlbumModel) -> None:
    comparison = Comparison(model)
    (first, second) = comparison.begin(_chosen(model, 0, 1))
    model.remove([second.path])
    assert comparison.photo(first.path) == first
    assert comparison.photo(second.path) is None
    assert _names(comparison.next(1)) in (["2"], ["3"])


def test_what_was_compared_does_not_come_again_in_another_order(model: AlbumModel) -> None:
    comparison = Comparison(model)
    comparison.begin(_chosen(model, 2, 4))
    model.sort_by(SortKey.SCORE, turned=True)
    assert _names(comparison.next(3)) == ["3", "1", "0"]
