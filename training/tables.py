"""Tables of posts: DuckDB over Parquet, out of core, so that five million posts fit a small machine."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from engine.files import temporary_beside

MEMORY_LIMIT = "3GB"
DELIMITERS = (",", ";", "\t", "|")
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# What every stage reads and writes. A column that a source lacks is null throughout.
POST_COLUMNS = {
    "post": "VARCHAR",  # identity of the post
    "user": "VARCHAR",  # who posted it
    "picture": "VARCHAR",  # a file, or an address
    "posted_at": "TIMESTAMP",  # UTC
    "likes": "BIGINT",
    "followers": "BIGINT",  # of the user, at that time
    "tags": "INTEGER",
    "label": "DOUBLE",  # where the source has one: 1 good, 0 not
}
# What later stages add: no column of a source may be kept under these names.
ADDED_COLUMNS = ("faces", "face_share", "group_number")

# DuckDB's names for what is wrong with a line of CSV.
LINE_ERRORS = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    "UNQUOTED VALUE": "a quotation mark out of place, which may take the lines after it along",
    "INVALID ENCODING": "not UTF-8 text (save the file as UTF-8)",
    "LINE SIZE OVER MAXIMUM": "too long a line",
}


class TableError(Exception):
    """A table cannot be read, or lacks what a stage needs; the message says what to do."""


@contextmanager
def database(table: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that moves to a temporary folder what does not fit.

    Args:
        table: what it is opened to read, for the message where that fails.

    Raises:
        TableError: a table cannot be read or written.
    """
    with TemporaryDirectory(prefix="selfie-studio-") as spill, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"SET temp_directory = {literal(Path(spill))}")
        connection.execute(f"SET threads = {os.cpu_count() or 1}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET TimeZone = 'UTC'")
        try:
            yield connection
        except duckdb.Error as error:
            raise TableError(f"{table or 'the table'} {_in_words(error)}") from error
        except OSError as error:
            raise TableError(
                f"{error.filename or table or 'the table'}: {error.strerror or 'cannot be used'}"
            ) from error


def _in_words(error: duckdb.Error) -> str:
    """What a person can do about an error of DuckDB, whose own words are about SQL."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return "needs more memory, or more room in the temporary folder, than there is"
    if isinstance(error, duckdb.IOException):
        return "cannot be read or written: is it whole, may it be read, is the disk full?"
    return "cannot be read: it is damaged, or not what its name says"


def literal(path: Path) -> str:
    """A path as an SQL string."""
    return _text(str(path))


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted(column: str) -> str:
    """A column's name as SQL."""
    return '"' + column.replace('"', '""') + '"'


def is_address(picture: str | None) -> bool:
    """Whether a picture is on the web, and not a file."""
    return picture is not None and picture.lower().startswith(("http://", "https://"))


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, out: Path) -> int:
    """Write a query's rows; the file is whole or not there.

    Returns:
        How many rows it has.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with temporary_beside(out) as temporary:
        connection.execute(f"COPY ({query}) TO {literal(temporary)} (FORMAT parquet)")
        return count_rows(connection, f"read_parquet({literal(temporary)})")


def make_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
) -> None:
    """Make a table of rows that Python holds: all at once, since a statement for each takes 100 times as long.

    Args:
        connection: where.
        name: of the table.
        columns: name -> SQL type.
        rows: a value for each column; may be none at all.
    """
    types = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
    connection.execute(f"CREATE TABLE {name} ({types})")
    values = [list(column) for column in zip(*rows, strict=True)]
    if values:
        unnested = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        connection.execute(f"INSERT INTO {name} SELECT {unnested}", values)


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table or a bracketed query has."""
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found is not None
    return int(found[0])


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a table, and their SQL types."""
    return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}


def read_source(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, int]:
    """Make the table `source` of a CSV, JSON, JSON Lines or Parquet file, with every cell as text.

    Lists are JSON text. What a cell means is for others to say: so one bad cell costs its row, and not the file.

    Returns:
        Rows that could not be read at all: reason, with the first line -> how many.

    Raises:
        TableError: not such a file.
    """
    match file.suffix.lower():
        case ".csv" | ".tsv":
            return _read_csv(connection, file)
        case ".json":
            return _read_json(connection, file, ("auto", "newline_delimited"))
        case ".jsonl" | ".ndjson":
            return _read_json(connection, file, ("newline_delimited",))
        case ".parquet":
            _read_parquet(connection, file)
            return {}
        case ".zip":
            raise TableError(f"{file}: unpack it first, then name the folder or the file in it")
    raise TableError(f"{file}: not CSV, JSON, JSON Lines, Parquet or the folder of an Instagram export")


def _read_csv(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, int]:
    # Python reads the header, so that DuckDB has nothing to guess: a bad line among the first ones would mislead it.
    with file.open("rb") as content:
        encoding = "utf-16" if content.read(2) in UTF_16_MARKS else "utf-8"
    with file.open(encoding="utf-16" if encoding == "utf-16" else "utf-8-sig", errors="replace", newline="") as text:
        first = text.readline()
    headers = {delimiter: next(csv.reader([first], delimiter=delimiter), []) for delimiter in DELIMITERS}
    delimiter = max(headers, key=lambda one: len(headers[one]))
    if not headers[delimiter]:
        raise TableError(f"{file} is empty")
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in _told_apart(headers[delimiter]))
    for strict in ("true", "false"):  # the strict one refuses lines that end in different ways
        reader = (
            f"read_csv({literal(file)}, columns = {{{columns}}}, auto_detect = false, header = true, skip = 0,"
            f" delim = '{delimiter}', quote = '\"', escape = '\"', encoding = '{encoding}', strict_mode = {strict},"
            " ignore_errors = true, store_rejects = true)"
        )
        try:
            connection.execute(f"CREATE TABLE source AS SELECT * FROM {reader}")
            break
        except duckdb.InvalidInputException:
            if strict == "false":
                raise
    # A line stands there once for each cell that it lacks.
    lines = "SELECT line, min(CAST(error_type AS VARCHAR)) AS error FROM reject_errors GROUP BY line"
    counted = connection.execute(f"SELECT error, count(*), min(line) FROM ({lines}) GROUP BY error ORDER BY error")
    return {
        f"{LINE_ERRORS.get(error, 'not readable')}, such as line {line}": count
        for error, count, line in counted.fetchall()
    }


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names of columns, each once whatever its case, as SQL needs them: likes, Likes 2."""
    seen: Counter[str] = Counter()
    apart = []
    for name in (name.strip() or "unnamed" for name in names):
        seen[name.lower()] += 1
        apart.append(name if seen[name.lower()] == 1 else f"{name} {seen[name.lower()]}")
    return apart


