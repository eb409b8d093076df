"""Which photos of an album are shown, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from engine.album_columns import UNKNOWN
from engine.ratings import REJECTED


class SortKey(StrEnum):
    """What photos are sorted by; each in the order that people expect first, which can be turned round."""

    SCORE = "Score"
    DATE = "Date"
    NAME = "Name"
    RATING = "Rating"
    SHARPNESS = "Sharpness"


class FaceCount(StrEnum):
    """Photos by the people in them."""

    ANY = "Any faces"
    NONE = "No face"
    ONE = "One face"
    SEVERAL = "Several faces"


class EyesState(StrEnum):
    """Photos by the eyes in them."""

    ANY = "Any eyes"
    OPEN = "Eyes open"
    CLOSED = "Eyes closed"


@dataclass(frozen=True)
class PhotoFilter:
    """Which photos are shown: those that meet all of it.

    Attributes:
        points: lowest and highest score, 0 to 100.
        faces: people in the photo.
        eyes: of the people in the photo.
        stars: at least so many, 0 for any.
        picks: which of picked (1), rejected (-1) and neither (0).
        first_day: the earliest day by the camera's clock.
        last_day: the latest day by the camera's clock.
        text: in the file's name, upper or lower case.
        stacked: of every group of alike photos the best alone.
        group: the members of this group alone.
    """

    points: tuple[float, float] = (0.0, 100.0)
    faces: FaceCount = FaceCount.ANY
    eyes: EyesState = EyesState.ANY
    stars: int = 0
    picks: frozenset[int] = frozenset((-1, 0, 1))
    first_day: date | None = None
    last_day: date | None = None
    text: str = ""
    stacked: bool = False
    group: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether it leaves anything out, stacks aside."""
        return replace(self, stacked=False) != PhotoFilter()


def rows_that_match(wanted: PhotoFilter, numbers: np.ndarray, folded_names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which rows a filter lets through, stacks aside: bool (N,).

    Args:
        wanted: the filter.
        numbers: the rows, structured as `engine.album_columns.COLUMNS` (N,).
        folded_names: of their files, without case.
    """
    inside = np.ones(len(numbers), bool)
    lowest, highest = wanted.points
    if (lowest, highest) != (0.0, 100.0):
        # The number that people see is rounded: 70 to 80 shows no 81.
        inside &= (numbers["points"] >= lowest - 0.5) & (numbers["points"] < highest + 0.5)
    people, is_photo = numbers["faces"], numbers["content"] != UNKNOWN
    match wanted.faces:
        case FaceCount.NONE:
            inside &= is_photo & (people == 0)
        case FaceCount.ONE:
            inside &= people == 1
        case FaceCount.SEVERAL:
            inside &= people > 1
    match wanted.eyes:
        case EyesState.OPEN:
            inside &= (people > 0) & (numbers["eyes_closed"] == 0)
        case EyesState.CLOSED:
            inside &= numbers["eyes_closed"] > 0
    if wanted.stars:
        inside &= numbers["stars"] >= wanted.stars
    if len(wanted.picks) < 3:
        # What another program rejected is rejected, until it is picked here.
        rejected_elsewhere = (numbers["pick"] == 0) & (numbers["stars"] == REJECTED)
        inside &= is_photo & np.isin(np.where(rejected_elsewhere, -1, numbers["pick"]), list(wanted.picks))
    if wanted.first_day:
        inside &= numbers["taken"] >= _seconds(wanted.first_day, time.min)
    if wanted.last_day:
        inside &= numbers["taken"] <= _seconds(wanted.last_day, time.max)
    if wanted.group is not None:
        inside &= numbers["group"] == wanted.group
    if wanted.text:
        text = wanted.text.casefold()
        inside &= np.fromiter([text in name for name in folded_names], bool, len(numbers))
    return inside


def _seconds(day: date, of_day: time) -> float:
    return datetime.combine(day, of_day, UTC).timestamp()
