"""Saves a photo taken in the program: a JPEG of full size that says when it was taken and what it scored.

The score stands in XMP under a name of our own. It is not written as a rating: that is for a person to give.
"""

import errno
import math
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import ExifTags, Image, ImageCms

from engine.errors import PictureError
from engine.files import reserve_unused, temporary_beside
from engine.pictures import open_image
from engine.pixels import Pixels

JPEG_QUALITY = 95
FULL_CHROMA = 0  # Pillow's name for 4:4:4: a face's small red and blue details keep their edges
PROGRAM = "Selfie Studio"
# An address that is certain never to belong to anyone (RFC 2606); it is a name, nobody looks it up.
SCORE_NAMESPACE = "https://selfie-studio.invalid/ns/1.0/"
_SCORE = f"{{{SCORE_NAMESPACE}}}Score"
_NAMESPACES = {
    "xmlns:rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmlns:xmp": "http://ns.adobe.com/xap/1.0/",
    "xmlns:selfiestudio": SCORE_NAMESPACE,
}
# Around every packet, so that it is found by those who do not know the file's format (XMP specification, part 1, 7.3).
_PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{}<?xpacket end="w"?>'
# What XML 1.0 cannot hold even escaped: control signs, and the halves of signs that stand for bytes in file names.
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A JPEG holds 64 kB of XMP at most, and a model's name is no place for a book.
_MODEL_CHARACTERS = 500


def save_selfie(
    pixels: Pixels, folder: Path, taken: datetime, points: float, *, model: str, mirrored: bool = False
) -> Path:
    """Write a photo to a new file; no other is touched.

    Args:
        pixels: RGB uint8 (H, W, 3), in sRGB.
        folder: where to; made where it is missing.
        taken: when; without a time zone it is this machine's local time.
        points: its score, 0 to 100.
        model: the name of what scored it.
        mirrored: save the mirror image of `pixels`.

    Returns:
        The new file, `selfie-2026-11-24-183012.jpg`; where that is taken, -2, -3 ... is added.

    Raises:
        PictureError: nothing can be written to the folder.
    """
    moment = taken if taken.tzinfo else taken.astimezone()
    image = Image.fromarray(np.ascontiguousarray(pixels[:, ::-1]) if mirrored else pixels)
    exif, xmp = _exif_for(moment), _xmp_for(moment, points, model)
    target = _claim(folder, f"selfie-{moment:%Y-%m-%d-%H%M%S}.jpg")
    try:
        with temporary_beside(target) as temporary:
            image.save(
                temporary,
                "JPEG",
                quality=JPEG_QUALITY,
                subsampling=FULL_CHROMA,
                icc_profile=_srgb_profile(),
                exif=exif,
                xmp=xmp,
            )
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PictureError(target, _what_to_do(error)) from error
        raise
    return target


def read_score(path: Path) -> float | None:
    """The score that `save_selfie` wrote, with one decimal; None where the photo carries none.

    Raises:
        PictureError: the photo cannot be read.
    """
    with open_image(path) as image:
        packet = image.info.get("xmp", b"")
    text = packet if isinstance(packet, str) else bytes(packet).decode("utf-8", errors="replace")
    # Entities, with which a small packet fills the memory, can be declared nowhere else.
    if "<!DOCTYPE" in text:
        return None
    try:
        return _score_in(ElementTree.fromstring(text))
    except ElementTree.ParseError:
        return None


def _claim(folder: Path, name: str) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return reserve_unused(folder / name)
    except OSError as error:
        raise PictureError(folder, _what_to_do(error)) from error


def _what_to_do(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the photo cannot be saved, the disk is full: make room on it, or choose another folder"
    return f"the photo cannot be saved here ({error.strerror or error}): choose another folder"


def _exif_for(moment: datetime) -> Image.Exif:
    clock, zone = f"{moment:%Y:%m:%d %H:%M:%S}", f"{moment:%z}"
    offset = f"{zone[:3]}:{zone[3:5]}"
    tag = ExifTags.Base
    exif = Image.Exif()
    exif[tag.Software] = PROGRAM
    exif[tag.DateTime] = clock
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            tag.ExifVersion: b"0231",  # the first that knows offsets from UTC
            tag.DateTimeOriginal: clock,
            tag.OffsetTime: offset,
            tag.OffsetTimeOriginal: offset,
            tag.SubsecTimeOriginal: f"{moment.microsecond // 1000:03}",
            tag.ColorSpace: 1,  # sRGB
        }
    )
    return exif


def _xmp_for(moment: datetime, points: float, model: str) -> bytes:
    root = ElementTree.Element("x:xmpmeta", {"xmlns:x": "adobe:ns:meta/"})
    rdf = ElementTree.SubElement(root, "rdf:RDF", _NAMESPACES)
    description = ElementTree.SubElement(rdf, "rdf:Description", {"rdf:about": ""})
    fields = {
        "xmp:CreateDate": moment.isoformat(timespec="milliseconds"),
        "xmp:CreatorTool": PROGRAM,
        "selfiestudio:Score": f"{points:.1f}",
        "selfiestudio:Model": _NOT_XML.sub("\ufffd", model[:_MODEL_CHARACTERS]),
    }
    for name, value in fields.items():
        ElementTree.SubElement(description, name).text = value
    return _PACKET.format(ElementTree.tostring(root, encoding="unicode")).encode()


def _score_in(packet: ElementTree.Element) -> float | None:
    """The score of a parsed packet: an element as we write it, or an attribute as others write it anew."""
    for element in packet.iter():
        text = element.text if element.tag == _SCORE else element.get(_SCORE)
        if text is not None:
            return _points_from(text)
    return None


def _points_from(text: str) -> float | None:
    try:
        points = float(text)
    except ValueError:
        return None
    return points if math.isfinite(points) and 0 <= points <= 100 else None


@cache
def _srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
