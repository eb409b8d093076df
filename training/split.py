"""From a table of labels or pairs to a manifest: split by user, with the test set frozen by its hash."""

import hashlib
from collections import Counter
from pathlib import Path

from engine.files import write_atomically
from training.manifest import ManifestError, RankedRow, Row, split_of, write_manifest, write_ranked
from training.posts import read_rows

POST_KIND = "post"


def split_table(labels: Path, out: Path) -> dict[str, int]:
    """Write a manifest of labelled photos, or of pairs, and the hash of its test set beside it.

    Args:
        labels: Parquet that one of the labelling schemes wrote.
        out: the manifest.

    Returns:
        How many rows each split has.

    Raises:
        TableError: not such a table.
        ManifestError: the test set differs from the one that an earlier manifest of this name froze.
    """
    if "winner_picture" in _columns(labels):
        ranked = [
            RankedRow(str(winner), str(loser), str(user), split_of(str(user)))
            for winner, loser, user in read_rows(labels, ["winner_picture", "loser_picture", "user"])
            if winner and loser
        ]
        _freeze_test([f"{row.winner} {row.loser}" for row in ranked if row.split == "test"], out)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_ranked(out, ranked)
        return dict(Counter(row.split for row in ranked))
    rows = []
    for picture, label, user in read_rows(labels, ["picture", "label", "user"]):
        if picture:
            person = str(user or picture)
            rows.append(Row(str(picture), f"{label:.0f}", person, split_of(person), POST_KIND, "", "", ""))
    _freeze_test([f"{row.path} {row.label}" for row in rows if row.split == "test"], out)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_manifest(out, rows)
    return dict(Counter(row.split for row in rows))


def _columns(table: Path) -> set[str]:
    from training.tables import TableError, database, literal

    if not table.exists():
        raise TableError(f"{table} is missing: make it with `selfie-studio train label`")
    with database() as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(table)})").fetchall()
    return {str(row[0]) for row in described}


def _freeze_test(entries: list[str], out: Path) -> None:
    """Keep the hash of the test set, and refuse another one under the same name."""
    digest = hashlib.sha256("\n".join(sorted(entries)).encode()).hexdigest()
    frozen = out.with_suffix(".test.sha256")
    if frozen.exists() and frozen.read_text(encoding="utf-8").strip() != digest:
        raise ManifestError(
            f"the test set would not be the one that {frozen} froze: name another manifest, or remove that file"
        )
    frozen.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(frozen, f"{digest}\n".encode())
