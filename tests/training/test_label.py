"""Labels from likes: halves of groups, clear pairs, and what is left out is counted."""

import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from training.label import AudienceGroups, UserPairs, label_by_audience, pair_by_user
from training.posts import read_rows
from training.simulate import NOISE_LEVELS, World, right_labels, simulated_posts, write_simulated_posts
from training.tables import TableError


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("posts") / "posts.parquet"
    write_simulated_posts(World(posts=20_000, seed=4), file)
    return file


def test_half_of_each_group_is_good_and_has_the_more_likes(posts: Path, tmp_path: Path) -> None:
    kept = label_by_audience(posts, tmp_path / "labels.parquet")
    rows = read_rows(tmp_path / "labels.parquet", ["group_number", "label", "likes", "followers", "tags"])
    assert len(rows) == kept.kept
    assert kept.kept + sum(kept.dropped.values()) == 20_000
    groups = defaultdict(list)
    for group, label, likes, followers, tags in rows:
        groups[group].append((label, likes, followers * (1 + 0.02 * max(tags - 1, 0))))
    audiences = []
    for _, members in sorted(groups.items()):
        good, bad = ([member for member in members if member[0] == label] for label in (1.0, 0.0))
        assert len(good) == len(bad) == 50
        assert min(likes for _, likes, _ in good) >= max(likes for _, likes, _ in bad)
        audiences.append((min(a for *_, a in members), max(a for *_, a in members)))
    assert all(one[1] <= other[0] + 1e-6 for one, other in itertools.pairwise(audiences))


def test_posts_that_say_little_are_left_out(posts: Path, tmp_path: Path) -> None:
    settings = AudienceGroups(min_followers=500, max_followers=5000, max_tags=3, min_age_days=100)
    kept = label_by_audience(posts, tmp_path / "labels.parquet", settings)
    assert {"too few followers", "too many followers", "too many tags", "too young"} <= set(kept.dropped)
    rows = read_rows(tmp_path / "labels.parquet", ["followers", "tags"])
    assert all(500 <= followers <= 5000 and tags <= 3 for followers, tags in rows)


def test_pairs_are_of_one_user_close_in_time_and_clear(posts: Path, tmp_path: Path) -> None:
    settings = UserPairs(max_days=6, min_ratio=2.0, min_likes=30)
    pair_by_user(posts, tmp_path / "pairs.parquet", settings)
    facts = {row[0]: row[1:] for row in read_rows(posts, ["post", "user", "likes", "posted_at"])}
    pairs = read_rows(tmp_path / "pairs.parquet", ["user", "winner", "loser", "winner_picture"])
    assert len(pairs) > 100
    assert len({frozenset(pair[1:3]) for pair in pairs}) == len(pairs)
    for user, winner, loser, picture in pairs:
        (one_user, more, later), (other_user, fewer, earlier) = facts[winner], facts[loser]
        assert one_user == other_user == user
        assert more >= 30
        assert more >= 2 * fewer
        assert abs((later - earlier).total_seconds()) <= 6 * 86400
        assert picture == f"photo-{winner}.jpg"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("min_ratio", float("nan")),
        ("min_ratio", -3.0),
        ("min_ratio", 0.5),
        ("max_days", float("inf")),
        ("max_days", -1.0),
        ("min_age_days", -5000),
        ("min_age_days", 10**9),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(setting: str, value: float) -> None:
    with pytest.raises(TableError, match=f"--{setting.replace('_', '-')} is .*give a number"):
        UserPairs(**{setting: value})  # type: ignore[arg-type]


def test_audience_groups_refuse_ranges_that_hold_nobody() -> None:
    for settings in ({"min_followers": 10, "max_followers": 5}, {"max_tags": -1}, {"min_age_days": -1}):
        with pytest.raises(TableError, match="give a number"):
            AudienceGroups(**settings)  # type: ignore[arg-type]


def test_posts_with_equal_likes_are_no_pair(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("post,user,likes,date\na,ann,50,2021-01-01\nb,ann,50,2021-01-02\n")
    from training.posts import collect_posts

    collect_posts(tmp_path / "posts.csv", tmp_path / "posts.parquet")
    kept = pair_by_user(tmp_path / "posts.parquet", tmp_path / "out.parquet", UserPairs(min_ratio=1, min_age_days=0))
    assert (kept.kept, kept.dropped) == (0, {"pairs without a clear difference": 1})


def test_posts_without_likes_are_refused_in_words(tmp_path: Path, posts: Path) -> None:
    with pytest.raises(TableError, match="train collect"):
        label_by_audience(tmp_path / "none.parquet", tmp_path / "out.parquet")
    from training.posts import collect_posts

    (tmp_path / "bare.csv").write_text("post,picture\n1,a.jpg\n")
    collect_posts(tmp_path / "bare.csv", tmp_path / "bare.parquet")
    with pytest.raises(TableError, match="likes"):
        label_by_audience(tmp_path / "bare.parquet", tmp_path / "out.parquet")
    with pytest.raises(TableError, match="user"):
        pair_by_user(tmp_path / "bare.parquet", tmp_path / "out.parquet")


@pytest.mark.parametrize("seed", [1, 2])
def test_audience_groups_are_right_more_often_than_raw_likes(seed: int) -> None:
    for noise in NOISE_LEVELS:
        right = right_labels(World(posts=60_000, noise=noise, seed=seed))
        assert right["audience groups"] > right["raw likes"]
        assert right["user pairs"] > right["audience groups"]
        if noise <= 0.5:
            assert right["audience groups"] > right["raw likes"] + 0.05


def test_labels_get_worse_with_luck() -> None:
    right = [right_labels(World(posts=30_000, noise=noise))["audience groups"] for noise in (0.0, 1.0, 3.0)]
    assert right == sorted(right, reverse=True)
    assert right[-1] > 0.5


def test_a_simulated_site_is_what_its_description_says() -> None:
    columns = simulated_posts(World(posts=50_000, seed=2))
    again = simulated_posts(World(posts=50_000, seed=2))
    assert all(np.array_equal(columns[name], again[name]) for name in columns)
    assert abs(np.mean(columns["quality"])) < 0.02
    assert np.std(columns["quality"]) == pytest.approx(1, abs=0.02)
    assert np.corrcoef(np.log1p(columns["likes"]), columns["quality"])[0, 1] > 0.15
    assert (columns["likes"] >= 0).all()
