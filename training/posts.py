"""Posts from where people keep them (CSV, JSON, Parquet, Instagram's own export) to one table."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from training.tables import POST_COLUMNS, TableError, count_rows, database, literal, write_parquet

# What sources call our columns; the first that is there is taken.
NAMES = {
    "post": ("post", "post_id", "id", "shortcode", "media_id"),
    "user": ("user", "username", "user_id", "owner", "owner_id", "account", "author"),
    "picture": ("picture", "picture_url", "path", "file", "image", "image_url", "display_url", "media_url", "url"),
    "posted_at": ("posted_at", "posted_at_unix", "taken_at", "timestamp", "created_at", "created_time", "date"),
    "likes": ("likes", "like_count", "likes_count", "n_likes"),
    "followers": ("followers", "followers_then", "follower_count", "followers_count"),
    "tags": ("tags", "tag_count", "hashtag_count", "n_tags"),
    "label": ("label", "good"),
}
CAPTIONS = ("caption", "title", "text", "description")
READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
    ".parquet": "read_parquet",
}
# Later than this in seconds, it is in milliseconds: the year 2286.
LATEST_SECONDS = 9_999_999_999


@dataclass(frozen=True)
class Kept:
    """What a stage kept, and what it left out for which reason.

    Attributes:
        kept: rows that it wrote.
        dropped: reason -> rows.
    """

    kept: int
    dropped: dict[str, int]


def collect_posts(source: Path, out: Path) -> Kept:
    """Read posts into one Parquet table.

    Args:
        source: a CSV, JSON, JSON Lines or Parquet file, or the unpacked folder of an Instagram export.
        out: the Parquet file to write, with `POST_COLUMNS`.

    Raises:
        TableError: not a table that can be read, or none of its columns is known.
    """
    if source.is_dir():
        return _write_rows(list(instagram_posts(source)), out)
    reader = READERS.get(source.suffix.lower())
    if reader is None:
        raise TableError(f"{source}: not CSV, JSON, JSON Lines, Parquet or the folder of an Instagram export")
    if not source.exists():
        raise TableError(f"{source}: there is no such file")
    with database() as connection:
        connection.execute(f"CREATE VIEW source AS SELECT * FROM {reader}({literal(source)})")
        types = {str(row[0]): str(row[1]) for row in connection.execute("DESCRIBE source").fetchall()}
        columns = {name: _expression(name, types) for name in POST_COLUMNS}
        if all(value == "NULL" for name, value in columns.items() if name != "post"):
            raise TableError(f"{source}: none of its columns is known ({', '.join(types)})")
        chosen = ", ".join(f'CAST({columns[name]} AS {kind}) AS "{name}"' for name, kind in POST_COLUMNS.items())
        query = f"SELECT {chosen} FROM source"
        usable = "likes IS NULL OR likes >= 0"
        kept = write_parquet(connection, f"SELECT * FROM ({query}) WHERE {usable}", out)
        return Kept(kept, _without_none({"likes below zero": count_rows(connection, "source") - kept}))


def _expression(name: str, types: dict[str, str]) -> str:
    """SQL that makes one of our columns from what the source has; NULL where it has nothing."""
    by_lower = {column.lower(): column for column in types}
    found = next((by_lower[known] for known in NAMES[name] if known in by_lower), None)
    if found is None:
        caption = next((by_lower[known] for known in CAPTIONS if known in by_lower), None)
        if name == "tags" and caption is not None:
            return f"len(regexp_extract_all({_quoted(caption)}, '#\\w'))"
        return "row_number() OVER ()" if name == "post" else "NULL"
    column = _quoted(found)
    if name == "tags" and types[found].endswith("[]"):
        return f"len({column})"
    if name == "tags" and types[found] == "VARCHAR":
        return f"COALESCE(TRY_CAST({column} AS INTEGER), len(regexp_extract_all({column}, '#\\w')))"
    if name == "posted_at" and types[found] in ("BIGINT", "INTEGER", "UBIGINT", "HUGEINT", "DOUBLE"):
        seconds = f"CASE WHEN {column} > {LATEST_SECONDS} THEN {column} / 1000.0 ELSE {column} END"
        return f"make_timestamp(CAST({seconds} * 1000000 AS BIGINT))"
    return column


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _without_none(counts: dict[str, int]) -> dict[str, int]:
    return {reason: count for reason, count in counts.items() if count}


def instagram_posts(folder: Path) -> Iterator[dict[str, object]]:
    """The posts of an Instagram export ("download your information", as JSON), unpacked.

    Likes are in it for professional accounts alone, among the insights; else they are None.

    Yields:
        Rows of `POST_COLUMNS`.

    Raises:
        TableError: there are no posts in the folder, or they are not JSON.
    """
    files = sorted(folder.rglob("posts_*.json"))
    if not files:
        raise TableError(f"{folder} holds no posts_1.json: unpack an Instagram export that was asked for as JSON")
    followers = sum(len(_json_rows(file)) for file in folder.rglob("followers_*.json")) or None
    likes = _insight_likes(folder)
    for file in files:
        for number, post in enumerate(_json_rows(file)):
            media = [one for one in post.get("media", ()) if isinstance(one, dict) and "uri" in one]
            if not media:
                continue
            seconds = post.get("creation_timestamp") or media[0].get("creation_timestamp")
            title = str(post.get("title") or media[0].get("title") or "")
            yield {
                "post": f"{file.stem}-{number}",
                "user": folder.name,
                "picture": str(folder / str(media[0]["uri"])),
                "posted_at": datetime.fromtimestamp(float(seconds), UTC).replace(tzinfo=None) if seconds else None,
                "likes": likes.get(int(seconds)) if seconds else None,
                "followers": followers,
                "tags": title.count("#"),
                "label": None,
            }


def _json_rows(file: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(f"{file} cannot be read ({error})") from error
    # Some exports wrap the list in an object with one entry.
    rows = next(iter(content.values()), []) if isinstance(content, dict) else content
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _insight_likes(folder: Path) -> dict[int, int]:
    """Likes by the second in which a post was made."""
    likes: dict[int, int] = {}
    for file in folder.rglob("past_instagram_insights/posts.json"):
        for row in _json_rows(file):
            for media in row.get("media_map_data", {}).values():
                said = str(row.get("string_map_data", {}).get("Likes", {}).get("value", "")).replace(",", "")
                if said.isdigit() and "creation_timestamp" in media:
                    likes[int(media["creation_timestamp"])] = int(said)
    return likes


def _write_rows(rows: Sequence[dict[str, object]], out: Path) -> Kept:
    with database() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in POST_COLUMNS.items())
        connection.execute(f"CREATE TABLE collected ({columns})")
        places = ", ".join("?" for _ in POST_COLUMNS)
        if rows:
            values = [[row[name] for name in POST_COLUMNS] for row in rows]
            connection.executemany(f"INSERT INTO collected VALUES ({places})", values)
        return Kept(write_parquet(connection, "SELECT * FROM collected", out), {})


def read_rows(table: Path, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Some columns of a Parquet table, in its order.

    Raises:
        TableError: no such table, or no such column.
    """
    names = ", ".join(_quoted(column) for column in columns)
    try:
        with database() as connection:
            connection.execute("SET preserve_insertion_order = true")
            return connection.execute(f"SELECT {names} FROM read_parquet({literal(table)})").fetchall()
    except duckdb.Error as error:
        raise TableError(f"{table} cannot be read ({error})") from error
