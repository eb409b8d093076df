"""What happens when folders are opened as an album: what is known comes at once, then what changed, then the groups."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.album import Album
from engine.catalogue import Catalogue
from engine.progress import Progress
from engine.scan import ScoredPhoto, forget_missing, scan
from engine.scoring import Scorer


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
            album.add_listed(catalogue.list_photos(scorer.card.model_sha256, paths))
            yield Progress(0, 0, "looking for changes", (Listed(album),))
        if gone := forget_missing(paths, catalogue):
            yield Progress(0, 0, f"{len(gone)} files are gone", (Gone(gone),))
        yield from scan(paths, catalogue, scorer, only_changes=True)
