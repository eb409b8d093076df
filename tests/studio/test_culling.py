"""Very many photos are marked in the background, and by one undo they are as they were before."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.album import Album
from engine.catalogue import Catalogue, ContentRecord, FileRecord, FileStamp, Mark
from engine.checkpoint import load_card
from engine.faces import NO_FACES
from engine.ratings import StarMapping
from engine.resources import MODEL_FOLDER
from studio.album_model import AlbumModel
from studio.culling import AT_ONCE, Culling
from studio.mark_steps import STEP
from studio.task_strip import TaskStrip

PHOTOS = 2 * STEP + AT_ONCE
WAIT_MS = 30_000


@pytest.fixture
def open_catalogue(tmp_path: Path) -> Callable[[], Catalogue]:
    """Of a catalogue that knows many photos, none of which is there, the first and the last with the same content."""
    open_it = partial(Catalogue, tmp_path / "catalogue.sqlite")
    digests = [str(number) for number in range(PHOTOS - 1)]
    with open_it() as catalogue:
        catalogue.remember_contents([(digest, ContentRecord((4, 3), None, NO_FACES, None)) for digest in digests])
        files = [(Path(f"/{number:04}.jpg"), digest) for number, digest in enumerate([*digests, digests[0]])]
        catalogue.remember_files([(path, FileStamp(1, 1), FileRecord(digest, None)) for path, digest in files])
        catalogue.mark_files([(Path("/0003.jpg"), Mark(2)), ("/0004.jpg", Mark(None, -1))])
    return open_it


@pytest.fixture
def model(open_catalogue: Callable[[], Catalogue]) -> AlbumModel:
    album = Album(load_card(MODEL_FOLDER))
    with open_catalogue() as catalogue:
        album.add_listed(catalogue.each_photo("no model"))
    album.numbers["points"], album.numbers["logit"] = 70, 0
    model = AlbumModel()
    model.use_album(album)
    return model


def _marks(model: AlbumModel, open_catalogue: Callable[[], Catalogue]) -> list[Mark]:
    """By path, as they are shown; they are stored alike."""
    assert model.album
    album = Album(load_card(MODEL_FOLDER))
    with open_catalogue() as catalogue:
        album.add_listed(catalogue.each_photo("no model"))
    shown = {photo.path: photo.mark for photo in model.album.photos(model.shown)}
    assert shown == {photo.path: photo.mark for photo in album.photos(album.rows_of(shown))}
    return [shown[path] for path in sorted(shown)]


@pytest.fixture
def culling(qtbot: QtBot, model: AlbumModel, open_catalogue: Callable[[], Catalogue]) -> Iterator[Culling]:
    """With a strip of its own for what takes long."""
    foot = QWidget()
    qtbot.addWidget(foot)
    strip = TaskStrip(foot)
    yield Culling(model, open_catalogue, strip)
    strip.close_jobs()


def test_all_are_marked_and_one_undo_takes_it_back(
    qtbot: QtBot, model: AlbumModel, open_catalogue: Callable[[], Catalogue], culling: Culling
) -> None:
    before = _marks(model, open_catalogue)

    def wait_for(act: Callable[[], None]) -> None:
        with qtbot.waitSignal(culling.marked, timeout=WAIT_MS):
            act()

    wait_for(lambda: culling.pick(model.shown, 1))
    assert {mark.pick for mark in _marks(model, open_catalogue)} == {1}
    wait_for(culling.undo)
    assert _marks(model, open_catalogue) == before
    wait_for(lambda: culling.rate_by_score(model.shown, StarMapping()))
    rated = _marks(model, open_catalogue)
    assert (rated[0], rated[3], rated[4]) == (Mark(4, 0, by_score=True), Mark(2), Mark(4, -1, by_score=True))
    wait_for(culling.undo)
    assert _marks(model, open_catalogue) == before


def test_what_is_said_of_one_copy_is_said_of_the_other(
    model: AlbumModel, open_catalogue: Callable[[], Catalogue], culling: Culling
) -> None:
    assert model.album
    culling.rate(model.album.rows_of(["/0000.jpg"]), 5)
    marks = _marks(model, open_catalogue)
    assert (marks[0], marks[-1], marks[1]) == (Mark(5), Mark(5), Mark())
