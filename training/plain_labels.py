"""Labels that somebody gave: a column of the posts, folders, or stars in the pictures' XMP."""

import math
from collections.abc import Sequence
from pathlib import Path

from engine.errors import PictureError
from engine.ratings import RatedBy, find_rating
from engine.scan import find_photos
from training.posts import MACROS, Kept, read_rows, shortened
from training.tables import (
    POST_COLUMNS,
    TableError,
    columns_of,
    count_rows,
    database,
    make_table,
    need,
    quoted,
    use_posts,
    write_parquet,
)

# Stars of xmp:Rating, -1 for rejected to 5; three stars say neither.
GOOD_STARS, BAD_STARS = (4, 5), (-1, 1, 2)


def label_by_column(posts: Path, out: Path, column: str = "label", above: float = 0.5) -> Kept:
    """Take a column of the posts: 1 where it is above a number, 0 where it is not.

    Args:
        posts: Parquet that `collect` or `filter` wrote.
        out: Parquet: the same columns, `label` filled.
        column: numbers, or the words true and false, yes and no, good and bad; the posts' own label, or one that
            `collect` was told to keep.
        above: the highest number that is not good.

    Raises:
        TableError: no such column, it is empty, or `above` is no number.
    """
    if not math.isfinite(above):
        raise TableError(f"--above is {above}: give a number")
    with database(posts) as connection:
        use_posts(connection, posts)
        if column not in (there := columns_of(connection, "posts")):
            raise TableError(
                f"{posts} has no column {column!r} (it has {', '.join(there)}): keep it with `train collect --keep`"
            )
        need(connection, column)
        connection.execute(MACROS)
        cell = f"filled(CAST(posts.{quoted(column)} AS VARCHAR))"
        connection.execute(f"CREATE TABLE judged AS SELECT *, as_label({cell}) AS value_, {cell} AS cell_ FROM posts")
        query = f"SELECT * EXCLUDE (value_, cell_) REPLACE (CAST(value_ > {above} AS DOUBLE) AS label) FROM judged"
        kept = write_parquet(connection, f"{query} WHERE value_ IS NOT NULL", out)
        empty = count_rows(connection, "(FROM judged WHERE cell_ IS NULL)")
        unread = "SELECT min(cell_), count(*) FROM judged WHERE cell_ IS NOT NULL AND value_ IS NULL"
        ((example, count),) = connection.execute(unread).fetchall()
        dropped = {
            f"no {column}": empty,
            f"{column} cannot be read as a label, such as {shortened(example or '')!r}": count,
        }
        return Kept(kept, {reason: rows for reason, rows in dropped.items() if rows})


def label_by_folders(good: Sequence[Path], bad: Sequence[Path], out: Path) -> Kept:
    """Take the folders that photos lie in: 1 in one of the good ones, 0 in one of the bad ones.

    A folder right below one of them is taken as a user, so that the photos in it, one person's or one event's, are not
    split; other photos are each on their own.

    Args:
        good: folders; all photos below them are good.
        bad: folders of the others.
        out: Parquet with `POST_COLUMNS`.

    Raises:
        TableError: no such folder, or none with photos.
    """
    users: dict[Path, str | None] = {}
    for folder in (folder.absolute() for folder in (*good, *bad)):
        if not folder.is_dir():
            raise TableError(f"{folder}: there is no such folder")
        photos = find_photos([folder])
        if not photos:
            raise TableError(f"{folder} holds no photos")
        users |= {photo: next(iter(photo.relative_to(folder).parts[:-1]), None) for photo in photos}
    found = [find_photos([folder.absolute() for folder in folders]) for folders in (good, bad)]
    rows = folder_rows(*found)
    kinds = {"picture": "VARCHAR", "user": "VARCHAR", "label": "DOUBLE"}
    with database() as connection:
        make_table(connection, "given", kinds, ((str(path), users[path], float(is_good)) for path, is_good in rows))
        cells = {name: f"CAST(NULL AS {kind})" for name, kind in POST_COLUMNS.items()}
        cells |= {"post": "picture"} | {name: quoted(name) for name in kinds}
        chosen = ", ".join(f"{cell} AS {quoted(name)}" for name, cell in cells.items())
        kept = write_parquet(connection, f"SELECT {chosen} FROM given", out)
    both = len(users) - len(rows)
    return Kept(kept, {"in a good and in a bad folder": both} if both else {})


def label_by_stars(posts: Path, out: Path) -> Kept:
    """Take the stars of the pictures' XMP, or of a sidecar beside them: 4 and 5 are good, 1, 2 and rejected are not.

    Raises:
        TableError: the posts have no pictures.
    """
    with database(posts) as connection:
        use_posts(connection, posts)
        need(connection, "picture")
    pictures = [row[0] for row in read_rows(posts, ["picture"]) if row[0]]
    stars = {picture: _stars_of(Path(picture)) for picture in pictures}
    dropped = {
        "no stars": sum(given in (None, 0) for given in stars.values()),
        "three stars": sum(given == 3 for given in stars.values()),
    }
    labels = [
        [picture, float(given in GOOD_STARS)] for picture, given in stars.items() if given in GOOD_STARS + BAD_STARS
    ]
    with database(posts) as connection:
        use_posts(connection, posts)
        make_table(connection, "given", {"path": "VARCHAR", "label": "DOUBLE"}, labels)
        query = "SELECT posts.* REPLACE (given.label AS label) FROM posts JOIN given ON posts.picture = given.path"
        return Kept(
            write_parquet(connection, query, out), {reason: count for reason, count in dropped.items() if count}
        )


def folder_rows(good: Sequence[Path], bad: Sequence[Path]) -> list[tuple[Path, bool]]:
    """The photos of two folders, each with whether it is good; one that is in both is in neither.

    Raises:
        PictureError: one of them is not there, such as a folder with its name mistyped.
    """
    for path in (*good, *bad):
        if not path.exists():
            raise PictureError(path, "there is no such folder or photo", passing=True)
    liked = set(good)
    both = liked & set(bad)
    return [(path, path in liked) for path in (*good, *bad) if path not in both]


def _stars_of(picture: Path) -> int | None:
    """The stars that a person gave; None where nobody did: what a score gave is no label to learn from."""
    rating = find_rating(picture) if picture.is_file() else None
    return rating.stars if rating and rating.by is RatedBy.PERSON else None
