"""Changes of marks in portions, each stored in one step: a hundred thousand photos are not marked in one go."""

from collections.abc import Iterator
from pathlib import Path

from engine.catalogue import Catalogue, UnwrittenStars
from engine.mark_columns import MarkColumns
from engine.progress import Progress
from engine.resources import SAMPLES
from studio.star_place import star_place

STEP = 1000


def store_marks(
    before: MarkColumns, after: MarkColumns, catalogue: Catalogue, *, undoing: bool = False, rewrites: bool = False
) -> Iterator[Progress[MarkColumns]]:
    """Store how photos are marked, and which stars are to be written where stars are kept.

    Args:
        before: how the photos were marked.
        after: how they are.
        catalogue: where marks are kept.
        undoing: stars may take the place of those that a person gave.
        rewrites: stars that did not change are to be written, too.

    Yields:
        Progress with each portion once it is stored.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    place = star_place()
    for start in range(0, len(after), STEP):
        part = slice(start, start + STEP)
        marked = after[part]
        marks = list(zip(map(Path, marked.paths), marked.marks(), strict=True))
        changed = marked.other_stars(before[part]).tolist()
        unwritten = [
            UnwrittenStars(path, mark.stars, mark.by_score, place, undoing)
            for (path, mark), is_other in zip(marks, changed, strict=True)
            # The program's own samples are never written to.
            if place is not None and (rewrites or is_other) and SAMPLES not in path.parents
        ]
        catalogue.mark_files(marks, unwritten)
        yield Progress(start + len(marked), len(after), "", (marked,))
