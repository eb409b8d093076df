"""RAW photos through LibRaw: the camera's own picture where that is large enough, else the photo developed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from engine.errors import PictureError
from engine.photo_files import HOW_TO_INSTALL, MAX_MEGAPIXELS, check_is_file, reason_of

RAW_SUFFIXES = frozenset((".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw"))
# A camera's picture inside of a RAW photo is taken from this share of the asked-for size on: developing takes seconds.
_LARGE_ENOUGH = 0.75
# Where it has another shape than the RAW photo by more than this, it shows another part of it.
_SAME_SHAPE = 0.02
# LibRaw's numbers for how the camera was held (`sizes.flip`, as in dcraw).
_RAW_TURNS = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.ROTATE_90, 6: Image.Transpose.ROTATE_270}


@contextmanager
def open_raw(path: Path) -> Iterator[Any]:
    """Open a RAW photo with LibRaw for a short while; whatever goes wrong with it in the block is a `PictureError`."""
    check_is_file(path)
    try:
        import rawpy
    except ImportError as error:
        raise PictureError(path, f"RAW photos need one more package: {HOW_TO_INSTALL}", passing=True) from error
    try:
        # A name that is no Unicode cannot be given to LibRaw.
        with rawpy.imread(str(path) if str(path).isprintable() else BytesIO(path.read_bytes())) as raw:
            width, height = raw_size(raw)
            if width * height > MAX_MEGAPIXELS * 1_000_000:
                raise PictureError(path, f"{width} x {height} pixels is too large for a photo")
            yield raw
    except PictureError:
        raise
    except rawpy.LibRawFileUnsupportedError as error:
        raise PictureError(path, "not a RAW photo of a camera that is known") from error
    except rawpy.LibRawError as error:
        passing = isinstance(error, rawpy.LibRawUnsufficientMemoryError)
        raise PictureError(
            path, reason_of(MemoryError()) if passing else "the file is damaged", passing=passing
        ) from error
    except Exception as error:
        raise PictureError(path, reason_of(error), passing=isinstance(error, PermissionError | MemoryError)) from error


def raw_size(raw: Any) -> tuple[int, int]:
    """Width and height of the upright photo."""
    sizes = raw.sizes
    return (sizes.height, sizes.width) if sizes.flip in (5, 6) else (sizes.width, sizes.height)


def raw_image(raw: Any, long_side: int | None) -> Image.Image:
    """The upright photo, about this long: the camera's own picture where it is large enough, else developed."""
    full = max(raw_size(raw))
    needed = full if long_side is None else _LARGE_ENOUGH * min(long_side, full)
    picture = _picture_of_camera(raw, needed)
    if picture is not None:
        return picture
    return Image.fromarray(raw.postprocess(half_size=full // 2 >= needed, use_camera_wb=True))


def _picture_of_camera(raw: Any, needed: float) -> Image.Image | None:
    """The largest picture that the camera left in the file, turned upright; None where none has this long side."""
    import rawpy

    try:
        found = raw.extract_thumb()
        is_jpeg = found.format == rawpy.ThumbFormat.JPEG
        image = Image.open(BytesIO(found.data), formats=("JPEG",)) if is_jpeg else Image.fromarray(found.data)
        if max(image.size) < needed:
            return None
        image.draft("RGB", (round(2 * needed), round(2 * needed)))
        image.load()
    except Exception:  # as of any file; the photo itself is still there
        return None
    sizes = raw.sizes
    turn = _RAW_TURNS.get(sizes.flip)
    # Some cameras turn it themselves: then it does not lie as the sensor does.
    if turn and (turn == Image.Transpose.ROTATE_180 or (image.width > image.height) == (sizes.width > sizes.height)):
        image = image.transpose(turn)
    width, height = raw_size(raw)
    return image if abs(image.width * height / (image.height * width) - 1) < _SAME_SHAPE else None


def raw_taken(raw: Any) -> datetime | None:
    """When a RAW photo was taken, as the camera's clock said; None where it does not say."""
    # LibRaw takes the camera's clock for this machine's time zone, and rawpy back; 0 is no date.
    taken: datetime = raw.other.timestamp
    return taken if taken > datetime.fromtimestamp(0) else None
