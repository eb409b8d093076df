"""A video frame's planes to RGB, by its own colour matrix (ITU-R BT.601, 709, 2020) and range.

Qt's own conversion goes through a graphics card; where there is none, a software one stands in for it and takes two
thirds of a processor core at 30 frames of 1280x720. What is not one of the usual layouts is left to Qt.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtMultimedia import QtVideo, QVideoFrame, QVideoFrameFormat

from engine.pixels import Floats, Pixels
from studio.qt_pictures import as_rgb32, bgra_rows

PixelFormat: TypeAlias = QVideoFrameFormat.PixelFormat
ColorSpace: TypeAlias = QVideoFrameFormat.ColorSpace
ColorRange: TypeAlias = QVideoFrameFormat.ColorRange
Planes = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
# Shares of red and blue in luma.
KR_KB: Mapping[ColorSpace, tuple[float, float]] = {
    ColorSpace.ColorSpace_BT601: (0.299, 0.114),
    ColorSpace.ColorSpace_BT709: (0.2126, 0.0722),
    ColorSpace.ColorSpace_BT2020: (0.2627, 0.0593),
}
# Where a frame does not tell, television's habit: 601 up to 576 lines, 709 above.
LINES_OF_601 = 576
TURNS = {
    QtVideo.Rotation.Clockwise90: cv2.ROTATE_90_CLOCKWISE,
    QtVideo.Rotation.Clockwise180: cv2.ROTATE_180,
    QtVideo.Rotation.Clockwise270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def pixels_from_frame(frame: QVideoFrame) -> Pixels | None:
    """RGB uint8 (H, W, 3), upright and not mirrored beyond what the source asks for; None where a frame is empty."""
    layout = _LAYOUTS.get(frame.pixelFormat())
    if layout is None or not frame.map(QVideoFrame.MapMode.ReadOnly):
        return _converted_by_qt(frame)
    form = frame.surfaceFormat()
    try:
        pixels = _rgb(layout(frame), yuv_to_rgb(form), (frame.width(), frame.height()))
    finally:
        frame.unmap()
    turn = TURNS.get(form.rotation())
    if turn is not None:
        pixels = np.asarray(cv2.rotate(pixels, turn), np.uint8)
    return np.asarray(cv2.flip(pixels, 1), np.uint8) if form.isMirrored() else pixels


def yuv_to_rgb(form: QVideoFrameFormat) -> Floats:
    """The 3 x 4 matrix from (Y, U, V, 1), each 0 to 255, to (R, G, B)."""
    default = ColorSpace.ColorSpace_BT601 if form.frameHeight() <= LINES_OF_601 else ColorSpace.ColorSpace_BT709
    kr, kb = KR_KB.get(form.colorSpace(), KR_KB[default])
    kg = 1 - kr - kb
    full = form.colorRange() == ColorRange.ColorRange_Full
    y_scale, y_zero, c_scale = (1.0, 0, 1.0) if full else (255 / 219, 16, 255 / 224)
    red, blue = 2 * (1 - kr) * c_scale, 2 * (1 - kb) * c_scale
    matrix = np.array([[y_scale, 0, red], [y_scale, -kb / kg * blue, -kr / kg * red], [y_scale, blue, 0]])
    offset = -matrix @ np.array([y_zero, 128, 128])
    return np.hstack([matrix, offset[:, None]]).astype(np.float32)


def _rgb(planes: Planes, matrix: Floats, size_wh: tuple[int, int]) -> Pixels:
    """Planes of any chroma subsampling to RGB; what Qt does too, and what costs a millisecond at 1280x720."""
    luma, *chroma = planes
    whole = [cv2.resize(plane, size_wh, interpolation=cv2.INTER_LINEAR) for plane in chroma]
    return np.asarray(cv2.transform(cv2.merge([luma, *whole]), matrix), np.uint8)


def _plane(frame: QVideoFrame, index: int, rows: int, row_bytes: int) -> npt.NDArray[np.uint8]:
    """One plane without the padding of its rows: uint8 (rows, row_bytes)."""
    stride = frame.bytesPerLine(index)
    memory = np.frombuffer(frame.bits(index), np.uint8)
    # The last row may come without its padding.
    return np.lib.stride_tricks.as_strided(memory, (rows, row_bytes), (stride, 1))


def _three_planes(frame: QVideoFrame) -> Planes:
    width, height = frame.width(), frame.height()
    half_w = (width + 1) // 2
    half_h = height if frame.pixelFormat() == PixelFormat.Format_YUV422P else (height + 1) // 2
    return (
        _plane(frame, 0, height, width),
        _plane(frame, 1, half_h, half_w),
        _plane(frame, 2, half_h, half_w),
    )


def _two_planes(frame: QVideoFrame) -> Planes:
    width, height = frame.width(), frame.height()
    half_w, half_h = (width + 1) // 2, (height + 1) // 2
    chroma = _plane(frame, 1, half_h, 2 * half_w).reshape(half_h, half_w, 2)
    u, v = cv2.split(chroma)
    return _plane(frame, 0, height, width), np.asarray(u, np.uint8), np.asarray(v, np.uint8)


def _swapped(layout: Callable[[QVideoFrame], Planes]) -> Callable[[QVideoFrame], Planes]:
    """The same layout with V before U."""

    def planes(frame: QVideoFrame) -> Planes:
        luma, v, u = layout(frame)
        return luma, u, v

    return planes


def _packed(luma_first: bool) -> Callable[[QVideoFrame], Planes]:
    """Two pixels in four bytes: Y U Y V, or U Y V Y."""

    def planes(frame: QVideoFrame) -> Planes:
        width, height = frame.width(), frame.height()
        pairs = _plane(frame, 0, height, 2 * width).reshape(height, width // 2, 4)
        luma, chroma = (pairs[..., 0::2], pairs[..., 1::2]) if luma_first else (pairs[..., 1::2], pairs[..., 0::2])
        whole = np.ascontiguousarray(luma).reshape(height, width)
        return whole, np.ascontiguousarray(chroma[..., 0]), np.ascontiguousarray(chroma[..., 1])

    return planes


_LAYOUTS: Mapping[PixelFormat, Callable[[QVideoFrame], Planes]] = {
    PixelFormat.Format_YUV420P: _three_planes,
    PixelFormat.Format_YUV422P: _three_planes,
    PixelFormat.Format_YV12: _swapped(_three_planes),
    PixelFormat.Format_NV12: _two_planes,
    PixelFormat.Format_NV21: _swapped(_two_planes),
    PixelFormat.Format_YUYV: _packed(luma_first=True),
    PixelFormat.Format_UYVY: _packed(luma_first=False),
}


def _converted_by_qt(frame: QVideoFrame) -> Pixels | None:
    image = as_rgb32(frame.toImage())
    return None if image.isNull() else np.asarray(cv2.cvtColor(bgra_rows(image), cv2.COLOR_BGRA2RGB), np.uint8)
