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
    assert (kept.kept, kept.dropped) == (2, {"like_count below zero, such as '-1'": 1})
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


def _collected(source: Path, content: str | bytes, keep: tuple[str, ...] = ()) -> tuple[dict[str, int], list[str]]:
    """What is left out of a source for which reason, and the posts that are kept."""
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    out = source.with_name("out.parquet")
    kept = collect_posts(source, out, keep)
    posts = sorted(str(row["post"]) for row in _rows(out))
    assert len(posts) == kept.kept
    return kept.dropped, posts


@pytest.mark.parametrize("likes", ["n/a", "NaN", "1e30", "inf", "1.5", "1.234", "1,23", "many"])
def test_likes_that_are_no_count_cost_their_row_alone_and_are_shown(tmp_path: Path, likes: str) -> None:
    content = f'post,likes\na,1\nb,"{likes}"\nc,"1,234"\n'
    dropped, posts = _collected(tmp_path / "posts.csv", content)
    assert posts == ["a", "c"]
    assert dropped == {f"likes cannot be read as a whole number, such as '{likes}'": 1}


@pytest.mark.parametrize("written", ["1,234", "1 234", "1\u202f234", "1'234", "1234.0", "1234"])
def test_thousands_are_read_however_they_are_marked(tmp_path: Path, written: str) -> None:
    assert _collected(tmp_path / "posts.csv", f'post,likes,followers\na,"{written}","1.234.567"\n') == ({}, ["a"])
    (row,) = _rows(tmp_path / "out.parquet")
    assert (row["likes"], row["followers"]) == (1234, 1_234_567)


@pytest.mark.parametrize(
    "written",
    [
        "1608854400",
        "1608854400000",
        "1608854400000000",
        "1608854400000000000",
        "2020-12-25",
        "2020-12-25T02:00:00+02:00",
        "25.12.2020",
        "12/25/2020",
        "25/12/2020",
        "20201225",
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_times_are_understood_as_people_and_machines_write_them(tmp_path: Path, written: str, form: str) -> None:
    line = json.dumps({"post": "a", "posted_at": int(written) if written.isdigit() else written})
    content = line if form == "jsonl" else f"post,posted_at\na,{written}\n"
    assert _collected(tmp_path / f"posts.{form}", content) == ({}, ["a"])
    (row,) = _rows(tmp_path / "out.parquet")
    assert str(row["posted_at"]) == "2020-12-25 00:00:00"


@pytest.mark.parametrize("written", ["12/11/2020", "1e30", "nan", "soon", "2020-13-45", "infinity"])
def test_times_that_cannot_be_told_cost_their_row_alone(tmp_path: Path, written: str) -> None:
    dropped, posts = _collected(tmp_path / "posts.csv", f"post,date\na,{written}\nb,2020-12-25\n")
    assert (dropped, posts) == ({f"date cannot be read as a time, such as '{written}'": 1}, ["b"])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("short.csv", "post,user,likes\na,ann\nb,bob,2\n", "too few cells, such as line 2"),
        ("long.csv", "post,user,likes\na,ann,1,1\nb,bob,2\n", "too many cells, such as line 2"),
        (
            "latin.csv",
            b"post,user,likes\na,\xe9va,1\nb,bob,2\n",
            "not UTF-8 text (save the file as UTF-8), such as line 2",
        ),
        ("broken.jsonl", '{"post":"a","likes"\n{"post":"b","likes":2}\n', "broken JSON, such as row 1"),
        ("latin.jsonl", b'{"post":"\xe9","likes":1}\n{"post":"b","likes":2}\n', "broken JSON, such as row 1"),
        ("lines.json", '7\n{"post":"b","likes":2}\n', "broken JSON, such as row 1"),
        ("fewer.csv", "post,followers\na,-5\nb,5\n", "followers below zero, such as '-5'"),
    ],
)
def test_a_row_that_is_broken_costs_itself_alone(tmp_path: Path, name: str, content: str | bytes, reason: str) -> None:
    assert _collected(tmp_path / name, content) == ({reason: 1}, ["b"])


def test_a_quotation_mark_out_of_place_does_not_hide_the_columns(tmp_path: Path) -> None:
    dropped, posts = _collected(tmp_path / "posts.csv", 'post,user,likes\na,"ann "x"",1\nb,bob,2\n')
    assert posts == ["b"]
    ((reason, count),) = dropped.items()
    assert (count, "quotation mark" in reason, "line 2" in reason) == (1, True, True)


