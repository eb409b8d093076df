"""A crop as metadata alone, as Lightroom and Camera Raw understand it: no pixel is touched, and it can be taken back.

The names are those of Camera Raw (`http://ns.adobe.com/camera-raw-settings/1.0/`; XMP specification, part 2, section
3.3): CropTop, CropLeft, CropBottom and CropRight, 0 to 1 of the picture as it is stored, before it is turned upright,
and CropAngle in degrees. Lightroom reads a sidecar for RAW photos alone; of a JPEG or TIFF it reads the file itself.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import PictureError
from engine.files import is_there
from engine.geometry import Box
from engine.metadata import (
    CROP_KEYS,
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
    stored_orientation,
    values_of,
)
from engine.photo_files import check_is_file
from engine.ratings import RatingPlace, sidecar_path

_REPLACEABLE = frozenset((*CROP_KEYS, OF_SUFFIX))
_ELSEWHERE = "choose another place for the crop"
_HAS_CROP, _TOP, _LEFT, _BOTTOM, _RIGHT = CROP_KEYS[:5]


def write_crop_metadata(photo: Path, box: Box, upright_wh: tuple[int, int], place: RatingPlace) -> Path:
    """Write a photo's crop rectangle into its sidecar, or into the photo's own metadata, and touch nothing else.

    Args:
        photo: the photo.
        box: in pixels of the upright, full-size photo.
        upright_wh: width and height of that.
        place: where to.

    Returns:
        The file that was written.

    Raises:
        PictureError: the format cannot hold it, what is there is damaged, it may not be written, or something else
            would have been lost.
    """
    check_is_file(photo)
    target = (photo if place is RatingPlace.FILE else sidecar_path(photo, place)).resolve()
    wanted = _as_written(box, upright_wh, _orientation(photo))
    try:
        if place is RatingPlace.FILE:
            _write_in_file(target, wanted)
        else:
            _write_in_sidecar(photo, target, place, wanted)
    except OSError as error:
        raise PictureError(
            target, f"the crop cannot be saved here ({error.strerror or error})", passing=True
        ) from error
    return target


def read_crop_metadata(photo: Path, upright_wh: tuple[int, int], place: RatingPlace) -> Box | None:
    """The crop rectangle that stands there, in pixels of the upright photo; None where there is none.

    Raises:
        PictureError: there is no such file, or it is damaged.
    """
    check_is_file(photo)
    file = photo if place is RatingPlace.FILE else sidecar_path(photo, place)
    if not is_there(file):
        return None
    with exiv2_alone(file) as exiv2:
        image = (
            open_with_exiv2(exiv2, file)
            if place is RatingPlace.FILE
            else parse_sidecar(exiv2, file, sidecar_text(file))
        )
        xmp = image.xmpData()
        if _HAS_CROP not in xmp or str(xmp[_HAS_CROP].value()).lower() != "true" or not is_for(photo, xmp):
            return None
        left, top, right, bottom = (float(str(xmp[key].value())) for key in (_LEFT, _TOP, _RIGHT, _BOTTOM))
    orientation = _orientation(photo)
    width, height = _stored_wh(upright_wh, orientation)
    try:
        stored = Box(round(left * width), round(top * height), round(right * width), round(bottom * height))
    except (ValueError, OverflowError) as error:
        raise PictureError(file, "the crop that it holds is empty") from error
    return stored.as_upright((width, height), orientation)


def _orientation(photo: Path) -> int:
    with exiv2_alone(photo) as exiv2:
        return stored_orientation(open_with_exiv2(exiv2, photo))


def _stored_wh(upright_wh: tuple[int, int], orientation: int) -> tuple[int, int]:
    width, height = upright_wh
    return (height, width) if orientation in (5, 6, 7, 8) else (width, height)


def _as_written(box: Box, upright_wh: tuple[int, int], orientation: int) -> dict[str, str]:
    width, height = _stored_wh(upright_wh, orientation)
    x0, y0, x1, y1 = box.as_stored((width, height), orientation).xyxy
    shares = (y0 / height, x0 / width, y1 / height, x1 / width)
    edges = [f"{min(max(share, 0), 1):.6f}" for share in shares]  # six digits, as Lightroom: finer than a pixel
    return dict(zip(CROP_KEYS, ("True", *edges, "0", "0"), strict=True))


def _write_in_file(photo: Path, wanted: Mapping[str, Any]) -> None:
    with exiv2_alone(photo) as exiv2:
        read_at, content = photo.stat().st_mtime_ns, photo.read_bytes()
        image = exiv2.ImageFactory.open(content)
        if not can_be_written(image, photo):
            raise PictureError(photo, f"this format cannot hold a crop: {_ELSEWHERE}")
        image.readMetadata()
        set_all(image.xmpData(), wanted)
        changed = file_with_metadata_of(exiv2, photo, content, image, _REPLACEABLE, _ELSEWHERE)
    if photo.stat().st_mtime_ns != read_at:
        raise PictureError(photo, "another program changed it just now: try again", passing=True)
    replace_file(photo, changed)


def _write_in_sidecar(photo: Path, sidecar: Path, place: RatingPlace, wanted: Mapping[str, Any]) -> None:
    old = sidecar_text(sidecar) if sidecar.exists() else ""
    with exiv2_alone(sidecar) as exiv2:
        image = parse_sidecar(exiv2, sidecar, old)
        xmp = image.xmpData()
        if not is_for(photo, xmp):
            raise PictureError(sidecar, f"this is the sidecar of a {xmp[OF_SUFFIX].value()} file")
        replaced = values_of(xmp, _REPLACEABLE)
        set_all(xmp, wanted)
        if not old and place is RatingPlace.SIDECAR:
            xmp[OF_SUFFIX] = photo.suffix[1:].upper()
        new = sidecar_content(exiv2, sidecar, xmp)
    if old:
        check_no_xmp_lost(sidecar, old, new, replaced, _ELSEWHERE)
    replace_file(sidecar, new.encode())
