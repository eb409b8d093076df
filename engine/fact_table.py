"""What is known of photos, as a table for other programs: CSV, JSON or Parquet.

CSV is often opened in a spreadsheet, which takes a text that begins with = + - or @ for a formula: such a text gets an
apostrophe before it (OWASP, "CSV Injection"), and such a path, which has to stay one, gets ./ before it. Parquet is
written by DuckDB, and there only where that is installed.
"""

import csv
import io
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.album import PhotoRow
from engine.catalogue import Catalogue, Mark
from engine.errors import PictureError
from engine.files import temporary_beside
from engine.photo_facts import PhotoFacts
from engine.progress import Progress
from engine.scan import ScoredPhoto

FactRow = dict[str, str | int | float | bool | None]
_FACTS = tuple(field.name for field in fields(PhotoFacts) if field.name != "faces")
_WHOLE_NUMBERS = ("width", "height", "faces", "eyes_read", "eyes_closed", "stars")
_TEXTS = ("path", "taken", "stars_by", "pick", "error")
FACT_COLUMNS = (
    *("path", "score", "stars", "stars_by", "pick", "taken", "width", "height", "faces"),
    *_FACTS,
    "error",
)
_PICKS = {1: "picked", -1: "rejected", 0: ""}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# So many photos are looked up in the catalogue in one step.
_AT_ONCE = 500


class TableFormat(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def available_formats() -> list[TableFormat]:
    """The formats that can be written on this machine."""
    return [each for each in TableFormat if each is not TableFormat.PARQUET or find_spec("duckdb")]


def row_of_scan(photo: ScoredPhoto) -> FactRow:
    """What a scan found."""
    points = photo.score.points if photo.score else None
    return _row(photo.path, points, photo.mark, photo.taken, photo.size_wh, photo.facts, photo.error)


def rows_of_album(photos: Sequence[PhotoRow], catalogue: Catalogue) -> Iterator[Progress[FactRow]]:
    """What the catalogue knows of photos, in their order.

    Yields:
        Progress with the next few hundred rows.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    for start in range(0, len(photos), _AT_ONCE):
        some = photos[start : start + _AT_ONCE]
        yield Progress(start + len(some), len(photos), "", tuple(_row_of_album(photo, catalogue) for photo in some))


def _row_of_album(photo: PhotoRow, catalogue: Catalogue) -> FactRow:
    found = catalogue.recall_content(photo.content)
    facts = found[1].facts if found else None
    size_wh = photo.size_wh if found else None
    return _row(photo.path, photo.points, photo.mark, photo.taken, size_wh, facts, photo.error)


def _row(
    path: Path,
    points: float | None,
    mark: Mark,
    taken: float | None,
    size_wh: tuple[int, int] | None,
    facts: PhotoFacts | None,
    error: str | None,
) -> FactRow:
    width, height = size_wh or (None, None)
    stars_by = None if mark.stars is None else "score" if mark.by_score else "person"
    return {
        "path": str(path),
        "score": None if points is None else round(points, 1),
        "stars": mark.stars,
        "stars_by": stars_by,
        "pick": _PICKS[-1 if mark.is_rejected else mark.pick] or None,
        # By the camera's clock, which knows no time zone.
        "taken": None if taken is None else datetime.fromtimestamp(taken, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "width": width,
        "height": height,
        "faces": facts.faces if facts else None,
        **{name: _plain(getattr(facts, name)) if facts else None for name in _FACTS},
        "error": error,
    }


def _plain(number: float) -> float | int | None:
    """Null for what could not be measured; four digits behind the point are more than is in it."""
    if isinstance(number, int):
        return number
    return None if math.isnan(number) else round(float(number), 4)


def table_text(rows: Iterable[FactRow], table_format: TableFormat) -> str:
    """The whole table as CSV, with a header, or as a JSON list."""
    if table_format is TableFormat.JSON:
        return json.dumps(list(rows), indent=2) + "\n"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, FACT_COLUMNS)
    writer.writeheader()
    writer.writerows(map(safe_cells, rows))
    return text.getvalue()


def safe_cells(row: Mapping[str, object]) -> dict[str, object]:
    """A row of CSV that no spreadsheet takes for formulas."""
    return {name: _safe(name, value) for name, value in row.items()}


def _safe(name: str, value: object) -> object:
    if not isinstance(value, str) or not value.startswith(_FORMULA_STARTS):
        return value
    return f".{os.sep}{value}" if name == "path" else f"'{value}"


def save_table(rows: Sequence[FactRow], target: Path, table_format: TableFormat) -> None:
    """Write a table to a file, whole or not at all; what was there is replaced.

    Raises:
        PictureError: it cannot be written there.
        ValueError: Parquet, and DuckDB is not installed.
    """
    if table_format not in available_formats():
        raise ValueError("Parquet needs DuckDB: pip install duckdb")
    try:
        with temporary_beside(target) as temporary:
            if table_format is TableFormat.PARQUET:
                _write_parquet(rows, temporary)
            else:
                # Names that are not Unicode come out as they are.
                text = table_text(rows, table_format)
                temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        reason = f"the list cannot be saved there ({error.strerror or error}): choose another place"
        raise PictureError(target, reason, passing=True) from error


def _write_parquet(rows: Sequence[FactRow], target: Path) -> None:
    import duckdb

    types = dict.fromkeys(FACT_COLUMNS, "DOUBLE")
    types |= dict.fromkeys(_WHOLE_NUMBERS, "INTEGER") | dict.fromkeys(_TEXTS, "VARCHAR") | {"taken": "TIMESTAMP"}
    columns = ", ".join(f"{name}: '{types[name]}'" for name in FACT_COLUMNS)
    with TemporaryDirectory(prefix="selfie-studio-") as folder, duckdb.connect() as database:
        # Read as a file, a hundred times as fast as inserted row by row.
        lines = Path(folder, "rows.json")
        with lines.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps({name: _unicode(value) for name, value in row.items()}) + "\n")
        query = f"SELECT * FROM read_json({_quoted(lines)}, format = 'newline_delimited', columns = {{{columns}}})"
        database.execute(f"COPY ({query}) TO {_quoted(target)} (FORMAT parquet)")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _unicode(value: object) -> object:
    """Parquet's texts are Unicode; of names that are not, the bytes are spelt out."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
