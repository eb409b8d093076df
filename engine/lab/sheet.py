"""What a sheet is: photos in rows, best first, to be printed or hung on a wall."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from pathlib import Path


class SheetKind(StrEnum):
    """Which photos are on a sheet."""

    CONTINUUM = "continuum"
    TOP = "top"
    BOTTOM = "bottom"
    BEST_OF = "best-of"
    NAMED = "named"


DEFAULT_COUNTS = {SheetKind.TOP: 100, SheetKind.BOTTOM: 300, SheetKind.BEST_OF: 8}


class GroupBy(StrEnum):
    """What the groups are of which each gets a row, with its best photos."""

    FOLDER = "folder"
    DAY = "day"
    FACES = "faces"


class Paper(StrEnum):
    """Sizes of paper to print on (ISO 216)."""

    A4 = "A4"
    A3 = "A3"
    A2 = "A2"
    A1 = "A1"
    A0 = "A0"


@dataclass(frozen=True)
class SheetWish:
    """What a person wants on a sheet, and how it is to look.

    Attributes:
        count: how many photos of the best, of the last, or of each group; None for as many as suit.
        group_by: for the best of groups.
        columns: None for as many as suit.
        paper: for PDF.
        landscape: whether the paper lies on its long side.
        dark: light letters on a dark ground.
        scores: whether the range of scores stands before each row.
        captions: whether names stand below the photos.
        blur_faces: whether all faces are made unrecognisable.
        title: "" for one that tells the kind.
    """

    kind: SheetKind = SheetKind.CONTINUUM
    count: int | None = None
    group_by: GroupBy = GroupBy.FOLDER
    columns: int | None = None
    paper: Paper = Paper.A3
    landscape: bool = True
    dark: bool = False
    scores: bool = False
    captions: bool = False
    blur_faces: bool = False
    title: str = ""

    @property
    def most(self) -> int:
        """How many of the best, of the last, or of each group there are at most."""
        return self.count or DEFAULT_COUNTS.get(self.kind, 0)


@dataclass(frozen=True)
class SheetPhoto:
    """A photo on a sheet.

    Attributes:
        content: its number in the catalogue; None where that does not know it.
        points: 0 to 100; NaN where it is not scored.
    """

    path: Path
    content: int | None = None
    points: float = float("nan")
    caption: str = ""


@dataclass(frozen=True)
class SheetRow:
    """Photos side by side, left to right, and what stands before them, in lines."""

    photos: Sequence[SheetPhoto]
    label: str = ""


@dataclass(frozen=True)
class Sheet:
    """What is drawn.

    Attributes:
        told: a sentence below the title.
        columns: photos in a full row.
    """

    title: str
    told: str
    columns: int
    rows: Sequence[SheetRow]

    @property
    def photos(self) -> int:
        return sum(len(row.photos) for row in self.rows)


def score_range(photos: Sequence[SheetPhoto]) -> str:
    """The scores of a row from its first to its last photo, "98 to 96"; "" where none is scored."""
    points = [photo.points for photo in photos if not isnan(photo.points)]
    if not points:
        return ""
    first, last = f"{points[0]:.0f}", f"{points[-1]:.0f}"
    return first if first == last else f"{first} to {last}"
