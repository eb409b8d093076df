"""What a person does with a folder in the Crop room: look at what would be made of it, judge, save, come back."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from engine.aspects import Aspect
from engine.catalogue import Catalogue
from engine.crop_names import NamePattern
from engine.crop_plan import Verdict, forget_plan
from engine.crop_search import CropSearch
from engine.geometry import Box
from engine.level import Level, LevelBy, level_size, levelled_picture
from engine.pictures import load_picture
from engine.progress import Progress
from engine.scoring import Score
from studio.crop_desk import CropDesk
from studio.crop_output import CropOutput
from studio.crop_review_model import told_of
from studio.user_files import catalogue_file
from studio.window import StudioWindow

from .conftest import WAIT_MS


def _drop(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    """Drop a folder on the Crop room, and wait until all of it is searched."""
    window.rooms.setCurrentWidget(window.crop)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    left, copy, none = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(50, 50), copy, mime, left, none))
    assert window.crop.is_reviewing
    _wait(qtbot, window)


def _wait(qtbot: QtBot, window: StudioWindow) -> None:
    review = window.crop.review
    qtbot.waitUntil(lambda: review.model.count()[0] > 0 and not review.jobs.busy, timeout=WAIT_MS)


def _change_by_hand(qtbot: QtBot, window: StudioWindow) -> CropDesk:
    """Open the current photo of the review, once it can be cropped."""
    desk = window.crop.desk
    qtbot.keyClick(window.crop.review.sheet, Qt.Key.Key_E)
    assert window.crop.pages.currentWidget() is desk
    _wait_for_crop(qtbot, desk)
    return desk


def _wait_for_crop(qtbot: QtBot, desk: CropDesk) -> None:
    qtbot.waitUntil(lambda: desk.state.box is not None and not desk.finder.is_busy, timeout=WAIT_MS)


def _verdicts(window: StudioWindow) -> dict[str, Verdict]:
    model = window.crop.review.model
    plans = [model.plan(place) for place in range(model.rowCount())]
    return {plan.photo.source.name: plan.verdict for plan in plans}


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_a_folder_without_photos_is_said(
    qtbot: QtBot, window: StudioWindow, tmp_path: Path, samples: list[Path]
) -> None:
    (tmp_path / "none").mkdir()
    window.rooms.setCurrentWidget(window.crop)
    window.open_paths([tmp_path / "none"])
    room = window.crop
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.empty, timeout=WAIT_MS)
    assert room.empty.title.text() == "There are no photos in there"
    assert not room.title.text()
    window.open_in_crop(samples[0])
    assert room.back_button.isHidden()  # there is nothing to go back to
    qtbot.waitUntil(lambda: not room.desk.finder.is_busy and room.desk.side.list.count() > 0, timeout=WAIT_MS)


def test_i_review_a_folder_by_keyboard_and_save_what_i_accept(
    qtbot: QtBot, window: StudioWindow, folder: Path, tmp_path: Path
) -> None:
    before = _hashes(folder)
    _drop(qtbot, window, folder)
    review = window.crop.review
    ranks = [(plan.photo.error is not None, plan.photo.doubt is None) for plan in map(review.model.plan, range(7))]
    assert ranks == sorted(ranks)  # doubtful ones first, bad files last
    assert review.model.plan(6).photo.error
    assert _hashes(folder) == before
    review.sheet.setCurrentIndex(review.model.index(0))
    first, second = (review.model.plan(place).photo.source.name for place in (0, 1))
    qtbot.keyClick(review.sheet, Qt.Key.Key_A)
    qtbot.keyClick(review.sheet, Qt.Key.Key_X)
    assert _verdicts(window)[first] is Verdict.ACCEPTED
    assert _verdicts(window)[second] is Verdict.SKIPPED
    window._undo()
    assert _verdicts(window)[second] is not Verdict.SKIPPED
    window._redo()
    assert _verdicts(window)[second] is Verdict.SKIPPED
    wanted = [plan.photo for plan in review.model.accepted()]
    out = tmp_path / "crops"
    review.save(out, CropOutput(long_side=200, names=NamePattern("{name} square")))
    _wait(qtbot, window)
    assert sorted(path.name for path in out.glob("*.jpg")) == sorted(f"{p.source.stem} square.jpg" for p in wanted)
    assert f"{len(wanted)} crops saved" in window.statusBar().currentMessage()
    assert load_picture(next(out.glob("*.jpg"))).full_size_wh == (200, 200)
    assert _verdicts(window)[first] is Verdict.SAVED
    assert _hashes(folder) == before


def test_what_i_said_is_there_when_the_folder_is_opened_again(
    qtbot: QtBot, start: Callable[..., StudioWindow], window: StudioWindow, folder: Path
) -> None:
    _drop(qtbot, window, folder)
    review = window.crop.review
    review.sheet.setCurrentIndex(review.model.index(0))
    for _ in range(3):
        qtbot.keyClick(review.sheet, Qt.Key.Key_X)
    said = _verdicts(window)
    assert list(said.values()).count(Verdict.SKIPPED) == 3
    window.close()
    again = start()
    qtbot.waitUntil(lambda: again.scorer is not None, timeout=WAIT_MS)
    _drop(qtbot, again, folder)
    assert _verdicts(again) == said


def test_i_change_a_crop_by_hand_and_no_batch_replaces_it(
    qtbot: QtBot, window: StudioWindow, folder: Path, tmp_path: Path
) -> None:
    _drop(qtbot, window, folder)
    review = window.crop.review
    review.sheet.setCurrentIndex(review.model.index(0))
    photo = review.model.plan(0).photo.source
    desk = _change_by_hand(qtbot, window)
    for _ in range(4):
        qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
    mine = desk.state.box
    assert mine is not None
    qtbot.keyClick(desk.canvas, Qt.Key.Key_Escape)
    assert window.crop.is_reviewing
    plan = review.model.plan(review.model.place_of(photo) or 0)
    assert (plan.photo.box_xyxy, plan.photo.own, plan.verdict) == (mine.xyxy, True, Verdict.ACCEPTED)
    window.crop.open_paths([folder])
    _wait(qtbot, window)
    assert review.model.find(photo).photo.box_xyxy == mine.xyxy
    review.save(tmp_path / "crops", CropOutput(names=NamePattern("{name}")))
    _wait(qtbot, window)
    assert load_picture(tmp_path / "crops" / photo.name).full_size_wh == (mine.width, mine.height)


def test_the_crop_of_the_sheet_is_among_those_of_the_desk(
    qtbot: QtBot, window: StudioWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a batch that found a better crop than the desk does, the better one is opened."""
    _drop(qtbot, window, folder)
    review = window.crop.review
    review.sheet.setCurrentIndex(review.model.index(0))
    tile = review.model.plan(0).photo
    # The desk's own search shall find nothing that comes near.
    monkeypatch.setattr(CropSearch, "score", lambda search, aspect: iter([Progress(1, 1, "", _worst(search, aspect))]))
    desk = _change_by_hand(qtbot, window)
    qtbot.waitUntil(lambda: desk.side.list.count() > 0, timeout=WAIT_MS)
    assert desk.state.box is not None
    assert desk.state.box.xyxy == tile.box_xyxy
    assert desk.judged().score.points == pytest.approx(tile.points, abs=2)  # the batch decoded it in another size


