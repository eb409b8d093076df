"""Metadata of a photo and of its sidecar, read and written through exiv2 so that nothing else is lost.

What changes is for others to say (`engine/ratings.py`: stars; `engine/crop_metadata.py`: crops). Here is the way to
exiv2, and the check that a new file holds what the old one held. In a JPEG only the two segments of EXIF and XMP are
exchanged; of other formats the pixels are compared; and every tag and every value that was there must be there again.

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
from functools import cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

from PIL import Image, ImageSequence

from engine.errors import PictureError
from engine.files import temporary_beside
from engine.photo_files import check_is_file
from engine.raw_photos import RAW_SUFFIXES
from engine.selfie_file import SCORE_NAMESPACE

# The suffix that a sidecar belongs to, where photos share its name.
OF_SUFFIX = "Xmp.photoshop.SidecarForExtension"
# How a photo is to be cropped, in Camera Raw's names (namespace crs): none of it holds for pixels that are cropped.
CROP_KEYS = tuple(
    f"Xmp.crs.{name}"
    for name in ("HasCrop", "CropTop", "CropLeft", "CropBottom", "CropRight", "CropAngle", "CropConstrainToWarp")
)
# Where the camera saw its subject, in pixels of the whole photo.
_SUBJECT_KEYS = ("Exif.Photo.SubjectArea", "Exif.Photo.SubjectLocation")
_XMP_SUBJECT_KEYS = ("Xmp.exif.SubjectArea", "Xmp.exif.SubjectLocation")
_WRITABLE = frozenset(("image/jpeg", "image/png", "image/webp", "image/tiff"))
# The largest sidecars, with masks drawn by hand, have a few megabytes.
_SIDECAR_BYTES = 32_000_000
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


# Reentrant, so that what runs inside may read another file.
_EXIV2_LOCK = threading.RLock()


@cache
def _ready_exiv2() -> ModuleType:
    import exiv2

    exiv2.XmpParser.initialize()
    # Asking for a name whose namespace is not registered ends the process: here, once, before anything is read.
    exiv2.XmpProperties.registerNs(SCORE_NAMESPACE, "selfiestudio")
    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    return exiv2  # type: ignore[no-any-return]


def open_with_exiv2(exiv2: ModuleType, photo: Path) -> Any:
    """The photo as exiv2's Image, its metadata read. Call it inside of `exiv2_alone`."""
    # Absolute, as exiv2 takes - for the standard input and http: for the network; from memory, where it may not
    # understand the name (what is not ASCII on Windows, what is no Unicode elsewhere).
    name = os.path.abspath(photo)  # noqa: PTH100  # resolve() would follow every link of the path, on disk
    plain = name.isascii() if os.name == "nt" else name.isprintable()
    image = exiv2.ImageFactory.open(name if plain else photo.read_bytes())
    image.readMetadata()
    return image


def can_be_written(image: Any, photo: Path) -> bool:
    """Whether metadata can be written into the photo, which exiv2 holds open: not into RAW photos and HEIC."""
    return image.mimeType() in _WRITABLE and photo.suffix.lower() not in RAW_SUFFIXES


def sidecar_text(sidecar: Path) -> str:
    """What a sidecar holds.

    Raises:
        PictureError: too large for a sidecar, not text, or it cannot be read.
    """
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


def parse_sidecar(exiv2: ModuleType, sidecar: Path, text: str) -> Any:
    """A sidecar as exiv2's Image; hold it as long as its XMP."""
    # Entities, with which a small packet fills the memory, can be declared nowhere else; no sidecar has any.
    if "<!DOCTYPE" in text:
        raise PictureError(sidecar, "this is no sidecar: it declares entities")
    image = exiv2.ImageFactory.create(exiv2.ImageType.xmp)
    if text:
        image.setXmpPacket(text)
    return image


def is_for(photo: Path, xmp: Any) -> bool:
    """Whether IMG.xmp belongs to this one of the photos of its name; it does if it does not say."""
    return OF_SUFFIX not in xmp or str(xmp[OF_SUFFIX].value()).lower() == photo.suffix[1:].lower()


def sidecar_content(exiv2: ModuleType, sidecar: Path, xmp: Any) -> str:
    """The text of a sidecar that holds this XMP.

    Raises:
        PictureError: it cannot be written.
    """
    flags = exiv2.XmpParser.XmpFormatFlags
    failed, packet = exiv2.XmpParser.encode(xmp, flags.useCompactFormat | flags.omitPacketWrapper)
    if failed:
        raise PictureError(sidecar, "its XMP cannot be written anew")
    return _SIDECAR_START + str(packet)


def set_all(data: Any, wanted: Mapping[str, Any]) -> None:
    """Set these values of exiv2's data; None takes one out."""
    for key, value in wanted.items():
        if value is not None:
            data[key] = value
        elif key in data:
            del data[key]


def stored_orientation(image: Any) -> int:
    """How the picture of exiv2's Image is stored, 1 to 8 as EXIF has it; 1 where that does not say."""
    exif, key = image.exifData(), "Exif.Image.Orientation"
    return int(str(exif[key].value())) if key in exif else 1


