"""A PNG written from top to bottom, strip by strip: it may be larger than the memory.

The file's parts are written by pypng. Its loop over rows is left aside: it runs to the end at one go, where a picture
under way must tell how far it is and may be given up; and it leaves rows unfiltered, so that files are larger.
"""

import zlib
from types import TracebackType
from typing import BinaryIO

import numpy as np

from engine.errors import EngineError
from engine.lab import HOW_TO_INSTALL
from engine.pixels import Pixels

# Each byte less the one of the pixel on its left: of photos, a fifth less than unfiltered.
_SUB = 1
# zlib's quickest: the next levels take three times as long for a tenth less.
_LEVEL = 1


class PngStream:
    """A PNG under way; whole once its block has ended and all its rows were written.

    Args:
        file: open for writing.
        size_wh: of the whole picture.
        dots_per_inch: how large it is to be printed; None where it is not.

    Raises:
        EngineError: pypng is not installed.
    """

    def __init__(self, file: BinaryIO, size_wh: tuple[int, int], dots_per_inch: int | None = None) -> None:
        try:
            import png
        except ImportError as error:
            raise EngineError(f"A sheet or map as PNG needs pypng: {HOW_TO_INSTALL}") from error
        self._png, self._file, self._width = png, file, size_wh[0]
        self._packer = zlib.compressobj(_LEVEL)
        per_metre = None if dots_per_inch is None else round(dots_per_inch / 0.0254)
        png.Writer(
            *size_wh,
            greyscale=False,
            x_pixels_per_unit=per_metre,
            y_pixels_per_unit=per_metre,
            unit_is_meter=True,
        ).write_preamble(file)

    def write(self, strip: Pixels) -> None:
        """Add rows of pixels, RGB uint8 (H, W, 3), W that of the picture."""
        height, width = strip.shape[:2]
        assert width == self._width
        filtered = np.empty((height, 1 + 3 * width), np.uint8)
        filtered[:, 0] = _SUB
        rows = strip.reshape(height, -1)
        filtered[:, 1:4] = rows[:, :3]
        np.subtract(rows[:, 3:], rows[:, :-3], out=filtered[:, 4:])
        if packed := self._packer.compress(filtered.data):
            self._png.write_chunk(self._file, b"IDAT", packed)

    def __enter__(self) -> "PngStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._png.write_chunk(self._file, b"IDAT", self._packer.flush())
            self._png.write_chunk(self._file, b"IEND")
