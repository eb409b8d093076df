"""Ratings that travel: the stars of a photo, in the file itself or in a sidecar, as other programs read and write them.

A rating is `xmp:Rating` (XMP specification, part 2, section 1.2.2.1: -1 is rejected, 0 unrated, 1 to 5 are stars) and,
in the file, also Microsoft's EXIF `Rating` and `RatingPercent`, which some programs read first.

Who rated is kept too. Stars made from a score carry `selfiestudio:RatingByScore` beside them, with the same number.
Stars without it, or with another number in it, were given or changed by a person, in a program that may know nothing of
this mark: they are never replaced by a score.

A write keeps everything else, and checks that it did before the new file takes the old one's place. In a JPEG only the
two segments of EXIF and XMP are exchanged; of other formats the pixels are compared; and every tag and every value that
was there must be there again. Access rights stay as they are. The time of modification becomes the time of writing, so
that backups notice.

exiv2 does the formats. Its XMP toolkit has state for the whole process and is not safe in threads, and it lets Python's
other threads run meanwhile: so all of this program's exiv2 runs inside `exiv2_alone`, one thread at a time.
"""

import errno
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any, Self
from xml.etree import ElementTree

from PIL import Image, ImageSequence

from engine.errors import PictureError
from engine.files import temporary_beside
from engine.pictures import RAW_SUFFIXES, check_is_file
from engine.selfie_file import SCORE_NAMESPACE

REJECTED, UNRATED, MOST_STARS = -1, 0, 5

_RATING = "Xmp.xmp.Rating"
_CHANGED = "Xmp.xmp.MetadataDate"
_BY_SCORE = "Xmp.selfiestudio.RatingByScore"
_OF_SUFFIX = "Xmp.photoshop.SidecarForExtension"
_PERCENT_IN_XMP = "Xmp.MicrosoftPhoto.Rating"
_EXIF_RATING, _EXIF_PERCENT = "Exif.Image.Rating", "Exif.Image.RatingPercent"
_OURS = frozenset((_RATING, _CHANGED, _BY_SCORE, _OF_SUFFIX, _PERCENT_IN_XMP, _EXIF_RATING, _EXIF_PERCENT))
# What Windows writes for its stars and takes for them.
_PERCENT = {0: 0, 1: 1, 2: 25, 3: 50, 4: 75, 5: 99}
_WRITABLE = frozenset(("image/jpeg", "image/png", "image/webp", "image/tiff"))
# The largest sidecars, with masks drawn by hand, have a few megabytes.
_SIDECAR_BYTES = 32_000_000
_ELSEWHERE = "choose another place for ratings"
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")
_START_OF_SCAN = 0xDA
_KINDS = {
    b"\xe0JFIF\0": "jfif",
    b"\xe1Exif\0": "exif",
    b"\xe1http://ns.adobe.com/xap/1.0/\0": "xmp",
    b"\xe2MPF\0": "pictures",
}
_PLACES_IN_FILE = frozenset(
    ("Exif.Image.ExifTag", "Exif.Image.GPSTag", "Exif.Photo.InteroperabilityTag", "Exif.Photo.MakerNote")
) | frozenset(("Exif.Thumbnail.JPEGInterchangeFormat", "Exif.MakerNote.Offset", "Exif.Image.StripOffsets"))
# EXIF 3.0, table 21: the JPEG says it itself, and these are not recorded there.
_NOT_IN_JPEG = frozenset(
    f"Exif.Image.{name}"
    for name in ("PhotometricInterpretation", "Compression", "BitsPerSample", "SamplesPerPixel", "PlanarConfiguration")
)
_SEGMENT_BYTES = 65_536  # the most that a JPEG's segment holds: its EXIF begins within
_SIDECAR_START = '<?xml version="1.0" encoding="UTF-8"?>\n'
# Attributes that are the form of a packet, not what it says.
_SYNTAX = ("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{adobe:ns:meta/}")


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

    def preview(self, points: Sequence[float]) -> dict[int, int]:
        """How many of these would get 1, 2, 3, 4 and 5 stars."""
        counts = Counter(map(self.stars, points))
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