def describe_new_pixels(exiv2: ModuleType, image: Any, size_wh: tuple[int, int], orientation: int = 1) -> None:
    """Let the metadata of exiv2's Image say how its new picture lies.

    The old thumbnail does not belong to it, nor does the subject's place in pixels of the old one.
    """
    exif, xmp = image.exifData(), image.xmpData()
    exiv2.ExifThumb(exif).erase()
    for data, keys in ((exif, _SUBJECT_KEYS), (xmp, _XMP_SUBJECT_KEYS)):
        set_all(data, dict.fromkeys(keys))
    width, height = size_wh
    for data, key, value in (
        (exif, "Exif.Image.Orientation", orientation),
        (exif, "Exif.Image.ImageWidth", width),
        (exif, "Exif.Image.ImageLength", height),
        (exif, "Exif.Photo.PixelXDimension", width),
        (exif, "Exif.Photo.PixelYDimension", height),
        (xmp, "Xmp.tiff.Orientation", orientation),
        (xmp, "Xmp.tiff.ImageWidth", width),
        (xmp, "Xmp.tiff.ImageLength", height),
        (xmp, "Xmp.exif.PixelXDimension", width),
        (xmp, "Xmp.exif.PixelYDimension", height),
    ):
        if key in data:
            data[key] = str(value)


def file_with_metadata_of(
    exiv2: ModuleType, path: Path, content: bytes, image: Any, replaceable: frozenset[str], otherwise: str
) -> bytes:
    """A photo with the metadata of exiv2's Image of it, as they are now; all else is as it was, or it is an error.

    Args:
        exiv2: from `exiv2_alone`, inside of which this is called.
        path: the photo, for errors.
        content: the whole file as it was.
        image: opened from that content, its metadata changed.
        replaceable: the keys whose values may be other ones, or missing.
        otherwise: what to do instead, the end of an error's reason.

    Raises:
        PictureError: something else would have been lost.
    """
    changed = written(image)
    if image.mimeType() == "image/jpeg":
        changed = _with_new_segments(path, content, changed, otherwise)
    elif not same_pixels(content, changed):
        raise PictureError(path, f"the picture would not stay as it is: {otherwise}")
    _check_nothing_lost(exiv2, path, content, changed, replaceable, otherwise)
    return changed


def written(image: Any) -> bytes:
    """The whole file of exiv2's Image of bytes, with its metadata as they are now. Call it inside of `exiv2_alone`."""
    image.writeMetadata()
    memory = image.io()
    memory.open()
    return bytes(memory.mmap())


def replace_file(target: Path, content: bytes) -> None:
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


def _with_new_segments(path: Path, jpeg: bytes, written_anew: bytes, otherwise: str) -> bytes:
    """A JPEG with the EXIF and XMP segments of another one, each where the old one stood; the rest stays as it is."""
    new = {kind: segment for kind, segment in _segments(written_anew) if kind}
    old = list(_segments(jpeg))
    kinds = [kind for kind, _ in old]
    if max(kinds.count("exif"), kinds.count("xmp")) > 1:
        raise PictureError(path, f"it has more than one block of metadata: {otherwise}")
    # Further pictures (Multi-Picture Format, CIPA DC-007) are found by their distance from the segment that lists them.
    if "pictures" in kinds and {"exif", "xmp"} & set(kinds[kinds.index("pictures") :]):
        raise PictureError(path, f"its further pictures would get lost: {otherwise}")
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


def _check_nothing_lost(
    exiv2: ModuleType, path: Path, before: bytes, after: bytes, replaceable: frozenset[str], otherwise: str
) -> None:
    old, new = (exiv2.ImageFactory.open(content) for content in (before, after))
    old.readMetadata()
    new.readMetadata()
    lost = _tags(old, replaceable).items() - _tags(new, replaceable).items()
    unreadable = b"Exif\0\0" in before[:_SEGMENT_BYTES] and not old.exifData().count()
    if unreadable or lost:
        raise PictureError(path, f"its EXIF would lose {min(lost)[0] if lost else 'all'}: {otherwise}")
    if packet := old.xmpPacket():
        check_no_xmp_lost(path, packet, new.xmpPacket(), values_of(old.xmpData(), replaceable), otherwise)


def _tags(image: Any, without: frozenset[str]) -> dict[str, str]:
    """All of EXIF and IPTC but some keys, where things lie in the file, and what says nothing."""
    tags = {datum.key(): str(datum.value()) for datum in (*image.exifData(), *image.iptcData())}
    return {key: value for key, value in tags.items() if key not in without | _PLACES_IN_FILE | _NOT_IN_JPEG}


def values_of(xmp: Any, keys: frozenset[str]) -> list[str]:
    """What exiv2's XMP says of these keys, as text."""
    return [str(datum.value()) for datum in xmp if datum.key() in keys]


def check_no_xmp_lost(path: Path, before: str, after: str, replaced: Sequence[str], otherwise: str) -> None:
    """Compare two packets by a reader that is not exiv2's, by their values: a value's form may be another one."""
    try:
        lost = _values(before) - _values(after) - Counter(replaced)
    except ElementTree.ParseError as error:
        raise PictureError(path, f"its XMP is damaged: {otherwise}") from error
    if lost:
        raise PictureError(path, f"its XMP would lose {min(lost)[:40]!r}: {otherwise}")


def _values(packet: str) -> Counter[str]:
    """The texts and attributes of a packet, and how often each is there."""
    if "<!DOCTYPE" in packet:
        raise ElementTree.ParseError("it declares entities")
    found: Counter[str] = Counter()
    for element in ElementTree.fromstring(packet.strip("\0 \n\ufeff")).iter():
        found.update(value for name, value in element.items() if not name.startswith(_SYNTAX))
        found.update(text for text in (element.text or "",) if text.strip())
    return found
