"""Posts from where people keep them (CSV, JSON, Parquet, Instagram's own export) to one table.

One bad row is left out and counted with its reason; the rest goes on.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import urlsplit

import duckdb

from engine.pictures import is_photo_name
from training.tables import (
    ADDED_COLUMNS,
    POST_COLUMNS,
    TableError,
    columns_of,
    count_rows,
    database,
    is_address,
    literal,
    make_table,
    quoted,
    read_source,
    write_parquet,
)

# What sources call our columns; the first that is there is taken.
NAMES = {
    "post": ("post", "post_id", "id", "shortcode", "media_id"),
    "user": ("user", "username", "user_id", "owner", "owner_id", "account", "author"),
    "picture": ("picture", "picture_url", "path", "file", "image", "image_url", "display_url", "media_url", "url"),
    "posted_at": (
        "posted_at",
        "posted_at_unix",
        "taken_at",
        "timestamp",
        "creation_timestamp",
        "created_at",
        "created_time",
        "date",
    ),
    "likes": ("likes", "like_count", "likes_count", "n_likes"),
    "followers": ("followers", "followers_then", "follower_count", "followers_count"),
    "tags": ("tags", "tag_count", "hashtag_count", "n_tags"),
    "label": ("label", "good"),
}
CAPTIONS = ("caption", "title", "text", "description")
VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".webm", ".3gp")

# How the text of a cell becomes a value; null where it cannot be read.
MACROS = r"""
CREATE MACRO filled(cell) AS nullif(trim(cell), '');
-- Thousands are marked by comma, space, apostrophe or several points; 1.234 may be a fraction as well: it is neither.
CREATE MACRO as_digits(cell) AS CASE
    WHEN regexp_full_match(cell, '[+-]?\d{1,3}([, \x{A0}\x{202F}''’]\d{3})+(\.0*)?')
        THEN regexp_replace(cell, '[, \x{A0}\x{202F}''’]', '', 'g')
    WHEN regexp_full_match(cell, '[+-]?\d{1,3}(\.\d{3}){2,}') THEN replace(cell, '.', '')
    WHEN regexp_full_match(cell, '[+-]?\d{1,3}\.\d{3}') THEN NULL
    ELSE cell END;
CREATE MACRO if_whole(number) AS CASE WHEN number = floor(number) THEN TRY_CAST(number AS BIGINT) END;
CREATE MACRO as_count(cell) AS CASE
    WHEN regexp_full_match(cell, '\d{1,18}') THEN CAST(cell AS BIGINT)
    ELSE if_whole(TRY_CAST(as_digits(cell) AS DOUBLE)) END;
CREATE MACRO if_finite(number) AS CASE WHEN isfinite(number) THEN number END;
CREATE MACRO as_label(cell) AS
    if_finite(COALESCE(
        TRY_CAST(cell AS DOUBLE),
        CAST(TRY_CAST(cell AS BOOLEAN) AS DOUBLE),
        CASE lower(cell) WHEN 'good' THEN 1 WHEN 'bad' THEN 0 END));
CREATE MACRO hashtags(cell) AS len(regexp_extract_all(cell, '#\w'));
CREATE MACRO as_tags(cell) AS COALESCE(
    TRY_CAST(TRY_CAST(cell AS DOUBLE) AS INTEGER),
    CASE WHEN json_valid(cell) AND json_type(cell) = 'ARRAY' THEN json_array_length(cell) END,
    hashtags(cell));
-- A number is seconds, milli-, micro- or nanoseconds since 1970 by its size, each up to the year 2286.
CREATE MACRO since_1970(number) AS make_timestamp(CAST(CASE
    WHEN abs(number) < 1e10 THEN number * 1e6
    WHEN abs(number) < 1e13 THEN number * 1e3
    WHEN abs(number) < 1e16 THEN number
    WHEN abs(number) < 1e19 THEN number / 1e3 END AS BIGINT));
