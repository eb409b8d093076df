"""Ratings that travel: the stars of a photo, in the file itself or in a sidecar, as other programs read and write them.

A rating is `xmp:Rating` (XMP specification, part 2, section 1.2.2.1: -1 is rejected, 0 unrated, 1 to 5 are stars) and,
in the file, also Microsoft's EXIF `Rating` and `RatingPercent`, which some programs read first.

Who rated is kept too. Stars made from a score carry `selfiestudio:RatingByScore` beside them, with the same number.
Stars without it, or with another number in it, were given or changed by a person, in a program that may know nothing of
this mark: they are never replaced by a score.

A write keeps everything else, and checks that it did before the new file takes the old one's place
(`engine/metadata.py`). Access rights stay as they are. The time of modification becomes the time of writing, so that
backups notice.
"""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from engine.errors import PictureError
from engine.files import is_there
from engine.metadata import (
    OF_SUFFIX,
    can_be_written,
    check_no_xmp_lost,
    exiv2_alone,
    file_with_metadata_of,
    is_for,
    open_with_exiv2,
    parse_sidecar,
    replace_file,
    set_all,
    sidecar_content,
    sidecar_text,
    values_of,
)
from engine.photo_files import check_is_file
from engine.raw_photos import RAW_SUFFIXES

REJECTED, UNRATED, MOST_STARS = -1, 0, 5

_RATING = "Xmp.xmp.Rating"
_CHANGED = "Xmp.xmp.MetadataDate"
_BY_SCORE = "Xmp.selfiestudio.RatingByScore"
_PERCENT_IN_XMP = "Xmp.MicrosoftPhoto.Rating"
_EXIF_RATING, _EXIF_PERCENT = "Exif.Image.Rating", "Exif.Image.RatingPercent"
_OURS = frozenset((_RATING, _CHANGED, _BY_SCORE, OF_SUFFIX, _PERCENT_IN_XMP, _EXIF_RATING, _EXIF_PERCENT))
# What Windows writes for its stars and takes for them.
_PERCENT = {0: 0, 1: 1, 2: 25, 3: 50, 4: 75, 5: 99}
_ELSEWHERE = "choose another place for ratings"


class RatingPlace(StrEnum):
    """Where a rating stands."""

    FILE = "file"
    SIDECAR = "sidecar"  # IMG.xmp, as Lightroom names it; holds for one suffix only, if it says so
    SIDECAR_WITH_SUFFIX = "sidecar-with-suffix"  # IMG.jpg.xmp, as darktable names it


# A sidecar is newer than its photo, or it would not be needed; the name that fits one photo alone counts first.
_READING_ORDER = (RatingPlace.SIDECAR_WITH_SUFFIX, RatingPlace.SIDECAR, RatingPlace.FILE)


class RatedBy(StrEnum):
    """Who gave a rating."""

    PERSON = "person"
    SCORE = "score"


SIDECARS = (RatingPlace.SIDECAR, RatingPlace.SIDECAR_WITH_SUFFIX)


@dataclass(frozen=True)
class Rating:
    """A rating as it was found.

    Attributes:
        stars: -1 (rejected), 0 (said to be unrated), or 1 to 5.
        by: who gave it; a person, where nothing says that a score did.
        place: where it stands.
    """

    stars: int
    by: RatedBy
    place: RatingPlace


def sidecar_path(photo: Path, place: RatingPlace) -> Path:
    """The photo's sidecar of one of the two names.

    Raises:
        ValueError: the place is the file itself.
    """
    match place:
        case RatingPlace.SIDECAR:
            return photo.with_suffix(".xmp")
        case RatingPlace.SIDECAR_WITH_SUFFIX:
            return photo.with_name(f"{photo.name}.xmp")
    raise ValueError("the file is no sidecar")


def read_rating(photo: Path) -> int | None:
    """The stars of a photo, -1 (rejected) to 5; 0 is what somebody wrote, None that nobody did.

    Raises:
        PictureError: there is no such file.
    """
    rating = find_rating(photo)
    return rating.stars if rating else None


def find_rating(photo: Path) -> Rating | None:
    """The rating of IMG.jpg.xmp, else of IMG.xmp, else of the photo itself; None where nobody gave one.

    A sidecar or a photo whose metadata are damaged holds no rating. An IMG.xmp that says that it belongs to another
    suffix, such as the RAW photo beside a JPEG, is passed over.

    Raises:
        PictureError: there is no such file.
    """
    check_is_file(photo)
    return next((rating for place in _READING_ORDER if (rating := _rating_or_none(photo, place))), None)


