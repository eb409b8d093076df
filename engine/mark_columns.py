"""What a person said of many photos, as columns: a hundred thousand are marked, and marked back, in milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.album_columns import UNRATED
from engine.catalogue_records import Mark
from engine.ratings import REJECTED, StarMapping
from engine.ratings import UNRATED as SAID_UNRATED


@dataclass(frozen=True, eq=False)
class MarkColumns:
    """The marks of photos, told by their paths: the number of a content changes when stars are written into its file.

    Attributes:
        paths: absolute, (N,).
        stars: int8 (N,), as in `engine.album_columns.COLUMNS`.
        pick: int8 (N,), 1 picked, -1 rejected, 0 neither.
        by_score: bool (N,), whether the stars were made from a score.
    """

    paths: Sequence[str]
    stars: npt.NDArray[np.int8]
    pick: npt.NDArray[np.int8]
    by_score: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, part: slice) -> "MarkColumns":
        return MarkColumns(self.paths[part], self.stars[part], self.pick[part], self.by_score[part])

    def marks(self) -> list[Mark]:
        """One by one, for storing."""
        columns = zip(self.stars.tolist(), self.pick.tolist(), self.by_score.tolist(), strict=True)
        return [Mark(None if stars == UNRATED else stars, pick, by_score) for stars, pick, by_score in columns]

    def other_stars(self, before: "MarkColumns") -> npt.NDArray[np.bool_]:
        """Which photos have other stars than before, or from somebody else: bool (N,)."""
        return np.asarray((self.stars != before.stars) | (self.by_score != before.by_score), np.bool_)

    def says_same(self, before: "MarkColumns") -> bool:
        """Whether nothing is said that was not said before of the same photos."""
        return not self.other_stars(before).any() and np.array_equal(self.pick, before.pick)

    # What a person says

    def picked(self, pick: int) -> "MarkColumns":
        """All picked (1), rejected (-1) or neither (0), also where another program rejected them."""
        stars = self.stars if pick else np.where(self.stars == REJECTED, SAID_UNRATED, self.stars).astype(np.int8)
        return replace(self, pick=np.full_like(self.pick, pick), stars=stars)

    def rated(self, stars: int) -> "MarkColumns":
        """All with so many stars, given by a person."""
        return replace(self, stars=np.full_like(self.stars, stars), by_score=np.zeros_like(self.by_score))

    def rated_by_score(self, points: npt.NDArray[np.float32], mapping: StarMapping) -> "MarkColumns":
        """Those that no person rated with stars from their points (N,), 0 to 100."""
        free = self.by_score | np.isin(self.stars, (UNRATED, SAID_UNRATED))
        stars = np.where(free, mapping.stars_of(points), self.stars).astype(np.int8)
        return replace(self, stars=stars, by_score=free)
