"""Crops of JPEGs without decoding them: whole blocks of coefficients move into a new file, not one is changed.

A JPEG is stored in blocks of 8 x 8 pixels, or 16 where its colours are stored coarser (ISO 10918-1, A.2.4), so a crop
can begin at the edge of such a block alone: it is moved there, by as little as possible, in the coordinates of the
file, which may lie on its side. The orientation stays, as does all else but the thumbnail. jpeglib, which brings
libjpeg-turbo along, does the work; it is an extra (`pip install 'selfie-studio[lossless]'`).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from engine.crop_file import new_file
from engine.crop_regions import CutOut, move_regions
from engine.errors import PictureError
from engine.geometry import Box
from engine.metadata import CROP_KEYS, describe_new_pixels, exiv2_alone, open_with_exiv2, set_all, written
from engine.pictures import open_image

_ORIENTATION_TAG = 0x0112
_BLOCK = 8
_COMPONENTS = ("Y", "Cb", "Cr", "K")


@dataclass(frozen=True)
class LosslessCrop:
    """A crop that was saved without encoding it again.

    Attributes:
        path: the new file.
        box: what it shows, in pixels of the upright, full-size photo.
        shift_xy: how far that lies from what was asked for, in pixels to the right and down.
    """

    path: Path
    box: Box
    shift_xy: tuple[int, int]


def lossless_is_possible() -> bool:
    """Whether the library is installed."""
    try:
        _jpeglib(Path())
    except PictureError:
        return False
    return True


def save_lossless_crop(source: Path, box: Box, folder: Path, name: str) -> LosslessCrop:
    """Write a part of a JPEG to a new file, block for block.

    Args:
        source: a JPEG.
        box: in pixels of the upright, full-size photo; what reaches over its edge is left out.
        folder: where to; made where it is missing.
        name: without a suffix; where it is taken, -2, -3 ... is added.

    Raises:
        PictureError: it is no JPEG or damaged, the box lies outside, the library is missing, or nothing can be written.
    """
    jpeglib = _jpeglib(source)
    with open_image(source) as image:
        if image.format not in ("JPEG", "MPO"):
            raise PictureError(source, "only a JPEG can be cropped without loss")
        image.load()  # what is damaged is noticed here
        stored_wh, orientation = image.size, image.getexif().get(_ORIENTATION_TAG, 1)
        units_wh = _units(image)
    wanted = _stored_inside(source, box, stored_wh, orientation)
    moved = Box(*_moved(wanted, units_wh, stored_wh))
    with new_file(folder, f"{name}.jpg") as (target, temporary):
        temporary.write_bytes(_with_metadata(source, _cropped(jpeglib, source, moved), moved, orientation))
    shown, asked = moved.as_upright(stored_wh, orientation), wanted.as_upright(stored_wh, orientation)
    return LosslessCrop(target, shown, (shown.x0 - asked.x0, shown.y0 - asked.y0))


def _jpeglib(source: Path) -> ModuleType:
    try:
        import jpeglib
    except (ImportError, OSError) as error:
        reason = "to crop without loss, install jpeglib (pip install 'selfie-studio[lossless]')"
        raise PictureError(source, reason, passing=True) from error
    return jpeglib  # type: ignore[no-any-return]


def _units(image: Any) -> tuple[int, int]:
    """Width and height of the JPEG's smallest unit in pixels: its blocks, as many as its sampling joins."""
    _, across, down, *_ = zip(*image.layer, strict=True)
    if len(image.layer) == 1:  # grey: each block stands alone, whatever sampling it claims (ISO 10918-1, A.2.2)
        return _BLOCK, _BLOCK
    return _BLOCK * max(across), _BLOCK * max(down)


def _stored_inside(source: Path, box: Box, stored_wh: tuple[int, int], orientation: int) -> Box:
    stored = box.as_stored(stored_wh, orientation)
    x0, y0, x1, y1 = max(stored.x0, 0), max(stored.y0, 0), min(stored.x1, stored_wh[0]), min(stored.y1, stored_wh[1])
    if x0 >= x1 or y0 >= y1:
        raise PictureError(source, f"the crop {box.xyxy} lies outside of its pixels")
    return Box(x0, y0, x1, y1)


def _moved(box: Box, units_wh: tuple[int, int], stored_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box at the nearest edge of a block from which it still fits the picture."""
    starts = []
    for start, length, unit, side in zip(box.xyxy[:2], (box.width, box.height), units_wh, stored_wh, strict=True):
        nearest = round(start / unit) * unit
        starts.append(nearest if nearest + length <= side else start // unit * unit)
    x0, y0 = starts
    return x0, y0, x0 + box.width, y0 + box.height


def _cropped(jpeglib: ModuleType, source: Path, box: Box) -> bytes:
    """A JPEG without metadata, of the blocks that hold the box, which begins at the edge of one."""
    with _names() as (old, new):
        old.write_bytes(source.read_bytes())
        try:
            picture = jpeglib.read_dct(str(old))
            picture.load()
            sampling = np.asarray(picture.samp_factor)  # (components, 2): down, across
            largest = sampling.max(axis=0) if len(sampling) > 1 else sampling[0]
            for component, (down, across) in zip(_COMPONENTS, sampling, strict=False):
                rows = _part(box.y0, box.height, int(largest[0]), int(down))
                columns = _part(box.x0, box.width, int(largest[1]), int(across))
                blocks = getattr(picture, component)  # (rows, columns, 8, 8)
                setattr(picture, component, np.ascontiguousarray(blocks[rows, columns]))
            picture.width, picture.height, picture.markers = box.width, box.height, []
            picture.write_dct(str(new))
        except OSError as error:
            raise PictureError(source, f"cannot be cropped without loss ({error})") from error
        return new.read_bytes()


@contextmanager
def _names() -> Iterator[tuple[Path, Path]]:
    """Two names of files that jpeglib can read and write whatever the photo is called."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "old.jpg", Path(folder) / "new.jpg"


def _part(start: int, length: int, largest: int, own: int) -> slice:
    """The blocks of a component, of which `own` stand where the finest has `largest`."""
    unit = _BLOCK * largest
    return slice(start // unit * own, start // unit * own + -(-length * own // unit))


def _with_metadata(source: Path, jpeg: bytes, box: Box, orientation: int) -> bytes:
    with exiv2_alone(source) as exiv2:
        old, new = open_with_exiv2(exiv2, source), exiv2.ImageFactory.open(jpeg)
        new.readMetadata()
        new.setExifData(old.exifData())
        new.setIptcData(old.iptcData())
        new.setXmpData(old.xmpData())
        set_all(new.xmpData(), dict.fromkeys(CROP_KEYS))
        size_wh = box.width, box.height
        move_regions(exiv2, new.xmpData(), CutOut((old.pixelWidth(), old.pixelHeight()), 1, box), size_wh)
        with Image.open(source) as image:
            if profile := image.info.get("icc_profile"):
                new.setIccProfile(exiv2.DataBuf(profile))
        describe_new_pixels(exiv2, new, size_wh, orientation)
        return written(new)
