"""Photos to a folder, for others: as they are or smaller, with or without the place where they were taken.

The generator is the job, as in `engine/scan.py`: closing it cancels between two photos, and no half-written file stays.
Nothing is overwritten and no original is changed; a bad photo is recorded with its reason and the rest goes on.

Without the location means: without the position and names of places in EXIF, IPTC and XMP (GPS; city, state, country
and location of IPTC Photo Metadata 2023.2). What only looks like a place, such as a keyword, stays. Where the location
cannot be taken out of a copy for certain (a HEIC, a video behind a photo), the photo is saved anew, as a JPEG.
"""

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image, UnidentifiedImageError

from engine.crop_regions import turn_regions
from engine.errors import PictureError
from engine.files import reserve_unused, temporary_beside
from engine.metadata import (
    CROP_KEYS,
    can_be_written,
    describe_new_pixels,
    exiv2_alone,
    open_with_exiv2,
    same_pixels,
    set_all,
    stored_orientation,
    written,
)
from engine.photo_files import check_is_file
from engine.pictures import load_picture, open_image, turned_upright
from engine.progress import Progress
from engine.raw_photos import RAW_SUFFIXES

# From here on up, Pillow keeps colours at full resolution: at low quality nobody sees them.
_FULL_CHROMA_FROM_QUALITY = 90
_FULL_CHROMA, _HALF_CHROMA = 0, 2
_OF_A_PLACE = re.compile(r"\.(GPS|City|State|Country|ProvinceState|SubLocation|Location|Landmark)")
# What still tells a place where exiv2 does not look: in XMP of a GIF, in the video behind a phone's photo (QuickTime).
_TELLS_A_PLACE = (b"exif:GPS", b"\xa9xyz", b"location.ISO6709")
_SECOND_READERS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")
_GPS_DIRECTORY = 0x8825
# Tags from here on tell how a DNG's pixels are to be developed (DNG specification, 1.7).
_FIRST_DNG_TAG = 0xC612


@dataclass(frozen=True)
class ExportSettings:
    """How photos are exported.

    Attributes:
        long_side: pixels of the longer side of JPEGs, never enlarged; None copies the files as they are.
        jpeg_quality: 1 to 95, of what is saved anew.
        without_location: whether the place is taken out.
        numbered: whether names begin with 001_, 002_ ... in the order of the photos.
    """

    long_side: int | None = None
    jpeg_quality: int = 90
    without_location: bool = False
    numbered: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.jpeg_quality <= 95:
            raise ValueError(f"{self.jpeg_quality} is no JPEG quality: 1 to 95 are")
        if self.long_side is not None and self.long_side < 1:
            raise ValueError(f"{self.long_side} pixels are no size")


@dataclass(frozen=True)
class ExportedPhoto:
    """What became of one photo.

    Attributes:
        source: the photo.
        target: the new file; None where there is none.
        error: why there is none.
    """

    source: Path
    target: Path | None
    error: str | None


def export_photos(photos: Sequence[Path], folder: Path, settings: ExportSettings) -> Iterator[Progress[ExportedPhoto]]:
    """Export photos to a folder.

    Args:
        photos: in the order that `numbered` keeps.
        folder: where to; made where it is missing. Where a name is taken, -2, -3 ... is added.
        settings: how.

    Yields:
        One progress at the start, then one for each photo.

    Raises:
        PictureError: the folder cannot be made, or there is no room for the copies.
    """
    _prepare(folder, photos, settings)
    yield Progress(0, len(photos), f"{len(photos)} photos to export")
    digits = max(3, len(str(len(photos))))
    for number, photo in enumerate(photos, start=1):
        prefix = f"{number:0{digits}}_" if settings.numbered else ""
        try:
            exported = ExportedPhoto(photo, _export(photo, folder, prefix, settings), None)
        except PictureError as error:
            exported = ExportedPhoto(photo, None, error.reason)
        yield Progress(number, len(photos), photo.name, (exported,))


def _prepare(folder: Path, photos: Sequence[Path], settings: ExportSettings) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise PictureError(folder, _what_to_do(error), passing=True) from error
    needed = 0 if settings.long_side else sum(photo.stat().st_size for photo in photos if photo.is_file())
    if needed > free:
        needed_mb, free_mb = needed / 1e6, free / 1e6
        reason = f"the photos need {needed_mb:,.1f} MB, {free_mb:,.1f} MB are free: make room, or choose another folder"
        raise PictureError(folder, reason, passing=True)


def _export(photo: Path, folder: Path, prefix: str, settings: ExportSettings) -> Path:
    check_is_file(photo)
    content = None if settings.long_side else _copy(photo, settings)
    suffix = photo.suffix
    if content is None:
        content, suffix = _saved_anew(photo, settings), ".jpg"
    try:
        target = reserve_unused(folder / f"{prefix}{photo.stem}{suffix}")
    except OSError as error:
        raise PictureError(folder, _what_to_do(error), passing=True) from error
    try:
        with temporary_beside(target) as temporary:
            temporary.write_bytes(content)
            # Albums of others are sorted by it.
            os.utime(temporary, ns=(photo.stat().st_atime_ns, photo.stat().st_mtime_ns))
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PictureError(target, _what_to_do(error), passing=True) from error
        raise
    return target


