"""Which windows of a photo are looked at: a grid over (x, y, scale) of at least ten thousand, all of them polite.

    +----------------------------+      scale 1: the largest window of the aspect ratio that fits the photo
    |      +-----------+         |      the scales go down evenly to `min_scale`, never below `min_side_px`
    |      |   face    | <- y    |      at each scale the window moves in steps of one share of its own side
    |      +-----------+         |
    |            ^ x             |      a window that cuts a face, or leaves one out, is never considered
    +----------------------------+

Windows of one size make a group: every left edge goes with every top edge, so that work on them can be shared.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from engine.aspects import COMMON_ASPECTS, FREE, Aspect
from engine.faces import Faces
from engine.geometry import Box
from engine.pixels import Floats

Whole = npt.NDArray[np.int64]
# Of a face whose forehead may be lost no more than eyes and mouth is asked for.
LEAST_FACE_SHARE = 0.01
# Room for hair and ears around a face box, which ends at the forehead: shares of its sides, across and down.
HEAD_BEFORE, HEAD_AFTER = (0.2, 0.3), (0.2, 0.0)


@dataclass(frozen=True)
class CropSettings:
    """The tuning of the search.

    Attributes:
        windows: how many are looked at, at the least, where the photo has room for so many.
        exact: how many of the best are scored by the network itself, before estimates are corrected by what it says.
        refinements: how often they are corrected, and as many again scored.
        scales: how many sizes they have.
        min_scale: side of the smallest window, as a share of the largest that fits.
        min_side_px: shorter side of the smallest window, in pixels of the photo; a smaller photo is not reduced.
        face_margin: room kept around eyes and mouth, as a share of the face box.
        face_share: how much of a face box must stay in the picture: a forehead may be cut, a face may not.
        cheek_share: how much of its width, wherever that leaves a tenth of the windows to choose from.
        head_room: how much of the room for hair and ears is kept, 0 to 1, or half of it where that is too much; either
            where it leaves a tenth of the windows to choose from.
        bystander: a face smaller than this share of the largest one's area may be lost.
        suggestions: how many crops are returned, at the most.
        max_iou: two returned crops overlap by no more than this.
    """

    windows: int = 10_000
    exact: int = 2
    refinements: int = 6
    scales: int = 20
    min_scale: float = 0.4
    min_side_px: int = 240
    face_margin: float = 0.15
    face_share: float = 0.8
    cheek_share: float = 0.95
    head_room: float = 1.0
    bystander: float = 0.15
    suggestions: int = 5
    max_iou: float = 0.75


@dataclass(frozen=True)
class WindowGroup:
    """Windows of one size, in whole pixels of the photo.

    Attributes:
        width: of each.
        height: of each.
        lefts: ascending, int (X,).
        tops: ascending, int (Y,).
        polite: which of them may be shown, bool (Y, X).
    """

    width: int
    height: int
    lefts: Whole
    tops: Whole
    polite: npt.NDArray[np.bool_]

    def xyxy(self) -> Whole:
        """All windows, polite or not: int (Y * X, 4), row after row."""
        tops, lefts = np.meshgrid(self.tops, self.lefts, indexing="ij")
        return np.stack([lefts, tops, lefts + self.width, tops + self.height], axis=-1).reshape(-1, 4)

    def boxes(self) -> list[Box]:
        """The polite windows."""
        return [Box(*window) for window in self.xyxy()[self.polite.ravel()].tolist()]


def window_groups(
    size_wh: tuple[int, int], faces: Faces, aspect: Aspect, settings: CropSettings | None = None
) -> list[WindowGroup]:
    """The grid: windows that keep the faces; where none keeps all, those that keep the most.

    Of `FREE` it is that of all shapes which keep as many faces, as whole, as any does; hair is each shape's own matter.

    Args:
        size_wh: width and height of the photo.
        faces: in pixels of that size. Who picks one of several people leaves the others out here.
        aspect: the shape of the windows.
        settings: the tuning of the search.

    Returns:
        Groups that each hold a polite window, the largest first: at least one.
    """
    settings = settings or CropSettings()
    main = main_faces(faces, settings)
    shapes = COMMON_ASPECTS if aspect == FREE else (aspect,)
    of_shapes = [_shape_groups(size_wh, main, shape, settings) for shape in shapes]
    kindest = max(kindness for _, kindness in of_shapes)
    return [group for groups, kindness in of_shapes if kindness == kindest for group in groups]


def _shape_groups(
    size_wh: tuple[int, int], main: Faces, aspect: Aspect, settings: CropSettings
) -> tuple[list[WindowGroup], tuple[int, float, float]]:
    """The kindest windows of one shape, and how kind they are: faces kept, then how much of each and of its margin."""
    found, kindest = list[WindowGroup](), (-1, 0.0, 0.0)
    # A face too large for the shape, or people who hardly fit, may lose hair, then some of a cheek, then the forehead,
    # then the room around eyes and mouth.
    half, hairless = replace(settings, head_room=settings.head_room / 2), replace(settings, head_room=0.0)
    faces = _faces_alone(settings)
    tight = replace(faces, face_share=LEAST_FACE_SHARE)
    stricter_first = dict.fromkeys((settings, half, hairless, faces, tight, replace(tight, face_margin=0.0)))
    look = cache(partial(_kindest_groups, size_wh, main, aspect))
    for rules in stricter_first:
        groups, kept = look(rules)
        asks_for_more = len(main) and (rules.head_room or rules.cheek_share)
        if (
            asks_for_more
            and _polite(groups) < settings.windows // 10
            and _polite(groups) < _polite(look(faces)[0]) // 10
        ):
            continue  # of a small photo there are few windows, whatever they keep: hence the second number
        if kept > kindest[0]:
            found, kindest = groups, (kept, rules.face_share, rules.face_margin)
        if kept == len(main):
            break
    return found, kindest


def _faces_alone(settings: CropSettings) -> CropSettings:
    """Without what is kept only where that leaves enough to choose from."""
    return replace(settings, head_room=0.0, cheek_share=0.0)


def _polite(groups: Sequence[WindowGroup]) -> int:
    """How many polite windows there are."""
    return sum(int(group.polite.sum()) for group in groups)


def _kindest_groups(
    size_wh: tuple[int, int], main: Faces, aspect: Aspect, settings: CropSettings
) -> tuple[list[WindowGroup], int]:
    """Windows that keep as many faces as any does, and how many."""
    together, owed = _together(main, size_wh, settings), _Owed(main, size_wh, settings)
    wanted = settings.windows
    for _ in range(3):
        groups = _grid(size_wh, together, aspect, settings, wanted)
        kept = [owed.kept_in(group) for group in groups]
        most = max((int(count.max()) for count in kept), default=-1)
        if most < len(main) and together is not None:  # they do not fit together: look everywhere for most of them
            together = None
            continue
        polite = [count == most for count in kept]
        found = sum(int(mask.sum()) for mask in polite)
        if found >= settings.windows or wanted > settings.windows:
            break
        wanted = int(wanted * min(6.0, 1.1 * settings.windows / found))
    kindest = [
        WindowGroup(group.width, group.height, group.lefts, group.tops, mask)
        for group, mask in zip(groups, polite, strict=True)
        if mask.any()
    ]
    return kindest, most


def candidate_boxes(
    size_wh: tuple[int, int], faces: Faces, aspect: Aspect, settings: CropSettings | None = None
) -> list[Box]:
    """The polite windows of `window_groups`, the largest first: at least one."""
    return [box for group in window_groups(size_wh, faces, aspect, settings) for box in group.boxes()]


def main_faces(faces: Faces, settings: CropSettings) -> Faces:
    """The faces that a crop must keep: all but bystanders."""
    if len(faces) == 0:
        return faces
    area = np.prod(faces.boxes_xyxy[:, 2:] - faces.boxes_xyxy[:, :2], axis=1)
    main = area >= settings.bystander * area.max()
    return Faces(faces.boxes_xyxy[main], faces.landmarks_xy[main], faces.confidence[main])


def _together(faces: Faces, size_wh: tuple[int, int], settings: CropSettings) -> npt.NDArray[np.float64] | None:
    """The box, xyxy, that every window must hold: eyes and mouths of all; None without faces."""
    if len(faces) == 0:
        return None
    parts = _needed_parts(faces, size_wh, settings)
    return np.concatenate([parts[:, :2].min(axis=0), parts[:, 2:].max(axis=0)])


def _grid(
    size_wh: tuple[int, int],
    needed_xyxy: npt.NDArray[np.float64] | None,
    aspect: Aspect,
    settings: CropSettings,
    wanted: int,
) -> list[WindowGroup]:
    """All windows that hold what is needed, with the largest step that gives as many as are wanted."""
    low, high = ((0.0, 0.0), (np.inf, np.inf)) if needed_xyxy is None else (needed_xyxy[2:], needed_xyxy[:2])
    spans: list[tuple[tuple[int, int], tuple[int, int], tuple[int, int]]] = []
    for width, height in _sizes(size_wh, aspect, settings):
        x_span = max(0, int(np.ceil(low[0] - width))), int(min(size_wh[0] - width, high[0]))
        y_span = max(0, int(np.ceil(low[1] - height))), int(min(size_wh[1] - height, high[1]))
        if x_span[0] <= x_span[1] and y_span[0] <= y_span[1]:
            spans.append(((width, height), x_span, y_span))
    step = _largest_step(spans, wanted)
    groups = []
    for (width, height), x_span, y_span in spans:
        lefts, tops = _positions(x_span, step * width), _positions(y_span, step * height)
        groups.append(WindowGroup(width, height, lefts, tops, np.ones((len(tops), len(lefts)), np.bool_)))
    return groups


def _sizes(size_wh: tuple[int, int], aspect: Aspect, settings: CropSettings) -> list[tuple[int, int]]:
    largest_w, largest_h = aspect.largest_in(size_wh)
    smallest = min(1.0, max(settings.min_scale, settings.min_side_px / min(largest_w, largest_h)))
    scales = np.geomspace(1, smallest, settings.scales)
    return list(dict.fromkeys((max(1, round(largest_w * scale)), max(1, round(largest_h * scale))) for scale in scales))


def _largest_step(spans: Sequence[tuple[tuple[int, int], tuple[int, int], tuple[int, int]]], wanted: int) -> float:
    """The step between windows, as a share of their side, found by halving."""
    sides = np.array([side_wh for side_wh, _, _ in spans]).reshape(-1, 2)
    rooms = np.array([(x_span[1] - x_span[0], y_span[1] - y_span[0]) for _, x_span, y_span in spans]).reshape(-1, 2)
    low, high = 1e-4, 1.0
    for _ in range(14):
        step = (low * high) ** 0.5
        counts = np.ceil(rooms / np.maximum(1.0, step * sides)) + 1  # as `_count`
        low, high = (step, high) if counts.prod(axis=1).sum() >= wanted else (low, step)
    return low


def _count(span: tuple[int, int], step: float) -> int:
    room = span[1] - span[0]
    return math.ceil(room / max(1.0, step)) + 1


def _positions(span: tuple[int, int], step: float) -> Whole:
    """Evenly spaced starts of a window, from one end of the span to the other."""
    count = _count(span, step)
    apart = (span[1] - span[0]) / max(1, count - 1)  # a pixel at the least: no two round to the same one
    return np.asarray(np.floor(span[0] + apart * np.arange(count) + 0.5), np.int64)


def faces_kept(windows: Whole, faces: Faces, size_wh: tuple[int, int], settings: CropSettings) -> Whole:
    """How many faces each window keeps whole enough; who loses hair or a bit of a cheek is not lost.

    Args:
        windows: xyxy, int (W, 4), in pixels of the photo.
        faces: F of them, in pixels of the photo.
        size_wh: of the photo.
        settings: what whole enough means.

    Returns:
        int (W,), 0 to F.
    """
    owed = _Owed(faces, size_wh, _faces_alone(settings))
    return owed.kept(owed.held(0, windows[:, 0], windows[:, 2]), owed.held(1, windows[:, 1], windows[:, 3]))


class _Owed:
    """What windows owe to faces: nothing of eyes, nose and mouth is cut, and of the box enough is held."""

    def __init__(self, faces: Faces, size_wh: tuple[int, int], settings: CropSettings) -> None:
        self._needed = _needed_parts(faces, size_wh, settings)  # (F, 4)
        self._boxes = np.clip(faces.boxes_xyxy, 0, np.tile(size_wh, 2))  # (F, 4)
        self._share, self._share_across = settings.face_share, settings.cheek_share

    def kept_in(self, group: WindowGroup) -> Whole:
        """How many faces each window of a group keeps: int (Y, X)."""
        x = self.held(0, group.lefts, group.lefts + group.width)
        y = self.held(1, group.tops, group.tops + group.height)
        return self.kept(x[:, None], y[:, :, None])

    def kept(self, x: Floats, y: Floats) -> Whole:
        """How many faces are kept, by the shares that are held along the sides: (F, ...) each to int (...)."""
        enough: Whole = ((x * y >= self._share) & (x >= self._share_across)).sum(axis=0)
        return enough

    def held(self, axis: int, starts: Whole, ends: Whole) -> Floats:
        """The share of each face box that windows hold along a side, 0 where eyes or mouth are cut: float32 (F, W)."""
        low, high = self._boxes[:, [axis]], self._boxes[:, [axis + 2]]  # (F, 1)
        held = np.minimum(ends, high) - np.maximum(starts, low)  # (F, W)
        whole = (starts <= self._needed[:, [axis]]) & (self._needed[:, [axis + 2]] <= ends)
        return np.asarray(whole * np.clip(held, 0, None) / np.maximum(high - low, 1), np.float32)


def _needed_parts(faces: Faces, size_wh: tuple[int, int], settings: CropSettings) -> npt.NDArray[np.float64]:
    """The box around eyes, nose and mouth with its margin, or the head, cut at the photo's edges: (F, 4)."""
    starts, ends = faces.boxes_xyxy[:, :2], faces.boxes_xyxy[:, 2:]
    margin = settings.face_margin * (ends - starts)  # (F, 2)
    low = faces.landmarks_xy.min(axis=1) - margin
    high = faces.landmarks_xy.max(axis=1) + margin
    if settings.head_room:
        low = np.minimum(low, starts - settings.head_room * np.array(HEAD_BEFORE) * (ends - starts))
        high = np.maximum(high, ends + settings.head_room * np.array(HEAD_AFTER) * (ends - starts))
    parts: npt.NDArray[np.float64] = np.clip(np.concatenate([low, high], axis=1), 0, np.tile(size_wh, 2))
    return parts.astype(np.float64)
