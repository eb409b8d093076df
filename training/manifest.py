"""The manifest: a CSV with a row for each photo that trains or tests, its label, and the split it belongs to.

The split is by person, never by photo, and hangs on the person's name alone: it stays the same when photos are added.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, TypeVar

from engine.files import write_atomically

Split = Literal["train", "validation", "test"]
INDEX_FILE = "photos.csv"
LABELLED_KIND = "labelled face chip"
PHOTO_KINDS = ("portrait", "official portrait", "selfie", "group", "two people", LABELLED_KIND)
# Whole photos that are never trained on, because no label or pair can be made of them.
TEST_ONLY_KINDS = ("group", "two people")
TRAIN_SHARE, VALIDATION_SHARE = 0.70, 0.12
MAKE_MANIFEST = "make one with `selfie-studio train manifest` or `split`"
MAKE_PAIRS = "make pairs with `selfie-studio train split`"


class ManifestError(Exception):
    """The data folder or the manifest cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Row:
    """A photo of the manifest.

    Attributes:
        path: below the data folder, with forward slashes.
        label: "1" a good portrait by a person's judgement, "0" not, "" no label.
        person: who is in it, or what else the split is by; all photos of a person are in one split.
        split: train, validation or test.
        kind: where it comes from.
        group: the group that label weights even out; "" where unknown.
        gender: as the data states it; "" where unknown.
        age: in years, as the data states it; "" where unknown.
    """

    path: str
    label: str
    person: str
    split: str
    kind: str
    group: str
    gender: str
    age: str


@dataclass(frozen=True)
class RankedRow:
    """Two photos of which the first did better.

    Attributes:
        winner: below the data folder, or a whole path.
        loser: as `winner`.
        person: whose they are, or what else the split is by; all pairs of a person are in one split.
        split: train, validation or test.
    """

    winner: str
    loser: str
    person: str
    split: str


AnyRow = TypeVar("AnyRow", Row, RankedRow)


def split_of(person: str) -> Split:
    """The split of a person: 70 % train, 12 % validation, 18 % test."""
    share = int.from_bytes(hashlib.sha256(person.encode()).digest()[:4], "big") / 2**32
    if share < TRAIN_SHARE:
        return "train"
    return "validation" if share < TRAIN_SHARE + VALIDATION_SHARE else "test"


def build_manifest(data: Path) -> list[Row]:
    """Make the manifest of a data folder from its index, photos.csv.

    Raises:
        ManifestError: no such folder, or an index that is not a CSV with the columns that are needed.
    """
    index = read_index(data)
    try:
        return [_row(fields_) for fields_ in index if fields_["kind"] in PHOTO_KINDS]
    except KeyError as error:
        raise ManifestError(f"{data / INDEX_FILE} has no column {error}") from error


def read_index(data: Path) -> list[dict[str, str]]:
    """The index of a data folder, a dict of column to text for each file that it lists.

    Raises:
        ManifestError: no such folder, or an index that is not a CSV.
    """
    return _read(data / INDEX_FILE, "name the data folder with --data")


def _row(index: dict[str, str]) -> Row:
    kind = index["kind"]
    person = index["person"] or index["file"]
    split = "test" if kind in TEST_ONLY_KINDS else split_of(person)
    label = index["good"] if kind == LABELLED_KIND else ""
    return Row(index["file"], label, person, split, kind, index["race"], index["gender"], index["age"])


def write_manifest(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as CSV with a header."""
    _write(path, Row, rows)


def write_ranked(path: Path, rows: Iterable[RankedRow]) -> None:
    """Write pairs as CSV with a header."""
    _write(path, RankedRow, rows)


def _write(path: Path, kind: type[Row] | type[RankedRow], rows: Iterable[Row] | Iterable[RankedRow]) -> None:
    names = [field.name for field in fields(kind)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([getattr(row, name) for name in names] for row in rows)
    write_atomically(path, text.getvalue().encode())


def read_manifest(path: Path) -> list[Row]:
    """Read and check a manifest.

    Raises:
        ManifestError: missing, without its columns, or refused by `check_manifest`.
    """
    rows = _read_as(Row, path, MAKE_MANIFEST)
    check_manifest(rows)
    return rows


def read_ranked(path: Path) -> list[RankedRow]:
    """Read the pairs of a file that `write_ranked` wrote.

    Raises:
        ManifestError: missing, without its columns, or refused by `check_ranked`.
    """
    rows = _read_as(RankedRow, path, MAKE_PAIRS)
    check_ranked(rows)
    return rows


def _read_as(kind: type[AnyRow], path: Path, hint: str) -> list[AnyRow]:
    names = [field.name for field in fields(kind)]
    rows = _read(path, hint)
    if lacking := [name for name in names if rows and name not in rows[0]]:
        raise ManifestError(f"{path} has no column {lacking[0]!r}: {hint}")
    return [kind(**{name: row[name] for name in names}) for row in rows]


def _read(path: Path, hint: str) -> list[dict[str, str]]:
    """The rows of a CSV; a spreadsheet's byte order mark is no part of its first column."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file, restval=""))
    except FileNotFoundError as error:
        raise ManifestError(f"{path} is missing: {hint}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path} is not a CSV in UTF-8 ({error}): {hint}") from error


def check_manifest(rows: Sequence[Row]) -> None:
    """Raises: ManifestError: an unknown label or split, or a person or a photo in two splits."""
    for row in rows:
        if row.label not in ("0", "1", ""):
            raise ManifestError(f"{row.path}: label {row.label!r} is none of 0, 1 and nothing")
    _check_splits((row.person, row.split) for row in rows)
    _check_splits((row.path, row.split) for row in rows)


def check_ranked(rows: Sequence[RankedRow]) -> None:
    """Raises: ManifestError: an unknown split, or a person or a photo in two splits."""
    _check_splits((row.person, row.split) for row in rows)
    _check_splits((photo, row.split) for row in rows for photo in (row.winner, row.loser))


def _check_splits(named: Iterable[tuple[str, str]]) -> None:
    split_by_name: dict[str, str] = {}
    for name, split in named:
        if split not in ("train", "validation", "test"):
            raise ManifestError(f"{name}: split {split!r} is none of train, validation and test")
        if split_by_name.setdefault(name, split) != split:
            raise ManifestError(f"{name} is in two splits, {split_by_name[name]} and {split}")
