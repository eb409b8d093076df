"""How well crops are chosen on the public sets, beside the floors that any cropper must beat.

Floors: random, the largest area, nearness to the centred 90 % of the picture, and the face box. The face box, the
network, and all floors of FLMS and FCDB need the pictures; GAICD's others follow from the annotations alone.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.aspects import ORIGINAL
from engine.crop_search import load_picture_to_search, search_crops
from engine.errors import PictureError
from engine.faces import FaceDetector, Faces
from engine.geometry import Box
from engine.pictures import Picture
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Scorer
from training.crop_metrics import BoxFigures, RankingFigures, box_figures, ranking_figures
from training.crop_sets import BestCrops, ScoredCrops

RANDOM, LARGEST, WHOLE, CENTRED, FACE, NETWORK = (
    "random",
    "largest area",
    "whole picture",
    "centred 90 %",
    "face box",
    "network",
)
_CENTRED_SHARE = 0.9
# A portrait's face is about a third of the frame's height: such a frame around it is what a face detector alone gives.
_FACE_TIMES = 3.0
Floats = npt.NDArray[np.float64]


def centred(size_wh: tuple[int, int], share: float = _CENTRED_SHARE) -> Box:
    """The box in the middle of a picture whose sides are this share of the picture's."""
    left, top = (round(side * (1 - share) / 2) for side in size_wh)
    return Box(left, top, max(size_wh[0] - left, left + 1), max(size_wh[1] - top, top + 1))


def frame_around_faces(faces: Faces, size_wh: tuple[int, int]) -> Box:
    """A frame around the largest face, three times as wide and high, kept inside; the whole picture without one."""
    if len(faces) == 0:
        return Box(0, 0, *size_wh)
    areas = np.prod(faces.boxes_xyxy[:, 2:] - faces.boxes_xyxy[:, :2], axis=1)
    box = faces.boxes_xyxy[areas.argmax()]
    centre, half = (box[:2] + box[2:]) / 2, _FACE_TIMES * (box[2:] - box[:2]) / 2
    x0, y0 = (int(max(edge, 0)) for edge in centre - half)
    x1, y1 = (int(min(edge, side)) for edge, side in zip(centre + half, size_wh, strict=True))
    return Box(min(x0, size_wh[0] - 1), min(y0, size_wh[1] - 1), max(x1, x0 + 1), max(y1, y0 + 1))


def nearness(boxes_xyxy: Floats, frame: Box) -> Floats:
    """IoU of many boxes (N, 4) with one: (N,)."""
    overlap = np.minimum(boxes_xyxy[:, 2:], frame.xyxy[2:]) - np.maximum(boxes_xyxy[:, :2], frame.xyxy[:2])
    shared = np.prod(np.clip(overlap, 0, None), axis=1)
    return np.asarray(shared / (areas_of(boxes_xyxy) + frame.area - shared))


def areas_of(boxes_xyxy: Floats) -> Floats:
    """Areas of boxes (N, 4): (N,)."""
    return np.asarray(np.prod(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], axis=1))


def ranking_floors(rows: Sequence[ScoredCrops], *, seed: int = 0) -> dict[str, RankingFigures]:
    """Figures of the floors that need no picture."""
    rng = np.random.default_rng(seed)
    floors: dict[str, Callable[[ScoredCrops], Floats]] = {
        RANDOM: lambda row: rng.random(len(row.opinions)),
        LARGEST: lambda row: areas_of(row.boxes_xyxy),
        CENTRED: lambda row: nearness(row.boxes_xyxy, centred(row.size_wh)),
    }
    return {name: ranking_figures((score(row), row.opinions) for row in rows) for name, score in floors.items()}


def evaluate_ranking(
    rows: Sequence[ScoredCrops], pictures: Path, scorer: Scorer, detector: FaceDetector
) -> Iterator[Progress[dict[str, RankingFigures]]]:
    """Rank the crops of the pictures that are there; the last progress carries the figures, floors on the same ones."""
    found: list[ScoredCrops] = []
    by_face: list[Floats] = []
    by_network: list[Floats] = []
    for number, row in enumerate(rows, start=1):
        if picture := _picture(pictures / row.picture):
            width, height = picture.pixels.shape[1::-1]
            local = [Box(*map(int, box)).scaled(picture.full_size_wh, (width, height)) for box in row.boxes_xyxy]
            squares = [letterbox(picture.pixels, box) for box in local]
            by_network.append(np.array([score.logit for score in scorer.score_squares(squares)]))
            frame = frame_around_faces(detector.detect_full_size(picture), picture.full_size_wh)
            by_face.append(nearness(row.boxes_xyxy, frame))
            found.append(row)
        if number < len(rows):
            yield Progress(number, len(rows), row.picture)
    if not found:
        raise ValueError(f"{pictures} holds none of the pictures")
    figures = ranking_floors(found)
    for name, scores in ((FACE, by_face), (NETWORK, by_network)):
        pairs = zip(scores, (row.opinions for row in found), strict=True)
        figures[name] = ranking_figures(pairs)
    yield Progress(len(rows), len(rows), f"{len(found)} pictures", (figures,))


def evaluate_boxes(
    rows: Sequence[BestCrops], pictures: Path, scorer: Scorer, detector: FaceDetector, *, seed: int = 0
) -> Iterator[Progress[dict[str, BoxFigures]]]:
    """Choose a crop of each picture that is there, of its own shape; the last progress carries all figures."""
    rng = np.random.default_rng(seed)
    chosen: dict[str, list[tuple[Box, Sequence[Box], tuple[int, int]]]] = {}
    for number, row in enumerate(rows, start=1):
        if picture := _picture(pictures / row.picture):
            size_wh = picture.full_size_wh
            faces = detector.detect_full_size(picture)
            steps = search_crops(picture, faces, scorer, ORIGINAL)
            boxes = {
                RANDOM: _random_box(rng, size_wh),
                WHOLE: Box(0, 0, *size_wh),
                CENTRED: centred(size_wh),
                FACE: frame_around_faces(faces, size_wh),
                NETWORK: next(crop.box for step in steps for crop in step.results),
            }
            for name, box in boxes.items():
                chosen.setdefault(name, []).append((box, row.truths, size_wh))
        if number < len(rows):
            yield Progress(number, len(rows), row.picture)
    if not chosen:
        raise ValueError(f"{pictures} holds none of the pictures")
    figures = {name: box_figures(found) for name, found in chosen.items()}
    yield Progress(len(rows), len(rows), f"{len(chosen[WHOLE])} pictures", (figures,))


def _random_box(rng: np.random.Generator, size_wh: tuple[int, int]) -> Box:
    """A box between two random points."""
    (x0, x1), (y0, y1) = (np.sort(rng.integers(0, side + 1, 2)) for side in size_wh)
    x0, y0 = min(int(x0), size_wh[0] - 1), min(int(y0), size_wh[1] - 1)
    return Box(x0, y0, max(int(x1), x0 + 1), max(int(y1), y0 + 1))


def _picture(path: Path) -> Picture | None:
    if not path.is_file():
        return None
    try:
        return load_picture_to_search(path)
    except PictureError:
        return None
