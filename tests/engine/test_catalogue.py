import os
import sqlite3
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalogue import (
    LIST_COLUMNS,
    Catalogue,
    ContentRecord,
    FileRecord,
    FileStamp,
    Mark,
    ScoreRecord,
    UnwrittenStars,
)
from engine.catalogue_care import open_or_begin_anew
from engine.catalogue_schema import _MIGRATIONS, SCHEMA_VERSION
from engine.errors import CatalogueError
from engine.faces import NO_FACES, Faces
from engine.photo_facts import PhotoFacts
from engine.ratings import RatingPlace
from engine.visit import forget_old_contents

STAMP = FileStamp(12, 34)
FACTS = PhotoFacts(**{field.name: index + 1 for index, field in enumerate(fields(PhotoFacts))})
CONTENT = ContentRecord((640, 480), 1e9, NO_FACES, FACTS)
SCORE = ScoreRecord(-1.5, 31.25, np.arange(6, dtype=np.float32))
# Any bytes that a Linux file name can hold, Unicode or not.
NAMES = st.binary(min_size=1, max_size=40).map(lambda name: name.replace(b"\0", b"0").replace(b"/", b"_"))


def _remember(catalogue: Catalogue, files: dict[str, str], stars: int | None = None) -> None:
    """Photos by path, each with the digest of its content, scored by "model"."""
    catalogue.remember_contents([(digest, CONTENT) for digest in files.values()])
    catalogue.remember_scores("model", [(digest, SCORE) for digest in files.values()])
    catalogue.remember_files([(Path(path), STAMP, FileRecord(digest, None, stars)) for path, digest in files.items()])


def _embedding_of(catalogue: Catalogue, content: int) -> list[float]:
    numbers, embeddings = catalogue.embedding_table("model", [content])
    assert numbers == [content]
    return list(embeddings[0].tolist())


def _listed(catalogue: Catalogue, model: str = "model", folders: Iterable[str] = ()) -> dict[str, dict[str, object]]:
    rows = catalogue.list_photos(model, [Path(folder) for folder in folders] or None)
    listed = [dict(zip(LIST_COLUMNS, row, strict=True)) for row in rows]
    return {os.fsdecode(row["path"]): row for row in listed}  # type: ignore[arg-type]


@settings(max_examples=60)
@given(st.lists(NAMES, min_size=1, max_size=8, unique=True))
def test_every_file_name_is_remembered_as_itself(names: list[bytes]) -> None:
    paths = [Path("/photos") / f"x{os.fsdecode(name)}" for name in names]
    with Catalogue() as catalogue:
        records = {path: (STAMP, FileRecord(None, f"bad in way {number}")) for number, path in enumerate(paths)}
        catalogue.remember_files([(path, *record) for path, record in records.items()])
        assert catalogue.recall_files([Path("/photos")]) == records
        catalogue.forget_files(paths[:1])
        assert set(catalogue.recall_files()) == set(paths[1:])


def test_files_are_recalled_by_folder_and_not_by_a_name_that_begins_alike() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a/one.jpg": "1", "/a/b/two.jpg": "2", "/ab/three.jpg": "3", "/a.jpg": "4"})
        assert set(catalogue.recall_files([Path("/a")])) == {Path("/a/one.jpg"), Path("/a/b/two.jpg")}
        assert set(catalogue.recall_files([Path("/a.jpg")])) == {Path("/a.jpg")}
        assert len(catalogue.recall_files([Path("/")])) == 4
        assert len(catalogue.list_photos("model", [Path("/a"), Path("/a/b")])) == 2


