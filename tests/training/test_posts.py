"""Posts from where people keep them to one table."""

import json
from pathlib import Path

import duckdb
import pytest

from training.posts import collect_posts, read_rows
from training.tables import POST_COLUMNS, TableError


def _rows(table: Path) -> list[dict[str, object]]:
    names = list(POST_COLUMNS)
    return [dict(zip(names, row, strict=True)) for row in read_rows(table, names)]


def test_a_csv_with_names_of_its_own_is_understood(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(
        "shortcode,username,like_count,follower_count,taken_at,caption,image_url\n"
        'a,ann,10,100,1600000000,"#sun #fun, hello",https://x/1.jpg\n'
        "b,bob,-1,50,1600000000000,no tags,\n"
        "c,bob,3,50,1600000000000,no tags,\n"
    )
    kept = collect_posts(tmp_path / "mine.csv", tmp_path / "out" / "posts.parquet")
    assert (kept.kept, kept.dropped) == (2, {"likes below zero": 1})
    first, second = sorted(_rows(tmp_path / "out" / "posts.parquet"), key=lambda row: str(row["post"]))
    assert (first["user"], first["likes"], first["followers"], first["tags"]) == ("ann", 10, 100, 2)
    assert first["posted_at"] == second["posted_at"]
    assert str(first["posted_at"]) == "2020-09-13 12:26:40"
    assert second["picture"] is None


@pytest.mark.parametrize("form", ["jsonl", "json", "parquet"])
def test_json_and_parquet_say_the_same(tmp_path: Path, form: str) -> None:
    rows = [
        {"id": "1", "owner": "ann", "likes": 5, "followers": 9, "tags": ["a", "b"], "timestamp": "2021-02-03 04:05:06"}
    ]
    source = tmp_path / f"posts.{form}"
    if form == "jsonl":
        source.write_text("\n".join(map(json.dumps, rows)))
    elif form == "json":
        source.write_text(json.dumps(rows))
    else:
        (tmp_path / "rows.json").write_text(json.dumps(rows))
        duckdb.sql(f"COPY (SELECT * FROM read_json('{tmp_path}/rows.json')) TO '{source}' (FORMAT parquet)")
    collect_posts(source, tmp_path / "out.parquet")
    (row,) = _rows(tmp_path / "out.parquet")
    assert (row["post"], row["user"], row["likes"], row["tags"]) == ("1", "ann", 5, 2)
    assert str(row["posted_at"]) == "2021-02-03 04:05:06"


def test_an_instagram_export_is_read_with_its_insights(tmp_path: Path) -> None:
    export = tmp_path / "instagram-ann"
    posts = [
        {"media": [{"uri": "media/posts/1.jpg", "creation_timestamp": 1600000000, "title": "#one #two"}]},
        {"media": [{"uri": "media/posts/2.jpg"}], "title": "plain", "creation_timestamp": 1600000100},
        {"media": []},
    ]
    insight = {
        "media_map_data": {"Media Thumbnail": {"uri": "x", "creation_timestamp": 1600000000}},
        "string_map_data": {"Likes": {"value": "1,234"}},
    }
    for path, content in {
        "your_instagram_activity/media/posts_1.json": posts,
        "connections/followers_and_following/followers_1.json": [{"title": ""}] * 7,
        "logged_information/past_instagram_insights/posts.json": {"organic_insights_posts": [insight]},
    }.items():
        (export / path).parent.mkdir(parents=True, exist_ok=True)
        (export / path).write_text(json.dumps(content))
    assert collect_posts(export, tmp_path / "out.parquet").kept == 2
    first, second = sorted(_rows(tmp_path / "out.parquet"), key=lambda row: str(row["post"]))
    assert (first["user"], first["likes"], first["followers"], first["tags"]) == ("instagram-ann", 1234, 7, 2)
    assert first["picture"] == str(export / "media/posts/1.jpg")
    assert (second["likes"], second["tags"]) == (None, 0)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("posts.csv", "colour,size\nred,1\n", "none of its columns"),
        ("posts.jsonl", "{not json", "JSON"),
        ("posts.parquet", "not parquet", "posts.parquet"),
        ("posts.xlsx", "", "not CSV"),
    ],
)
def test_what_is_no_table_of_posts_is_explained(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(TableError, match=reason):
        collect_posts(tmp_path / name, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_the_real_posts_are_read(data_folder: Path, tmp_path: Path) -> None:
    assert collect_posts(data_folder / "likes" / "posts.csv", tmp_path / "out.parquet").kept == 3785
    rows = _rows(tmp_path / "out.parquet")
    assert all(row["likes"] is not None and row["followers"] and row["posted_at"] for row in rows)
