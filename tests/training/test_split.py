"""The split: who belongs together stays together, and the test set stays what it was, wherever its folder goes."""

import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from training.commands import app, model
from training.manifest import ManifestError, Row, read_manifest, read_ranked, write_manifest
from training.split import check_frozen, split_table

COLUMNS = 'picture VARCHAR, label DOUBLE, "user" VARCHAR, event INTEGER'
PAIR_COLUMNS = 'winner_picture VARCHAR, loser_picture VARCHAR, "user" VARCHAR, event INTEGER'


def _table(file: Path, columns: str, rows: list[tuple[object, ...]]) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE labels ({columns})")
        if rows:
            connection.executemany(f"INSERT INTO labels VALUES ({', '.join('?' * len(rows[0]))})", rows)
        connection.execute(f"COPY labels TO '{file}' (FORMAT parquet)")
    return file


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """120 photos of 12 users, taken at 40 events that users share."""
    return _labels_of(tmp_path / "here", tmp_path / "labels.parquet")


def _labels_of(pictures: Path, file: Path, user: bool = True) -> Path:
    if not pictures.exists():
        pictures.mkdir()
        for number in range(120):
            (pictures / f"{number}.jpg").write_bytes(f"photo {number}".encode())
    rows = [(f"{pictures}/{n}.jpg", n % 2, f"user {n % 12}" if user else None, n // 3) for n in range(120)]
    return _table(file, COLUMNS, rows)


def _not_tested(manifest: Path) -> dict[str, str]:
    return {row.path: row.split for row in read_manifest(manifest) if row.split != "test"}


def _look(manifest: Path, data: Path, split_by_picture: dict[str, str]) -> None:
    assert all(step.total == len(split_by_picture) for step in check_frozen(manifest, data, split_by_picture))


@pytest.mark.parametrize(("by", "groups"), [("user", 12), ("event", 40)])
def test_photos_of_the_same_value_stay_in_one_split(labels: Path, tmp_path: Path, by: str, groups: int) -> None:
    split_table(labels, tmp_path / "manifest.csv", by)
    rows = read_manifest(tmp_path / "manifest.csv")
    number = {row.path: int(Path(row.path).stem) for row in rows}
    value = {row.path: number[row.path] % 12 if by == "user" else number[row.path] // 3 for row in rows}
    assert len({(value[row.path], row.split) for row in rows}) == groups
    assert {row.split for row in rows} == {"train", "validation", "test"}


def test_a_column_that_is_not_there_is_named_with_those_that_are(labels: Path, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"no column 'family'.* picture, label, user, event"):
        split_table(labels, tmp_path / "manifest.csv", "family")


def test_a_photo_of_two_pairs_that_would_be_torn_apart_is_refused(tmp_path: Path) -> None:
    pairs = [(f"{n}.jpg", f"{n + 1}.jpg", "ann", n) for n in range(40)]
    table = _table(tmp_path / "pairs.parquet", PAIR_COLUMNS, pairs)
    split_table(table, tmp_path / "pairs.csv")
    assert len({row.split for row in read_ranked(tmp_path / "pairs.csv")}) == 1
    with pytest.raises(ManifestError, match="in two splits"):
        split_table(table, tmp_path / "by-event.csv", "event")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no rows with a picture.*train label"),
        ([("a.jpg", None, "ann", 1)], "label None.*train label"),
        ([("a.jpg", 0.5, "ann", 1)], "label 0.5.*train label"),
    ],
)
def test_labels_that_are_not_there_are_asked_for(rows: list[tuple[object, ...]], said: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=said):
        split_table(_table(tmp_path / "labels.parquet", COLUMNS, rows), tmp_path / "manifest.csv")
    assert not (tmp_path / "manifest.csv").exists()


@pytest.mark.parametrize("user", [True, False], ids=["with users", "each photo its own"])
def test_a_moved_folder_keeps_its_splits_and_its_test_set(tmp_path: Path, user: bool) -> None:
    def splits(place: Path) -> dict[str, str]:
        split_table(_labels_of(place, tmp_path / "labels.parquet", user), tmp_path / "manifest.csv")
        return {Path(row.path).name: row.split for row in read_manifest(tmp_path / "manifest.csv")}

    before = splits(tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert splits(tmp_path / "there") == before
    assert len(set(before.values())) == 3


def test_another_picture_under_a_test_photos_name_is_another_test_set(labels: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    split_table(labels, manifest)
    tested = next(row.path for row in read_manifest(manifest) if row.split == "test")
    Path(tested).write_bytes(b"another photo")
    with pytest.raises(ManifestError, match="froze"):
        split_table(labels, manifest)


def test_a_frozen_test_photo_is_never_trained_on(labels: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    split_table(labels, manifest)
    _look(manifest, tmp_path, _not_tested(manifest))

    # Whoever moves a user by hand from the test photos to the training photos is told.
    rows = read_manifest(manifest)
    user = next(row.person for row in rows if row.split == "test")
    moved = [Row(**{**vars(row), "split": "train"}) if row.person == user else row for row in rows]
    write_manifest(manifest, moved)
    with pytest.raises(ManifestError, match="froze, and listed for train"):
        _look(manifest, tmp_path, _not_tested(manifest))

    # So is who trains on a copy of a test photo under another name.
    write_manifest(manifest, rows)
    tested = next(row.path for row in rows if row.split == "test")
    shutil.copy(tested, tmp_path / "copy.jpg")
    with pytest.raises(ManifestError, match=r"copy\.jpg is in the test set"):
        _look(manifest, tmp_path, {"copy.jpg": "train"})


def test_only_frozen_photos_are_tested_with(labels: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    split_table(labels, manifest)
    tested = {row.path: "test" for row in read_manifest(manifest) if row.split == "test"}
    Path(next(iter(tested))).unlink()  # A photo that is gone is left out, later and in words.
    _look(manifest, tmp_path, tested)
    with pytest.raises(ManifestError, match="not in the test set"):
        _look(manifest, tmp_path, {next(iter(_not_tested(manifest))): "test"})


def test_pictures_that_come_after_the_split_are_known_by_their_names(tmp_path: Path) -> None:
    rows = [(f"{n}.jpg", n % 2, f"user {n}", n) for n in range(40)]
    manifest = tmp_path / "manifest.csv"
    split_table(_table(tmp_path / "labels.parquet", COLUMNS, rows), manifest)
    for row in read_manifest(manifest):
        (tmp_path / row.path).write_bytes(row.path.encode())
    _look(manifest, tmp_path, {row.path: row.split for row in read_manifest(manifest)})
    tested = next(row.path for row in read_manifest(manifest) if row.split == "test")
    with pytest.raises(ManifestError, match="listed for train"):
        _look(manifest, tmp_path, {tested: "train"})


def test_a_manifest_that_nothing_froze_is_not_held_against_anything(tmp_path: Path) -> None:
    assert not list(check_frozen(tmp_path / "manifest.csv", tmp_path, {"a.jpg": "train"}))


def _said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return result.exit_code, " ".join(result.output.split())


def test_the_command_splits_by_the_column_that_it_is_told(labels: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    code, output = _said("split", str(labels), "--out", str(manifest), "--by", "event")
    assert code == 0, output
    assert len({row.person for row in read_manifest(manifest)}) == 40
    code, output = _said("split", str(labels), "--out", str(manifest), "--by", "family")
    assert code == 1
    assert output.startswith("error:")
    assert "it has picture, label, user, event" in output


def test_posts_are_split_by_a_column_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All stages in one line, without looking at pictures and without a fit."""
    monkeypatch.setattr(model, "filter_posts", shutil.copy)
    for stage in ("fit", "export"):
        monkeypatch.setattr(model, stage, lambda *_: None)
    rows = [f"{n}.jpg,user {n},{n % 2},family {n % 9}" for n in range(90)]
    (tmp_path / "posts.csv").write_text("\n".join(["picture,user,label,family", *rows]))
    arguments = ["from-posts", str(tmp_path / "posts.csv"), "--work", str(tmp_path), "--scheme", "column"]
    code, output = _said(*arguments, "--by", "family")
    assert code == 0, output
    assert {row.person for row in read_manifest(tmp_path / "manifest.csv")} == {f"family {n}" for n in range(9)}
    code, output = _said(*arguments, "--by", "event")
    assert code == 1
    assert "no column 'event'" in output
