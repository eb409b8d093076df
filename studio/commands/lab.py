"""`selfie-studio lab`: what a model has learned, shown on the photos of the person's catalogue, as files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from studio.commands.lab_hood import hood
from studio.commands.lab_likes import likes
from studio.commands.lab_map import map_photos
from studio.commands.lab_sheet import sheet
from studio.commands.output import fail
from studio.user_files import catalogue_file
from studio.wording import shown_path

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.lab.photos import LabPhotos
    from engine.photo_filter import PhotoFilter

app = typer.Typer(
    help="See what a model has learned: sheets, a map, what it likes, and what its layers see.\n\n"
    "Works on photos that were scanned (`selfie-studio album scan`, or the window). Exit codes as of `album`.",
    no_args_is_help=True,
)
app.command("sheet")(sheet)
app.command("likes")(likes)
app.command("hood")(hood)
app.command("map")(map_photos)


@contextmanager
def scanned_photos(
    paths: Sequence[Path], catalogue: Path | None, model: Path, wanted: "PhotoFilter | None" = None
) -> Iterator[tuple["LabPhotos", "Catalogue"]]:
    """The scored photos below some folders, best first, and the catalogue that knows them; leaves where none are."""
    from engine.catalogue import Catalogue
    from engine.lab.photos import LabPhotos
    from engine.photo_filter import PhotoFilter
    from studio.commands.album import listed_album

    wanted = wanted or PhotoFilter()
    with Catalogue(catalogue or catalogue_file()) as opened:
        album = listed_album(paths, opened, model, stacked=wanted.stacked)
        photos = LabPhotos.of_album(album, album.select(wanted))
        if not len(photos):
            named = ", ".join(map(shown_path, paths))
            fail(f"no scored photos in {named}: run `selfie-studio album scan` on them first")
        yield photos, opened
