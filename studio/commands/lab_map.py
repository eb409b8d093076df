"""`selfie-studio lab map`: the photos on a map, as one large picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from studio.commands.output import DEFAULT_MODEL, WithModel, fail, shown, speak
from studio.user_files import catalogue_file
from studio.wording import count, shown_path

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.lab.map_album import AlbumMap
    from engine.lab.map_options import MapOptions
    from engine.lab.photos import LabPhotos

INTERRUPTED = 130


def map_photos(
    paths: Annotated[list[Path], typer.Argument(help="Folders, with all photos below them, and photos.")],
    out: Annotated[Path, typer.Option("--out", help="The picture, a .png.")],
    grid: Annotated[bool, typer.Option("--grid", help="In rows and columns, none over another.")] = False,
    side: Annotated[int, typer.Option("--side", min=100, max=60_000, help="Pixels of its longer side.")] = 8192,
    colour_by_score: Annotated[bool, typer.Option("--colour-by-score", help="Frames that tell the scores.")] = False,
    blur_faces: Annotated[bool, typer.Option("--blur-faces", help="Make all known faces unrecognisable.")] = False,
    perplexity: Annotated[
        float | None, typer.Option(min=2, max=500, help="How many neighbours each should lie near; 30 if not said.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another one makes another map; 0 if not said.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Lay the photos out anew.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="The catalogue's file; yours where none is named.")
    ] = None,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Lay photos out so that those that the network finds alike lie together.

    The map is kept, here and for the window: it is made anew with --again, or where --perplexity or --seed ask for
    another one. Photos that are new since then are placed on it.
    """
    from engine.lab.map_options import MapOptions
    from studio.commands.lab import scanned_photos

    if out.suffix.lower() != ".png":
        fail("the map is a PNG: give --out a name that ends with .png")
    if out.exists() and not force:
        fail(f"there is such a file already: {shown_path(out)}; --force overwrites it")
    usual = MapOptions()
    options = MapOptions(
        perplexity=usual.perplexity if perplexity is None else perplexity, seed=usual.seed if seed is None else seed
    )
    asked_for = perplexity is not None or seed is not None
    with scanned_photos(paths, catalogue, model) as (photos, opened):
        try:
            found = None if again else _saved(photos, opened, model, catalogue)
            if found is None or (asked_for and found.options != options):
                found = _made(photos, opened, model, catalogue, options)
            _draw(found, out, side, opened if blur_faces else None, grid=grid, coloured=colour_by_score)
        except KeyboardInterrupt:
            speak.print("stopped: no picture was written")
            raise typer.Exit(INTERRUPTED) from None


def _saved(photos: "LabPhotos", opened: "Catalogue", model: Path, catalogue: Path | None) -> "AlbumMap | None":
    from engine.checkpoint import load_card
    from engine.lab.map_album import maps_folder, open_map
    from engine.lab.map_options import MapError

    found = None
    maps = maps_folder(catalogue or catalogue_file())
    try:
        for step in shown(open_map(photos, opened, load_card(model).model_sha256, maps), "opening the map"):
            found = step.results[0] if step.results else found
    except MapError as error:
        speak.print(escape(f"{error} It is made anew." if found is None else str(error)))
    if found is not None and found.new:
        speak.print(f"new photos placed: {found.new}")
    return found


def _made(
    photos: "LabPhotos", opened: "Catalogue", model: Path, catalogue: Path | None, options: "MapOptions"
) -> "AlbumMap":
    from engine.checkpoint import load_card
    from engine.lab.map_album import make_map, maps_folder

    maps = maps_folder(catalogue or catalogue_file())
    task = make_map(photos, opened, load_card(model).model_sha256, maps, options)
    (made,) = [each for step in shown(task, "laying photos out") for each in step.results]
    return made


def _draw(
    found: "AlbumMap", out: Path, side: int, blurred_by: "Catalogue | None", *, grid: bool, coloured: bool
) -> None:
    from engine.lab.grid_layout import grid_for, snap_to_grid
    from engine.lab.map_picture import MapPicture, write_map
    from engine.lab.map_spread import FREE_SIDE, spread

    columns, rows, free = grid_for(found.places)
    moved, photo = "", FREE_SIDE
    if grid:
        (layout,) = [each for step in shown(snap_to_grid(found.places), "snapping") for each in step.results]
        middles, moved, photo = layout.middles, f"; moved by {layout.moved:.1f} photos on average", 1.0
    else:
        task = spread(free, (columns, rows))
        (middles,) = [each for step in shown(task, "moving photos apart") for each in step.results]
    picture = MapPicture(found.photos, middles, columns, rows, side, coloured, photo)
    (bad,) = [each for step in shown(write_map(picture, out, blurred_by), "drawing") for each in step.results]
    unread = f", {bad} of them grey: they cannot be read" if bad else ""
    speak.print(f"{count(len(found.photos), 'photo')} on {escape(shown_path(out))}{moved}{unread}")
