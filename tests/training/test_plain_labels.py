"""Labels that somebody gave: stars in pictures and sidecars, a column, and the split by user that follows."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import PictureError
from engine.ratings import RatedBy, RatingPlace, write_rating
from training.collect import filter_table
from training.label import AudienceGroups, label_by_audience
from training.manifest import ManifestError, read_manifest, read_ranked
from training.plain_labels import folder_rows, label_by_column, label_by_folders, label_by_stars
from training.posts import collect_posts, read_rows
from training.split import split_table
from training.tables import TableError


def _xmp(stars: int) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{stars}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def test_stars_become_labels(tmp_path: Path) -> None:
    lines = ["picture,user"]
    for number, stars in enumerate((5, 4, 3, 2, 1, -1, 0)):
        Image.new("RGB", (20, 20)).save(tmp_path / f"{number}.jpg", xmp=_xmp(stars))
        lines.append(f"{tmp_path}/{number}.jpg,ann")
    (tmp_path / "posts.csv").write_text("\n".join(lines))
    collect_posts(tmp_path / "posts.csv", tmp_path / "posts.parquet")
    kept = label_by_stars(tmp_path / "posts.parquet", tmp_path / "labels.parquet")
    assert (kept.kept, kept.dropped) == (5, {"no stars": 1, "three stars": 1})
    labels = {
        Path(picture).stem: label for picture, label in read_rows(tmp_path / "labels.parquet", ["picture", "label"])
    }
    assert labels == {"0": 1, "1": 1, "3": 0, "4": 0, "5": 0}


def test_stars_that_a_score_gave_and_missing_pictures_are_no_labels(tmp_path: Path) -> None:
    for name in ("person", "score"):
        Image.new("RGB", (20, 20)).save(tmp_path / f"{name}.jpg")
        by = RatedBy.PERSON if name == "person" else RatedBy.SCORE
        write_rating(tmp_path / f"{name}.jpg", 5, RatingPlace.FILE, by=by)
    lines = ["picture,user", *(f"{tmp_path}/{name}.jpg,ann" for name in ("person", "score", "missing"))]
    (tmp_path / "posts.csv").write_text("\n".join(lines))
    collect_posts(tmp_path / "posts.csv", tmp_path / "posts.parquet")
    kept = label_by_stars(tmp_path / "posts.parquet", tmp_path / "labels.parquet")
    assert (kept.kept, kept.dropped) == (1, {"no stars": 2})


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    rows = [f"photo{n}.jpg,user{n % 40},{n % 2},10,100,2021-01-01" for n in range(400)]
    (tmp_path / "posts.csv").write_text("\n".join(["picture,user,label,likes,followers,date", *rows]))
    collect_posts(tmp_path / "posts.csv", tmp_path / "posts.parquet")
    label_by_column(tmp_path / "posts.parquet", tmp_path / "labels.parquet")
    return tmp_path / "labels.parquet"


def test_a_user_is_in_one_split_and_the_test_set_is_frozen(labels: Path, tmp_path: Path) -> None:
    counts = split_table(labels, tmp_path / "manifest.csv")
    assert sum(counts.values()) == 400
    rows = read_manifest(tmp_path / "manifest.csv")
    assert len({(row.person, row.split) for row in rows}) == 40
    assert split_table(labels, tmp_path / "manifest.csv") == counts
    (tmp_path / "fewer.csv").write_text("picture,user,label\nphoto0.jpg,user0,1\n")
    collect_posts(tmp_path / "fewer.csv", tmp_path / "fewer.parquet")
    label_by_column(tmp_path / "fewer.parquet", tmp_path / "fewer-labels.parquet")
    with pytest.raises(ManifestError, match="froze"):
        split_table(tmp_path / "fewer-labels.parquet", tmp_path / "manifest.csv")


def test_pairs_are_split_by_user_too(tmp_path: Path) -> None:
    from training.label import pair_by_user
    from training.simulate import World, write_simulated_posts

    write_simulated_posts(World(posts=5000), tmp_path / "posts.parquet")
    pair_by_user(tmp_path / "posts.parquet", tmp_path / "pairs.parquet")
    counts = split_table(tmp_path / "pairs.parquet", tmp_path / "pairs.csv")
    rows = read_ranked(tmp_path / "pairs.csv")
    assert len(rows) == sum(counts.values())
    assert len({(row.person, row.split) for row in rows}) == len({row.person for row in rows})


def test_a_photo_in_both_folders_says_nothing(tmp_path: Path) -> None:
    good, bad, both = (tmp_path / f"{name}.jpg" for name in ("good", "bad", "both"))
    for path in (good, bad, both):
        path.touch()
    assert folder_rows([good, both], [bad, both]) == [(good, True), (bad, False)]
    with pytest.raises(PictureError, match="NOPE"):
        folder_rows([tmp_path / "NOPE"], [bad])


def test_folders_become_labels_and_those_below_them_users(tmp_path: Path) -> None:
    for name in (
        "liked/1.jpg",
        "liked/ann/2.jpg",
        "best/3.png",
        "others/ann/far/4.jpg",
        "others/5.jpg",
        "others/note.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    good, bad = [tmp_path / "liked", tmp_path / "best"], [tmp_path / "others"]
    assert label_by_folders(good, bad, tmp_path / "labels.parquet").kept == 5
    rows = {
        Path(picture).stem: rest
        for picture, *rest in read_rows(tmp_path / "labels.parquet", ["picture", "label", "user"])
    }
    assert rows == {"1": [1, None], "2": [1, "ann"], "3": [1, None], "4": [0, "ann"], "5": [0, None]}
    kept = label_by_folders(good, [*bad, tmp_path / "liked" / "ann"], tmp_path / "labels.parquet")
    assert (kept.kept, kept.dropped) == (4, {"in a good and in a bad folder": 1})
    (tmp_path / "empty").mkdir()
    for folder, reason in (("NOPE", "NOPE: there is no such folder"), ("empty", "empty holds no photos")):
        with pytest.raises(TableError, match=reason):
            label_by_folders(good, [tmp_path / folder], tmp_path / "labels.parquet")


def test_any_column_that_was_kept_becomes_a_label(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("picture,rating,identity\na.jpg,5,ann\nb.jpg,3,bob\nc.jpg,,ann\nd.jpg,?,bob\n")
    posts, out = tmp_path / "posts.parquet", tmp_path / "labels.parquet"
    collect_posts(tmp_path / "posts.csv", posts, ["rating", "identity"])
    kept = label_by_column(posts, out, "rating", above=3)
    assert kept.dropped == {"no rating": 1, "rating cannot be read as a label, such as '?'": 1}
    assert sorted(read_rows(out, ["picture", "label", "identity"])) == [("a.jpg", 1, "ann"), ("b.jpg", 0, "bob")]
    with pytest.raises(TableError, match=r"'colour'.*--keep"):
        label_by_column(posts, out, "colour")
    with pytest.raises(TableError, match="--above"):
        label_by_column(posts, out, "rating", float("nan"))


def test_a_label_may_be_a_word(tmp_path: Path) -> None:
    words = {"good": 1, "bad": 0, "yes": 1, "no": 0, "true": 1, "false": 0, "Good": 1, "0.7": 1}
    lines = "\n".join(f"{word}.jpg,{word}" for word in words)
    (tmp_path / "posts.csv").write_text(f"picture,label\n{lines}\n")
    collect_posts(tmp_path / "posts.csv", tmp_path / "posts.parquet")
    label_by_column(tmp_path / "posts.parquet", tmp_path / "labels.parquet")
    labels = dict(read_rows(tmp_path / "labels.parquet", ["picture", "label"]))
    assert labels == {f"{word}.jpg": label for word, label in words.items()}


def test_a_kept_column_goes_with_its_post_through_every_stage(samples: list[Path], tmp_path: Path) -> None:
    names = ("identity", "group", "size", "reason", "path", "url", "file", "rank")
    pictures = [shutil.copy(sample, tmp_path) for sample in samples[:4]]
    lines = [
        f"{picture},u{n},{n % 2},{n},9,100,2021-01-01,{','.join(f'{name}{n}' for name in names)}"
        for n, picture in enumerate(pictures)
    ]
    header = f"picture,user,label,likes,tags,followers,date,{','.join(names)}"
    (tmp_path / "posts.csv").write_text("\n".join([header, *lines]))
    posts, kept, labels = (tmp_path / f"{name}.parquet" for name in ("posts", "kept", "labels"))
    collect_posts(tmp_path / "posts.csv", posts, names)
    list(filter_table(posts, kept))
    label_by_column(kept, labels)
    rows = read_rows(labels, ["user", *names])
    assert len(rows) == 4
    assert all(cell == f"{name}{user[1:]}" for user, *cells in rows for name, cell in zip(names, cells, strict=True))
    label_by_audience(kept, labels, AudienceGroups(group_size=2, min_age_days=0))
    assert sorted(read_rows(labels, ["user", *names])) == sorted(rows)
