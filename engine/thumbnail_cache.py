"""Thumbnails on disk, shared with the desktop's file manager where there is such a place.

Source: the Thumbnail Managing Standard of freedesktop.org: a PNG of at most 256 pixels, named by the MD5 of the photo's
URI, good as long as it names the photo's URI and modification time.
"""

import hashlib
import os
import secrets
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from platformdirs import user_cache_path

from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.png_stream import write_png

THUMBNAIL_SIDE = 256


def thumbnail_folder() -> Path:
    """Where thumbnails of this size are kept."""
    if sys.platform in ("darwin", "win32"):
        return user_cache_path("selfie-studio") / "thumbnails"
    return user_cache_path() / "thumbnails" / "large"


def thumbnail_file(photo: Path) -> Path:
    """Where the thumbnail of a photo is, if there is one."""
    digest = hashlib.md5(_uri(photo).encode(), usedforsecurity=False).hexdigest()
    return thumbnail_folder() / f"{digest}.png"


def thumbnail_marks(photo: Path) -> dict[str, str]:
    """What a good thumbnail says of the photo as the file is now, by the PNG's keywords.

    Raises:
        OSError: the photo is not there.
    """
    stat = photo.stat()
    return {"Thumb::URI": _uri(photo), "Thumb::MTime": str(int(stat.st_mtime)), "Thumb::Size": str(stat.st_size)}


def _uri(photo: Path) -> str:
    return photo.absolute().as_uri()


def cached_thumbnail(photo: Path) -> Pixels | None:
    """The thumbnail on disk, RGB uint8 (H, W, 3); None where there is none, or one of what the file was before."""
    try:
        wanted = thumbnail_marks(photo)
        content = thumbnail_file(photo).read_bytes()
        # Pillow reads what the file says, OpenCV the pixels: in four fifths of the time.
        with Image.open(BytesIO(content), formats=("PNG",)) as header:
            fresh = all(header.info.get(name) == wanted[name] for name in ("Thumb::URI", "Thumb::MTime"))
    except (OSError, ValueError, SyntaxError):
        return None
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if fresh else None
    return None if decoded is None else np.asarray(decoded, np.uint8)


def thumbnail(photo: Path) -> Pixels:
    """The thumbnail of a photo, at most `THUMBNAIL_SIDE` on its longer side; made and kept where there was none.

    Raises:
        PictureError: the photo is not there, or cannot be read.
    """
    pixels = cached_thumbnail(photo)
    if pixels is None:
        pixels = load_picture(photo, THUMBNAIL_SIDE).pixels
        write_thumbnail(photo, pixels)
    return pixels


def write_thumbnail(photo: Path, pixels: Pixels) -> None:
    """Keep a thumbnail; where that cannot be, it is made again the next time.

    Args:
        photo: the file that it shows.
        pixels: RGB uint8 (H, W, 3), at most `THUMBNAIL_SIDE` on its longer side, upright.
    """
    file = thumbnail_file(photo)
    unfinished = file.with_name(f"{file.stem}-{secrets.token_hex(4)}.part")
    try:
        if file.parent in photo.absolute().parents:
            return  # nobody wants thumbnails of thumbnails
        texts = {**thumbnail_marks(photo), "Software": "Selfie Studio"}
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Private from the first byte on, as the standard asks.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            write_png(target, pixels, texts)
        unfinished.replace(file)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
