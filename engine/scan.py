"""A folder of photos to scores: find, decode, look for faces, measure, score in batches, remember.

The generator is the job: the window, the command line and the tests loop over the same one. Closing it cancels; what
was finished is in the catalogue, so that the next scan goes on from there. A bad file is recorded, the rest goes on.
"""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import TypeVar

from engine.catalogue import Catalogue, ContentRecord, FileRecord, FileStamp, Mark, ScoreRecord
from engine.checkpoint import ModelCard
from engine.errors import PictureError
from engine.faces import NO_FACES, PHOTO_LONG_SIDE, FaceDetector, Faces
from engine.photo_facts import FactsReader, PhotoFacts
from engine.photo_files import check_is_file
from engine.pictures import Picture, is_photo_name, load_picture
from engine.pixels import Pixels
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.ratings import RatedBy, find_rating
from engine.scoring import Score, Scorer, score_from_logit

Item = TypeVar("Item")
Result = TypeVar("Result")
# How many files each thread may be ahead: enough to keep the network fed, little enough to cancel quickly.
_AHEAD_PER_WORKER = 4
# Scoring takes a fifth of the time: of so many threads, one at once.
_WORKERS_PER_BATCH = 4
# Files whose size and time are looked at in one step.
_STAMPS_AT_ONCE = 500


@dataclass(frozen=True)
class ScoredPhoto:
    """One file of a scan: a photo with its score, or a bad file with its error.

    Attributes:
        path: the file.
        size_wh: width and height of the upright picture; None for a bad file.
        score: None for a bad file.
        faces: in pixels of the upright, full-size picture; empty for a bad file.
        error: why it is a bad file; None for a photo.
        content: its number in the catalogue, the same for copies; None for a bad file.
        taken: by the camera's clock, as seconds since 1970 as if it stood in Greenwich; None where not told.
        facts: what is measured beside the score; None for a bad file.
        mark: what a person said of it.
    """

    path: Path
    size_wh: tuple[int, int] | None
    score: Score | None
    faces: Faces
    error: str | None
    content: int | None = None
    taken: float | None = None
    facts: PhotoFacts | None = None
    mark: Mark = field(default_factory=Mark)


def best_first(photos: Sequence[ScoredPhoto]) -> list[ScoredPhoto]:
    """Photos by falling score, then the bad files, both by name where equal."""
    return sorted(photos, key=best_first_key)


def best_first_key(photo: ScoredPhoto) -> tuple[float, str]:
    """What `best_first` sorts by."""
    return (-photo.score.logit if photo.score else float("inf"), str(photo.path))


def find_photos(paths: Sequence[Path]) -> list[Path]:
    """The photos among these paths: files as they are named, folders with all below them by file name; each once.

    Hidden files and folders, and links to folders, are passed over.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        for folder, subfolders, names in os.walk(path):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            inside = (Path(folder, name) for name in sorted(names))
            found.update((file, None) for file in inside if is_photo_name(file))
    return list(found)


@dataclass(frozen=True)
class _Read:
    """What came of one file.

    Attributes:
        stamp: None where nothing is to be remembered: the next scan tries again.
        file: what was found in it.
        content: as it was measured; None where the catalogue knows the content, and for a bad file.
        square: of the content, for the network; None where `content` is.
    """

    path: Path
    stamp: FileStamp | None
    file: FileRecord
    content: ContentRecord | None = None
    square: Pixels | None = None


@dataclass(frozen=True)
class _Batch:
    """Some files and, by digest, what was measured and scored of those contents that the catalogue does not know."""

    reads: list[_Read]
    contents: list[tuple[str, ContentRecord]]
    scores: list[tuple[str, ScoreRecord]]


def scan(
    paths: Sequence[Path],
    catalogue: Catalogue,
    scorer: Scorer,
    *,
    files: Sequence[Path] | None = None,
    workers: int | None = None,
    only_changes: bool = False,
) -> Iterator[Progress[ScoredPhoto]]:
    """Score every photo of files and folders.

    Args:
        paths: files, taken as they are, and folders, taken with all photos below them.
        catalogue: what is known already, and where the rest is remembered; used in this thread alone.
        scorer: scores the photos.
        files: what `find_photos` found in the paths; None looks.
        workers: threads that decode, measure and score; None is one for each core.
        only_changes: count what the catalogue knows already, and do not yield it.

    Yields:
        One progress as soon as the photos are counted, then those that are known already, then one for each batch with
        its finished photos, both in the order in which they were found.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    files = find_photos(paths) if files is None else files
    done = 0
    yield Progress(done, len(files), f"{len(files)} photos found")
    reader = _Reader(catalogue, scorer, paths)
    fresh: list[tuple[Path, FileStamp | None]] = []
    for chunk in _batched(files, _STAMPS_AT_ONCE):
        known: list[_Read] = []
        for path in chunk:
            stamp = _stamp(path)
            if stamp and (file := reader.recall(path, stamp)):
                known.append(_Read(path, None, file))
            else:
                fresh.append((path, stamp))
        if known:
            done += len(known)
            photos = () if only_changes else tuple(_recalled(read, catalogue, scorer.card) for read in known)
            yield Progress(done, len(files), known[-1].path.name, photos)
    if not fresh:
        return
    batches = reader.read_and_score(fresh, workers or os.cpu_count() or 1)
    try:
        for batch in batches:
            finished = _finish(batch, catalogue, scorer.card)
            done += len(finished)
            yield Progress(done, len(files), finished[-1].path.name, tuple(finished))
    finally:
        batches.close()  # which stops the threads


