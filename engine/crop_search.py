"""Which crop of a photo the network likes best: three bounded numbers, x, y and scale, are searched whole.

    fast        all windows of `engine.crop_windows` estimated by `engine.crop_head`, the best few scored by the
                network, all estimates corrected by what it says (`engine.crop_correction`), and so on a few times
    exhaustive  all windows scored by the network: the truth that the fast way is measured by, in a minute

A Spatial Transformer trained by gradient got stuck or drifted here (`engine.crop_gradient` shows it). For a model
without a crop head of its own the fast way scores a coarse grid instead of estimating. Bars that somebody
put around the photo are never part of a crop.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from engine.aspects import FREE, Aspect
from engine.borders import without_border
from engine.crop_correction import Correction
from engine.crop_head import CropHead, FeatureMaps, crop_head_for
from engine.crop_windows import CropSettings, Whole, WindowGroup, faces_kept, main_faces, window_groups
from engine.faces import Faces
from engine.geometry import Box
from engine.pictures import OpenPhoto, Picture, open_photo
from engine.pixels import Floats
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Score, Scorer

# Windows are cut from a picture of this size: the smallest one still fills the network's 224 pixels. It may be so many
# times as long where that is a whole part of the photo's side, whose pixels are then averaged in whole blocks.
SEARCH_LONG_SIDE, SEARCH_STRETCH = 960, 1.25
# Of 140 windows of originals the score is 1.4 points off that of all pixels, whether the JPEG was decoded at 1.5 times
# that size or just at it; 1.2 in whole blocks.
SEARCH_SPARE = 1.0
# Without a crop head so many windows, evenly spread, are scored first, and it looks closer more often.
START_WINDOWS, START_REFINEMENTS = 250, 12
# Of two windows that overlap by more than this only the better one is scored at once; in the second half of the turns,
# which stay near the best, they may be closer. Of all shapes at once only the last turn does.
SHORTLIST_IOU, NEAR_IOU = 0.85, 0.95
# Of all shapes at once there are eight times as many windows, and so many times as many are scored.
FREE_FACTOR = 2
# No shortlist is looked for below this place among the estimates.
SHORTLIST_DEPTH = 1500
# Where estimates may be off by more, a window is scored sooner: so many standard deviations count for it.
BOLDNESS = 1.25


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
        faces_lost: main faces that it does not keep whole: no crop of this shape keeps more.
        angle_deg: what the photo was levelled by before, as `engine.level` has it; the box is of what that left.
    """

    box: Box
    score: Score
    gain: float
    faces_lost: int = 0
    angle_deg: float = 0.0


Scored = list[tuple[Box, Score]]


def picture_to_search(photo: OpenPhoto) -> Picture:
    """A photo as it is searched, its longer side about `SEARCH_LONG_SIDE`, unless it is smaller.

    Raises:
        PictureError: not a picture that can be decoded whole.
    """
    full = photo.long_side or SEARCH_LONG_SIDE
    part = full // max(1, full // SEARCH_LONG_SIDE)
    long_side = part if part <= SEARCH_STRETCH * SEARCH_LONG_SIDE else SEARCH_LONG_SIDE
    return photo.picture(long_side, spare=SEARCH_SPARE)


def load_picture_to_search(path: Path) -> Picture:
    """A photo's file as it is searched.

    Raises:
        PictureError: as `engine.pictures.load_picture`.
    """
    with open_photo(path) as photo:
        return picture_to_search(photo)


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
        picture: of `picture_to_search`.
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
    with ThreadPoolExecutor(1, thread_name_prefix="whole photo") as beside:
        beside.submit(lambda: search.whole)  # which is scored while windows are estimated: that takes one core alone
        for progress in search.score(aspect, way):
            scored += progress.results
            yield Progress(progress.done, progress.total, progress.note)
    yield Progress(len(scored), len(scored), "crops searched", search.suggest(scored))


