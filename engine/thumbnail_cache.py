"""Thumbnails on disk, shared with the desktop's file manager where there is such a place.

Source: the Thumbnail Managing Standard of freedesktop.org: a PNG of at most 256 ("large") or 512 pixels ("x-large"),
named by the MD5 of the photo's URI, good as long as it names the photo's URI and modification time.
"""

import hashlib
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from platformdirs import user_cache_path

from engine.pictures import load_picture
from engine.pixels import Pixels

# The longer side in pixels, and what the standard calls it.
LARGE, X_LARGE = 256, 512
_NAMES = {LARGE: "large", X_LARGE: "x-large"}


def thumbnail_folder(side: int = LARGE) -> Path:
    """Where thumbnails of this size are kept."""
    if sys.platform in ("darwin", "win32"):
        return user_cache_path("selfie-studio") / "thumbnails" / _NAMES[side]
    return user_cache_path() / "thumbnails" / _NAMES[side]


def thumbnail_file(photo: Path, side: int = LARGE) -> Path:
    """Where the thumbnail of a photo is, if there is one."""
    digest = hashlib.md5(_uri(photo).encode(), usedforsecurity=False).hexdigest()
    return thumbnail_folder(side) / f"{digest}.png"


def thumbnail_marks(photo: Path) -> dict[str, str]:
    """What a good thumbnail says of the photo as the file is now, by the PNG's keywords.

    Raises:
        OSError: the photo is not there.
    """
    stat = photo.stat()
    return {"Thumb::URI": _uri(photo), "Thumb::MTime": str(int(stat.st_mtime)), "Thumb::Size": str(stat.st_size)}


def is_fresh(wanted: Mapping[str, str], said: Mapping[str, str]) -> bool:
    """Whether a thumbnail that says this of its photo shows the file as it is now; not all programs tell the size."""
    return all(said[name] == value or (name == "Thumb::Size" and not said[name]) for name, value in wanted.items())


def _uri(photo: Path) -> str:
    return photo.absolute().as_uri()


def cached_thumbnail(photo: Path, side: int = LARGE) -> Pixels | None:
    """The thumbnail on disk, RGB uint8 (H, W, 3); None where there is none, or one of what the file was before."""
    try:
        wanted = thumbnail_marks(photo)
        content = thumbnail_file(photo, side).read_bytes()
        # Pillow reads what the file says, OpenCV the pixels: in four fifths of the time.
        with Image.open(BytesIO(content), formats=("PNG",)) as header:
            fresh = is_fresh(wanted, {name: header.info.get(name, "") for name in wanted})
    except (OSError, ValueError, SyntaxError):
        return None
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if fresh else None
    return None if decoded is None else np.asarray(decoded, np.uint8)


def thumbnail(photo: Path, side: int = LARGE) -> Pixels:
    """The thumbnail of a photo, at most `side` on its longer side; made and kept where there was none.

    Raises:
        PictureError: the photo is not there, or cannot be read.
    """
    pixels = cached_thumbnail(photo, side)
    if pixels is None:
        pixels = load_picture(photo, side).pixels
        write_thumbnail(photo, pixels, side)
    return pixels


def write_thumbnail(photo: Path, pixels: Pixels, side: int = LARGE) -> None:
    """Keep a thumbnail; where that cannot be, it is made again the next time.

    Args:
        photo: the file that it shows.
        pixels: RGB uint8 (H, W, 3), at most `side` on its longer side, upright.
        side: `LARGE` or `X_LARGE`.
    """
    file = thumbnail_file(photo, side)
    unfinished = file.with_name(f"{file.stem}-{secrets.token_hex(4)}.part")
    try:
        if file.parent in photo.absolute().parents:
            return  # nobody wants thumbnails of thumbnails
        texts = {**thumbnail_marks(photo), "Software": "Selfie Studio"}
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Private from the first byte on, as the standard asks.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            save_png(target, pixels, texts)
        unfinished.replace(file)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()


def save_png(file: BinaryIO, pixels: Pixels, texts: Mapping[str, str]) -> None:
    """Write a picture, RGB uint8 (H, W, 3), and what it says of itself, by the PNG's keywords."""
    said = PngInfo()
    for keyword, text in texts.items():
        said.add_text(keyword, text)
    # zlib's quickest: its usual level takes three times as long for a twentieth less.
    Image.fromarray(pixels).save(file, "PNG", pnginfo=said, compress_level=1)
