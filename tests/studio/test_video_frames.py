"""Frames to RGB: what Qt's own conversion gives, for every layout, matrix and range."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtMultimedia import QtVideo, QVideoFrame, QVideoFrameFormat
from pytestqt.qtbot import QtBot

from engine.pixels import Pixels
from studio.qt_pictures import as_rgb32, bgra_rows
from studio.video_frames import _LAYOUTS, ColorRange, ColorSpace, PixelFormat, pixels_from_frame

SIZE = QSize(64, 48)
pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")  # Qt says that it converts without a graphics card


def _frame(form: QVideoFrameFormat) -> QVideoFrame:
    """A frame with soft luma and chroma, the same for each layout up to the order of its bytes."""
    frame = QVideoFrame(form)
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    rng = np.random.default_rng(4)
    for plane in range(frame.planeCount()):
        memory = np.frombuffer(frame.bits(plane), np.uint8)
        coarse = rng.integers(60, 190, (4, 4)).astype(np.uint8)
        rows = len(memory) // frame.bytesPerLine(plane)
        soft = cv2.resize(coarse, (frame.bytesPerLine(plane), rows), interpolation=cv2.INTER_CUBIC)
        memory[: soft.size] = soft.ravel()
    frame.unmap()
    return frame


def _by_qt(frame: QVideoFrame) -> Pixels:
    return np.asarray(cv2.cvtColor(bgra_rows(as_rgb32(frame.toImage())), cv2.COLOR_BGRA2RGB), np.uint8)


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_every_layout_looks_as_qt_shows_it(qtbot: QtBot, layout: PixelFormat) -> None:
    form = QVideoFrameFormat(SIZE, layout)
    form.setColorSpace(ColorSpace.ColorSpace_BT601)
    form.setColorRange(ColorRange.ColorRange_Video)
    frame = _frame(form)
    ours, theirs = pixels_from_frame(frame), _by_qt(frame)
    assert ours is not None
    # Qt repeats chroma where we interpolate it.
    assert np.abs(ours.astype(int) - theirs).mean() < 6


@pytest.mark.parametrize("space", [ColorSpace.ColorSpace_BT601, ColorSpace.ColorSpace_BT709])
@pytest.mark.parametrize("extent", [ColorRange.ColorRange_Video, ColorRange.ColorRange_Full])
def test_black_white_and_red_are_what_the_standards_say(qtbot: QtBot, space: ColorSpace, extent: ColorRange) -> None:
    form = QVideoFrameFormat(SIZE, PixelFormat.Format_NV12)
    form.setColorSpace(space)
    form.setColorRange(extent)
    full = extent == ColorRange.ColorRange_Full
    red = {
        (ColorSpace.ColorSpace_BT601, False): (81, 90, 240),
        (ColorSpace.ColorSpace_BT601, True): (76, 85, 255),
        (ColorSpace.ColorSpace_BT709, False): (63, 102, 240),
        (ColorSpace.ColorSpace_BT709, True): (54, 99, 255),
    }[space, full]
    for yuv, rgb in (
        ((0 if full else 16, 128, 128), (0, 0, 0)),
        ((255 if full else 235, 128, 128), (255, 255, 255)),
        (red, (255, 0, 0)),
    ):
        frame = QVideoFrame(form)
        assert frame.map(QVideoFrame.MapMode.WriteOnly)
        np.frombuffer(frame.bits(0), np.uint8)[:] = yuv[0]
        np.frombuffer(frame.bits(1), np.uint8).reshape(-1, 2)[:] = yuv[1:]
        frame.unmap()
        pixels = pixels_from_frame(frame)
        assert pixels is not None
        assert pixels[20, 30].tolist() == pytest.approx(rgb, abs=3)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", QtVideo.Rotation)
def test_a_phone_held_in_any_way_is_shown_upright(qtbot: QtBot, rotation: QtVideo.Rotation, mirrored: bool) -> None:
    form = QVideoFrameFormat(SIZE, PixelFormat.Format_YUV420P)
    form.setColorSpace(ColorSpace.ColorSpace_BT601)
    form.setRotation(rotation)
    form.setMirrored(mirrored)
    frame = _frame(form)
    ours, theirs = pixels_from_frame(frame), _by_qt(frame)
    assert ours is not None
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(int) - theirs).mean() < 6


def test_an_empty_frame_is_no_picture(qtbot: QtBot) -> None:
    assert pixels_from_frame(QVideoFrame()) is None
