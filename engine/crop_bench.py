"""What `selfie-studio bench crop` measures of each photo: time, regret, manners, and plain ways to crop."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.aspects import COMMON_ASPECTS, Aspect
from engine.crop_correction import Correction
from engine.crop_rivals import is_polite, rival_crops
from engine.crop_search import CropSearch, load_picture_to_search, search_crops
from engine.crop_windows import CropSettings, candidate_boxes, faces_kept, main_faces
from engine.errors import PictureError
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.geometry import Box
from engine.pictures import Picture
from engine.pixels import Floats
from engine.progress import Progress
from engine.resources import MODEL_FOLDER
from engine.scoring import Score, Scorer

SQUARE = Aspect.parse("1:1")
RUNS = 3
# So many exact scores are timed, batch after batch, to tell what all would take.
TIMED_SCORES = 24
# Of all shapes each has fewer exact scores than one shape alone.
ALL_SHAPES = CropSettings(exact=2, refinements=0)
TIE_POINTS = 1e-3
# The order of fewer windows than this says nothing.
LEAST_RANKED = 30
RANDOM = "random search in the same time"


@dataclass(frozen=True)
class Times:
    """Milliseconds: by the clock, and of the processor, which other work on the machine does not lengthen."""

    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Duel:
    """Whether the search's crop scores no lower than another way's, and whether that way's keeps the same manners."""

    won: bool
    polite: bool


@dataclass(frozen=True)
class Judgement:
    """The fast search against the truth about a coarser set of windows.

    Attributes:
        regret: points that the best of the set is ahead by.
        spearman: of estimates and scores, as the head gives them; None without a crop head, or with few windows.
        corrected: the same of estimates that the search has corrected, windows that it scored left out.
    """

    regret: float
    spearman: float | None = None
    corrected: float | None = None


@dataclass(frozen=True)
class PhotoFigures:
    """Of one photo, at 1:1 where nothing else is said.

    Attributes:
        windows: that one search looked at.
        one: of one search, maps, exact scores and all, the median of three.
        all_shapes: of all eight shapes.
        exhaustive: that exact scores of all those windows would take, from the scores that were timed.
        kept: main faces whose eyes and mouth are whole in the crop.
        keepable: of those, how many a window can keep.
        main: how many there are.
        duels: plain way to crop -> how the search's crop does against it.
        judgement: None where the truth was not asked for.
        gradient: time of the search by gradient, and points that the fast crop is ahead by; None if not tried.
    """

    windows: int
    one: Times
    all_shapes: Times
    exhaustive: Times
    kept: int
    keepable: int
    main: int
    duels: Mapping[str, Duel]
    judgement: Judgement | None = None
    gradient: tuple[Times, float] | None = None


def measure_photos(
    photos: Sequence[Path], scorer: Scorer, *, truth: int, truth_windows: int, gradient: int
) -> Iterator[Progress[PhotoFigures]]:
    """Measure photo after photo.

    Args:
        photos: files.
        scorer: scores.
        truth: how many of the photos, evenly spread, are also searched exhaustively.
        truth_windows: of each exhaustive search, of which the fast search sees no more either.
        gradient: on how many, evenly spread, the search by gradient is tried too, with the shipped network.

    Yields:
        A progress for each photo; one that cannot be decoded has no result, and its name is the note.
    """
    detector, rng = FaceDetector(), np.random.default_rng(0)
    judged, climbed = spread(len(photos), truth), spread(len(photos), gradient)
    for done, path in enumerate(photos, start=1):
        try:
            picture = load_picture_to_search(path)
        except PictureError:
            yield Progress(done, len(photos), str(path))
            continue
        faces = detector.detect_full_size(picture)
        figures = _measure(picture, faces, scorer, rng)
        if done - 1 in judged:
            figures = replace(figures, judgement=_judge(picture, faces, scorer, CropSettings(windows=truth_windows)))
        if done - 1 in climbed:
            figures = replace(figures, gradient=_climb(picture, faces, scorer))
        yield Progress(done, len(photos), path.name, (figures,))


def spread(count: int, wanted: int) -> set[int]:
    """So many of so many, evenly spread: their places."""
    return set(np.linspace(0, count - 1, min(wanted, count)).round().astype(int).tolist())


def _timed(work: Callable[[], object]) -> Times:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    return Times(1000 * (time.perf_counter() - wall_s), 1000 * (time.process_time() - cpu_s))


