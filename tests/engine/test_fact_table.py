"""Lists of facts that spreadsheets, scripts and databases can read."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine.fact_table
from engine.album import Album
from engine.catalogue import Catalogue, Mark
from engine.checkpoint import load_card
from engine.errors import PictureError
from engine.faces import NO_FACES
from engine.fact_table import (
    FACT_COLUMNS,
    FactRow,
    TableFormat,
    available_formats,
    row_of_scan,
    rows_of_album,
    save_table,
    table_text,
)
from engine.photo_filter import PhotoFilter
from engine.resources import MODEL_FOLDER
from engine.scan import ScoredPhoto, scan
from engine.scoring import load_scorer


def _row(**said: str | float | None) -> FactRow:
    return dict.fromkeys(FACT_COLUMNS) | said


def test_the_album_and_a_scan_say_the_same(samples: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    paths = [*samples[:2], tmp_path / "empty.jpg"]
    card = load_card(MODEL_FOLDER)
    with Catalogue() as catalogue:
        scanned = [photo for step in scan(paths, catalogue, load_scorer()) for photo in step.results]
        catalogue.mark_files([(samples[0], Mark(4, 1)), (samples[1], Mark(2, -1, by_score=True))])
        album = Album(card)
        album.add_listed(catalogue.list_photos(card.model_sha256, paths))
        shown = [album.photo(row) for row in album.select(PhotoFilter()).tolist()]
        rows = [row for step in rows_of_album(shown, catalogue) for row in step.results]
    assert [row["path"] for row in rows] == [str(photo.path) for photo in shown]
    assert all(tuple(row) == FACT_COLUMNS for row in rows)
    by_path = {row["path"]: row for row in rows}
    marks = [tuple(by_path[str(path)][name] for name in ("stars", "stars_by", "pick")) for path in paths]
    assert marks == [(4, "person", "picked"), (2, "score", "rejected"), (None, None, None)]
    for photo in scanned:
        row = row_of_scan(photo)
        unmarked = by_path[str(photo.path)] | {"stars": None, "stars_by": None, "pick": None}
        assert row == unmarked
    assert by_path[str(paths[2])]["error"]
    assert by_path[str(paths[2])]["score"] is None


@given(st.text(max_size=12))
def test_no_cell_of_a_csv_is_a_formula_and_a_path_stays_one(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(table_text([_row(path=text, error=text)], TableFormat.CSV), newline=""))
    assert not row["error"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not row["path"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["error"].removeprefix("'") == text.removeprefix("'")
    assert Path(row["path"]) == Path(text)


def test_numbers_below_zero_stay_numbers() -> None:
    (row,) = csv.DictReader(io.StringIO(table_text([_row(path="a.jpg", tilt=-3.5, stars=-1)], TableFormat.CSV)))
    assert (row["tilt"], row["stars"]) == ("-3.5", "-1")


def test_what_cannot_be_measured_is_null() -> None:
    photo = ScoredPhoto(Path("a.jpg"), None, None, NO_FACES, "damaged")
    assert json.loads(table_text([row_of_scan(photo)], TableFormat.JSON))[0]["smile"] is None


@pytest.mark.parametrize("table_format", available_formats())
def test_a_list_is_saved_whole_over_an_older_one(tmp_path: Path, table_format: TableFormat) -> None:
    target = tmp_path / f"it's a list.{table_format}"
    target.write_text("older")
    rows = [_row(path="/a/ünï'code.jpg", score=70.5, taken="2024-02-29T12:00:00"), _row(path="/a/\udcff.jpg", stars=3)]
    save_table(rows, target, table_format)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    match table_format:
        case TableFormat.CSV:
            content = target.read_bytes()
            assert b"/a/\xff.jpg" in content
            found = list(csv.DictReader(io.StringIO(content.decode("utf-8", "surrogateescape"))))
            assert [row["path"] for row in found] == [row["path"] for row in rows]
        case TableFormat.JSON:
            assert json.loads(target.read_text()) == rows
        case TableFormat.PARQUET:
            duckdb = pytest.importorskip("duckdb")
            table = duckdb.from_parquet(str(target))
            assert tuple(table.columns) == FACT_COLUMNS
            (first, second) = table.project("path, score, taken, stars").fetchall()
            assert (first[0], first[1], str(first[2]), first[3]) == (rows[0]["path"], 70.5, "2024-02-29 12:00:00", None)
            assert (second[0], second[3]) == ("/a/\\udcff.jpg", 3)


def test_an_empty_list_has_its_columns(tmp_path: Path) -> None:
    assert table_text([], TableFormat.CSV) == ",".join(FACT_COLUMNS) + "\r\n"
    for table_format in available_formats():
        save_table([], tmp_path / f"list.{table_format}", table_format)


def test_without_duckdb_parquet_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.fact_table, "find_spec", lambda _: None)
    assert available_formats() == [TableFormat.CSV, TableFormat.JSON]
    with pytest.raises(ValueError, match="DuckDB"):
        save_table([], tmp_path / "list.parquet", TableFormat.PARQUET)


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="another place"):
        save_table([], tmp_path / "no folder" / "list.csv", TableFormat.CSV)