def write_rating(photo: Path, stars: int | None, place: RatingPlace, *, by: RatedBy = RatedBy.PERSON) -> bool:
    """Write a photo's rating, so that `find_rating` finds it.

    A sidecar that would be read before the place, and holds another rating, is brought into step. A sidecar that holds
    nothing else is removed with its rating; with the rating of one place gone, that of a later one counts again.

    Args:
        photo: the photo; a link to it stays one.
        stars: -1 (rejected), 0 (unrated), 1 to 5, or None to take the rating out.
        place: where to.
        by: who gave it. A score never replaces or takes out what a person gave: -1 or 1 to 5 without the mark.

    Returns:
        Whether the rating is there now; False where a person's stands instead.

    Raises:
        PictureError: the format cannot hold a rating, the place may not be written to, what is there is damaged, or
            something else would have been lost. The error names the file that was not changed.
        ValueError: no such rating.
    """
    if stars is not None and not REJECTED <= stars <= MOST_STARS:
        raise ValueError(f"{stars} is no rating: -1 to 5 are")
    check_is_file(photo)
    if by is RatedBy.SCORE and _person_rated(photo):
        return False
    _write(photo, stars, place, by)
    for before in _READING_ORDER[: _READING_ORDER.index(place)]:
        if _rating_or_none(photo, before):
            _write(photo, stars, before, by)
    return True


def place_that_holds(photo: Path, wanted: RatingPlace) -> RatingPlace:
    """Where a rating of a photo can stand: where it is wanted, or beside a photo whose format cannot hold one.

    Beside it, a sidecar that is there is taken, else IMG.xmp, which most programs read; IMG.heic.xmp where that belongs
    to another photo of the name.

    Raises:
        PictureError: there is no such file, or it cannot be read.
    """
    check_is_file(photo)
    if wanted is not RatingPlace.FILE or _can_hold_rating(photo):
        return wanted
    own, shared = (sidecar_path(photo, place) for place in _READING_ORDER[:-1])
    if is_there(own) or (is_there(shared) and not _belongs_to(shared, photo)):
        return RatingPlace.SIDECAR_WITH_SUFFIX
    return RatingPlace.SIDECAR


def _can_hold_rating(photo: Path) -> bool:
    if photo.suffix.lower() in RAW_SUFFIXES:
        return False
    with exiv2_alone(photo) as exiv2:
        return can_be_written(open_with_exiv2(exiv2, photo), photo)


def _belongs_to(sidecar: Path, photo: Path) -> bool:
    with exiv2_alone(sidecar) as exiv2:
        return is_for(photo, parse_sidecar(exiv2, sidecar, sidecar_text(sidecar)).xmpData())


