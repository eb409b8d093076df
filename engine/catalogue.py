"""What the program remembers of photos: an SQLite file, so that no photo is scored twice by the same model.

A score belongs to a photo's content and a model (both by sha256), not to a path: moved, renamed and copied photos keep
theirs. A path is remembered with its size and time, so that an unchanged file need not even be read.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import CatalogueError
from engine.faces import NO_FACES, Faces

SCHEMA_VERSION = 1
_SCHEMA = (
    """
CREATE TABLE files (              -- what was found where, when it was last read
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,        -- bytes
    mtime_ns INTEGER NOT NULL,
    content_sha256 TEXT,          -- null where the file could not be read
    error TEXT                    -- why it is not a photo; null where it is one
) WITHOUT ROWID
""",
    """
CREATE TABLE photos (             -- what a model says of a content
    content_sha256 TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    logit REAL NOT NULL,
    width INTEGER NOT NULL,       -- of the upright picture
    height INTEGER NOT NULL,
    faces TEXT NOT NULL,          -- JSON: a list of [15 numbers]: box xyxy, five landmarks, confidence
    PRIMARY KEY (content_sha256, model_sha256)
) WITHOUT ROWID
""",
)
# Another program instance may be writing; wait for it rather than fail.
_BUSY_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class FileStamp:
    """What tells that a file is unchanged: its size in bytes and its modification time in nanoseconds."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "FileStamp":
        """Raises: OSError."""
        stat = path.stat()
        return cls(stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True)
class FileRecord:
    """What was found in a file: the digest of a photo's content, or the reason why it is not a photo."""

    content_sha256: str | None
    error: str | None


@dataclass(frozen=True)
class PhotoRecord:
    """What a model says of a content.

    Attributes:
        logit: the network's number.
        size_wh: width and height of the upright picture.
        faces: in pixels of the upright, full-size picture.
    """

    logit: float
    size_wh: tuple[int, int]
    faces: Faces


class Catalogue:
    """The remembered photos. To be used by the thread that made it; every thread makes its own.

    Args:
        path: the database file, made where it is missing; None keeps everything in memory for this run.

    Raises:
        CatalogueError: damaged, unwritable, or written by a newer program.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or Path("catalogue in memory")
        with self._errors_named():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path or ":memory:", timeout=_BUSY_TIMEOUT_S)
            try:
                self._database.execute("PRAGMA journal_mode = WAL")
                # With WAL this loses at most the last commits at a power cut, and never damages the file.
                self._database.execute("PRAGMA synchronous = NORMAL")
                self._make_schema()
            except BaseException:
                self._database.close()
                raise

    def _make_schema(self) -> None:
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            version = self._database.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise CatalogueError(self.path, "written by a newer version of this program: update it")
            if version == 0:
                for statement in _SCHEMA:
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def recall_file(self, path: Path, stamp: FileStamp) -> FileRecord | None:
        """What was found in this file, if it has not changed since."""
        with self._errors_named():
            row = self._database.execute(
                "SELECT content_sha256, error FROM files WHERE path = ? AND size = ? AND mtime_ns = ?",
                (_text(path), stamp.size, stamp.mtime_ns),
            ).fetchone()
        return FileRecord(*row) if row else None

    def recall_photo(self, content_sha256: str, model_sha256: str) -> PhotoRecord | None:
        """What this model says of this content, if it was asked before."""
        with self._errors_named():
            row = self._database.execute(
                "SELECT logit, width, height, faces FROM photos WHERE content_sha256 = ? AND model_sha256 = ?",
                (content_sha256, model_sha256),
            ).fetchone()
        return PhotoRecord(row[0], (row[1], row[2]), _faces_from_json(row[3])) if row else None

    def scored_contents(self, model_sha256: str) -> frozenset[str]:
        """The digests of all contents that this model has scored."""
        with self._errors_named():
            rows = self._database.execute("SELECT content_sha256 FROM photos WHERE model_sha256 = ?", (model_sha256,))
            return frozenset(digest for (digest,) in rows)

    def remember_files(self, found: Sequence[tuple[Path, FileStamp, FileRecord]]) -> None:
        """Store what was found in files, all or none."""
        with self._errors_named(), self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)",
                [
                    (_text(path), stamp.size, stamp.mtime_ns, file.content_sha256, file.error)
                    for path, stamp, file in found
                ],
            )

    def remember_photos(self, model_sha256: str, scored: Sequence[tuple[str, PhotoRecord]]) -> None:
        """Store what a model says of contents, all or none."""
        with self._errors_named(), self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO photos VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (digest, model_sha256, photo.logit, *photo.size_wh, _faces_to_json(photo.faces))
                    for digest, photo in scored
                ],
            )

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise CatalogueError(self.path, f"the catalogue cannot be used ({error})") from error


def _text(path: Path) -> str:
    # Names that are not Unicode are kept, not refused: SQLite takes no lone surrogates.
    return str(path.absolute()).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _faces_to_json(faces: Faces) -> str:
    flat = np.concatenate([faces.boxes_xyxy, faces.landmarks_xy.reshape(-1, 10), faces.confidence[:, None]], axis=1)
    return json.dumps([[round(float(number), 2) for number in row] for row in flat], separators=(",", ":"))


def _faces_from_json(text: str) -> Faces:
    rows = json.loads(text)
    if not rows:
        return NO_FACES
    flat = np.asarray(rows, np.float32)
    return Faces(flat[:, :4], flat[:, 4:14].reshape(-1, 5, 2), flat[:, 14])