def _read_json(connection: duckdb.DuckDBPyConnection, file: Path, formats: Sequence[str]) -> dict[str, int]:
    for number, form in enumerate(formats):
        # Only where each line stands for itself can a broken one be passed over.
        ignored = "true" if form == "newline_delimited" else "false"
        reader = f"read_json_objects({literal(file)}, format = '{form}', ignore_errors = {ignored})"
        try:
            connection.execute("SET preserve_insertion_order = true")
            connection.execute(
                f"CREATE TABLE objects AS SELECT json, row_number() OVER () AS line,"
                f" COALESCE(json_type(json), '') = 'OBJECT' AS whole FROM {reader}"
            )
            break
        except duckdb.IOException:
            raise
        except duckdb.Error as error:
            if number + 1 == len(formats):
                raise TableError(f"{file} is not JSON that can be read") from error
        finally:
            connection.execute("SET preserve_insertion_order = false")
    rows, whole = count_rows(connection, "objects"), count_rows(connection, "(FROM objects WHERE whole)")
    if rows and not whole:
        raise TableError(f"{file} is not JSON that can be read: a list of posts, or a post on each line")
    found = connection.execute("SELECT DISTINCT unnest(json_keys(json)) AS key FROM objects WHERE whole ORDER BY key")
    keys = [str(row[0]) for row in found.fetchall()]
    cells = ", ".join(
        f"json_extract_string(json, {_json_pointer(key)}) AS {quoted(name)}"
        for key, name in zip(keys, _told_apart(keys), strict=True)
    )
    connection.execute(f"CREATE TABLE source AS SELECT {cells or 'json'} FROM objects WHERE whole")
    first = connection.execute("SELECT min(line) FROM objects WHERE NOT whole").fetchone()
    return {f"broken JSON, such as row {first[0]}": rows - whole} if first and rows > whole else {}


def _json_pointer(key: str) -> str:
    """Where a key's value stands (RFC 6901), as an SQL string."""
    return _text("/" + key.replace("~", "~0").replace("/", "~1"))


def _read_parquet(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    reader = f"read_parquet({literal(file)})"
    cells = ", ".join(
        f"CAST({f'to_json({quoted(name)})' if kind.endswith(']') else quoted(name)} AS VARCHAR) AS {quoted(name)}"
        for name, kind in columns_of(connection, reader).items()
    )
    connection.execute(f"CREATE VIEW source AS SELECT {cells} FROM {reader}")


def use_posts(connection: duckdb.DuckDBPyConnection, posts: Path) -> None:
    """Make the view `posts` of a Parquet file that `collect` wrote.

    Raises:
        TableError: no such file, or not a table of posts.
    """
    if not posts.exists():
        raise TableError(f"{posts} is missing: make it with `selfie-studio train collect`")
    try:
        connection.execute(f"CREATE OR REPLACE VIEW posts AS SELECT * FROM read_parquet({literal(posts)})")
    except duckdb.Error as error:
        raise TableError(f"{posts} is no table of posts: make it with `selfie-studio train collect`") from error
    columns = columns_of(connection, "posts")
    if lacking := [name for name in POST_COLUMNS if name not in columns]:
        raise TableError(f"{posts} has no column {lacking[0]!r}: make it with `selfie-studio train collect`")


def need(connection: duckdb.DuckDBPyConnection, *columns: str) -> None:
    """Refuse posts in which a column is empty throughout.

    Raises:
        TableError: names the column.
    """
    for column in columns:
        if not count_rows(connection, f"(SELECT 1 FROM posts WHERE {quoted(column)} IS NOT NULL LIMIT 1)"):
            raise TableError(f"the posts have no {column!r}, which this needs")
