"""What the commands share: where they speak, how they show progress, what they say of bad files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from engine.devices import Device
from engine.progress import Progress
from engine.resources import MODEL_FOLDER
from studio.wording import shown_path

# Results go to standard output, everything else here, so that results can be piped.
speak = Console(stderr=True, highlight=False, soft_wrap=True)
Result = TypeVar("Result")
OnDevice = Annotated[
    Device, typer.Option("--device", help="What runs the network; auto takes a GPU where there is one.")
]
WithModel = Annotated[
    Path, typer.Option("--model", help="Model folder; the shipped one where none is named.", show_default=False)
]
DEFAULT_MODEL = MODEL_FOLDER


def shown(
    task: Iterator[Progress[Result]], what: str, took_work: Callable[[Result], bool] = lambda _: True
) -> Iterator[Progress[Result]]:
    """Show a task's progress while it is looped over; nothing is drawn where nobody watches.

    Args:
        task: to loop over.
        what: it does, in a word or two.
        took_work: whether a result did; the others tell nothing of the time that is left.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=speak, transient=True, disable=not speak.is_terminal) as bar:
        row = bar.add_task(what, total=None)
        for progress in task:
            if progress.results and not any(map(took_work, progress.results)):
                bar.tasks[row].completed = progress.done  # without a sample of the pace
            bar.update(row, completed=progress.done, total=progress.total or None)
            yield progress


def say_bad_file(path: Path, reason: str | None) -> None:
    """One line for a file that could not be used."""
    speak.print(f"[yellow]skipped[/yellow] {escape(shown_path(path))}: {escape(reason or '')}")


def fail(message: str) -> NoReturn:
    """Say what is wrong and leave with exit code 1."""
    speak.print(f"[red]error:[/red] {escape(message)}")
    raise typer.Exit(1)
