"""The table of posts that is left: one post for each picture, and counts that add up."""

import shutil
import time
from pathlib import Path

import pytest

from training.collect import _replace_pictures, _write_seen, collect_addresses, filter_table
from training.posts import read_rows
from training.tables import POST_COLUMNS, TableError, database, literal, write_parquet


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


def test_a_list_of_addresses_loses_its_bad_lines_alone(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(
        b"# mine\nhttps://x/1.jpg\nHTTP://x/2.jpg\nx.jpg\nhttps://x/\xe9.jpg\nhttps://x/1.jpg\n\n"
    )
    kept = collect_addresses(tmp_path / "list.txt", tmp_path / "out.parquet")
    assert (kept.kept, kept.dropped) == (2, {"not an http address, such as 'x.jpg'": 2})
    assert {row[0] for row in read_rows(tmp_path / "out.parquet", ["picture"])} == {"https://x/1.jpg", "HTTP://x/2.jpg"}
    (tmp_path / "list.txt").write_text("# nothing\n")
    with pytest.raises(TableError, match="no address"):
        collect_addresses(tmp_path / "list.txt", tmp_path / "out.parquet")


def test_a_hundred_thousand_addresses_take_seconds(tmp_path: Path) -> None:
    """A statement for each of them took half a minute, for each stage."""
    urls = [f"https://example.org/{number}.jpg" for number in range(100_000)]
    (tmp_path / "list.txt").write_text("\n".join(urls))
    posts = tmp_path / "posts.parquet"
    begun_s = time.monotonic()
    collect_addresses(tmp_path / "list.txt", posts)
    _replace_pictures(posts, [(url, url.replace("https:/", "/pictures")) for url in urls[1000:]], urls[:1000])
    _write_seen(posts, [[url.replace("https:/", "/pictures"), 1, 0.1] for url in urls], tmp_path / "kept.parquet")
    assert time.monotonic() - begun_s < 15
    assert len(read_rows(tmp_path / "kept.parquet", ["picture", "faces", "face_share"])) == 99_000


def test_addresses_that_were_not_fetched_are_told_with_the_command_that_fetches_them(
    samples: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("https://x/1.jpg\nhttps://x/2.jpg\n")
    posts = tmp_path / "posts.parquet"
    collect_addresses(tmp_path / "list.txt", posts)
    with pytest.raises(TableError, match=r"2 addresses.*not fetched yet.*--pictures"):
        list(filter_table(posts, tmp_path / "out.parquet"))
    _replace_pictures(posts, [("https://x/1.jpg", str(samples[0]))], [])
    (*_, last) = filter_table(posts, tmp_path / "out.parquet")
    ((kept, one), (reason, another)) = last.results[0].items()
    assert (kept, one, another, "--pictures" in reason) == ("kept", 1, 1, True)
