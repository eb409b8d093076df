"""The command `selfie-studio`: the window, and what scripts can do without it.

Commands import what they need when they run: asking for help loads neither Qt, nor OpenCV, nor a network.
"""

import os
import sys
import warnings
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from engine.devices import Device
from engine.errors import EngineError
from studio import __version__
from studio.commands import album, bench, crop, lab, score
from studio.commands.output import DEFAULT_MODEL, OnDevice, WithModel

# Rooms that must not be imported from here (training) announce their commands under this name.
COMMAND_GROUP = "selfie_studio.commands"

app = typer.Typer(
    help="Take, crop and pick better selfies: a ConvNet scores your photos, on your own machine.\n\n"
    "Without a command, the window opens.",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # whose paragraphs are as wide as the terminal
)
app.command("score")(score.score)
app.command("crop")(crop.crop)
app.add_typer(album.app, name="album")
app.add_typer(bench.app, name="bench")
app.add_typer(lab.app, name="lab")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"selfie-studio {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def open_window(
    context: typer.Context,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version and leave.")
    ] = False,
) -> None:
    """Take, crop and pick better selfies. Without a command, the window opens."""
    if context.invoked_subcommand is None:
        from studio.app import run_studio

        raise typer.Exit(run_studio(device=device, model=model))


@app.command("open")
def open_photos(
    paths: Annotated[list[Path], typer.Argument(help="A video, a photo, or folders and photos to rank.")],
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Open the window on photos, folders or a video."""
    from studio.app import run_studio

    raise typer.Exit(run_studio(paths, device, model))


def add_announced_commands() -> None:
    """Add the commands of other rooms; one that cannot be loaded is said, and the rest still works."""
    known = {group.name for group in app.registered_groups}
    for entry in entry_points(group=COMMAND_GROUP):
        if entry.name in known:
            continue
        try:
            app.add_typer(entry.load(), name=entry.name)
        except Exception as error:  # whatever another room does wrong, the rest still works
            Console(stderr=True).print(f"`selfie-studio {entry.name}` is not available: {error}", highlight=False)


def main() -> None:
    """Run the command line; an error that a person can act on is one line, without a traceback."""
    # OpenBLAS's threads wait by spinning, on cores that decode and score meanwhile; it asks when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Pillow speaks of oddities in photos that it can read all the same.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    add_announced_commands()
    try:
        app()
    except EngineError as error:
        Console(stderr=True).print(f"[red]error:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)