def test_columns_are_kept_by_name_and_no_others(tmp_path: Path) -> None:
    _collected(tmp_path / "posts.csv", "post,likes,Identity,colour\na,1,ann,red\n", ("identity",))
    assert read_rows(tmp_path / "out.parquet", ["identity"]) == [("ann",)]
    with pytest.raises(TableError, match="colour"):
        read_rows(tmp_path / "out.parquet", ["colour"])
    with pytest.raises(TableError, match=r"'shape'.*Identity"):
        _collected(tmp_path / "posts.csv", "post,likes,Identity\na,1,ann\n", ("shape",))


def _export(folder: Path, posts: list[object]) -> tuple[dict[str, int], list[dict[str, object]]]:
    (folder / "media").mkdir(parents=True, exist_ok=True)
    (folder / "posts_1.json").write_text(json.dumps(posts))
    kept = collect_posts(folder, folder.parent / "out.parquet")
    rows = sorted(_rows(folder.parent / "out.parquet"), key=lambda row: str(row["post"]))
    assert len(rows) == kept.kept
    return kept.dropped, rows


def test_a_carousel_gives_each_picture_but_its_likes_to_the_first(tmp_path: Path) -> None:
    insights = tmp_path / "ann" / "past_instagram_insights" / "posts.json"
    insights.parent.mkdir(parents=True)
    insight = {
        "media_map_data": {"x": {"creation_timestamp": 1600000000}},
        "string_map_data": {"Likes": {"value": "7"}},
    }
    insights.write_text(json.dumps([insight, {"media_map_data": None, "string_map_data": None}]))
    media = [{"uri": f"media/{number}.jpg"} for number in range(3)]
    dropped, rows = _export(tmp_path / "ann", [{"media": media, "creation_timestamp": 1600000000}])
    assert dropped == {}
    assert [(Path(str(row["picture"])).name, row["likes"]) for row in rows] == [
        ("0.jpg", 7),
        ("1.jpg", None),
        ("2.jpg", None),
    ]


def test_what_is_odd_in_an_export_is_left_out_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "outside.jpg").write_bytes(b"not yours")
    (tmp_path / "ann" / "media").mkdir(parents=True)
    (tmp_path / "ann" / "media" / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    uris = [
        "media/a.mp4",
        "../outside.jpg",
        "/etc/a.jpg",
        "..\\outside.jpg",
        "C:\\a.jpg",
        "media/link.jpg",
        "media/a.xyz",
    ]
    posts: list[object] = [{"media": [{"uri": uri, "creation_timestamp": 1600000000}]} for uri in uris]
    posts += [{"media": None}, {"media": [{"uri": "media/b.jpg", "creation_timestamp": "soon"}]}]
    posts += [{"media": [{"uri": "https://example.org/a/b.jpg", "creation_timestamp": 1600000000}]}]
    dropped, rows = _export(tmp_path / "ann", posts)
    assert [row["picture"] for row in rows] == ["https://example.org/a/b.jpg"]
    assert dropped == {
        "a video": 1,
        "a path out of the folder": 5,
        "no photo but .xyz": 1,
        "no picture": 1,
        "posted_at cannot be read as a time, such as 'soon'": 1,
    }


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("posts.csv", "colour,size\nred,1\n", "none of its columns"),
        ("posts.csv", "post,user,likes\n", "no posts"),
        ("posts.csv", "", "empty"),
        ("posts.json", "[]", "no posts"),
        ("posts.json", '[{"post": 1, "likes": 2}, {"po', "not JSON"),
        ("instagram-ann.zip", "", "unpack it first"),
        ("posts.jsonl", "{not json", "JSON"),
        ("posts.parquet", "not parquet", "posts.parquet"),
        ("posts.xlsx", "", "not CSV"),
    ],
)
def test_what_is_no_table_of_posts_is_explained(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(TableError, match=reason) as raised:
        collect_posts(tmp_path / name, tmp_path / "out.parquet")
    assert "Error:" not in str(raised.value)  # DuckDB's words are about SQL
    assert not (tmp_path / "out.parquet").exists()


def test_the_real_posts_are_read(data_folder: Path, tmp_path: Path) -> None:
    assert collect_posts(data_folder / "likes" / "posts.csv", tmp_path / "out.parquet").kept == 3785
    rows = _rows(tmp_path / "out.parquet")
    assert all(row["likes"] is not None and row["followers"] and row["posted_at"] for row in rows)
