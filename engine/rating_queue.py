"""Writes stars that wait in the catalogue into photos or beside them, in order, whatever happens meanwhile.

They wait in the catalogue, stored in the same step as the marks of the album: a program that is closed or killed goes
on from there the next time. A photo whose format cannot hold stars has them in a sidecar. What cannot be written now,
on a card that is locked or not there, goes on waiting; where another program gave the photo stars meanwhile, those are
newer, and stay.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.catalogue import Catalogue, FileRecord, FileStamp, Mark, UnwrittenStars
from engine.errors import PictureError
from engine.progress import Progress
from engine.ratings import UNRATED, RatedBy, RatingPlace, find_rating, place_that_holds, write_rating
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
        is_outdated: whether they are given up for those that another program wrote there while they waited.
    """

    path: Path
    content: int
    mark: Mark | None
    error: str | None
    number: int
    waits: bool
    is_beside: bool
    is_outdated: bool = False


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
    is_outdated = False
    try:
        before = _stamp(stars.path)
        place = place_that_holds(stars.path, stars.place)
        is_outdated = stars.found is not None and stars.are_older_than(*_held(stars.path))
        if not is_outdated:
            if not _write_now(stars, place):
                error = "a person rated it in another program: these stars stay"
            after = _what_it_is_now(stars.path)
    except PictureError as problem:
        error, waits = problem.reason, problem.passing
    except Exception as problem:  # one that always fails must not hold up all that wait behind it
        log.exception("stars were not written to %s", stars.path)
        error = f"something went wrong ({problem}): the log has the details"
    if waits:
        catalogue.stars_wait(stars, _held_if_readable(stars.path))
        content = catalogue.number_of(stars.path)
    else:
        content = catalogue.stars_written(stars, before, after)
    known = catalogue.recall_content(content)
    is_beside = error is None and place is not stars.place
    mark = known[2] if known else None
    return WrittenStars(stars.path, content, mark, error, stars.id, waits, is_beside, is_outdated)


def _write_now(stars: UnwrittenStars, place: RatingPlace) -> bool:
    """Write stars; whether they are there now."""
    if stars.replaces_person and stars.by_score:
        write_rating(stars.path, UNRATED, place)  # a score never takes the place of a person's stars itself
    by = RatedBy.SCORE if stars.by_score else RatedBy.PERSON
    return write_rating(stars.path, stars.stars, place, by=by)


def _held(path: Path) -> tuple[int | None, bool]:
    """The stars that a photo holds, and whether they were made from a score."""
    rating = find_rating(path)
    return (rating.stars, rating.by is RatedBy.SCORE) if rating else (None, False)


def _held_if_readable(path: Path) -> tuple[int | None, bool] | None:
    try:
        return _held(path)
    except PictureError:
        return None


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
