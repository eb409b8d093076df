"""Labels that somebody gave: a column of the posts, two folders, or stars in the pictures' XMP."""

from collections.abc import Sequence
from pathlib import Path

from training.posts import Kept, read_rows
from training.tables import count_rows, database, need, use_posts, write_parquet

# Stars of xmp:Rating, -1 for rejected to 5; three stars say neither.
GOOD_STARS, BAD_STARS = (4, 5), (-1, 1, 2)


def label_by_column(posts: Path, out: Path) -> Kept:
    """Take the posts' own label: 1 where it is above one half.

    Raises:
        TableError: the posts have no label.
    """
    with database() as connection:
        use_posts(connection, posts)
        need(connection, "label")
        query = "SELECT * REPLACE (CAST(label > 0.5 AS DOUBLE) AS label) FROM posts WHERE label IS NOT NULL"
        kept = write_parquet(connection, query, out)
        rest = count_rows(connection, "posts") - kept
        return Kept(kept, {"no label": rest} if rest else {})


def label_by_stars(posts: Path, out: Path) -> Kept:
    """Take the stars of the pictures' XMP, or of a sidecar beside them: 4 and 5 are good, 1, 2 and rejected are not.

    Raises:
        TableError: the posts have no pictures.
    """
    with database() as connection:
        use_posts(connection, posts)
        need(connection, "picture")
    pictures = [row[0] for row in read_rows(posts, ["picture"]) if row[0]]
    stars = {picture: stars_of(Path(picture)) for picture in pictures}
    dropped = {
        "no stars": sum(given in (None, 0) for given in stars.values()),
        "three stars": sum(given == 3 for given in stars.values()),
    }
    labels = [
        [picture, float(given in GOOD_STARS)] for picture, given in stars.items() if given in GOOD_STARS + BAD_STARS
    ]
    with database() as connection:
        use_posts(connection, posts)
        connection.execute("CREATE TABLE given (path VARCHAR, stars_label DOUBLE)")
        if labels:
            connection.executemany("INSERT INTO given VALUES (?, ?)", labels)
        query = "SELECT posts.* REPLACE (stars_label AS label) FROM posts JOIN given ON picture = path"
        return Kept(
            write_parquet(connection, query, out), {reason: count for reason, count in dropped.items() if count}
        )


def stars_of(picture: Path) -> int | None:
    """The xmp:Rating of a picture, of a sidecar where there is one; None where nobody gave one.

    Both names of sidecars are known: IMG.xmp, as Lightroom writes it, and IMG.jpg.xmp, as darktable does.
    """
    for file in (picture.with_suffix(picture.suffix + ".xmp"), picture.with_suffix(".xmp"), picture):
        if file.exists() and (rating := _rating_in(file)) is not None:
            return rating
    return None


def _rating_in(file: Path) -> int | None:
    import exiv2

    try:
        image = exiv2.ImageFactory.open(str(file))
        image.readMetadata()
        data = image.xmpData()
        return int(data["Xmp.xmp.Rating"].toFloat()) if "Xmp.xmp.Rating" in data else None
    except exiv2.Exiv2Error:
        return None


def folder_rows(good: Sequence[Path], bad: Sequence[Path]) -> list[tuple[Path, bool]]:
    """The photos of two folders, each with whether it is good; one that is in both is in neither."""
    both = set(good) & set(bad)
    return [(path, path in set(good)) for path in (*good, *bad) if path not in both]
