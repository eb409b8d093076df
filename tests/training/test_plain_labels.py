"""Labels that somebody gave: stars in pictures and sidecars, a column, and the split by user that follows."""

from pathlib import Path

import pytest
from PIL import Image

from training.manifest import ManifestError, read_manifest, read_ranked
from training.plain_labels import folder_rows, label_by_column, label_by_stars, stars_of
from training.posts import collect_posts, read_rows
from training.split import split_table


def _xmp(stars: int) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{stars}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def test_stars_are_read_from_the_picture_and_from_both_kinds_of_sidecar(tmp_path: Path) -> None:
    for name in ("inside", "lightroom", "darktable", "none"):
        xmp = {"xmp": _xmp(5)} if name == "inside" else {}
        Image.new("RGB", (20, 20)).save(tmp_path / f"{name}.jpg", **xmp)  # type: ignore[arg-type]
    (tmp_path / "lightroom.xmp").write_bytes(_xmp(2))
    (tmp_path / "darktable.jpg.xmp").write_bytes(_xmp(-1))
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    given = {
        name: stars_of(tmp_path / f"{name}.jpg") for name in ("inside", "lightroom", "darktable", "none", "broken")
    }
    assert given == {"inside": 5, "lightroom": 2, "darktable": -1, "none": None, "broken": None}


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


def test_a_photo_in_both_folders_says_nothing() -> None:
    good, bad, both = Path("good.jpg"), Path("bad.jpg"), Path("both.jpg")
    assert folder_rows([good, both], [bad, both]) == [(good, True), (bad, False)]