def _measure(picture: Picture, faces: Faces, scorer: Scorer, rng: np.random.Generator) -> PhotoFigures:
    runs = [_timed(lambda: list(search_crops(picture, faces, scorer, SQUARE))) for _ in range(RUNS)]
    one = Times(float(np.median([run.wall_ms for run in runs])), float(np.median([run.cpu_ms for run in runs])))
    best = list(search_crops(picture, faces, scorer, SQUARE))[-1].results[0]
    all_shapes = _timed(lambda: search_shapes(picture, faces, scorer))
    boxes = candidate_boxes(picture.full_size_wh, faces, SQUARE)
    some = boxes[:: max(1, len(boxes) // TIMED_SCORES)][:TIMED_SCORES]
    exact = _timed(lambda: CropSearch(picture, faces, scorer, estimate=False).exact(some))
    size_wh, settings = picture.full_size_wh, CropSettings()
    main = main_faces(faces, settings)
    kept, keepable = faces_kept(np.array([best.box.xyxy, boxes[0].xyxy]), main, size_wh, settings).tolist()
    # As many windows as the same time is enough for.
    tries = min(len(boxes), max(1, int(one.cpu_ms / exact.cpu_ms * len(some))))
    random = max(
        _scores(picture, [boxes[number] for number in rng.choice(len(boxes), tries, replace=False)], scorer),
        key=lambda score: score.logit,
    )
    duels = {RANDOM: Duel(random.points <= best.score.points + TIE_POINTS, polite=True)}
    for name, box in rival_crops(picture, faces, SQUARE).items():
        won = _scores(picture, [box], scorer)[0].points <= best.score.points + TIE_POINTS
        duels[name] = Duel(won, is_polite(box, keepable, size_wh, faces, SQUARE))
    share = len(boxes) / len(some)
    return PhotoFigures(
        windows=len(boxes),
        one=one,
        all_shapes=all_shapes,
        exhaustive=Times(exact.wall_ms * share, exact.cpu_ms * share),
        kept=kept,
        keepable=keepable,
        main=len(main),
        duels=duels,
    )


def search_shapes(picture: Picture, faces: Faces, scorer: Scorer) -> dict[str, Box]:
    """The best crop of each common shape; maps are shared, and each shape has fewer exact scores."""
    search, best = CropSearch(picture, faces, scorer, ALL_SHAPES), {}
    for aspect in COMMON_ASPECTS:
        scored = [pair for progress in search.score(aspect) for pair in progress.results]
        best[aspect.name] = max(scored, key=lambda pair: pair[1].logit)[0]
    return best


def _scores(picture: Picture, boxes: Sequence[Box], scorer: Scorer) -> list[Score]:
    return CropSearch(picture, NO_FACES, scorer, estimate=False).exact(boxes)


def _judge(picture: Picture, faces: Faces, scorer: Scorer, settings: CropSettings) -> Judgement:
    search = CropSearch(picture, faces, scorer, settings)
    boxes = [box for group in search.groups(SQUARE) for box in group.boxes()]
    truth = search.exact(boxes)
    found = [pair for progress in search.score(SQUARE) for pair in progress.results]
    regret = max(0.0, max(score.points for score in truth) - max(score.points for _, score in found))
    if not search.has_head or len(boxes) < LEAST_RANKED:
        return Judgement(regret)
    windows, estimates = search.estimates(SQUARE)
    place = {box: number for number, box in enumerate(boxes)}
    scored = np.array([place[box] for box, _ in found])
    correction = Correction(windows, estimates)
    correction.learn(scored, np.array([score.logit for _, score in found], np.float32))
    better, _ = correction.tell()
    logits = np.array([score.logit for score in truth], np.float32)
    others = np.setdiff1d(np.arange(len(boxes)), scored)
    return Judgement(regret, rank_correlation(estimates, logits), rank_correlation(better[others], logits[others]))


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's correlation of two lists of numbers that hardly tie: -1 to 1."""
    ranks = [np.argsort(np.argsort(values)).astype(np.float64) for values in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _climb(picture: Picture, faces: Faces, scorer: Scorer) -> tuple[Times, float]:
    from engine.checkpoint import load_network
    from engine.crop_gradient import climb

    network, boxes = load_network(MODEL_FOLDER), []
    spent = _timed(lambda: boxes.append(climb(picture, network, SQUARE)))
    search = CropSearch(picture, faces, scorer)
    fast = max(score.points for progress in search.score(SQUARE) for _, score in progress.results)
    return spent, fast - search.exact(boxes)[0].points
