"""Filters and maps of the network as pictures to look at: brighter is stronger."""

from collections.abc import Sequence

import cv2
import numpy as np

from engine.pixels import Floats, Pixels

# From dark blue to yellow, growing in lightness all the way: read by colour-blind eyes and in grey print.
_COLOURS = cv2.COLORMAP_VIRIDIS
# Of all points of a stage so many are no brighter than full: a single one does not darken all others.
_FULL = 99.7
# Where a map is silent, what is left of the photo's light.
_SILENT = 0.28
# What one map is lit by, as a share of what is full brightness in its stage.
_LEAST_FULL = 0.3


def filter_pictures(filters: Floats) -> list[Pixels]:
    """The filters of a first convolution, float32 (C, 3, k, k), as RGB uint8 (k, k, 3): grey is no weight."""
    strongest = np.maximum(np.abs(filters).max(axis=(1, 2, 3), keepdims=True), 1e-9)
    levels = np.rint(127.5 + 127.5 * filters / strongest).astype(np.uint8)
    return [np.ascontiguousarray(each.transpose(1, 2, 0)) for each in levels]


def full_strength(maps: Floats) -> float:
    """What counts as full brightness in the maps of a stage, float32 (C, H, W)."""
    # Every seventh point tells it as well.
    return max(float(np.percentile(maps.ravel()[::7], _FULL)), 1e-6)


def mosaic(maps: Floats, columns: int, cell: int, gap: int = 1) -> Pixels:
    """All maps of a stage side by side, row by row.

    Args:
        maps: float32 (C, H, W).
        columns: maps in a row.
        cell: side of a map in the mosaic, in pixels.
        gap: between two maps.

    Returns:
        RGB uint8, of rows times (cell + gap) by columns times (cell + gap).
    """
    levels = _levels(maps, full_strength(maps))
    rows = -(-len(levels) // columns)
    cells = np.zeros((rows * columns, cell + gap, cell + gap), np.uint8)
    method = cv2.INTER_AREA if maps.shape[1] > cell else cv2.INTER_LINEAR
    for place, level in enumerate(levels):
        cells[place, :cell, :cell] = cv2.resize(level, (cell, cell), interpolation=method)
    side = cell + gap
    laid_out = cells.reshape(rows, columns, side, side).transpose(0, 2, 1, 3).reshape(rows * side, columns * side)
    coloured = _coloured(laid_out)
    if gap:
        coloured.reshape(rows, side, -1, 3)[:, cell:] = 0
        coloured.reshape(-1, columns, side, 3)[:, :, cell:] = 0
    return coloured


def overlay(square: Pixels, maps: Floats, channel: int, side: int) -> Pixels:
    """A picture, lit where a map answers.

    Args:
        square: RGB uint8 (S, S, 3), the picture.
        maps: float32 (C, H, W), all maps of a stage.
        channel: which of them.
        side: of the result, in pixels.

    Returns:
        RGB uint8 (side, side, 3).
    """
    # As bright as its own strongest answer, but for a map that hardly answers at all.
    full = max(min(float(maps[channel].max()), full_strength(maps)), _LEAST_FULL * full_strength(maps))
    level = _levels(maps[channel], full)
    light = cv2.resize(level, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float32)[..., None] / 255
    picture = cv2.resize(square, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    grey = picture.mean(axis=2, keepdims=True)
    # Silent parts are grey and dim; the more a part is answered to, the more it is itself, with a warm shine.
    lit = picture + light * (np.array((255, 214, 92), np.float32) - picture) * 0.35
    return np.asarray(np.clip(_SILENT * grey * (1 - light) + lit * light, 0, 255), np.uint8)


def telling_channel(maps: Floats) -> int:
    """The map, of float32 (C, H, W), that tells most: whose answers differ most from place to place."""
    return int(np.clip(maps, 0, full_strength(maps)).std(axis=(1, 2)).argmax())


def large(picture: Pixels, side: int) -> Pixels:
    """A small picture enlarged so that each of its pixels is seen."""
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8)


def tiled(pictures: Sequence[Pixels], columns: int, gap: int, ground: tuple[int, int, int]) -> Pixels:
    """Pictures of one size side by side, row by row."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    laid_out = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), ground, np.uint8)
    for place, picture in enumerate(pictures):
        y, x = place // columns * (height + gap), place % columns * (width + gap)
        laid_out[y : y + height, x : x + width] = picture
    return laid_out


def _levels(maps: Floats, full: float) -> Pixels:
    return np.asarray(np.clip(maps * (255 / full), 0, 255), np.uint8)


def _coloured(levels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(levels, _COLOURS), cv2.COLOR_BGR2RGB), np.uint8)


def grid_for(channels: int, width: int, height: int, gap: int = 1) -> tuple[int, int]:
    """Columns, and the side of a cell, for so many maps to be as large as an area allows."""

    def cell(columns: int) -> int:
        return min(width // columns, height // -(-channels // columns)) - gap

    columns = max(range(1, channels + 1), key=cell)
    return columns, max(1, cell(columns))
