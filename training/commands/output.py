"""How the commands of training speak: where, how they show progress, and what they say when something is missing."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from engine.progress import Progress

if TYPE_CHECKING:
    from training.posts import Kept

# Among the processes that torchrun starts, the first one speaks.
console = Console(stderr=True, highlight=False, soft_wrap=True, quiet=os.environ.get("RANK", "0") != "0")
# Where nobody watches a bar, a line now and then.
LINE_EVERY_S = 15.0
Result = TypeVar("Result")


def shown(task: Iterator[Progress[Result]], what: str) -> Iterator[Progress[Result]]:
    """Show a task's progress while it is looped over: a bar on a terminal, lines elsewhere."""
    if not console.is_terminal:
        yield from _in_lines(task, what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, TextColumn("{task.fields[note]}"), console=console) as bar:
        row = bar.add_task(what, total=None, note="")
        for progress in task:
            bar.update(row, completed=progress.done, total=progress.total, note=escape(progress.note[:70]))
            yield progress


def _in_lines(task: Iterator[Progress[Result]], what: str) -> Iterator[Progress[Result]]:
    started_s = said_s = time.monotonic()
    for progress in task:
        now_s = time.monotonic()
        if now_s - said_s >= LINE_EVERY_S or progress.done == progress.total:
            left_s = (now_s - started_s) / max(1, progress.done) * (progress.total - progress.done)
            note = escape(progress.note)
            console.print(f"{what}: {progress.done} of {progress.total}, {left_s:.0f} s left, {note}")
            said_s = now_s
        yield progress


def last(task: Iterator[Progress[Result]]) -> Result:
    """The last result of a task."""
    results = [result for progress in task for result in progress.results]
    return results[-1]


def say_counts(kept: str, dropped: Mapping[str, int]) -> None:
    """What was kept, and what was not for which reason, a line each."""
    console.print(kept)
    for reason, count in dropped.items():
        console.print(f"  left out, {escape(reason)}: {count:,}")


def say_kept(kept: "Kept", what: str, out: Path) -> None:
    """What a stage wrote and what it left out; the command fails where it wrote nothing."""
    say_counts(f"{kept.kept:,} {what} in {out}", kept.dropped)
    if not kept.kept:
        fail(f"no {what} are left to go on with")


def fail(message: str) -> NoReturn:
    """Say what is wrong and leave with exit code 1."""
    console.print(f"[red]error:[/red] {escape(message)}")
    raise typer.Exit(1)
