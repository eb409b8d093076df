"""What a person does with one photo in the Crop room, from the best crops to their own and to a new file."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from engine.aspects import ORIGINAL
from engine.crop_folder import photos_to_crop
from engine.crop_names import NamePattern
from engine.geometry import Box
from engine.level import Level, LevelBy, level_loss, level_size, levelled_picture
from engine.pictures import load_picture
from engine.scan import find_photos
from studio.crop_desk import CropDesk
from studio.crop_output import CropOutput, CropOutputDialog
from studio.crop_shapes import SHAPES
from studio.key_table import KeyTable
from studio.window import StudioWindow

from .conftest import WAIT_MS

BY_NAME = {shape.name: shape for shape in SHAPES}


def _crop(qtbot: QtBot, window: StudioWindow, photo: Path) -> CropDesk:
    """The desk with a photo whose best crops are found."""
    window.open_in_crop(photo)
    _wait_for_crops(qtbot, window)
    return window.crop.desk


def _wait_for_crops(qtbot: QtBot, window: StudioWindow) -> None:
    desk = window.crop.desk
    qtbot.waitUntil(lambda: desk.side.list.count() > 0 and not desk.finder.is_busy, timeout=WAIT_MS)


def _box(desk: CropDesk) -> Box:
    assert desk.state.box is not None
    return desk.state.box


def _drag(qtbot: QtBot, desk: CropDesk, start: QPoint, by: QPoint) -> None:
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(desk.canvas, left, pos=start)
    qtbot.mouseMove(desk.canvas, start + by / 2)
    qtbot.mouseMove(desk.canvas, start + by)
    qtbot.mouseRelease(desk.canvas, left, pos=start + by)


@pytest.fixture
def two_people(tmp_path: Path, samples: list[Path]) -> Path:
    """Two sample photos side by side, with a wall around: grainy, as a camera sees it, so that it is no clean frame."""
    pictures = [load_picture(sample, 420).pixels for sample in samples[:2]]
    scene = np.random.default_rng(0).normal(120, 6, (1150, 1300, 3)).astype(np.uint8)
    for left, picture in zip((120, 760), pictures, strict=True):
        height, width = picture.shape[:2]
        scene[350 : 350 + height, left : left + width] = picture
    photo = tmp_path / "two people.jpg"
    Image.fromarray(scene).save(photo)
    return photo


def test_i_crop_a_photo_and_its_original_stays(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    photo = folder / "sample-01.jpg"
    before = hashlib.sha256(photo.read_bytes()).hexdigest()
    desk = _crop(qtbot, window, photo)
    desk.choose(desk.side.list.count() - 1)
    qtbot.keyClick(desk.canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Saved as" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    crops = list(folder.glob("sample-01_crop-*.jpg"))
    assert len(crops) == 1
    width, height = load_picture(crops[0]).full_size_wh
    assert abs(width - height) <= 1
    assert hashlib.sha256(photo.read_bytes()).hexdigest() == before


def test_i_drag_the_crop_and_its_handle_and_the_score_follows(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    desk.use_aspect(BY_NAME["4:5"])
    _wait_for_crops(qtbot, window)
    qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
    for _ in range(6):
        qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
    before = _box(desk)
    _drag(qtbot, desk, desk.canvas.box_rect(before).center().toPoint(), QPoint(14, 9))
    moved = _box(desk)
    assert (moved.width, moved.height) == (before.width, before.height)
    assert moved != before
    corner = desk.canvas.box_rect(moved).bottomRight().toPoint()
    _drag(qtbot, desk, corner, QPoint(-20, -25))
    smaller = _box(desk)
    assert smaller.width < moved.width
    assert (smaller.x0, smaller.y0) == (moved.x0, moved.y0)
    assert abs(smaller.width / smaller.height - 0.8) < 0.01
    qtbot.waitUntil(lambda: desk.finder.exact(smaller) is not None, timeout=WAIT_MS)
    shown = desk.side.badge.text()
    assert shown == f"{desk.finder.exact(smaller):.0f}"
    assert desk.finder.exact(smaller) == pytest.approx(desk.finder.photo.session.exact(smaller).points, abs=0.01)


def test_arrows_nudge_and_every_change_is_taken_back(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    for _ in range(8):
        qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
    boxes = [_box(desk)]
    for key, modifier in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_Minus, Qt.KeyboardModifier.NoModifier),
    ):
        qtbot.keyClick(desk.canvas, key, modifier)
        boxes.append(_box(desk))
    assert len(set(boxes)) == 4
    assert boxes[1].y0 - boxes[2].y0 > 3 * (boxes[0].x0 - boxes[1].x0) > 0 or boxes[2].y0 == 0
    for box in reversed(boxes[:-1]):
        window._undo()
        assert _box(desk) == box
    for box in boxes[1:]:
        window._redo()
        assert _box(desk) == box
    desk.use_aspect(BY_NAME["16:9"])
    assert window.crop.shapes.buttons[BY_NAME["16:9"]].isChecked()
    window._undo()
    assert _box(desk) == boxes[-1]
    assert window.crop.shapes.buttons[BY_NAME["1:1"]].isChecked()


def test_digits_take_one_of_the_best_crops_which_differ(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    assert desk.side.list.count() >= 2
    first = _box(desk)
    qtbot.keyClick(desk.canvas, Qt.Key.Key_2)
    assert _box(desk).iou(first) <= 0.75
    assert desk.side.list.currentRow() == 1


def test_a_shape_that_i_come_back_to_shows_its_best_crop_again(
    qtbot: QtBot, window: StudioWindow, folder: Path
) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    best = _box(desk)
    for shape in ("16:9", "1:1"):
        desk.use_aspect(BY_NAME[shape])
        _wait_for_crops(qtbot, window)
    assert _box(desk) == best
    assert desk.side.list.currentRow() == 0


def test_original_is_the_shape_of_a_photo_between_its_bars_which_are_never_proposed(
    qtbot: QtBot, window: StudioWindow, tmp_path: Path, samples: list[Path]
) -> None:
    pixels = load_picture(samples[0], 600).pixels
    height, width = pixels.shape[:2]
    photo = tmp_path / "still.png"
    Image.fromarray(np.pad(pixels, ((90, 90), (0, 0), (0, 0)))).save(photo)
    desk = _crop(qtbot, window, photo)
    desk.use_aspect(ORIGINAL)
    _wait_for_crops(qtbot, window)
    desk.side.margin.setValue(desk.side.margin.maximum())  # which a photo without bars would be left for
    assert not desk.is_whole
    assert (_box(desk).y0 >= 87, _box(desk).y1 <= 90 + height + 3) == (True, True)
    for _ in range(20):  # by hand, too, it keeps the picture's shape
        qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
    assert _box(desk).width / _box(desk).height == pytest.approx(width / height, rel=0.03)
    assert "Leave it as it is" not in desk.side.notice.text()


def test_who_does_not_fit_the_shape_is_told(qtbot: QtBot, window: StudioWindow, two_people: Path) -> None:
    desk = _crop(qtbot, window, two_people)
    assert "left out" not in desk.side.notice.text()
    desk.use_aspect(BY_NAME["9:16"])
    _wait_for_crops(qtbot, window)
    assert "1 face cut or left out: no crop of this shape keeps all." in desk.side.notice.text()
    assert "1 face lost" in desk.side.list.item(0).text()
    person = min(range(2), key=lambda number: desk.canvas._faces[number].x0)
    desk.toggle_face(person)
    _wait_for_crops(qtbot, window)
    assert "left out" not in desk.side.notice.text()


def test_a_strip_moves_the_crop_to_where_it_is_clicked(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    desk.side.cut_hair.click()
    _wait_for_crops(qtbot, window)
    strip = desk.stage.sizes
    assert strip.heat is not None
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() - 3, 5))
    largest = min(desk.finder.photo.session.size_wh)
    assert _box(desk).width == largest
    window._undo()
    assert _box(desk).width < largest


def test_one_of_two_people_is_kept_alone(qtbot: QtBot, window: StudioWindow, two_people: Path) -> None:
    desk = _crop(qtbot, window, two_people)
    faces = desk.canvas._faces
    assert len(faces) == 2
    assert all(_box(desk).intersection_area(face) > 0.75 * face.area for face in faces)
    chosen = max(faces, key=lambda face: face.x0)
    point = desk.canvas.box_rect(chosen).center().toPoint()
    qtbot.mouseClick(desk.canvas, Qt.MouseButton.LeftButton, pos=point)
    _wait_for_crops(qtbot, window)
    assert desk.state.rules.kept is not None
    other = min(faces, key=lambda face: face.x0)
    best = [desk.finder.known(desk.state.wish).suggestions[0].box]
    assert best[0].intersection_area(chosen) > 0.7 * chosen.area
    windows = desk.finder.known(desk.state.wish).estimates.windows_xyxy
    assert any(Box(*window).intersection_area(other) == 0 for window in windows[::50].tolist())
    window._undo()
    assert desk.state.rules.kept is None


def test_my_crop_is_there_again_when_i_come_back(
    qtbot: QtBot, start: Callable[..., StudioWindow], window: StudioWindow, folder: Path
) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    for _ in range(5):
        qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
    mine = _box(desk)
    window.close()
    shutil.move(folder / "sample-01.jpg", folder / "another name.jpg")
    again = start()
    qtbot.waitUntil(lambda: again.scorer is not None, timeout=WAIT_MS)
    assert _box(_crop(qtbot, again, folder / "another name.jpg")) == mine


def test_i_hold_b_to_see_the_result(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    qtbot.keyPress(desk.canvas, Qt.Key.Key_B)
    assert desk.side.result.isChecked()
    after = desk.canvas.grab().toImage()
    qtbot.keyRelease(desk.canvas, Qt.Key.Key_B)
    assert not desk.side.result.isChecked()
    assert desk.canvas.grab().toImage() != after


@pytest.mark.qt_log_ignore("propagateSizeHints")  # a dialog without a screen
def test_a_preset_sets_shape_size_and_quality_and_the_name_is_shown(
    qtbot: QtBot, window: StudioWindow, folder: Path, tmp_path: Path
) -> None:
    desk = _crop(qtbot, window, folder / "sample-01.jpg")
    window.crop.save_as()
    (dialog,) = window.findChildren(CropOutputDialog)
    dialog.names.setText("{nonsense}")
    assert not dialog.save_button.isEnabled()
    assert "no field" in dialog.warning.text()
    dialog.preset.setCurrentIndex(1)
    dialog.preset.activated.emit(1)
    dialog.names.setText("{name} {aspect}")
    assert "sample-01 1x1.jpg" in dialog.preview.text()
    dialog.folder.setText(str(tmp_path / "crops"))
    dialog.accept()
    qtbot.waitUntil(lambda: "Saved as" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    assert (tmp_path / "crops" / "sample-01 1x1.jpg").exists()
    assert CropOutput.remembered().long_side == 1080
    assert desk.path == folder / "sample-01.jpg"


def test_saving_in_haste_saves_once_and_says_what_is_missing(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    said: list[str] = []
    window.crop.message.connect(said.append)
    window.crop.save()
    window.open_in_crop(folder / "sample-01.jpg")
    window.crop.save()
    assert "Open a photo" in said[0]
    assert "still being searched" in said[-1]
    _wait_for_crops(qtbot, window)
    for _ in range(3):
        window.crop.save()
    qtbot.waitUntil(lambda: any("Saved as" in text for text in said), timeout=WAIT_MS)
    assert len(list(folder.glob("*_crop-*"))) == 1


def test_a_crop_that_is_saved_already_is_not_saved_twice(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    said: list[str] = []
    window.crop.message.connect(said.append)
    _crop(qtbot, window, folder / "sample-01.jpg")
    for words in ("Saved as", "Already saved as"):
        window.crop.save()
        qtbot.waitUntil(lambda words=words: bool(said) and words in said[-1], timeout=WAIT_MS)
        qtbot.waitUntil(lambda: not window.crop.save_jobs.busy, timeout=WAIT_MS)
    (crop,) = folder.glob("*_crop-*")
    assert str(crop) in said[-1]
    crop.unlink()
    window.crop.save()
    qtbot.waitUntil(crop.exists, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.crop.save_jobs.busy, timeout=WAIT_MS)


def test_a_save_that_fails_leaves_the_next_photo_alone(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    said: list[str] = []
    window.crop.message.connect(said.append)
    _crop(qtbot, window, folder / "sample-01.jpg")
    window.crop.save_in(folder / "empty.jpg" / "no folder", CropOutput())
    window.open_in_crop(folder / "sample-02.jpg")
    qtbot.waitUntil(lambda: any("cannot be written" in text for text in said), timeout=WAIT_MS)
    _wait_for_crops(qtbot, window)
    assert window.crop.pages.currentWidget() is window.crop.desk
    assert window.crop.save_button.isEnabled()


def test_a_bad_photo_in_crop_is_explained(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    qtbot.waitUntil(lambda: not window.album.jobs.busy, timeout=WAIT_MS)  # of the samples
    window.open_in_crop(folder / "empty.jpg")
    qtbot.waitUntil(lambda: "empty" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    assert window.crop.pages.currentWidget() is window.crop.empty
    assert window.crop.empty.text.text() == "The file is empty. Open another one."
    window.open_in_crop(folder / "sample-01.jpg")  # what was said of the other photo is not said of this one
    assert not window.statusBar().currentMessage()
    _wait_for_crops(qtbot, window)


def test_a_crop_of_another_name_is_known_as_a_crop(qtbot: QtBot, window: StudioWindow, folder: Path) -> None:
    _crop(qtbot, window, folder / "sample-01.jpg")
    photos = find_photos([folder])
    window.crop.save_in(folder, CropOutput(names=NamePattern("best of {name}")))
    qtbot.waitUntil(lambda: "Saved as" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    assert (folder / "best of sample-01.jpg").is_file()
    assert photos_to_crop(find_photos([folder]), [folder], None) == photos


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_keys_of_the_room_stand_in_the_table(qtbot: QtBot, window: StudioWindow) -> None:
    qtbot.waitUntil(lambda: not window.album.jobs.busy, timeout=WAIT_MS)  # of the samples
    window._show_keys()
    (table,) = window.findChildren(KeyTable)
    text = table.text.toPlainText()
    assert "Crop number 3 of the best" in text
    assert "Hold: the crop alone" in text
    table.close()


def test_a_photo_that_leans_is_levelled_and_saved_so(
    qtbot: QtBot, window: StudioWindow, tmp_path: Path, samples: list[Path]
) -> None:
    photo = tmp_path / "leaning.jpg"
    with Image.open(samples[0]) as image:
        image.convert("RGB").resize((900, 900)).rotate(-6, expand=False).crop((120, 120, 780, 780)).save(photo)
    desk = _crop(qtbot, window, photo)
    upright = desk.finder.photo.session.size_wh
    window.crop.desk._take_lean(Level(6.0, level_loss(upright, 6.0), LevelBy.EYES))
    assert "of the photo is lost" in window.statusBar().currentMessage()
    _wait_for_crops(qtbot, window)
    assert desk.finder.photo.session.size_wh == level_size(upright, 6.0)
    qtbot.keyClick(desk.canvas, Qt.Key.Key_Minus)
    levelled = _box(desk)
    window.crop.save()
    qtbot.waitUntil(lambda: "Saved as" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    (crop,) = tmp_path.glob("leaning_crop-*.jpg")
    saved = load_picture(crop).pixels.astype(int)
    assert saved.shape[:2] == (levelled.height, levelled.width)
    shown = (
        levelled_picture(load_picture(photo), 6.0)
        .pixels[levelled.y0 : levelled.y1, levelled.x0 : levelled.x1]
        .astype(int)
    )
    assert np.abs(saved - shown).mean() < 6
    _crop(qtbot, window, samples[1])
    _crop(qtbot, window, photo)  # it is there again as it was left
    assert (desk.state.angle_deg, _box(desk)) == (6.0, levelled)
    desk.toggle_level()
    qtbot.waitUntil(lambda: not desk.finder.is_busy and desk.finder.photo is not None, timeout=WAIT_MS)
    assert desk.finder.photo.session.size_wh == upright
    window._undo()
    _wait_for_crops(qtbot, window)
    assert (desk.state.angle_deg, _box(desk)) == (6.0, levelled)