def _what_to_do(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full: make room on it, or choose another folder"
    return f"it cannot be saved there ({error.strerror or error}): choose another folder"


def _copy(photo: Path, settings: ExportSettings) -> bytes | None:
    """The file as it is, or without its location; None where that cannot be taken out for certain."""
    try:
        content = photo.read_bytes()
    except OSError as error:
        raise PictureError(photo, f"this file cannot be read ({error.strerror})", passing=True) from error
    if not settings.without_location:
        return content
    try:
        with exiv2_alone(photo) as exiv2:
            image = exiv2.ImageFactory.open(content)
            image.readMetadata()
            if _forget_place(image):
                if not can_be_written(image, photo):
                    return None
                content, before = written(image), content
                if not same_pixels(before, content):
                    return None
    except PictureError:
        return None
    return None if _tells_a_place(content) else content


def _tells_a_place(content: bytes) -> bool:
    """Whether a reader that is not exiv2 still finds a place."""
    if any(sign in content for sign in _TELLS_A_PLACE):
        return True
    try:
        with Image.open(BytesIO(content), formats=_SECOND_READERS) as image:
            return bool(image.getexif().get_ifd(_GPS_DIRECTORY))
    except UnidentifiedImageError:
        return False  # a HEIC or a RAW photo, which exiv2 alone reads
    except Exception:  # Pillow's readers raise almost anything
        return True


def _forget_place(image: Any) -> bool:
    """Take all that tells a place out of exiv2's Image; whether there was anything."""
    parts = (image.exifData(), image.iptcData(), image.xmpData())
    found = [_erase(data, lambda datum: _OF_A_PLACE.search(datum.key()) is not None) for data in parts]
    return any(found)


def _erase(data: Any, is_unwanted: Callable[[Any], bool]) -> bool:
    found = False
    at = data.begin()
    while at != data.end():
        if is_unwanted(at):
            at, found = data.erase(at), True
        else:
            next(at)
    return found


def _saved_anew(photo: Path, settings: ExportSettings) -> bytes:
    """A JPEG of the upright photo, with its colour profile, EXIF, IPTC and XMP."""
    image, profile = _reduced(photo, settings.long_side)
    chroma = _FULL_CHROMA if settings.jpeg_quality >= _FULL_CHROMA_FROM_QUALITY else _HALF_CHROMA
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=settings.jpeg_quality, subsampling=chroma, optimize=True, icc_profile=profile)
    for with_xmp in (True, False):  # a JPEG has no room for more than 64 kB of XMP
        try:
            with exiv2_alone(photo) as exiv2:
                return _with_metadata_of(exiv2, photo, buffer.getvalue(), image.size, settings, with_xmp=with_xmp)
        except PictureError:
            pass
    return buffer.getvalue()  # metadata that cannot be read are no reason to keep the photo back


def _reduced(photo: Path, long_side: int | None) -> tuple[Image.Image, bytes | None]:
    """The upright photo in the colours of its own profile; in sRGB where a JPEG's viewer may not know what to do."""
    if photo.suffix.lower() not in RAW_SUFFIXES:
        with open_image(photo) as image:
            if long_side:
                image.draft(None, (2 * long_side, 2 * long_side))
            whole = turned_upright(image)
            if whole.mode in ("L", "RGB"):
                if long_side:
                    whole.thumbnail((long_side, long_side), Image.Resampling.LANCZOS, reducing_gap=None)
                return whole, image.info.get("icc_profile")
    return Image.fromarray(load_picture(photo, long_side).pixels), None


def _with_metadata_of(
    exiv2: ModuleType, photo: Path, jpeg: bytes, size_wh: tuple[int, int], settings: ExportSettings, *, with_xmp: bool
) -> bytes:
    source, target = open_with_exiv2(exiv2, photo), exiv2.ImageFactory.open(jpeg)
    target.readMetadata()
    target.setExifData(source.exifData())
    target.setIptcData(source.iptcData())
    if with_xmp:
        target.setXmpData(source.xmpData())
        orientation = stored_orientation(source)
        turn_regions(exiv2, target.xmpData(), orientation, size_wh)
        if orientation != 1:  # the rectangle of a crop is one of the picture as it was stored
            set_all(target.xmpData(), dict.fromkeys(CROP_KEYS))
    if settings.without_location:
        _forget_place(target)
    _describe_new_pixels(exiv2, target, size_wh)
    return written(target)


def _describe_new_pixels(exiv2: ModuleType, image: Any, size_wh: tuple[int, int]) -> None:
    """Let the metadata say how the new picture lies; how to develop a RAW does not belong to it."""
    _erase(image.exifData(), lambda datum: datum.groupName() == "Image" and datum.tag() >= _FIRST_DNG_TAG)
    describe_new_pixels(exiv2, image, size_wh)
