"""Cached thumbnails for very many names of a few real photos, to measure with: each a file of its own.

Only the first of each photo is packed; the others are its bytes with what a thumbnail says of its photo changed.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from engine.pixels import Pixels
from engine.thumbnail_cache import save_png, thumbnail, thumbnail_file, thumbnail_marks

_HEADER = 8 + 25  # the signature, and the one chunk that comes before all texts


def make_thumbnails(names: Sequence[Path], photos: int) -> None:
    """Put the thumbnails of names made by `engine.made_album.link_photos` into the cache.

    Args:
        names: the names; every so many of them, `photos`, show the same photo.
        photos: how many photos there are.
    """
    pictures = [thumbnail(name) for name in names[:photos]]
    packed = [_png(picture, {}) for picture in pictures]
    for number, name in enumerate(names):
        place = number % photos
        # A picture of one pixel, for the texts alone.
        said = _png(pictures[place][:1, :1], thumbnail_marks(name))
        texts = said[_HEADER : said.index(b"IDAT") - 4]
        thumbnail_file(name).write_bytes(packed[place][:_HEADER] + texts + packed[place][_HEADER:])


def _png(pixels: Pixels, texts: dict[str, str]) -> bytes:
    file = BytesIO()
    save_png(file, pixels, texts)
    return file.getvalue()
