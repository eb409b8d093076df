"""The manifest: a CSV with a row for each photo that trains or tests, its label, and the split it belongs to.

The split is by person, never by photo, and hangs on the person's name alone: it stays the same when photos are added.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from engine.files import write_atomically

Split = Literal["train", "validation", "test"]
INDEX_FILE = "photos.csv"
LABELLED_KIND = "labelled face chip"
PHOTO_KINDS = ("portrait", "official portrait", "selfie", "group", "two people", LABELLED_KIND)
# Whole photos that are never trained on, because no label or pair can be made of them.
TEST_ONLY_KINDS = ("group", "two people")
TRAIN_SHARE, VALIDATION_SHARE = 0.70, 0.12


class ManifestError(Exception):
    """The data folder or the manifest cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Row:
    """A photo of the manifest.

    Attributes:
        path: below the data folder, with forward slashes.
        label: "1" a good portrait by a person's judgement, "0" not, "" no label.
        person: who is in it; all photos of a person are in one split.
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
        person: whose they are; all pairs of a person are in one split.
        split: train, validation or test.
    """

    winner: str
    loser: str
    person: str
    split: str


def split_of(person: str) -> Split:
    """The split of a person: 70 % train, 12 % validation, 18 % test."""
    share = int.from_bytes(hashlib.sha256(person.encode()).digest()[:4], "big") / 2**32
    if share < TRAIN_SHARE:
        return "train"
    return "validation" if share < TRAIN_SHARE + VALIDATION_SHARE else "test"


def build_manifest(data: Path) -> list[Row]:
    """Make the manifest of a data folder from its index, photos.csv.

    Raises:
        ManifestError: no such folder, or an index without the columns that are needed.
    """
    index = data / INDEX_FILE
    try:
        with index.open(newline="", encoding="utf-8") as file:
            return [_row(fields_) for fields_ in csv.DictReader(file) if fields_["kind"] in PHOTO_KINDS]
    except FileNotFoundError as error:
        raise ManifestError(f"{index} is missing: name the data folder with --data") from error
    except KeyError as error:
        raise ManifestError(f"{index} has no column {error}") from error


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
        ManifestError: missing, without its columns, with an unknown label or split, or with a person in two splits.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [Row(**fields_) for fields_ in csv.DictReader(file)]
    except (OSError, TypeError) as error:
        raise ManifestError(
            f"{path} is not a manifest ({error}): make one with `selfie-studio train manifest`"
        ) from error
    check_manifest(rows)
    return rows


def read_ranked(path: Path) -> list[RankedRow]:
    """Read the pairs of a file that `write_ranked` wrote.

    Raises:
        ManifestError: missing, without its columns, or with an unknown split.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [RankedRow(**fields_) for fields_ in csv.DictReader(file)]
    except (OSError, TypeError) as error:
        raise ManifestError(f"{path} holds no pairs ({error}): make them with `selfie-studio train split`") from error
    for row in rows:
        if row.split not in ("train", "validation", "test"):
            raise ManifestError(f"{row.winner}: split {row.split!r}")
    return rows


def check_manifest(rows: Sequence[Row]) -> None:
    """Raises: ManifestError: an unknown label or split, or a person in two splits."""
    split_by_person: dict[str, str] = {}
    for row in rows:
        if row.label not in ("0", "1", "") or row.split not in ("train", "validation", "test"):
            raise ManifestError(f"{row.path}: label {row.label!r}, split {row.split!r}")
        if split_by_person.setdefault(row.person, row.split) != row.split:
            raise ManifestError(f"{row.person} is in two splits")
