"""Bars that somebody put around a photo: where the photo itself lies.

A bar has one colour, with noise and compression perhaps, and ends at a straight edge. Either it lies on two opposite
sides with the same width, or it is as clean as hardly anything that a camera sees: then one side alone may have it, or
both in different widths or colours. A studio's plain wall ends at a person's outline, not at a straight edge, and is no
bar.
"""

import math
from dataclasses import dataclass

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
# A bar that counts without another: its least width, as a share of the side; the mean difference of its pixels from its
# colour, in levels; and the share of the photo's first lines that must differ from it.
LONE_BAR, LONE_NOISE, LONE_EDGE_SHARE = 0.03, 1.5, 0.5


@dataclass(frozen=True)
class _Bar:
    """A bar at the top: its height in pixels and its colour, and whether it is clean enough to count alone."""

    height: int
    colour: Floats
    counts_alone: bool


def photo_within(pixels: Pixels) -> Box:
    """Where the photo lies between its bars.

    Args:
        pixels: RGB uint8 (H, W, 3).

    Returns:
        The whole of it where there are no bars.
    """
    height, width = pixels.shape[:2]
    top, bottom = _bars(pixels)
    left, right = _bars(pixels[top : height - bottom].transpose(1, 0, 2))
    if (left or right) and not (top and bottom):  # of a frame on all sides, the upper bar shows once its sides are off
        top, bottom = _bars(pixels[:, left : width - right])
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


def _bars(pixels: Pixels) -> tuple[int, int]:
    """Heights of the bars at the top and at the bottom; 0 where there is none."""
    top, bottom = _bar(pixels), _bar(pixels[::-1])
    if top and bottom:
        wide = max(3.0, WIDTH_DIFFERENCE * len(pixels))
        if abs(top.height - bottom.height) <= wide and np.abs(top.colour - bottom.colour).max() <= COLOUR_DIFFERENCE:
            return top.height, bottom.height
    return _height_alone(top), _height_alone(bottom)


def _height_alone(bar: _Bar | None) -> int:
    return bar.height if bar and bar.counts_alone else 0


def _bar(pixels: Pixels) -> _Bar | None:
    """The bar at the top, up to the first line that is wholly the photo's."""
    height = len(pixels)
    outermost = _averages(pixels[: max(2, math.ceil(MIN_BAR * height))])
    colour = np.median(outermost, axis=(0, 1)).astype(np.float32)
    noise = float(np.abs(outermost - colour).mean()) * 1.25  # of a normal distribution, its standard deviation
    tolerance = min(max(TOLERANCE, NOISE_TOLERANCE * noise), NOISE_LIMIT)
    if (_differing(outermost, colour, tolerance) > BAR_SHARE).any():  # as most photos: the rest need not be looked at
        return None
    differs = _differing(_averages(pixels[: round(MAX_BAR * height) + 2 * EDGE_LINES]), colour, tolerance)
    photo = np.flatnonzero(differs > BAR_SHARE)
    if len(photo) == 0 or photo[0] > MAX_BAR * height:
        return None
    edge = int(photo[0])
    behind = np.flatnonzero(differs[edge : edge + EDGE_LINES] >= EDGE_SHARE)
    if not len(behind):
        return None
    is_clean = float(np.abs(pixels[: max(1, edge - EDGE_LINES)] - colour).mean()) <= LONE_NOISE
    is_distinct = differs[edge : edge + 2 * EDGE_LINES].max() >= LONE_EDGE_SHARE
    return _Bar(edge + int(behind[0]), colour, is_clean and is_distinct and edge >= LONE_BAR * height)


def _averages(lines: Pixels) -> Floats:
    """Lines of a picture, each told by the averages of a few places: float32 (H, PLACES, 3)."""
    smooth = cv2.resize(np.ascontiguousarray(lines), (PLACES, len(lines)), interpolation=cv2.INTER_AREA)
    return smooth.astype(np.float32)


def _differing(lines: Floats, colour: Floats, tolerance: float) -> Floats:
    """The share of each line that is not of the bar's colour: (H,)."""
    return np.asarray((np.abs(lines - colour).max(axis=2) > tolerance).mean(axis=1), np.float32)
