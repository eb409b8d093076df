"""`selfie-studio lab sheet`: photos in rows, best first, as a picture to print or a page."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from engine.lab.sheet import GroupBy, Paper, SheetKind, SheetWish
from studio.commands.output import DEFAULT_MODEL, WithModel, fail, shown, speak
from studio.wording import count as counted
from studio.wording import shown_path

if TYPE_CHECKING:
    from engine.photo_filter import PhotoFilter

Folders = Annotated[list[Path], typer.Argument(help="Folders, with all photos below them, and photos.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By the camera's clock.")]
INTERRUPTED = 130


class People(StrEnum):
    """Photos by the people in them."""

    ANY = "any"
    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


def sheet(
    paths: Folders,
    out: Annotated[Path, typer.Option("--out", help="The file: .png, .pdf or .html.")],
    kind: Annotated[SheetKind, typer.Option("--kind", help="Which photos.")] = SheetKind.CONTINUUM,
    count: Annotated[
        int | None,
        typer.Option("--count", min=1, help="How many of the best (100), of the last (300), or of each group (8)."),
    ] = None,
    group_by: Annotated[GroupBy, typer.Option("--by", help="For best-of: what each row is the best of.")] = (
        GroupBy.FOLDER
    ),
    names: Annotated[
        Path | None, typer.Option("--names", help="For named: a text file, a path a line, a tab and a caption.")
    ] = None,
    min_score: Annotated[float, typer.Option("--min-score", min=0, max=100)] = 0,
    max_score: Annotated[float, typer.Option("--max-score", min=0, max=100)] = 100,
    faces: Annotated[People, typer.Option("--faces", help="People in the photos.")] = People.ANY,
    picked: Annotated[bool, typer.Option("--picked", help="Picked ones alone; for named, those.")] = False,
    stacked: Annotated[bool, typer.Option("--stacked", help="Of alike photos the best alone.")] = False,
    since: Day = None,
    until: Day = None,
    columns: Annotated[int | None, typer.Option("--columns", min=1, max=1000)] = None,
    paper: Annotated[Paper, typer.Option("--paper", help="For PDF.")] = Paper.A3,
    portrait: Annotated[bool, typer.Option("--portrait", help="For PDF: the paper stands.")] = False,
    dark: Annotated[bool, typer.Option("--dark", help="On a dark ground.")] = False,
    scores: Annotated[bool, typer.Option("--scores", help="The range of scores before each row.")] = False,
    captions: Annotated[bool, typer.Option("--captions", help="Names below the photos; a named set has them.")] = False,
    blur_faces: Annotated[bool, typer.Option("--blur-faces", help="Make all known faces unrecognisable.")] = False,
    title: Annotated[str, typer.Option("--title")] = "",
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="The catalogue's file; yours where none is named.")
    ] = None,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Lay photos out in rows: all from the best to the last, the best, the last, the best of groups, or a named set.

    The last ones are small on purpose. Photos that cannot be read are grey, and counted.
    """
    from engine.checkpoint import load_card
    from engine.lab.sheet_choice import picked_photos, read_names
    from engine.lab.sheet_file import medium_of, write_sheet
    from engine.lab.sheet_plan import plan_sheet
    from studio.commands.lab import scanned_photos

    if kind is SheetKind.NAMED and not (names or picked):
        fail("say which photos: --names FILE or --picked")
    medium = medium_of(out)
    if out.exists() and not force:
        fail(f"there is such a file already: {shown_path(out)}; --force overwrites it")
    captions = captions or kind is SheetKind.NAMED
    wish = SheetWish(kind, count, group_by, columns, paper, not portrait, dark, scores, captions, blur_faces, title)
    wanted = _filter(min_score, max_score, faces, since, until, picked=picked and not names, stacked=stacked)
    with scanned_photos(paths, catalogue, model, wanted) as (photos, opened):
        named = read_names(names, photos) if names else picked_photos(photos, opened) if picked else []
        plan, layout = plan_sheet(photos, wish, medium, opened, load_card(model).name, named)
        blurred_by = opened if blur_faces else None
        task = write_sheet(plan, layout, out, dark=dark, blurred_by=blurred_by, overwrite=force)
        try:
            (written,) = [each for step in shown(task, "drawing") for each in step.results]
        except KeyboardInterrupt:
            speak.print("stopped: no sheet was written")
            raise typer.Exit(INTERRUPTED) from None
    bad = f", {written.unreadable} of them grey: they cannot be read" if written.unreadable else ""
    speak.print(f"{counted(written.photos, 'photo')} on {escape(shown_path(out))}{bad}")


def _filter(
    min_score: float,
    max_score: float,
    people: People,
    since: datetime | None,
    until: datetime | None,
    *,
    picked: bool,
    stacked: bool,
) -> "PhotoFilter":
    from engine.photo_filter import FaceCount, PhotoFilter

    return PhotoFilter(
        points=(min_score, max_score),
        faces=FaceCount[people.name],
        picks=frozenset((1,)) if picked else frozenset((-1, 0, 1)),
        first_day=_day(since),
        last_day=_day(until),
        stacked=stacked,
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
