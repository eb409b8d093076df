"""What is written over the live picture leaves the face alone."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from engine.geometry import Box
from studio.dial import Dial
from studio.live_canvas import LiveCanvas
from studio.live_figures import LiveFigures
from studio.live_pictures import ShownPicture
from studio.theme import ACCENT

GREY = QColor(120, 130, 140)
SIZE_WH = 576, 324


@pytest.fixture
def canvas(qtbot: QtBot) -> LiveCanvas:
    canvas = LiveCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(*SIZE_WH)
    image = QImage(*SIZE_WH, QImage.Format.Format_RGB32)
    image.fill(GREY)
    canvas.show_picture(ShownPicture(1, image, SIZE_WH))
    return canvas


def _is_free(canvas: LiveCanvas, face: Box) -> bool:
    """Whether nothing is drawn inside of a face's box, which the mirror shows on the other side."""
    shown = canvas.box_rect(face).toRect().adjusted(6, 6, -6, -6)
    picture = canvas.grab(shown).toImage()
    return all(picture.pixelColor(x, y) == GREY for x in range(0, picture.width(), 4) for y in range(picture.height()))


def _figures() -> str:
    figures = LiveFigures()
    figures.runtime = "ONNX Runtime, CPU, 2 threads"
    for number in range(30):
        figures.count_frame(number / 30)
        figures.count_score(number / 30, number / 30 + 0.02)
    return figures.text()


@pytest.mark.parametrize("x0", [16, 150, 210, 238, 330, 400])
def test_figures_leave_the_face_alone(canvas: LiveCanvas, x0: int) -> None:
    face = Box(x0, 40, x0 + 100, 170)
    canvas.show_faces([face])
    canvas.show_figures(_figures())
    assert _is_free(canvas, face)


def test_a_countdown_stands_beside_the_face_and_its_rim_runs_out(canvas: LiveCanvas) -> None:
    face = Box(200, 60, 340, 260)
    canvas.show_faces([face])

    def rim() -> int:
        picture = canvas.grab(QRect(SIZE_WH[0] // 2 + 110, 0, SIZE_WH[0] // 2 - 110, SIZE_WH[1] // 2)).toImage()
        return _count(picture, lambda colour: colour == ACCENT)

    rims = []
    for seconds in (3, 2, 1):
        canvas.show_countdown(seconds)
        rims.append(rim())
        assert _is_free(canvas, face)
    canvas.show_countdown(0)
    assert rims[0] > rims[1] > rims[2] > rim() == 0


def test_the_best_so_far_is_marked_outside_of_the_arc(qtbot: QtBot) -> None:
    dial = Dial()
    qtbot.addWidget(dial)
    dial.resize(276, 232)
    dial.show_points(10, best=None)
    above = QRect(0, 0, dial.width(), 12)
    before = _count(dial.grab(above).toImage(), lambda colour: colour == ACCENT)
    dial.show_points(10, best=50)  # at the top
    assert _count(dial.grab(above).toImage(), lambda colour: colour == ACCENT) > before == 0


def _count(picture: QImage, is_wanted: Callable[[QColor], bool]) -> int:
    pixels = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    return sum(is_wanted(picture.pixelColor(x, y)) for x, y in pixels)
