"""Aspect ratios: the shapes that a crop can have."""

import re
from dataclasses import dataclass
from fractions import Fraction

# Few digits: no number here is worth a long calculation, and each stands in a file's name.
_WRITTEN = re.compile(r"(\d{1,5}(?:\.\d{1,4})?):(\d{1,5}(?:\.\d{1,4})?)")


@dataclass(frozen=True)
class Aspect:
    """A shape, by name: "1:1", "4:5" ..., "original" for the photo's own, "free" for whichever common one is best.

    Attributes:
        name: as people write it.
        ratio: width over height; None for the photo's own, bars around it left out, and for free.
    """

    name: str
    ratio: Fraction | None

    @classmethod
    def parse(cls, text: str) -> "Aspect":
        """Read "W:H" with whole or decimal numbers, "original" or "free".

        Raises:
            ValueError: something else, or a ratio beyond 1:10 or 10:1.
        """
        text = text.strip().lower()
        for named in (ORIGINAL, FREE):
            if text == named.name:
                return named
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not an aspect ratio: write it as 4:5, or original, or free")
        width, height = map(Fraction, found.groups())
        if not (width and height):
            raise ValueError(f"{text!r} is not an aspect ratio: both sides must be above 0")
        ratio = width / height
        if not Fraction(1, 10) <= ratio <= 10:
            raise ValueError(f"{text!r} is too long a shape: between 1:10 and 10:1")
        return cls(text, ratio)

    def largest_in(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the largest box of this shape in a picture, each at least 1."""
        width, height = size_wh
        if self.ratio is None:
            return size_wh
        if width > height * self.ratio:
            return max(1, round(height * self.ratio)), height
        return width, max(1, round(width / self.ratio))


ORIGINAL = Aspect("original", None)
FREE = Aspect("free", None)
# What a search for the best of all shapes goes through.
COMMON_ASPECTS = (ORIGINAL, *map(Aspect.parse, ("1:1", "4:5", "5:4", "3:2", "2:3", "16:9", "9:16")))