@contextmanager
def exiv2_alone(path: Path) -> Iterator[ModuleType]:
    """exiv2, ready, for this thread alone; whatever it raises on a file is a `PictureError` with this path.

    Raises:
        PictureError: exiv2 could not do what the block asked for.
    """
    with _EXIV2_LOCK:
        exiv2 = _ready_exiv2()
        try:
            yield exiv2
        except PictureError:
            raise
        except OSError as error:
            raise PictureError(path, f"this file cannot be read ({error.strerror})", passing=True) from error
        except Exception as error:  # besides its own errors: wrong types and encodings, from the layer around it
            raise PictureError(path, f"its metadata cannot be used ({getattr(error, 'message', error)})") from error


# Reentrant, so that what runs inside may read a rating.
_EXIV2_LOCK = threading.RLock()


@cache
def _ready_exiv2() -> ModuleType:
    import exiv2

    exiv2.XmpParser.initialize()
    # Asking for a name whose namespace is not registered ends the process: here, once, before anything is read.
    exiv2.XmpProperties.registerNs(SCORE_NAMESPACE, "selfiestudio")
    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    return exiv2  # type: ignore[no-any-return]


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
    if not sidecar.exists():
        return None
    with exiv2_alone(sidecar) as exiv2:
        image = _parse(exiv2, sidecar, _sidecar_text(sidecar))
        xmp = image.xmpData()
        return _rating_in(xmp, {}, place) if _is_for(photo, xmp) else None


def open_with_exiv2(exiv2: ModuleType, photo: Path) -> Any:
    """The photo as exiv2's Image, its metadata read. Call it inside of `exiv2_alone`."""
    # Absolute, as exiv2 takes - for the standard input and http: for the network; from memory, where it may not
    # understand the name (what is not ASCII on Windows, what is no Unicode elsewhere).
    name = os.path.abspath(photo)  # noqa: PTH100  # resolve() would follow every link of the path, on disk
    plain = name.isascii() if os.name == "nt" else name.isprintable()
    image = exiv2.ImageFactory.open(name if plain else photo.read_bytes())
    image.readMetadata()
    return image


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
    old = _sidecar_text(sidecar) if sidecar.exists() else ""  # an empty one is as good as none
    with exiv2_alone(sidecar) as exiv2:
        image = _parse(exiv2, sidecar, old)
        xmp = image.xmpData()
        if not _is_for(photo, xmp):
            raise PictureError(sidecar, f"this is the sidecar of a {xmp[_OF_SUFFIX].value()} file")
        replaced = _values_of(xmp, _OURS)
        if not _set_rating(exiv2, xmp, None, stars, by):
            return
        holds_nothing = stars is None and all(datum.key() in _OURS for datum in xmp)
        if not old and sidecar.name == sidecar_path(photo, RatingPlace.SIDECAR).name:
            xmp[_OF_SUFFIX] = photo.suffix[1:].upper()
        flags = exiv2.XmpParser.XmpFormatFlags
        failed, packet = exiv2.XmpParser.encode(xmp, flags.useCompactFormat | flags.omitPacketWrapper)
        if failed:
            raise PictureError(sidecar, "its XMP cannot be written anew")
    if holds_nothing:
        sidecar.unlink(missing_ok=True)
        return
    if old:
        _check_no_xmp_lost(sidecar, old, packet, replaced)
    _replace(sidecar, (_SIDECAR_START + packet).encode())


def _sidecar_text(sidecar: Path) -> str:
    check_is_file(sidecar)
    if sidecar.stat().st_size > _SIDECAR_BYTES:
        raise PictureError(sidecar, "this is too large for a sidecar")
    try:
        content = sidecar.read_bytes()
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise PictureError(sidecar, "this sidecar is damaged") from error
    except OSError as error:
        raise PictureError(sidecar, f"this sidecar cannot be read ({error.strerror})", passing=True) from error


def _parse(exiv2: ModuleType, sidecar: Path, text: str) -> Any:
    """A sidecar as exiv2's Image; hold it as long as its XMP."""
    # Entities, with which a small packet fills the memory, can be declared nowhere else; no sidecar has any.
    if "<!DOCTYPE" in text:
        raise PictureError(sidecar, "this is no sidecar: it declares entities")
    image = exiv2.ImageFactory.create(exiv2.ImageType.xmp)
    if text:
        image.setXmpPacket(text)
    return image


