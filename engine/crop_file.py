"""Saves a crop as a new file: pixels re-encoded well, metadata and colour profile kept, orientation right.

The original is never touched and nothing is ever overwritten. Pillow writes the pixels; what it leaves out (XMP of PNG
and TIFF, IPTC) comes through exiv2, a crop that the photo's metadata asked for is taken out of those of its crop, and
faces that they name are told of where they are now (`engine/crop_regions.py`).
`engine/lossless_crop.py` saves JPEGs without encoding them again, `engine/crop_metadata.py` writes the rectangle alone.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin

from engine.crop_regions import CutOut, has_regions, move_regions
from engine.errors import PictureError
from engine.files import reserve_unused, temporary_beside
from engine.geometry import Box
from engine.level import level_size
from engine.metadata import CROP_KEYS, exiv2_alone, open_with_exiv2, set_all, stored_orientation, written
from engine.pictures import OpenPhoto, flattened, open_photo, orientation_of, turned

JPEG_QUALITY = 95
_ORIENTATION_TAG = 0x0112
_EXIF_IFD = 0x8769
_PIXEL_X_DIMENSION, _PIXEL_Y_DIMENSION = 0xA002, 0xA003
# Where the camera saw its subject, in pixels of the whole photo: SubjectArea and SubjectLocation.
_PLACES_IN_PICTURE = (0x9214, 0xA214)
_TIFF_LAYOUT_TAGS = frozenset(
    (254, 255, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 280, 281, 284, 297, 317, 318, 319, 320, 322, 323)
) | frozenset((324, 325, 330, 338, 339, 340, 341, 347, 529, 530, 531, 532, 700, 34675))
_SUB_DIRECTORIES = frozenset((_EXIF_IFD, 0x8825))  # EXIF and GPS
_PNG_XMP = "XML:com.adobe.xmp"
# What Pillow 13 does not write, whatever it is given.
_WITHOUT_XMP = frozenset(("PNG", "TIFF"))
_SUFFIX_BY_FORMAT = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}
_CROP_NAME = re.compile(r"_crop-(original|free|[\d.]+x[\d.]+)(-\d+)?$")
_JPEG_MODES = frozenset(("L", "RGB", "CMYK"))
_WIDTH_TAG, _HEIGHT_TAG = 0x0100, 0x0101
# An XMP packet may tell of the pixels too, as attributes or as elements.
_XMP_OF_PIXELS = re.compile(
    rb"(tiff:Orientation|tiff:ImageWidth|tiff:ImageLength|exif:PixelXDimension|exif:PixelYDimension)"
    rb"((?:=[\"']|>)\s*)\d+"
)


def cropped_stem(path: Path) -> str | None:
    """The name, without a suffix, of the photo that a crop is of; None for a file that is not named as crops are.

    Crops are named so where nobody chose another pattern (`engine.crop_names`).
    """
    return _CROP_NAME.sub("", path.stem) if _CROP_NAME.search(path.stem) else None


def save_crop(
    source: Path | OpenPhoto,
    box: Box,
    folder: Path,
    name: str,
    *,
    long_side: int | None = None,
    quality: int = JPEG_QUALITY,
    angle_deg: float = 0.0,
) -> Path:
    """Write a part of a photo to a new file.

    Args:
        source: the photo, whose file may be open already.
        box: in pixels of the upright, full-size photo; what reaches over its edge is left out.
        folder: where to; made where it is missing.
        name: without a suffix; where it is taken, -2, -3 ... is added.
        long_side: pixels of the crop's longer side, never enlarged; None keeps the photo's resolution.
        quality: 1 to 100, of JPEG and WebP.
        angle_deg: the photo is turned upright by this first, as `engine.level` has it; the box is of what that leaves.

    Returns:
        The new file: of the source's format where that is JPEG, PNG, WebP or TIFF, else JPEG.

    Raises:
        PictureError: the source cannot be decoded whole, the box lies outside of it, or nothing can be written to the
            folder.
    """
    with open_photo(source) if isinstance(source, Path) else nullcontext(source) as photo, photo.image() as image:
        form = _format_for(image)
        stored_wh = image.size
        reducible = max(box.width, box.height) / long_side if long_side and not angle_deg else 1
        # A JPEG is decoded at the half, fourth or eighth of its size that still has more pixels than are wanted.
        wanted_wh = round(1.5 * image.width / reducible), round(1.5 * image.height / reducible)
        drafted = reducible > 2 and image.draft(None, wanted_wh) is not None
        image.load()  # what turns by itself, such as a TIFF, has turned then
        if angle_deg:
            levelled = _levelled(ImageOps.exif_transpose(image), angle_deg)
            crop = levelled.crop(_inside(box, levelled.size, photo.path))
        else:
            crop = _upright_part(image, box, photo.path, stored_wh if drafted else image.size)
        if form == "JPEG" and crop.mode not in _JPEG_MODES:
            crop = flattened(crop).convert("RGB")
        if long_side and max(crop.size) > long_side:
            crop = _reduced(crop, long_side)
        options = _save_options(image, crop, form, quality)
    with new_file(folder, f"{name}{_SUFFIX_BY_FORMAT[form]}") as (target, temporary):
        crop.save(temporary, form, **options)
        _add_what_pillow_left_out(photo.path, temporary, form, crop.size, box, angle_deg)
    return target


def _levelled(image: Image.Image, angle_deg: float) -> Image.Image:
    """As `engine.level.levelled` does it with pixels, whatever the image is made of."""
    width, height = level_size(image.size, angle_deg)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    coarse = image.mode in ("P", "1")
    turned = image.rotate(angle_deg, Image.Resampling.NEAREST if coarse else Image.Resampling.BICUBIC)
    return turned.crop((left, top, left + width, top + height))


def _reduced(crop: Image.Image, long_side: int) -> Image.Image:
    """The crop with a longer side of that many pixels; a palette has no colours between its own."""
    if crop.mode in ("P", "1"):
        crop = crop.convert("RGBA" if "transparency" in crop.info else "RGB")
    ratio = long_side / max(crop.size)
    width, height = (max(1, round(side * ratio)) for side in crop.size)
    return crop.resize((width, height), Image.Resampling.LANCZOS)


@contextmanager
def new_file(folder: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """A file that nobody has yet, and the temporary one to write to, which takes its place if the block ends well.

    Args:
        folder: made where it is missing.
        name: where it is taken, -2, -3 ... is added.

    Raises:
        PictureError: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = reserve_unused(folder / name)
    except OSError as error:
        reason = f"its crop cannot be written in {folder} ({error.strerror}): choose another folder"
        raise PictureError(folder / name, reason) from error
    try:
        with temporary_beside(target) as temporary:
            yield target, temporary
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, (OSError, ValueError)):
            raise PictureError(target, f"cannot be written ({error})") from error
        raise


