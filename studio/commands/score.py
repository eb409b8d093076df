"""`selfie-studio score`: photos and folders, best first."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.devices import Device
from studio.commands.output import DEFAULT_MODEL, OnDevice, WithModel, fail, say_bad_file, shown, speak
from studio.commands.tables import InFormat, ToFile, put_out
from studio.wording import count, shown_path

if TYPE_CHECKING:
    from engine.scan import ScoredPhoto

COLUMNS = ("path", "score", "probability", "faces", "error")


def score(
    paths: Annotated[list[Path], typer.Argument(help="Photos, and folders with all photos below them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header.")] = False,
    table_format: InFormat = None,
    out: ToFile = None,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Score photos, best first, 0 to 100.

    The score is the share of real reference photos that score lower. It speaks of the photo (light, sharpness,
    framing), never of the person.

    With --format come all measured facts, the stars found in the files, and the date.

    Bad files are named on standard error and counted; the exit code is 0 if any photo was scored, else 1.
    """
    if as_json + as_csv + bool(table_format or out) > 1:
        fail("choose one of --json, --csv and --format")
    from engine.catalogue import Catalogue
    from engine.fact_table import row_of_scan, safe_cells
    from engine.scan import best_first, scan
    from engine.scoring import load_scorer

    scorer = load_scorer(device, folder=model)
    speak.print(f"[dim]{scorer.card.name}, {scorer.runtime.name}[/dim]")
    with Catalogue() as catalogue:
        progress = shown(scan(paths, catalogue, scorer), "scoring")
        photos = best_first([photo for step in progress for photo in step.results])
    if table_format or out:
        put_out(list(map(row_of_scan, photos)), table_format, out)
    elif as_json:
        json.dump([_fields(photo) for photo in photos], sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif as_csv:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="surrogateescape")  # names that are not Unicode come out as they are
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(safe_cells(_fields(photo)) for photo in photos)
    elif any(photo.score for photo in photos):
        _print_table(photos)
    _say_summary(photos, paths)


def _fields(photo: "ScoredPhoto") -> dict[str, object]:
    """What scripts rely on; a bad file has an error and a null score."""
    points = round(photo.score.points, 1) if photo.score else None
    probability = round(photo.score.probability, 4) if photo.score else None
    faces = len(photo.faces) if photo.score else None
    return dict(zip(COLUMNS, (str(photo.path), points, probability, faces, photo.error), strict=True))


def _print_table(photos: Sequence["ScoredPhoto"]) -> None:
    table = Table(box=None, header_style="dim")
    table.add_column("score", justify="right")
    table.add_column("faces", justify="right")
    table.add_column("photo", overflow="fold")
    for photo in photos:
        if photo.score:
            table.add_row(f"{photo.score.points:.1f}", str(len(photo.faces)), escape(shown_path(photo.path)))
    Console().print(table)


def _say_summary(photos: Sequence["ScoredPhoto"], paths: Sequence[Path]) -> None:
    bad = [photo for photo in photos if photo.score is None]
    for photo in bad:
        say_bad_file(photo.path, photo.error)
    scored = len(photos) - len(bad)
    if not photos:
        fail(f"there are no photos in {', '.join(map(shown_path, paths))}")
    speak.print(f"{count(scored, 'photo')} scored, {count(len(bad), 'file')} skipped")
    if not scored:
        raise typer.Exit(1)
