"""Which photos stand where on a sheet."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from engine.catalogue import Catalogue
from engine.errors import PictureError
from engine.lab.photos import LabPhotos
from engine.lab.sheet import GroupBy, SheetPhoto, SheetRow, SheetWish, score_range

# Of more groups, those with the most photos have a row.
MOST_GROUPS = 400


def continuum(photos: int, columns: int, most_rows: int) -> list[list[int]]:
    """Rows of places from the best photo to the worst: all photos where they fit, else a choice that is even in rank.

    Every row holds what lies between two quantiles of the score, best first.
    """
    room = columns * most_rows
    if photos <= room:
        return in_rows(range(photos), columns)
    return in_rows(((np.arange(room) + 0.5) * photos / room).astype(int).tolist(), columns)


def in_rows(places: Sequence[int], columns: int) -> list[list[int]]:
    """Places in the order of reading."""
    return [list(places[start : start + columns]) for start in range(0, len(places), columns)]


def group_rows(photos: LabPhotos, wish: SheetWish, catalogue: Catalogue) -> list[tuple[str, list[int]]]:
    """For each group its name and the places of all its photos, best first, in the order of the names."""
    groups: dict[tuple[object, ...], list[int]] = {}
    names: dict[tuple[object, ...], str] = {}
    tell = _TELLERS[wish.group_by]
    for place in range(len(photos)):
        key, name = tell(photos, place, catalogue)
        groups.setdefault(key, []).append(place)
        names[key] = name
    largest = sorted(groups, key=lambda key: -len(groups[key]))[:MOST_GROUPS]
    return [(names[key], groups[key]) for key in sorted(largest)]


def _by_folder(photos: LabPhotos, place: int, catalogue: Catalogue) -> tuple[tuple[object, ...], str]:
    folder = photos.paths[place].parent
    return (str(folder),), folder.name or str(folder)


def _by_day(photos: LabPhotos, place: int, catalogue: Catalogue) -> tuple[tuple[object, ...], str]:
    known = catalogue.recall_content(int(photos.contents[place]))
    taken = known[1].taken if known else None
    if taken is None:
        return ("9999",), "no date"
    day = datetime.fromtimestamp(taken, UTC)
    return (f"{day:%Y-%m-%d}",), f"{day.day} {day:%b %Y}"


def _by_faces(photos: LabPhotos, place: int, catalogue: Catalogue) -> tuple[tuple[object, ...], str]:
    known = catalogue.recall_content(int(photos.contents[place]))
    faces = len(known[1].faces) if known else 0
    named = ("no face", "one face", "two faces", "three faces", "four faces")
    return (min(faces, len(named)),), named[faces] if faces < len(named) else "five or more"


_TELLERS: Mapping[GroupBy, Callable[[LabPhotos, int, Catalogue], tuple[tuple[object, ...], str]]] = {
    GroupBy.FOLDER: _by_folder,
    GroupBy.DAY: _by_day,
    GroupBy.FACES: _by_faces,
}


def photos_at(photos: LabPhotos, places: Sequence[int]) -> list[SheetPhoto]:
    """Photos for a row; their captions are their names."""
    return [
        SheetPhoto(
            photos.paths[place],
            int(photos.contents[place]),
            float(photos.points[place]),
            photos.paths[place].stem,
        )
        for place in places
    ]


def scored_row(photos: Sequence[SheetPhoto], label: str, wish: SheetWish) -> SheetRow:
    """A row with its label, and the range of its scores where that is wanted."""
    lines = [label, score_range(photos) if wish.scores else ""]
    return SheetRow(photos, "\n".join(filter(None, lines)))


def named_photos(lines: Sequence[str], folder: Path, photos: LabPhotos) -> list[SheetPhoto]:
    """The photos that a list names, in its order; a photo need not be scored, nor be there.

    Args:
        lines: a path each, or a path, a tab and what is to stand below the photo; empty lines and those that begin
            with # say nothing.
        folder: what paths are relative to.
        photos: those that are scored.
    """
    known = {path: place for place, path in enumerate(photos.paths)}
    named = []
    for line in lines:
        name, _, caption = line.rstrip("\r\n").partition("\t")
        if not name.strip() or name.startswith("#"):
            continue
        path = (folder / Path(name.strip()).expanduser()).absolute()
        (photo,) = photos_at(photos, [known[path]]) if path in known else [SheetPhoto(path, caption=path.stem)]
        named.append(SheetPhoto(photo.path, photo.content, photo.points, caption.strip() or photo.caption))
    return named


def read_names(file: Path, photos: LabPhotos) -> list[SheetPhoto]:
    """The photos that a text file names, as `named_photos` says; paths are relative to its folder.

    Raises:
        PictureError: it cannot be read, or names nothing.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines()
    except OSError as error:
        raise PictureError(file, f"the list cannot be read ({error.strerror})") from error
    named = named_photos(lines, file.absolute().parent, photos)
    if not named:
        raise PictureError(file, "no photo is named in this list: write a path a line")
    return named


def picked_photos(photos: LabPhotos, catalogue: Catalogue) -> list[SheetPhoto]:
    """The photos that a person picked, best first."""
    return photos_at(photos, [place for place in range(len(photos)) if _is_picked(photos, place, catalogue)])


def _is_picked(photos: LabPhotos, place: int, catalogue: Catalogue) -> bool:
    known = catalogue.recall_content(int(photos.contents[place]))
    return known is not None and known[2].pick > 0
