"""Labels from likes, so that what is learned is the photo and not the size of its audience.

    audience groups   posts in the order of their audience, in groups of 100: the better liked half of each is good
    user pairs        two posts of one user, close in time: the clearly better liked one is the better photo

The first is the scheme of the experiment of 2015; the second follows Ding, Ma and Wang, "Intrinsic Image Popularity
Assessment" (ACM Multimedia 2019). Both run in DuckDB, over millions of posts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from training.posts import Kept
from training.tables import TableError, count_rows, database, need, use_posts, write_parquet

# A century: posts are younger, and the calendar of a database ends somewhere.
LONGEST_DAYS = 36_500


@dataclass(frozen=True)
class AudienceGroups:
    """How posts are grouped by audience.

    Attributes:
        group_size: posts in a group; half of them become good, half bad. A last, incomplete group is left out.
        min_followers: users with fewer are left out: chance rules their likes.
        max_followers: users with more are left out: their fame does.
        max_tags: posts with more are left out: they are advertised.
        tag_bonus: how much each tag beyond the first widens the audience, as a share of the followers.
        min_age_days: younger posts are left out: their likes are still coming.
        as_of: the day that ages are counted to, ISO 8601; empty is the day of the newest post.

    Raises:
        TableError: a number out of its range.
    """

    group_size: int = 100
    min_followers: int = 50
    max_followers: int = 1_000_000
    max_tags: int = 10
    tag_bonus: float = 0.02
    min_age_days: int = 30
    as_of: str = ""

    def __post_init__(self) -> None:
        _need_range("min-followers", self.min_followers, 0)
        _need_range("max-followers", self.max_followers, self.min_followers)
        _need_range("max-tags", self.max_tags, 0)
        _need_range("min-age-days", self.min_age_days, 0, LONGEST_DAYS)


@dataclass(frozen=True)
class UserPairs:
    """Which posts of one user are compared.

    Attributes:
        max_days: they lie no further apart than this.
        neighbours: each post is compared with so many posts after it.
        min_ratio: likes of the better one over those of the other, 1 or more.
        min_likes: of the better one.
        min_age_days: as for `AudienceGroups`.
        as_of: as for `AudienceGroups`.

    Raises:
        TableError: a number out of its range.
    """

    max_days: float = 10.0
    neighbours: int = 3
    min_ratio: float = 1.5
    min_likes: int = 20
    min_age_days: int = 30
    as_of: str = ""

    def __post_init__(self) -> None:
        _need_range("max-days", self.max_days, 0, LONGEST_DAYS)
        _need_range("min-ratio", self.min_ratio, 1)
        _need_range("min-age-days", self.min_age_days, 0, LONGEST_DAYS)


def _need_range(name: str, value: float, lowest: float, highest: float = math.inf) -> None:
    """Refuse a setting that is no number, or none that makes sense.

    Raises:
        TableError: names the setting as the command line does.
    """
    if not (math.isfinite(value) and lowest <= value <= highest):
        most = f" to {highest:,}" if math.isfinite(highest) else " or more"
        raise TableError(f"--{name} is {value:g}: give a number of {lowest:,}{most}")


def label_by_audience(posts: Path, out: Path, settings: AudienceGroups | None = None) -> Kept:
    """Write posts with a label, 1 good or 0 not, and their group.

    Args:
        posts: Parquet with `training.tables.POST_COLUMNS`.
        out: Parquet: the same columns, `label` filled, and "group_number".

    Raises:
        TableError: the posts lack likes, followers or times.
    """
    settings = settings or AudienceGroups()
    with database(posts) as connection:
        use_posts(connection, posts)
        need(connection, "likes", "followers", "posted_at")
        dropped = _drop(
            connection,
            {
                "no likes, followers or time": "likes IS NULL OR followers IS NULL OR posted_at IS NULL",
                "too few followers": f"followers < {settings.min_followers}",
                "too many followers": f"followers > {settings.max_followers}",
                "too many tags": f"COALESCE(tags, 0) > {settings.max_tags}",
                "too young": _too_young(settings.as_of, settings.min_age_days),
            },
        )
        # Ties are broken by a hash of the post: neither by its age, nor by where it stands in the file.
        audience = f"followers * (1 + {settings.tag_bonus} * greatest(COALESCE(tags, 0) - 1, 0))"
        query = f"""
            SELECT * EXCLUDE (label, rank_, size_),
                   CAST(rank_ <= {settings.group_size // 2} AS DOUBLE) AS label
            FROM (
                SELECT *,
                       row_number() OVER (PARTITION BY group_number ORDER BY likes DESC, hash(post)) AS rank_,
                       count(*) OVER (PARTITION BY group_number) AS size_
                FROM (
                    SELECT *, (row_number() OVER (ORDER BY {audience}, hash(post)) - 1) // {settings.group_size}
                              AS group_number
                    FROM kept
                )
            )
            WHERE size_ = {settings.group_size}
        """
        kept = write_parquet(connection, query, out)
        rest = count_rows(connection, "kept") - kept
        return Kept(kept, {**dropped, **({"in the last, incomplete group": rest} if rest else {})})


def pair_by_user(posts: Path, out: Path, settings: UserPairs | None = None) -> Kept:
    """Write pairs of posts of which the first was clearly better liked.

    Args:
        posts: Parquet with `training.tables.POST_COLUMNS`.
        out: Parquet: user, winner, loser (posts), winner_picture, loser_picture.

    Raises:
        TableError: the posts lack users, likes or times.
    """
    settings = settings or UserPairs()
    with database(posts) as connection:
        use_posts(connection, posts)
        need(connection, "user", "likes", "posted_at")
        dropped = _drop(
            connection,
            {
                "no user, likes or time": '"user" IS NULL OR likes IS NULL OR posted_at IS NULL',
                "too young": _too_young(settings.as_of, settings.min_age_days),
            },
        )
        connection.execute(
            'CREATE VIEW in_order AS SELECT post, "user", picture, posted_at, likes,'
            ' row_number() OVER (PARTITION BY "user" ORDER BY posted_at, hash(post)) AS place FROM kept'
        )
        compared = f"""
            SELECT a.post AS a, b.post AS b, a."user" AS "user", a.picture AS a_picture, b.picture AS b_picture,
                   a.likes AS a_likes, b.likes AS b_likes
            FROM in_order a JOIN in_order b
              ON a."user" = b."user" AND b.place BETWEEN a.place + 1 AND a.place + {settings.neighbours}
            WHERE epoch(b.posted_at) - epoch(a.posted_at) <= {settings.max_days * 86400}
        """
        connection.execute(f"CREATE TEMP TABLE compared AS {compared}")
        clear = (
            f"a_likes <> b_likes AND greatest(a_likes, b_likes) >= {settings.min_likes} AND "
            f"greatest(a_likes, b_likes) >= {settings.min_ratio} * least(a_likes, b_likes)"
        )
        first = "a_likes > b_likes"
        query = f"""
            SELECT "user", if({first}, a, b) AS winner, if({first}, b, a) AS loser,
                   if({first}, a_picture, b_picture) AS winner_picture,
                   if({first}, b_picture, a_picture) AS loser_picture
            FROM compared WHERE {clear}
        """
        kept = write_parquet(connection, query, out)
        unclear = count_rows(connection, "compared") - kept
        return Kept(kept, {**dropped, **({"pairs without a clear difference": unclear} if unclear else {})})


def _drop(connection: duckdb.DuckDBPyConnection, reasons: Mapping[str, str]) -> dict[str, int]:
    """Make the table `kept` of the posts that no reason drops, and count the others by their first reason."""
    cases = " ".join(f"WHEN {condition} THEN {number}" for number, condition in enumerate(reasons.values()))
    connection.execute(f"CREATE TEMP TABLE judged AS SELECT *, CASE {cases} END AS reason_ FROM posts")
    connection.execute("CREATE VIEW kept AS SELECT * EXCLUDE (reason_) FROM judged WHERE reason_ IS NULL")
    counted = connection.execute("SELECT reason_, count(*) FROM judged WHERE reason_ IS NOT NULL GROUP BY reason_")
    names: Sequence[str] = list(reasons)
    return {names[number]: count for number, count in sorted(counted.fetchall())}


def _too_young(as_of: str, min_age_days: int) -> str:
    day = f"TIMESTAMP '{as_of}'" if as_of else "(SELECT max(posted_at) FROM posts)"
    return f"posted_at > {day} - INTERVAL {min_age_days} DAY"
