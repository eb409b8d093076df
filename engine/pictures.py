"""Picture files to upright RGB pixels, at the size that a step needs and no larger.

JPEGs are decoded at a fraction of their size where that is enough (libjpeg's scaled DCT); RAW photos come from
`engine.raw_photos`. Everything that a file can be wrong in (cut short, empty, hostile, another thing under a photo's
name) comes out as one `PictureError`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from engine.errors import PictureError
from engine.photo_files import HOW_TO_INSTALL, MAX_MEGAPIXELS, check_is_file, reason_of
from engine.pixels import Pixels
from engine.raw_photos import RAW_SUFFIXES, open_raw, raw_image, raw_size, raw_taken

PHOTO_SUFFIXES = RAW_SUFFIXES | frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".heif", ".avif")
)
# Only these of Pillow's readers see a stranger's file: others run programs (EPS) or are hardly ever exercised.
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")
_HEIF_BRANDS = frozenset((b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1"))
_ORIENTATION_TAG = 0x0112
_SIDEWAYS = frozenset((5, 6, 7, 8))
# How a picture that is stored so is turned upright (EXIF 3.0, 4.6.5.1).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_EXIF_IFD = 0x8769
# EXIF 3.0, table 8: (the moment, its fraction of a second), what the camera saw before what a program did with it.
_DATE_TAGS = ((0x9003, 0x9291), (0x9004, 0x9292), (0x0132, 0x9290))
# Some programs write the date with other signs than EXIF's colons, or add a time zone.
_EXIF_MOMENT = re.compile(r"\s*(\d{4})[:/.-](\d\d)[:/.-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
# Of this year is the oldest portrait photo; what is said to be older comes from a clock that was never set.
_FIRST_PHOTO_YEAR = 1840
# Half as much again as is wanted is decoded, so that the last reduction is still a real average.
SPARE = 1.5


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: RGB uint8 (H, W, 3), upright, C-contiguous, in sRGB.
        full_size_wh: width and height of the upright picture in the file, which `pixels` may be a reduction of.
        taken: when it was taken, as the camera's clock said (local time without a zone); None where the file does not
            say, or says nonsense.
    """

    pixels: Pixels
    full_size_wh: tuple[int, int]
    taken: datetime | None = None


def is_photo_name(path: Path) -> bool:
    """Whether a file's name says that it is a photo."""
    return path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")


def load_picture(path: Path, long_side: int | None = None, *, spare: float = SPARE) -> Picture:
    """Decode a photo upright.

    Args:
        path: the file.
        long_side: reduce until the longer side has this many pixels, never enlarge; None keeps every pixel. Of a RAW
            photo it may be up to a quarter less.
        spare: how many times as long the picture is decoded, at the least, before it is reduced smoothly: 1 and more.

    Raises:
        PictureError: not a picture that can be decoded whole.
    """
    with open_photo(path) as photo:
        return photo.picture(long_side, spare=spare)


