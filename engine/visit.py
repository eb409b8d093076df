"""What happens when folders are opened as an album: what is known comes at once, then what changed, then the groups."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.album import Album
from engine.album_columns import UNKNOWN
from engine.catalogue import LIST_COLUMNS, Catalogue
from engine.groups import group_photos
from engine.progress import Progress
from engine.scan import ScoredPhoto, find_photos, forget_missing, scan
from engine.scoring import Scorer

# Each takes 5 KB of the catalogue: a tenth of a gigabyte together.
UNHELD_KEPT = 20_000
STEP = 500


@dataclass(frozen=True)
class Listed:
    """The album as the catalogue knows it, before any file was looked at."""

    album: Album


@dataclass(frozen=True)
class Gone:
    """Files that are no longer there."""

    paths: Sequence[Path]


@dataclass(frozen=True)
class Grouped:
    """Groups of alike photos: the number of a content to the number of its group, where it is not alone."""

    groups: dict[int, int]


def visit(
    paths: Sequence[Path], open_catalogue: Callable[[], Catalogue], scorer: Scorer, *, again: bool = False
) -> Iterator[Progress[Listed | Gone | ScoredPhoto | Grouped]]:
    """Open files and folders as an album.

    Args:
        paths: files, taken as they are, and folders, taken with all photos below them.
        open_catalogue: called in the thread that runs this.
        scorer: scores what is new or changed.
        again: the album is shown already: no `Listed`.

    Yields:
        First `Listed`; then `Gone` if files are; then the photos that are new or changed, as `engine.scan.scan` does;
        at last `Grouped`.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    with open_catalogue() as catalogue:
        if not again:
            album = Album(scorer.card)
            album.add_listed(catalogue.each_photo(scorer.card.model_sha256, paths))
            yield Progress(0, 0, "looking for changes", (Listed(album),))
            album.prepare_names()
        files = find_photos(paths)
        if gone := forget_missing(paths, files, catalogue):
            yield Progress(0, 0, f"{len(gone)} files are gone", (Gone(gone),))
        last = Progress[ScoredPhoto](0, 0)
        for last in scan(paths, catalogue, scorer, files=files, only_changes=True):
            yield last
        groups = group_contents(catalogue, scorer.card.model_sha256, paths)
        yield Progress(last.done, last.total, "alike photos found", (Grouped(groups),))
        if not again:
            for _ in forget_old_contents(catalogue):
                yield Progress(last.done, last.total, "tidying up")


def forget_old_contents(catalogue: Catalogue, newest_kept: int = UNHELD_KEPT) -> Iterator[None]:
    """Forget photos that no file holds any more, in steps, the longest known first.

    A photo that is moved to a folder which nobody opened yet is known there at once if it is among the newest so many
    that are kept, or if a person marked it: marks are never forgotten.
    """
    old = catalogue.unheld_contents(newest_kept)
    for start in range(0, len(old), STEP):
        catalogue.forget_contents(old[start : start + STEP])
        yield


def group_contents(catalogue: Catalogue, model_sha256: str, paths: Sequence[Path] | None = None) -> dict[int, int]:
    """The groups of alike photos below these paths, or anywhere: the number of a content to that of its group."""
    rows = catalogue.list_photos(model_sha256, paths)
    content, taken, logit = (LIST_COLUMNS.index(name) for name in ("content", "taken", "logit"))
    # Copies of a photo are one content, and come once.
    scored = {
        int(str(row[content])): (row[taken], row[logit]) for row in rows if row[content] and row[logit] is not None
    }
    contents, embeddings = catalogue.embedding_table(model_sha256, list(scored))
    if not contents:
        return {}
    times, logits = np.array([scored[number] for number in contents], np.float64).T
    groups: npt.NDArray[np.int32] = group_photos(times, embeddings, logits)
    # A photo that several files hold is a group by itself.
    files = Counter(row[content] for row in rows)
    sizes = np.bincount(groups, weights=[files[number] for number in contents])
    alone = frozenset(np.flatnonzero(sizes == 1).tolist())
    pairs = zip(contents, groups.tolist(), strict=True)
    return {number: UNKNOWN if group in alone else group for number, group in pairs}
