"""Thumbnails on disk (`engine.thumbnail_cache`) as images for the screen."""

from pathlib import Path

from PySide6.QtGui import QImage

from engine.thumbnail_cache import LARGE, is_fresh, thumbnail_file, thumbnail_marks


def read_thumbnail(photo: Path, side: int = LARGE) -> QImage | None:
    """The thumbnail on disk; None where there is none, or one of what the file was before."""
    try:
        wanted = thumbnail_marks(photo)
        image = QImage(str(thumbnail_file(photo, side)))
    except OSError:
        return None
    fresh = is_fresh(wanted, {name: image.text(name) for name in wanted})
    return image if fresh and not image.isNull() else None
