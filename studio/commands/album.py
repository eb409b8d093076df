"""`selfie-studio album`: scan, list, rate and export the photos of the person's catalogue, for scripts."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from engine.devices import Device
from studio.commands.output import DEFAULT_MODEL, OnDevice, WithModel, fail, say_bad_file, shown, speak
from studio.commands.tables import InFormat, ToFile, put_out
from studio.user_files import catalogue_file
from studio.wording import count, shown_path

if TYPE_CHECKING:
    from engine.album import Album, PhotoRow
    from engine.catalogue import Catalogue
    from engine.photo_filter import PhotoFilter

# What a shell says of a program that Ctrl+C ended: 128 and the number of SIGINT.
INTERRUPTED = 130

app = typer.Typer(
    help="Scan, list, rate and export the photos of your catalogue, which the window shows too.\n\n"
    "Exit codes: 0 done; 1 nothing could be done, or some of it not, as is said on standard error; 2 words of the "
    "command line that are not understood; 130 stopped by Ctrl+C.",
    no_args_is_help=True,
)
Folders = Annotated[list[Path], typer.Argument(help="Folders, with all photos below them, and photos.")]
InCatalogue = Annotated[
    Path | None, typer.Option("--catalogue", help="The catalogue's file; yours where none is named.")
]
MinScore = Annotated[float, typer.Option("--min-score", min=0, max=100, help="The lowest score.")]
MaxScore = Annotated[float, typer.Option("--max-score", min=0, max=100, help="The highest score.")]
LeastStars = Annotated[int, typer.Option("--stars", min=0, max=5, help="At least so many stars.")]
Picked = Annotated[bool, typer.Option("--picked", help="Picked ones.")]
Rejected = Annotated[bool, typer.Option("--rejected", help="Rejected ones; with --picked, both.")]
Stacked = Annotated[bool, typer.Option("--stacked", help="Of alike photos the best alone.")]
Best = Annotated[int | None, typer.Option("--best", min=1, help="The first so many of these alone.")]


@app.command("scan")
def scan_folders(
    paths: Folders, catalogue: InCatalogue = None, device: OnDevice = Device.AUTO, model: WithModel = DEFAULT_MODEL
) -> None:
    """Score what is new or changed, and forget files that are gone.

    Ctrl+C leaves what is done in the catalogue; the next scan goes on from there.
    """
    from engine.scan import find_photos, forget_missing, scan
    from engine.scoring import load_scorer

    scorer, done, fresh, bad = load_scorer(device, folder=model), 0, 0, 0
    with _open(catalogue) as opened:
        files = find_photos(paths)
        gone = forget_missing(paths, files, opened)
        try:
            for step in shown(scan(paths, opened, scorer, files=files, only_changes=True), "scanning"):
                done = step.done
                for photo in step.results:
                    fresh += photo.error is None
                    if photo.error:
                        bad += 1
                        say_bad_file(photo.path, photo.error)
        except KeyboardInterrupt:
            speak.print(f"stopped: {count(fresh, 'photo')} scored, which stays so; scan again to go on")
            raise typer.Exit(INTERRUPTED) from None
    if not done:
        fail(f"there are no photos in {', '.join(map(shown_path, paths))}")
    speak.print(f"{count(fresh, 'photo')} scored, {done - fresh - bad} known, {bad} skipped, {len(gone)} gone")
    if done == bad:
        raise typer.Exit(1)


@app.command("list")
def list_photos(
    paths: Folders,
    min_score: MinScore = 0,
    max_score: MaxScore = 100,
    stars: LeastStars = 0,
    picked: Picked = False,
    rejected: Rejected = False,
    stacked: Stacked = False,
    best: Best = None,
    table_format: InFormat = None,
    out: ToFile = None,
    null: Annotated[
        bool, typer.Option("--null", "-0", help="End each path with a NUL instead of a line's end: for xargs -0.")
    ] = False,
    catalogue: InCatalogue = None,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """List photos that were scanned, best first; no file is read. Without --format, their paths alone, one a line."""
    from engine.fact_table import rows_of_album

    wanted = _filter(min_score, max_score, stars, picked=picked, rejected=rejected, stacked=stacked)
    if null and (table_format or out):
        fail("--null is for a list of paths alone: without --format and --out")
    with _open(catalogue) as opened:
        photos = _select(paths, opened, model, wanted, best)
        if table_format or out:
            steps = shown(rows_of_album(photos, opened), "listing")
            put_out([row for step in steps for row in step.results], table_format, out)
        else:
            for photo in photos:
                sys.stdout.buffer.write(os.fsencode(photo.path) + (b"\0" if null else b"\n"))
    if not photos:
        fail("the catalogue has no such photos: scan the folder first, or ask for less")


@app.command("rate")
def rate(
    photos: Annotated[list[Path], typer.Argument(help="Photos that were scanned.")],
    stars: Annotated[int | None, typer.Option("--stars", min=0, max=5, help="1 to 5; 0 takes them away.")] = None,
    pick: Annotated[bool, typer.Option("--pick", help="Pick them.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Reject them.")] = False,
    unmark: Annotated[bool, typer.Option("--unmark", help="Neither pick nor reject them.")] = False,
    keep_in: Annotated[
        str, typer.Option("--in", help="Where stars are kept: catalogue, file, sidecar, sidecar-with-suffix.")
    ] = "catalogue",
    catalogue: InCatalogue = None,
) -> None:
    """Give photos stars, pick or reject them, as in the window.

    With --in file the stars are written into the photos, with --in sidecar beside them.
    """
    from dataclasses import replace

    from engine.catalogue import UnwrittenStars
    from engine.rating_queue import write_waiting_stars
    from engine.ratings import RatingPlace

    if stars is None and not (pick or reject or unmark):
        fail("say what to do: --stars, --pick, --reject or --unmark")
    if pick + reject + unmark > 1:
        fail("choose one of --pick, --reject and --unmark")
    if keep_in != "catalogue" and keep_in not in list(RatingPlace):
        fail(f"--in takes catalogue, {', '.join(RatingPlace)}")
    failed = 0
    with _open(catalogue) as opened:
        known, marks, unwritten = opened.recall_files(photos), [], []
        for path in photos:
            file = known.get(path.absolute())
            content = opened.recall_content(file[1].content_sha256) if file and file[1].content_sha256 else None
            if content is None:
                failed += 1
                say_bad_file(path, "the catalogue does not know it: scan it first")
                continue
            mark = content[2]
            if stars is not None:
                mark = replace(mark, stars=stars, by_score=False)
                if keep_in != "catalogue":
                    unwritten.append(UnwrittenStars(path.absolute(), stars, False, RatingPlace(keep_in)))
            if pick or reject or unmark:
                mark = replace(mark, pick=int(pick) - int(reject))
            marks.append((path, mark))
        opened.mark_files(marks, unwritten)
        beside = 0
        for step in shown(write_waiting_stars(opened), "writing stars") if unwritten else ():
            for written in step.results:
                beside += written.is_beside
                if written.error:
                    failed += 1
                    say_bad_file(written.path, f"{written.error}; its stars stand in the catalogue")
        if beside:
            speak.print(f"{count(beside, 'photo')} cannot hold stars: they stand in sidecars")
    speak.print(f"{count(len(marks), 'photo')} marked")
    if failed:
        raise typer.Exit(1)


@app.command("export")
def export(
    paths: Folders,
    out: Annotated[Path, typer.Option("--out", help="Folder for the new files; made where it is missing.")],
    min_score: MinScore = 0,
    max_score: MaxScore = 100,
    stars: LeastStars = 0,
    picked: Picked = False,
    rejected: Rejected = False,
    stacked: Stacked = False,
    best: Best = None,
    long_side: Annotated[
        int | None, typer.Option("--long-side", min=1, help="Save JPEGs of this long side in pixels, not copies.")
    ] = None,
    quality: Annotated[int, typer.Option("--quality", min=1, max=95, help="Of JPEGs that are saved anew.")] = 90,
    without_location: Annotated[
        bool, typer.Option("--without-location", help="Leave out where they were taken.")
    ] = False,
    numbered: Annotated[bool, typer.Option("--numbered", help="Begin names with 001_, 002_ ..., best first.")] = False,
    catalogue: InCatalogue = None,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Copy photos that were scanned to a folder, best first, or save them smaller; nothing is overwritten."""
    from engine.photo_export import ExportSettings, export_photos

    wanted = _filter(min_score, max_score, stars, picked=picked, rejected=rejected, stacked=stacked)
    settings = ExportSettings(long_side, quality, without_location, numbered)
    with _open(catalogue) as opened:
        photos = [photo.path for photo in _select(paths, opened, model, wanted, best) if photo.error is None]
    if not photos:
        fail("the catalogue has no such photos: scan the folder first, or ask for less")
    failed = 0
    try:
        for step in shown(export_photos(photos, out, settings), "exporting"):
            for exported in step.results:
                if exported.error:
                    failed += 1
                    say_bad_file(exported.source, exported.error)
    except KeyboardInterrupt:
        speak.print("stopped: what is exported stays")
        raise typer.Exit(INTERRUPTED) from None
    speak.print(f"{count(len(photos) - failed, 'photo')} exported to {escape(shown_path(out))}, {failed} skipped")
    if failed:
        raise typer.Exit(1)


