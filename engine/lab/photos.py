"""The scored photos of an album that the lab works on, best first."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.album import Album
from engine.album_columns import Rows
from engine.pixels import Floats


@dataclass(frozen=True)
class LabPhotos:
    """N photos, best first; bad files and photos without a score are not among them.

    Attributes:
        paths: of the files.
        contents: int64 (N,), their numbers in the catalogue: equal files share one.
        points: float32 (N,), 0 to 100.
    """

    paths: tuple[Path, ...]
    contents: npt.NDArray[np.int64]
    points: Floats

    def __len__(self) -> int:
        return len(self.paths)

    def those(self, places: npt.NDArray[np.int64]) -> "LabPhotos":
        """Some of them, by their places in this list."""
        return LabPhotos(
            tuple(self.paths[place] for place in places.tolist()), self.contents[places], self.points[places]
        )

    @classmethod
    def of_album(cls, album: Album, rows: Rows | None = None) -> "LabPhotos":
        """Those of some rows of an album, or of all."""
        chosen = np.arange(len(album), dtype=np.int32) if rows is None else rows
        numbers = album.numbers[chosen]
        scored = ~np.isnan(numbers["logit"])
        chosen, numbers = chosen[scored], numbers[scored]
        best_first = np.argsort(-numbers["logit"], kind="stable")
        return cls(
            tuple(album.path(row) for row in chosen[best_first].tolist()),
            numbers["content"][best_first].copy(),
            numbers["points"][best_first].copy(),
        )