def _worst(search: CropSearch, aspect: Aspect) -> tuple[tuple[Box, Score], ...]:
    windows, estimates = search.estimates(aspect)
    box = Box(*windows[int(estimates.argmin())].tolist())
    return ((box, search.exact([box])[0]),)


def test_i_give_a_photo_back_that_i_cropped_by_hand(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    _drop(qtbot, window, folder)
    review = window.crop.review
    review.sheet.setCurrentIndex(review.model.index(0))
    photo = review.model.plan(0).photo.source
    for key, is_own in ((Qt.Key.Key_Minus, True), (Qt.Key.Key_1, False)):
        desk = _change_by_hand(qtbot, window)
        qtbot.waitUntil(lambda desk=desk: desk.side.list.count() > 0, timeout=WAIT_MS)
        qtbot.keyClick(desk.canvas, key)
        assert ("yours now" if is_own else "best crop of this photo again") in window.statusBar().currentMessage()
        qtbot.keyClick(desk.canvas, Qt.Key.Key_Escape)
        assert review.model.find(photo).photo.own is is_own
        window.crop.open_paths([folder])
        _wait(qtbot, window)
        assert review.model.find(photo).photo.own is is_own
        review.sheet.setCurrentIndex(review.model.index(review.model.place_of(photo)))


def test_i_level_a_photo_and_crop_it_by_hand_and_the_folder_takes_that(
    qtbot: QtBot, window: StudioWindow, folder: Path, tmp_path: Path
) -> None:
    _drop(qtbot, window, folder)
    review = window.crop.review
    review.sheet.setCurrentIndex(review.model.index(0))
    before = review.model.plan(0).photo
    photo = before.source
    for by_hand in (False, True):
        desk = _change_by_hand(qtbot, window)
        desk._take_lean(Level(5.0, 0.2, LevelBy.EYES))
        _wait_for_crop(qtbot, desk)
        if by_hand:
            qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
        mine = desk.state.box
        assert mine is not None
        qtbot.keyClick(desk.canvas, Qt.Key.Key_Escape)
        if not by_hand:
            assert "not cropped by hand" in window.statusBar().currentMessage()
            assert review.model.find(photo).photo == before
    assert "not cropped" not in window.statusBar().currentMessage()
    window.crop.open_paths([folder])
    _wait(qtbot, window)
    plan = review.model.find(photo)
    assert (plan.photo.box_xyxy, plan.photo.own, plan.photo.angle_deg) == (mine.xyxy, True, 5.0)
    assert plan.verdict is Verdict.ACCEPTED
    with Catalogue(catalogue_file()) as catalogue:  # as a review after a new start would find it
        forget_plan(catalogue, photo, "1:1")
    window.crop.open_paths([folder])
    _wait(qtbot, window)
    assert review.model.find(photo).photo.box_xyxy == mine.xyxy
    assert "levelled by +5.0°" in told_of(review.model.find(photo))[1]
    qtbot.waitUntil(lambda: review.pictures.get(photo, 5.0) is not None, timeout=WAIT_MS)
    assert review.pictures.get(photo, 5.0).full_wh == level_size(load_picture(photo).full_size_wh, 5.0)
    review.save(tmp_path / "crops", CropOutput(names=NamePattern("{name}")))
    _wait(qtbot, window)
    saved = load_picture(tmp_path / "crops" / photo.name).pixels.astype(int)
    shown = levelled_picture(load_picture(photo), 5.0).pixels[mine.y0 : mine.y1, mine.x0 : mine.x1]
    assert np.abs(saved - shown).mean() < 6


def test_i_stop_midway_and_the_folder_goes_on_from_there(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    window.rooms.setCurrentWidget(window.crop)
    review = window.crop.review
    window.crop.open_paths([folder])
    qtbot.waitUntil(lambda: review.model.count()[0] >= 1, timeout=WAIT_MS)
    qtbot.mouseClick(review.bar.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not review.jobs.busy, timeout=WAIT_MS)
    assert review.model.count()[0] < 7
    window.crop.open_paths([folder])
    _wait(qtbot, window)
    assert review.model.count()[0] == 7


def test_only_the_doubtful_ones_are_shown_when_i_want_that(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    _drop(qtbot, window, folder)
    review = window.crop.review
    _, doubtful, _ = review.model.count()
    review.doubtful_button.click()
    assert review.model.rowCount() == doubtful
    review.all_button.click()
    assert review.model.rowCount() == 7


def test_photos_of_the_album_go_to_the_review(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    window.album.open_paths([folder])
    qtbot.waitUntil(lambda: window.album.model.rowCount() == 7 and not window.album.jobs.busy, timeout=WAIT_MS)
    window.album.grid.clearSelection()
    window.album.crop_many()
    _wait(qtbot, window)
    assert window.rooms.currentWidget() is window.crop
    assert window.crop.review.model.count()[0] == 6  # the bad file stays behind
