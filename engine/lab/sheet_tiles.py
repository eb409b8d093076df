"""The photos of a sheet as squares of one size, a few rows ahead of what is drawn; faces made unrecognisable on wish.

Cached thumbnails are used where they have enough pixels, the photos themselves where the squares are larger.
"""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.catalogue import Catalogue, FileStamp
from engine.errors import PictureError
from engine.faces import Faces
from engine.lab.sheet import SheetPhoto, SheetRow
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.thumbnail_cache import LARGE, thumbnail

Tile = Pixels | None
# Of a portrait's height more is cut below than above: that is where its face is not.
_CUT_ABOVE = 0.3
# So many blocks hide a face's features; what is cut is larger than the detector's box, by this share on each side.
_BLOCKS, _AROUND = 5, 0.25
# Photos that are fetched ahead: enough for all cores, few enough for any memory.
_AHEAD = 256


@dataclass(frozen=True)
class KnownFaces:
    """Where faces are in a photo.

    Attributes:
        faces: in pixels of the upright, full-size picture.
        size_wh: of that picture.
        stamp: of the file in which they were found.
    """

    faces: Faces
    size_wh: tuple[int, int]
    stamp: FileStamp


def tiles_of_rows(
    rows: Sequence[SheetRow], side: int, blurred_by: Catalogue | None = None
) -> Iterator[tuple[SheetRow, list[Tile]]]:
    """The rows with their photos, RGB uint8 (side, side, 3); None for one that cannot be read.

    Args:
        rows: to be drawn.
        side: in pixels.
        blurred_by: knows the faces that are to be unrecognisable; None leaves them as they are.

    Closing the generator stops what is fetched ahead.
    """
    stamps = _stamps(rows, blurred_by) if blurred_by else {}
    waiting: deque[tuple[SheetRow, list[Future[Tile]]]] = deque()
    executor = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="sheet")
    try:
        for row in rows:
            futures = []
            for photo in row.photos:
                faces = _faces(photo, blurred_by, stamps) if blurred_by else None
                futures.append(executor.submit(_tile, photo, side, faces, blurred=blurred_by is not None))
            waiting.append((row, futures))
            while sum(len(each) for _, each in waiting) > _AHEAD + len(futures):
                done, tiles = waiting.popleft()
                yield done, [tile.result() for tile in tiles]
        for done, tiles in waiting:
            yield done, [tile.result() for tile in tiles]
    finally:
        executor.shutdown(cancel_futures=True)


def _stamps(rows: Sequence[SheetRow], catalogue: Catalogue) -> dict[Path, FileStamp]:
    paths = [photo.path for row in rows for photo in row.photos]
    return {path: stamp for path, (stamp, _) in catalogue.recall_files(paths).items()}


def _faces(photo: SheetPhoto, catalogue: Catalogue, stamps: dict[Path, FileStamp]) -> KnownFaces | None:
    stamp = stamps.get(photo.path)
    known = catalogue.recall_content(photo.content) if photo.content is not None else None
    return KnownFaces(known[1].faces, known[1].size_wh, stamp) if known and stamp else None


def _tile(photo: SheetPhoto, side: int, faces: KnownFaces | None, *, blurred: bool) -> Tile:
    try:
        pixels = _pixels(photo.path, side)
        if blurred:
            pixels = _without_faces(pixels, faces if faces and _is_as_seen(photo.path, faces) else None)
    except (PictureError, OSError):
        return None
    return _squared(pixels, side)


def _pixels(path: Path, side: int) -> Pixels:
    pixels = thumbnail(path)
    shorter, longer = sorted(pixels.shape[:2])
    if side <= shorter or longer < LARGE:  # the photo itself is no larger than its thumbnail
        return pixels
    return load_picture(path, round(side * longer / shorter)).pixels


def _is_as_seen(path: Path, faces: KnownFaces) -> bool:
    """Whether the file is still the one in which the faces were found."""
    stat = path.stat()
    return (stat.st_size, stat.st_mtime_ns) == (faces.stamp.size, faces.stamp.mtime_ns)


def _without_faces(pixels: Pixels, known: KnownFaces | None) -> Pixels:
    """A photo with its faces in blocks; all of it, where nobody knows where they are."""
    if known is None:
        return _in_blocks(pixels, 2 * _BLOCKS)
    height, width = pixels.shape[:2]
    hidden = pixels.copy()
    scale = np.array([width / known.size_wh[0], height / known.size_wh[1]] * 2)
    for x0, y0, x1, y1 in (known.faces.boxes_xyxy * scale).tolist():
        wider, higher = _AROUND * (x1 - x0), _AROUND * (y1 - y0)
        left, right = max(0, int(x0 - wider)), min(width, int(x1 + wider) + 1)
        top, bottom = max(0, int(y0 - higher)), min(height, int(y1 + higher) + 1)
        if left < right and top < bottom:
            hidden[top:bottom, left:right] = _in_blocks(hidden[top:bottom, left:right], _BLOCKS)
    return hidden


def _in_blocks(pixels: Pixels, blocks: int) -> Pixels:
    height, width = pixels.shape[:2]
    few = cv2.resize(pixels, (min(blocks, width), min(blocks, height)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _squared(pixels: Pixels, side: int) -> Pixels:
    """The largest square of a photo, in the middle of its width, above the middle of its height."""
    height, width = pixels.shape[:2]
    shorter = min(height, width)
    top, left = round(_CUT_ABOVE * (height - shorter)), (width - shorter) // 2
    square = pixels[top : top + shorter, left : left + shorter]
    # Averaging by a whole number is quick: first that, to twice the size or a little more.
    step = shorter // (2 * side)
    if step > 1:
        whole = shorter - shorter % step
        square = _resized(square[:whole, :whole], whole // step, cv2.INTER_AREA)
    return _resized(square, side, cv2.INTER_AREA if len(square) > side else cv2.INTER_CUBIC)


def _resized(square: Pixels, side: int, interpolation: int) -> Pixels:
    return np.asarray(cv2.resize(square, (side, side), interpolation=interpolation), np.uint8)
