"""A map as one large PNG: painted from top to bottom, so that only a strip of it is ever in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from engine.catalogue import Catalogue
from engine.errors import PictureError
from engine.files import temporary_beside
from engine.lab.lettering import font_for
from engine.lab.map_colours import score_colours
from engine.lab.map_options import MapError
from engine.lab.photos import LabPhotos
from engine.lab.png_stream import PngStream
from engine.lab.sheet import SheetPhoto, SheetRow
from engine.lab.sheet_tiles import Tile, tiles_of_rows
from engine.pixels import Floats, Pixels
from engine.progress import Progress

GROUND, INK = (23, 25, 28), (200, 204, 210)
_MISSING = (54, 56, 60)
DEFAULT_SIDE, LARGEST_SIDE = 8192, 60_000
# Around the photos, in cells.
_MARGIN = 0.5
# A frame that tells the score is this share of its photo, and at least a pixel.
_FRAME_SHARE = 14
# Photos that are read together, rows that are written together, and gaps between cells.
_BATCH, _ROWS_AT_ONCE, _GAP_SHARE = 64, 64, 40
_SMALLEST = 4


@dataclass(frozen=True)
class MapPicture:
    """What is to be drawn.

    Attributes:
        photos: N of them.
        middles: float32 (N, 2), in cells.
        columns, rows: of the map, in cells.
        side: of the picture's longer side without its legend, in pixels.
        coloured: whether frames tell the scores.
        photo: the side of a photo with the gap after it, in cells.
    """

    photos: LabPhotos
    middles: Floats
    columns: int
    rows: int
    side: int
    coloured: bool = False
    photo: float = 1.0

    @property
    def cell(self) -> float:
        """The side of a cell, in pixels."""
        return self.side / (max(self.columns, self.rows) + 2 * _MARGIN)

    @property
    def tile(self) -> int:
        """The side of a photo, in pixels."""
        room = self.photo * self.cell
        return max(int(room) - round(room / _GAP_SHARE), _SMALLEST)

    @property
    def size_wh(self) -> tuple[int, int]:
        """Of the map, in pixels."""
        width, height = (round((cells + 2 * _MARGIN) * self.cell) for cells in (self.columns, self.rows))
        return max(width, self.tile), max(height, self.tile)

    def corners(self) -> npt.NDArray[np.int64]:
        """The upper left corner of each photo, whole within the map: (N, 2)."""
        size = np.array(self.size_wh)
        corners = (self.middles + _MARGIN) * self.cell - self.tile / 2
        return np.asarray(np.clip(np.rint(corners), 0, size - self.tile), np.int64)


def write_map(picture: MapPicture, target: Path, blurred_by: Catalogue | None = None) -> Iterator[Progress[int]]:
    """Draw a map; where photos overlap, the lower one lies on top.

    Args:
        target: takes the place of a file of this name.
        blurred_by: knows the faces that are to be unrecognisable; None leaves them as they are.

    Returns:
        how many photos could not be read, as the result of the last step.

    Raises:
        PictureError: the file cannot be written.
        EngineError: a package is not installed.
    """
    if picture.side > LARGEST_SIDE:
        raise MapError(f"A map has at most {LARGEST_SIDE} pixels on its longer side.")
    corners = picture.corners()
    order = np.argsort(corners[:, 1], kind="stable")
    paths, contents = picture.photos.paths, picture.photos.contents.tolist()
    photos = [SheetPhoto(paths[place], contents[place]) for place in order.tolist()]
    batches = [SheetRow(photos[start : start + _BATCH]) for start in range(0, len(photos), _BATCH)]
    colours = score_colours(picture.photos.points) if picture.coloured else None
    tiles = tiles_of_rows(batches, picture.tile, blurred_by)
    done = unreadable = 0
    try:
        with temporary_beside(target) as unfinished, unfinished.open("wb") as file:
            canvas = _Canvas(file, picture)
            for _, batch in tiles:
                for tile in batch:
                    place = order[done]
                    canvas.draw(tile, corners[place], colours[place] if colours is not None else None)
                    unreadable += tile is None
                    done += 1
                yield Progress(done, len(photos), "drawing")
            canvas.close()
    except OSError as error:
        raise PictureError(target, f"the map cannot be written ({error.strerror or error})") from error
    finally:
        tiles.close()  # type: ignore[attr-defined]  # a generator
    yield Progress(done, len(photos), "drawn", (unreadable,))


class _Canvas:
    """The strip of the map that is being painted; what lies above it is in the file."""

    def __init__(self, file: BinaryIO, picture: MapPicture) -> None:
        self._width, self._height = picture.size_wh
        self._legend = _legend(self._width) if picture.coloured else np.empty((0, self._width, 3), np.uint8)
        self._png = PngStream(file, (self._width, self._height + len(self._legend)))
        self._top = 0
        self._strip = self._blank(picture.tile + _ROWS_AT_ONCE)

    def _blank(self, height: int) -> Pixels:
        return np.full((height, self._width, 3), GROUND, np.uint8)

    def draw(self, tile: Tile, corner_xy: npt.NDArray[np.int64], frame: Pixels | None) -> None:
        """Paint a photo; none of the next ones begins above it."""
        x, y = corner_xy.tolist()
        if y - self._top > _ROWS_AT_ONCE:
            self._write(y - self._top)
        side = len(self._strip) - _ROWS_AT_ONCE
        here = self._strip[y - self._top : y - self._top + side, x : x + side]
        here[:] = _MISSING if tile is None else tile
        if frame is not None:
            edge = max(side // _FRAME_SHARE, 1)
            here[:edge], here[-edge:], here[:, :edge], here[:, -edge:] = frame, frame, frame, frame

    def _write(self, rows: int) -> None:
        """Write the first rows, and go down by as many."""
        strip = self._strip[:rows]
        self._png.write(strip if len(strip) == rows else np.concatenate([strip, self._blank(rows - len(strip))]))
        self._strip = np.concatenate([self._strip[rows:], self._blank(min(rows, len(self._strip)))])
        self._top += rows

    def close(self) -> None:
        """Write what is left."""
        with self._png:
            while rows := min(self._height - self._top, _ROWS_AT_ONCE):
                self._write(rows)
            if len(self._legend):
                self._png.write(self._legend)


def _legend(width: int) -> Pixels:
    """The colours of scores with their ends, in letters that suit the picture: RGB uint8 (H, W, 3)."""
    letters = max(width // 60, 12)
    strip = Image.new("RGB", (width, 3 * letters), GROUND)
    left, right = 8 * letters, min(28 * letters, width - 4 * letters)
    if right > left:
        ramp = score_colours(np.linspace(0, 100, right - left, dtype=np.float32))
        strip.paste(Image.fromarray(np.repeat(ramp[None], letters, axis=0)), (left, letters))
    draw = ImageDraw.Draw(strip)
    for x, words, anchor in ((left - letters // 2, "Score 0", "rm"), (right + letters // 2, "100", "lm")):
        draw.text((x, 3 * letters // 2), words, INK, font_for(words, letters), anchor)
    return np.asarray(strip)
