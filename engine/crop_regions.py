"""Faces that a photo's metadata name follow its crop, or the photo turned upright: they are told of where they lie in
it, or not at all.

They stand there by their middle and size, in shares of the picture's sides as it is stored (namespace mwg-rs: Metadata
Working Group, Guidelines for Handling Image Metadata 2.0, 5.9). Microsoft's older list (MP) is taken out: of a photo
that lies on its side, programs disagree about its axes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.geometry import Box
from engine.level import level_matrix
from engine.metadata import set_all

_ROOT, _LIST, _MICROSOFT = "Xmp.mwg-rs.Regions", "Xmp.mwg-rs.Regions/mwg-rs:RegionList", "Xmp.MP.RegionInfo"
_MEMBER = re.compile(re.escape(_LIST) + r"\[(\d+)\](.*)", re.DOTALL)
_AREA = tuple(f"/mwg-rs:Area/stArea:{name}" for name in ("x", "y", "w", "h"))
_UNIT = "/mwg-rs:Area/stArea:unit"
_SIZE = tuple(f"{_ROOT}/mwg-rs:AppliedToDimensions/stDim:{name}" for name in ("w", "h"))

Region = dict[str, str]


@dataclass(frozen=True)
class CutOut:
    """What a crop shows of its photo.

    Attributes:
        stored_wh: of the photo as it is stored.
        orientation: of that, as EXIF has it; 1 where the crop is stored as the photo is.
        box: in pixels of the upright photo, levelled where it was.
        angle_deg: what it was levelled by.
    """

    stored_wh: tuple[int, int]
    orientation: int
    box: Box
    angle_deg: float = 0.0

    def moved(self, left: float, top: float, width: float, height: float) -> tuple[float, float, float, float] | None:
        """A part of the photo as a part of the crop, both as left, top, width and height in shares of the sides.

        What reaches over the crop's edge is cut; None where the middle lies outside.
        """
        stored_w, stored_h = self.stored_wh
        x0, y0 = round(left * stored_w), round(top * stored_h)
        x1, y1 = max(round((left + width) * stored_w), x0 + 1), max(round((top + height) * stored_h), y0 + 1)
        part = np.array(Box(x0, y0, x1, y1).as_upright(self.stored_wh, self.orientation).xyxy, np.float64)
        corner, sides = np.array(self.box.xyxy[:2]), np.array([self.box.width, self.box.height])
        middle = (part[:2] + part[2:]) / 2
        turned = self._levelled(middle)
        if not ((turned >= corner) & (turned < corner + sides)).all():
            return None
        shares = (part.reshape(2, 2) + turned - middle - corner) / sides
        (x, y), (right, bottom) = np.clip(shares, 0, 1).tolist()
        return x, y, right - x, bottom - y

    def _levelled(self, point_xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if not self.angle_deg:
            return point_xy
        width, height = self.stored_wh
        upright_wh = (height, width) if self.orientation in (5, 6, 7, 8) else (width, height)
        matrix, _ = level_matrix(upright_wh, self.angle_deg)
        return np.asarray(matrix[:, :2] @ point_xy + matrix[:, 2], np.float64)


def has_regions(xmp: Any) -> bool:
    """Whether parts of the photo are named."""
    return _ROOT in xmp or _MICROSOFT in xmp


def move_regions(exiv2: ModuleType, xmp: Any, cut_out: CutOut, size_wh: tuple[int, int]) -> None:
    """Let exiv2's XMP of a crop tell of its own regions in place of the photo's.

    Args:
        exiv2: from `exiv2_alone`, inside of which this is called.
        xmp: as it is in the photo.
        cut_out: what the crop shows.
        size_wh: of the crop's file.
    """
    told, others = dict[str, str](), exiv2.XmpData()
    for datum in xmp:
        if datum.key().startswith((_ROOT, _MICROSOFT)):
            told[datum.key()] = str(datum.value())
        else:
            others.add(datum)
    xmp.clear()  # to take thousands out one by one would take minutes
    for datum in others:
        xmp.add(datum)
    regions = [moved for region in _regions(told) if (moved := _moved(region, cut_out))]
    if not regions:
        return
    kept = {key: text for key, text in told.items() if key.startswith(_ROOT) and not _MEMBER.fullmatch(key)}
    kept |= {key: str(side) for key, side in zip(_SIZE, size_wh, strict=True) if key in told}
    for number, region in enumerate(regions, start=1):
        kept |= {f"{_LIST}[{number}]{field}": text for field, text in region.items()}
    for key, text in kept.items():
        value = exiv2.XmpTextValue()
        value.read(text)  # 'type="Struct"' and its like, which exiv2 says of what holds others, make one again
        xmp.add(exiv2.XmpKey(key), value)


def turn_regions(exiv2: ModuleType, xmp: Any, orientation: int, size_wh: tuple[int, int]) -> None:
    """Let exiv2's XMP of a photo that was turned upright, and reduced perhaps, tell of its regions as they lie now.

    Args:
        exiv2: from `exiv2_alone`, inside of which this is called.
        xmp: as it is in the photo.
        orientation: of the photo as it was stored, 1 to 8 as EXIF has it.
        size_wh: of the upright file.
    """
    if orientation == 1:
        set_all(xmp, {key: str(side) for key, side in zip(_SIZE, size_wh, strict=True) if key in xmp})
    elif has_regions(xmp):
        stored_wh = size_wh[::-1] if orientation in (5, 6, 7, 8) else size_wh
        move_regions(exiv2, xmp, CutOut(stored_wh, orientation, Box(0, 0, *size_wh)), size_wh)


def _regions(told: Mapping[str, str]) -> list[Region]:
    """The members of the list, each as its fields."""
    regions: dict[int, Region] = {}
    for key, text in told.items():
        if found := _MEMBER.fullmatch(key):
            regions.setdefault(int(found[1]), {})[found[2]] = text
    return list(regions.values())


def _moved(region: Region, cut_out: CutOut) -> Region | None:
    """The region in the crop; None where it lies outside, or is no rectangle in shares: a point, a circle, nonsense."""
    if region.get(_UNIT, "normalized") != "normalized":
        return None
    try:
        x, y, width, height = (float(region[field]) for field in _AREA)
        area = cut_out.moved(x - width / 2, y - height / 2, width, height)
    except (KeyError, ValueError, OverflowError):
        return None
    if area is None:
        return None
    left, top, width, height = area
    shares = (left + width / 2, top + height / 2, width, height)
    return region | {field: f"{share:.6f}" for field, share in zip(_AREA, shares, strict=True)}