def _add_what_pillow_left_out(
    source: Path, crop: Path, form: str, size_wh: tuple[int, int], box: Box, angle_deg: float
) -> None:
    """XMP and IPTC of the source; without them where exiv2 cannot use them, as the crop itself is good."""
    try:
        with exiv2_alone(source) as exiv2:
            old = open_with_exiv2(exiv2, source)
            has_crop = any(key in old.xmpData() for key in CROP_KEYS)
            lacks_xmp = form in _WITHOUT_XMP and old.xmpData().count()
            if not (has_crop or lacks_xmp or has_regions(old.xmpData()) or old.iptcData().count()):
                return
            new = exiv2.ImageFactory.open(crop.read_bytes())
            new.readMetadata()
            if lacks_xmp:
                new.setXmpData(old.xmpData())
            new.setIptcData(old.iptcData())
            xmp = new.xmpData()
            set_all(xmp, dict.fromkeys(CROP_KEYS))
            for name, value in _told_of_pixels(size_wh).items():
                key = f"Xmp.{name.replace(':', '.')}"
                if key in xmp:
                    xmp[key] = str(value)
            stored_wh = old.pixelWidth(), old.pixelHeight()
            move_regions(exiv2, xmp, CutOut(stored_wh, stored_orientation(old), box, angle_deg), size_wh)
            content = written(new)
    except PictureError:
        return
    crop.write_bytes(content)


def _format_for(image: Image.Image) -> str:
    form = image.format or ""
    return form if form in _SUFFIX_BY_FORMAT and getattr(image, "n_frames", 1) == 1 else "JPEG"


