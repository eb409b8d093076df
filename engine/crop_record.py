"""What earlier runs made, in the folder of their crops: a line for each, added once its file is whole."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import PictureError
from engine.geometry import Box

# Hidden, beside the crops.
RECORD_NAME = ".selfie-studio-crops.jsonl"


@dataclass(frozen=True)
class MadeCrop:
    """A crop that an earlier run made.

    Attributes:
        target: its file.
        box: in pixels of the upright photo.
        angle_deg: what that was levelled by, as `engine.level` has it; the box is of what that left.
    """

    target: Path
    box: Box
    angle_deg: float


class CropRecord:
    """The crops that earlier runs made.

    Args:
        folder: of the crops; None for one that remembers nothing.

    Attributes:
        lines: as they were read, with those that were added since.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / RECORD_NAME if folder else None
        self.lines = list(self._read())

    def find(self, photo: Path, how: Sequence[str | int | None]) -> MadeCrop | None:
        """The crop that was made of this very photo in the same way, if it is still there."""
        wanted = _key(photo, how)
        for line in reversed(self.lines):
            if line["key"] == wanted and Path(line["target"]).is_file():
                return MadeCrop(Path(line["target"]), Box(*line["box_xyxy"]), line.get("angle_deg", 0.0))
        return None

    def add(self, photo: Path, how: Sequence[str | int | None], made: MadeCrop) -> None:
        """Remember a crop that was written.

        Raises:
            PictureError: it cannot be written down.
        """
        if self._file is None:
            return
        line: dict[str, Any] = {"key": _key(photo, how), "target": str(made.target.resolve())}
        line |= {"box_xyxy": made.box.xyxy, "angle_deg": made.angle_deg}
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise PictureError(self._file, f"cannot be written ({error.strerror})", passing=True) from error
        self.lines.append(line)

    def _read(self) -> Iterator[dict[str, Any]]:
        if self._file is None or not self._file.is_file():
            return
        for text in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue  # a line that was cut short
            if isinstance(line, dict) and {"key", "target", "box_xyxy"} <= line.keys():
                yield line


def _key(photo: Path, how: Sequence[str | int | None]) -> list[str | int | None]:
    """What a crop was made of and how: another photo of that name, or another size, is cropped anew."""
    try:
        found = photo.stat()
    except OSError as error:
        raise PictureError(photo, f"this file cannot be read ({error.strerror})", passing=True) from error
    return [str(photo.resolve()), found.st_size, found.st_mtime_ns, *how]
