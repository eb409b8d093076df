"""A table of labels that people gave to photos: which group each photo is in, by which the score should not go."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path, PurePath

import numpy as np

from engine.errors import PictureError
from engine.lab.likes_statistics import Mask, thirds

PATH_COLUMNS = ("path", "file", "filename", "photo", "image")
PERSON_COLUMN = "person"
# A column of more texts than this names photos, and does not group them; of more numbers, it is cut into thirds.
MOST_CATEGORIES = 12


@dataclass(frozen=True)
class Labels:
    """Labels of the N photos of an album.

    Attributes:
        columns: by name, (N,) texts, None where a photo has none.
        found: photos that the table knows.
    """

    columns: Mapping[str, Sequence[str | None]]
    found: int

    @property
    def persons(self) -> Sequence[str | None]:
        """Whom each photo shows; empty where the table does not tell."""
        return self.columns.get(PERSON_COLUMN, ())


NO_LABELS = Labels({}, 0)


def read_labels(file: Path, photos: Sequence[Path], wanted: Sequence[str] = ()) -> Labels:
    """Read a CSV with a row per photo.

    Args:
        file: with a header; one of its columns, `path` or `file`, names the photos, whole or by the end of the path.
        photos: N of them.
        wanted: columns; empty takes all.

    Raises:
        PictureError: the table cannot be read, or names no photos, or lacks a column.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as text:
            rows = list(csv.DictReader(text))
    except (OSError, UnicodeError, csv.Error) as error:
        raise PictureError(file, f"these labels cannot be read ({error})") from error
    header = [name for name in (rows[0] if rows else {}) if name]
    names = next((name for name in header if name.lower() in PATH_COLUMNS), None)
    if names is None:
        raise PictureError(file, f"no column names the photos: call it {' or '.join(PATH_COLUMNS[:2])}")
    if missing := [name for name in wanted if name not in header]:
        raise PictureError(file, f"there is no column {missing[0]}, but {', '.join(header)}")
    by_end = {PurePath(row[names]).parts: row for row in rows if row[names]}
    longest = max(map(len, by_end), default=0)
    of_photos = [_row_of(photo, by_end, longest) for photo in photos]
    columns = [name for name in header if name != names and (not wanted or name in (*wanted, PERSON_COLUMN))]
    return Labels(
        {name: [(row.get(name) or "").strip() or None if row else None for row in of_photos] for name in columns},
        sum(row is not None for row in of_photos),
    )


def _row_of(photo: Path, by_end: Mapping[tuple[str, ...], dict[str, str]], longest: int) -> dict[str, str] | None:
    """The row whose path is the end of a photo's path, the longest first."""
    parts = photo.absolute().parts
    ends = (parts[-length:] for length in range(min(longest, len(parts)), 0, -1))
    return next((by_end[end] for end in ends if end in by_end), None)


def groups_of(column: Sequence[str | None]) -> dict[str, tuple[Mask, Mask]]:
    """The groups of a column that are compared: by what each is called, its photos and those it is compared with.

    Numbers of many values make one comparison, the highest third with the lowest; so do two categories. Of more
    categories each is compared with all others. A column that cannot be grouped makes none.
    """
    known = [text for text in column if text is not None]
    distinct = sorted(set(known), key=lambda text: (_number(text) or 0, text))
    has_label = np.array([text is not None for text in column], bool)
    if len(distinct) > MOST_CATEGORIES:
        numbers = np.array([np.nan if text is None else _number(text) for text in column], np.float64)
        if not np.isfinite(numbers[has_label]).all():
            return {}
        low, _, high = thirds(numbers)
        return {f"{numbers[high].min():g} and more, against {numbers[low].max():g} and less": (high, low)}
    masks = {text: np.array([each == text for each in column], bool) for text in distinct}
    if len(distinct) == 2:
        first, second = distinct
        return {f"{second}, against {first}": (masks[second], masks[first])}
    return {f"{text}, against the others": (mask, has_label & ~mask) for text, mask in masks.items()} if known else {}


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return np.nan
    return number if isfinite(number) else np.nan
