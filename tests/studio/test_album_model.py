from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPersistentModelIndex
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from engine.album import Album
from engine.catalogue import Mark
from engine.checkpoint import load_card
from engine.faces import NO_FACES
from engine.photo_filter import PhotoFilter, SortKey
from engine.resources import MODEL_FOLDER
from engine.scan import ScoredPhoto
from engine.scoring import score_from_logit
from studio.album_model import AlbumModel, PhotoRole, StackRole


def _model(logits: Sequence[float]) -> AlbumModel:
    card = load_card(MODEL_FOLDER)
    album = Album(card)
    album.put(
        ScoredPhoto(Path(f"/{number}.jpg"), (4, 3), score_from_logit(logit, card), NO_FACES, None, content=number)
        for number, logit in enumerate(logits)
    )
    model = AlbumModel()
    model.use_album(album)
    return model


def _names(model: AlbumModel) -> list[str]:
    return [model.photo(place).path.stem for place in range(model.rowCount())]


def test_it_is_a_sound_model_through_every_change(qtmodeltester: ModelTester) -> None:
    model = _model([0.5, 2, -1])
    qtmodeltester.check(model)
    model.sort_by(SortKey.NAME, turned=True)
    model.show_only(PhotoFilter(text="1"))
    model.show_only(PhotoFilter())
    model.remove([Path("/0.jpg")])
    assert _names(model) == ["2", "1"]


def test_a_chosen_photo_stays_chosen_when_the_order_changes_and_not_when_it_is_filtered_out() -> None:
    model = _model([0.5, 2, -1])
    chosen = QPersistentModelIndex(model.index(0))
    model.sort_by(SortKey.SCORE, turned=True)
    assert (chosen.row(), _names(model)) == (2, ["2", "0", "1"])
    model.show_only(PhotoFilter(text="0"))
    assert not chosen.isValid()


def test_marks_are_shown_at_once_and_the_photo_stays_where_it_is(qtbot: QtBot) -> None:
    model = _model([0.5, 2, -1])
    model.sort_by(SortKey.RATING)
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.mark({2: Mark(5, 1)})
    assert changed.args[0].row() == 2
    assert model.data(model.index(2), PhotoRole).mark == Mark(5, 1)  # type: ignore[attr-defined]
    model.refresh()
    assert _names(model) == ["2", "1", "0"]


def test_a_stack_tells_how_many_it_holds() -> None:
    model = _model([0.5, 2, -1])
    assert model.album
    model.album.set_groups({0: 4, 1: 4})
    model.show_only(PhotoFilter(stacked=True))
    assert _names(model) == ["1", "2"]
    assert [model.data(model.index(place), StackRole) for place in (0, 1)] == [2, 1]
    model.show_only(PhotoFilter())
    assert model.data(model.index(0), StackRole) == 1
