"""Which part of a map is seen, and how large: plain geometry, without a screen."""

from dataclasses import dataclass, replace

import numpy as np

from engine.pixels import Floats

Point = tuple[float, float]
Size = tuple[float, float]
# Of the view, around a map that fits.
MARGIN = 0.04
# A cell is at most this large, in pixels.
CLOSEST = 400.0


@dataclass(frozen=True)
class Camera:
    """A view of a map.

    Attributes:
        scale: pixels for one cell.
        middle_xy: what is in the middle of the view, in cells.
    """

    scale: float = 1.0
    middle_xy: Point = (0.0, 0.0)

    @classmethod
    def of_all(cls, map_wh: Size, view_wh: Size) -> "Camera":
        """The whole map, told in cells, in the middle of a view."""
        room = 1 - 2 * MARGIN
        scale = min(room * view_wh[0] / max(map_wh[0], 1), room * view_wh[1] / max(map_wh[1], 1))
        return cls(min(max(scale, 1e-3), CLOSEST), (map_wh[0] / 2, map_wh[1] / 2))

    def to_view(self, places: Floats, view_wh: Size) -> Floats:
        """Places in cells (N, 2) as pixels of a view."""
        shift = np.array(view_wh, np.float32) / 2 - self.scale * np.array(self.middle_xy, np.float32)
        return places * np.float32(self.scale) + shift.astype(np.float32)

    def to_map(self, point: Point, view_wh: Size) -> Point:
        """A point of a view, in cells."""
        x, y = ((point[axis] - view_wh[axis] / 2) / self.scale + self.middle_xy[axis] for axis in range(2))
        return x, y

    def moved(self, x: float, y: float) -> "Camera":
        """With the map moved by so many pixels."""
        return replace(self, middle_xy=(self.middle_xy[0] - x / self.scale, self.middle_xy[1] - y / self.scale))

    def zoomed(self, factor: float, about: Point, view_wh: Size, furthest: float) -> "Camera":
        """Larger by a factor, with what is at a point of the view staying there.

        Args:
            furthest: the smallest scale.
        """
        scale = min(max(self.scale * factor, furthest), CLOSEST)
        x, y = self.to_map(about, view_wh)
        return Camera(scale, (x - (about[0] - view_wh[0] / 2) / scale, y - (about[1] - view_wh[1] / 2) / scale))

    def kept_near(self, map_wh: Size) -> "Camera":
        """With its middle on the map: nobody gets lost."""
        x, y = (min(max(self.middle_xy[axis], 0.0), map_wh[axis]) for axis in range(2))
        return replace(self, middle_xy=(x, y))


def inside_polygon(points: Floats, polygon: Floats) -> np.ndarray:
    """Which points (N, 2) lie inside a polygon (M, 2), by the even-odd rule: bool (N,)."""
    inside = np.zeros(len(points), np.bool_)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    x, y = points[near, 0], points[near, 1]
    crossings = np.zeros(len(near), np.bool_)
    for (x0, y0), (x1, y1) in zip(polygon.tolist(), np.roll(polygon, -1, axis=0).tolist(), strict=True):
        if y0 != y1:
            crosses = (y0 > y) != (y1 > y)
            crossings ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    inside[near] = crossings
    return inside
