"""A PNG written from top to bottom, strip by strip: it may be larger than the memory.

Source: PNG Specification, third edition (W3C, 2025): each row is preceded by its filter's number, and all are packed
by zlib.
"""

import struct
import zlib
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import BinaryIO

import numpy as np

from engine.pixels import Pixels

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BITS, _TRUECOLOUR = 8, 2
# Each byte less the one of the pixel on its left: photos become a third smaller, and are read in three quarters of the
# time that the usual choice of filters takes.
_SUB = 1
# zlib's quickest: the next levels take three times as long for a tenth less.
_LEVEL = 1
_UNIT_METRE = 1


class PngStream:
    """A PNG under way; whole once its block has ended and all its rows were written.

    Args:
        file: open for writing.
        size_wh: of the whole picture.
        dots_per_inch: how large it is to be printed; None where it is not.
        texts: what it says of itself, in Latin letters.
    """

    def __init__(
        self,
        file: BinaryIO,
        size_wh: tuple[int, int],
        dots_per_inch: int | None = None,
        texts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._file, self._size_wh = file, size_wh
        self._packer = zlib.compressobj(_LEVEL)
        file.write(_SIGNATURE)
        self._write_chunk(b"IHDR", struct.pack(">IIBBBBB", *size_wh, _BITS, _TRUECOLOUR, 0, 0, 0))
        for name, text in texts.items():
            self._write_chunk(b"tEXt", f"{name}\0{text}".encode("latin-1", "replace"))
        if dots_per_inch is not None:
            per_metre = round(dots_per_inch / 0.0254)
            self._write_chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, _UNIT_METRE))

    def write(self, strip: Pixels) -> None:
        """Add rows of pixels, RGB uint8 (H, W, 3), W that of the picture."""
        height, width = strip.shape[:2]
        assert width == self._size_wh[0]
        filtered = np.empty((height, 1 + 3 * width), np.uint8)
        filtered[:, 0] = _SUB
        rows = strip.reshape(height, -1)
        filtered[:, 1:4] = rows[:, :3]
        np.subtract(rows[:, 3:], rows[:, :-3], out=filtered[:, 4:])
        if packed := self._packer.compress(filtered.data):
            self._write_chunk(b"IDAT", packed)

    def _write_chunk(self, kind: bytes, content: bytes) -> None:
        self._file.write(struct.pack(">I", len(content)) + kind + content)
        self._file.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(kind))))

    def __enter__(self) -> "PngStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._write_chunk(b"IDAT", self._packer.flush())
            self._write_chunk(b"IEND", b"")


def write_png(file: BinaryIO, pixels: Pixels, texts: Mapping[str, str]) -> None:
    """Write a whole picture, RGB uint8 (H, W, 3)."""
    with PngStream(file, (pixels.shape[1], pixels.shape[0]), texts=texts) as png:
        png.write(pixels)