def test_what_a_model_says_is_remembered_for_that_model_and_content(tmp_path: Path) -> None:
    faces = Faces(
        np.array([[1.25, 2, 300.5, 400], [5, 6, 7, 8]], np.float32),
        np.arange(20, dtype=np.float32).reshape(2, 5, 2),
        np.array([0.99, 0.5], np.float32),
    )
    file = tmp_path / "new folder" / "catalogue.sqlite"
    with Catalogue(file) as catalogue:
        catalogue.remember_contents([("one", replace(CONTENT, faces=faces, facts=replace(FACTS, faces=2)))])
        catalogue.remember_scores("model", [("one", SCORE)])
    with Catalogue(file) as catalogue:
        number, content, mark = catalogue.recall_content("one") or pytest.fail("forgotten")
        score = catalogue.recall_score("one", "model")
        assert catalogue.recall_score("one", "another model") is None
        assert catalogue.known_contents("model") == {"one"}
        assert catalogue.recall_content(number)
        assert _embedding_of(catalogue, number) == SCORE.embedding.tolist()
    assert (content.size_wh, content.taken, content.facts, mark) == ((640, 480), 1e9, replace(FACTS, faces=2), Mark())
    assert score
    assert (score.logit, score.points, score.embedding.tolist()) == (-1.5, 31.25, SCORE.embedding.tolist())
    for kept, said in zip(vars(content.faces).values(), vars(faces).values(), strict=True):
        np.testing.assert_allclose(kept, said, atol=0.006)


def test_a_fact_that_is_not_known_comes_back_so() -> None:
    with Catalogue() as catalogue:
        catalogue.remember_contents([("one", replace(CONTENT, facts=replace(FACTS, smile=float("nan"))))])
        _, content, _ = catalogue.recall_content("one") or pytest.fail("forgotten")
        columns = catalogue.fact_columns()
    assert content.facts
    assert np.isnan(content.facts.smile)
    assert content.facts.brightness == FACTS.brightness
    assert np.isnan(columns["smile"][0])
    assert columns["brightness"].tolist() == [FACTS.brightness]
    assert (columns["width"][0], columns["taken"][0]) == (640, 1e9)


def test_an_empty_catalogue_has_empty_columns() -> None:
    with Catalogue() as catalogue:
        assert {len(column) for column in catalogue.fact_columns().values()} == {0}


def test_a_score_of_an_older_model_is_listed_until_there_is_a_new_one() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1"})
        row = _listed(catalogue, "newer model")["/a.jpg"]
        assert (row["logit"], row["points"]) == (None, 31.25)
        catalogue.remember_scores("newer model", [("1", ScoreRecord(2, 80, SCORE.embedding))])
        row = _listed(catalogue, "newer model")["/a.jpg"]
        assert (row["logit"], row["points"]) == (2, 80)


def test_marks_follow_a_content_to_every_name() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1", "/copy.jpg": "1", "/b.jpg": "2"})
        catalogue.mark([(int(str(_listed(catalogue)["/a.jpg"]["content"])), Mark(4, 1))])
        _remember(catalogue, {"/moved.jpg": "1"})
        listed = _listed(catalogue)
    assert [(listed[path]["stars"], listed[path]["pick"]) for path in ("/copy.jpg", "/moved.jpg", "/b.jpg")] == [
        (4, 1),
        (4, 1),
        (None, 0),
    ]


def test_stars_that_another_program_gave_since_take_the_place_of_ours_and_old_ones_do_not() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1"}, stars=2)
        assert _listed(catalogue)["/a.jpg"]["stars"] == 2
        content = int(str(_listed(catalogue)["/a.jpg"]["content"]))
        catalogue.mark([(content, Mark(5, 1))])
        _remember(catalogue, {"/a.jpg": "1"}, stars=2)
        assert _listed(catalogue)["/a.jpg"]["stars"] == 5
        _remember(catalogue, {"/a.jpg": "1"}, stars=3)
        assert (_listed(catalogue)["/a.jpg"]["stars"], _listed(catalogue)["/a.jpg"]["pick"]) == (3, 1)