def _open(file: Path | None) -> "Catalogue":
    from engine.catalogue_care import open_or_begin_anew

    catalogue, told = open_or_begin_anew(file or catalogue_file())
    if told:
        speak.print(escape(told))
    return catalogue


def _filter(
    min_score: float, max_score: float, stars: int, *, picked: bool, rejected: bool, stacked: bool
) -> "PhotoFilter":
    from engine.photo_filter import PhotoFilter

    picks = frozenset(pick for pick, wanted in ((1, picked), (-1, rejected)) if wanted)
    return PhotoFilter((min_score, max_score), stars=stars, picks=picks or frozenset((-1, 0, 1)), stacked=stacked)


def _select(
    paths: Sequence[Path], catalogue: "Catalogue", model: Path, wanted: "PhotoFilter", best: int | None
) -> "list[PhotoRow]":
    album = listed_album(paths, catalogue, model, stacked=wanted.stacked)
    if best is not None:
        # What is rejected is not among the best, unless it is asked for.
        wanted = replace(wanted, picks=wanted.picks - {-1} or wanted.picks)
    return album.photos(album.select(wanted)[:best])


def listed_album(paths: Sequence[Path], catalogue: "Catalogue", model: Path, *, stacked: bool) -> "Album":
    """The photos below some paths as the catalogue knows them, with the groups of alike ones where these are wanted."""
    from engine.album import Album
    from engine.checkpoint import load_card
    from engine.visit import group_contents

    card = load_card(model)
    album = Album(card)
    album.add_listed(catalogue.list_photos(card.model_sha256, paths))
    if stacked:
        album.set_groups(group_contents(catalogue, card.model_sha256, paths))
    return album
