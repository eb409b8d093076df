"""How commands give out a table of facts: to standard output, or to a file."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.commands.output import fail, speak
from studio.wording import count, shown_path

if TYPE_CHECKING:
    from engine.fact_table import FactRow


class ListFormat(StrEnum):
    """The formats by name; the engine's are loaded when a table is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


InFormat = Annotated[
    ListFormat | None,
    typer.Option("--format", help="All measured facts, marks and dates; Parquet needs --out, and DuckDB installed."),
]
ToFile = Annotated[
    Path | None,
    typer.Option("--out", help="File for the table; its suffix tells the format. Standard output where none is named."),
]


def put_out(rows: "Sequence[FactRow]", list_format: ListFormat | None, out: Path | None) -> None:
    """Write a table to a file, or to standard output."""
    from engine.fact_table import TableFormat, available_formats, save_table, table_text

    suffix = out.suffix[1:].lower() if out else ""
    if list_format is None and suffix not in list(TableFormat):
        fail("name the format by --format, or by the suffix of --out: .csv, .json or .parquet")
    table_format = TableFormat(list_format or suffix)
    if table_format not in available_formats():
        fail("Parquet needs DuckDB: pip install duckdb")
    if out is not None:
        save_table(rows, out, table_format)
        speak.print(f"{count(len(rows), 'row')} saved as {shown_path(out)}", markup=False)
    elif table_format is TableFormat.PARQUET:
        fail("Parquet is no text: name a file by --out")
    else:
        # Names that are not Unicode come out as they are; line ends are those of the table on every system.
        sys.stdout.buffer.write(table_text(rows, table_format).encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
