"""`selfie-studio train collect | filter | label | split | simulate`: from posts to a manifest of labelled photos."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from training.commands.output import console, fail, say_counts, say_kept, shown

PostsFile = Annotated[Path, typer.Argument(help="Parquet that `collect` or `filter` wrote.")]


class Scheme(StrEnum):
    """How likes become labels."""

    AUDIENCE_GROUPS = "audience-groups"
    USER_PAIRS = "user-pairs"
    COLUMN = "column"
    STARS = "stars"


@contextmanager
def told_errors() -> Iterator[None]:
    """What a person can act on is one line."""
    from training.manifest import ManifestError
    from training.tables import TableError

    try:
        yield
    except (TableError, ManifestError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or 'cannot be used'}")
    except sqlite3.Error as error:
        fail(f"what earlier runs remembered (*.sqlite beside what they wrote) cannot be used: {error}")


def collect(
    source: Annotated[
        Path,
        typer.Argument(
            help="CSV, JSON, JSON Lines or Parquet of posts; the folder of an Instagram "
            "export; or a text file with an address of a picture on each line."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Parquet of posts to write.")] = Path("runs/posts.parquet"),
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Fetch pictures that are addresses into this folder.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option("--keep", help="Keep this column too: identity, say, to split by. Repeatable.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask also for pictures that an earlier run gave up for good.")
    ] = False,
) -> None:
    """Read posts into one table, and fetch their pictures where that is asked for.

    Columns are known by their usual names: user, likes, followers, posted_at, tags (or a caption), picture. A row that
    cannot be read is left out and counted. A fetch that was interrupted goes on where it was; the next run asks again
    for what may have passed (no answer, cut short, a login page), and with --again for all that is missing (404, say).
    """
    from training.collect import FETCHED, collect_addresses, fetch_for_posts
    from training.posts import collect_posts

    with told_errors():
        if source.suffix.lower() == ".txt":
            if pictures is None:
                fail("name the folder for the pictures with --pictures")
            kept = collect_addresses(source, out)
        else:
            kept = collect_posts(source, out, keep or ())
        say_kept(kept, "posts", out)
        if pictures is not None:
            counts: dict[str, int] = {}
            for progress in shown(fetch_for_posts(out, pictures, again=again), "fetching"):
                for counted in progress.results:
                    counts = counted
            fetched = counts.pop(FETCHED, 0)
            say_counts(f"{fetched:,} pictures in {pictures}", counts)
            if counts and not fetched:
                fail("no picture came: see the reasons above")


def filter_posts(
    posts: PostsFile,
    out: Annotated[Path, typer.Option("--out", help="Parquet of the posts that are kept.")] = Path(
        "runs/filtered.parquet"
    ),
) -> None:
    """Keep the posts whose picture opens, shows a face, and is not there already."""
    from training.collect import filter_table
    from training.posts import Kept

    with told_errors():
        counts: dict[str, int] = {}
        for progress in shown(filter_table(posts, out), "looking at pictures"):
            for counted in progress.results:
                counts = counted
    say_kept(Kept(counts.pop("kept", 0), counts), "posts", out)


def label(
    posts: Annotated[Path | None, typer.Argument(help="Parquet that `collect` or `filter` wrote.")] = None,
    scheme: Annotated[Scheme, typer.Option(help="How labels are made.")] = Scheme.AUDIENCE_GROUPS,
    out: Annotated[Path, typer.Option("--out", help="Parquet to write.")] = Path("runs/labels.parquet"),
    min_followers: Annotated[int, typer.Option(help="audience-groups: fewer are left out.")] = 50,
    max_followers: Annotated[int, typer.Option(help="audience-groups: more are left out.")] = 1_000_000,
    max_tags: Annotated[int, typer.Option(help="audience-groups: more are left out.")] = 10,
    min_age_days: Annotated[int, typer.Option(help="Younger posts are left out.")] = 30,
    as_of: Annotated[str, typer.Option(help="Count ages to this day; else to that of the newest post.")] = "",
    max_days: Annotated[float, typer.Option(help="user-pairs: posts lie no further apart.")] = 10.0,
    min_ratio: Annotated[float, typer.Option(help="user-pairs: likes of the better over those of the other.")] = 1.5,
    column: Annotated[str, typer.Option(help="column: its name, as it is or was kept with collect --keep.")] = "label",
    above: Annotated[float, typer.Option(help="column: good is what is above this.")] = 0.5,
    good: Annotated[
        list[Path] | None, typer.Option("--good", help="Instead of posts: a folder of good photos. Repeatable.")
    ] = None,
    bad: Annotated[list[Path] | None, typer.Option("--bad", help="With --good: a folder of the others.")] = None,
) -> None:
    """Turn likes into labels (audience-groups), into pairs (user-pairs), or take labels that are there.

    column: one of the posts' columns; stars: their pictures' XMP rating, 4 and 5 good, 1, 2 and rejected not. Folders
    are labels too: label --good liked/ --bad others/. A folder right below them stays in one split, as a user does.
    """
    from datetime import date

    from training.label import AudienceGroups, UserPairs, label_by_audience, pair_by_user
    from training.plain_labels import label_by_column, label_by_folders, label_by_stars

    try:
        as_of = date.fromisoformat(as_of).isoformat() if as_of else ""
    except ValueError:
        fail(f"{as_of!r} is not a day: write it as 2026-11-24")
    with told_errors():
        if good or bad:
            if posts or not (good and bad):
                fail("name either the posts, or folders with both --good and --bad")
            say_kept(label_by_folders(good, bad, out), "labels", out)
            return
        if posts is None:
            fail("name the posts that `collect` or `filter` wrote, or folders with --good and --bad")
        match scheme:
            case Scheme.AUDIENCE_GROUPS:
                groups = AudienceGroups(
                    min_followers=min_followers,
                    max_followers=max_followers,
                    max_tags=max_tags,
                    min_age_days=min_age_days,
                    as_of=as_of,
                )
                kept = label_by_audience(posts, out, groups)
            case Scheme.USER_PAIRS:
                pairs = UserPairs(max_days=max_days, min_ratio=min_ratio, min_age_days=min_age_days, as_of=as_of)
                kept = pair_by_user(posts, out, pairs)
            case Scheme.COLUMN:
                kept = label_by_column(posts, out, column, above)
            case Scheme.STARS:
                kept = label_by_stars(posts, out)
        say_kept(kept, "pairs" if scheme is Scheme.USER_PAIRS else "labels", out)


def split(
    labels: Annotated[Path, typer.Argument(help="Parquet that `label` wrote.")],
    out: Annotated[Path, typer.Option("--out", help="Manifest (CSV) to write.")] = Path("runs/manifest.csv"),
    by: Annotated[
        str, typer.Option("--by", help="Column whose equal values stay together: identity, say, if collect kept it.")
    ] = "user",
) -> None:
    """Split by user, never by photo: 70 % to train, 12 % to validate, 18 % to test.

    The split hangs on the user's name alone, or on what stands in the column of --by; a photo without either counts as
    its own. The test set is frozen beside the manifest, by the sha256 of its photos' content, wherever they lie:
    another one under the same name is refused, and so is a fit on one of its photos.
    """
    from training.split import split_table

    with told_errors():
        counts = split_table(labels, out, by)
    for name, count in counts.items():
        console.print(f"{name}: {count:,}")


def simulate(
    posts: Annotated[int, typer.Option(min=1000, help="Posts of each simulated site.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 0,
    out: Annotated[Path, typer.Option("--out", help="Plot (PNG) to write.")] = Path("runs/simulation.png"),
    table: Annotated[Path | None, typer.Option("--table", help="Write the simulated posts here instead.")] = None,
) -> None:
    """Ask each labelling scheme about posts whose truth is known, at rising luck; or write such posts."""
    from rich.console import Console
    from rich.table import Table

    from training.simulate import NOISE_LEVELS, SCHEMES, World, plot_right_labels, right_labels, write_simulated_posts

    if table is not None:
        console.print(f"{write_simulated_posts(World(posts, seed=seed), table):,} posts in {table}")
        return
    rows = [right_labels(World(posts, noise=noise, seed=seed)) for noise in NOISE_LEVELS]
    shown_table = Table(box=None, header_style="dim", title="labels right, %")
    shown_table.add_column("luck", justify="right")
    for scheme in SCHEMES:
        shown_table.add_column(scheme, justify="right")
    for noise, row in zip(NOISE_LEVELS, rows, strict=True):
        shown_table.add_row(f"{noise:g}", *(f"{100 * row[scheme]:.1f}" for scheme in SCHEMES))
    Console().print(shown_table)
    plot_right_labels(NOISE_LEVELS, rows, out)
    console.print(f"plot in {out}")