def forget_missing(paths: Sequence[Path], files: Sequence[Path], catalogue: Catalogue) -> list[Path]:
    """Drop from the catalogue's files those below these paths that `find_photos` did not find there; which they were.

    A path that is itself gone, such as a disk that is not plugged in, is left as it is.
    """
    there = [path for path in paths if path.exists()]
    found = {path.absolute() for path in files}
    gone = [path for path in catalogue.recall_files(there) if path not in found]
    catalogue.forget_files(gone)
    return gone


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _stamp(path: Path) -> FileStamp | None:
    try:
        return FileStamp.of(path)
    except OSError:
        return None  # reading it will tell why


class _Reader:
    """Turns files into measured and scored photos, several at a time."""

    def __init__(self, catalogue: Catalogue, scorer: Scorer, paths: Sequence[Path]) -> None:
        self._known_files = catalogue.recall_files(paths)
        self._known_contents = catalogue.known_contents(scorer.card.model_sha256)
        self._scorer = scorer

    def recall(self, path: Path, stamp: FileStamp) -> FileRecord | None:
        """What was found in this file, if it has not changed since and what it holds needs no new score."""
        before = self._known_files.get(path.absolute())
        if before is None or before[0] != stamp:
            return None
        file = before[1]
        return file if file.error or file.content_sha256 in self._known_contents else None

    def read_and_score(self, files: Sequence[tuple[Path, FileStamp | None]], workers: int) -> Generator[_Batch]:
        """The files in order, in batches, with a bounded number of them under way."""
        self._detector, self._facts_reader = FaceDetector(), FactsReader()
        self._scorer = self._scorer.for_threads()
        executor = ThreadPoolExecutor(workers, thread_name_prefix="scan")
        try:
            reads = _map_ahead(executor, self._read, files, workers * _AHEAD_PER_WORKER)
            batches = _batched(reads, self._scorer.runtime.batch)
            yield from _map_ahead(executor, self._score, batches, -(-workers // _WORKERS_PER_BATCH))
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def _read(self, path_and_stamp: tuple[Path, FileStamp | None]) -> _Read:
        path, stamp = path_and_stamp
        try:
            file = read_file_record(path)
            if file.content_sha256 in self._known_contents:
                return _Read(path, stamp, file)
            content, square = self._measure(load_picture(path, PHOTO_LONG_SIDE))
            return _Read(path, stamp, file, content, square)
        except PictureError as error:
            # What may pass is not remembered: the next scan tries again.
            return _Read(path, None if error.passing else stamp, FileRecord(None, error.reason))

    def _measure(self, picture: Picture) -> tuple[ContentRecord, Pixels]:
        height, width = picture.pixels.shape[:2]
        full_w, full_h = picture.full_size_wh
        faces = self._detector.detect(picture.pixels)
        facts = self._facts_reader.read(picture.pixels, faces)
        taken = picture.taken.replace(tzinfo=UTC).timestamp() if picture.taken else None
        full_size = faces.scaled((full_w / width, full_h / height))
        return ContentRecord(picture.full_size_wh, taken, full_size, facts), letterbox(picture.pixels)

    def _score(self, reads: list[_Read]) -> _Batch:
        fresh = {
            read.file.content_sha256: (read.content, read.square)
            for read in reads
            if read.file.content_sha256 and read.content and read.square is not None
        }
        scores, embeddings = self._scorer.score_and_embed([square for _, square in fresh.values()])
        records = [
            ScoreRecord(score.logit, score.points, embedding)
            for score, embedding in zip(scores, embeddings, strict=True)
        ]
        contents = [(digest, content) for digest, (content, _) in fresh.items()]
        return _Batch(reads, contents, list(zip(fresh, records, strict=True)))


def _map_ahead(
    executor: Executor, task: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """What a task makes of each item, in order, with so many more of them under way."""
    under_way: deque[Future[Result]] = deque()
    for item in items:
        under_way.append(executor.submit(task, item))
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def read_file_record(path: Path) -> FileRecord:
    """A photo's digest and rating; whether it can be decoded is not looked at.

    Raises:
        PictureError: it cannot be read.
    """
    digest, rating = _sha256_of_file(path), find_rating(path)
    return FileRecord(digest, None, rating.stars if rating else None, rating is not None and rating.by is RatedBy.SCORE)


def _sha256_of_file(path: Path) -> str:
    check_is_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PictureError(path, f"this file cannot be read ({error.strerror})", passing=True) from error


def _finish(batch: _Batch, catalogue: Catalogue, card: ModelCard) -> list[ScoredPhoto]:
    """Remember what was found before it is shown."""
    catalogue.remember_contents(batch.contents)
    catalogue.remember_scores(card.model_sha256, batch.scores)
    catalogue.remember_files([(read.path, read.stamp, read.file) for read in batch.reads if read.stamp])
    return [_recalled(read, catalogue, card) for read in batch.reads]


def _recalled(read: _Read, catalogue: Catalogue, card: ModelCard) -> ScoredPhoto:
    """The photo of a file whose content is in the catalogue; or a bad file."""
    if read.file.content_sha256 is None:
        return ScoredPhoto(read.path, None, None, NO_FACES, read.file.error)
    content = catalogue.recall_content(read.file.content_sha256)
    score = catalogue.recall_score(read.file.content_sha256, card.model_sha256)
    assert content is not None, "what the catalogue does not know was decoded"
    assert score is not None, "what the catalogue does not know was scored"
    number, record, mark = content
    return ScoredPhoto(
        read.path,
        record.size_wh,
        score_from_logit(score.logit, card),
        record.faces,
        None,
        number,
        record.taken,
        record.facts,
        mark,
    )