def _is_for(photo: Path, xmp: Any) -> bool:
    """Whether IMG.xmp belongs to this one of the photos of its name; it does if it does not say."""
    return _OF_SUFFIX not in xmp or str(xmp[_OF_SUFFIX].value()).lower() == photo.suffix[1:].lower()


def _set_rating(exiv2: ModuleType, xmp: Any, exif: Any | None, stars: int | None, by: RatedBy) -> bool:
    """Set or take out the rating; False where everything is as it should be already."""
    percent = None if stars is None else _PERCENT.get(stars)  # "rejected" has no number in EXIF
    wanted = {_RATING: stars, _BY_SCORE: stars if by is RatedBy.SCORE else None}
    if _PERCENT_IN_XMP in xmp:
        wanted[_PERCENT_IN_XMP] = percent
    wanted_exif = {} if exif is None else {_EXIF_RATING: stars if percent is not None else None, _EXIF_PERCENT: percent}
    if _says(xmp, wanted) and (exif is None or _says(exif, wanted_exif)):
        return False
    _set_all(
        xmp,
        {key: _as_text(value) for key, value in wanted.items()}
        | {_CHANGED: datetime.now().astimezone().isoformat(timespec="seconds")},
    )
    if exif is not None:
        shorts = {key: None if value is None else exiv2.UShortValue(value) for key, value in wanted_exif.items()}
        _set_all(exif, shorts)
    return True


def _says(data: Any, wanted: Mapping[str, int | None]) -> bool:
    return all((str(data[key].value()) if key in data else None) == _as_text(value) for key, value in wanted.items())


def _as_text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _set_all(data: Any, wanted: Mapping[str, Any]) -> None:
    for key, value in wanted.items():
        if value is not None:
            data[key] = value
        elif key in data:
            del data[key]


def _write_in_file(photo: Path, stars: int | None, by: RatedBy) -> None:
    with exiv2_alone(photo) as exiv2:
        read_at = photo.stat().st_mtime_ns
        content = photo.read_bytes()
        image = exiv2.ImageFactory.open(content)
        if image.mimeType() not in _WRITABLE or photo.suffix.lower() in RAW_SUFFIXES:
            raise PictureError(photo, f"this format cannot hold a rating: {_ELSEWHERE}")
        image.readMetadata()
        if not _set_rating(exiv2, image.xmpData(), image.exifData(), stars, by):
            return
        changed = written(image)
        if image.mimeType() == "image/jpeg":
            changed = _with_new_metadata(photo, content, changed)
        elif not same_pixels(content, changed):
            raise PictureError(photo, f"the picture would not stay as it is: {_ELSEWHERE}")
        _check_nothing_lost(exiv2, photo, content, changed)
    if photo.stat().st_mtime_ns != read_at:
        raise PictureError(photo, "another program changed it just now: try again", passing=True)
    _replace(photo, changed)


def written(image: Any) -> bytes:
    """The whole file of exiv2's Image of bytes, with its metadata as they are now. Call it inside of `exiv2_alone`."""
    image.writeMetadata()
    memory = image.io()
    memory.open()
    return bytes(memory.mmap())


def _replace(target: Path, content: bytes) -> None:
    """Let the content take the target's place, with its access rights, once it is safely on the disk."""
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is write-protected")
    with temporary_beside(target) as temporary:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copystat(target, temporary)
            os.utime(temporary)


def _with_new_metadata(path: Path, jpeg: bytes, written_anew: bytes) -> bytes:
    """A JPEG with the EXIF and XMP segments of another one, each where the old one stood; the rest stays as it is."""
    new = {kind: segment for kind, segment in _segments(written_anew) if kind}
    old = list(_segments(jpeg))
    kinds = [kind for kind, _ in old]
    if max(kinds.count("exif"), kinds.count("xmp")) > 1:
        raise PictureError(path, f"it has more than one block of metadata: {_ELSEWHERE}")
    # Further pictures (Multi-Picture Format, CIPA DC-007) are found by their distance from the segment that lists them.
    if "pictures" in kinds and {"exif", "xmp"} & set(kinds[kinds.index("pictures") :]):
        raise PictureError(path, f"its further pictures would get lost: {_ELSEWHERE}")
    at_start = 2 if kinds[1] == "jfif" else 1
    for kind, place in (("exif", at_start), ("xmp", kinds.index("exif") + 1 if "exif" in kinds else at_start + 1)):
        if kind not in kinds:
            old.insert(place, (kind, b""))
    return b"".join(new.get(kind, b"") if kind in ("exif", "xmp") else segment for kind, segment in old)


