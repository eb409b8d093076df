"""A folder of photos to scores: find, decode, look for faces, score in batches, remember.

The generator is the job: the window, the command line and the tests loop over the same one. Closing it cancels; what
was finished is in the catalogue, so that the next scan goes on from there. A bad file is recorded, the rest goes on.
"""

import hashlib
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.catalogue import Catalogue, FileRecord, FileStamp, PhotoRecord
from engine.checkpoint import ModelCard
from engine.errors import PictureError
from engine.faces import NO_FACES, PHOTO_LONG_SIDE, FaceDetector, Faces
from engine.pictures import check_is_file, is_photo_name, load_picture
from engine.pixels import Pixels
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.scoring import Score, Scorer, score_from_logit

# How many files each decoding thread may be ahead: enough to keep the network fed, little enough to cancel quickly.
_AHEAD_PER_WORKER = 4


@dataclass(frozen=True)
class ScoredPhoto:
    """One file of a scan: a photo with its score, or a bad file with its error.

    Attributes:
        path: the file.
        size_wh: width and height of the upright picture; None for a bad file.
        score: None for a bad file.
        faces: in pixels of the upright, full-size picture; empty for a bad file.
        error: why it is a bad file; None for a photo.
    """

    path: Path
    size_wh: tuple[int, int] | None
    score: Score | None
    faces: Faces
    error: str | None


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
class _Decoded:
    """A photo on its way to the network; `square` is None where the catalogue knows the content's score."""

    content_sha256: str
    square: Pixels | None
    faces: Faces
    size_wh: tuple[int, int]


@dataclass(frozen=True)
class _Read:
    """What came of one file. `known` came from the catalogue, by its path; else `decoded` or `error` is set."""

    path: Path
    stamp: FileStamp | None
    known: ScoredPhoto | None = None
    decoded: _Decoded | None = None
    error: str | None = None


def scan(
    paths: Sequence[Path], catalogue: Catalogue, scorer: Scorer, *, workers: int | None = None
) -> Iterator[Progress[ScoredPhoto]]:
    """Score every photo of files and folders.

    Args:
        paths: files, taken as they are, and folders, taken with all photos below them.
        catalogue: what is known already, and where the rest is remembered; used in this thread alone.
        scorer: scores the photos.
        workers: threads that decode; None is one for each core.

    Yields:
        One progress as soon as the photos are counted, then one for each batch with its finished photos, in the order
        in which they were found.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    files = find_photos(paths)
    done = 0
    yield Progress(done, len(files), f"{len(files)} photos found")
    reader = _Reader(catalogue, scorer)
    for batch in _in_batches(reader.read_all(files, workers or os.cpu_count() or 1), scorer.runtime.batch):
        photos = _finish(batch, catalogue, scorer)
        done += len(photos)
        yield Progress(done, len(files), photos[-1].path.name, tuple(photos))


def _in_batches(reads: Iterator[_Read], size: int) -> Iterator[list[_Read]]:
    try:
        while batch := list(islice(reads, size)):
            yield batch
    finally:
        reads.close()  # type: ignore[attr-defined]  # a generator: closing it stops the threads that decode


class _Reader:
    """Turns files into network input, several at a time."""

    def __init__(self, catalogue: Catalogue, scorer: Scorer) -> None:
        self._catalogue = catalogue
        self._card = scorer.card
        self._scored = catalogue.scored_contents(scorer.card.model_sha256)
        self._of_thread = threading.local()

    def read_all(self, files: Sequence[Path], workers: int) -> Iterator[_Read]:
        """Read files in order, with a bounded number of them under way."""
        executor = ThreadPoolExecutor(workers, thread_name_prefix="decode")
        under_way: deque[Future[_Read]] = deque()
        try:
            for file in files:
                under_way.append(self._begin(executor, file))
                if len(under_way) > workers * _AHEAD_PER_WORKER:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def _begin(self, executor: ThreadPoolExecutor, path: Path) -> Future[_Read]:
        try:
            stamp = FileStamp.of(path)
        except OSError:
            return executor.submit(self._read, path, None)  # which names what is wrong
        known = self._recall(path, stamp)
        if known is None:
            return executor.submit(self._read, path, stamp)
        future: Future[_Read] = Future()
        future.set_result(_Read(path, stamp, known=known))
        return future

    def _recall(self, path: Path, stamp: FileStamp) -> ScoredPhoto | None:
        file = self._catalogue.recall_file(path, stamp)
        if file is None:
            return None
        if file.content_sha256 is None:
            return ScoredPhoto(path, None, None, NO_FACES, file.error)
        photo = self._catalogue.recall_photo(file.content_sha256, self._card.model_sha256)
        if photo is None:
            return None
        return _scored_photo(path, photo, self._card)

    def _read(self, path: Path, stamp: FileStamp | None) -> _Read:
        try:
            return _Read(path, stamp, decoded=self._decode(path))
        except PictureError as error:
            # What may pass is not remembered: the next scan tries again.
            return _Read(path, None if error.passing else stamp, error=error.reason)

    def _decode(self, path: Path) -> _Decoded:
        content_sha256 = _sha256_of_file(path)
        if content_sha256 in self._scored:
            return _Decoded(content_sha256, None, NO_FACES, (0, 0))
        picture = load_picture(path, PHOTO_LONG_SIDE)
        faces = self._detector().detect_full_size(picture)
        return _Decoded(content_sha256, letterbox(picture.pixels), faces, picture.full_size_wh)

    def _detector(self) -> FaceDetector:
        if not hasattr(self._of_thread, "detector"):
            self._of_thread.detector = FaceDetector()
        detector: FaceDetector = self._of_thread.detector
        return detector


def _sha256_of_file(path: Path) -> str:
    check_is_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PictureError(path, f"this file cannot be read ({error.strerror})", passing=True) from error


def _finish(reads: Sequence[_Read], catalogue: Catalogue, scorer: Scorer) -> list[ScoredPhoto]:
    """Score what was decoded and remember it before it is shown."""
    model = scorer.card.model_sha256
    fresh = [read.decoded for read in reads if read.decoded and read.decoded.square is not None]
    scores = scorer.score_squares([decoded.square for decoded in fresh if decoded.square is not None])
    scored = {
        decoded.content_sha256: PhotoRecord(score.logit, decoded.size_wh, decoded.faces)
        for decoded, score in zip(fresh, scores, strict=True)
    }
    catalogue.remember_photos(model, list(scored.items()))
    catalogue.remember_files(
        [
            (read.path, read.stamp, FileRecord(read.decoded.content_sha256 if read.decoded else None, read.error))
            for read in reads
            if read.stamp is not None and read.known is None
        ]
    )
    photos = []
    for read in reads:
        if read.decoded is None:
            photos.append(read.known or ScoredPhoto(read.path, None, None, NO_FACES, read.error))
            continue
        digest = read.decoded.content_sha256
        photo = scored.get(digest) or catalogue.recall_photo(digest, model)
        assert photo is not None, "a content that was not decoded is in the catalogue"
        photos.append(_scored_photo(read.path, photo, scorer.card))
    return photos


def _scored_photo(path: Path, photo: PhotoRecord, card: ModelCard) -> ScoredPhoto:
    return ScoredPhoto(path, photo.size_wh, score_from_logit(photo.logit, card), photo.faces, None)
