from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.filmstrip import MARGIN, PHOTO_HEIGHT, STRIP_HEIGHT, Filmstrip, KeptPhoto, PhotoRole

OLD, MIDDLE, NEW = Path("/photos/old.jpg"), Path("/photos/middle.jpg"), Path("/photos/new.jpg")


def _image(width: int, height: int, colour: str = "white") -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


@pytest.fixture
def strip(qtbot: QtBot) -> Filmstrip:
    """A strip of three photos, on the screen and with the keys."""
    strip = Filmstrip()
    qtbot.addWidget(strip)
    strip.resize(600, STRIP_HEIGHT)
    strip.show()
    qtbot.waitExposed(strip)
    for number, path in enumerate((OLD, MIDDLE, NEW)):
        strip.add(path, _image(160, 120), 30.0 + 20 * number)
    strip.setFocus()
    strip.activateWindow()
    qtbot.waitUntil(strip.hasFocus)
    return strip


def _centre(strip: Filmstrip, row: int) -> QPoint:
    return strip.visualItemRect(strip.item(row)).center()


def test_the_newest_photo_stands_first(strip: Filmstrip) -> None:
    assert strip.paths() == [NEW, MIDDLE, OLD]
    assert not strip.is_empty
    places = [_centre(strip, row).x() for row in range(3)]
    assert places == sorted(places)


def test_a_photo_that_is_added_again_stands_there_once(strip: Filmstrip) -> None:
    strip.add(OLD, _image(160, 120), 90)
    assert strip.paths() == [OLD, NEW, MIDDLE]


def test_removed_photos_are_gone(strip: Filmstrip) -> None:
    strip.remove(MIDDLE)
    strip.remove(Path("/photos/never.jpg"))
    assert strip.paths() == [NEW, OLD]
    strip.remove(NEW)
    strip.remove(OLD)
    assert strip.is_empty


def test_the_keys_choose_and_open(qtbot: QtBot, strip: Filmstrip) -> None:
    opened: list[Path] = []
    strip.open_wanted.connect(opened.append)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Enter, Qt.Key.Key_Left):
        qtbot.keyClick(strip, key)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert opened == [NEW, OLD, MIDDLE]


def test_delete_asks_for_the_chosen_photo_and_leaves_it_there(qtbot: QtBot, strip: Filmstrip) -> None:
    unwanted: list[Path] = []
    strip.remove_wanted.connect(unwanted.append)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    qtbot.keyClick(strip, Qt.Key.Key_Delete)
    assert unwanted == [MIDDLE]
    assert strip.paths() == [NEW, MIDDLE, OLD]


def test_deleting_goes_on_with_a_neighbour(qtbot: QtBot, strip: Filmstrip) -> None:
    strip.remove_wanted.connect(strip.remove)
    for _ in range(3):
        qtbot.keyClick(strip, Qt.Key.Key_Delete)
    assert strip.is_empty
    qtbot.keyClick(strip, Qt.Key.Key_Delete)  # and nothing happens


def test_a_double_click_opens(qtbot: QtBot, strip: Filmstrip) -> None:
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=_centre(strip, 2))
    with qtbot.waitSignal(strip.open_wanted) as opened:
        qtbot.mouseDClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=_centre(strip, 2))
    assert opened.args == [OLD]


def test_the_menu_does_what_it_says(strip: Filmstrip) -> None:
    wanted: list[tuple[str, Path]] = []
    strip.open_wanted.connect(lambda path: wanted.append(("crop", path)))
    strip.album_wanted.connect(lambda path: wanted.append(("album", path)))
    strip.remove_wanted.connect(lambda path: wanted.append(("trash", path)))
    actions = {action.text(): action for action in strip.menu_for(MIDDLE).actions()}
    for text in ("Open in Crop", "Show in Album", "Move to trash"):
        actions[text].trigger()
    assert wanted == [("crop", MIDDLE), ("album", MIDDLE), ("trash", MIDDLE)]


@pytest.fixture
def menus(monkeypatch: pytest.MonkeyPatch) -> list[QMenu]:
    """The menus that were shown; offscreen they cannot be."""
    shown: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _place: shown.append(menu))
    return shown


@pytest.mark.parametrize("reason", [QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard])
def test_the_menu_is_of_the_photo_under_the_mouse_or_the_chosen_one(
    qtbot: QtBot, strip: Filmstrip, menus: list[QMenu], reason: QContextMenuEvent.Reason
) -> None:
    strip.setCurrentRow(2)
    _ask_for_menu(strip, _centre(strip, 1), reason)
    strip.add(Path("/photos/newer.jpg"), _image(160, 120), 50)
    with qtbot.waitSignal(strip.open_wanted) as opened:
        menus[0].actions()[0].trigger()
    assert opened.args == [MIDDLE if reason is QContextMenuEvent.Reason.Mouse else OLD]


def test_there_is_no_menu_beside_the_photos(strip: Filmstrip, menus: list[QMenu]) -> None:
    _ask_for_menu(strip, QPoint(590, 50), QContextMenuEvent.Reason.Mouse)
    assert not menus


def _ask_for_menu(strip: Filmstrip, place: QPoint, reason: QContextMenuEvent.Reason) -> None:
    QApplication.sendEvent(strip.viewport(), QContextMenuEvent(reason, place, strip.viewport().mapToGlobal(place)))


