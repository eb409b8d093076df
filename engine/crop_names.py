"""Patterns for the names of crops: "{name}_{aspect}" makes holiday_4x5 of holiday.jpg."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.aspects import Aspect
from engine.geometry import Box

FIELDS: Mapping[str, str] = {
    "name": "the photo's own name, without its suffix",
    "aspect": "the shape, as 4x5",
    "number": "which of the photos it is, 0001 and on",
    "points": "the crop's score, 0 to 100",
    "width": "pixels of the photo that the crop is wide",
    "height": "pixels of the photo that the crop is high",
}
# Separators, and what Windows forbids in names: folders of crops travel.
_FORBIDDEN = frozenset('/\\:*?"<>|')


@dataclass(frozen=True)
class NamePattern:
    """A pattern for names, without a suffix.

    Attributes:
        text: with fields in braces, which `FIELDS` explains.

    Raises:
        ValueError: it names an unknown field, could leave its folder, or is no name everywhere.
    """

    text: str = "{name}_crop-{aspect}"

    def __post_init__(self) -> None:
        try:
            parts = list(string.Formatter().parse(self.text))
        except ValueError as error:
            raise ValueError(f"{self.text!r} is no pattern for names: {error}") from error
        for written, field, how, conversion in parts:
            if field is not None and field not in FIELDS:
                raise ValueError(f"{{{field}}} is no field of a name: {', '.join(FIELDS)} are")
            if how or conversion:
                raise ValueError(f"{{{field}}} stands alone in a name, without : or !")
            bad = sorted(sign for sign in written if sign in _FORBIDDEN or not sign.isprintable())
            if bad:
                raise ValueError(f"{bad[0]!r} cannot stand in a name: folders are named with --out")
        if not self.text.strip() or self.text.startswith(".") or self.text.endswith((".", " ")):
            raise ValueError(f"{self.text!r} is no name: it is empty, hidden, or ends with a dot or a space")

    def fill(self, values: Mapping[str, object]) -> str:
        """The name; every field has a value."""
        return self.text.format(**values).replace("/", "_")


def values_for_names(photo: Path, aspect: Aspect, number: int, points: float, box: Box) -> dict[str, object]:
    """What the fields of `FIELDS` hold for one crop.

    Args:
        photo: its photo.
        aspect: its shape.
        number: which of the photos it is, from 1 on.
        points: its score, 0 to 100.
        box: the crop, in pixels of the photo.
    """
    return {
        "name": photo.stem,
        "aspect": aspect.name.replace(":", "x"),
        "number": f"{number:04}",
        "points": round(points),
        "width": box.width,
        "height": box.height,
    }
