"""What `selfie-studio bench saliency` measures: does the map of what counts point at the face, and at a planted defect?

A defect is a square beside the face, as large as a twelfth of the photo: white, black, garish or noisy, in turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from engine.errors import PictureError
from engine.faces import PHOTO_LONG_SIDE, FaceDetector
from engine.geometry import Box
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.progress import Progress
from engine.saliency import Saliency, find_saliency
from engine.scoring import Scorer

DEFECT_SHARE = 0.28  # its side, of the photo's shorter one


@dataclass(frozen=True)
class MapFigures:
    """Of one photo.

    Attributes:
        on_face: whether the highest lift of the photo lies on its largest face.
        face_share: of the photo's area, by which it would by chance.
        on_defect: whether the lowest lift of the photo with a defect lies on the defect.
        defect_share: of the photo's area.
        defect_loss: what the defect costs the score, in logits.
    """

    on_face: bool
    face_share: float
    on_defect: bool
    defect_share: float
    defect_loss: float


def measure_maps(photos: Sequence[Path], scorer: Scorer, seed: int = 0) -> Iterator[Progress[MapFigures]]:
    """Map photos as they are, and with a defect; those without a face, or without a corner beside it, are left out.

    Yields:
        Progress after each photo, with its figures.
    """
    detector, rng = FaceDetector(), np.random.default_rng(seed)
    for number, photo in enumerate(photos, start=1):
        try:
            picture = load_picture(photo, PHOTO_LONG_SIDE).pixels
        except PictureError:
            yield Progress(number, len(photos), photo.name)
            continue
        height, width = picture.shape[:2]
        faces = detector.detect(picture).boxes_within((width, height))
        corners = [corner for corner in _corners(width, height) if not any(map(corner.intersection_area, faces))]
        if not faces or not corners:
            yield Progress(number, len(photos), photo.name)
            continue
        corner = corners[rng.integers(len(corners))]
        plain, spoiled = _saliency(picture, scorer), _saliency(_with_defect(picture, corner, number, rng), scorer)
        figures = MapFigures(
            on_face=_is_at(plain.lifts.argmax(), faces[0], width),
            face_share=faces[0].area / (width * height),
            on_defect=_is_at(spoiled.lifts.argmin(), corner, width),
            defect_share=corner.area / (width * height),
            defect_loss=plain.logit - spoiled.logit,
        )
        yield Progress(number, len(photos), photo.name, (figures,))


def _corners(width: int, height: int) -> list[Box]:
    side = round(DEFECT_SHARE * min(width, height))
    places = product((0, width - side), (0, height - side))
    return [Box(x, y, x + side, y + side) for x, y in places]


def _with_defect(picture: Pixels, place: Box, kind: int, rng: np.random.Generator) -> Pixels:
    noise = rng.integers(0, 256, (place.y1 - place.y0, place.x1 - place.x0, 3))
    spoiled = picture.copy()
    spoiled[place.y0 : place.y1, place.x0 : place.x1] = ((255, 255, 255), (0, 0, 0), (255, 0, 255), noise)[kind % 4]
    return spoiled


def _saliency(picture: Pixels, scorer: Scorer) -> Saliency:
    *_, last = find_saliency(picture, scorer)
    return last.results[0]


def _is_at(index: np.intp, place: Box, width: int) -> bool:
    y, x = divmod(int(index), width)
    return place.x0 <= x < place.x1 and place.y0 <= y < place.y1
