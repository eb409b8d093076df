"""Changes of marks in portions, each stored in one step: a hundred thousand photos are not marked in one go."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.catalogue import Catalogue, UnwrittenStars
from engine.mark_columns import MarkColumns
from engine.progress import Progress
from engine.resources import SAMPLES
from studio.star_place import star_place

STEP = 1000
_SAMPLES = f"{SAMPLES}{os.sep}"


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
        marks = marked.marks()
        is_other = marked.other_stars(before[part])
        to_write = range(len(marks)) if rewrites else np.flatnonzero(is_other).tolist()
        unwritten = [
            UnwrittenStars(Path(marked.paths[each]), marks[each].stars, marks[each].by_score, place, undoing)
            for each in to_write
            # The program's own samples are never written to.
            if place is not None and not marked.paths[each].startswith(_SAMPLES)
        ]
        catalogue.mark_files(list(zip(marked.paths, marks, strict=True)), unwritten)
        yield Progress(start + len(marked), len(after), "", (marked,))
