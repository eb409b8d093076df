"""The tables of the catalogue, how an older catalogue becomes one of today, and what is done about a damaged one."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from engine.errors import CatalogueError

SCHEMA_VERSION = 5
_BACKUP = "-before-version-"
# Statements that lead from each version to the next; the first one begins with an empty file.
_MIGRATIONS: dict[int, tuple[str, ...]] = {
    0: (
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
    ),
    1: (
        """
        CREATE TABLE contents (           -- what is measured of a content, whatever its name and place
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            width INTEGER NOT NULL,       -- of the upright picture
            height INTEGER NOT NULL,
            taken REAL,                   -- by the camera's clock, as seconds since 1970 as if it stood in Greenwich
            face_share REAL, face_height REAL, face_x REAL, face_y REAL, tilt REAL, sharpness REAL, brightness REAL,
            contrast REAL, blown REAL, crushed REAL, colourfulness REAL, smile REAL,
            faces INTEGER NOT NULL, eyes_closed INTEGER, eyes_read INTEGER
        )
        """,
        """
        CREATE TABLE faces (              -- the faces of a content, apart: lists of photos do without them
            content INTEGER PRIMARY KEY REFERENCES contents,
            faces TEXT NOT NULL           -- JSON: a list of [15 numbers]: box xyxy, five landmarks, confidence
        )
        """,
        "CREATE TABLE models (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE)",
        """
        CREATE TABLE scores (             -- what a model says of a content
            model INTEGER NOT NULL REFERENCES models,
            content INTEGER NOT NULL REFERENCES contents,
            logit REAL NOT NULL,
            points REAL NOT NULL,         -- 0 to 100, on that model's own scale
            PRIMARY KEY (model, content)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE embeddings (         -- the last hidden layer: float16, little-endian
            model INTEGER NOT NULL REFERENCES models,
            content INTEGER NOT NULL REFERENCES contents,
            embedding BLOB NOT NULL,
            PRIMARY KEY (model, content)
        )
        """,
        """
        CREATE TABLE marks (              -- what a person said of a content
            content INTEGER PRIMARY KEY REFERENCES contents,
            stars INTEGER,                -- 0 to 5, -1 for rejected by another program; null where nobody gave any
            pick INTEGER NOT NULL         -- 1 picked, -1 rejected, 0 neither
        )
        """,
        """
        CREATE TABLE known_files (
            path BLOB PRIMARY KEY,        -- as the file system spells it, Unicode or not
            size INTEGER NOT NULL,        -- bytes
            mtime_ns INTEGER NOT NULL,
            sidecar_mtime_ns INTEGER NOT NULL,  -- of the newest sidecar; 0 where there is none
            content INTEGER REFERENCES contents,  -- null where the file could not be read
            error TEXT,                   -- why it is not a photo; null where it is one
            stars INTEGER                 -- as found in the file or its sidecar; null where there are none
        ) WITHOUT ROWID
        """,
        """
        INSERT INTO contents (sha256, width, height, faces)
        SELECT content_sha256, max(width), max(height), max(json_array_length(faces)) FROM photos GROUP BY 1
        """,
        """
        INSERT INTO faces SELECT id, max(photos.faces) FROM photos JOIN contents ON sha256 = content_sha256 GROUP BY id
        """,
        "INSERT INTO models (sha256) SELECT DISTINCT model_sha256 FROM photos",
        # Points were not stored: 50 stands in until the same content is scored again.
        """
        INSERT INTO scores SELECT models.id, contents.id, logit, 50
        FROM photos JOIN contents ON contents.sha256 = content_sha256 JOIN models ON models.sha256 = model_sha256
        """,
        "DROP TABLE photos",
        # Files are read once more: facts and stars were not looked for.
        "DROP TABLE files",
        "ALTER TABLE known_files RENAME TO files",
        "CREATE INDEX files_by_content ON files (content)",
    ),
    2: (
        # Whether stars were made from a score: 1, else a person gave them.
        "ALTER TABLE marks ADD COLUMN by_score INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE files ADD COLUMN by_score INTEGER NOT NULL DEFAULT 0",
        """
        CREATE TABLE unwritten_stars (    -- stars that are still to be written to photos or sidecars, in this order
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path BLOB NOT NULL UNIQUE,
            stars INTEGER,                -- null to take them out
            by_score INTEGER NOT NULL,
            replaces_person INTEGER NOT NULL,  -- 1 where an undo brings stars of a score back over those of a person
            place TEXT NOT NULL           -- of engine.ratings.RatingPlace
        )
        """,
    ),
    3: (
        """
        CREATE TABLE own_crops (          -- what a person cropped by hand; of photos outside of any album too
            sha256 TEXT NOT NULL,         -- of the content
            shape TEXT NOT NULL,          -- the name of an engine.aspects.Aspect
            x0 INTEGER NOT NULL, y0 INTEGER NOT NULL,  -- in pixels of the upright picture
            x1 INTEGER NOT NULL, y1 INTEGER NOT NULL,
            PRIMARY KEY (sha256, shape)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE planned_crops (      -- what a review of a folder found and a person said of it, until it is saved
            path BLOB NOT NULL,           -- as the file system spells it
            shape TEXT NOT NULL,          -- the name of an engine.aspects.Aspect
            how TEXT NOT NULL,            -- of the model and the rules for faces
            size INTEGER NOT NULL,        -- of the file, bytes
            mtime_ns INTEGER NOT NULL,
            found TEXT NOT NULL,          -- JSON: of engine.crop_folder.CroppedPhoto
            verdict INTEGER NOT NULL,     -- 1 accepted, -1 skipped, 0 nothing said yet
            PRIMARY KEY (path, shape)
        ) WITHOUT ROWID
        """,
    ),
    4: (
        # What the photo was levelled by, clockwise positive: the box is of what that left.
        "ALTER TABLE own_crops ADD COLUMN angle_deg REAL NOT NULL DEFAULT 0",
        # Stars that could not be written: what the file held then, which tells whether another program gave some since.
        "ALTER TABLE unwritten_stars ADD COLUMN tried INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE unwritten_stars ADD COLUMN found_stars INTEGER",
        "ALTER TABLE unwritten_stars ADD COLUMN found_by_score INTEGER NOT NULL DEFAULT 0",
    ),
}


def bring_up_to_date(database: sqlite3.Connection, path: Path | None) -> None:
    """Make the tables, or make those of an older program today's, after a copy of its file was put beside it.

    Args:
        database: just opened.
        path: its file; None where it lives in memory.

    Raises:
        CatalogueError: written by a newer program.
        sqlite3.Error: damaged, or not writable.
    """
    version = _version(database)
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise CatalogueError(path or Path(), "written by a newer version of this program: update it")
    if version and path is not None:
        back_up(database, path.with_name(f"{path.stem}{_BACKUP}{SCHEMA_VERSION}{path.suffix}"))
    with database:
        database.execute("BEGIN IMMEDIATE")
        # Another instance of the program may have done it while this one waited.
        for step in range(_version(database), SCHEMA_VERSION):
            for statement in _MIGRATIONS[step]:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def back_up(database: sqlite3.Connection, copy: Path) -> None:
    """Write a whole and consistent copy of the database, over an older copy."""
    unfinished = copy.with_name(copy.name + ".part")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as target:
        database.backup(target)
    unfinished.replace(copy)


def backups_of(path: Path) -> list[Path]:
    """The copies that were put beside a catalogue before it was changed, the newest first."""
    found = path.parent.glob(f"{path.stem}{_BACKUP}*{path.suffix}")
    return sorted(found, key=lambda backup: backup.stat().st_mtime, reverse=True)


def check(database: sqlite3.Connection) -> str | None:
    """What is wrong with the database; None for nothing. Reads all of it: a third of a second for 100,000 photos.

    Source: https://www.sqlite.org/pragma.html#pragma_quick_check
    """
    try:
        found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == "ok" else str(found)


def set_aside(path: Path) -> Path:
    """Move a damaged catalogue out of the way, whole, so that a new one can be begun; where it is now."""
    aside = path.with_name(f"{path.stem}-damaged-{datetime.now():%Y%m%d-%H%M%S}{path.suffix}")
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.replace(aside.with_name(aside.name + suffix))
    return aside
