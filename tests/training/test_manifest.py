"""The manifest: people stay apart, splits stay as they are, and what is wrong is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.manifest import (
    ManifestError,
    RankedRow,
    Row,
    build_manifest,
    check_manifest,
    read_manifest,
    read_ranked,
    split_of,
    write_manifest,
    write_ranked,
)

HEADER = "file,kind,person,good,age,gender,race"
ROW = Row("a.jpg", "1", "ann", "train", "labelled face chip", "white", "female", "31")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1)


def _data_folder(folder: Path, *lines: str) -> Path:
    (folder / "photos.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return folder


def test_a_person_stays_in_one_split_for_ever() -> None:
    # Another split would let the next model train on people that this one is judged on.
    people = {"ann": "train", "dee": "test", "ida": "validation", "ned": "validation", "tom": "test", "una": "train"}
    assert {person: split_of(person) for person in people} == people


def test_splits_have_about_their_shares() -> None:
    splits = [split_of(f"person {number}") for number in range(5000)]
    assert splits.count("train") / 5000 == pytest.approx(0.70, abs=0.03)
    assert splits.count("validation") / 5000 == pytest.approx(0.12, abs=0.03)


def test_photos_of_a_person_stay_together_when_others_come_and_go(tmp_path: Path) -> None:
    lines = [f"p{number}.jpg,portrait,person {number % 30},,,," for number in range(90)]
    before = {row.path: row for row in build_manifest(_data_folder(tmp_path, *lines))}
    after = {
        row.path: row for row in build_manifest(_data_folder(tmp_path, *reversed(lines[20:]), "new.jpg,selfie,,,,,"))
    }
    check_manifest(list(after.values()))
    assert all(before[path] == row for path, row in after.items() if path in before)
    assert {row.person for row in before.values()} == {f"person {number}" for number in range(30)}
    assert len({row.split for row in before.values()}) == 3


def test_only_a_persons_judgement_is_a_label(tmp_path: Path) -> None:
    folder = _data_folder(
        tmp_path, "c.jpg,labelled face chip,,1,31,female,white", "s.jpg,selfie,,,,female,", "v.mkv,video,,,,,"
    )
    assert [(row.path, row.label, row.group) for row in build_manifest(folder)] == [
        ("c.jpg", "1", "white"),
        ("s.jpg", "", ""),
    ]


@given(path=TEXT, person=TEXT, group=TEXT)
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, path: str, person: str, group: str) -> None:
    rows = [replace(ROW, path=path, person=person, group=group, split=split_of(person))]
    file = tmp_path_factory.mktemp("manifest") / "manifest.csv"
    write_manifest(file, rows)
    assert read_manifest(file) == rows


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([ROW, replace(ROW, path="b.jpg", split="test")], "ann is in two splits"),
        ([ROW, replace(ROW, person="bob", split="test")], "a.jpg is in two splits"),
        ([replace(ROW, label="yes")], "label 'yes'"),
        ([replace(ROW, split="exam")], "split 'exam'"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, rows: list[Row], reason: str) -> None:
    write_manifest(tmp_path / "manifest.csv", rows)
    with pytest.raises(ManifestError, match=reason):
        read_manifest(tmp_path / "manifest.csv")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("path,label\na.jpg,1\n".encode("utf-16"), "not a CSV in UTF-8.*train manifest"),
        ("pfad\nMüller.jpg\n".encode("latin-1"), "not a CSV in UTF-8.*train manifest"),
        (b"path,label,person\na.jpg,1,ann\n", "no column 'split'.*train manifest"),
        (b"path,label,person,split,kind,group,gender,age\na.jpg,1\n", "split ''"),
    ],
)
def test_what_is_not_a_manifest_is_said_in_words(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "manifest.csv"
    file.write_bytes(content)
    with pytest.raises(ManifestError, match=reason):
        read_manifest(file)


def test_a_manifest_that_a_spreadsheet_saved_is_read(tmp_path: Path) -> None:
    file = tmp_path / "manifest.csv"
    write_manifest(file, [ROW])
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_manifest(file) == [ROW]


def test_a_photo_of_two_pairs_is_in_one_split(tmp_path: Path) -> None:
    write_ranked(
        tmp_path / "pairs.csv",
        [RankedRow("a.jpg", "b.jpg", "ann", "train"), RankedRow("b.jpg", "c.jpg", "bob", "test")],
    )
    with pytest.raises(ManifestError, match=r"b\.jpg is in two splits"):
        read_ranked(tmp_path / "pairs.csv")


def test_a_folder_without_photos_csv_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="--data"):
        build_manifest(tmp_path)


def test_the_real_folder_has_its_labels_in_all_splits(data_folder: Path) -> None:
    rows = build_manifest(data_folder)
    check_manifest(rows)
    for split in ("train", "validation", "test"):
        assert {row.label for row in rows if row.split == split} == {"", "0", "1"}
