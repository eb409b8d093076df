"""Keeps the pictures that can be learned from: those that open, show a face, and are not there already.

What was seen is remembered (SQLite, by path, size and time), so that a filter that was killed goes on where it was.
Near-duplicates are found by a difference hash of 64 bits: two pictures are the same where at most 3 of them differ.
"""

import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import local

import cv2
import numpy as np

from engine.errors import PictureError
from engine.faces import PHOTO_LONG_SIDE, FaceDetector
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.progress import Progress

STATE_FILE = "filtered.sqlite"
NO_FACE, NEAR_DUPLICATE = "no face", "near-duplicate"
BATCH = 64
MAX_DIFFERENT_BITS = 3
# One more part than bits may differ: at least one part of two near-duplicates is equal.
HASH_PARTS = 4


@dataclass(frozen=True)
class Seen:
    """What was found in one picture.

    Attributes:
        path: the file.
        faces: how many.
        face_share: area of the largest face, as a share of the picture.
        difference_hash: 64 bits; 0 where the picture cannot be opened.
        reason: why it is left out; None where it is kept.
    """

    path: Path
    faces: int
    face_share: float
    difference_hash: int
    reason: str | None


def filter_pictures(paths: Sequence[Path], state_folder: Path) -> Iterator[Progress[Seen]]:
    """Look at pictures, several at a time.

    Args:
        paths: files, in the order in which the first of near-duplicates is kept.
        state_folder: where to remember what was seen; made where it is missing.

    Yields:
        A progress for each batch with what was seen in it.
    """
    state_folder.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(state_folder / STATE_FILE)
    duplicates = _Duplicates()
    detectors = local()

    def look(path: Path) -> Seen:
        if not hasattr(detectors, "detector"):
            detectors.detector = FaceDetector()
        return _look(path, detectors.detector)

    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS seen (path TEXT PRIMARY KEY, stamp TEXT, faces INTEGER, face_share REAL,"
            " difference_hash TEXT, reason TEXT) WITHOUT ROWID"
        )
        done = 0
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            for start in range(0, len(paths), BATCH):
                batch = paths[start : start + BATCH]
                stamps = {path: _stamp(path) for path in batch}
                known = {path: seen for path in batch if (seen := _recall(database, path, stamps[path]))}
                fresh = [path for path in batch if path not in known]
                looked = dict(zip(fresh, executor.map(look, fresh), strict=True))
                _remember(database, stamps, looked)
                # Whether a picture is a near-duplicate hangs on those before it: it is asked anew each time.
                found = [duplicates.judge(known.get(path) or looked[path]) for path in batch]
                done += len(batch)
                yield Progress(done, len(paths), batch[-1].name, tuple(found))
    finally:
        database.close()


def count_reasons(seen: Sequence[Seen]) -> dict[str, int]:
    """How many pictures are kept, and how many are not for which reason."""
    return dict(Counter(one.reason or "kept" for one in seen).most_common())


def _look(path: Path, detector: FaceDetector) -> Seen:
    try:
        picture = load_picture(path, PHOTO_LONG_SIDE)
    except PictureError as error:
        return Seen(path, 0, 0.0, 0, error.reason)
    height, width = picture.pixels.shape[:2]
    boxes = detector.detect(picture.pixels).boxes_within((width, height))
    share = boxes[0].area / (width * height) if boxes else 0.0
    return Seen(path, len(boxes), share, difference_hash(picture.pixels), None if boxes else NO_FACE)


def difference_hash(picture: Pixels) -> int:
    """Whether each of 8 x 8 places is brighter than the one to its right: 64 bits (Krawetz, "dHash", 2013)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = (small[:, :-1] > small[:, 1:]).flatten()
    return int("".join("1" if bit else "0" for bit in bits), 2)


class _Duplicates:
    """The pictures that were kept so far, by each part of their hash."""

    def __init__(self) -> None:
        self._by_part: defaultdict[tuple[int, int], list[int]] = defaultdict(list)

    def judge(self, seen: Seen) -> Seen:
        if seen.reason is not None:
            return seen
        mine = seen.difference_hash
        parts = [(number, mine >> 16 * number & 0xFFFF) for number in range(HASH_PARTS)]
        others = (other for part in parts for other in self._by_part[part])
        if any((mine ^ other).bit_count() <= MAX_DIFFERENT_BITS for other in others):
            return Seen(seen.path, seen.faces, seen.face_share, mine, NEAR_DUPLICATE)
        for part in parts:
            self._by_part[part].append(mine)
        return seen


def _stamp(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return ""
    return f"{stat.st_size} {stat.st_mtime_ns}"


def _recall(database: sqlite3.Connection, path: Path, stamp: str) -> Seen | None:
    row = database.execute(
        "SELECT faces, face_share, difference_hash, reason FROM seen WHERE path = ? AND stamp = ?", (str(path), stamp)
    ).fetchone()
    return Seen(path, row[0], row[1], int(row[2], 16), row[3]) if row else None


def _remember(database: sqlite3.Connection, stamps: dict[Path, str], looked: dict[Path, Seen]) -> None:
    with database:
        database.executemany(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)",
            [
                (str(path), stamps[path], seen.faces, seen.face_share, f"{seen.difference_hash:x}", seen.reason)
                for path, seen in looked.items()
                if stamps[path]
            ],
        )
