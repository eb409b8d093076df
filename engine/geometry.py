"""Boxes: half-open rectangles in whole pixels of the upright picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A half-open rectangle: it holds the pixels x0 <= x < x1 and y0 <= y < y1, and is never empty.

    Raises:
        ValueError: x0 >= x1 or y0 >= y1.
    """

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        if self.x0 >= self.x1 or self.y0 >= self.y1:
            raise ValueError(f"an empty box: {self.xyxy}")

    @property
    def xyxy(self) -> tuple[int, int, int, int]:
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        return self.width * self.height

    def intersection_area(self, other: "Box") -> int:
        """Pixels that both boxes hold; 0 where they only touch."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(width, 0) * max(height, 0)

    def iou(self, other: "Box") -> float:
        """Intersection over union, 0 (apart) to 1 (equal)."""
        shared = self.intersection_area(other)
        return shared / (self.area + other.area - shared)

    def scaled(self, from_wh: tuple[int, int], to_wh: tuple[int, int]) -> "Box":
        """The same part of a picture in another resolution of it, rounded to whole pixels and kept inside."""
        x_ratio, y_ratio = to_wh[0] / from_wh[0], to_wh[1] / from_wh[1]
        x0 = min(max(round(self.x0 * x_ratio), 0), to_wh[0] - 1)
        y0 = min(max(round(self.y0 * y_ratio), 0), to_wh[1] - 1)
        x1 = min(max(round(self.x1 * x_ratio), x0 + 1), to_wh[0])
        y1 = min(max(round(self.y1 * y_ratio), y0 + 1), to_wh[1])
        return Box(x0, y0, x1, y1)

    def as_stored(self, stored_wh: tuple[int, int], orientation: int) -> "Box":
        """The same part of the picture in the coordinates of its file, before it is turned upright.

        Args:
            stored_wh: width and height of the picture as it is stored.
            orientation: 1 to 8 (EXIF 3.0, 4.6.5.1: where the first row and the first column stand); else it is stored
                upright.
        """
        width, height = stored_wh
        x0, y0, x1, y1 = self.xyxy
        if orientation in (5, 6, 7, 8):  # rows are stored as columns
            x0, y0, x1, y1 = y0, x0, y1, x1
        if orientation in (2, 3, 7, 8):
            x0, x1 = width - x1, width - x0
        if orientation in (3, 4, 6, 7):
            y0, y1 = height - y1, height - y0
        return Box(x0, y0, x1, y1)

    def as_upright(self, stored_wh: tuple[int, int], orientation: int) -> "Box":
        """What `as_stored` made of a box, back in the coordinates of the upright picture."""
        width, height = stored_wh
        x0, y0, x1, y1 = self.xyxy
        if orientation in (2, 3, 7, 8):
            x0, x1 = width - x1, width - x0
        if orientation in (3, 4, 6, 7):
            y0, y1 = height - y1, height - y0
        if orientation in (5, 6, 7, 8):
            x0, y0, x1, y1 = y0, x0, y1, x1
        return Box(x0, y0, x1, y1)
