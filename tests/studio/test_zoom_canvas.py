import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.decoded_photos import DecodedPhoto
from studio.qt_pictures import image_from_pixels
from studio.zoom import CLOSEST
from studio.zoom_canvas import ZoomCanvas


@pytest.fixture
def canvas(qtbot: QtBot) -> ZoomCanvas:
    """400 x 300 points, with a photo of 1,600 x 1,200 pixels whose every pixel tells its place."""
    canvas = ZoomCanvas()
    canvas.resize(400, 300)
    y, x = np.mgrid[:1200, :1600]
    pixels = np.stack([x % 256, y % 256, (x // 256) * 16 + y // 256], axis=2).astype(np.uint8)
    image = image_from_pixels(pixels).convertToFormat(QImage.Format.Format_RGB32)
    canvas.show_photo(DecodedPhoto((image, image.scaled(800, 600)), (1600, 1200)))
    qtbot.addWidget(canvas)
    return canvas


def _turn_wheel(canvas: ZoomCanvas, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def _pixel_at(canvas: ZoomCanvas, point: QPointF) -> tuple[float, float]:
    rect = canvas.picture_rect()
    scale = rect.width() / 1600
    return (point.x() - rect.x()) / scale, (point.y() - rect.y()) / scale


def test_the_wheel_zooms_about_the_cursor(canvas: ZoomCanvas) -> None:
    cursor = QPointF(310, 80)
    before = _pixel_at(canvas, cursor)
    for notches in (1, 2, 1, -2):
        _turn_wheel(canvas, cursor, notches)
        # The photo's pixels are laid on the screen's: half a point aside at most.
        assert _pixel_at(canvas, cursor) == pytest.approx(before, abs=0.5 * 1600 / canvas.picture_rect().width())
    assert canvas.is_zoomed
    _turn_wheel(canvas, cursor, -30)
    assert (canvas.picture_rect().x(), canvas.picture_rect().width()) == (0, 400)
    _turn_wheel(canvas, cursor, 300)
    assert canvas.screen_pixels == pytest.approx(CLOSEST)


def test_a_double_click_shows_single_pixels_at_the_cursor_and_then_all_again(qtbot: QtBot, canvas: ZoomCanvas) -> None:
    cursor = QPoint(300, 100)
    wanted = _pixel_at(canvas, QPointF(cursor))
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=cursor)
    assert canvas.screen_pixels == pytest.approx(1)
    x, y = _pixel_at(canvas, QPointF(cursor))
    assert (x, y) == pytest.approx(wanted, abs=1)
    # What is painted are the photo's own pixels, none of them averaged.
    painted = canvas.grab().toImage().pixelColor(cursor)
    assert painted == QColor(int(x) % 256, int(y) % 256, int(x) // 256 * 16 + int(y) // 256)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=cursor)
    assert not canvas.is_zoomed


def test_dragging_moves_the_photo_and_no_further_than_its_edge(qtbot: QtBot, canvas: ZoomCanvas) -> None:
    canvas.toggle_full_size((0.0, 0.0))
    before = canvas.picture_rect().topLeft()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    qtbot.mouseMove(canvas, QPoint(170, 190))
    assert canvas.picture_rect().topLeft() - before == QPointF(-30, 40)
    qtbot.mouseMove(canvas, QPoint(5000, 5000))
    assert canvas.picture_rect().topLeft() == QPointF(0, 0)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(5000, 5000))
    qtbot.mouseMove(canvas, QPoint(10, 10))
    assert canvas.picture_rect().topLeft() == QPointF(0, 0)


def test_more_pixels_are_asked_for_only_when_they_would_be_seen(qtbot: QtBot, canvas: ZoomCanvas) -> None:
    small = QImage(400, 300, QImage.Format.Format_RGB32)
    canvas.show_photo(DecodedPhoto((small,), (1600, 1200)))
    asked: list[None] = []
    canvas.detail_wanted.connect(lambda: asked.append(None))
    canvas.show_photo(DecodedPhoto((small,), (1600, 1200)))
    assert not asked
    canvas.zoom_about((0.0, 0.0), 2)
    assert asked
    large = QImage(1600, 1200, QImage.Format.Format_RGB32)
    canvas.show_photo(DecodedPhoto((large,), (1600, 1200)))
    asked.clear()
    canvas.zoom_about((0.0, 0.0), 8)
    assert not asked


def test_a_photo_smaller_than_the_canvas_can_be_seen_at_its_own_size(canvas: ZoomCanvas) -> None:
    tiny = QImage(100, 60, QImage.Format.Format_RGB32)
    canvas.show_photo(DecodedPhoto((tiny,), (100, 60)))
    canvas.fit()
    assert canvas.picture_rect().width() == 400
    canvas.toggle_full_size((0.0, 0.0))
    assert canvas.picture_rect().width() == pytest.approx(100)
    assert canvas.picture_rect().center() == QPointF(200, 150)
    canvas.toggle_full_size((0.0, 0.0))
    assert canvas.picture_rect().width() == 400
