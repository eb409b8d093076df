"""One photo that is open to be cropped: its faces, its searches by shape, and the score of any crop of it.

A search leaves its estimates: what a crop anywhere would score is then told at once, by the nearest window that was
looked at, while `CropSession.exact` asks the network itself.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.aspects import Aspect
from engine.borders import without_border
from engine.crop_search import CropSearch, CropSuggestion
from engine.crop_windows import CropSettings, Whole, faces_kept, main_faces
from engine.faces import Faces
from engine.geometry import Box
from engine.pictures import Picture
from engine.pixels import Floats
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Score, Scorer

# Whoever lets foreheads and hair be cut keeps this much of a face box, and less room around eyes and mouth.
CLOSE_FACE_SHARE, CLOSE_FACE_MARGIN = 0.6, 0.08
# A window tells of a crop that lies no further from it than this, as a share of its sides.
NEAR = 0.12


@dataclass(frozen=True)
class FaceRules:
    """What a crop owes to faces.

    Attributes:
        kept: the faces, by their place in `CropSession.faces`, that stay whole; None for all but bystanders.
        close: whether foreheads and hair may be cut; eyes and mouth never are.
    """

    kept: frozenset[int] | None = None
    close: bool = False

    def settings(self) -> CropSettings:
        """The search's tuning that goes with them."""
        if self.close:
            return CropSettings(face_share=CLOSE_FACE_SHARE, face_margin=CLOSE_FACE_MARGIN, head_room=0.0)
        return CropSettings()


class ShapeEstimates:
    """What windows of a shape score, as estimated or as scored.

    Args:
        windows_xyxy: int (W, 4), in pixels of the photo.
        points: float32 (W,), 0 to 100.

    Attributes:
        lowest, highest: between which most points lie: a tenth is lower, none is higher.
    """

    def __init__(self, windows_xyxy: Whole, points: Floats) -> None:
        sides = windows_xyxy[:, 2:] - windows_xyxy[:, :2]
        self._sides_wh, of_size = np.unique(sides, axis=0, return_inverse=True)
        self.windows_xyxy, self.points = windows_xyxy, points
        order = np.argsort(of_size.ravel(), kind="stable")
        counts = np.bincount(of_size.ravel(), minlength=len(self._sides_wh))
        cuts = np.cumsum(counts)[:-1]
        self._starts = np.split(windows_xyxy[order, :2], cuts)
        self._points = np.split(points[order], cuts)
        self.lowest, self.highest = float(np.percentile(points, 10)), float(points.max())

    def at(self, boxes: Sequence[Box]) -> tuple[Floats, Floats]:
        """What the nearest windows score.

        Returns:
            points float32 (N,), and how far each window is from its box, as a share of its sides: float32 (N,).
        """
        points, away = np.zeros(len(boxes), np.float32), np.zeros(len(boxes), np.float32)
        for number, box in enumerate(boxes):
            side = np.array([box.width, box.height])
            unlike = np.abs(np.log(self._sides_wh / side)).max(axis=1)
            size = int(np.argmin(unlike))
            middle = np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2
            apart = np.abs(self._starts[size] + self._sides_wh[size] / 2 - middle).max(axis=1)
            nearest = int(np.argmin(apart))
            points[number] = self._points[size][nearest]
            away[number] = max(apart[nearest] / side.max(), unlike[size])
        return points, away


@dataclass(frozen=True)
class FoundCrops:
    """What a search of one shape found.

    Attributes:
        estimates: of its windows.
        suggestions: the best that differ, best first; empty while these are still scored.
    """

    estimates: ShapeEstimates
    suggestions: tuple[CropSuggestion, ...] = ()