def _upright_part(image: Image.Image, box: Box, source: Path, stored_wh: tuple[int, int]) -> Image.Image:
    """The part of the photo, turned as its EXIF says: of twelve megapixels only these are copied and turned."""
    orientation = orientation_of(image)
    stored = Box(*_inside(box.as_stored(stored_wh, orientation), stored_wh, source))
    part = image.crop(stored.scaled(stored_wh, image.size).xyxy)
    return turned(part, orientation)


def _inside(box: Box, size_wh: tuple[int, int], source: Path) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = max(box.x0, 0), max(box.y0, 0), min(box.x1, size_wh[0]), min(box.y1, size_wh[1])
    if x0 >= x1 or y0 >= y1:
        raise PictureError(source, f"the crop {box.xyxy} lies outside of its {size_wh[0]} x {size_wh[1]} pixels")
    return x0, y0, x1, y1


def _save_options(image: Image.Image, crop: Image.Image, form: str, quality: int) -> dict[str, Any]:
    options: dict[str, Any] = {"exif": _exif_for(image, crop)}
    if form != "WEBP" and (dpi := image.info.get("dpi")):
        options["dpi"] = dpi
    if profile := image.info.get("icc_profile"):
        options["icc_profile"] = profile
    if xmp := image.info.get("xmp"):
        text = xmp if isinstance(xmp, bytes) else str(xmp).encode()
        told = {name.encode(): str(value).encode() for name, value in _told_of_pixels(crop.size).items()}
        options["xmp"] = _XMP_OF_PIXELS.sub(lambda found: found[1] + found[2] + told[found[1]], text)
    if form == "JPEG":
        options |= {"quality": quality, "subsampling": _subsampling(image)}
    elif form == "WEBP":
        options |= {"quality": quality, "method": 4}
    elif form == "PNG":
        options["pnginfo"] = _png_texts(image)
    elif form == "TIFF":
        tags = _without_layout(image, crop)
        # Pillow writes directories below the first one, where date and place stand, into uncompressed files alone.
        options |= {"exif": tags, "compression": None if set(tags) & _SUB_DIRECTORIES else "tiff_lzw"}
    return options


def _told_of_pixels(size_wh: tuple[int, int]) -> dict[str, int]:
    """What XMP says of the pixels of a crop, by the names of its properties."""
    width, height = size_wh
    return {
        "tiff:Orientation": 1,
        "tiff:ImageWidth": width,
        "tiff:ImageLength": height,
        "exif:PixelXDimension": width,
        "exif:PixelYDimension": height,
    }


def _exif_for(image: Image.Image, crop: Image.Image) -> bytes:
    """EXIF for the crop: upright, of the new size. The old thumbnail, which shows the whole photo, is not kept."""
    exif = image.getexif()
    details = exif.get_ifd(_EXIF_IFD)
    if _PIXEL_X_DIMENSION in details:
        details[_PIXEL_X_DIMENSION], details[_PIXEL_Y_DIMENSION] = crop.size
    for tag in _PLACES_IN_PICTURE:
        details.pop(tag, None)
    if _WIDTH_TAG in exif:
        exif[_WIDTH_TAG], exif[_HEIGHT_TAG] = crop.size
    if _ORIENTATION_TAG in exif:
        exif[_ORIENTATION_TAG] = 1
    return exif.tobytes()


def _without_layout(image: Image.Image, crop: Image.Image) -> Image.Exif:
    """A TIFF's tags less those that tell how the old pixels lie in the file (TIFF 6.0, sections 3 to 15)."""
    exif = Image.Exif()
    exif.load(_exif_for(image, crop))
    kept = Image.Exif()
    for tag in set(exif) - _TIFF_LAYOUT_TAGS - _SUB_DIRECTORIES:
        kept[tag] = exif[tag]
    for tag in _SUB_DIRECTORIES:
        if below := exif.get_ifd(tag):
            kept.get_ifd(tag).update(below)
            kept[tag] = 0  # Pillow writes a directory where its tag is there, whatever it holds
    return kept


def _png_texts(image: Image.Image) -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    for name, text in getattr(image, "text", {}).items():
        if name != _PNG_XMP:  # written by `xmp`, with its orientation put right
            texts.add_itxt(name, text) if isinstance(text, PngImagePlugin.iTXt) else texts.add_text(name, text)
    return texts


def _subsampling(image: Image.Image) -> int:
    """The source's own chroma subsampling, 4:4:4 where it has none or an unusual one."""
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        return 0
    return max(JpegImagePlugin.get_sampling(image), 0)
