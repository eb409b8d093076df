"""Fetches and filters the pictures of a table of posts, and writes the table anew with what came of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.progress import Progress
from training.fetch import Fetched, fetch_pictures
from training.filter import NEAR_DUPLICATE, Seen, count_reasons, filter_pictures
from training.posts import Kept, read_rows
from training.tables import POST_COLUMNS, TableError, database, literal, use_posts, write_parquet

Counts = dict[str, int]


def collect_addresses(source: Path, out: Path) -> Kept:
    """Make posts of a text file with an address of a picture on each line; empty lines and # comments are passed over.

    Raises:
        TableError: the file cannot be read.
    """
    try:
        lines = [line.strip() for line in source.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{source} cannot be read ({error})") from error
    addresses = list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    with database() as connection:
        connection.execute("CREATE TABLE addresses (picture VARCHAR)")
        if addresses:
            connection.executemany("INSERT INTO addresses VALUES (?)", [[address] for address in addresses])
        columns = ", ".join(
            "picture" if name == "picture" else f'CAST({"picture" if name == "post" else "NULL"} AS {kind}) AS "{name}"'
            for name, kind in POST_COLUMNS.items()
        )
        return Kept(write_parquet(connection, f"SELECT {columns} FROM addresses", out), {})


def fetch_for_posts(posts: Path, pictures: Path) -> Iterator[Progress[Counts]]:
    """Fetch the pictures of posts that are addresses; the table then names files, and loses posts whose picture failed.

    Yields:
        A progress for each address; the last one carries the counts by outcome.

    Raises:
        TableError: not a table of posts.
    """
    rows = read_rows(posts, ["picture"])
    urls = [row[0] for row in rows if row[0] and row[0].startswith(("http://", "https://"))]
    fetched: list[Fetched] = []
    for progress in fetch_pictures(urls, pictures):
        fetched += progress.results
        yield Progress(progress.done, progress.total, progress.note)
    found = [(one.url, str((pictures / one.file).absolute())) for one in fetched if one.file]
    missing = [one.url for one in fetched if not one.file]
    _replace_pictures(posts, found, missing)
    counts = dict(Counter(one.reason or "fetched" for one in fetched).most_common())
    yield Progress(len(fetched), len(fetched), "fetched", (counts,))


def _replace_pictures(posts: Path, found: Sequence[tuple[str, str]], missing: Sequence[str]) -> None:
    with database() as connection:
        use_posts(connection, posts)
        connection.execute("CREATE TABLE found (url VARCHAR, file VARCHAR)")
        connection.execute("CREATE TABLE missing (url VARCHAR)")
        if found:
            connection.executemany("INSERT INTO found VALUES (?, ?)", [list(pair) for pair in found])
        if missing:
            connection.executemany("INSERT INTO missing VALUES (?)", [[url] for url in missing])
        query = (
            "SELECT posts.* REPLACE (COALESCE(file, picture) AS picture) FROM posts LEFT JOIN found ON picture = url"
            " WHERE picture IS NULL OR picture NOT IN (SELECT url FROM missing)"
        )
        write_parquet(connection, query, posts)


def filter_table(posts: Path, out: Path) -> Iterator[Progress[Counts]]:
    """Keep the posts whose picture opens, shows a face, and is not there already.

    Yields:
        A progress for each batch; the last one carries the counts by reason.

    Raises:
        TableError: not a table of posts.
    """
    with database() as connection:
        use_posts(connection, posts)
    rows = read_rows(posts, ["picture"])
    files = list(dict.fromkeys(Path(row[0]) for row in rows if row[0]))
    seen: list[Seen] = []
    for progress in filter_pictures(files, out.parent):
        seen += progress.results
        yield Progress(progress.done, progress.total, progress.note)
    counts = count_reasons(seen)
    if without := sum(not row[0] for row in rows):
        counts["no picture"] = without
    # Exact copies have one file, named by its content: which post it belongs to cannot be told, so the first keeps it.
    if again := len(rows) - without - len(files):
        counts[NEAR_DUPLICATE] = counts.get(NEAR_DUPLICATE, 0) + again
    kept = [[str(one.path), one.faces, one.face_share] for one in seen if one.reason is None]
    with database() as connection:
        use_posts(connection, posts)
        connection.execute("CREATE TABLE seen (path VARCHAR, faces INTEGER, face_share DOUBLE)")
        if kept:
            connection.executemany("INSERT INTO seen VALUES (?, ?, ?)", kept)
        source = f"read_parquet({literal(posts)})"
        first = 'QUALIFY row_number() OVER (PARTITION BY p.picture ORDER BY p.posted_at, p.post, p."user") = 1'
        query = f"SELECT p.*, faces, face_share FROM {source} p JOIN seen ON p.picture = path {first}"
        write_parquet(connection, query, out)
    yield Progress(len(files), len(files), "filtered", (counts,))
