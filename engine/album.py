"""An album as columns of numbers: a hundred thousand photos are sorted, filtered and counted in milliseconds.

A row is one file. Rows are told by their number, which stays the same until a row is removed; what is shown is an array
of row numbers in the order of showing.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.album_columns import COLUMNS, LISTED, NULLS, UNKNOWN, UNRATED, Rows, as_numbers
from engine.catalogue import ListRow, Mark
from engine.checkpoint import ModelCard
from engine.groups import keep_best
from engine.mark_columns import MarkColumns
from engine.photo_filter import PhotoFilter, SortKey, rows_that_match
from engine.ratings import UNRATED as SAID_UNRATED
from engine.scan import ScoredPhoto

_DIGITS = re.compile(r"\d+")
# Rows that are made in one go.
_AT_ONCE = 1000


@dataclass(frozen=True)
class PhotoRow:
    """One row, for showing.

    Attributes:
        points: 0 to 100; None for a bad file.
        older_model: whether the score is that of an older model.
        faces: how many.
        eyes_closed: people whose eyes are shut.
        mark: what a person said of it.
        error: why it is a bad file; None for a photo.
        group: its group's number, UNKNOWN where it stands alone.
    """

    path: Path
    content: int
    size_wh: tuple[int, int]
    points: float | None
    older_model: bool
    faces: int
    eyes_closed: int
    taken: float | None
    mark: Mark
    error: str | None
    group: int


class Album:
    """Photos and bad files. Not for two threads at once.

    Args:
        card: of the model whose scores are shown.
    """

    def __init__(self, card: ModelCard) -> None:
        self._card = card
        self._count = 0
        self._numbers = np.zeros(256, COLUMNS)
        self._paths: list[str] = []
        self._folded_names: list[str] = []  # to be searched
        self._natural_names: list[str] = []  # to be sorted
        self._rows_by_name: Rows = np.empty(0, np.int32)
        self._errors: dict[int, str] = {}
        self._row_by_path: dict[str, int] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def numbers(self) -> np.ndarray:
        """The columns of all rows, a structured array (N,); to be read, not written."""
        return self._numbers[: self._count]

    # What comes in

    def add_listed(self, rows: Iterable[ListRow]) -> None:
        """Add photos as the catalogue lists them (`Catalogue.each_photo`), none of them here already."""
        # Without a list of the rows between: half of the time that a hundred thousand take went into it.
        listed = np.fromiter(rows, LISTED)
        start, count = self._count, len(listed)
        self._reserve(start + count)
        new = self._numbers[start : start + count]
        for name in set(COLUMNS.names or ()) & set(LISTED.names or ()):
            values = listed[name]
            new[name] = np.where(np.isnan(values), NULLS[name], values) if name in NULLS else values
        new["older_model"] = np.isnan(new["logit"]) & ~np.isnan(new["points"])
        self._place_older(new)
        new["group"] = UNKNOWN
        self._paths += map(os.fsdecode, listed["path"].tolist())
        self._errors.update((start + place, str(error)) for place, error in enumerate(listed["error"]) if error)
        self._count += count

    def prepare_names(self) -> None:
        """Make paths and names ready to be looked up, searched and sorted, by any thread.

        A hundred thousand take a fifth of a second for it, which nobody who wants to see them first has to wait for.
        """
        self._rows_by_path_now()
        folded, natural = self._folded_names_now(), self._natural_names
        if len(natural) < len(folded):
            self._natural_names = [*natural, *map(_natural, folded[len(natural) :])]

    # Another thread may be at the same: each makes all that is missing, then takes it for the old in one step.

    def _rows_by_path_now(self) -> dict[str, int]:
        rows = self._row_by_path
        if len(rows) != len(self._paths):
            rows = dict(zip(self._paths, range(len(self._paths)), strict=False))
            self._row_by_path = rows
        return rows

    def _folded_names_now(self) -> list[str]:
        folded = self._folded_names
        if len(folded) != len(self._paths):
            known = folded if len(folded) < len(self._paths) else []
            new = self._paths[len(known) :]
            folded = [*known, *(path[path.rfind(os.sep) + 1 :].casefold() for path in new)]
            self._folded_names = folded
        return folded

    def _place_older(self, new: np.ndarray) -> None:
        """Let scores of an older model, told in points, stand among those of this one."""
        older = new["older_model"]
        reference = self._card.reference_logits
        new["logit"][older] = np.interp(new["points"][older], np.linspace(0, 100, len(reference)), reference)

    def put(self, photos: Iterable[ScoredPhoto]) -> None:
        """Add photos, or take them in place of what was said of the same files before."""
        rows = self._rows_by_path_now()
        for photo in photos:
            path = str(photo.path.absolute())
            row = rows.get(path)
            if row is None:
                row = self._count
                self._reserve(row + 1)
                self._count += 1
                self._paths.append(path)
                rows[path] = row
                self._numbers[row] = np.zeros((), COLUMNS)
                self._numbers[row]["group"] = UNKNOWN
            self._errors.pop(row, None)
            if photo.error:
                self._errors[row] = photo.error
            self._numbers[row] = as_numbers(photo, int(self._numbers[row]["group"]))

    def remove(self, paths: Iterable[Path]) -> None:
        """Take files out; the rows after them get new numbers."""
        gone = {row for path in paths if (row := self.row_of(path)) is not None}
        if not gone:
            return
        stay = np.ones(self._count, bool)
        stay[list(gone)] = False
        kept = np.flatnonzero(stay)
        self._numbers[: len(kept)] = self._numbers[: self._count][kept]
        self.prepare_names()
        self._paths, self._folded_names, self._natural_names = (
            [texts[row] for row in kept.tolist()] for texts in (self._paths, self._folded_names, self._natural_names)
        )
        self._rows_by_name = np.empty(0, np.int32)
        self._errors = {new: self._errors[old] for new, old in enumerate(kept.tolist()) if old in self._errors}
        self._row_by_path = {path: row for row, path in enumerate(self._paths)}
        self._count = len(kept)

    def mark(self, marks: Mapping[int, Mark]) -> Rows:
        """Take what a person said of contents (by their numbers); the rows that show one of them."""
        stars = [UNRATED if mark.stars is None else mark.stars for mark in marks.values()]
        picks, by_score = [mark.pick for mark in marks.values()], [mark.by_score for mark in marks.values()]
        columns = {"stars": np.array(stars), "pick": np.array(picks), "by_score": np.array(by_score)}
        return self._mark(np.array(list(marks), np.int64), columns)

    def take_marks(self, marks: MarkColumns) -> Rows:
        """Take what a person said of photos; the rows that show one of them, copies too."""
        rows = self.rows_of(marks.paths)
        here = rows != UNKNOWN
        columns = {"stars": marks.stars[here], "pick": marks.pick[here], "by_score": marks.by_score[here]}
        return self._mark(self.numbers["content"][rows[here]], columns)

    def _mark(self, contents: npt.NDArray[np.int64], columns: Mapping[str, np.ndarray]) -> Rows:
        rows = self.rows_with(contents)
        in_order = np.argsort(contents, kind="stable")
        places = in_order[np.searchsorted(contents, self.numbers["content"][rows], sorter=in_order)]
        for name, values in columns.items():
            self.numbers[name][rows] = values[places]
        return rows

    def marks_of(self, rows: Rows) -> MarkColumns:
        """What a person said of the photos in these rows."""
        stars, pick, by_score = (self.numbers[name][rows] for name in ("stars", "pick", "by_score"))
        return MarkColumns(self.path_names(rows), stars, pick, by_score)

    def rows_with(self, contents: npt.ArrayLike) -> Rows:
        """The rows of files that hold one of these contents (their numbers); copies are several."""
        return np.flatnonzero(np.isin(self.numbers["content"], contents)).astype(np.int32)

    def set_content(self, path: Path, content: int) -> None:
        """Take the number of what a file holds now, where the picture stayed the same."""
        row = self.row_of(path)
        if row is not None and self._numbers[row]["content"] != UNKNOWN:
            self._numbers[row]["content"] = content

    def set_groups(self, groups: Mapping[int, int]) -> None:
        """Take the groups of contents (by their numbers): the same number for alike photos; others stand alone."""
        contents = self.numbers["content"].tolist()
        self.numbers["group"] = [groups.get(content, UNKNOWN) for content in contents]

    def _reserve(self, count: int) -> None:
        if count > len(self._numbers):
            larger = np.zeros(max(count, 2 * len(self._numbers)), COLUMNS)
            larger[: self._count] = self._numbers[: self._count]
            self._numbers = larger

    # What is asked

    def path(self, row: int) -> Path:
        return Path(self._paths[row])

    def rows_of(self, paths: Iterable[Path | str]) -> Rows:
        """The rows of many absolute paths; UNKNOWN for those that are not here."""
        rows_by_path = self._rows_by_path_now()
        return np.array([rows_by_path.get(str(path), UNKNOWN) for path in paths], np.int32)

    def path_names(self, rows: Rows) -> list[str]:
        """The paths of many rows, as text."""
        return [self._paths[row] for row in rows.tolist()]

    @property
    def rated_by_person(self) -> npt.NDArray[np.bool_]:
        """Which rows stars from scores leave alone: bool (N,)."""
        is_rated = ~np.isin(self.numbers["stars"], (UNRATED, SAID_UNRATED))
        return np.asarray(is_rated & ~self.numbers["by_score"], np.bool_)

    def row_of(self, path: Path) -> int | None:
        """The row of a file; None if it is not here."""
        return self._rows_by_path_now().get(str(path.absolute()))

    def photos(self, rows: Rows) -> list[PhotoRow]:
        """Many rows, ten times as fast as one by one."""
        return list(self.photos_later(rows))

    def photos_later(self, rows: Rows) -> Iterator[PhotoRow]:
        """The same for very many: read before this returns, to be gone through later, and by any thread."""
        names = ("points", "taken", "stars", "pick", "by_score", "content", "width", "height", "older_model", "faces")
        columns = [self.numbers[name][rows] for name in (*names, "eyes_closed", "group")]
        errors = [self._errors.get(row) for row in rows.tolist()]
        paths = self.path_names(rows)

        def made() -> Iterator[PhotoRow]:
            for start in range(0, len(paths), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                values = (column[part].tolist() for column in columns)
                yield from map(self._photo, paths[part], errors[part], *values)

        return made()

    @staticmethod
    def _photo(
        path: str,
        error: str | None,
        points: float,
        taken: float,
        stars: int,
        pick: int,
        by_score: bool,
        content: int,
        width: int,
        height: int,
        older_model: bool,
        faces: int,
        eyes_closed: int,
        group: int,
    ) -> PhotoRow:
        return PhotoRow(
            path=Path(path),
            content=content,
            size_wh=(width, height),
            points=None if isnan(points) else points,
            older_model=older_model,
            faces=faces,
            eyes_closed=eyes_closed,
            taken=None if isnan(taken) else taken,
            mark=Mark(None if stars == UNRATED else stars, pick, by_score),
            error=error,
            group=group,
        )

    def photo(self, row: int) -> PhotoRow:
        """One row, for showing."""
        return self.photos(np.array([row], np.int32))[0]

    def folders(self) -> set[str]:
        """The folders that photos are in."""
        return {path[: path.rfind(os.sep)] for path in self._paths}

    @property
    def bad_files(self) -> int:
        """How many files cannot be read."""
        return len(self._errors)

    def group_size(self, group: int) -> int:
        """How many photos are in a group; 1 for UNKNOWN."""
        return 1 if group == UNKNOWN else int((self.numbers["group"] == group).sum())

    def members(self, group: int) -> Rows:
        """The rows of a group, best first; none for UNKNOWN."""
        rows = np.flatnonzero((self.numbers["group"] == group) & (group != UNKNOWN)).astype(np.int32)
        return rows[np.argsort(-self.numbers["logit"][rows], kind="stable")]

    def beyond_best(self, keep: int) -> Rows:
        """The rows of groups beyond the best so many of each; none that a person picked or rejected."""
        rows = np.flatnonzero(self.numbers["group"] != UNKNOWN).astype(np.int32)
        kept = keep_best(self.numbers["group"][rows], self.numbers["logit"][rows], keep)
        return np.asarray(rows[~kept & (self.numbers["pick"][rows] == 0)], np.int32)

    def select(self, wanted: PhotoFilter, key: SortKey = SortKey.SCORE, *, turned: bool = False) -> Rows:
        """The rows to show, in order; bad files come last however the rest is sorted.

        Args:
            wanted: which.
            key: by what: best, newest, first by name, most stars or sharpest first.
            turned: the other way round.
        """
        rows = np.flatnonzero(self.matches(wanted)).astype(np.int32)
        rows = rows[np.argsort(self._order(key, turned=turned)[rows], kind="stable")]
        return self._best_of_groups(rows) if wanted.stacked else rows

    def matches(self, wanted: PhotoFilter) -> npt.NDArray[np.bool_]:
        """Which rows a filter lets through, stacks aside: bool (N,)."""
        return rows_that_match(wanted, self.numbers, self._folded_names_now() if wanted.text else ())

    def _order(self, key: SortKey, *, turned: bool) -> npt.NDArray[np.float64]:
        """A number for each row: the smaller, the earlier it is shown."""
        numbers = self.numbers
        by_score = -numbers["logit"].astype(np.float64)
        match key:
            case SortKey.SCORE:
                order = by_score
            case SortKey.DATE:
                order = -numbers["taken"]
            case SortKey.NAME:
                order = self._name_ranks().astype(np.float64)
            case SortKey.RATING:
                # Of the same rating, the better score first.
                order = -1000.0 * numbers["stars"] + by_score
            case SortKey.SHARPNESS:
                order = -numbers["sharpness"].astype(np.float64)
        if turned:
            order = -order
        # What is not known stands behind what is, and bad files behind everything.
        order = np.where(np.isnan(order), np.finfo(np.float64).max, order)
        return np.where(numbers["content"] == UNKNOWN, np.inf, order)

    def _name_ranks(self) -> Rows:
        self.prepare_names()
        if len(self._rows_by_name) != self._count:
            # What was sorted before stays a sorted run: sorting anew costs little while photos come in.
            rows = [*self._rows_by_name.tolist(), *range(len(self._rows_by_name), self._count)]
            rows.sort(key=self._natural_names.__getitem__)
            self._rows_by_name = np.array(rows, np.int32)
        ranks = np.empty(self._count, np.int32)
        ranks[self._rows_by_name] = np.arange(self._count, dtype=np.int32)
        return ranks

    def _best_of_groups(self, rows: Rows) -> Rows:
        """Rows in their order, of each group that one alone which scores highest."""
        groups = self.numbers["group"][rows]
        stay = groups == UNKNOWN
        stay[~stay] = keep_best(groups[~stay], self.numbers["logit"][rows][~stay], 1)
        return np.asarray(rows[stay], np.int32)


def _natural(name: str) -> str:
    """What sorts IMG_2 before IMG_10."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(12), name)
