"""What the program remembers of photos: an SQLite file, so that no photo is scored twice by the same model.

What is measured, scored and marked belongs to a photo's content (sha256), not to a path: moved, renamed and copied
photos keep theirs. A path is remembered with its size and time, so that an unchanged file need not even be read.
The tables are told in `engine.catalogue_schema`.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.catalogue_marks import CatalogueMarks, key_of
from engine.catalogue_records import ContentRecord, FileRecord, FileStamp, Mark, ScoreRecord, UnwrittenStars
from engine.catalogue_schema import bring_up_to_date, check
from engine.faces import NO_FACES, Faces
from engine.photo_facts import PhotoFacts
from engine.pixels import Floats

__all__ = [
    "LIST_COLUMNS",
    "Catalogue",
    "ContentRecord",
    "FileRecord",
    "FileStamp",
    "ListRow",
    "Mark",
    "ScoreRecord",
    "UnwrittenStars",
]
# Another program instance may be writing; wait for it rather than fail.
_BUSY_TIMEOUT_S = 10.0
_FACTS = tuple(field.name for field in fields(PhotoFacts))
# What a list of photos shows, sorts and filters by; read in one go: 100,000 photos in a third of a second.
LIST_COLUMNS = (
    *("path", "content", "error", "width", "height", "taken", "faces", "sharpness", "eyes_closed"),
    *("logit", "points", "stars", "pick", "by_score"),
)
ListRow = tuple[object, ...]


class Catalogue(CatalogueMarks):
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
                bring_up_to_date(self._database, path)
            except BaseException:
                self._database.close()
                raise

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # Files

    def recall_files(self, folders: Sequence[Path] | None = None) -> dict[Path, tuple[FileStamp, FileRecord]]:
        """What was found in files, below these folders (or these very files) or anywhere."""
        found: dict[Path, tuple[FileStamp, FileRecord]] = {}
        query = (
            "SELECT path, size, mtime_ns, sidecar_mtime_ns, sha256, error, stars, by_score"
            " FROM files LEFT JOIN contents ON contents.id = content WHERE path >= ? AND path < ?"
        )
        with self._errors_named():
            for span in _spans(folders):
                for path, size, mtime_ns, sidecar_mtime_ns, sha256, error, stars, by_score in self._database.execute(
                    query, span
                ):
                    stamp = FileStamp(size, mtime_ns, sidecar_mtime_ns)
                    found[Path(os.fsdecode(path))] = stamp, FileRecord(sha256, error, stars, bool(by_score))
        return found

    def remember_files(self, found: Sequence[tuple[Path, FileStamp, FileRecord]]) -> None:
        """Store what was found in files, all or none; the contents are remembered before.

        Stars that were not in the file when it was last read take the place of those that were given here: somebody
        gave them in another program since. Where stars wait to be written, that has to have been while they waited. A
        photo that another program wrote into keeps its marks.
        """
        with self._errors_named(), self._database:
            for path, stamp, file in found:
                key = key_of(path)
                before = self._database.execute(
                    "SELECT content, stars, by_score FROM files WHERE path = ?", (key,)
                ).fetchone()
                content = self._content_id(file.content_sha256)
                if content is not None:
                    self._carry_marks(key, before, content, file)
                self._store_file(key, stamp, content, file)

    def _store_file(self, key: bytes, stamp: FileStamp, content: int | None, file: FileRecord) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (key, stamp.size, stamp.mtime_ns, stamp.sidecar_mtime_ns, content, file.error, file.stars, file.by_score),
        )

    def _carry_marks(
        self, key: bytes, before: tuple[int | None, int | None, int] | None, content: int, file: FileRecord
    ) -> None:
        old = before[0] if before else None
        if old is not None and old != content and self._is_same_picture(old, content):
            self._database.execute(
                "INSERT OR IGNORE INTO marks SELECT ?, stars, pick, by_score FROM marks WHERE content = ?",
                (content, old),
            )
            self._carry_crops(old, content)
        if file.stars is None or (before and before[1:] == (file.stars, file.by_score)):
            return
        # Stars that are still to be written into a file are newer than what stands there, unless it changed meanwhile.
        waiting = self._unwritten("path = ?", key)
        if waiting is not None and not waiting.are_older_than(file.stars, file.by_score):
            return
        # A file that turns up elsewhere holds what it held when its content was marked.
        query = (
            "INSERT INTO marks VALUES (?1, ?2, 0, ?3) ON CONFLICT (content)"
            " DO UPDATE SET stars = excluded.stars, by_score = excluded.by_score WHERE ?4 OR marks.stars IS NULL"
        )
        self._database.execute(query, (content, file.stars, file.by_score, before is not None))

    def _is_same_picture(self, content: int, other: int) -> bool:
        """Whether two contents are of one size and one moment: another program wrote into the file."""
        query = (
            "SELECT 1 FROM contents old JOIN contents new ON new.id = ? WHERE old.id = ?"
            " AND old.width = new.width AND old.height = new.height AND old.taken IS new.taken"
        )
        return self._database.execute(query, (other, content)).fetchone() is not None

    def forget_files(self, paths: Iterable[Path]) -> None:
        """Files that are gone, all or none; what is known of their contents stays, for when they turn up elsewhere."""
        keys = [(key_of(path),) for path in paths]
        with self._errors_named(), self._database:
            self._database.executemany("DELETE FROM files WHERE path = ?", keys)
            self._database.executemany("DELETE FROM unwritten_stars WHERE path = ?", keys)

    # Contents and scores

    def known_contents(self, model_sha256: str) -> frozenset[str]:
        """The digests of all contents that this model has scored and whose facts are measured."""
        query = (
            "SELECT contents.sha256 FROM contents JOIN scores ON content = contents.id JOIN models ON models.id = model"
            " WHERE models.sha256 = ? AND brightness IS NOT NULL"
        )
        with self._errors_named():
            return frozenset(digest for (digest,) in self._database.execute(query, (model_sha256,)))

    def recall_content(self, content: str | int) -> tuple[int, ContentRecord, Mark] | None:
        """The number, the facts and the mark of a content, by its digest or by its number."""
        by = "sha256" if isinstance(content, str) else "id"
        query = (
            f"SELECT id, width, height, taken, faces.faces, stars, pick, by_score, {', '.join(map(_column, _FACTS))}"
            f" FROM contents LEFT JOIN faces ON faces.content = id LEFT JOIN marks ON marks.content = id WHERE {by} = ?"
        )
        with self._errors_named():
            row = self._database.execute(query, (content,)).fetchone()
        if row is None:
            return None
        number, width, height, taken, faces, stars, pick, by_score, *facts = row
        record = ContentRecord((width, height), taken, _faces_from_json(faces or "[]"), _facts_from_row(facts))
        return number, record, Mark(stars, pick or 0, bool(by_score))

    def digests(self, contents: Sequence[int]) -> dict[int, str]:
        """The digests of those of these contents (their numbers) that are known."""
        wanted = frozenset(contents)
        with self._errors_named():
            rows = self._database.execute("SELECT id, sha256 FROM contents")
            return {number: digest for number, digest in rows if number in wanted}

    def recall_score(self, content_sha256: str, model_sha256: str) -> ScoreRecord | None:
        """What this model says of this content, if it was asked before."""
        query = (
            "SELECT logit, points, embedding FROM contents JOIN scores ON scores.content = contents.id"
            " JOIN models ON models.id = scores.model LEFT JOIN embeddings ON embeddings.content = contents.id"
            " AND embeddings.model = models.id WHERE contents.sha256 = ? AND models.sha256 = ?"
        )
        with self._errors_named():
            row = self._database.execute(query, (content_sha256, model_sha256)).fetchone()
        return ScoreRecord(row[0], row[1], _embedding(row[2] or b"")) if row else None

    def remember_contents(self, measured: Sequence[tuple[str, ContentRecord]]) -> None:
        """Store what is measured of contents, all or none."""
        columns = ("sha256", "width", "height", "taken", *_FACTS)
        query = (
            f"INSERT INTO contents ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT (sha256) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns[1:])}"
        )
        with self._errors_named(), self._database:
            for digest, content in measured:
                facts = astuple(content.facts) if content.facts else (None,) * len(_FACTS)
                row = dict(zip(_FACTS, facts, strict=True)) | {"faces": len(content.faces)}
                self._database.execute(query, (digest, *content.size_wh, content.taken, *row.values()))
                self._database.execute(
                    "INSERT OR REPLACE INTO faces SELECT id, ? FROM contents WHERE sha256 = ?",
                    (_faces_to_json(content.faces), digest),
                )

    def remember_scores(self, model_sha256: str, scored: Sequence[tuple[str, ScoreRecord]]) -> None:
        """Store what a model says of contents that are remembered, all or none."""
        with self._errors_named(), self._database:
            self._database.execute("INSERT OR IGNORE INTO models (sha256) VALUES (?)", (model_sha256,))
            model = self._model_id(model_sha256)
            for digest, score in scored:
                content = self._content_id(digest)
                self._database.execute(
                    "INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?)", (model, content, score.logit, score.points)
                )
                self._database.execute(
                    "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)",
                    (model, content, score.embedding.astype("<f2").tobytes()),
                )

    def embedding_table(self, model_sha256: str, contents: Sequence[int]) -> tuple[list[int], Floats]:
        """The embeddings of those of these contents (their numbers) that this model has scored.

        Returns:
            the numbers, and float16 (N, E), (0, 0) where there are none: in one block, which is given back
            whole: a hundred thousand small ones would stay with this program.
        """
        wanted = frozenset(contents)
        numbers: list[int] = []
        table: Floats = np.empty((0, 0), np.float16)
        query = "SELECT content, embedding FROM embeddings WHERE model = ?"
        with self._errors_named():
            for content, stored in self._database.execute(query, (self._model_id(model_sha256),)):
                if content in wanted:
                    embedding = _embedding(stored)
                    if not numbers:
                        table = np.empty((len(wanted), len(embedding)), np.float16)
                    table[len(numbers)] = embedding
                    numbers.append(content)
        return numbers, table[: len(numbers)]

    def fact_columns(self) -> dict[str, npt.NDArray[np.float64]]:
        """What is measured of every content, as columns (N,) by the names of `PhotoFacts`; NaN where it is not known.

        Beside them `content` (its number), `width`, `height` and `taken`.
        """
        names = ("content", "width", "height", "taken", *_FACTS)
        query = f"SELECT id, width, height, taken, {', '.join(_FACTS)} FROM contents"
        with self._errors_named():
            rows = self._database.execute(query).fetchall()
        table = np.array(rows, np.float64).reshape(-1, len(names))  # null becomes NaN
        return dict(zip(names, table.T.copy(), strict=True))

    # Contents that no file holds

    def unheld_contents(self, newest_kept: int) -> list[int]:
        """The numbers of contents that may be forgotten: no file is known to hold them, but for the newest so many.

        What a person marked is not among them, unless the mark lives on: stars that are written into a photo make
        another content of it, with the same picture and all that is known of it.
        """
        unheld = "NOT EXISTS (SELECT 1 FROM files WHERE files.content = contents.id)"
        # By score: one pass over all of them, as there is no index by content alone.
        pictures = f"""
            SELECT content, model, logit, width, height FROM scores CROSS JOIN contents ON contents.id = content
            WHERE NOT {unheld} OR content IN (SELECT content FROM marks)
        """
        with self._errors_named():
            query = f"SELECT id, EXISTS (SELECT 1 FROM marks WHERE content = id) FROM contents WHERE {unheld}"
            is_marked = {number: bool(marked) for number, marked in self._database.execute(f"{query} ORDER BY id")}
            if len(is_marked) <= newest_kept:
                return []
            looks = [(number, picture) for number, *picture in self._database.execute(pictures)]
        old = list(is_marked)[: len(is_marked) - newest_kept]
        held = {tuple(picture) for number, picture in looks if number not in is_marked}
        lives_on = {number for number, picture in looks if number in is_marked and tuple(picture) in held}
        return [number for number in old if not is_marked[number] or number in lives_on]

    def forget_contents(self, contents: Sequence[int]) -> None:
        """Forget all of contents (their numbers), all or none, but for those that a file holds by now."""
        free = "NOT EXISTS (SELECT 1 FROM files WHERE files.content = ?1)"
        of_a_model = "model IN (SELECT id FROM models) AND content = ?1"  # the models first, as their index has it
        places = {"embeddings": of_a_model, "scores": of_a_model, "faces": "content = ?1", "marks": "content = ?1"}
        numbers = [(number,) for number in contents]
        with self._errors_named(), self._database:
            for table, place in (places | {"contents": "id = ?1"}).items():
                self._database.executemany(f"DELETE FROM {table} WHERE {place} AND {free}", numbers)

    # Lists

    def list_photos(self, model_sha256: str, folders: Sequence[Path] | None = None) -> list[ListRow]:
        """Every file below these folders, or anywhere, as `LIST_COLUMNS`; null where not known.

        A photo that this model has not scored comes with a logit of null and the points of the last model that did.
        """
        return list(self.each_photo(model_sha256, folders))

    def each_photo(self, model_sha256: str, folders: Sequence[Path] | None = None) -> Iterator[ListRow]:
        """The same one by one: who takes each row apart at once has a hundred thousand in two thirds of the time."""
        older = "(SELECT points FROM scores WHERE content = files.content ORDER BY model DESC LIMIT 1)"
        query = f"""
            SELECT path, files.content, error, width, height, taken, faces, sharpness, eyes_closed,
                   logit, coalesce(points, {older}), marks.stars, coalesce(pick, 0), coalesce(marks.by_score, 0)
            FROM files LEFT JOIN contents ON contents.id = files.content
            LEFT JOIN scores ON scores.content = files.content AND scores.model = ?
            LEFT JOIN marks ON marks.content = files.content WHERE path >= ? AND path < ?
        """
        with self._errors_named():
            model = self._model_id(model_sha256)
            for span in _spans(folders):
                yield from self._database.execute(query, (model, *span))

    # Stars that were written

    def number_of(self, path: Path) -> int:
        """The number of the content that a file has; -1 where it is not known."""
        with self._errors_named():
            content = self._content_of(path)
        return -1 if content is None else content

    def stars_written(
        self, stars: UnwrittenStars, before: FileStamp, after: tuple[FileStamp, FileRecord] | None
    ) -> int:
        """Remember that stars stand in a photo or beside it now, or cannot; all or none.

        The content that the file has now is known without being looked at: a rating changes no pixel.

        Args:
            stars: which.
            before: of the file, just before it was written.
            after: what the file is now; None where nothing was written, or another program wrote at the same time.
                Its stars count, whoever gave them, unless others wait to be written.

        Returns:
            The number of the content that the file has now; -1 where it is not known.
        """
        with self._errors_named(), self._database:
            self._database.execute("DELETE FROM unwritten_stars WHERE id = ?", (stars.id,))
            row = self._database.execute(
                "SELECT content, size, mtime_ns, sidecar_mtime_ns FROM files WHERE path = ?", (key_of(stars.path),)
            ).fetchone()
            if row is None or row[0] is None:
                return -1
            content, *stamp = row
            if after is None or FileStamp(*stamp) != before or after[1].content_sha256 is None:
                return int(content)  # the next scan reads it
            stamp_now, file = after
            content_now = self._content_changed(content, after[1].content_sha256)
            self._store_file(key_of(stars.path), stamp_now, content_now, file)
            self._database.execute(
                "UPDATE marks SET stars = ?, by_score = ? WHERE content = ?"
                " AND NOT EXISTS (SELECT 1 FROM unwritten_stars WHERE path = ?)",
                (file.stars, file.by_score, content_now, key_of(stars.path)),
            )
            return content_now

    def _content_changed(self, content: int, sha256: str) -> int:
        """Let another content have all that is known of one; the old one stays, other files may hold it."""
        known = self._content_id(sha256)
        if known == content:
            return content
        columns = ", ".join(("width", "height", "taken", *_FACTS))
        self._database.execute(
            f"INSERT OR IGNORE INTO contents (sha256, {columns}) SELECT ?, {columns} FROM contents WHERE id = ?",
            (sha256, content),
        )
        now = self._content_id(sha256)
        assert now is not None, "it was stored just now"
        for query in (
            "INSERT OR IGNORE INTO faces SELECT ?, faces FROM faces WHERE content = ?",
            "INSERT OR IGNORE INTO scores SELECT model, ?, logit, points FROM scores WHERE content = ?",
            "INSERT OR IGNORE INTO embeddings SELECT model, ?, embedding FROM embeddings WHERE content = ?",
            "INSERT OR REPLACE INTO marks SELECT ?, stars, pick, by_score FROM marks WHERE content = ?",
        ):
            self._database.execute(query, (now, content))
        self._carry_crops(content, now)
        return now

    def _carry_crops(self, content: int, now: int) -> None:
        """Let a content have a person's crops of another one that shows the same picture."""
        self._database.execute(
            "INSERT OR IGNORE INTO own_crops SELECT new.sha256, shape, x0, y0, x1, y1, angle_deg FROM own_crops"
            " JOIN contents old ON old.sha256 = own_crops.sha256 JOIN contents new ON new.id = ? WHERE old.id = ?",
            (now, content),
        )

    def _content_id(self, content_sha256: str | None) -> int | None:
        row = self._database.execute("SELECT id FROM contents WHERE sha256 = ?", (content_sha256,)).fetchone()
        return int(row[0]) if row else None

    def _model_id(self, model_sha256: str) -> int:
        row = self._database.execute("SELECT id FROM models WHERE sha256 = ?", (model_sha256,)).fetchone()
        return int(row[0]) if row else -1

    # Tables of others, and care

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The database, for tables that others read and write; what the block stores is stored whole or not at all.

        Raises:
            CatalogueError: something in the block went wrong with it.
        """
        with self._errors_named(), self._database:
            yield self._database

    def damage(self) -> str | None:
        """What is wrong with the file; None for nothing. Reads all of it."""
        return check(self._database)


def _spans(folders: Sequence[Path] | None) -> Iterator[tuple[bytes, bytes]]:
    """From and to of the keys of all files below folders, or of files themselves."""
    if folders is None:
        yield b"", b"\xff"
        return
    separator = os.fsencode(os.sep)
    after = bytes((separator[0] + 1,))
    absolute = {folder.absolute() for folder in folders}
    for folder in sorted(absolute):
        if absolute.isdisjoint(folder.parents):
            key = key_of(folder)
            yield key, key + b"\0"
            stem = key.removesuffix(separator)
            yield stem + separator, stem + after


def _column(fact: str) -> str:
    return f"contents.{fact}"


def _facts_from_row(row: Sequence[float | None]) -> PhotoFacts | None:
    facts = dict(zip(_FACTS, row, strict=True))
    if facts["brightness"] is None:  # every measured photo has one
        return None
    return PhotoFacts(**{name: float("nan") if value is None else value for name, value in facts.items()})  # type: ignore[arg-type]


def _embedding(stored: bytes) -> Floats:
    return np.frombuffer(stored, "<f2")


def _faces_to_json(faces: Faces) -> str:
    flat = np.concatenate([faces.boxes_xyxy, faces.landmarks_xy.reshape(-1, 10), faces.confidence[:, None]], axis=1)
    return json.dumps([[round(float(number), 2) for number in row] for row in flat], separators=(",", ":"))


def _faces_from_json(text: str) -> Faces:
    rows = json.loads(text)
    if not rows:
        return NO_FACES
    flat = np.asarray(rows, np.float32)
    return Faces(flat[:, :4], flat[:, 4:14].reshape(-1, 5, 2), flat[:, 14])
