"""Bars that somebody put around a photo: where the photo itself lies.

A bar has one colour, with noise and compression perhaps, lies on two opposite sides with the same width, and ends at a
straight edge. A studio's plain wall ends at a person's outline, not at a straight edge, and is no bar.
"""

import math

import cv2
import numpy as np

from engine.geometry import Box
from engine.pictures import Picture
from engine.pixels import Floats, Pixels

# How far a line of a bar may lie from the bar's colour, once noise is averaged out: in levels of 255, and, where there
# is more noise, in standard deviations of the outermost lines, up to a limit in levels.
TOLERANCE, NOISE_TOLERANCE = 14.0, 3.5
NOISE_LIMIT = 40.0
# Along the bar noise is averaged: a line is told by so many averages.
PLACES = 48
# Of the line behind the edge at least this share must differ from the bar; of a line of the bar, hardly anything.
EDGE_SHARE, BAR_SHARE = 0.3, 0.04
# An edge is spread over a few lines where the picture was reduced or compressed.
EDGE_LINES = 4
MIN_BAR, MAX_BAR = 0.01, 0.45
# The widths of the two bars, as a share of the side, and their colours differ by no more than this.
WIDTH_DIFFERENCE, COLOUR_DIFFERENCE = 0.012, 24.0


def photo_within(pixels: Pixels) -> Box:
    """Where the photo lies between its bars.

    Args:
        pixels: RGB uint8 (H, W, 3).

    Returns:
        The whole of it where there are no bars.
    """
    height, width = pixels.shape[:2]
    top, bottom = _pair_of_bars(pixels)
    left, right = _pair_of_bars(pixels[top : height - bottom].transpose(1, 0, 2))
    if left and not top:  # a frame of one colour on all sides: its upper bar shows once its sides are off
        top, bottom = _pair_of_bars(pixels[:, left : width - right])
    return Box(left, top, width - right, height - bottom)


def without_border(picture: Picture) -> tuple[Picture, tuple[int, int]]:
    """The picture without its bars, and where its upper left corner was, in pixels of the full-size photo."""
    height, width = picture.pixels.shape[:2]
    inside = photo_within(picture.pixels)
    if inside.xyxy == (0, 0, width, height):
        return picture, (0, 0)
    full_w, full_h = picture.full_size_wh
    full = inside.scaled((width, height), (full_w, full_h))
    pixels = np.ascontiguousarray(picture.pixels[inside.y0 : inside.y1, inside.x0 : inside.x1])
    return Picture(pixels, (full.width, full.height), picture.taken), (full.x0, full.y0)


def has_border(picture: Picture) -> bool:
    """Whether there are bars around a picture."""
    return without_border(picture)[0] is not picture


def _pair_of_bars(pixels: Pixels) -> tuple[int, int]:
    """Heights of the bars at the top and at the bottom; 0 and 0 unless both are there."""
    first, second = _bar(pixels), _bar(pixels[::-1])
    if first is None or second is None:
        return 0, 0
    (top, colour), (bottom, other) = first, second
    allowed = max(3.0, WIDTH_DIFFERENCE * len(pixels))
    if abs(top - bottom) > allowed or np.abs(colour - other).max() > COLOUR_DIFFERENCE:
        return 0, 0
    return top, bottom


def _bar(pixels: Pixels) -> tuple[int, Floats] | None:
    """Height and colour of the bar at the top, up to the first line that is wholly the photo's."""
    height = len(pixels)
    outermost = _averages(pixels[: max(2, math.ceil(MIN_BAR * height))])
    colour = np.median(outermost, axis=(0, 1)).astype(np.float32)
    noise = float(np.abs(outermost - colour).mean()) * 1.25  # of a normal distribution, its standard deviation
    tolerance = min(max(TOLERANCE, NOISE_TOLERANCE * noise), NOISE_LIMIT)
    if (_differing(outermost, colour, tolerance) > BAR_SHARE).any():  # as most photos: the rest need not be looked at
        return None
    differs = _differing(_averages(pixels[: round(MAX_BAR * height) + EDGE_LINES]), colour, tolerance)
    photo = np.flatnonzero(differs > BAR_SHARE)
    if len(photo) == 0 or photo[0] > MAX_BAR * height:
        return None
    edge = int(photo[0])
    behind = np.flatnonzero(differs[edge : edge + EDGE_LINES] >= EDGE_SHARE)
    return (edge + int(behind[0]), colour) if len(behind) else None


def _averages(lines: Pixels) -> Floats:
    """Lines of a picture, each told by the averages of a few places: float32 (H, PLACES, 3)."""
    smooth = cv2.resize(np.ascontiguousarray(lines), (PLACES, len(lines)), interpolation=cv2.INTER_AREA)
    return smooth.astype(np.float32)


def _differing(lines: Floats, colour: Floats, tolerance: float) -> Floats:
    """The share of each line that is not of the bar's colour: (H,)."""
    return np.asarray((np.abs(lines - colour).max(axis=2) > tolerance).mean(axis=1), np.float32)
