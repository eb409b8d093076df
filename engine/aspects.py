"""Aspect ratios: the shapes that a crop can have."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Aspect:
    """A shape, by name: "1:1", "4:5" ..., or "original" for the photo's own.

    Attributes:
        name: as people write it.
        ratio: width over height; None for the photo's own.
    """

    name: str
    ratio: Fraction | None

    @classmethod
    def parse(cls, text: str) -> "Aspect":
        """Read "W:H" with whole or decimal numbers, or "original".

        Raises:
            ValueError: something else, or a ratio beyond 1:10 or 10:1.
        """
        text = text.strip().lower()
        if text == "original":
            return ORIGINAL
        try:
            # Decimal refuses "1/2", which Fraction would read and no file name could hold.
            width, height = (Fraction(Decimal(side)) for side in text.split(":"))
            ratio = width / height
        except (ValueError, OverflowError, ArithmeticError) as error:
            raise ValueError(f"{text!r} is not an aspect ratio: write it as 4:5, or original") from error
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
COMMON_ASPECTS = (ORIGINAL, *map(Aspect.parse, ("1:1", "4:5", "5:4", "3:2", "2:3", "16:9", "9:16")))
