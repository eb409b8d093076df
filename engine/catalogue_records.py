"""What the catalogue remembers: of a file, of a photo's content, of a score, and what a person said."""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.faces import Faces
from engine.photo_facts import PhotoFacts
from engine.pixels import Floats
from engine.ratings import REJECTED, SIDECARS, UNRATED, RatingPlace, sidecar_path


@dataclass(frozen=True)
class FileStamp:
    """What tells that a file is unchanged: its size in bytes and its modification time in nanoseconds.

    Attributes:
        sidecar_mtime_ns: of the newest sidecar that may hold its rating; 0 where there is none.
    """

    size: int
    mtime_ns: int
    sidecar_mtime_ns: int = 0

    @classmethod
    def of(cls, path: Path) -> "FileStamp":
        """Raises: OSError."""
        stat = path.stat()
        return cls(stat.st_size, stat.st_mtime_ns, max(_mtime_ns(sidecar_path(path, place)) for place in SIDECARS))


def _mtime_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@dataclass(frozen=True)
class FileRecord:
    """What was found in a file: a photo's content, or the reason why it is not a photo.

    Attributes:
        content_sha256: of a photo; None where it could not be read.
        error: why not; None for a photo.
        stars: the rating in the file or in its sidecar, -1 to 5; None where there is none.
        by_score: whether these stars were made from a score.
    """

    content_sha256: str | None
    error: str | None
    stars: int | None = None
    by_score: bool = False


@dataclass(frozen=True)
class ContentRecord:
    """What is measured of a content.

    Attributes:
        size_wh: width and height of the upright picture.
        taken: by the camera's clock, as seconds since 1970 as if that clock stood in Greenwich; None where not told.
        faces: in pixels of the upright, full-size picture.
        facts: None for what an older program looked at, which measured none.
    """

    size_wh: tuple[int, int]
    taken: float | None
    faces: Faces
    facts: PhotoFacts | None


@dataclass(frozen=True)
class ScoreRecord:
    """What a model says of a content.

    Attributes:
        logit: the network's number.
        points: 0 to 100 on that model's scale.
        embedding: the last hidden layer, float (E,); stored as float16.
    """

    logit: float
    points: float
    embedding: Floats


@dataclass(frozen=True)
class Mark:
    """What a person said of a photo.

    Attributes:
        stars: 0 to 5, -1 for rejected by another program; None where nobody gave any.
        pick: 1 picked, -1 rejected, 0 neither.
        by_score: whether the stars were made from a score, and no person gave them.
    """

    stars: int | None = None
    pick: int = 0
    by_score: bool = False

    @property
    def is_rejected(self) -> bool:
        """Whether it was rejected here, or by another program and not picked here since."""
        return self.pick < 0 or (self.pick == 0 and self.stars == REJECTED)

    @property
    def is_rated_by_person(self) -> bool:
        """Whether stars from scores leave it alone: 0 stars say that it is unrated."""
        return self.stars not in (None, UNRATED) and not self.by_score

    def accepted(self) -> "Mark":
        """The same, neither picked nor rejected."""
        return replace(self, pick=0, stars=UNRATED if self.stars == REJECTED else self.stars)


@dataclass(frozen=True)
class UnwrittenStars:
    """Stars that are to be written into a photo or beside it.

    Attributes:
        path: the photo.
        stars: -1 to 5; None to take them out.
        by_score: whether they are made from a score.
        place: where to.
        replaces_person: whether they may take the place of a person's, as an undo does.
        id: its number in the catalogue.
        found: what the file held when they could not be written for the first time, stars and whether these were made
            from a score; None where that did not happen.
    """

    path: Path
    stars: int | None
    by_score: bool
    place: RatingPlace
    replaces_person: bool = False
    id: int = -1
    found: tuple[int | None, bool] | None = None

    def are_older_than(self, stars: int | None, by_score: bool) -> bool:
        """Whether the stars that the file holds now were given in another program while these waited.

        A score's never count as newer than a person's.
        """
        is_new = self.found is not None and stars is not None and (stars, by_score) != self.found
        return is_new and (self.by_score or not by_score)
