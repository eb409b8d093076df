"""Tables of posts: DuckDB over Parquet, out of core, so that five million posts fit a small machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from engine.files import temporary_beside

MEMORY_LIMIT = "3GB"

# What every stage reads and writes. A column that a source lacks is null throughout.
POST_COLUMNS = {
    "post": "VARCHAR",  # identity of the post
    "user": "VARCHAR",  # who posted it
    "picture": "VARCHAR",  # a file, or an address
    "posted_at": "TIMESTAMP",
    "likes": "BIGINT",
    "followers": "BIGINT",  # of the user, at that time
    "tags": "INTEGER",
    "label": "DOUBLE",  # where the source has one: 1 good, 0 not
}


class TableError(Exception):
    """A table cannot be read, or lacks what a stage needs; the message says what to do."""


@contextmanager
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that moves to a temporary folder what does not fit.

    Raises:
        TableError: a table cannot be read or written.
    """
    with TemporaryDirectory(prefix="selfie-studio-") as spill, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"SET temp_directory = {literal(Path(spill))}")
        connection.execute(f"SET threads = {os.cpu_count() or 1}")
        connection.execute("SET preserve_insertion_order = false")
        try:
            yield connection
        except duckdb.Error as error:
            raise TableError(str(error).splitlines()[0]) from error


def literal(path: Path) -> str:
    """A path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, out: Path) -> int:
    """Write a query's rows; the file is whole or not there.

    Returns:
        How many rows it has.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with temporary_beside(out) as temporary:
        connection.execute(f"COPY ({query}) TO {literal(temporary)} (FORMAT parquet)")
        return count_rows(connection, f"read_parquet({literal(temporary)})")


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table or a bracketed query has."""
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found is not None
    return int(found[0])


def use_posts(connection: duckdb.DuckDBPyConnection, posts: Path) -> None:
    """Make the view `posts` of a Parquet file that `collect` wrote.

    Raises:
        TableError: no such file, or not a table of posts.
    """
    if not posts.exists():
        raise TableError(f"{posts} is missing: make it with `selfie-studio train collect`")
    connection.execute(f"CREATE OR REPLACE VIEW posts AS SELECT * FROM read_parquet({literal(posts)})")
    columns = {str(row[0]) for row in connection.execute("DESCRIBE posts").fetchall()}
    if lacking := [name for name in POST_COLUMNS if name not in columns]:
        raise TableError(f"{posts} has no column {lacking[0]!r}: make it with `selfie-studio train collect`")


def need(connection: duckdb.DuckDBPyConnection, *columns: str) -> None:
    """Refuse posts in which a column is empty throughout.

    Raises:
        TableError: names the column.
    """
    for column in columns:
        if not count_rows(connection, f'(SELECT 1 FROM posts WHERE "{column}" IS NOT NULL LIMIT 1)'):
            raise TableError(f"the posts have no {column!r}, which this needs")