class CropSearch:
    """The searches in one photo: shapes share its feature maps.

    Args:
        picture: of `picture_to_search`.
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
        threads = scorer.runtime.threads
        self._head: CropHead | None = crop_head_for(scorer.card.model_sha256, threads=threads) if estimate else None
        self._maps: FeatureMaps | None = self._head.maps(self._picture) if self._head else None

    @cached_property
    def whole(self) -> Score:
        """The score of the whole photo."""
        return self._scorer.score(self._whole.pixels)

    @property
    def has_head(self) -> bool:
        """Whether windows can be estimated."""
        return self._head is not None

    def groups(self, aspect: Aspect) -> list[WindowGroup]:
        """The windows of a shape, in pixels of the photo without its bars, which `ORIGINAL` is the shape of."""
        return window_groups(self._picture.full_size_wh, self._faces, aspect, self._settings)

    def score(self, aspect: Aspect, way: SearchWay = SearchWay.FAST) -> Iterator[Progress[tuple[Box, Score]]]:
        """Score windows of one shape; each progress carries those just scored, in pixels of the photo without bars."""
        if way is SearchWay.EXHAUSTIVE:
            yield from self._score_all([box for group in self.groups(aspect) for box in group.boxes()])
            return
        at_once = self._settings.exact * (FREE_FACTOR if aspect == FREE else 1)
        if self._head is None:
            windows = _polite_windows(self.groups(aspect))
            estimates, refinements = np.zeros(len(windows), np.float32), START_REFINEMENTS
            chosen = np.unique(np.linspace(0, len(windows) - 1, START_WINDOWS).astype(np.int64))
        else:
            windows, estimates = self.estimates(aspect)
            refinements, chosen = self._settings.refinements, _shortlist(windows, estimates, at_once)
        correction = Correction(windows, estimates)
        for refinement in range(refinements + 1):
            if refinement:
                better, doubt = correction.tell()
                better[correction.scored] = -np.inf
                stays_near = refinement > (refinements - 1 if aspect == FREE else refinements // 2)
                promise, closest = (better, NEAR_IOU) if stays_near else (better + BOLDNESS * doubt, SHORTLIST_IOU)
                chosen = _shortlist(windows, promise, at_once, closest)
            logits: list[float] = []
            for progress in self._score_all([Box(*window) for window in windows[chosen].tolist()]):
                logits += [score.logit for _, score in progress.results]
                yield progress
            correction.learn(chosen, np.array(logits, np.float32))

    def estimates(self, aspect: Aspect) -> tuple[Whole, Floats]:
        """All polite windows of a shape, xyxy int (W, 4), and the logits they would have, float32 (W,).

        Raises:
            ValueError: the model has no crop head.
        """
        if self._head is None or self._maps is None:
            raise ValueError("the model has no crop head")
        groups = self.groups(aspect)
        logits = self._head.estimate(self._maps, groups, main_faces(self._faces, self._settings))
        polite = np.concatenate([group.polite.ravel() for group in groups])
        return _polite_windows(groups), logits[polite]

    def exact(self, boxes: Sequence[Box]) -> list[Score]:
        """The network's own scores of windows."""
        height, width = self._picture.pixels.shape[:2]
        local = [box.scaled(self._picture.full_size_wh, (width, height)) for box in boxes]
        cut, threads = partial(letterbox, self._picture.pixels), self._scorer.runtime.threads
        if threads == 1 or len(local) == 1:
            return self._scorer.score_squares(list(map(cut, local)))
        with ThreadPoolExecutor(threads, thread_name_prefix="exact") as beside:
            if threads is None:  # a GPU scores them together
                return self._scorer.score_squares(list(beside.map(cut, local)))
            # Two windows, each cut and scored by one core, take 7 ms; cut one by one and scored by both cores, 10.
            of_one_core = self._scorer.for_threads()
            parts = [local[start::threads] for start in range(min(threads, len(local)))]
            scored = list(beside.map(lambda part: of_one_core.score_squares(list(map(cut, part))), parts))
        return [scored[number % threads][number // threads] for number in range(len(local))]

    def suggest(self, scored: Scored) -> tuple[CropSuggestion, ...]:
        """The best of the scored windows that differ, in pixels of the photo, with what each gains on the whole."""
        main, (x, y) = main_faces(self._faces, self._settings), self._offset_xy
        best = _that_differ(scored, self._settings)
        windows = np.array([box.xyxy for box, _ in best])
        kept = faces_kept(windows, main, self._picture.full_size_wh, self._settings).tolist()
        return tuple(
            CropSuggestion(
                Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y),
                score,
                score.points - self.whole.points,
                len(main) - faces,
            )
            for (box, score), faces in zip(best, kept, strict=True)
        )

    def _score_all(self, boxes: Sequence[Box]) -> Iterator[Progress[tuple[Box, Score]]]:
        size = self._scorer.runtime.batch
        for start in range(0, len(boxes), size):
            batch = boxes[start : start + size]
            done = start + len(batch)
            yield Progress(done, len(boxes), "scoring crops", tuple(zip(batch, self.exact(batch), strict=True)))


def _polite_windows(groups: Sequence[WindowGroup]) -> Whole:
    return np.concatenate([group.xyxy()[group.polite.ravel()] for group in groups])


def _shortlist(windows: Whole, values: Floats, count: int, closest: float = SHORTLIST_IOU) -> Whole:
    """Which windows have the highest values and differ: their places, int, at the most `count`."""
    depth = min(SHORTLIST_DEPTH, len(values))
    ranked = np.argpartition(-values, depth - 1)[:depth]
    ranked = ranked[np.argsort(-values[ranked], kind="stable")]
    ranked = ranked[np.isfinite(values[ranked])]
    chosen: list[int] = []
    while len(ranked) and len(chosen) < count:
        chosen.append(int(ranked[0]))
        if len(chosen) < count:
            ranked = ranked[_iou(windows[ranked], windows[ranked[0]]) <= closest]
    return np.array(chosen, np.int64)


def _iou(windows: Whole, window: Whole) -> Floats:
    """Intersection over union of windows (W, 4) with one (4,): float32 (W,)."""
    x0, y0, x1, y1 = windows.T
    left, top, right, bottom = window.tolist()
    wide = np.clip(np.minimum(x1, right) - np.maximum(x0, left), 0, None)
    shared = wide * np.clip(np.minimum(y1, bottom) - np.maximum(y0, top), 0, None)
    areas = (x1 - x0) * (y1 - y0) + (right - left) * (bottom - top)
    return np.asarray(shared / (areas - shared), np.float32)


def _that_differ(scored: Scored, settings: CropSettings) -> Scored:
    chosen: Scored = []
    for box, score in sorted(scored, key=lambda pair: -pair[1].logit):
        if all(box.iou(other) <= settings.max_iou for other, _ in chosen):
            chosen.append((box, score))
            if len(chosen) == settings.suggestions:
                break
    return chosen