def test_a_photo_that_another_program_wrote_into_keeps_its_marks_and_another_photo_does_not_get_them() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1"})
        catalogue.mark([(int(str(_listed(catalogue)["/a.jpg"]["content"])), Mark(5, -1))])
        _remember(catalogue, {"/a.jpg": "1 with a caption"})
        assert (_listed(catalogue)["/a.jpg"]["stars"], _listed(catalogue)["/a.jpg"]["pick"]) == (5, -1)
        catalogue.remember_contents([("other", replace(CONTENT, taken=2e9))])
        catalogue.remember_files([(Path("/a.jpg"), STAMP, FileRecord("other", None))])
        assert _listed(catalogue)["/a.jpg"]["stars"] is None


def _old_catalogue(file: Path) -> None:
    with sqlite3.connect(file) as database:
        for statement in _MIGRATIONS[0]:
            database.execute(statement)
        database.execute("PRAGMA user_version = 1")
        faces = "[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,0.5]]"
        database.execute("INSERT INTO files VALUES ('/a.jpg', 12, 34, 'one', NULL)")
        database.executemany(
            "INSERT INTO photos VALUES ('one', ?, 1.5, 40, 30, ?)", [("model", faces), ("older model", faces)]
        )
    database.close()


def test_an_older_catalogue_is_brought_up_to_date_and_kept_beside(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    _old_catalogue(file)
    before = file.read_bytes()
    with Catalogue(file) as catalogue:
        _, content, _ = catalogue.recall_content("one") or pytest.fail("forgotten")
        score = catalogue.recall_score("one", "model")
        assert catalogue.known_contents("model") == set()  # its facts are still to be measured
    assert content.size_wh == (40, 30)
    assert len(content.faces) == 1
    assert score
    assert score.logit == 1.5
    kept = tmp_path / f"catalogue-before-version-{SCHEMA_VERSION}.sqlite"
    with sqlite3.connect(kept) as database:
        assert database.execute("SELECT path FROM files").fetchall() == [("/a.jpg",)]
    database.close()
    assert before[:16] == kept.read_bytes()[:16]


def test_a_damaged_catalogue_is_moved_aside_and_a_new_one_works(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    file.write_text("this is no database, but it is long enough to look at " * 50)
    with pytest.raises(CatalogueError):
        Catalogue(file)
    catalogue, told = open_or_begin_anew(file)
    with catalogue:
        _remember(catalogue, {"/a.jpg": "1"})
    assert "damaged" in told
    assert len(list(tmp_path.glob("catalogue-damaged-*.sqlite"))) == 1
    again, told = open_or_begin_anew(file)
    with again:
        assert not told
        assert len(again.list_photos("model")) == 1


def test_in_place_of_a_damaged_catalogue_its_last_sound_backup_is_used(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    _catalogue_of_version_2(file)
    Catalogue(file).close()  # brought up to date, after a copy
    (tmp_path / "catalogue-before-version-9.sqlite").write_text("no database either")
    file.write_text("this is no database, but it is long enough to look at " * 50)
    catalogue, told = open_or_begin_anew(file)
    with catalogue:
        assert "Its copy of" in told
        assert (catalogue.recall_content("one") or pytest.fail("forgotten"))[2] == Mark(4, 1)
    assert len(list(tmp_path.glob("catalogue-damaged-*.sqlite"))) == 1


def test_a_newer_catalogue_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    with Catalogue(file) as catalogue:
        catalogue._database.execute("PRAGMA user_version = 99")
    with pytest.raises(CatalogueError, match="newer"):
        open_or_begin_anew(file)
    assert file.exists()


def test_pages_that_were_overwritten_are_found(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    with Catalogue(file) as catalogue:
        _remember(catalogue, {f"/{number}.jpg": str(number) for number in range(300)})
        assert catalogue.damage() is None
    content = bytearray(file.read_bytes())
    content[8192:20480] = b"\xa5" * 12288
    file.write_bytes(content)
    with Catalogue(file) as catalogue:
        assert catalogue.damage()


def _catalogue_of_version_2(file: Path) -> None:
    with sqlite3.connect(file) as database:
        for version in (0, 1):
            for statement in _MIGRATIONS[version]:
                database.execute(statement)
        database.execute("PRAGMA user_version = 2")
        database.execute("INSERT INTO contents (sha256, width, height, faces) VALUES ('one', 40, 30, 0)")
        database.execute("INSERT INTO marks VALUES (1, 4, 1)")
        database.execute("INSERT INTO files VALUES (?, 12, 34, 0, 1, NULL, 3)", (b"/a.jpg",))
    database.close()


def test_stars_of_an_older_catalogue_were_given_by_a_person(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    _catalogue_of_version_2(file)
    with Catalogue(file) as catalogue:
        _, _, mark = catalogue.recall_content("one") or pytest.fail("forgotten")
        assert mark == Mark(4, 1)
        assert mark.is_rated_by_person
        assert catalogue.recall_files() == {Path("/a.jpg"): (STAMP, FileRecord("one", None, 3))}
        assert catalogue.first_unwritten() is None
    with sqlite3.connect(tmp_path / f"catalogue-before-version-{SCHEMA_VERSION}.sqlite") as database:
        assert database.execute("SELECT * FROM marks").fetchall() == [(1, 4, 1)]
    database.close()


WAITING = UnwrittenStars(Path("/a.jpg"), 4, by_score=False, place=RatingPlace.FILE)


def _mark_of(catalogue: Catalogue, path: str = "/a.jpg") -> tuple[object, object, bool]:
    row = _listed(catalogue)[path]
    return row["stars"], row["pick"], bool(row["by_score"])


def test_a_photo_that_we_wrote_into_is_known_without_being_scored_again() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1", "/copy.jpg": "1"})
        catalogue.mark_files([(Path("/a.jpg"), Mark(4, 1))], [WAITING])
        waiting = catalogue.first_unwritten() or pytest.fail("none waits")
        now = FileStamp(99, 100), FileRecord("1 with stars", None, 4)
        content = catalogue.stars_written(waiting, STAMP, now)
        assert catalogue.recall_files([Path("/a.jpg")])[Path("/a.jpg")] == now
        assert "1 with stars" in catalogue.known_contents("model")
        number, record, mark = catalogue.recall_content("1 with stars") or pytest.fail("not known")
        assert (number, mark) == (content, Mark(4, 1))
        assert (record.size_wh, record.taken, record.facts) == ((640, 480), 1e9, replace(FACTS, faces=0))
        assert _embedding_of(catalogue, content) == SCORE.embedding.tolist()
        score = catalogue.recall_score("1 with stars", "model") or pytest.fail("not scored")
        assert (score.logit, score.points) == (SCORE.logit, SCORE.points)
        assert catalogue.first_unwritten() is None
        # The copy still is what it was.
        assert catalogue.recall_files([Path("/copy.jpg")])[Path("/copy.jpg")] == (STAMP, FileRecord("1", None))
        assert _mark_of(catalogue, "/copy.jpg") == (4, 1, False)


def test_a_photo_that_another_program_changed_meanwhile_is_left_to_the_next_scan() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1"})
        catalogue.mark_files([(Path("/a.jpg"), Mark(4))], [WAITING])
        waiting = catalogue.first_unwritten() or pytest.fail("none waits")
        now = FileStamp(99, 100), FileRecord("another photo", None, 4)
        catalogue.stars_written(waiting, FileStamp(50, 60), now)
        assert catalogue.recall_files()[Path("/a.jpg")] == (STAMP, FileRecord("1", None))
        assert "another photo" not in catalogue.known_contents("model")


def test_what_a_person_says_while_older_stars_are_written_stands() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1"})
        catalogue.mark_files([(Path("/a.jpg"), Mark(4))], [WAITING])
        first = catalogue.first_unwritten() or pytest.fail("none waits")
        catalogue.mark_files([(Path("/a.jpg"), Mark(2, 1))], [replace(WAITING, stars=2)])
        # A scan comes by, and finds what was written first.
        _remember(catalogue, {"/a.jpg": "1 with stars"}, stars=4)
        assert _mark_of(catalogue) == (2, 1, False)
        catalogue.stars_written(first, STAMP, (FileStamp(99, 100), FileRecord("1 with stars", None, 4)))
        assert _mark_of(catalogue) == (2, 1, False)
        assert (catalogue.first_unwritten() or WAITING).stars == 2
        assert catalogue.count_unwritten() == 1


def test_stars_wait_in_order_and_of_each_photo_the_last_ones(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        for path, stars in (("/a.jpg", 1), ("/b.jpg", 2), ("/a.jpg", None)):
            catalogue.mark_files([], [replace(WAITING, path=Path(path), stars=stars)])
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        found = []
        while waiting := catalogue.first_unwritten():
            found.append((waiting.path, waiting.stars))
            catalogue.stars_written(waiting, STAMP, None)
    assert found == [(Path("/b.jpg"), 2), (Path("/a.jpg"), None)]


def test_stars_that_a_score_gave_elsewhere_are_known_as_such() -> None:
    with Catalogue() as catalogue:
        catalogue.remember_contents([("1", CONTENT)])
        catalogue.remember_files([(Path("/a.jpg"), STAMP, FileRecord("1", None, 3, by_score=True))])
        assert _mark_of(catalogue) == (3, 0, True)
        # A person gives the same stars in another program.
        catalogue.remember_files([(Path("/a.jpg"), STAMP, FileRecord("1", None, 3))])
        assert _mark_of(catalogue) == (3, 0, False)


def test_a_photo_that_turns_up_elsewhere_keeps_the_stars_given_here() -> None:
    with Catalogue() as catalogue:
        _remember(catalogue, {"/a.jpg": "1"}, stars=2)
        catalogue.mark_files([(Path("/a.jpg"), Mark(5))])
        catalogue.forget_files([Path("/a.jpg")])
        _remember(catalogue, {"/moved.jpg": "1"}, stars=2)
        assert _mark_of(catalogue, "/moved.jpg") == (5, 0, False)


def test_photos_that_no_file_holds_are_forgotten_at_last_but_never_what_a_person_said() -> None:
    with Catalogue() as catalogue:
        names = {f"/{number}.jpg": str(number) for number in range(9)}
        _remember(catalogue, names)
        # What was scored last differs from the rest: else all of these would be one picture.
        for number, digest in enumerate(names.values()):
            catalogue.remember_scores("model", [(digest, replace(SCORE, logit=float(number)))])
        numbers = {path: catalogue.number_of(Path(path)) for path in names}
        catalogue.mark([(numbers["/0.jpg"], Mark(5)), (numbers["/1.jpg"], Mark(3))])
        # Stars were written into 1: another content of the same picture, which took its mark along.
        catalogue.remember_contents([("1 with stars", CONTENT)])
        catalogue.remember_scores("model", [("1 with stars", replace(SCORE, logit=1.0))])
        catalogue.remember_files([(Path("/1.jpg"), STAMP, FileRecord("1 with stars", None, 3))])
        catalogue.forget_files([Path(path) for path in names if path not in ("/1.jpg", "/8.jpg")])
        assert list(forget_old_contents(catalogue, newest_kept=2))
        left = {digest for digest in (*names.values(), "1 with stars") if catalogue.recall_content(digest)}
        assert left == {"0", "6", "7", "8", "1 with stars"}
        assert catalogue.known_contents("model") == left
        assert (catalogue.recall_content("0") or pytest.fail("forgotten"))[2] == Mark(5)
        assert (catalogue.recall_content("1 with stars") or pytest.fail("forgotten"))[2].stars == 3
        assert not list(forget_old_contents(catalogue, newest_kept=3))
