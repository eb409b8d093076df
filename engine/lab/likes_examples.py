"""Photos that show what a sentence says: high and low ones of the album, or the same photo before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from engine.catalogue import Catalogue
from engine.errors import PictureError
from engine.faces import NO_FACES, Faces
from engine.lab.changes import CHANGES, views
from engine.lab.likes import Likes
from engine.lab.likes_facts import FACTS_BY_NAME
from engine.lab.likes_statistics import Mask, thirds
from engine.lab.likes_trials import LONG_SIDE
from engine.lab.likes_words import Statement
from engine.pictures import load_picture
from engine.pixels import Pixels

# Few and small on purpose: to show what is meant, and no one up.
OF_EACH_SIDE, PAIRS = 3, 2
EXAMPLE_SIDE = 224
# A blur of this share of a face's width leaves no one to be known.
BLUR_SHARE = 0.2


@dataclass(frozen=True)
class Example:
    """A small picture.

    Attributes:
        path: of the photo that it was made of.
        told: what it shows.
        pixels: RGB uint8 (H, W, 3), long side `EXAMPLE_SIDE`.
        is_first: whether a new side or a new pair begins with it.
    """

    path: Path
    told: str
    pixels: Pixels
    is_first: bool = False


def examples_of(statement: Statement, likes: Likes, catalogue: Catalogue, *, blur_faces: bool) -> list[Example]:
    """Examples of a statement; photos that cannot be read any more are left out.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    if statement.tried is not None:
        return _before_and_after(statement.tried, likes, catalogue, blur_faces=blur_faces)
    assert statement.fact is not None, "a statement rests on a change or on a fact"
    return _high_and_low(statement.fact, likes, catalogue, blur_faces=blur_faces)


def _high_and_low(name: str, likes: Likes, catalogue: Catalogue, *, blur_faces: bool) -> list[Example]:
    fact, values = FACTS_BY_NAME[name], likes.table.columns[name]
    low, _, high = thirds(values)
    shown: list[Example] = []
    for side, is_high in ((high, True), (low, False)):
        typical = _typical(likes, side, values if is_high else -values)
        for place, row in enumerate(typical):
            told = f"{_value(fact.told(values[row]), name)}: {likes.table.points[row]:.0f} points"
            shown += _shown(likes, row, catalogue, told, is_first=place == 0, blur_faces=blur_faces)
    return shown


def _value(told: str, name: str) -> str:
    return {"0": "no", "1": "yes"}.get(told, told) if name in ("black_and_white", "eyes_closed") else told


def _typical(likes: Likes, side: Mask, values: np.ndarray) -> list[int]:
    """Of the outer half of a side, the photos whose score is nearest to the side's mean; each of another cluster."""
    rows = np.flatnonzero(side)
    outer = rows[np.argsort(-values[rows], kind="stable")][: max(OF_EACH_SIDE, len(rows) // 2)]
    distance = np.abs(likes.table.points[outer] - likes.table.points[rows].mean())
    found: dict[int, int] = {}
    for row in outer[np.argsort(distance, kind="stable")].tolist():
        found.setdefault(int(likes.table.clusters[row]), row)
        if len(found) == OF_EACH_SIDE:
            break
    return list(found.values())


def _before_and_after(
    tried: tuple[str, float], likes: Likes, catalogue: Catalogue, *, blur_faces: bool
) -> list[Example]:
    changed = likes.tries[tried]
    rows = np.flatnonzero(np.isfinite(changed))
    usual = rows[np.argsort(np.abs(changed[rows] - changed[rows].mean()), kind="stable")][:PAIRS]
    change = next(each for each in CHANGES if each.name == tried[0])
    shown: list[Example] = []
    for row in usual.tolist():
        try:
            picture, faces = _read(likes, row, catalogue)
        except PictureError:
            continue
        if blur_faces:
            picture = blurred_faces(picture, faces)
        only = replace(change, strengths=(tried[1],))
        pair = next(((before, after) for _, before, after in views(only, picture, faces)), None)
        if pair is not None:
            after = f"After: {changed[row]:+.0f} points".replace("-", "−")
            path = likes.photos.paths[row]
            shown += [Example(path, "Before", _small(pair[0]), True), Example(path, after, _small(pair[1]))]
    return shown


def _shown(
    likes: Likes, row: int, catalogue: Catalogue, told: str, *, is_first: bool, blur_faces: bool
) -> Sequence[Example]:
    try:
        picture, faces = _read(likes, row, catalogue)
    except PictureError:
        return ()
    picture = blurred_faces(picture, faces) if blur_faces else picture
    return (Example(likes.photos.paths[row], told, _small(picture), is_first),)


def _read(likes: Likes, row: int, catalogue: Catalogue) -> tuple[Pixels, Faces]:
    """A photo, and its faces in pixels of it."""
    picture = load_picture(likes.photos.paths[row], LONG_SIDE)
    found = catalogue.recall_content(int(likes.photos.contents[row]))
    height, width = picture.pixels.shape[:2]
    full_w, full_h = picture.full_size_wh
    return picture.pixels, (found[1].faces if found else NO_FACES).scaled((width / full_w, height / full_h))


def blurred_faces(picture: Pixels, faces: Faces) -> Pixels:
    """The picture with every face blurred beyond recognition, in an oval around it."""
    shown = picture.copy()
    for box in faces.boxes_within((picture.shape[1], picture.shape[0])):
        whole = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(BLUR_SHARE * box.width, 1)), np.uint8)
        middle = ((box.x0 + box.x1) // 2, (box.y0 + box.y1) // 2)
        oval = cv2.ellipse(
            np.zeros(picture.shape[:2], np.uint8), middle, (box.width * 2 // 3, box.height * 2 // 3), 0, 0, 360, 255, -1
        )
        shown[oval > 0] = whole[oval > 0]
    return shown


def _small(picture: Pixels) -> Pixels:
    scale = EXAMPLE_SIDE / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
