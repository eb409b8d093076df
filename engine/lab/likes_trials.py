"""Looks into some photos of an album: what only their pixels tell, and what each change does to their score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

import numpy as np

from engine.borders import photo_within
from engine.catalogue import Catalogue
from engine.errors import PictureError
from engine.faces import NO_FACES, Faces
from engine.lab.changes import CHANGES, views
from engine.lab.likes_statistics import Numbers
from engine.lab.photos import LabPhotos
from engine.lab.skin_tone import skin_angle
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Scorer

# Twice the network's side: enough for a crop of half the photo, and quick to change.
LONG_SIDE = 448
# So many photos are looked into beyond those that are changed by hand: few photos have a border.
LOOKED_INTO = 600
# A change of one photo by one strength: (name of the change, strength).
Try = tuple[str, float]


@dataclass(frozen=True)
class TriedPhoto:
    """What was found in one photo.

    Attributes:
        row: its place among the photos of the album.
        border: 1 where there are bars around it, else 0.
        skin_angle: in degrees, see `engine.lab.skin_tone`; NaN where it cannot be told.
        changes: of its points by each try; empty where no change was tried.
        error: why it could not be read; None where it could.
    """

    row: int
    border: float = nan
    skin_angle: float = nan
    changes: Mapping[Try, float] = field(default_factory=dict)
    error: str | None = None


def try_photos(
    photos: LabPhotos, catalogue: Catalogue, scorer: Scorer, *, changed: int, seed: int = 0
) -> Iterator[Progress[TriedPhoto]]:
    """Read some photos drawn at random, and change the first of them by hand.

    Args:
        photos: of the album.
        catalogue: that knows their faces.
        scorer: whose likes are asked for.
        changed: how many to change; those that cannot be read are replaced as far as there are others.
        seed: of the draw.

    Yields:
        Progress with each photo.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    drawn = np.random.default_rng(seed).permutation(len(photos))[: max(changed, LOOKED_INTO)].tolist()
    # A change takes as long as some fifty looks: progress counts in those.
    cost = 50
    total, done, left = len(drawn) + cost * min(changed, len(drawn)), 0, changed
    yield Progress(0, total, "reading photos")
    for row in drawn:
        tried = _try(photos.paths[row], row, _faces(catalogue, int(photos.contents[row])), scorer if left > 0 else None)
        if tried.error is None and left > 0:
            left -= 1
            done += cost
        done += 1
        yield Progress(min(done, total), total, photos.paths[row].name, (tried,))


def _faces(catalogue: Catalogue, content: int) -> tuple[Faces, tuple[int, int]]:
    """The faces that the catalogue knows of, and the size of the photo that they are told in."""
    found = catalogue.recall_content(content)
    return (found[1].faces, found[1].size_wh) if found else (NO_FACES, (1, 1))


def _try(path: Path, row: int, known: tuple[Faces, tuple[int, int]], scorer: Scorer | None) -> TriedPhoto:
    try:
        picture = load_picture(path, LONG_SIDE).pixels
    except PictureError as error:
        return TriedPhoto(row, error=error.reason)
    height, width = picture.shape[:2]
    full_faces, (full_w, full_h) = known
    faces = full_faces.scaled((width / full_w, height / full_h))
    border = float(photo_within(picture).xyxy != (0, 0, width, height))
    return TriedPhoto(row, border, skin_angle(picture, faces), changes_of(picture, faces, scorer) if scorer else {})


def changes_of(picture: Pixels, faces: Faces, scorer: Scorer) -> dict[Try, float]:
    """By how many points each try changes the score of a photo; tries to either side by their mean.

    Args:
        picture: RGB uint8 (H, W, 3), upright.
        faces: in pixels of it.
        scorer: whose likes are asked for.
    """
    squares: list[Pixels] = [letterbox(picture)]
    place_of_picture = {id(picture): 0}
    tries: list[tuple[Try, int, int]] = []
    for change in CHANGES:
        for strength, before, after in views(change, picture, faces):
            if id(before) not in place_of_picture:
                squares.append(letterbox(before))
            place = place_of_picture.get(id(before), len(squares) - 1)
            squares.append(letterbox(after))
            tries.append(((change.name, strength), place, len(squares) - 1))
    points = [score.points for score in scorer.score_squares(squares)]
    found: dict[Try, list[float]] = {}
    for each, before_place, after_place in tries:
        found.setdefault(each, []).append(points[after_place] - points[before_place])
    return {each: float(np.mean(changes)) for each, changes in found.items()}


def as_columns(tried: Sequence[TriedPhoto], count: int) -> dict[str, Numbers]:
    """What only pixels tell, as columns (N,) over all photos of the album; NaN where nobody looked."""
    columns = {name: np.full(count, np.nan) for name in ("border", "skin_angle")}
    for photo in tried:
        columns["border"][photo.row] = photo.border
        columns["skin_angle"][photo.row] = photo.skin_angle
    return columns


def change_columns(tried: Sequence[TriedPhoto], count: int) -> dict[Try, Numbers]:
    """The changes of each try, as columns (N,) over all photos of the album; NaN where it was not tried."""
    columns: dict[Try, Numbers] = {
        (change.name, strength): np.full(count, np.nan) for change in CHANGES for strength in change.strengths
    }
    for photo in tried:
        for each, change in photo.changes.items():
            columns[each][photo.row] = change
    return columns
