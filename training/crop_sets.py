"""Readers of the public crop sets, in their own formats and in the JSON that later papers share.

    GAICD   annotations/*.txt, a line for each crop: y0 x0 y1 x1 score (Zeng et al., 2019; -2 marks none)
            or JSON {picture: {"bbox": [[x0, y0, x1, y1], ...], "score": [...]}}
    FLMS    JSON {picture: [[x0, y0, x1, y1], ...]}, ten people's crops (Fang et al., 2014)
    FCDB    JSON [{"url": ..., "crop": [x, y, width, height]}, ...] (Chen et al., 2017)
            or JSON {picture: [x, y, width, height]}

The pictures are not among them, nor, in FLMS and FCDB, their sizes. Those are read from the pictures; of GAICD, whose
crops lie on a grid that is symmetric in the picture (x and width - x), they follow from the crops.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.geometry import Box


class CropSetName(StrEnum):
    """The sets that can be read."""

    GAICD = "gaicd"
    FLMS = "flms"
    FCDB = "fcdb"


@dataclass(frozen=True)
class ScoredCrops:
    """A picture of GAICD.

    Attributes:
        picture: its file's name.
        boxes_xyxy: its crops in pixels, float64 (N, 4).
        opinions: their mean opinion scores, 1 to 5, float64 (N,).
    """

    picture: str
    boxes_xyxy: npt.NDArray[np.float64]
    opinions: npt.NDArray[np.float64]

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the picture, as the grid says."""
        low, high = self.boxes_xyxy[:, :2].min(axis=0), self.boxes_xyxy[:, 2:].max(axis=0)
        width, height = low + high
        return round(float(width)), round(float(height))


@dataclass(frozen=True)
class BestCrops:
    """A picture of FLMS or FCDB.

    Attributes:
        picture: its file's name.
        truths: the crops of people, at least one.
    """

    picture: str
    truths: tuple[Box, ...]


def read_scored_crops(source: Path) -> list[ScoredCrops]:
    """GAICD, from the folder of its text files or from JSON.

    Raises:
        ValueError: something else, with what is wrong.
    """
    if source.is_dir():
        files = sorted(source.glob("*.txt"))
        if not files:
            raise ValueError(f"{source} holds no .txt files: name the folder of GAICD's annotations")
        return [_gaicd_text(file) for file in files]
    rows = _mapping(source)
    try:
        return [
            ScoredCrops(name, np.array(row["bbox"], np.float64).reshape(-1, 4), np.array(row["score"], np.float64))
            for name, row in rows.items()
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{source.name} is not GAICD's: each picture has a bbox and a score") from error


def read_best_crops(source: Path, name: CropSetName) -> list[BestCrops]:
    """FLMS or FCDB, from JSON; crops without an area are passed over.

    Raises:
        ValueError: something else, with what is wrong.
    """
    content = _content(source)
    if name is CropSetName.FCDB and isinstance(content, list):
        content = {str(row.get("url", "")).rsplit("/", 1)[-1]: row.get("crop") for row in content}
    if not isinstance(content, dict):
        raise ValueError(f"{source.name} is not {name.upper()}'s: pictures with their crops are expected")  # noqa: TRY004
    try:
        rows = {
            picture: _boxes([crops] if name is CropSetName.FCDB else crops, name) for picture, crops in content.items()
        }
    except (TypeError, ValueError) as error:
        raise ValueError(f"{source.name} is not {name.upper()}'s: a crop has four numbers") from error
    return [BestCrops(picture, boxes) for picture, boxes in rows.items() if boxes]


def read_split(source: Path, part: str) -> set[str]:
    """The pictures of one part (test, train, ...) of a JSON {part: [picture, ...]}.

    Raises:
        ValueError: there is no such part.
    """
    parts = _mapping(source)
    if part not in parts:
        raise ValueError(f"{source.name} has no part {part!r}: {', '.join(parts)}")
    return set(parts[part])


def _gaicd_text(file: Path) -> ScoredCrops:
    try:
        rows = np.array([line.split() for line in file.read_text().splitlines() if line.strip()], np.float64)
        rows = rows.reshape(-1, 5)
    except ValueError as error:
        raise ValueError(f"{file.name}: five numbers are expected in each line: y0 x0 y1 x1 score") from error
    rows = rows[rows[:, 4] >= 0]
    return ScoredCrops(f"{file.stem}.jpg", rows[:, [1, 0, 3, 2]], rows[:, 4])


def _boxes(crops: Any, name: CropSetName) -> tuple[Box, ...]:
    boxes = []
    for crop in crops:
        x0, y0, third, fourth = map(round, crop)
        x1, y1 = (x0 + third, y0 + fourth) if name is CropSetName.FCDB else (third, fourth)
        if x0 < x1 and y0 < y1:
            boxes.append(Box(x0, y0, x1, y1))
    return tuple(boxes)


def _mapping(source: Path) -> Mapping[str, Any]:
    content = _content(source)
    if not isinstance(content, dict):
        raise ValueError(f"{source.name}: an object of pictures is expected")  # noqa: TRY004
    return content


def _content(source: Path) -> Any:
    try:
        return json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{source} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ValueError(f"{source.name} is no JSON") from error
