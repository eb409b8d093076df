"""From a table of labels or pairs to a manifest: split by user, or by another column, with the test set frozen.

The test set is kept beside the manifest as the sha256 of each of its photos. A photo is known by its content: neither
another name nor another folder makes it another one, and no copy of it is trained on unnoticed.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.files import write_atomically
from engine.progress import Progress
from training.manifest import (
    ManifestError,
    RankedRow,
    Row,
    check_manifest,
    check_ranked,
    split_of,
    write_manifest,
    write_ranked,
)
from training.posts import read_rows

POST_KIND = "post"
USER_COLUMN = "user"
MAKE_LABELS = "make them with `selfie-studio train label`"


def split_table(labels: Path, out: Path, by: str = USER_COLUMN) -> dict[str, int]:
    """Write a manifest of labelled photos, or of pairs, and its test set beside it.

    Args:
        labels: Parquet that one of the labelling schemes wrote.
        out: the manifest.
        by: the column whose equal values stay in one split. A labelled photo without a value counts as its own.

    Returns:
        How many rows each split has.

    Raises:
        TableError: not such a table.
        ManifestError: nothing to split, no such column, a photo that would be in two splits, or another test set than
            the one that an earlier manifest of this name froze.
    """
    columns = _columns(labels)
    if by not in columns:
        raise ManifestError(f"{labels} has no column {by!r} to split by; it has {', '.join(columns)}")
    if "winner_picture" in columns:
        ranked = [_ranked_row(*pair) for pair in _filled(labels, ["winner_picture", "loser_picture", by])]
        check_ranked(ranked)
        _freeze_test([_pair_line(row) for row in ranked if row.split == "test"], out)
        write_ranked(out, ranked)
        return dict(Counter(row.split for row in ranked))
    if "label" not in columns:
        raise ManifestError(f"{labels} has no labels: {MAKE_LABELS}")
    rows = [_row(*labelled) for labelled in _filled(labels, ["picture", "label", by])]
    check_manifest(rows)
    _freeze_test([f"{photo_digest(row.path)} {row.label}" for row in rows if row.split == "test"], out)
    write_manifest(out, rows)
    return dict(Counter(row.split for row in rows))


def _columns(table: Path) -> list[str]:
    from training.tables import TableError, database, literal

    if not table.exists():
        raise TableError(f"{table} is missing: make it with `selfie-studio train label`")
    with database() as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(table)})").fetchall()
    return [str(row[0]) for row in described]


def _filled(labels: Path, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows that have a picture, at least one."""
    rows = [row for row in read_rows(labels, columns) if row[0]]
    if not rows:
        raise ManifestError(f"{labels} has no rows with a picture: {MAKE_LABELS}")
    return rows


def _row(picture: str, label: float | None, value: object) -> Row:
    if label not in (0, 1):
        raise ManifestError(f"{picture} has the label {label}, not 0 or 1: {MAKE_LABELS}")
    person = photo_digest(picture) if value in (None, "") else str(value)
    return Row(picture, f"{label:.0f}", person, split_of(person), POST_KIND, "", "", "")


def _ranked_row(winner: str, loser: str | None, value: object) -> RankedRow:
    if not loser or value in (None, ""):
        raise ManifestError(f"the pair of {winner} lacks its other photo, or the value that it is split by")
    return RankedRow(winner, loser, str(value), split_of(str(value)))


def photo_digest(picture: str, folder: Path = Path()) -> str:
    """The sha256 of a picture's content; of its name, where it is no file that can be read."""
    try:
        return hashlib.sha256((folder / picture).read_bytes()).hexdigest()
    except OSError:
        return _name_digest(picture)


def _name_digest(picture: str) -> str:
    return hashlib.sha256(picture.encode()).hexdigest()


def _pair_line(row: RankedRow) -> str:
    return f"{photo_digest(row.winner)} {photo_digest(row.loser)}"


def frozen_file(manifest: Path) -> Path:
    """Where the frozen test set of a manifest is kept."""
    return manifest.with_suffix(".test.sha256")


def _freeze_test(lines: Sequence[str], manifest: Path) -> None:
    """Keep a test set, a line for each label or pair, and refuse another one under the same name."""
    content = "".join(f"{line}\n" for line in sorted(lines)).encode()
    frozen = frozen_file(manifest)
    if frozen.exists() and frozen.read_bytes() != content:
        raise ManifestError(
            f"the test set would not be the one that {frozen} froze: name another manifest, or remove that file"
        )
    frozen.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(frozen, content)


def check_frozen(manifest: Path, data: Path, split_by_picture: dict[str, str]) -> Iterator[Progress[None]]:
    """Hold photos against the frozen test set of a manifest; without one there is nothing to hold them against.

    Args:
        manifest: a manifest, or a file of pairs.
        data: the folder that the pictures are below.
        split_by_picture: what each picture is used as: train, validation or test.

    Yields:
        A progress for each photo.

    Raises:
        ManifestError: a photo of the frozen test set would train or validate, or one that is not in it would test.
    """
    frozen = frozen_file(manifest)
    if not frozen.exists():
        return
    digests = set(frozen.read_text(encoding="utf-8", errors="replace").split())
    for done, (picture, split) in enumerate(split_by_picture.items(), start=1):
        # By its name too: a picture that could not be read when it was split may have come since.
        is_frozen = not digests.isdisjoint((photo_digest(picture, data), _name_digest(picture)))
        if is_frozen and split != "test":
            raise ManifestError(
                f"{picture} is in the test set that {frozen} froze, and listed for {split}: leave copies out with"
                " `selfie-studio train filter` and split again"
            )
        if split == "test" and not is_frozen and (data / picture).exists():
            raise ManifestError(
                f"{picture} is not in the test set that {frozen} froze: split again, or remove that file"
            )
        yield Progress(done, len(split_by_picture), picture)
