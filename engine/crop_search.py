"""Which crop of a photo the network likes best: every window of a grid over (x, y, scale), scored by the same network.

    +----------------------------+      scale 1: the largest window of the aspect ratio that fits the photo
    |      +-----------+         |      each further scale is `scale_step` times the one before, down to `min_scale`
    |      |   face    | <- y    |      at each scale the window moves by `position_step` of its own side
    |      +-----------+         |
    |            ^ x             |      a window that cuts a face, or leaves one out, is never considered
    +----------------------------+

A Spatial Transformer trained by gradient got stuck or drifted here; three bounded numbers are searched whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.aspects import Aspect
from engine.faces import Faces
from engine.geometry import Box
from engine.pictures import Picture
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Score, Scorer

# Windows are cut from a picture of this size: the smallest one still fills the network's 224 pixels.
SEARCH_LONG_SIDE = 960


@dataclass(frozen=True)
class CropSettings:
    """The tuning of the search.

    Attributes:
        min_scale: side of the smallest window, as a share of the largest that fits.
        scale_step: side of each scale, as a share of the one before.
        position_step: how far neighbouring windows lie apart, as a share of their side.
        face_margin: room kept around eyes and mouth, as a share of the face box.
        face_share: how much of a face box must stay in the picture: a forehead may be cut, a face may not.
        bystander: a face smaller than this share of the largest one's area may be lost.
        suggestions: how many crops are returned, at the most.
        max_iou: two returned crops overlap by no more than this.
    """

    min_scale: float = 0.4
    scale_step: float = 0.88
    position_step: float = 0.11
    face_margin: float = 0.15
    face_share: float = 0.8
    bystander: float = 0.15
    suggestions: int = 5
    max_iou: float = 0.75


@dataclass(frozen=True)
class CropSuggestion:
    """A crop worth showing.

    Attributes:
        box: in pixels of the upright, full-size photo.
        score: of the crop.
        gain: its points less those of the whole photo; may be negative where the photo is best as it is.
    """

    box: Box
    score: Score
    gain: float


def search_crops(
    picture: Picture, faces: Faces, scorer: Scorer, aspect: Aspect, settings: CropSettings | None = None
) -> Iterator[Progress[CropSuggestion]]:
    """Score every window of the grid.

    Args:
        picture: decoded to about `SEARCH_LONG_SIDE`.
        faces: of the photo, in pixels of its full size.
        scorer: scores the windows and the whole photo.
        aspect: the shape of the crops.
        settings: the tuning of the search.

    Yields:
        A progress after each batch; the last one carries the best crops that differ, best first: at least one.
    """
    settings = settings or CropSettings()
    full_wh = picture.full_size_wh
    boxes = candidate_boxes(full_wh, faces, aspect, settings)
    total = len(boxes)
    scores: list[Score] = []
    while len(scores) < total:
        batch = boxes[len(scores) : len(scores) + scorer.runtime.batch]
        scores += _score_windows(picture, batch, scorer)
        if len(scores) < total:
            yield Progress(len(scores), total, "scoring crops")
    whole = scorer.score(picture.pixels)
    ranked = sorted(zip(boxes, scores, strict=True), key=lambda pair: -pair[1].logit)
    chosen = _that_differ(ranked, settings)
    suggestions = tuple(CropSuggestion(box, score, score.points - whole.points) for box, score in chosen)
    yield Progress(total, total, f"{total} crops scored", suggestions)


def _score_windows(picture: Picture, boxes: Sequence[Box], scorer: Scorer) -> list[Score]:
    height, width = picture.pixels.shape[:2]
    local = (box.scaled(picture.full_size_wh, (width, height)) for box in boxes)
    return scorer.score_squares([letterbox(picture.pixels, box) for box in local])


def _that_differ(ranked: Sequence[tuple[Box, Score]], settings: CropSettings) -> list[tuple[Box, Score]]:
    chosen: list[tuple[Box, Score]] = []
    for box, score in ranked:
        if all(box.iou(other) <= settings.max_iou for other, _ in chosen):
            chosen.append((box, score))
            if len(chosen) == settings.suggestions:
                break
    return chosen


def candidate_boxes(
    size_wh: tuple[int, int], faces: Faces, aspect: Aspect, settings: CropSettings | None = None
) -> list[Box]:
    """The windows of the grid that keep the faces; where none keeps all, those that keep the most.

    Args:
        size_wh: width and height of the photo.
        faces: in pixels of that size.

    Returns:
        At least one box; the largest first.
    """
    settings = settings or CropSettings()
    windows = _grid(size_wh, aspect, settings)
    kept = _faces_kept(windows, _main_faces(faces, settings), size_wh, settings)
    return [Box(*map(int, window)) for window in windows[kept == np.max(kept)]]


def _grid(size_wh: tuple[int, int], aspect: Aspect, settings: CropSettings) -> npt.NDArray[np.int64]:
    """All windows, xyxy, int (W, 4)."""
    largest_w, largest_h = aspect.largest_in(size_wh)
    windows: list[tuple[int, int, int, int]] = []
    scale = 1.0
    while scale >= settings.min_scale:
        width, height = max(1, round(largest_w * scale)), max(1, round(largest_h * scale))
        windows += [
            (x, y, x + width, y + height)
            for y in _positions(size_wh[1], height, settings.position_step)
            for x in _positions(size_wh[0], width, settings.position_step)
        ]
        scale *= settings.scale_step
    return np.array(windows, np.int64)


def _positions(length: int, window: int, step: float) -> list[int]:
    """Evenly spaced starts of a window, from one end of the length to the other."""
    room = length - window
    count = int(np.ceil(room / max(1.0, step * window))) + 1
    return sorted({round(start) for start in np.linspace(0, room, count)})


def _main_faces(faces: Faces, settings: CropSettings) -> Faces:
    if len(faces) == 0:
        return faces
    area = np.prod(faces.boxes_xyxy[:, 2:] - faces.boxes_xyxy[:, :2], axis=1)
    main = area >= settings.bystander * area.max()
    return Faces(faces.boxes_xyxy[main], faces.landmarks_xy[main], faces.confidence[main])


def _faces_kept(
    windows: npt.NDArray[np.int64], faces: Faces, size_wh: tuple[int, int], settings: CropSettings
) -> npt.NDArray[np.int64]:
    """How many faces each window keeps whole enough: int (W,)."""
    needed = _needed_parts(faces, size_wh, settings)[None]  # (1, F, 4)
    boxes = np.clip(faces.boxes_xyxy, 0, np.tile(size_wh, 2))[None]  # (1, F, 4)
    window = windows[:, None]  # (W, 1, 4)
    holds_features = ((window[..., :2] <= needed[..., :2]) & (needed[..., 2:] <= window[..., 2:])).all(axis=2)
    overlap = np.minimum(window[..., 2:], boxes[..., 2:]) - np.maximum(window[..., :2], boxes[..., :2])
    share = np.prod(np.clip(overlap, 0, None), axis=2) / np.maximum(np.prod(boxes[..., 2:] - boxes[..., :2], axis=2), 1)
    kept: npt.NDArray[np.int64] = (holds_features & (share >= settings.face_share)).sum(axis=1)
    return kept


def _needed_parts(faces: Faces, size_wh: tuple[int, int], settings: CropSettings) -> npt.NDArray[np.float64]:
    """The box around eyes, nose and mouth with its margin, cut at the photo's edges: (F, 4)."""
    margin = settings.face_margin * (faces.boxes_xyxy[:, 2:] - faces.boxes_xyxy[:, :2])  # (F, 2)
    low = faces.landmarks_xy.min(axis=1) - margin
    high = faces.landmarks_xy.max(axis=1) + margin
    parts: npt.NDArray[np.float64] = np.clip(np.concatenate([low, high], axis=1), 0, np.tile(size_wh, 2))
    return parts.astype(np.float64)
