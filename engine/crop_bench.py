"""What `selfie-studio bench crop` measures of each photo: time, regret, manners, and plain ways to crop."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.aspects import COMMON_ASPECTS, Aspect
from engine.crop_search import SEARCH_LONG_SIDE, CropSearch, search_crops
from engine.crop_windows import CropSettings, candidate_boxes, faces_kept, main_faces
from engine.errors import PictureError
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.geometry import Box
from engine.pictures import Picture, load_picture
from engine.pixels import Floats
from engine.progress import Progress
from engine.resources import MODEL_FOLDER
from engine.scoring import Score, Scorer

SQUARE = Aspect.parse("1:1")
RUNS = 3
# Room around the largest face, as a share of it on every side.
FACE_MARGIN = 0.6
TIE_POINTS = 1e-3


@dataclass(frozen=True)
class PhotoFigures:
    """Of one photo, at 1:1 where nothing else is said.

    Attributes:
        windows: that one search looked at.
        one_ms: of one search, maps, exact scores and all, the median of three.
        all_ms: of all eight shapes.
        exhaustive_ms: that exact scores of all those windows would take, from the scores that were timed.
        faces_whole: whether the crop keeps eyes and mouths of all main faces; None without faces.
        beats: plain way to crop -> whether the search's crop scores no lower.
        regret: points that the exhaustive search of the coarser set is ahead by; None where it was not made.
        spearman: of estimates and scores on that set; None without a crop head.
        gradient: milliseconds of the search by gradient, and points that the fast crop is ahead by; None if not tried.
    """

    windows: int
    one_ms: float
    all_ms: float
    exhaustive_ms: float
    faces_whole: bool | None
    beats: Mapping[str, bool]
    regret: float | None = None
    spearman: float | None = None
    gradient: tuple[float, float] | None = None


def measure_photos(
    photos: Sequence[Path], scorer: Scorer, *, truth: int, truth_windows: int, gradient: bool
) -> Iterator[Progress[PhotoFigures]]:
    """Measure photo after photo.

    Args:
        photos: files.
        scorer: scores.
        truth: how many of the photos, evenly spread, are also searched exhaustively.
        truth_windows: of each exhaustive search, of which the fast search sees no more either.
        gradient: try the search by gradient too, with the shipped network.

    Yields:
        A progress for each photo; one that cannot be decoded has no result, and its name is the note.
    """
    detector, rng = FaceDetector(), np.random.default_rng(0)
    judged = set(np.linspace(0, len(photos) - 1, min(truth, len(photos))).round().astype(int).tolist())
    for done, path in enumerate(photos, start=1):
        try:
            picture = load_picture(path, SEARCH_LONG_SIDE)
        except PictureError:
            yield Progress(done, len(photos), str(path))
            continue
        faces = detector.detect_full_size(picture)
        figures = _measure(picture, faces, scorer, rng)
        if done - 1 in judged:
            regret, spearman = _judge(picture, faces, scorer, CropSettings(windows=truth_windows))
            figures = replace(figures, regret=regret, spearman=spearman)
        if gradient:
            figures = replace(figures, gradient=_climb(picture, faces, scorer))
        yield Progress(done, len(photos), path.name, (figures,))


def _measure(picture: Picture, faces: Faces, scorer: Scorer, rng: np.random.Generator) -> PhotoFigures:
    times_ms = []
    for _ in range(RUNS):
        started_s = time.perf_counter()
        best = list(search_crops(picture, faces, scorer, SQUARE))[-1].results[0]
        times_ms.append(1000 * (time.perf_counter() - started_s))
    started_s = time.perf_counter()
    search_shapes(picture, faces, scorer)
    all_ms = 1000 * (time.perf_counter() - started_s)
    search, settings = CropSearch(picture, faces, scorer), CropSettings()
    boxes = candidate_boxes(picture.full_size_wh, faces, SQUARE)
    started_s = time.perf_counter()
    search.exact(boxes[:: max(1, len(boxes) // 24)][:24])
    exact_ms = 1000 * (time.perf_counter() - started_s) / 24
    one_ms = float(np.median(times_ms))
    main = main_faces(faces, settings)
    kept = faces_kept(np.array([best.box.xyxy]), main, picture.full_size_wh, settings)[0] if len(main) else 0
    # As many windows as the same time is enough for.
    tries = rng.choice(len(boxes), min(len(boxes), max(1, int(one_ms / exact_ms))), replace=False)
    rivals = {
        "random search in the same time": [boxes[number] for number in tries],
        "the centred 90 %": [_centred(picture.full_size_wh)],
        "the largest face with a margin": [_around_face(picture.full_size_wh, faces)] if len(faces) else [],
    }
    beats = {
        name: all(score.points <= best.score.points + TIE_POINTS for score in _scores(picture, others, scorer))
        for name, others in rivals.items()
    }
    return PhotoFigures(
        windows=len(boxes),
        one_ms=one_ms,
        all_ms=all_ms,
        exhaustive_ms=exact_ms * len(boxes),
        faces_whole=bool(kept == len(main)) if len(main) else None,
        beats=beats,
    )


def search_shapes(picture: Picture, faces: Faces, scorer: Scorer) -> dict[str, Box]:
    """The best crop of each common shape; maps are shared, and each shape has fewer exact scores."""
    settings = CropSettings(exact=3, refinements=0)
    search, best = CropSearch(picture, faces, scorer, settings), {}
    for aspect in COMMON_ASPECTS:
        scored = [pair for progress in search.score(aspect) for pair in progress.results]
        best[aspect.name] = max(scored, key=lambda pair: pair[1].logit)[0]
    return best


def _scores(picture: Picture, boxes: Sequence[Box], scorer: Scorer) -> list[Score]:
    return CropSearch(picture, NO_FACES, scorer, estimate=False).exact(boxes)


def _centred(size_wh: tuple[int, int]) -> Box:
    side = round(0.9 * min(size_wh))
    x0, y0 = (size_wh[0] - side) // 2, (size_wh[1] - side) // 2
    return Box(x0, y0, x0 + side, y0 + side)


def _around_face(size_wh: tuple[int, int], faces: Faces) -> Box:
    x0, y0, x1, y1 = faces.boxes_xyxy[0].tolist()
    side = min(round((1 + 2 * FACE_MARGIN) * max(x1 - x0, y1 - y0)), *size_wh)
    left = round(min(max((x0 + x1 - side) / 2, 0), size_wh[0] - side))
    top = round(min(max((y0 + y1 - side) / 2, 0), size_wh[1] - side))
    return Box(left, top, left + side, top + side)


def _judge(picture: Picture, faces: Faces, scorer: Scorer, settings: CropSettings) -> tuple[float, float | None]:
    search = CropSearch(picture, faces, scorer, settings)
    boxes = [box for group in search.groups(SQUARE) for box in group.boxes()]
    truth = search.exact(boxes)
    found = [score for progress in search.score(SQUARE) for _, score in progress.results]
    regret = max(0.0, max(score.points for score in truth) - max(score.points for score in found))
    if not search.has_head:
        return regret, None
    _, estimates = search.estimates(SQUARE)
    return regret, rank_correlation(estimates, np.array([score.logit for score in truth], np.float32))


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's correlation of two lists of numbers that hardly tie: -1 to 1."""
    ranks = [np.argsort(np.argsort(values)).astype(np.float64) for values in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _climb(picture: Picture, faces: Faces, scorer: Scorer) -> tuple[float, float]:
    from engine.checkpoint import load_network
    from engine.crop_gradient import climb

    network = load_network(MODEL_FOLDER)
    started_s = time.perf_counter()
    box = climb(picture, network, SQUARE)
    spent_ms = 1000 * (time.perf_counter() - started_s)
    search = CropSearch(picture, faces, scorer)
    fast = max(score.points for progress in search.score(SQUARE) for _, score in progress.results)
    return spent_ms, fast - search.exact([box])[0].points
