"""Very many photos as dots, put into an image by numpy: fifty thousand in a few milliseconds."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from engine.pixels import Floats

Words = npt.NDArray[np.uint32]
LARGEST_DOT = 12


def as_words(colours: npt.NDArray[np.uint8]) -> Words:
    """RGB uint8 (N, 3) as the 32-bit words of Qt's images."""
    red, green, blue = (colours[:, channel].astype(np.uint32) for channel in range(3))
    return np.asarray(0xFF000000 | red << 16 | green << 8 | blue, np.uint32)


class DotCanvas:
    """An image that is painted anew for each frame, in the same memory."""

    def __init__(self) -> None:
        self._memory: Words = np.zeros((1, 1), np.uint32)

    def paint(self, points: Floats, colours: Words, side: int, size_wh: tuple[int, int], ground: int) -> QImage:
        """An image with a dot at each point, the first on top, and a margin as wide as a dot; valid until the next one.

        Args:
            points: (N, 2), in pixels; what lies outside is left out.
            colours: (N,).
            side: of a dot, in pixels.
            size_wh: of the image.
            ground: its colour.
        """
        width, height = size_wh
        side = min(side, LARGEST_DOT)
        wide, high = width + 2 * side, height + 2 * side
        if self._memory.shape != (high, wide):
            self._memory = np.empty((high, wide), np.uint32)
        self._memory.fill(ground)
        corners = (points + np.float32(side / 2)).astype(np.int32)  # the memory has a margin of a dot
        seen = ((corners >= 0) & (corners < (width + side, height + side))).all(axis=1)
        first = (corners[seen, 1] * wide + corners[seen, 0])[::-1]
        flat, words = self._memory.reshape(-1), colours[seen][::-1]
        for x, y in _disc(side):
            flat[first + (y * wide + x)] = words
        return QImage(self._memory.data, wide, high, 4 * wide, QImage.Format.Format_RGB32)


def _disc(side: int) -> list[tuple[int, int]]:
    """The pixels of a dot: round, where it is large enough to tell."""
    if side < 4:
        return [(x, y) for y in range(side) for x in range(side)]
    middle = (side - 1) / 2
    return [
        (x, y) for y in range(side) for x in range(side) if (x - middle) ** 2 + (y - middle) ** 2 <= (side / 2) ** 2
    ]
