"""How a crop moves and grows under a hand: whole pixels of the full-size photo, always inside of it.

(-1,-1)--(0,-1)--(1,-1)     a handle is named by the edges that it moves: x and y, -1, 0 or 1 each
   |                |       a corner grows the crop from the opposite corner, an edge from the opposite edge
(-1,0)           (1,0)      with a ratio given, the shape stays: the other side follows
   |                |
(-1,1)---(0,1)---(1,1)
"""

from fractions import Fraction

from engine.geometry import Box

Handle = tuple[int, int]
HANDLES: tuple[Handle, ...] = ((-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0))
# No hand makes a crop smaller than this, in pixels of the photo.
SMALLEST_SIDE = 32


def moved(box: Box, by_xy: tuple[float, float], size_wh: tuple[int, int]) -> Box:
    """The box moved, as far as the photo's edges let it."""
    x0 = round(min(max(box.x0 + by_xy[0], 0), size_wh[0] - box.width))
    y0 = round(min(max(box.y0 + by_xy[1], 0), size_wh[1] - box.height))
    return Box(x0, y0, x0 + box.width, y0 + box.height)


def resized(
    box: Box, handle: Handle, to_xy: tuple[float, float], size_wh: tuple[int, int], ratio: Fraction | None
) -> Box:
    """The box with a handle pulled to a point.

    Args:
        box: before it is pulled.
        handle: one of `HANDLES`.
        to_xy: where to, in pixels of the photo.
        size_wh: of the photo.
        ratio: width to height, which is kept; None for any shape.
    """
    if ratio is None:
        return _pulled_freely(box, handle, to_xy, size_wh)
    across, down = handle
    anchor_x = box.x0 if across > 0 else box.x1 if across < 0 else (box.x0 + box.x1) / 2
    anchor_y = box.y0 if down > 0 else box.y1 if down < 0 else (box.y0 + box.y1) / 2
    wanted_w, wanted_h = (to_xy[0] - anchor_x) * across, (to_xy[1] - anchor_y) * down
    width = max(wanted_w if across else 0, float(wanted_h * ratio) if down else 0)
    room_w = size_wh[0] if not across else size_wh[0] - anchor_x if across > 0 else anchor_x
    room_h = size_wh[1] if not down else size_wh[1] - anchor_y if down > 0 else anchor_y
    new_w, new_h = _of_ratio(width, ratio, (room_w, room_h))
    x0 = anchor_x if across > 0 else anchor_x - new_w if across < 0 else anchor_x - new_w / 2
    y0 = anchor_y if down > 0 else anchor_y - new_h if down < 0 else anchor_y - new_h / 2
    return _placed(x0, y0, new_w, new_h, size_wh)


def grown(box: Box, factor: float, size_wh: tuple[int, int], ratio: Fraction | None) -> Box:
    """The box made larger or smaller about its middle, in its shape or in that of the ratio."""
    shape = ratio or Fraction(box.width, box.height)
    width, height = _of_ratio(box.width * factor, shape, size_wh)
    return _placed((box.x0 + box.x1 - width) / 2, (box.y0 + box.y1 - height) / 2, width, height, size_wh)


def reshaped(box: Box, ratio: Fraction, size_wh: tuple[int, int]) -> Box:
    """A box of another shape about the same middle, of the same area where that fits."""
    width, height = _of_ratio((box.area * float(ratio)) ** 0.5, ratio, size_wh)
    return _placed((box.x0 + box.x1 - width) / 2, (box.y0 + box.y1 - height) / 2, width, height, size_wh)


def largest_wh(size_wh: tuple[int, int], ratio: Fraction) -> tuple[int, int]:
    """Width and height of the largest box of a shape."""
    return _of_ratio(size_wh[0], ratio, size_wh)


def _pulled_freely(box: Box, handle: Handle, to_xy: tuple[float, float], size_wh: tuple[int, int]) -> Box:
    spans = []
    for start, end, side, way, to in zip(box.xyxy[:2], box.xyxy[2:], size_wh, handle, to_xy, strict=True):
        least = min(SMALLEST_SIDE, side)
        if way > 0:
            end = round(min(max(to, start + least), side)) if start + least <= side else side
        elif way < 0:
            start = round(max(min(to, end - least), 0))
        spans.append((min(start, max(end - least, 0)), end))
    (x0, x1), (y0, y1) = spans
    return Box(x0, y0, x1, y1)


def _of_ratio(width: float, ratio: Fraction, room_wh: tuple[float, float]) -> tuple[int, int]:
    """Whole sides of a shape, as near to a width as room and the smallest side let it."""
    most = min(room_wh[0], float(room_wh[1] * ratio))
    least = min(most, SMALLEST_SIDE * max(1.0, float(ratio)))
    width = min(max(width, least), most)
    return max(1, min(round(width), int(room_wh[0]))), max(1, min(round(width / ratio), int(room_wh[1])))


def _placed(x0: float, y0: float, width: int, height: int, size_wh: tuple[int, int]) -> Box:
    left = round(min(max(x0, 0), size_wh[0] - width))
    top = round(min(max(y0, 0), size_wh[1] - height))
    return Box(left, top, left + width, top + height)
