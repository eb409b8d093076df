"""How photos are marked before and after a change, in portions: a hundred thousand are not marked in one go."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from engine.album import Album
from engine.album_columns import UNRATED as NO_STARS
from engine.album_columns import Rows
from engine.catalogue import Mark, UnwrittenStars
from engine.resources import SAMPLES
from studio.star_place import star_place

STEP = 1000
Marks = Mapping[Path, Mark]
# Of some photos, before and after.
MarkStep = tuple[Marks, Marks]


def changes_of(album: Album, rows: Rows, change: Callable[[Mark, float], Mark]) -> Iterator[MarkStep]:
    """How photos are marked and will be.

    Args:
        album: read before this returns; what is returned may be gone through by another thread.
        rows: of photos.
        change: takes a mark and the points that a photo has, and gives its new mark.
    """
    paths = album.path_names(rows)
    names = ("stars", "pick", "by_score", "points")
    columns = [album.numbers[name][rows] for name in names]

    def steps() -> Iterator[MarkStep]:
        for start in range(0, len(paths), STEP):
            stop = start + STEP
            before, after = {}, {}
            numbers = zip(*(column[start:stop].tolist() for column in columns), strict=True)
            for path, (stars, pick, by_score, points) in zip(map(Path, paths[start:stop]), numbers, strict=True):
                before[path] = mark = Mark(None if stars == NO_STARS else stars, pick, by_score)
                after[path] = change(mark, points)
            yield before, after

    return steps()


def in_steps(before: Marks, after: Marks) -> Iterator[MarkStep]:
    """A change of the same photos in portions."""
    all_paths = list(after)
    for start in range(0, len(all_paths), STEP):
        paths = all_paths[start : start + STEP]
        yield {path: before[path] for path in paths}, {path: after[path] for path in paths}


def unwritten_stars(before: Marks, after: Marks, *, undoing: bool, rewrites: bool) -> list[UnwrittenStars]:
    """The stars to be written where stars are kept; the program's own samples are never written to.

    Args:
        before: how photos were marked.
        after: how they are.
        undoing: stars may take the place of those that a person gave.
        rewrites: those that did not change too.
    """
    place = star_place()
    if place is None:
        return []
    return [
        UnwrittenStars(path, mark.stars, mark.by_score, place, undoing)
        for path, mark in after.items()
        if (rewrites or _stars(mark) != _stars(before[path])) and SAMPLES not in path.parents
    ]


def _stars(mark: Mark) -> tuple[int | None, bool]:
    return mark.stars, mark.by_score
