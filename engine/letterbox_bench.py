"""What `selfie-studio bench crop` measures of letterboxed photos: real ones between made bars, saved and opened again.

The bars are black, grey or white; above and below, at the sides, or all around; narrow to wide; clean or noisy; and the
whole is a JPEG of poor to good quality. Each photo gets every colour at every place, the rest is drawn by lot.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image

from engine.aspects import ORIGINAL
from engine.borders import photo_within
from engine.crop_search import load_picture_to_search, search_crops
from engine.errors import PictureError
from engine.faces import FaceDetector
from engine.geometry import Box
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.progress import Progress
from engine.scoring import Scorer

# As large as pictures are that somebody has put bars around: a screen.
LONG_SIDE = 1920
LEVELS = (0, 128, 255)
PLACES = ((0, 1), (1, 0), (1, 1))  # at the sides, above and below: whether there are bars
WIDTHS = (0.03, 0.1, 0.25)  # of one bar, as a share of the photo's side
NOISES = (0.0, 4.0, 8.0)  # standard deviations, in levels
QUALITIES = (60, 75, 92)
# So much of a bar may be left, or of the photo be lost, on each side: a share of the side. The edge is soft in a JPEG.
MARGIN = 0.005


@dataclass(frozen=True)
class LetterboxFigures:
    """Of one photo.

    Attributes:
        letterboxed: pictures made of it.
        removed: of those, how many whose best crop holds no bar, while all of the photo was there to choose from.
        taken_for_bars: whether the photo as it is is said to have bars.
    """

    letterboxed: int
    removed: int
    taken_for_bars: bool


def measure_letterboxes(photos: Sequence[Path], scorer: Scorer, seed: int = 0) -> Iterator[Progress[LetterboxFigures]]:
    """Letterbox photo after photo, and search the best crop of its own shape.

    Yields:
        A progress for each photo; one that cannot be decoded has no result.
    """
    detector, rng = FaceDetector(), np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "letterboxed.jpg"
        for done, path in enumerate(photos, start=1):
            try:
                pixels, as_it_is = load_picture(path, LONG_SIDE).pixels, load_picture_to_search(path).pixels
            except PictureError:
                yield Progress(done, len(photos), path.name)
                continue
            kinds, removed = list(product(LEVELS, PLACES)), 0
            for level, place in kinds:
                framed, photo = letterboxed(pixels, level, place, rng)
                Image.fromarray(framed).save(file, quality=int(rng.choice(QUALITIES)))
                removed += _is_removed(file, photo, detector, scorer)
            height, width = as_it_is.shape[:2]
            taken_for_bars = photo_within(as_it_is).xyxy != (0, 0, width, height)
            yield Progress(done, len(photos), path.name, (LetterboxFigures(len(kinds), removed, taken_for_bars),))


def letterboxed(pixels: Pixels, level: int, place: tuple[int, int], rng: np.random.Generator) -> tuple[Pixels, Box]:
    """A photo between bars, and where it lies in the picture.

    Args:
        pixels: RGB uint8 (H, W, 3).
        level: of the bars, 0 to 255.
        place: one of `PLACES`.
        rng: draws width and noise.
    """
    height, width = pixels.shape[:2]
    share = rng.choice(WIDTHS)
    bar_x, bar_y = round(place[0] * share * width), round(place[1] * share * height)
    framed = level + rng.normal(0, rng.choice(NOISES), (height + 2 * bar_y, width + 2 * bar_x, 3))
    photo = Box(bar_x, bar_y, bar_x + width, bar_y + height)
    framed[photo.y0 : photo.y1, photo.x0 : photo.x1] = pixels
    return np.clip(framed, 0, 255).astype(np.uint8), photo


def _is_removed(file: Path, photo: Box, detector: FaceDetector, scorer: Scorer) -> bool:
    picture = load_picture_to_search(file)
    height, width = picture.pixels.shape[:2]
    found = photo_within(picture.pixels).scaled((width, height), picture.full_size_wh)
    faces = detector.detect_full_size(picture)
    best = list(search_crops(picture, faces, scorer, ORIGINAL))[-1].results[0].box
    margin = np.array(picture.full_size_wh * 2) * MARGIN
    inwards = np.subtract(found.xyxy, photo.xyxy) * (1, 1, -1, -1)  # what is lost of the photo, or left of a bar
    within = np.subtract(best.xyxy, photo.xyxy) * (1, 1, -1, -1)
    return bool((np.abs(inwards) <= margin).all() and (within >= -margin).all())