def _segments(jpeg: bytes) -> Iterator[tuple[str, bytes]]:
    """A JPEG's parts, and which of those that matter here each is: its start, the segments before the first scan, the
    rest (ISO 10918-1, B.1.1: a marker of two bytes, then a length that counts itself)."""
    yield "", jpeg[:2]
    place = 2
    while jpeg[place : place + 1] == b"\xff" and jpeg[place + 1] != _START_OF_SCAN:
        end = place + 2 + max(int.from_bytes(jpeg[place + 2 : place + 4]), 2)
        head = jpeg[place + 1 : place + 2] + jpeg[place + 4 : place + 40]
        yield next((kind for start, kind in _KINDS.items() if head.startswith(start)), ""), jpeg[place:end]
        place = end
    yield "", jpeg[place:]


def same_pixels(before: bytes, after: bytes) -> bool:
    """Whether two files decode to the same frames."""
    try:
        with Image.open(BytesIO(before), formats=_FORMATS) as old, Image.open(BytesIO(after), formats=_FORMATS) as new:
            if getattr(old, "n_frames", 1) != getattr(new, "n_frames", 1):
                return False
            frames = zip(ImageSequence.Iterator(old), ImageSequence.Iterator(new), strict=True)
            return all(one.mode == other.mode and one.tobytes() == other.tobytes() for one, other in frames)
    except Exception:  # Pillow's readers raise almost anything on a damaged file
        return False


def _check_nothing_lost(exiv2: ModuleType, path: Path, before: bytes, after: bytes) -> None:
    old, new = (exiv2.ImageFactory.open(content) for content in (before, after))
    old.readMetadata()
    new.readMetadata()
    lost = _tags(old).items() - _tags(new).items()
    unreadable = b"Exif\0\0" in before[:_SEGMENT_BYTES] and not old.exifData().count()
    if unreadable or lost:
        raise PictureError(path, f"its EXIF would lose {min(lost)[0] if lost else 'all'}: {_ELSEWHERE}")
    if packet := old.xmpPacket():
        _check_no_xmp_lost(path, packet, new.xmpPacket(), _values_of(old.xmpData(), _OURS))


def _tags(image: Any) -> dict[str, str]:
    """All of EXIF and IPTC but the ratings, where things lie in the file, and what says nothing."""
    tags = {datum.key(): str(datum.value()) for datum in (*image.exifData(), *image.iptcData())}
    return {key: value for key, value in tags.items() if key not in _OURS | _PLACES_IN_FILE | _NOT_IN_JPEG}


def _values_of(xmp: Any, keys: frozenset[str]) -> list[str]:
    return [str(datum.value()) for datum in xmp if datum.key() in keys]


def _check_no_xmp_lost(path: Path, before: str, after: str, replaced: Sequence[str]) -> None:
    """Compare two packets by a reader that is not exiv2's, by their values: a value's form may be another one."""
    try:
        lost = _values(before) - _values(after) - Counter(replaced)
    except ElementTree.ParseError as error:
        raise PictureError(path, f"its XMP is damaged: {_ELSEWHERE}") from error
    if lost:
        raise PictureError(path, f"its XMP would lose {min(lost)[:40]!r}: {_ELSEWHERE}")


def _values(packet: str) -> Counter[str]:
    """The texts and attributes of a packet, and how often each is there."""
    if "<!DOCTYPE" in packet:
        raise ElementTree.ParseError("it declares entities")
    found: Counter[str] = Counter()
    for element in ElementTree.fromstring(packet.strip("\0 \n\ufeff")).iter():
        found.update(value for name, value in element.items() if not name.startswith(_SYNTAX))
        found.update(text for text in (element.text or "",) if text.strip())
    return found