CREATE MACRO written_time(cell) AS CASE
    WHEN isfinite(TRY_CAST(cell AS TIMESTAMPTZ)) THEN TRY_CAST(cell AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
    ELSE try_strptime(cell, ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S']) END;
CREATE MACRO as_time(cell) AS CASE
    WHEN regexp_full_match(cell, '(19|20)\d{6}') THEN try_strptime(cell, '%Y%m%d')
    WHEN TRY_CAST(cell AS DOUBLE) IS NOT NULL THEN since_1970(TRY_CAST(cell AS DOUBLE))
    ELSE written_time(cell) END;
"""
READERS = {
    "post": "",
    "user": "",
    "picture": "",
    "posted_at": "as_time",
    "likes": "as_count",
    "followers": "as_count",
    "tags": "as_tags",
    "label": "as_label",
}
# Columns of which a cell that cannot be read costs its row, and what such a cell should be.
CHECKED = {"posted_at": "a time", "likes": "a whole number", "followers": "a whole number", "label": "a label"}
# Whether 3/4/2021 is in March or in April, only the column as a whole can tell.
SLASHED_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
LONGEST_EXAMPLE = 40
NEVER = "WHEN false THEN NULL"


@dataclass(frozen=True)
class Kept:
    """What a stage kept, and what it left out for which reason.

    Attributes:
        kept: rows that it wrote.
        dropped: reason, with an example where one helps -> rows.
    """

    kept: int
    dropped: dict[str, int]


def collect_posts(source: Path, out: Path, keep: Sequence[str] = ()) -> Kept:
    """Read posts into one Parquet table.

    Args:
        source: a CSV, JSON, JSON Lines or Parquet file, or the unpacked folder of an Instagram export.
        out: the Parquet file to write, with `POST_COLUMNS`.
        keep: further columns of the source to write, as text: who is in the photo, say.

    Raises:
        TableError: not a table that can be read, none of its columns is known, it has no posts, or no column to keep.
    """
    if not source.exists():
        raise TableError(f"{source}: there is no such file or folder")
    with database(source) as connection:
        dropped = _read_instagram(connection, source) if source.is_dir() else read_source(connection, source)
        if not dropped and not count_rows(connection, "source"):
            raise TableError(f"{source} has no posts")
        connection.execute(MACROS)
        cells, checks = _cells(connection, source, _extra_columns(keep))
        values = ", ".join(f"{value} AS {quoted(name)}" for name, value in cells.items())
        asked = "".join(f", {cell} AS {name}" for name, cell in {check.asked: check.cell for check in checks}.items())
        reason = " ".join(f"WHEN {check.failed} THEN {number}" for number, check in enumerate(checks)) or NEVER
        example = " ".join(f"WHEN {check.failed} THEN {check.asked}" for check in checks) or NEVER
        connection.execute(
            f"CREATE VIEW judged AS SELECT *, CASE {reason} ELSE -1 END AS reason_, CASE {example} END AS example_"
            f" FROM (SELECT {values}{asked} FROM source)"
        )
        names = ", ".join(map(quoted, cells))
        kept = write_parquet(connection, f"SELECT {names} FROM judged WHERE reason_ < 0", out)
        if kept < count_rows(connection, "source"):
            counted = connection.execute(
                "SELECT reason_, min(example_), count(*) FROM judged WHERE reason_ >= 0 GROUP BY ALL ORDER BY ALL"
            )
            for number, cell, count in counted.fetchall():
                dropped[f"{checks[number].reason}, such as {shortened(cell)!r}"] = count
        return Kept(kept, dropped)


@dataclass(frozen=True)
class _Check:
    """Why a row may be left out.

    Attributes:
        reason: in words.
        failed: SQL that is true for such a row.
        cell: SQL of the text that is to blame.
        asked: the name under which the text is at hand.
    """

    reason: str
    failed: str
    cell: str
    asked: str


def _cells(
    connection: duckdb.DuckDBPyConnection, source: Path, extra: Sequence[str]
) -> tuple[dict[str, str], list[_Check]]:
    """SQL of each column to write, null where `source` has nothing, and what is checked of them."""
    columns = list(columns_of(connection, "source"))
    sql_of = {column.lower(): quoted(column) for column in columns}
    found = {name: [known for known in NAMES[name] if known in sql_of] for name in POST_COLUMNS}
    if not any(known for name, known in found.items() if name != "post"):
        raise TableError(f"{source}: none of its columns is known ({', '.join(columns)})")
    if lacking := [name for name in extra if name.lower() not in sql_of]:
        raise TableError(f"{source} has no column {lacking[0]!r} to keep; it has {', '.join(columns)}")
    values = dict.fromkeys(POST_COLUMNS, "NULL") | {"post": "row_number() OVER ()"}
    if captions := [caption for caption in CAPTIONS if caption in sql_of]:
        values["tags"] = f"hashtags({sql_of[captions[0]]})"
    checks = []
    for name, (known, *_) in ((name, known) for name, known in found.items() if known):
        cell = f"filled({sql_of[known]})"
        values[name] = f"{READERS[name]}({cell})"
        if name == "posted_at":
            values[name] = f"COALESCE({values[name]}, {_slashed_time(connection, cell)})"
        asked = f"asked_{name}"
        if name in CHECKED:
            unread = f"{asked} IS NOT NULL AND {name} IS NULL"
            checks.append(_Check(f"{known} cannot be read as {CHECKED[name]}", unread, cell, asked))
        if name in ("likes", "followers"):
            checks.append(_Check(f"{known} below zero", f"{name} < 0", cell, asked))
    typed = {name: f"CAST({values[name]} AS {kind})" for name, kind in POST_COLUMNS.items()}
    return typed | {name: f"filled({sql_of[name.lower()]})" for name in extra}, checks


def _slashed_time(connection: duckdb.DuckDBPyConnection, cell: str) -> str:
    """SQL that reads 12/31/2020 or 31/12/2020, whichever form more of the column has; null where both fit as well."""
    days = [f"try_strptime(split_part({cell}, ' ', 1), '{form}')" for form in ("%m/%d/%Y", "%d/%m/%Y")]
    found = connection.execute(f"SELECT count({days[0]}), count({days[1]}) FROM source WHERE contains({cell}, '/')")
    as_months, as_days = found.fetchall()[0]
    if as_months == as_days:
        return "NULL"
    day = "%m/%d/%Y" if as_months > as_days else "%d/%m/%Y"
    return f"try_strptime({cell}, {[day + time for time in SLASHED_TIMES]})"


def _extra_columns(keep: Sequence[str]) -> list[str]:
    """The columns to keep that are not kept anyway.

    Raises:
        TableError: a later stage writes a column of this name.
    """
    if taken := [name for name in keep if name.lower() in ADDED_COLUMNS]:
        raise TableError(f"a column {taken[0]!r} is made by a later stage: give it another name in the source")
    return [name for name in dict.fromkeys(keep) if name.lower() not in POST_COLUMNS]


def shortened(cell: str) -> str:
    """A cell as it is shown in a line."""
    return cell if len(cell) <= LONGEST_EXAMPLE else cell[:LONGEST_EXAMPLE] + "…"


def instagram_posts(folder: Path) -> Iterator[dict[str, object] | str]:
    """The pictures of an Instagram export ("download your information", as JSON), unpacked.

    Likes are in it for professional accounts alone, among the insights; else they are None. So they are for the further
    pictures of a post: people like what they see first.

    Yields:
        Rows of `POST_COLUMNS` with cells that are still to be read, or why there is none.

    Raises:
        TableError: there are no posts in the folder, or they are not JSON.
    """
    files = sorted(folder.rglob("posts_*.json"))
    if not files:
        raise TableError(f"{folder} holds no posts_1.json: unpack an Instagram export that was asked for as JSON")
    followers = sum(len(_json_rows(file)) for file in folder.rglob("followers_*.json")) or None
    likes = _insight_likes(folder)
    real_folder = folder.resolve()
    for file in files:
        for number, post in enumerate(_json_rows(file)):
            media = [one for one in _list(post.get("media")) if isinstance(one, dict) and one.get("uri")]
            if not media:
                yield "no picture"
            for place, one in enumerate(media):
                picture = _picture_in(folder, real_folder, str(one["uri"]))
                if isinstance(picture, _Refused):
                    yield picture.reason
                    continue
                seconds = post.get("creation_timestamp") or one.get("creation_timestamp")
                title = str(post.get("title") or one.get("title") or "")
                yield {
                    "post": f"{file.stem}-{number}" + (f"-{place}" if place else ""),
                    "user": folder.absolute().name,
                    "picture": picture,
                    "posted_at": seconds,
                    "likes": likes.get(str(seconds)) if not place else None,
                    "followers": followers,
                    "tags": title.count("#"),
                    "label": None,
                }


@dataclass(frozen=True)
class _Refused:
    """A picture that is not taken."""

    reason: str


def _picture_in(folder: Path, real_folder: Path, uri: str) -> str | _Refused:
    """Where a picture of an export is: an address, or a file that lies in the folder."""
    suffix = PurePosixPath(urlsplit(uri).path if is_address(uri) else uri).suffix.lower()
    if suffix in VIDEO_SUFFIXES:
        return _Refused("a video")
    if is_address(uri):
        return uri
    # Both ways to write a path, whatever system made the export; then links, which only the file system knows.
    forms = (PurePosixPath(uri), PureWindowsPath(uri))
    if any(form.anchor or ".." in form.parts for form in forms):
        return _Refused("a path out of the folder")
    file = folder / uri
    if not file.resolve().is_relative_to(real_folder):
        return _Refused("a path out of the folder")
    return str(file) if is_photo_name(file) else _Refused(f"no photo but {suffix or 'a file without a suffix'}")


def _json_rows(file: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TableError(f"{file} is not JSON that can be read: unpack the export anew") from error
    # Some exports wrap the list in an object with one entry.
    rows = next(iter(content.values()), []) if isinstance(content, dict) else content
    return [row for row in _list(rows) if isinstance(row, dict)]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _insight_likes(folder: Path) -> dict[str, object]:
    """Likes, as they are written, by the second in which a post was made."""
    likes: dict[str, object] = {}
    for file in folder.rglob("past_instagram_insights/posts.json"):
        for row in _json_rows(file):
            said = _dict(_dict(row.get("string_map_data")).get("Likes")).get("value")
            for media in _dict(row.get("media_map_data")).values():
                likes[str(_dict(media).get("creation_timestamp"))] = said
    return likes


def _read_instagram(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Make the table `source` of an export, with every cell as text; returns what was left out."""
    rows: list[list[str | None]] = []
    dropped: Counter[str] = Counter()
    for row in instagram_posts(folder):
        if isinstance(row, str):
            dropped[row] += 1
        else:
            rows.append([None if row[name] is None else str(row[name]) for name in POST_COLUMNS])
    make_table(connection, "source", dict.fromkeys(POST_COLUMNS, "VARCHAR"), rows)
    return dict(dropped)


def read_rows(table: Path, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Some columns of a Parquet table, in its order.

    Raises:
        TableError: no such table, or no such column.
    """
    if not table.exists():
        raise TableError(f"{table} is missing")
    with database(table) as connection:
        connection.execute("SET preserve_insertion_order = true")
        there = columns_of(connection, f"read_parquet({literal(table)})")
        if lacking := [column for column in columns if column not in there]:
            raise TableError(f"{table} has no column {lacking[0]!r}")
        names = ", ".join(map(quoted, columns))
        return connection.execute(f"SELECT {names} FROM read_parquet({literal(table)})").fetchall()
