"""Posts with known truth: what likes say of photos once audience, luck and the time of day have had their part.

    likes ~ Poisson(reach x rate),  reach = followers^0.85 x e^(0.02 tags)
    ln rate = base + 0.6 quality of the photo + 0.4 charm of the user + 0.25 time of day + noise x luck

All effects are standard normal but for the time of day, a cosine. The sizes are assumptions; the spread of followers
(1.6 in ln) is that of 99 real accounts, within which ln likes spread by 0.59. Labels are made from what a site would
tell, never from the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import numpy.typing as npt

from training.label import AudienceGroups, UserPairs, label_by_audience, pair_by_user
from training.tables import database, literal, write_parquet

NOISE_LEVELS = (0.25, 0.5, 1.0, 2.0)
SCHEMES = ("audience groups", "user pairs", "likes per follower", "raw likes")


@dataclass(frozen=True)
class World:
    """A simulated site.

    Attributes:
        posts: how many.
        posts_per_user: on average.
        quality: effect of the photo on ln likes.
        charm: effect of the user, over and above the audience: the same for all their posts.
        daytime: effect of the hour.
        noise: effect of luck.
        seed: of everything that is drawn.
    """

    posts: int = 200_000
    posts_per_user: float = 20.0
    quality: float = 0.6
    charm: float = 0.4
    daytime: float = 0.25
    noise: float = 0.5
    seed: int = 0


def simulated_posts(world: World) -> Mapping[str, npt.NDArray[np.generic]]:
    """Columns of `posts` rows, with the truth: post, user, followers, tags, likes, posted_at (s), quality."""
    rng = np.random.default_rng(world.seed)
    users = max(1, round(world.posts / world.posts_per_user))
    user = rng.integers(0, users, world.posts)
    followers_of = np.exp(rng.normal(7.0, 1.6, users))
    charm_of = rng.standard_normal(users)
    # An audience grows by about half a year's share while a user posts.
    followers = np.maximum(1, followers_of[user] * np.exp(rng.normal(0, 0.1, world.posts))).astype(np.int64)
    tags = rng.geometric(0.25, world.posts) - 1
    posted_at = rng.integers(1_600_000_000, 1_660_000_000, world.posts)
    hour = posted_at % 86_400 / 3600
    quality = rng.standard_normal(world.posts)
    log_rate = (
        -1.5
        + world.quality * quality
        + world.charm * charm_of[user]
        + world.daytime * np.cos((hour - 20) * np.pi / 12)
        + world.noise * rng.standard_normal(world.posts)
    )
    reach = followers**0.85 * np.exp(0.02 * tags)
    likes = rng.poisson(np.minimum(reach * np.exp(log_rate), 1e9))
    return {
        "post": np.arange(world.posts),
        "user": user,
        "followers": followers,
        "tags": tags.astype(np.int32),
        "likes": likes.astype(np.int64),
        "posted_at": posted_at,
        "quality": quality,
    }


def write_simulated_posts(world: World, out: Path) -> int:
    """Write a simulated site as a table that `label` reads, with the truth in an extra column, "quality".

    Returns:
        How many posts it has.
    """
    columns = simulated_posts(world)
    with database() as connection:
        connection.register("simulated", columns)
        return write_parquet(
            connection,
            'SELECT CAST(post AS VARCHAR) AS post, \'user-\' || "user" AS "user",'
            " 'photo-' || post || '.jpg' AS picture, make_timestamp(posted_at * 1000000) AS posted_at,"
            " likes, followers, tags, CAST(NULL AS DOUBLE) AS label, quality FROM simulated",
            out,
        )


def right_labels(world: World) -> dict[str, float]:
    """How often the label of each scheme is right, on one simulated site.

    A label on one post is right where it says on which side of the median the photo's quality is; a pair is right where
    the better photo won.
    """
    with TemporaryDirectory(prefix="selfie-studio-") as place, database() as connection:
        posts, groups, pairs = (Path(place) / f"{name}.parquet" for name in ("posts", "groups", "pairs"))
        write_simulated_posts(world, posts)
        label_by_audience(posts, groups, AudienceGroups())
        pair_by_user(posts, pairs, UserPairs())
        connection.execute(f"CREATE VIEW posts AS SELECT * FROM read_parquet({literal(posts)})")
        connection.execute(f"CREATE VIEW grouped AS SELECT * FROM read_parquet({literal(groups)})")
        connection.execute(f"CREATE VIEW pairs AS SELECT * FROM read_parquet({literal(pairs)})")
        median = "(SELECT median(quality) FROM posts)"
        good = f"(quality > {median})"
        # Raw likes and likes per follower label the same posts, so that all are asked the same question.
        return {
            "audience groups": _mean(connection, f"((label = 1) = {good})", "grouped"),
            "user pairs": _mean(
                connection,
                "(w.quality > l.quality)",
                "pairs JOIN posts w ON w.post = winner JOIN posts l ON l.post = loser",
            ),
            "likes per follower": _mean(
                connection,
                f"((likes / followers > (SELECT median(likes / followers) FROM grouped)) = {good})",
                "grouped",
            ),
            "raw likes": _mean(connection, f"((likes > (SELECT median(likes) FROM grouped)) = {good})", "grouped"),
        }


def _mean(connection: duckdb.DuckDBPyConnection, condition: str, table: str) -> float:
    found = connection.execute(f"SELECT avg(CAST({condition} AS DOUBLE)) FROM {table}").fetchone()
    return float(found[0]) if found and found[0] is not None else float("nan")


def plot_right_labels(levels: Sequence[float], rows: Sequence[Mapping[str, float]], out: Path) -> None:
    """A line for each scheme over the noise levels, as PNG."""
    from training.plots import figure, save_figure

    drawing, axes = figure("How often a label is right", "luck (standard deviation of ln likes)", "labels right")
    for scheme, marker in zip(SCHEMES, "osD^", strict=True):
        axes.plot(levels, [row[scheme] for row in rows], marker=marker, label=scheme)
    axes.axhline(0.5, color="0.6", linestyle=":", linewidth=1, label="chance")
    axes.set_ylim(0.45, 1.0)
    axes.legend(frameon=False)
    save_figure(drawing, out)
