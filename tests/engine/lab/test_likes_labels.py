"""Tables of labels, as people write them."""

from pathlib import Path

import pytest

from engine.errors import PictureError
from engine.lab.likes_labels import groups_of, read_labels

PHOTOS = [Path("/album/a/1.jpg"), Path("/album/b/1.jpg"), Path("/album/b/2.jpg")]


def test_photos_are_known_by_the_end_of_their_paths(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("Path,hat,person\nb/1.jpg,yes,Ann\n1.jpg,no,\n/album/b/2.jpg,,Ann\n3.jpg,no,Bob\n", "utf-8-sig")
    labels = read_labels(table, PHOTOS)
    assert labels.found == 3
    assert labels.columns["hat"] == ["no", "yes", None]
    assert labels.persons == [None, "Ann", "Ann"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("hat\nyes\n", "no column names"), ("", "no column names"), ("file,hat\n1.jpg,yes\n", "no column age")],
)
def test_a_table_that_does_not_do_is_explained(tmp_path: Path, text: str, told: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(text)
    with pytest.raises(PictureError, match=told):
        read_labels(table, PHOTOS, ["age"])
    with pytest.raises(PictureError, match="cannot be read"):
        read_labels(tmp_path / "none.csv", PHOTOS)


def test_two_groups_are_one_comparison_and_more_are_held_against_the_rest() -> None:
    (name,) = groups_of(["b", "a", None, "a"])
    assert name == "b, against a"
    of_three = groups_of(["a", "b", "c", None])
    assert list(of_three) == ["a, against the others", "b, against the others", "c, against the others"]
    first, rest = of_three["a, against the others"]
    assert (first.tolist(), rest.tolist()) == ([True, False, False, False], [False, True, True, False])


def test_many_numbers_are_cut_into_thirds_and_many_texts_are_passed_over() -> None:
    (name,) = groups_of([str(age) for age in range(20, 50)])
    assert name == "40 and more, against 29 and less"
    assert groups_of([f"photo {number}" for number in range(40)]) == {}
    assert groups_of([None, None]) == {}