class CropSession:
    """A photo, opened. Searches are for one thread at a time, `exact` is for any.

    Args:
        picture: of `engine.crop_search.picture_to_search`.
        faces: of the photo, in pixels of its full size.
        scorer: scores it.

    Attributes:
        whole: the score of the whole photo.
        inside_wh: width and height of the photo without bars around it, in its own pixels.
        known: crops that were found before, by their shape and rules: they count among those that a search finds.
    """

    def __init__(self, picture: Picture, faces: Faces, scorer: Scorer) -> None:
        self.picture, self.faces = picture, faces
        self._scorer = scorer
        self.whole = scorer.score(picture.pixels)
        inside, self._offset_xy = without_border(picture)
        self.inside_wh, self._has_border = inside.full_size_wh, inside is not picture
        self._searches: dict[FaceRules, CropSearch] = {}
        self.known: Mapping[tuple[Aspect, FaceRules], Box] = {}

    @property
    def size_wh(self) -> tuple[int, int]:
        """Of the photo, in the pixels that all boxes speak of."""
        return self.picture.full_size_wh

    def least_gain(self, margin: float) -> float:
        """The points below which the photo is better left as it is: a margin, but bars go, whatever that gains."""
        return -math.inf if self._has_border else margin

    def exact(self, box: Box) -> Score:
        """The network's own score of a crop."""
        height, width = self.picture.pixels.shape[:2]
        part = box.scaled(self.picture.full_size_wh, (width, height))
        return self._scorer.score_squares([letterbox(self.picture.pixels, part)])[0]

    def judged(self, box: Box) -> CropSuggestion:
        """A crop with its exact score, and what it gains on the whole photo."""
        score = self.exact(box)
        return CropSuggestion(box, score, score.points - self.whole.points)

    def faces_lost(self, box: Box, rules: FaceRules) -> int:
        """How many faces a crop cuts or leaves out; bystanders are not counted."""
        settings = rules.settings()
        main = main_faces(self._faces_for(rules), settings)
        return len(main) - int(faces_kept(np.array([box.xyxy]), main, self.size_wh, settings)[0])

    def search(self, aspect: Aspect, rules: FaceRules) -> Iterator[Progress[FoundCrops]]:
        """Search the crops of a shape, or of all for `FREE`.

        Yields:
            the estimates as soon as they are there, where the model can estimate; in the last progress the crops.

        Raises:
            ModelError: the model's crop head is damaged.
        """
        search = self._search_for(rules)
        estimates = None
        if search.has_head:
            estimates = self._estimates(search, aspect)
            yield Progress(0, 0, "estimated", (FoundCrops(estimates),))
        scored: list[tuple[Box, Score]] = []
        for step in search.score(aspect):
            scored += step.results
            yield Progress(step.done, step.total, step.note)
        if known := self.known.get((aspect, rules)):
            x, y = self._offset_xy
            scored.append((Box(known.x0 - x, known.y0 - y, known.x1 - x, known.y1 - y), self.exact(known)))
        if estimates is None:
            windows = np.array([self._moved(box).xyxy for box, _ in scored], np.int64)
            estimates = ShapeEstimates(windows, np.array([score.points for _, score in scored], np.float32))
        suggestions = self._with_others(search.suggest(scored), estimates, rules)
        yield Progress(len(scored), len(scored), "", (FoundCrops(estimates, suggestions),))

    def _search_for(self, rules: FaceRules) -> CropSearch:
        if rules not in self._searches:
            settings = rules.settings()
            self._searches[rules] = CropSearch(self.picture, self._faces_for(rules), self._scorer, settings)
        return self._searches[rules]

    def _with_others(
        self, found: tuple[CropSuggestion, ...], estimates: ShapeEstimates, rules: FaceRules
    ) -> tuple[CropSuggestion, ...]:
        """As many as are wanted: what a search scores lies close together, so others that differ are scored too.

        Those that keep the most faces come first: of all shapes, one may hold everybody and another not.
        """
        settings, others = rules.settings(), list[Box]()
        for number in np.argsort(-estimates.points, kind="stable").tolist():
            if len(found) + len(others) >= settings.suggestions:
                break
            box = Box(*estimates.windows_xyxy[number].tolist())
            if all(box.iou(other) <= settings.max_iou for other in (*(each.box for each in found), *others)):
                others.append(box)
        scores = [self.exact(box) for box in others]
        more = [
            CropSuggestion(box, score, score.points - self.whole.points, self.faces_lost(box, rules))
            for box, score in zip(others, scores, strict=True)
        ]
        return tuple(sorted((*found, *more), key=lambda each: (each.faces_lost, -each.score.logit)))

    def _faces_for(self, rules: FaceRules) -> Faces:
        if rules.kept is None:
            return self.faces
        chosen = sorted(rules.kept)
        return Faces(self.faces.boxes_xyxy[chosen], self.faces.landmarks_xy[chosen], self.faces.confidence[chosen])

    def _estimates(self, search: CropSearch, aspect: Aspect) -> ShapeEstimates:
        windows, logits = search.estimates(aspect)
        reference = self._scorer.card.reference_logits
        points = np.interp(logits, reference, np.linspace(0, 100, len(reference)))
        return ShapeEstimates(windows + np.tile(self._offset_xy, 2), points.astype(np.float32))

    def _moved(self, box: Box) -> Box:
        """A window of the photo without its bars, in pixels of the photo with them."""
        x, y = self._offset_xy
        return Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)
