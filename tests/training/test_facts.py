"""What the card says of its data: what a fit was given, not what lies in the folder."""

from dataclasses import replace
from pathlib import Path

import pytest

from training.facts import MADE_LABELS, data_facts
from training.manifest import LABELLED_KIND, RankedRow, Row

ROW = Row("a.jpg", "", "ann", "train", "portrait", "", "", "")
ROWS = [
    ROW,
    replace(ROW, path="b.jpg", split="test"),
    replace(ROW, path="c.jpg", split="validation", kind=LABELLED_KIND, label="1"),
    replace(ROW, path="d.jpg", kind="selfie"),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder whose index lists more photos than any fit was given."""
    rows = [f"{name}.jpg,{'portrait' if name in 'ab' else 'selfie'},CC0" for name in "abdefgh"]
    (tmp_path / "photos.csv").write_text("\n".join(["file,kind,terms", *rows, "c.jpg,labelled face chip,research"]))
    return tmp_path


def test_only_photos_of_the_manifest_are_counted_each_for_its_use(data: Path) -> None:
    assert data_facts(data, ROWS) == (
        "1 x labelled face chip (1 to validate), with one annotator's label: research",
        "2 x portrait (1 to train, 1 to test), without labels: CC0",
        "1 x selfie (1 to train), without labels: CC0",
        MADE_LABELS,
    )


def test_without_an_index_or_an_entry_the_terms_are_not_stated(data: Path, tmp_path: Path) -> None:
    posts = [replace(ROW, path=f"new {n}.jpg", kind="post", label=str(n % 2)) for n in range(1200)]
    for folder in (data, tmp_path / "no index"):
        assert data_facts(folder, posts) == ("1,200 x post (1,200 to train), with a label: terms not stated",)


def test_pairs_are_told_as_pairs(tmp_path: Path) -> None:
    pairs = [RankedRow("a.jpg", "b.jpg", "ann", "train"), RankedRow("c.jpg", "d.jpg", "bob", "test")]
    assert data_facts(tmp_path, [], pairs) == ("2 x pair of two photos (1 to train, 1 to test): terms not stated",)
