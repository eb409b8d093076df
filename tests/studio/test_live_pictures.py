"""From a frame to the screen: mirrored, as large as fits, and to the scorer as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtMultimedia import QVideoFrame
from pytestqt.qtbot import QtBot

from engine.pixels import Pixels
from studio.camera import Frame
from studio.live_pictures import LivePicture, PictureMaker, mirrored_to_fit
from studio.qt_pictures import bgra_rows, image_from_pixels


def _picture(height: int, width: int) -> Pixels:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = (0, 0, 255)  # blue on the left
    picture[:, width // 2 :] = (255, 0, 0)  # red on the right
    return picture


def test_the_screen_shows_a_mirror() -> None:
    shown = bgra_rows(mirrored_to_fit(_picture(60, 80), (160, 120)))
    assert shown.shape == (120, 160, 4)
    assert tuple(shown[60, 5, :3]) == (0, 0, 255)
    assert tuple(shown[60, 150, :3]) == (255, 0, 0)


@given(
    picture=st.tuples(st.integers(2, 300), st.integers(2, 300)),
    screen=st.tuples(st.integers(1, 400), st.integers(1, 400)),
)
def test_an_image_fits_and_keeps_its_shape(picture: tuple[int, int], screen: tuple[int, int]) -> None:
    image = mirrored_to_fit(_picture(*picture), screen)
    scale = min(screen[0] / picture[1], screen[1] / picture[0])
    assert image.width() <= max(1, screen[0])
    assert image.height() <= max(1, screen[1])
    assert image.width() == pytest.approx(picture[1] * scale, abs=1)
    assert image.height() == pytest.approx(picture[0] * scale, abs=1)


@pytest.mark.qt_log_level_fail("CRITICAL")  # Qt says that it converts frames without a graphics card
def test_the_scorer_gets_the_picture_as_the_camera_sees_it(qtbot: QtBot) -> None:
    image = image_from_pixels(_picture(60, 80))
    scored: list[LivePicture] = []
    maker = PictureMaker()
    maker.score = scored.append
    maker.fit((40, 30))
    with qtbot.waitSignal(maker.picture_ready, timeout=20_000):
        maker.offer(Frame(7, QVideoFrame(image), 1.5))
    shown = maker.shown.take_now()
    maker.close()
    assert (scored[0].number, scored[0].arrived_s, scored[0].size_wh) == (7, 1.5, (80, 60))
    assert tuple(scored[0].pixels[30, 5]) == (0, 0, 255)  # RGB: blue is still on the left
    assert shown is not None
    assert (shown.number, shown.full_wh, shown.image.width()) == (7, (80, 60), 40)
