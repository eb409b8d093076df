"""What a person said of photos, in the catalogue: marks by content, and the stars that are still to be written."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.catalogue_records import Mark, UnwrittenStars
from engine.errors import CatalogueError
from engine.ratings import RatingPlace


class CatalogueMarks:
    """The part of a catalogue that a person fills; the base of `engine.catalogue.Catalogue`, which opens the file."""

    path: Path
    _database: sqlite3.Connection

    def mark(self, marks: Sequence[tuple[int, Mark]]) -> None:
        """Store what a person said of contents (their numbers), all or none; on disk when this returns."""
        with self._errors_named(), self._database:
            self._mark(marks)

    def mark_files(self, marks: Sequence[tuple[Path | str, Mark]], unwritten: Sequence[UnwrittenStars] = ()) -> None:
        """Store what a person said of photos, and which stars are to be written into files, all or none.

        Told by their paths, since a file into which stars are written at this moment gets another content.

        Args:
            marks: of files that are remembered; a path told as text is an absolute one.
            unwritten: stars to write; of each file the last ones alone.
        """
        with self._errors_named(), self._database:
            # Looked up by the database: Python is left to the window's thread while thousands are marked.
            self._database.executemany(
                "INSERT OR REPLACE INTO marks SELECT content, ?2, ?3, ?4 FROM files"
                " WHERE path = ?1 AND content IS NOT NULL",
                [
                    (os.fsencode(path) if isinstance(path, str) else key_of(path), mark.stars, mark.pick, mark.by_score)
                    for path, mark in marks
                ],
            )
            self._database.executemany(
                "INSERT OR REPLACE INTO unwritten_stars (path, stars, by_score, replaces_person, place)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (key_of(stars.path), stars.stars, stars.by_score, stars.replaces_person, stars.place)
                    for stars in unwritten
                ],
            )

    def _mark(self, marks: Sequence[tuple[int, Mark]]) -> None:
        self._database.executemany(
            "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?)",
            [(number, mark.stars, mark.pick, mark.by_score) for number, mark in marks],
        )

    # Copies

    def paths_of(self, contents: Iterable[int]) -> dict[int, list[Path]]:
        """The remembered files that hold each of these contents (their numbers); none for one that no file holds."""
        query = "SELECT path FROM files WHERE content = ?"
        with self._errors_named():
            return {
                content: [Path(os.fsdecode(path)) for (path,) in self._database.execute(query, (content,))]
                for content in contents
            }

    def accept_what_stays(self, contents: Iterable[int]) -> dict[int, Mark]:
        """Reject no longer those of these contents (their numbers) that a remembered file holds, all or none.

        Returns:
            How those that were rejected were marked before.
        """
        query = (
            "SELECT stars, pick, by_score FROM marks WHERE content = ?1"
            " AND EXISTS (SELECT 1 FROM files WHERE content = ?1)"
        )
        before: dict[int, Mark] = {}
        with self._errors_named(), self._database:
            for content in contents:
                row = self._database.execute(query, (content,)).fetchone()
                if row and (mark := Mark(row[0], row[1], bool(row[2]))).is_rejected:
                    before[content] = mark
            self._mark([(content, mark.accepted()) for content, mark in before.items()])
        return before

    # Stars that are still to be written

    def first_unwritten(self, after: int = -1) -> UnwrittenStars | None:
        """The stars that have waited longest to be written, of those with a higher number; None where none wait."""
        return self._unwritten("id > ? ORDER BY id LIMIT 1", after)

    def _unwritten(self, condition: str, value: int | bytes) -> UnwrittenStars | None:
        columns = "id, path, stars, by_score, replaces_person, place, tried, found_stars, found_by_score"
        query = f"SELECT {columns} FROM unwritten_stars WHERE {condition}"
        with self._errors_named():
            row = self._database.execute(query, (value,)).fetchone()
        if row is None:
            return None
        number, path, stars, by_score, replaces_person, place, tried, found_stars, found_by_score = row
        found = (found_stars, bool(found_by_score)) if tried else None
        path = Path(os.fsdecode(path))
        return UnwrittenStars(path, stars, bool(by_score), RatingPlace(place), bool(replaces_person), number, found)

    def stars_wait(self, stars: UnwrittenStars, found: tuple[int | None, bool] | None) -> None:
        """Remember that stars could not be written, and what the file held when that happened first.

        Args:
            stars: which.
            found: the stars there and whether they were made from a score; None where the file cannot be read: what was
                found in it last counts.
        """
        with self._errors_named(), self._database:
            if found is None:
                query = "SELECT stars, by_score FROM files WHERE path = ?"
                found = self._database.execute(query, (key_of(stars.path),)).fetchone() or (None, False)
            self._database.execute(
                "UPDATE unwritten_stars SET tried = 1, found_stars = ?, found_by_score = ? WHERE id = ? AND NOT tried",
                (*found, stars.id),
            )

    def count_unwritten(self, after: int = -1) -> int:
        """How many photos wait for their stars, of those with a higher number."""
        query = "SELECT count(*) FROM unwritten_stars WHERE id > ?"
        with self._errors_named():
            return int(self._database.execute(query, (after,)).fetchone()[0])

    def forget_unwritten(self) -> None:
        """Let stars that are still to be written stand in the catalogue alone."""
        with self._errors_named(), self._database:
            self._database.execute("DELETE FROM unwritten_stars")

    def _content_of(self, path: Path) -> int | None:
        row = self._database.execute("SELECT content FROM files WHERE path = ?", (key_of(path),)).fetchone()
        return row[0] if row else None

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise CatalogueError(self.path, f"the catalogue cannot be used ({error})") from error


def key_of(path: Path) -> bytes:
    """How a path is stored: as the file system spells it."""
    return os.fsencode(path.absolute())
