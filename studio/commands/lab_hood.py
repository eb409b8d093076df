"""`selfie-studio lab hood`: what the network sees in a photo, as a page or a picture."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from studio.commands.output import DEFAULT_MODEL, WithModel, fail, shown, speak
from studio.wording import shown_path


def hood(
    photo: Annotated[Path, typer.Argument(help="The photo; it need not be scanned.")],
    out: Annotated[Path, typer.Option("--out", help="The file: .html or .png.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Show what each stage of the network sees in a photo: filters, maps, and what the score hangs on."""
    from engine.devices import Device
    from engine.lab.hood_file import write_hood
    from engine.scoring import load_scorer

    if out.exists() and not force:
        fail(f"there is such a file already: {shown_path(out)}; --force overwrites it")
    for _ in shown(write_hood(photo, out, load_scorer(Device.CPU, folder=model)), "looking"):
        pass
    speak.print(f"saved as {escape(shown_path(out))}")