@dataclass(frozen=True)
class StarMapping:
    """How points become stars.

    Attributes:
        thresholds: the least points, 0 to 100, of two, three, four and five stars, never falling. Points are
            percentiles of the reference photos, so the default gives five stars to what the best tenth of them
            reaches, one to what stays below the last tenth's end, and three to the middle.
    """

    thresholds: tuple[float, float, float, float] = (10.0, 35.0, 65.0, 90.0)

    def __post_init__(self) -> None:
        if len(self.thresholds) != MOST_STARS - 1 or not all(0 <= least <= 100 for least in self.thresholds):
            raise ValueError(f"{self.to_text()}: four numbers from 0 to 100 are needed")
        if list(self.thresholds) != sorted(self.thresholds):
            raise ValueError(f"{self.to_text()}: more stars cannot need fewer points")

    def stars(self, points: float) -> int:
        """1 to 5 stars for 0 to 100 points.

        Raises:
            ValueError: not from 0 to 100.
        """
        if not 0 <= points <= 100:
            raise ValueError(f"{points} are no points: 0 to 100 are")
        return 1 + sum(points >= least for least in self.thresholds)

    def stars_of(self, points: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """1 to 5 stars for the points, 0 to 100, of many photos (N,)."""
        return 1 + np.searchsorted(self.thresholds, np.asarray(points, np.float64), side="right")

    def preview(self, points: npt.ArrayLike) -> dict[int, int]:
        """How many of these would get 1, 2, 3, 4 and 5 stars."""
        counts = np.bincount(self.stars_of(points), minlength=MOST_STARS + 1).tolist()
        return {stars: counts[stars] for stars in range(1, MOST_STARS + 1)}

    def to_text(self) -> str:
        """For the settings: 10,35,65,90."""
        return ",".join(f"{least:g}" for least in self.thresholds)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `to_text` wrote.

        Raises:
            ValueError: anything else.
        """
        two, three, four, five = map(float, text.split(","))
        return cls((two, three, four, five))


def _rating_or_none(photo: Path, place: RatingPlace) -> Rating | None:
    try:
        return _rating_at(photo, place)
    except PictureError:
        return None


def _person_rated(photo: Path) -> bool:
    """Whether there are stars of a person, in any place; a damaged sidecar is an error, as it might hold some."""
    ratings = [_rating_at(photo, place) for place in _READING_ORDER[:-1]]
    ratings.append(_rating_or_none(photo, RatingPlace.FILE))
    return any(rating and rating.stars != UNRATED and rating.by is RatedBy.PERSON for rating in ratings)


def _rating_at(photo: Path, place: RatingPlace) -> Rating | None:
    if place is RatingPlace.FILE:
        with exiv2_alone(photo) as exiv2:
            image = open_with_exiv2(exiv2, photo)
            return _rating_in(image.xmpData(), image.exifData(), place)
    sidecar = sidecar_path(photo, place)
    if not is_there(sidecar):
        return None
    with exiv2_alone(sidecar) as exiv2:
        image = parse_sidecar(exiv2, sidecar, sidecar_text(sidecar))
        xmp = image.xmpData()
        return _rating_in(xmp, {}, place) if is_for(photo, xmp) else None


def _rating_in(xmp: Any, exif: Any, place: RatingPlace) -> Rating | None:
    in_xmp, in_exif = _number(xmp, _RATING, REJECTED), _number(exif, _EXIF_RATING, UNRATED)
    stars = in_exif if in_xmp is None else in_xmp
    if stars is None:
        return None
    # A program that knows EXIF's rating alone may have changed it there.
    unchanged = _number(xmp, _BY_SCORE, REJECTED) == stars and in_exif in (None, max(stars, UNRATED))
    return Rating(stars, RatedBy.SCORE if unchanged else RatedBy.PERSON, place)


def _number(data: Mapping[str, Any], key: str, least: int) -> int | None:
    if key not in data:
        return None
    try:
        number = round(float(str(data[key].value())))  # XMP's rating is a real number: 3.0 is written too
    except (ValueError, OverflowError):
        return None
    return number if least <= number <= MOST_STARS else None


def _write(photo: Path, stars: int | None, place: RatingPlace, by: RatedBy) -> None:
    target = (photo if place is RatingPlace.FILE else sidecar_path(photo, place)).resolve()
    try:
        if place is RatingPlace.FILE:
            _write_in_file(target, stars, by)
        else:
            _write_in_sidecar(photo, target, stars, by)
    except OSError as error:
        raise PictureError(target, _what_to_do(error), passing=True) from error


def _what_to_do(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the rating cannot be saved, the disk is full: make room on it"
    return f"the rating cannot be saved here ({error.strerror or error}): {_ELSEWHERE}"


def _write_in_sidecar(photo: Path, sidecar: Path, stars: int | None, by: RatedBy) -> None:
    old = sidecar_text(sidecar) if sidecar.exists() else ""  # an empty one is as good as none
    with exiv2_alone(sidecar) as exiv2:
        image = parse_sidecar(exiv2, sidecar, old)
        xmp = image.xmpData()
        if not is_for(photo, xmp):
            raise PictureError(sidecar, f"this is the sidecar of a {xmp[OF_SUFFIX].value()} file")
        replaced = values_of(xmp, _OURS)
        if not _set_rating(exiv2, xmp, None, stars, by):
            return
        holds_nothing = stars is None and all(datum.key() in _OURS for datum in xmp)
        if not old and sidecar.name == sidecar_path(photo, RatingPlace.SIDECAR).name:
            xmp[OF_SUFFIX] = photo.suffix[1:].upper()
        new = sidecar_content(exiv2, sidecar, xmp)
    if holds_nothing:
        sidecar.unlink(missing_ok=True)
        return
    if old:
        check_no_xmp_lost(sidecar, old, new, replaced, _ELSEWHERE)
    replace_file(sidecar, new.encode())


def _set_rating(exiv2: ModuleType, xmp: Any, exif: Any | None, stars: int | None, by: RatedBy) -> bool:
    """Set or take out the rating; False where everything is as it should be already."""
    percent = None if stars is None else _PERCENT.get(stars)  # "rejected" has no number in EXIF
    wanted = {_RATING: stars, _BY_SCORE: stars if by is RatedBy.SCORE else None}
    if _PERCENT_IN_XMP in xmp:
        wanted[_PERCENT_IN_XMP] = percent
    wanted_exif = {} if exif is None else {_EXIF_RATING: stars if percent is not None else None, _EXIF_PERCENT: percent}
    if _says(xmp, wanted) and (exif is None or _says(exif, wanted_exif)):
        return False
    set_all(
        xmp,
        {key: _as_text(value) for key, value in wanted.items()}
        | {_CHANGED: datetime.now().astimezone().isoformat(timespec="seconds")},
    )
    if exif is not None:
        shorts = {key: None if value is None else exiv2.UShortValue(value) for key, value in wanted_exif.items()}
        set_all(exif, shorts)
    return True


def _says(data: Any, wanted: Mapping[str, int | None]) -> bool:
    return all((str(data[key].value()) if key in data else None) == _as_text(value) for key, value in wanted.items())


def _as_text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _write_in_file(photo: Path, stars: int | None, by: RatedBy) -> None:
    with exiv2_alone(photo) as exiv2:
        read_at = photo.stat().st_mtime_ns
        content = photo.read_bytes()
        image = exiv2.ImageFactory.open(content)
        if not can_be_written(image, photo):
            raise PictureError(photo, f"this format cannot hold a rating: {_ELSEWHERE}")
        image.readMetadata()
        if not _set_rating(exiv2, image.xmpData(), image.exifData(), stars, by):
            return
        changed = file_with_metadata_of(exiv2, photo, content, image, _OURS, _ELSEWHERE)
    if photo.stat().st_mtime_ns != read_at:
        raise PictureError(photo, "another program changed it just now: try again", passing=True)
    replace_file(photo, changed)
