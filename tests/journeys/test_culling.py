"""Choosing among photos in the Album: stars that travel, stars from scores, trash, export, lists."""

import csv
import errno
import hashlib
import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

import engine.ratings
import studio.album_tasks
from engine.catalogue import Mark
from engine.ratings import RatedBy, RatingPlace, find_rating, read_rating, sidecar_path, write_rating
from studio.export_dialog import ExportDialog
from studio.star_mapping_dialog import StarMappingDialog
from studio.trash_dialog import TrashDialog
from studio.user_files import catalogue_file
from studio.window import StudioWindow

from .conftest import WAIT_MS

pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")  # the first window of a run warns of missing sound libraries
PHOTOS = 6


@pytest.fixture
def album(qtbot: QtBot, window: StudioWindow, folder: Path) -> StudioWindow:
    """The window with six photos and a bad file, the best one chosen."""
    _open(qtbot, window, folder)
    return window


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trash of its own: send2trash looks where it is when it is imported."""
    if sys.platform != "linux":
        pytest.skip("the trash of other systems is not made of files")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "send2trash"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path / "data" / "Trash" / "files"


def _open(qtbot: QtBot, window: StudioWindow, folder: Path, rows: int = PHOTOS + 1) -> None:
    window.rooms.setCurrentWidget(window.album)
    window.album.open_paths([folder])
    qtbot.waitUntil(lambda: window.album.model.rowCount() == rows and not window.album.jobs.busy, timeout=WAIT_MS)
    window.album.grid.setFocus()


def _choose(window: StudioWindow, *places: int) -> list[Path]:
    grid, model = window.album.grid, window.album.model
    grid.selectionModel().setCurrentIndex(model.index(places[0]), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    for place in places:
        grid.selectionModel().select(model.index(place), QItemSelectionModel.SelectionFlag.Select)
    return [model.photo(place).path for place in places]


def _press(qtbot: QtBot, window: StudioWindow, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    # Offscreen, no window manager gives the keyboard back to the window after a dialog.
    window.activateWindow()
    window.album.grid.setFocus()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    qtbot.keyClick(window.album.grid, key, held)


def _undo(qtbot: QtBot, window: StudioWindow) -> None:
    _press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def _redo(qtbot: QtBot, window: StudioWindow) -> None:
    _press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)


def _wait_for_stars(qtbot: QtBot, window: StudioWindow) -> None:
    qtbot.waitUntil(lambda: not window.album.tasks.writer.busy, timeout=WAIT_MS)


def _wait_for_task(qtbot: QtBot, window: StudioWindow) -> None:
    qtbot.waitUntil(lambda: not window.album.tasks.strip.busy, timeout=WAIT_MS)


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def _marks(window: StudioWindow) -> dict[str, Mark]:
    model = window.album.model
    return {model.photo(place).path.name: model.photo(place).mark for place in range(model.rowCount())}


def _dialog(window: StudioWindow, kind: type[QWidget]) -> QWidget:
    (dialog,) = window.findChildren(kind)
    return dialog


def _said(window: StudioWindow) -> list[str]:
    said: list[str] = []
    window.album.message.connect(said.append)
    return said


# Stars that travel


def test_stars_are_in_the_catalogue_alone_until_i_say_otherwise(
    qtbot: QtBot, album: StudioWindow, folder: Path
) -> None:
    before = _hashes(folder)
    (photo,) = _choose(album, 0)
    _press(qtbot, album, Qt.Key.Key_4)
    assert _marks(album)[photo.name] == Mark(4)
    _wait_for_stars(qtbot, album)
    assert _hashes(folder) == before


@pytest.mark.parametrize("place", list(RatingPlace))
def test_stars_go_where_i_choose_and_undo_takes_them_out_again(
    qtbot: QtBot, album: StudioWindow, folder: Path, place: RatingPlace
) -> None:
    before = _hashes(folder)
    album.album_menu.star_places[place].trigger()
    photo, other = _choose(album, 0, 2)
    points = album.album.model.photo(0).points
    _press(qtbot, album, Qt.Key.Key_4)
    _wait_for_stars(qtbot, album)
    assert (read_rating(photo), read_rating(other)) == (4, 4)
    changed = {name for name, digest in _hashes(folder).items() if before.get(name) != digest}
    targets = [path if place is RatingPlace.FILE else sidecar_path(path, place) for path in (photo, other)]
    assert changed == {path.name for path in targets}
    # Nothing is scored again, and what is shown goes on.
    said = _said(album)
    album.album.look_again()
    qtbot.waitUntil(lambda: not album.album.jobs.busy, timeout=WAIT_MS)
    assert (album.album.model.photo(0).points, _marks(album)[photo.name]) == (points, Mark(4))
    _press(qtbot, album, Qt.Key.Key_P)
    assert _marks(album)[photo.name] == Mark(4, 1)
    for _ in range(2):
        _undo(qtbot, album)
    _wait_for_stars(qtbot, album)
    assert (find_rating(photo), find_rating(other)) == (None, None)
    assert _marks(album)[photo.name] == Mark()
    _redo(qtbot, album)
    _wait_for_stars(qtbot, album)
    assert read_rating(photo) == 4
    assert not any("alone" in text for text in said)


def test_i_quit_while_stars_are_written_and_none_is_lost(
    qtbot: QtBot, album: StudioWindow, folder: Path, start: Callable[..., StudioWindow]
) -> None:
    album.album_menu.star_places[RatingPlace.FILE].trigger()
    photos = _choose(album, *range(PHOTOS))
    _press(qtbot, album, Qt.Key.Key_2)
    _press(qtbot, album, Qt.Key.Key_3)
    album.close()
    assert not album.album.tasks.writer.busy
    again = start()
    qtbot.waitUntil(lambda: again.scorer is not None, timeout=WAIT_MS)
    _wait_for_stars(qtbot, again)
    assert [read_rating(photo) for photo in photos] == [3] * PHOTOS
    _open(qtbot, again, folder)
    assert [_marks(again)[photo.name] for photo in photos] == [Mark(3)] * PHOTOS


def test_a_photo_that_cannot_hold_stars_has_them_beside_it_and_it_is_said_once(
    qtbot: QtBot, window: StudioWindow, folder: Path
) -> None:
    for name in ("old.bmp", "older.bmp"):
        with Image.open(folder / "sample-01.jpg") as image:
            image.resize((60, 60)).save(folder / name)
    _open(qtbot, window, folder, PHOTOS + 3)
    said = _said(window)
    window.album_menu.star_places[RatingPlace.FILE].trigger()
    assert "sidecar" in said[-1]
    window.album.grid.selectAll()
    _press(qtbot, window, Qt.Key.Key_5)
    _wait_for_stars(qtbot, window)
    assert sum("cannot hold stars itself" in text for text in said) == 1
    assert {path.name for path in folder.glob("*.xmp")} == {"old.xmp", "older.xmp"}
    assert read_rating(folder / "old.bmp") == 5
    marks = _marks(window)
    assert marks.pop("empty.jpg") == Mark()
    assert set(marks.values()) == {Mark(5)}


def _rate_on_a_locked_card(qtbot: QtBot, album: StudioWindow, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The best photo, given four stars that belong into its file and cannot be written there."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    album.album_menu.star_places[RatingPlace.FILE].trigger()
    with monkeypatch.context() as locked:
        locked.setattr(engine.ratings, "replace_file", refuse)
        (photo,) = _choose(album, 0)
        _press(qtbot, album, Qt.Key.Key_4)
        _wait_for_stars(qtbot, album)
    return photo


def test_stars_that_a_locked_card_refused_are_written_when_its_folder_is_opened_again(
    qtbot: QtBot, album: StudioWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = _said(album)
    photo = _rate_on_a_locked_card(qtbot, album, monkeypatch)
    assert "written when the folder is opened again" in said[-1]
    assert (read_rating(photo), _marks(album)[photo.name]) == (None, Mark(4))
    _open(qtbot, album, folder)
    qtbot.waitUntil(lambda: read_rating(photo) == 4, timeout=WAIT_MS)
    _wait_for_stars(qtbot, album)
    assert _marks(album)[photo.name] == Mark(4)


def test_stars_given_elsewhere_while_mine_waited_are_newer_and_it_is_said(
    qtbot: QtBot, album: StudioWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = _said(album)
    photo = _rate_on_a_locked_card(qtbot, album, monkeypatch)
    write_rating(photo, 2, RatingPlace.FILE)
    _open(qtbot, album, folder)
    qtbot.waitUntil(lambda: any("given in another program" in text for text in said), timeout=WAIT_MS)
    _wait_for_stars(qtbot, album)
    assert (read_rating(photo), _marks(album)[photo.name]) == (2, Mark(2))


def test_stars_that_i_gave_before_can_be_written_later(qtbot: QtBot, album: StudioWindow) -> None:
    (photo,) = _choose(album, 1)
    _press(qtbot, album, Qt.Key.Key_3)
    album.album_menu.star_places[RatingPlace.SIDECAR].trigger()
    album.album.tasks.write_stars()
    _wait_for_stars(qtbot, album)
    assert read_rating(photo) == 3


def test_the_samples_of_the_program_are_never_written_to(
    qtbot: QtBot, window: StudioWindow, samples: list[Path]
) -> None:
    before = _hashes(samples[0].parent)
    window.album_menu.star_places[RatingPlace.FILE].trigger()
    window.album.show_samples()
    qtbot.waitUntil(lambda: not window.album.jobs.busy and window.album.model.rowCount() > 0, timeout=WAIT_MS)
    _choose(window, 0)
    window.album.rate(5)
    window.album.pick(-1)
    _wait_for_stars(qtbot, window)
    said = _said(window)
    window.album.tasks.ask_to_trash()
    assert "belong to the program" in said[-1]
    assert _hashes(samples[0].parent) == before


def test_what_another_program_rejected_is_rejected_until_i_say_otherwise(
    qtbot: QtBot, window: StudioWindow, folder: Path
) -> None:
    photo = folder / "sample-01.jpg"
    write_rating(photo, -1, RatingPlace.SIDECAR)
    _open(qtbot, window, folder)
    assert _marks(window)[photo.name].is_rejected
    assert window.album.tasks.trashing.rejected().tolist() == [window.album.model.album.row_of(photo)]
    place = window.album.model.place_of(photo)
    assert place is not None
    _choose(window, place)
    _press(qtbot, window, Qt.Key.Key_U)
    assert not _marks(window)[photo.name].is_rejected
    _undo(qtbot, window)
    assert _marks(window)[photo.name].is_rejected
    _press(qtbot, window, Qt.Key.Key_P)
    assert not _marks(window)[photo.name].is_rejected


def test_the_next_photo_comes_after_each_mark_if_i_want_that(qtbot: QtBot, album: StudioWindow) -> None:
    album.album_menu.go_on.setChecked(True)
    first, second, third = (album.album.model.photo(place).path.name for place in range(3))
    _choose(album, 0)
    _press(qtbot, album, Qt.Key.Key_P)
    _press(qtbot, album, Qt.Key.Key_X)
    album.album.toggle_large()
    _press(qtbot, album, Qt.Key.Key_4)
    assert album.album.grid.currentIndex().row() == 3
    assert album.album.large.path == album.album.model.photo(3).path
    marks = _marks(album)
    assert (marks[first].pick, marks[second].pick, marks[third]) == (1, -1, Mark(4))
    album.album_menu.go_on.setChecked(False)
    _press(qtbot, album, Qt.Key.Key_P)
    assert album.album.grid.currentIndex().row() == 3


# Stars from scores


def _ask_for_mapping(window: StudioWindow) -> StarMappingDialog:
    window.album.tasks.ask_for_mapping()
    dialog = _dialog(window, StarMappingDialog)
    assert isinstance(dialog, StarMappingDialog)
    return dialog


def test_scores_give_stars_but_never_over_mine_and_one_undo_takes_them_back(
    qtbot: QtBot, album: StudioWindow, folder: Path, start: Callable[..., StudioWindow]
) -> None:
    album.album_menu.star_places[RatingPlace.FILE].trigger()
    (mine,) = _choose(album, 0)
    _press(qtbot, album, Qt.Key.Key_2)
    _wait_for_stars(qtbot, album)
    dialog = _ask_for_mapping(album)
    assert "Give stars to 5 photos" in dialog.give_button.text()
    assert "1 photo that you rated" in dialog.text.text()
    dialog.boxes[0].setValue(50)
    assert [box.value() for box in dialog.boxes] == [50, 50, 65, 90]
    dialog.boxes[3].setValue(60)
    assert [box.value() for box in dialog.boxes] == [50, 50, 60, 60]
    free = [album.album.model.photo(place) for place in range(1, PHOTOS)]
    wanted = {photo.path: dialog.mapping.stars(photo.points or 0) for photo in free}
    counted = [int(label.text().split()[0]) for label in dialog.counts]
    assert counted == [list(wanted.values()).count(stars) for stars in range(1, 6)]
    dialog.accept()
    _wait_for_stars(qtbot, album)
    for path, stars in wanted.items():
        assert _marks(album)[path.name] == Mark(stars, 0, by_score=True)
        rating = find_rating(path)
        assert rating
        assert (rating.stars, rating.by) == (stars, RatedBy.SCORE)
    assert _marks(album)[mine.name] == Mark(2)
    assert read_rating(mine) == 2
    _undo(qtbot, album)
    _wait_for_stars(qtbot, album)
    assert [find_rating(path) for path in wanted] == [None] * len(wanted)
    assert read_rating(mine) == 2
    _redo(qtbot, album)
    _wait_for_stars(qtbot, album)
    # What I say afterwards is mine, and what undo brings back is the score's again.
    (rated,) = _choose(album, 1)
    _press(qtbot, album, Qt.Key.Key_1)
    _undo(qtbot, album)
    _wait_for_stars(qtbot, album)
    rating = find_rating(rated)
    assert rating
    assert (rating.stars, rating.by) == (wanted[rated], RatedBy.SCORE)
    album.close()
    again = start()
    qtbot.waitUntil(lambda: again.scorer is not None, timeout=WAIT_MS)
    _open(qtbot, again, folder)
    assert _marks(again)[rated.name].by_score
    assert [box.value() for box in _ask_for_mapping(again).boxes] == [50, 50, 60, 60]


def test_stars_from_scores_may_be_for_the_chosen_ones_alone(qtbot: QtBot, album: StudioWindow) -> None:
    (mine,) = _choose(album, 3)
    _press(qtbot, album, Qt.Key.Key_1)
    chosen = _choose(album, 1, 3)
    dialog = _ask_for_mapping(album)
    assert dialog.chosen_button.isChecked()
    dialog.accept()
    rated = {name for name, mark in _marks(album).items() if mark.stars is not None}
    assert rated == {path.name for path in chosen}
    assert _marks(album)[mine.name] == Mark(1)


def test_i_stop_the_writing_and_the_rest_stays_in_the_catalogue(qtbot: QtBot, album: StudioWindow) -> None:
    album.album_menu.star_places[RatingPlace.FILE].trigger()
    photos = _choose(album, *range(PHOTOS))
    said = _said(album)
    _press(qtbot, album, Qt.Key.Key_3)
    album.album.tasks.star_strip.cancel_button.click()
    _wait_for_stars(qtbot, album)
    written = [photo for photo in photos if read_rating(photo) == 3]
    assert len(written) < PHOTOS
    assert "in the catalogue alone" in said[-1]
    assert set(_marks(album).values()) == {Mark(3), Mark()}


# The trash


def _ask_to_trash(qtbot: QtBot, window: StudioWindow) -> TrashDialog:
    _press(qtbot, window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    dialog = _dialog(window, TrashDialog)
    assert isinstance(dialog, TrashDialog)
    return dialog


def test_rejected_photos_go_to_the_trash_with_their_sidecars_and_undo_brings_them_back(
    qtbot: QtBot, album: StudioWindow, folder: Path, trash: Path
) -> None:
    album.album_menu.star_places[RatingPlace.SIDECAR_WITH_SUFFIX].trigger()
    rejected = _choose(album, 1, 4)
    _press(qtbot, album, Qt.Key.Key_2)
    _press(qtbot, album, Qt.Key.Key_X)
    _wait_for_stars(qtbot, album)
    before, marks = _hashes(folder), _marks(album)
    points = {path: album.album.model.photo(place).points for path, place in zip(rejected, (1, 4), strict=True)}
    dialog = _ask_to_trash(qtbot, album)
    assert "2 rejected photos" in dialog.findChildren(QWidget)[0].property("text")
    assert list(dialog.pictures) == rejected
    dialog.reject()
    assert _hashes(folder) == before
    qtbot.waitUntil(lambda: not album.findChildren(TrashDialog), timeout=WAIT_MS)
    _ask_to_trash(qtbot, album).accept()
    _wait_for_task(qtbot, album)
    gone = {path.name for path in rejected} | {f"{path.name}.xmp" for path in rejected}
    assert {path.name for path in trash.iterdir()} == gone
    assert set(_hashes(folder)) == set(before) - gone
    assert set(_marks(album)) == set(marks) - gone
    _undo(qtbot, album)
    _wait_for_task(qtbot, album)
    assert _hashes(folder) == before
    assert _marks(album) == marks
    found = {path: album.album.model.photo(album.album.model.place_of(path) or 0).points for path in rejected}
    assert found == points
    assert not list(trash.iterdir())
    _redo(qtbot, album)
    _wait_for_task(qtbot, album)
    assert set(_hashes(folder)) == set(before) - gone
    _undo(qtbot, album)
    _wait_for_task(qtbot, album)
    # The marks before that can be undone, too.
    _undo(qtbot, album)
    assert not any(mark.is_rejected for mark in _marks(album).values())


def test_where_a_disk_has_no_trash_the_photo_stays_and_it_is_said(
    qtbot: QtBot, album: StudioWindow, folder: Path, trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import send2trash

    def refuse(path: Path) -> None:
        raise send2trash.TrashPermissionError(str(path))

    monkeypatch.setattr(send2trash, "send2trash", refuse)
    before = _hashes(folder)
    (photo,) = _choose(album, 0)
    _press(qtbot, album, Qt.Key.Key_X)
    said = _said(album)
    _ask_to_trash(qtbot, album).accept()
    _wait_for_task(qtbot, album)
    assert "no trash" in said[-1]
    assert photo.name in said[-1]
    assert _hashes(folder) == before
    assert photo.name in _marks(album)


def test_i_stop_half_way_and_what_is_in_the_trash_comes_back_by_undo(
    qtbot: QtBot, album: StudioWindow, folder: Path, trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _hashes(folder)
    _choose(album, *range(PHOTOS))
    _press(qtbot, album, Qt.Key.Key_X)
    real = studio.trashing.move_to_trash
    strip = album.album.tasks.strip

    def move_and_stop(paths: list[Path]) -> object:
        moved = real(paths)
        strip._stop.set()  # as a click on Cancel does, just while a photo is on its way
        return moved

    monkeypatch.setattr(studio.trashing, "move_to_trash", move_and_stop)
    said = _said(album)
    _ask_to_trash(qtbot, album).accept()
    _wait_for_task(qtbot, album)
    assert "Stopped: 5 photos stay" in said[-1]
    assert len(list(trash.iterdir())) == 1
    assert album.album.model.rowCount() == PHOTOS
    _undo(qtbot, album)
    _wait_for_task(qtbot, album)
    assert _hashes(folder) == before


def test_without_rejected_photos_nothing_is_asked(qtbot: QtBot, album: StudioWindow) -> None:
    said = _said(album)
    _press(qtbot, album, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert "No photo is rejected" in said[-1]


# Export


def _ask_to_export(qtbot: QtBot, window: StudioWindow) -> ExportDialog:
    _press(qtbot, window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = _dialog(window, ExportDialog)
    assert isinstance(dialog, ExportDialog)
    return dialog


def test_i_export_the_best_in_their_order_and_smaller(
    qtbot: QtBot, album: StudioWindow, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _hashes(folder)
    best = [album.album.model.photo(place).path for place in range(2)]
    dialog = _ask_to_export(qtbot, album)
    assert not dialog.export_button.isEnabled()
    dialog.folder.setText(str(folder / "inside"))
    assert "in the album" in dialog.warning.text()
    dialog.folder.setText("somewhere")
    assert not dialog.export_button.isEnabled()
    dialog.folder.setText(str(folder / "sample-01.jpg"))
    assert not dialog.export_button.isEnabled()
    out = tmp_path / "for aunt"
    dialog.folder.setText(str(out))
    assert not dialog.warning.text()
    dialog.best_count.setValue(2)
    dialog.resize_button.setChecked(True)
    dialog.long_side.setValue(200)
    dialog.numbered.setChecked(True)
    dialog.without_location.setChecked(True)
    assert dialog.export_button.text() == "Export 2 photos"
    dialog.accept()
    _wait_for_task(qtbot, album)
    names = [f"00{number}_{path.name}" for number, path in enumerate(best, start=1)]
    assert sorted(path.name for path in out.iterdir()) == names
    for path in out.iterdir():
        with Image.open(path) as image:
            assert max(image.size) == 200
    assert _hashes(folder) == before
    opened: list[Path] = []
    monkeypatch.setattr(studio.album_tasks, "open_folder", lambda path: not opened.append(path))
    strip = album.album.tasks.strip
    assert "2 photos exported" in strip.label.text()
    strip.action_button.click()
    assert opened == [out]
    strip.close_button.click()
    assert not strip.isVisible()
    qtbot.waitUntil(lambda: not album.findChildren(ExportDialog), timeout=WAIT_MS)
    again = _ask_to_export(qtbot, album)
    assert (again.folder.text(), again.long_side.value()) == (str(out), 200)
    assert again.numbered.isChecked()
    assert again.resize_button.isChecked()


def test_i_export_chosen_and_picked_ones_as_they_are(qtbot: QtBot, album: StudioWindow, tmp_path: Path) -> None:
    picked = _choose(album, 5)
    _press(qtbot, album, Qt.Key.Key_P)
    chosen = _choose(album, 1, 2)
    dialog = _ask_to_export(qtbot, album)
    assert dialog.chosen_button.isChecked()
    assert list(dialog.photos()) == list(map(str, chosen))
    dialog.picked_button.setChecked(True)
    assert list(dialog.photos()) == list(map(str, picked))
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.accept()
    _wait_for_task(qtbot, album)
    (copy,) = (tmp_path / "out").iterdir()
    assert copy.read_bytes() == picked[0].read_bytes()


def test_a_photo_that_is_gone_is_named_and_the_rest_is_exported(
    qtbot: QtBot, album: StudioWindow, tmp_path: Path
) -> None:
    dialog = _ask_to_export(qtbot, album)
    dialog.best_button.setChecked(True)
    gone = Path(dialog.photos()[1])
    gone.unlink()
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.accept()
    _wait_for_task(qtbot, album)
    assert len(list((tmp_path / "out").iterdir())) == PHOTOS - 1
    assert gone.name in album.album.tasks.strip.label.text()


# Lists and one photo


def test_i_save_the_list_of_what_is_shown_in_its_order(
    qtbot: QtBot, album: StudioWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _choose(album, 2)
    _press(qtbot, album, Qt.Key.Key_4)
    target = tmp_path / "list"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), "CSV, for spreadsheets (*.csv)"))
    album.album.tasks.ask_to_save_list()
    _wait_for_task(qtbot, album)
    rows = list(csv.DictReader(io.StringIO(target.with_suffix(".csv").read_text())))
    model = album.album.model
    assert [row["path"] for row in rows] == [str(model.photo(place).path) for place in range(model.rowCount())]
    assert [row["stars"] for row in rows] == ["", "", "4", "", "", "", ""]
    assert all(row["brightness"] for row in rows[:PHOTOS])


def test_i_copy_the_path_of_a_photo(qtbot: QtBot, album: StudioWindow) -> None:
    (photo,) = _choose(album, 0)
    album.album.tasks.copy_path()
    assert QGuiApplication.clipboard().text() == str(photo)


def test_the_commands_and_the_window_share_the_catalogue(album: StudioWindow) -> None:
    assert catalogue_file().exists()


def test_copies_of_a_photo_get_the_same_stars(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    shutil.copy(folder / "sample-01.jpg", folder / "copy.jpg")
    _open(qtbot, window, folder, PHOTOS + 2)
    window.album_menu.star_places[RatingPlace.FILE].trigger()
    place = window.album.model.place_of(folder / "copy.jpg")
    assert place is not None
    _choose(window, place)
    _press(qtbot, window, Qt.Key.Key_4)
    _wait_for_stars(qtbot, window)
    assert [read_rating(folder / name) for name in ("copy.jpg", "sample-01.jpg")] == [4, 4]
    _undo(qtbot, window)
    _wait_for_stars(qtbot, window)
    assert [find_rating(folder / name) for name in ("copy.jpg", "sample-01.jpg")] == [None, None]


def test_the_best_of_each_stack_is_kept_and_the_choice_explained(
    qtbot: QtBot, window: StudioWindow, tmp_path: Path, samples: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    burst = tmp_path / "burst"
    burst.mkdir()
    for number, quality in enumerate((95, 90, 85)):
        with Image.open(samples[0]) as image:
            exif = image.getexif()
            exif[0x0132] = f"2024:05:01 12:00:0{number}"
            image.save(burst / f"take {number}.jpg", quality=quality, exif=exif)
    shutil.copy(samples[5], burst / "alone.jpg")
    _open(qtbot, window, burst, rows=4)
    room = window.album
    picks = lambda: {photo.path.name: photo.mark.pick for photo in room.model.album.photos(room.model.shown)}  # type: ignore[union-attr]  # noqa: E731
    monkeypatch.setattr(studio.album_tasks.QInputDialog, "getInt", lambda *_: (2, True))
    room.tasks.ask_to_keep_best()
    assert sorted(picks().values()) == [-1, 0, 0, 0]
    assert picks()["alone.jpg"] == 0
    room.undo()
    assert set(picks().values()) == {0}
    stacked = [room.model.photo(place) for place in range(4) if room.model.photo(place).group >= 0]
    best = max(stacked, key=lambda each: each.points or 0)
    room.show_large(room.model.index(room.model.place_of(best.path) or 0))
    room.show_why()
    qtbot.waitUntil(lambda: "Best of 3 alike photos" in room.large.panel.reasons.text(), timeout=WAIT_MS)


def _reject_a_copy(qtbot: QtBot, window: StudioWindow, folder: Path, copy: Path, rows: int) -> None:
    shutil.copy(folder / "sample-01.jpg", copy)
    _open(qtbot, window, folder, rows)
    _choose(window, window.album.model.place_of(folder / "sample-01.jpg") or 0)
    window.album.pick(-1)


def test_of_two_copies_that_are_rejected_one_stays_and_is_rejected_no_longer(
    qtbot: QtBot, window: StudioWindow, folder: Path, trash: Path
) -> None:
    copies = [folder / "sample-01.jpg", folder / "a copy.jpg"]
    _reject_a_copy(qtbot, window, folder, copies[1], PHOTOS + 2)
    room = window.album
    dialog = _ask_to_trash(qtbot, window)
    assert "Of 1 photo a copy stays" in dialog.text.text()
    dialog.accept()
    qtbot.waitUntil(lambda: room.model.rowCount() == PHOTOS + 1, timeout=WAIT_MS)
    assert sum(copy.exists() for copy in copies) == 1
    left = next(copy for copy in copies if copy.exists())
    assert _marks(window)[left.name].pick == 0
    assert room.grid.currentIndex().isValid()
    _undo(qtbot, window)
    _wait_for_task(qtbot, window)
    assert [_marks(window)[copy.name].pick for copy in copies] == [-1, -1]


def test_copies_go_too_if_i_say_so(qtbot: QtBot, window: StudioWindow, folder: Path, trash: Path) -> None:
    copies = [folder / "sample-01.jpg", folder / "a copy.jpg"]
    _reject_a_copy(qtbot, window, folder, copies[1], PHOTOS + 2)
    dialog = _ask_to_trash(qtbot, window)
    dialog.copies_too.click()
    dialog.accept()
    qtbot.waitUntil(lambda: window.album.model.rowCount() == PHOTOS, timeout=WAIT_MS)
    assert not any(copy.exists() for copy in copies)
    _undo(qtbot, window)
    _wait_for_task(qtbot, window)
    assert all(copy.exists() for copy in copies)
    assert [_marks(window)[copy.name].pick for copy in copies] == [-1, -1]


def test_a_copy_in_another_folder_is_told_stays_and_is_rejected_no_longer(
    qtbot: QtBot, window: StudioWindow, folder: Path, tmp_path: Path, trash: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(folder / "sample-01.jpg", other)
    _open(qtbot, window, other, 1)
    _reject_a_copy(qtbot, window, folder, folder / "sample-01.jpg.bak", PHOTOS + 1)
    dialog = _ask_to_trash(qtbot, window)
    assert f"1 copy in other folders stays: {other}" in dialog.text.text()
    dialog.accept()
    qtbot.waitUntil(lambda: window.album.model.rowCount() == PHOTOS, timeout=WAIT_MS)
    _open(qtbot, window, other, 1)
    assert _marks(window)["sample-01.jpg"].pick == 0


def test_what_is_rejected_is_not_among_the_best(qtbot: QtBot, album: StudioWindow) -> None:
    best = _choose(album, 0)
    album.album.pick(-1)
    dialog = _ask_to_export(qtbot, album)
    assert best[0] not in dialog._best_first
    assert dialog.best_count.maximum() == PHOTOS - 1
