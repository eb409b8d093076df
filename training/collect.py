"""Fetches and filters the pictures of a table of posts, and writes the table anew with what came of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.progress import Progress
from training.fetch import Fetched, fetch_pictures
from training.filter import NEAR_DUPLICATE, Seen, count_reasons, filter_pictures
from training.posts import Kept, read_rows
from training.tables import POST_COLUMNS, TableError, database, is_address, make_table, use_posts, write_parquet

Counts = dict[str, int]
FETCHED = "fetched"
UNREADABLE = "\ufffd"  # what bytes become that are not UTF-8
HOW_TO_FETCH = "`selfie-studio train collect POSTS --pictures FOLDER` fetches them (from-posts: --fetch)"


def collect_addresses(source: Path, out: Path) -> Kept:
    """Make posts of a text file with an address of a picture on each line; empty lines and # comments are passed over.

    Raises:
        TableError: the file cannot be read, or holds no address.
    """
    try:
        lines = source.read_bytes().splitlines()
    except OSError as error:
        raise TableError(f"{source} cannot be read ({error.strerror})") from error
    texts = [line.decode("utf-8-sig", errors="replace").strip() for line in lines]
    addresses = list(dict.fromkeys(text for text in texts if text and not text.startswith("#")))
    if not addresses:
        raise TableError(f"{source} has no address of a picture")
    usable = [address for address in addresses if is_address(address) and UNREADABLE not in address]
    refused = [address for address in addresses if not is_address(address) or UNREADABLE in address]
    with database(source) as connection:
        make_table(connection, "addresses", {"picture": "VARCHAR"}, ([address] for address in usable))
        columns = ", ".join(
            "picture" if name == "picture" else f'CAST({"picture" if name == "post" else "NULL"} AS {kind}) AS "{name}"'
            for name, kind in POST_COLUMNS.items()
        )
        kept = write_parquet(connection, f"SELECT {columns} FROM addresses", out)
        return Kept(kept, {f"not an http address, such as {refused[0]!r}": len(refused)} if refused else {})


def fetch_for_posts(posts: Path, pictures: Path, *, again: bool = False) -> Iterator[Progress[Counts]]:
    """Fetch the pictures of posts that are addresses; the table then names files, and loses posts whose picture failed.

    Args:
        posts: Parquet that `collect` wrote.
        pictures: the folder for them.
        again: ask also for those that an earlier run gave up for good.

    Yields:
        A progress for each address; the last one carries the counts by outcome.

    Raises:
        TableError: not a table of posts.
    """
    rows = read_rows(posts, ["picture"])
    urls = [row[0] for row in rows if is_address(row[0])]
    fetched: list[Fetched] = []
    for progress in fetch_pictures(urls, pictures, again=again):
        fetched += progress.results
        yield Progress(progress.done, progress.total, progress.note)
    found = [(one.url, str((pictures / one.file).absolute())) for one in fetched if one.file]
    missing = [one.url for one in fetched if not one.file]
    _replace_pictures(posts, found, missing)
    counts = dict(Counter(_outcome(one) for one in fetched).most_common())
    yield Progress(len(fetched), len(fetched), "fetched", (counts,))


def _outcome(fetched: Fetched) -> str:
    """What came of an address, and whether the next run asks again."""
    if fetched.reason is None:
        return FETCHED
    return f"{fetched.reason} ({'only --again asks again' if fetched.lasting else 'the next run asks again'})"


def _replace_pictures(posts: Path, found: Sequence[tuple[str, str]], missing: Sequence[str]) -> None:
    with database(posts) as connection:
        use_posts(connection, posts)
        make_table(connection, "found", {"url": "VARCHAR", "file": "VARCHAR"}, found)
        make_table(connection, "missing", {"url": "VARCHAR"}, ([url] for url in missing))
        query = (
            "SELECT posts.* REPLACE (COALESCE(found.file, posts.picture) AS picture)"
            " FROM posts LEFT JOIN found ON posts.picture = found.url"
            " WHERE posts.picture IS NULL OR posts.picture NOT IN (SELECT url FROM missing)"
        )
        write_parquet(connection, query, posts)


def filter_table(posts: Path, out: Path) -> Iterator[Progress[Counts]]:
    """Keep the posts whose picture opens, shows a face, and is not there already.

    Yields:
        A progress for each batch; the last one carries the counts by reason.

    Raises:
        TableError: not a table of posts.
    """
    with database(posts) as connection:
        use_posts(connection, posts)
    rows = read_rows(posts, ["picture"])
    addresses = sum(is_address(row[0]) for row in rows)
    if rows and addresses == len(rows):
        raise TableError(
            f"the pictures of {posts} are {addresses:,} addresses that are not fetched yet: {HOW_TO_FETCH}"
        )
    files = list(dict.fromkeys(Path(row[0]) for row in rows if row[0] and not is_address(row[0])))
    seen: list[Seen] = []
    for progress in filter_pictures(files, out.parent):
        seen += progress.results
        yield Progress(progress.done, progress.total, progress.note)
    counts = count_reasons(seen)
    if without := sum(not row[0] for row in rows):
        counts["no picture"] = without
    if addresses:
        counts[f"not fetched yet: {HOW_TO_FETCH}"] = addresses
    # Exact copies have one file, named by its content: which post it belongs to cannot be told, so the first keeps it.
    if again := len(rows) - without - addresses - len(files):
        counts[NEAR_DUPLICATE] = counts.get(NEAR_DUPLICATE, 0) + again
    kept = [[str(one.path), one.faces, one.face_share] for one in seen if one.reason is None]
    _write_seen(posts, kept, out)
    yield Progress(len(files), len(files), "filtered", (counts,))


def _write_seen(posts: Path, kept: Sequence[Sequence[object]], out: Path) -> None:
    """Write the posts whose picture is kept; `kept` has path, faces and face share."""
    with database(posts) as connection:
        use_posts(connection, posts)
        make_table(connection, "seen", {"path": "VARCHAR", "faces": "INTEGER", "face_share": "DOUBLE"}, kept)
        first = 'QUALIFY row_number() OVER (PARTITION BY p.picture ORDER BY p.posted_at, p.post, p."user") = 1'
        query = f"SELECT p.*, seen.faces, seen.face_share FROM posts p JOIN seen ON p.picture = seen.path {first}"
        write_parquet(connection, query, out)
