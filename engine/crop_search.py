"""Which crop of a photo the network likes best: three bounded numbers, x, y and scale, are searched whole.

    fast        all windows of `engine.crop_windows` estimated by `engine.crop_head`, the best few scored by the
                network, then the neighbours of the best of those
    exhaustive  all windows scored by the network: the truth that the fast way is measured by, in a minute

A Spatial Transformer trained by gradient got stuck or drifted here (`engine.crop_gradient` shows it). For a model
without a crop head of its own the fast way scores a coarse grid and then looks finer around its best. Bars that
somebody put around the photo are never part of a crop.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

from engine.aspects import Aspect
from engine.borders import without_border
from engine.crop_head import CropHead, FeatureMaps, crop_head_for
from engine.crop_windows import CropSettings, Whole, WindowGroup, faces_kept, main_faces, window_groups
from engine.faces import Faces
from engine.geometry import Box
from engine.pictures import Picture
from engine.pixels import Floats
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Score, Scorer

# Windows are cut from a picture of this size: the smallest one still fills the network's 224 pixels.
SEARCH_LONG_SIDE = 960
# The grid of a model without a crop head: as many windows as a person waits for.
COARSE_WINDOWS, COARSE_SCALES = 250, 8
# Of two windows that overlap by more than this only the better one is scored: the neighbours come later.
SHORTLIST_IOU = 0.85
# No shortlist is looked for below this place among the estimates.
SHORTLIST_DEPTH = 1500


class SearchWay(StrEnum):
    """How windows are scored."""

    FAST = "fast"
    EXHAUSTIVE = "exhaustive"


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


Scored = list[tuple[Box, Score]]


def search_crops(
    picture: Picture,
    faces: Faces,
    scorer: Scorer,
    aspect: Aspect,
    settings: CropSettings | None = None,
    way: SearchWay = SearchWay.FAST,
) -> Iterator[Progress[CropSuggestion]]:
    """Search the windows of one shape.

    Args:
        picture: decoded to about `SEARCH_LONG_SIDE`.
        faces: of the photo, in pixels of its full size.
        scorer: scores the windows and the whole photo.
        aspect: the shape of the crops.
        settings: the tuning of the search.
        way: fast, or every window.

    Yields:
        A progress after each batch; the last one carries the best crops that differ, best first: at least one.

    Raises:
        ModelError: the model's crop head is damaged.
    """
    search = CropSearch(picture, faces, scorer, settings)
    scored: Scored = []
    for progress in search.score(aspect, way):
        scored += progress.results
        yield Progress(progress.done, progress.total, progress.note)
    yield Progress(len(scored), len(scored), "crops searched", search.suggest(scored))


class CropSearch:
    """The searches in one photo: shapes share its feature maps.

    Args:
        picture: decoded to about `SEARCH_LONG_SIDE`.
        faces: of the photo, in pixels of its full size.
        scorer: scores the windows and the whole photo.
        settings: the tuning of the searches.
        estimate: use the model's crop head, where it has one.
    """

    def __init__(
        self,
        picture: Picture,
        faces: Faces,
        scorer: Scorer,
        settings: CropSettings | None = None,
        *,
        estimate: bool = True,
    ) -> None:
        self._whole = picture
        self._picture, self._offset_xy = without_border(picture)
        x, y = self._offset_xy
        self._faces = Faces(
            faces.boxes_xyxy - np.array([x, y, x, y], np.float32),
            faces.landmarks_xy - np.array([x, y], np.float32),
            faces.confidence,
        )
        self._scorer = scorer
        self._settings = settings or CropSettings()
        self._head: CropHead | None = crop_head_for(scorer.card.model_sha256) if estimate else None
        self._maps: FeatureMaps | None = self._head.maps(self._picture) if self._head else None

    @property
    def has_head(self) -> bool:
        """Whether windows can be estimated."""
        return self._head is not None

    def groups(self, aspect: Aspect, settings: CropSettings | None = None) -> list[WindowGroup]:
        """The windows of a shape, in pixels of the photo without its bars."""
        if aspect.ratio is None and self._picture is not self._whole:
            aspect = Aspect(aspect.name, Fraction(*self._whole.full_size_wh))
        return window_groups(self._picture.full_size_wh, self._faces, aspect, settings or self._settings)

    def score(self, aspect: Aspect, way: SearchWay = SearchWay.FAST) -> Iterator[Progress[tuple[Box, Score]]]:
        """Score windows of one shape; each progress carries those just scored, in pixels of the photo without bars."""
        if way is SearchWay.EXHAUSTIVE:
            yield from self._score_all([box for group in self.groups(aspect) for box in group.boxes()])
            return
        if self._head is None:
            coarse = dataclasses.replace(self._settings, windows=COARSE_WINDOWS, scales=COARSE_SCALES)
            start = [box for group in self.groups(aspect, coarse) for box in group.boxes()]
        else:
            start = self.shortlist(aspect, self._settings.exact)
        best: Scored = []
        for progress in self._score_all(start):
            best += progress.results
            yield progress
        step = 0.04 if self._head is not None else 0.08
        for _ in range(self._settings.refinements if self._head is not None else 2 * self._settings.refinements):
            box, _ = max(best, key=lambda pair: pair[1].logit)
            near = self._neighbours(box, step)
            found = list(zip(near, self.exact(near), strict=True))
            best += found
            yield Progress(len(best), len(best), "looked closer", tuple(found))
            step /= 2

    def shortlist(self, aspect: Aspect, count: int) -> list[Box]:
        """The windows of a shape with the best estimates that differ; at least one.

        Raises:
            ValueError: the model has no crop head.
        """
        windows, logits = self.estimates(aspect)
        ranked = windows[np.argsort(-logits, kind="stable")[:SHORTLIST_DEPTH]]
        chosen: list[Box] = []
        while len(ranked) and len(chosen) < count:
            chosen.append(Box(*ranked[0].tolist()))
            ranked = ranked[_iou(ranked, ranked[0]) <= SHORTLIST_IOU]
        return chosen

    def estimates(self, aspect: Aspect) -> tuple[Whole, Floats]:
        """All polite windows of a shape, xyxy int (W, 4), and the logits they would have, float32 (W,).

        Raises:
            ValueError: the model has no crop head.
        """
        if self._head is None or self._maps is None:
            raise ValueError("the model has no crop head")
        windows, logits = [], []
        for group in self.groups(aspect):
            polite = group.polite.ravel()
            estimate = self._head.estimate(self._maps, group, self._faces, self._settings)
            windows.append(group.xyxy()[polite])
            logits.append(estimate[polite])
        return np.concatenate(windows), np.concatenate(logits)

    def exact(self, boxes: Sequence[Box]) -> list[Score]:
        """The network's own scores of windows."""
        height, width = self._picture.pixels.shape[:2]
        local = (box.scaled(self._picture.full_size_wh, (width, height)) for box in boxes)
        return self._scorer.score_squares([letterbox(self._picture.pixels, box) for box in local])

    def suggest(self, scored: Scored) -> tuple[CropSuggestion, ...]:
        """The best of the scored windows that differ, in pixels of the photo, with what each gains on the whole."""
        whole = self._scorer.score(self._whole.pixels)
        x, y = self._offset_xy
        return tuple(
            CropSuggestion(Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y), score, score.points - whole.points)
            for box, score in _that_differ(scored, self._settings)
        )

    def _score_all(self, boxes: Sequence[Box]) -> Iterator[Progress[tuple[Box, Score]]]:
        size = self._scorer.runtime.batch
        for start in range(0, len(boxes), size):
            batch = boxes[start : start + size]
            done = start + len(batch)
            yield Progress(done, len(boxes), "scoring crops", tuple(zip(batch, self.exact(batch), strict=True)))

    def _neighbours(self, box: Box, step: float) -> list[Box]:
        """Polite windows a step to each side, and a step larger and smaller, of the same shape."""
        full_w, full_h = self._picture.full_size_wh
        floor = min(self._settings.min_side_px, box.width, box.height)
        windows = []
        for dx, dy, zoom in ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)):
            factor = 1 + zoom * step
            width, height = round(box.width * factor), round(box.height * factor)
            if width > full_w or height > full_h or min(width, height) < floor:
                continue
            left = box.x0 + (box.width - width) / 2 + dx * step * box.width
            top = box.y0 + (box.height - height) / 2 + dy * step * box.height
            x0, y0 = round(min(max(left, 0), full_w - width)), round(min(max(top, 0), full_h - height))
            windows.append((x0, y0, x0 + width, y0 + height))
        tried = np.array([box.xyxy, *dict.fromkeys(w for w in windows if w != box.xyxy)], np.int64)
        kept = faces_kept(tried, main_faces(self._faces, self._settings), self._picture.full_size_wh, self._settings)
        return [Box(*window) for window in tried[1:][kept[1:] >= kept[0]].tolist()]


def _iou(windows: Whole, window: Whole) -> Floats:
    """Intersection over union of windows (W, 4) with one (4,): float32 (W,)."""
    overlap = np.minimum(windows[:, 2:], window[2:]) - np.maximum(windows[:, :2], window[:2])
    shared = np.prod(np.clip(overlap, 0, None), axis=1)
    areas = np.prod(windows[:, 2:] - windows[:, :2], axis=1) + np.prod(window[2:] - window[:2])
    return np.asarray(shared / (areas - shared), np.float32)


def _that_differ(scored: Scored, settings: CropSettings) -> Scored:
    chosen: Scored = []
    for box, score in sorted(scored, key=lambda pair: -pair[1].logit):
        if all(box.iou(other) <= settings.max_iou for other, _ in chosen):
            chosen.append((box, score))
            if len(chosen) == settings.suggestions:
                break
    return chosen
