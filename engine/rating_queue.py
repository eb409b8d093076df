"""Writes stars that wait in the catalogue into photos or beside them, in order, whatever happens meanwhile.

They wait in the catalogue, stored in the same step as the marks of the album: a program that is closed or killed goes
on from there the next time. A photo whose format cannot hold stars has them in a sidecar. What cannot be written now,
on a card that is locked or not there, goes on waiting.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.catalogue import Catalogue, FileRecord, FileStamp, Mark, UnwrittenStars
from engine.errors import PictureError
from engine.progress import Progress
from engine.ratings import UNRATED, RatedBy, place_that_holds, write_rating
from engine.scan import read_file_record

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WrittenStars:
    """What became of the stars of one photo.

    Attributes:
        path: the photo.
        content: the number of what the file holds now; -1 where that is not known.
        mark: as the catalogue has it now; None where it does not know the photo.
        error: why the stars are not there; None where they are.
        number: theirs in the catalogue; later ones have higher numbers.
        waits: whether they wait for another time.
        is_beside: whether they stand in a sidecar, as the photo, where they were wanted, cannot hold them.
    """

    path: Path
    content: int
    mark: Mark | None
    error: str | None
    number: int
    waits: bool
    is_beside: bool


def write_waiting_stars(catalogue: Catalogue, after: int = -1) -> Iterator[Progress[WrittenStars]]:
    """Write all stars that wait, each once, and those that begin to wait meanwhile.

    Args:
        catalogue: where they wait.
        after: stars up to this number are left for another time.

    Yields:
        One progress for each photo.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    done = 0
    while (stars := catalogue.first_unwritten(after)) is not None:
        after = stars.id
        written = _write(stars, catalogue)
        done += 1
        yield Progress(done, done + catalogue.count_unwritten(after), stars.path.name, (written,))


def _write(stars: UnwrittenStars, catalogue: Catalogue) -> WrittenStars:
    error, before, after, place, waits = None, FileStamp(0, 0), None, stars.place, False
    try:
        before = _stamp(stars.path)
        place = place_that_holds(stars.path, stars.place)
        if stars.replaces_person and stars.by_score:
            write_rating(stars.path, UNRATED, place)  # a score never takes the place of a person's stars itself
        by = RatedBy.SCORE if stars.by_score else RatedBy.PERSON
        if not write_rating(stars.path, stars.stars, place, by=by):
            error = "a person rated it in another program: these stars stay"
        after = _what_it_is_now(stars.path)
    except PictureError as problem:
        error, waits = problem.reason, problem.passing
    except Exception as problem:  # one that always fails must not hold up all that wait behind it
        log.exception("stars were not written to %s", stars.path)
        error = f"something went wrong ({problem}): the log has the details"
    content = catalogue.number_of(stars.path) if waits else catalogue.stars_written(stars, before, after)
    known = catalogue.recall_content(content)
    is_beside = error is None and place is not stars.place
    return WrittenStars(stars.path, content, known[2] if known else None, error, stars.id, waits, is_beside)


def _stamp(path: Path) -> FileStamp:
    try:
        return FileStamp.of(path)
    except OSError as error:
        raise PictureError(path, f"this file cannot be read ({error.strerror})", passing=True) from error


def _what_it_is_now(path: Path) -> tuple[FileStamp, FileRecord] | None:
    """Its stamp and what is found in it; None where somebody writes to it at this moment."""
    stamp = _stamp(path)
    file = read_file_record(path)
    return (stamp, file) if _stamp(path) == stamp else None
