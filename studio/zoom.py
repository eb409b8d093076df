"""Where a picture stands in a canvas: fitted or laid face on face, then zoomed and moved.

Points are told from the canvas's middle, x to the right and y down, so that canvases side by side can share one `Zoom`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, prod

from engine.faces import Faces

Point = tuple[float, float]
# Screen pixels for each pixel of the picture: more of them show no more.
CLOSEST = 8.0
# Eyes stand so far apart, as a share of their distance from the mouth, or less where the head is turned aside: then the
# distance from the mouth tells the size of the face. Seen from the front they stand 0.9 apart and more.
TURNED_EYES = 0.8


@dataclass(frozen=True)
class Placement:
    """How a picture lies in a canvas before it is zoomed.

    Attributes:
        scale: points of the canvas for each pixel of the full-size picture.
        middle_xy: the pixel that stands in the canvas's middle.
    """

    scale: float
    middle_xy: Point

    def point(self, pixel_xy: Point) -> Point:
        """Where a pixel of the picture stands."""
        (x, y), (middle_x, middle_y) = pixel_xy, self.middle_xy
        return (x - middle_x) * self.scale, (y - middle_y) * self.scale


@dataclass(frozen=True)
class Zoom:
    """How much larger everything is than its placement, and how far it is moved.

    Attributes:
        factor: 1 leaves the placement as it is.
        moved_xy: of the placement's middle, in points.
    """

    factor: float = 1.0
    moved_xy: Point = (0.0, 0.0)

    def point(self, placed_xy: Point) -> Point:
        """Where a point of the placement comes to stand."""
        return placed_xy[0] * self.factor + self.moved_xy[0], placed_xy[1] * self.factor + self.moved_xy[1]

    def about(self, point_xy: Point, factor: float) -> "Zoom":
        """Another factor; what stands at a point stays there."""
        ratio = factor / self.factor
        (x, y), (moved_x, moved_y) = point_xy, self.moved_xy
        return Zoom(factor, (x - ratio * (x - moved_x), y - ratio * (y - moved_y)))

    def moved(self, by_xy: Point) -> "Zoom":
        return Zoom(self.factor, (self.moved_xy[0] + by_xy[0], self.moved_xy[1] + by_xy[1]))

    def kept_inside(self, placement: Placement, picture_wh: tuple[int, int], canvas_wh: tuple[int, int]) -> "Zoom":
        """Moved no further than until an edge of the picture comes inside the canvas, or where the placement has it."""
        corners = placement.point((0, 0)), placement.point(picture_wh)
        moved = []
        for axis in (0, 1):
            first, last = (corner[axis] * self.factor for corner in corners)
            most_left = min(canvas_wh[axis] / 2 - last, 0)
            most_right = max(-canvas_wh[axis] / 2 - first, 0)
            moved.append(min(max(self.moved_xy[axis], most_left), most_right))
        return Zoom(self.factor, (moved[0], moved[1]))


def fitted(picture_wh: tuple[int, int], canvas_wh: tuple[int, int]) -> Placement:
    """As large as fits, in the middle."""
    scale = min(canvas / max(picture, 1) for picture, canvas in zip(picture_wh, canvas_wh, strict=True))
    return Placement(scale, (picture_wh[0] / 2, picture_wh[1] / 2))


def laid_face_on_face(placements: Sequence[Placement], faces: Sequence[Faces]) -> list[Placement]:
    """Shift and scale pictures so that the eyes of their largest faces stand at one place, equally far apart.

    Nothing is turned. The place and the size are in the middle of what they are in the placements, so that every
    picture changes as little as it must; one without a face stays as it is.

    Args:
        placements: of the pictures, one each.
        faces: of the pictures, in pixels of the full size.
    """
    with_face = [number for number, found in enumerate(faces) if len(found)]
    if not with_face:
        return list(placements)
    eyes = {number: _eyes(faces[number]) for number in with_face}
    points = [placements[number].point(eyes[number][0]) for number in with_face]
    x, y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    size = prod(placements[number].scale * eyes[number][1] for number in with_face) ** (1 / len(with_face))
    aligned = list(placements)
    for number in with_face:
        (eyes_x, eyes_y), distance = eyes[number]
        scale = size / distance
        aligned[number] = Placement(scale, (eyes_x - x / scale, eyes_y - y / scale))
    return aligned


def _eyes(faces: Faces) -> tuple[Point, float]:
    """The point between the largest face's eyes and how far they are apart, or would be, seen from the front."""
    (right_x, right_y), (left_x, left_y), _, *mouth = faces.landmarks_xy[0].tolist()
    x, y = (right_x + left_x) / 2, (right_y + left_y) / 2
    mouth_x, mouth_y = ((mouth[0][axis] + mouth[1][axis]) / 2 for axis in (0, 1))
    apart = hypot(left_x - right_x, left_y - right_y)
    return (x, y), max(apart, TURNED_EYES * hypot(mouth_x - x, mouth_y - y), 1.0)
