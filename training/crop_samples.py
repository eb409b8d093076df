"""What the crop head learns from: windows of real photos, as the search draws them, and what the network says of each.

A view is a photo, whole, or a part of it taken for a photo of its own: parts of photos of groups and of full-size
originals are what others take of fewer people, or of nobody. Some are mirrored, some lighter or darker. What the
network said is kept in a folder, a file for each view, so that a run that was stopped goes on, and a second fit asks
nothing.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from engine.aspects import COMMON_ASPECTS
from engine.crop_head import CELL_PX, bin_shares, fitted_size, long_side_for, map_input, window_facts
from engine.crop_search import SEARCH_LONG_SIDE, load_picture_to_search
from engine.crop_windows import CropSettings, Whole, main_faces, window_groups
from engine.errors import PictureError
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.files import write_atomically
from engine.geometry import Box
from engine.pictures import Picture, load_picture
from engine.pixels import Floats, Pixels
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Scorer
from training.manifest import ManifestError, read_index, split_of

# Of these all photos, in several views each: the train split has none like them, and a search meets them.
GROUP_KINDS, ORIGINAL_KIND = ("group", "two people"), "full-size original"
# Of a smaller photo every crop is blurred alike: it teaches nothing.
MIN_LONG_SIDE = 400
# Of this share of the views the faces are kept from the search, as if the detector had missed them.
FACES_MISSED = 0.12
# Windows as small as a person would ever draw them by hand are drawn too; each grid is as coarse as it may be.
DRAWN = CropSettings(windows=2000, min_scale=0.25, head_room=0.0)
# Parts are cut of a picture of this long side; they have this share of its sides, and are longer or higher by this.
PART_SOURCE_SIDE, PART_SHARES, PART_STRETCH = 2000, (0.35, 0.9), 0.35
# Of a photo's later views these shares are mirrored, or lighter or darker by a gamma of up to this power of e.
MIRRORED, RELIT, MOST_RELIT = 0.5, 0.3, 0.4


@dataclass(frozen=True)
class View:
    """A photo, or a part of it.

    Attributes:
        path: below the data folder, with forward slashes.
        number: 0 is the whole photo, so are those of portraits; others are parts, drawn by their number.
        origin: where a photo of a group or an original comes from; "" for portraits.
    """

    path: str
    number: int
    origin: str = ""

    @property
    def is_whole(self) -> bool:
        return self.number == 0 or self.path.startswith("portraits")


@dataclass(frozen=True)
class SampleSettings:
    """How much is drawn.

    Attributes:
        rounds: views of each group, twice as many of each original; and so often more portraits.
        portraits: of the train split, in each round.
        officials: official portraits of the train split, in each round.
        shapes: aspect ratios drawn of each view.
        windows: drawn of each shape.
        seed: of the drawing.
    """

    rounds: int = 12
    portraits: int = 60
    officials: int = 12
    shapes: int = 3
    windows: int = 14
    seed: int = 0


@dataclass(frozen=True)
class MappedWindows:
    """Windows of a view that share a map: W of them, B bins a side, a map of H by W cells.

    Attributes:
        stem: of the picture at the map's size, by the layers that are not fitted: float16 (C, 2H, 2W).
        columns: the share of each cell in each bin, float32 (W, B, W).
        rows: the same from top to bottom, float32 (W, B, H).
        numbers: which windows of the view they are, int (W,).
    """

    stem: npt.NDArray[np.float16]
    columns: Floats
    rows: Floats
    numbers: Whole


@dataclass(frozen=True)
class CropSample:
    """Windows of one view, and what the teacher says of them.

    Attributes:
        view: which it is.
        shapes: which of `COMMON_ASPECTS` each window has, int (W,).
        mapped: the windows of each map.
        facts: float32 (W, FACT_COUNT).
        logits: of the teacher, float32 (W,).
    """

    view: View
    shapes: Whole
    mapped: tuple[MappedWindows, ...]
    facts: Floats
    logits: Floats


def crop_views(data: Path, settings: SampleSettings) -> list[View]:
    """The views that the head learns from, round after round, so that a part of them is a fair part.

    Raises:
        ManifestError: no data folder, or no photo in it that is large enough.
    """
    rows = read_index(data)
    groups = [(row["file"], row["origin"]) for row in rows if row["kind"] in GROUP_KINDS]
    originals = [(row["file"], row["origin"]) for row in rows if row["kind"] == ORIGINAL_KIND]
    rng, portraits = np.random.default_rng(settings.seed), []
    for kind, each in (("portrait", settings.portraits), ("official portrait", settings.officials)):
        paths = _of_train_split(rows, kind)
        rng.shuffle(paths)
        portraits.append((paths, each))
    views = []
    for number in range(settings.rounds):
        views += [View(path, settings.rounds + number, origin) for path, origin in originals]
        views += [View(path, number, origin) for path, origin in originals + groups]
        views += [
            View(path, number) for paths, each in portraits for path in paths[number * each : (number + 1) * each]
        ]
    if not views:
        raise ManifestError(f"{data} has no whole photos to train with")
    return views


def _of_train_split(rows: Sequence[dict[str, str]], kind: str) -> list[str]:
    return [
        row["file"]
        for row in rows
        if row["kind"] == kind
        and split_of(row["person"] or row["file"]) == "train"
        and max(int(row["width"]), int(row["height"])) >= MIN_LONG_SIDE
    ]


def sample_views(
    views: Sequence[View],
    data: Path,
    scorer: Scorer,
    stem: nn.Module,
    answers: Path,
    settings: SampleSettings,
) -> Iterator[Progress[CropSample]]:
    """Draw windows of views and ask the teacher.

    Args:
        views: of `crop_views`.
        data: the data folder.
        scorer: the teacher.
        stem: its layers that are not fitted.
        answers: folder of what it said; made where it is missing.
        settings: how much is drawn.

    Yields:
        A progress for each view, with its sample; one that is small or damaged has none.
    """
    detector = FaceDetector()
    answers.mkdir(parents=True, exist_ok=True)
    for done, view in enumerate(views, start=1):
        rng = np.random.default_rng(_seed(f"{settings.seed}/{view.path}/{view.number}"))
        try:
            picture = _whole_or_part(view, data, rng)
            picture = _varied(picture, rng) if view.number else picture
        except PictureError as error:
            yield Progress(done, len(views), f"left out: {error}")
            continue
        if max(picture.full_size_wh) < MIN_LONG_SIDE:
            yield Progress(done, len(views), f"too small: {view.path}")
            continue
        faces = detector.detect_full_size(picture)
        faces = faces if rng.random() > FACES_MISSED else NO_FACES
        windows, shapes = draw_windows(picture, faces, settings, rng)
        logits = _answers(answers / f"{view.path.replace('/', '__')}.{view.number}.npz", picture, windows, scorer)
        mapped, facts = see_windows(picture, faces, windows, stem)
        yield Progress(done, len(views), view.path, (CropSample(view, shapes, mapped, facts, logits),))


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _whole_or_part(view: View, data: Path, rng: np.random.Generator) -> Picture:
    if view.is_whole:
        return load_picture_to_search(data / view.path)
    whole = load_picture(data / view.path, PART_SOURCE_SIDE)
    height, width = whole.pixels.shape[:2]
    share, stretch = rng.uniform(*PART_SHARES), np.exp(rng.uniform(-PART_STRETCH, PART_STRETCH))
    part_w, part_h = min(1, share * stretch), min(1, share / stretch)
    left, top = rng.uniform(0, 1 - part_w), rng.uniform(0, 1 - part_h)
    x0, y0, x1, y1 = int(left * width), int(top * height), int((left + part_w) * width), int((top + part_h) * height)
    part = np.ascontiguousarray(whole.pixels[y0:y1, x0:x1])
    enlarged = whole.full_size_wh[0] / width
    full_wh = round((x1 - x0) * enlarged), round((y1 - y0) * enlarged)
    if max(part.shape) > SEARCH_LONG_SIDE:
        part = cv2.resize(part, fitted_size((x1 - x0, y1 - y0), SEARCH_LONG_SIDE), interpolation=cv2.INTER_AREA).astype(
            np.uint8, copy=False
        )
    return Picture(part, full_wh)


def _varied(picture: Picture, rng: np.random.Generator) -> Picture:
    pixels: Pixels = picture.pixels
    if rng.random() < MIRRORED:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    if rng.random() < RELIT:
        gamma = np.exp(rng.uniform(-MOST_RELIT, MOST_RELIT))
        table = (255 * (np.arange(256) / 255) ** gamma).round().astype(np.uint8)
        pixels = cv2.LUT(pixels, table).astype(np.uint8, copy=False)
    return Picture(pixels, picture.full_size_wh)


def draw_windows(
    picture: Picture, faces: Faces, settings: SampleSettings, rng: np.random.Generator
) -> tuple[Whole, Whole]:
    """Polite windows of a few shapes: xyxy int (W, 4), and which of `COMMON_ASPECTS` each has, int (W,)."""
    drawn, shapes = [], []
    for number in rng.choice(len(COMMON_ASPECTS), settings.shapes, replace=False):
        groups = window_groups(picture.full_size_wh, faces, COMMON_ASPECTS[number], DRAWN)
        polite = np.concatenate([group.xyxy()[group.polite.ravel()] for group in groups])
        chosen = polite[rng.choice(len(polite), min(settings.windows, len(polite)), replace=False)]
        drawn.append(chosen)
        shapes.append(np.full(len(chosen), number))
    return np.concatenate(drawn), np.concatenate(shapes)


def _answers(path: Path, picture: Picture, windows: Whole, scorer: Scorer) -> Floats:
    """What the teacher says of windows, asked once."""
    if path.exists():
        with np.load(path) as stored:
            if np.array_equal(stored["windows"], windows):
                return np.asarray(stored["logits"], np.float32)
    picture_wh = picture.pixels.shape[1], picture.pixels.shape[0]
    boxes = [Box(*window).scaled(picture.full_size_wh, picture_wh) for window in windows.tolist()]
    scores = scorer.score_squares([letterbox(picture.pixels, box) for box in boxes])
    logits = np.array([score.logit for score in scores], np.float32)
    buffer = io.BytesIO()
    np.savez(buffer, windows=windows, logits=logits)
    write_atomically(path, buffer.getvalue())
    return logits


def see_windows(
    picture: Picture, faces: Faces, windows: Whole, stem: nn.Module
) -> tuple[tuple[MappedWindows, ...], Floats]:
    """What the head sees of windows: their maps, and facts (W, FACT_COUNT)."""
    full_wh, picture_wh = picture.full_size_wh, (picture.pixels.shape[1], picture.pixels.shape[0])
    sides = np.array([long_side_for((x1 - x0, y1 - y0), full_wh) for x0, y0, x1, y1 in windows.tolist()])
    mapped = []
    for side in np.unique(sides).tolist():
        with torch.no_grad():
            of_picture: Tensor = stem(torch.from_numpy(map_input(picture.pixels, side)))[0]  # (C, 2H, 2W)
        numbers, fitted_wh = np.flatnonzero(sides == side), fitted_size(picture_wh, side)
        columns, rows = (
            np.stack(
                [
                    bin_shares(windows[[n], axis], windows[n, axis + 2] - windows[n, axis], cells // 2, cell_px)
                    for n in numbers
                ]
            )
            for axis, cells, cell_px in (
                (0, of_picture.shape[2], CELL_PX * full_wh[0] / fitted_wh[0]),
                (1, of_picture.shape[1], CELL_PX * full_wh[1] / fitted_wh[1]),
            )
        )
        mapped.append(MappedWindows(of_picture.half().numpy(), columns, rows, numbers))
    return tuple(mapped), window_facts(windows, main_faces(faces, CropSettings()), full_wh, picture_wh, sides)
