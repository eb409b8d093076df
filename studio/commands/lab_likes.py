"""`selfie-studio lab likes`: what a model likes in an album, as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from engine.devices import Device
from studio.commands.output import DEFAULT_MODEL, OnDevice, WithModel, fail, say_bad_file, shown, speak
from studio.wording import count, names_in_words, shown_path

if TYPE_CHECKING:
    from engine.lab.likes import Likes


def likes(
    paths: Annotated[list[Path], typer.Argument(help="Folders, with all photos below them, and photos.")],
    out: Annotated[Path | None, typer.Option("--out", help="The page, an HTML file; without it, text alone.")] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="CSV with a row per photo (path or file), and what it shows.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="A column of the labels to compare by; all where none is named."),
    ] = None,
    photos: Annotated[int, typer.Option("--photos", min=0, help="How many photos to change by hand.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Of which photos are drawn.")] = 0,
    blur_faces: Annotated[bool, typer.Option("--blur-faces", help="In the page's examples.")] = False,
    check_halves: Annotated[
        bool, typer.Option("--check", help="Look up what one half of the album says in the other half.")
    ] = False,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="The catalogue's file; yours where none is named.")
    ] = None,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Say what raises and lowers the score of these photos: do this, don't do that, with figures and examples.

    Facts of the whole album are held against the score, and some photos are changed by hand, one thing at a time.
    """
    from importlib.util import find_spec

    from engine.lab.likes import look
    from engine.lab.likes_labels import NO_LABELS, read_labels
    from engine.scoring import load_scorer
    from studio.commands.lab import scanned_photos

    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        fail(f"{shown_path(out)}: the page is an .html file")
    if out is not None and find_spec("matplotlib") is None:
        fail("charts need matplotlib: pip install 'selfie-studio[lab]'")
    with scanned_photos(paths, catalogue, model) as (album, opened):
        told = read_labels(labels, album.paths, columns or ()) if labels else NO_LABELS
        if labels and not told.found:
            fail(f"{shown_path(labels)} names none of these photos")
        scorer, found = load_scorer(device, folder=model), None
        task = look(album, opened, scorer, labels=told, changed=photos, seed=seed)
        for step in shown(task, "looking"):
            found = step.results[0] if step.results else found
        assert found is not None, "the last step brings what was found"
        for path, reason in found.unread:
            say_bad_file(path, reason)
        _say(found)
        if check_halves:
            _check(found, seed)
        if out is not None:
            from engine.lab.likes_report import write_report

            title = names_in_words([path.name or str(path) for path in paths])
            for _ in shown(write_report(found, opened, out, title=title, blur_faces=blur_faces), "writing"):
                pass
            speak.print(f"saved as {escape(shown_path(out))}")


def _say(found: "Likes") -> None:
    """The sentences, on standard output."""
    from engine.lab.likes_care import Verdict
    from engine.lab.likes_words import points, points_range, statements

    said = statements(found.findings)
    for statement in said:
        typer.echo(f"{points(statement.effect):>5}  {statement.text} ({statement.evidence.value})")
    if not said:
        typer.echo(f"Nothing is clear enough to be said of {count(len(found.photos), 'photo')}.")
    for care in found.cares:
        gap = f"{points(care.judged)}, {points_range(care.judged)}"
        mark = "!" if care.verdict is Verdict.FLAGGED else " "
        typer.echo(f"{mark} {care.about}, {care.groups}: {care.told} ({gap})")


def _check(found: "Likes", seed: int) -> None:
    from engine.lab.likes_check import check

    held = check(found, seed)
    if not held:
        typer.echo("Neither half of the album says anything that the other could be asked about.")
        return
    good, sure = sum(each.holds for each in held), sum(each.is_sure for each in held)
    for each in held:
        if not each.holds:
            typer.echo(f"does not hold in the other half: {each.statement.text}")
    typer.echo(
        f"{good} of {count(len(held), 'sentence')} of one half of the album hold in the other half "
        f"({100 * good / len(held):.0f} %); {sure} are clear there too."
    )