class OpenPhoto:
    """A photo whose file is open, so that what several steps need of it is decoded once.

    Args:
        path: the file.
        image: as Pillow opened it; None for a RAW photo, whose small and large pictures have nothing in common.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, image: Image.Image | None) -> None:
        self.path, self._image = path, image

    @property
    def long_side(self) -> int | None:
        """Pixels of the longer side of the picture in the file; None of a RAW photo, which would have to be opened."""
        return None if self._image is None else max(self._image.size)

    def load(self) -> None:
        """Decode every pixel now: whoever saves a part of the photo needs them all.

        Raises:
            PictureError: as `load_picture`.
        """
        if self._image is not None:
            with _errors_of(self.path):
                self._image.load()

    def picture(self, long_side: int | None = None, *, spare: float = SPARE) -> Picture:
        """The photo upright, as `load_picture` gives it.

        Raises:
            PictureError: as `load_picture`.
        """
        if self._image is None:
            return _load_raw(self.path, long_side)
        with _errors_of(self.path):
            return _picture(self._image, long_side, spare)

    @contextmanager
    def image(self) -> Iterator[Image.Image]:
        """The image as `open_image` gives it, for a short while. It is shared: only reduce what is not loaded yet.

        Raises:
            PictureError: as `open_image`.
        """
        if self._image is None:
            with open_image(self.path) as image:
                yield image
        else:
            with _errors_of(self.path):
                yield self._image


@contextmanager
def open_photo(path: Path) -> Iterator[OpenPhoto]:
    """Open a photo for several steps; errors of theirs that are not the file's stay what they are.

    Raises:
        PictureError: as `open_image`.
    """
    if path.suffix.lower() in RAW_SUFFIXES:
        yield OpenPhoto(path, None)
        return
    with _errors_of(path):
        image = _opened(path)
    with image:
        yield OpenPhoto(path, image)


def _picture(image: Image.Image, long_side: int | None, spare: float) -> Picture:
    full_w, full_h = image.size
    # Pillow turns a TIFF by itself, and its size says so already.
    if image.format != "TIFF" and image.getexif().get(_ORIENTATION_TAG) in _SIDEWAYS:
        full_w, full_h = full_h, full_w
    taken = _taken(image.getexif())
    if long_side is not None:
        # In the photo's own shape: of a square, both sides would have to be that long.
        shorten = spare * long_side / max(image.size)
        image.draft("RGB", (int(shorten * image.width), int(shorten * image.height)))
    image.load()
    reduced = _reduced(_opaque(image), long_side, spare)
    pixels = _upright_pixels(reduced, orientation_of(image), image.info.get("icc_profile"))
    return Picture(pixels, (full_w, full_h), taken)


def _reduced(image: Image.Image, long_side: int | None, spare: float = SPARE) -> Image.Image:
    if long_side is None or max(image.size) <= long_side:
        return image
    shorten = long_side / max(image.size)
    size_wh = max(1, round(shorten * image.width)), max(1, round(shorten * image.height))
    # Of 140 windows of originals the score is 1.9 points off that of all pixels; with BILINEAR, which blurs, 2.5.
    return image.resize(size_wh, Image.Resampling.HAMMING, reducing_gap=spare)


def _upright_pixels(image: Image.Image, orientation: int, profile: bytes | None) -> Pixels:
    return np.ascontiguousarray(np.asarray(_in_srgb(turned(image, orientation), profile)))


def _taken(exif: Image.Exif) -> datetime | None:
    """The first date of the EXIF that makes sense; damaged EXIF is no reason to lose the photo."""
    try:
        tags = {**exif, **exif.get_ifd(_EXIF_IFD)}
    except Exception:  # as below: Pillow's readers raise almost anything
        return None
    moments = (_moment(tags.get(clock), tags.get(fraction)) for clock, fraction in _DATE_TAGS)
    return next((moment for moment in moments if moment), None)


def _moment(clock: object, fraction: object) -> datetime | None:
    """A date of EXIF ("2026:11:24 18:30:12") and its fraction of a second ("045" is 45 ms)."""
    found = _EXIF_MOMENT.match(str(clock))
    if not found or int(found[1]) < _FIRST_PHOTO_YEAR:
        return None
    digits = str(fraction).strip("\0 ")
    try:
        moment = datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]  # without a zone
        return moment + timedelta(seconds=float(f"0.{digits}") if digits.isdecimal() else 0)
    except (ValueError, OverflowError):
        return None


def turned_upright(image: Image.Image) -> Image.Image:
    """The image turned as its EXIF says, opaque, in a mode that can be averaged; itself where it is all that."""
    image.load()
    return turned(_opaque(image), orientation_of(image))


def orientation_of(image: Image.Image) -> int:
    """How a loaded image lies (EXIF 3.0, 4.6.5.1); what turns by itself, such as a TIFF, has turned then."""
    orientation = image.getexif().get(_ORIENTATION_TAG)
    return orientation if orientation in _TURNS else 1


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """An image that lies as `orientation_of` told, upright; itself where it is."""
    return image.transpose(_TURNS[orientation]) if orientation != 1 else image


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        # Pillow clips 16-bit grey to 255 when it converts; scale it instead.
        image = Image.fromarray((np.asarray(image, np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    opaque = flattened(image)
    return opaque if opaque.mode in ("L", "RGB", "CMYK") else opaque.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image as a screen shows it: wide-gamut and print colours brought to sRGB by the file's own profile."""
    transform = _to_srgb(profile, image.mode) if profile else None
    return ImageCms.applyTransform(image, transform) or image if transform else image.convert("RGB")


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """How colours of a profile become sRGB; None where they are sRGB, or the profile is damaged or of another mode."""
    try:
        source = ImageCms.getOpenProfile(BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def flattened(image: Image.Image) -> Image.Image:
    """The image, on white where it is transparent, as browsers and prints show it."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)


@contextmanager
def open_image(path: Path) -> Iterator[Image.Image]:
    """Open a photo with Pillow for a short while; whatever goes wrong in the block with the file is a `PictureError`.

    A RAW photo comes developed, upright, in sRGB, without metadata.

    Raises:
        PictureError: missing, unreadable, not a picture, cut short, or too large to be a photo.
    """
    if path.suffix.lower() in RAW_SUFFIXES:
        with open_raw(path) as raw:
            yield raw_image(raw, None)
        return
    with _errors_of(path), _opened(path) as image:
        yield image


def _opened(path: Path) -> Image.Image:
    _prepare_pillow()
    check_is_file(path)
    image = Image.open(path, formats=(*_FORMATS, *_heif_reader()))
    if image.width * image.height > MAX_MEGAPIXELS * 1_000_000:
        image.close()
        raise PictureError(path, f"{image.width} x {image.height} pixels is too large for a photo")
    return image


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """Whatever goes wrong with a file in the block is a `PictureError`."""
    try:
        yield
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise _not_a_picture(path) from error
    except Exception as error:  # Pillow's readers raise almost anything on a damaged or hostile file.
        raise PictureError(path, reason_of(error), passing=isinstance(error, PermissionError | MemoryError)) from error


@cache
def _prepare_pillow() -> None:
    # Our own limit is checked after the header, before the pixels: Pillow's would refuse large phone photos.
    Image.MAX_IMAGE_PIXELS = None
    Image.init()


@cache
def _heif_reader() -> tuple[str, ...]:
    """The extra reader for iPhone photos, where pillow-heif is installed."""
    try:
        import pillow_heif
    except ImportError:
        return ()
    pillow_heif.register_heif_opener()
    return ("HEIF",)


def _not_a_picture(path: Path) -> PictureError:
    with path.open("rb") as file:
        head = file.read(12)
    if not head:
        return PictureError(path, "the file is empty")
    if head[4:] in _HEIF_BRANDS and not _heif_reader():
        return PictureError(path, f"HEIC needs one more package: {HOW_TO_INSTALL}", passing=True)
    return PictureError(path, "not a picture in a format that is known")


def _load_raw(path: Path, long_side: int | None) -> Picture:
    with open_raw(path) as raw:
        size_wh = raw_size(raw)  # now: developing at half the size changes what LibRaw says
        image = raw_image(raw, long_side)
        pixels = _upright_pixels(_reduced(image, long_side), 1, image.info.get("icc_profile"))
        return Picture(pixels, size_wh, raw_taken(raw))