def test_a_new_photo_does_not_take_the_choice_from_who_is_choosing(qtbot: QtBot, strip: Filmstrip) -> None:
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    strip.add(Path("/photos/newer.jpg"), _image(160, 120), 50)
    with qtbot.waitSignal(strip.open_wanted) as opened:
        qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert opened.args == [MIDDLE]


def test_a_new_photo_is_seen_and_chosen_while_nobody_chooses(qtbot: QtBot, strip: Filmstrip) -> None:
    strip.clearFocus()
    for number in range(9):
        strip.add(Path(f"/photos/{number}.jpg"), _image(160, 120), 50)
    assert strip.currentRow() == 0
    assert strip.viewport().rect().contains(_centre(strip, 0))
    assert not strip.viewport().rect().contains(_centre(strip, 11))
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_End)
    assert strip.viewport().rect().contains(_centre(strip, 11))


def test_space_is_left_to_the_room(qtbot: QtBot) -> None:
    class Room(QWidget):
        keys: list[int]

        def keyPressEvent(self, event: QKeyEvent) -> None:
            self.keys.append(event.key())

        def keyReleaseEvent(self, event: QKeyEvent) -> None:
            self.keys.append(-event.key())

    room, strip = Room(), Filmstrip()
    room.keys = []
    qtbot.addWidget(room)
    QVBoxLayout(room).addWidget(strip)
    strip.add(NEW, _image(160, 120), 50)
    qtbot.keyClick(strip, Qt.Key.Key_Space)
    assert room.keys == [Qt.Key.Key_Space, -Qt.Key.Key_Space]


def test_each_photo_is_told_by_name_and_score(strip: Filmstrip) -> None:
    assert strip.accessibleName()
    assert strip.item(0).toolTip() == "new.jpg"
    assert strip.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == "new.jpg, score 70"


def _shown(strip: Filmstrip, row: int) -> QImage:
    """What is seen of a photo, at one pixel a pixel."""
    strip.clearFocus()
    place = strip.visualItemRect(strip.item(row)).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    assert place.height() == PHOTO_HEIGHT
    return strip.viewport().grab(place).toImage()


@pytest.mark.parametrize(("width", "height"), [(640, 480), (720, 1280), (4000, 3000), (100, 100), (300, 40), (40, 300)])
def test_a_photo_of_any_shape_is_never_squashed(strip: Filmstrip, width: int, height: int) -> None:
    image = _image(width, height, "blue")
    painter = QPainter(image)
    side = min(width, height) // 2
    painter.fillRect((width - side) // 2, (height - side) // 2, side, side, QColor("white"))
    painter.end()
    strip.add(NEW, image, 50)
    shown = _shown(strip, 0)
    middle_x, middle_y = shown.width() // 2, shown.height() // 2
    rightwards = sum(QColor(shown.pixel(x, middle_y)).red() > 128 for x in range(middle_x, shown.width()))
    upwards = sum(QColor(shown.pixel(middle_x, y)).red() > 128 for y in range(middle_y))
    assert rightwards == pytest.approx(upwards, abs=1)
    assert rightwards > 9


def test_the_score_is_written_on_dark_and_the_corners_are_round(strip: Filmstrip) -> None:
    strip.add(NEW, _image(160, 120, "white"), 88)
    shown = _shown(strip, 0)
    assert QColor(shown.pixel(7, shown.height() - 14)).lightness() < 60
    assert QColor(shown.pixel(shown.width() // 2, 20)).lightness() > 240
    window = strip.palette().window().color()
    assert QColor(shown.pixel(0, 0)).name() == window.name()


def test_a_photo_without_a_thumbnail_has_its_place(strip: Filmstrip) -> None:
    strip.add(NEW, QImage(), 50)
    assert _shown(strip, 0).width() == PHOTO_HEIGHT


@pytest.mark.parametrize("pixel_ratio", [1.0, 1.5, 2.0, 3.0])
def test_thumbnails_have_the_screens_own_pixels(strip: Filmstrip, pixel_ratio: float) -> None:
    strip.add(NEW, _image(4000, 3000), 50)
    photo: KeptPhoto = strip.item(0).data(PhotoRole)
    pixmap = photo.pixmap(pixel_ratio)
    assert pixmap.height() == round(PHOTO_HEIGHT * pixel_ratio)
    assert pixmap.devicePixelRatio() == pixel_ratio
    assert photo.thumbnail.height() <= 3 * PHOTO_HEIGHT  # large photos are not kept in memory
    assert photo.thumbnail.height() >= pixmap.height()


def test_the_wheel_moves_the_strip(strip: Filmstrip) -> None:
    for number in range(9):
        strip.add(Path(f"/photos/{number}.jpg"), _image(160, 120), 50)
    strip.horizontalScrollBar().setValue(0)
    place, no_key = QPointF(_centre(strip, 0)), Qt.KeyboardModifier.NoModifier
    down = QPoint(0, -120)
    wheel = QWheelEvent(
        place, place, QPoint(), down, Qt.MouseButton.NoButton, no_key, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(strip.viewport(), wheel)
    assert strip.horizontalScrollBar().value() > 0
