"""Thumbnails on disk, shared with the desktop's file manager where there is such a place.

Source: the Thumbnail Managing Standard of freedesktop.org: a PNG of at most 256 ("large") or 512 pixels ("x-large"),
named by the MD5 of the photo's URI, good as long as it names the photo's URI and modification time.
"""

import hashlib
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path
from PySide6.QtGui import QImage, QImageWriter

# The longer side in pixels, and what the standard calls it.
LARGE, X_LARGE = 256, 512
_NAMES = {LARGE: "large", X_LARGE: "x-large"}


def thumbnail_folder(side: int = LARGE) -> Path:
    """Where thumbnails of this size are kept."""
    if sys.platform in ("darwin", "win32"):
        return user_cache_path("selfie-studio") / "thumbnails" / _NAMES[side]
    return user_cache_path() / "thumbnails" / _NAMES[side]


def read_thumbnail(photo: Path, side: int = LARGE) -> QImage | None:
    """The thumbnail on disk; None where there is none, or one of what the file was before."""
    try:
        modified = int(photo.stat().st_mtime)
        image = QImage(str(_file_for(photo, side)))
    except OSError:
        return None
    fresh = image.text("Thumb::URI") == _uri(photo) and image.text("Thumb::MTime") == str(modified)
    return image if fresh and not image.isNull() else None


def write_thumbnail(photo: Path, image: QImage, side: int = LARGE) -> None:
    """Keep a thumbnail; where that cannot be, it is made again the next time.

    Args:
        photo: the file that it shows.
        image: at most `side` pixels on its longer side, upright.
        side: `LARGE` or `X_LARGE`.
    """
    file = _file_for(photo, side)
    unfinished = file.with_name(f"{file.stem}-{secrets.token_hex(4)}.part")
    try:
        if file.parent in photo.absolute().parents:
            return  # nobody wants thumbnails of thumbnails
        stat = photo.stat()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        marked = QImage(image)
        marked.setText("Thumb::URI", _uri(photo))
        marked.setText("Thumb::MTime", str(int(stat.st_mtime)))
        marked.setText("Thumb::Size", str(stat.st_size))
        marked.setText("Software", "Selfie Studio")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)):
            pass  # private from the first byte on, as the standard asks
        writer = QImageWriter(str(unfinished), b"png")
        writer.setCompression(11)  # of 100: zlib's quickest level
        if writer.write(marked):
            unfinished.replace(file)
        else:
            unfinished.unlink()
    except OSError:
        with suppress(OSError):
            unfinished.unlink()


def _uri(photo: Path) -> str:
    return photo.absolute().as_uri()


def _file_for(photo: Path, side: int) -> Path:
    digest = hashlib.md5(_uri(photo).encode(), usedforsecurity=False).hexdigest()
    return thumbnail_folder(side) / f"{digest}.png"
