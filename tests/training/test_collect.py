"""The table of posts that is left: one post for each picture, and counts that add up."""

import shutil
from pathlib import Path

from training.collect import filter_table
from training.posts import read_rows
from training.tables import POST_COLUMNS, database, literal, write_parquet


def test_the_same_picture_of_two_posts_is_kept_once_and_counted(samples: list[Path], tmp_path: Path) -> None:
    posts, out = tmp_path / "posts.parquet", tmp_path / "filtered.parquet"
    pictures = [shutil.copy(sample, tmp_path) for sample in samples[:2]]
    rows = [("a", "ann", pictures[0]), ("b", "bob", pictures[0]), ("c", "cy", pictures[1]), ("c", "cy", pictures[1])]
    values = ", ".join(f"({literal(post)}, {literal(user)}, {literal(path)})" for post, user, path in rows)
    rest = [name for name in POST_COLUMNS if name not in ("post", "user", "picture")]
    nulls = ", ".join(f'NULL::{POST_COLUMNS[name]} AS "{name}"' for name in rest)
    with database() as connection:
        write_parquet(connection, f'SELECT *, {nulls} FROM (VALUES {values}) t(post, "user", picture)', posts)
    (*_, last) = filter_table(posts, out)
    (counts,) = last.results
    kept = read_rows(out, ["post", "user", "picture"])
    assert sorted(row[2] for row in kept) == sorted(map(str, pictures))
    assert counts["near-duplicate"] == 2
    assert sum(counts.values()) == len(rows)
