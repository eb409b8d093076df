"""`selfie-studio album`: what scripts can rely on."""

import csv
import hashlib
import io
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

import studio.commands
from engine.ratings import RatingPlace, read_rating, write_rating


def _run(*words: object) -> Result:
    return CliRunner().invoke(studio.commands.app, list(map(str, words)))


@pytest.fixture
def folder(tmp_path: Path, samples: list[Path]) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for sample in samples[:4]:
        shutil.copy(sample, album)
    return album


@pytest.fixture
def scanned(folder: Path) -> Path:
    assert _run("album", "scan", folder).exit_code == 0
    return folder


def _listed(*words: object) -> list[dict[str, object]]:
    done = _run("album", "list", *words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_a_scan_scores_what_is_new_and_forgets_what_is_gone(folder: Path, tmp_path: Path) -> None:
    (folder / "empty.jpg").touch()
    before = _hashes(folder)
    first = _run("album", "scan", folder)
    assert (first.exit_code, "4 photos scored, 0 known, 1 skipped" in first.stderr) == (0, True)
    assert "empty.jpg" in first.stderr
    (folder / "sample-01.jpg").rename(tmp_path / "elsewhere.jpg")
    again = _run("album", "scan", folder)
    assert "0 photos scored, 4 known, 0 skipped, 1 gone" in again.stderr
    assert len(_listed(folder)) == 4
    assert _hashes(folder) == {name: digest for name, digest in before.items() if name != "sample-01.jpg"}


def test_a_folder_without_photos_fails_in_words(tmp_path: Path) -> None:
    export = ("export", tmp_path, "--out", tmp_path / "out")
    for words in (("scan", tmp_path), ("scan", tmp_path / "gone"), ("list", tmp_path), export):
        done = _run("album", *words)
        assert done.exit_code == 1
        assert done.stderr
        assert isinstance(done.exception, SystemExit)


def test_a_list_is_best_first_and_lets_through_what_is_asked_for(scanned: Path) -> None:
    rows = _listed(scanned)
    scores = [float(str(row["score"])) for row in rows]
    assert scores == sorted(scores, reverse=True)
    paths = [str(row["path"]) for row in rows]
    plain = _run("album", "list", scanned)
    assert plain.stdout.splitlines() == paths
    assert [row["path"] for row in _listed(scanned, "--best", 2)] == paths[:2]
    assert [row["path"] for row in _listed(scanned, "--min-score", scores[1])] == paths[:2]
    assert _run("album", "rate", paths[2], "--stars", 4, "--pick").exit_code == 0
    assert _run("album", "rate", paths[3], "--reject").exit_code == 0
    assert [row["path"] for row in _listed(scanned, "--picked")] == [paths[2]]
    assert [row["path"] for row in _listed(scanned, "--stars", 3)] == [paths[2]]
    assert [row["path"] for row in _listed(scanned, "--picked", "--rejected")] == paths[2:]
    assert _run("album", "list", scanned, "--stars", 5).exit_code == 1


@pytest.mark.parametrize("place", ["catalogue", "file", "sidecar", "sidecar-with-suffix"])
def test_stars_go_where_the_command_says(scanned: Path, place: str) -> None:
    photo = scanned / "sample-01.jpg"
    before = _hashes(scanned)
    assert _run("album", "rate", photo, "--stars", 3, "--in", place).exit_code == 0
    assert read_rating(photo) == (None if place == "catalogue" else 3)
    assert _listed(photo)[0]["stars"] == 3
    assert _listed(photo)[0]["stars_by"] == "person"
    after = _hashes(scanned)
    assert {name for name in before if before[name] != after[name]} == ({photo.name} if place == "file" else set())
    # Nothing has to be scored again.
    assert "0 photos scored, 4 known" in _run("album", "scan", scanned).stderr


def test_a_photo_that_nobody_scanned_is_named_and_the_rest_is_rated(scanned: Path, tmp_path: Path) -> None:
    done = _run("album", "rate", tmp_path / "stranger.jpg", scanned / "sample-01.jpg", "--stars", 2)
    assert done.exit_code == 1
    assert "stranger.jpg" in done.stderr
    assert _listed(scanned / "sample-01.jpg")[0]["stars"] == 2


@pytest.mark.parametrize("words", [(), ("--pick", "--reject"), ("--stars", "2", "--in", "the cloud")])
def test_rate_says_what_it_does_not_understand(scanned: Path, words: tuple[str, ...]) -> None:
    assert _run("album", "rate", scanned / "sample-01.jpg", *words).exit_code == 1
    assert _listed(scanned / "sample-01.jpg")[0]["stars"] is None


def test_paths_can_end_with_nul_for_xargs(scanned: Path) -> None:
    (scanned / "sample-01.jpg").rename(scanned / "two\nlines.jpg")
    _run("album", "scan", scanned)
    paths = _run("album", "list", scanned, "--null").stdout.split("\0")
    assert paths.pop() == ""
    assert {Path(path).name for path in paths} == {path.name for path in scanned.iterdir()}
    assert _run("album", "list", scanned, "--null", "--format", "json").exit_code == 1


def test_of_alike_photos_the_best_alone_is_listed_and_exported(folder: Path, tmp_path: Path) -> None:
    with Image.open(folder / "sample-01.jpg") as image:
        image.save(folder / "again.jpg", quality=40)
    _run("album", "scan", folder)
    listed = _run("album", "list", folder, "--stacked").stdout.splitlines()
    both = [row["path"] for row in _listed(folder) if Path(str(row["path"])).name in ("again.jpg", "sample-01.jpg")]
    assert len(listed) == 4
    assert both[0] in listed
    assert both[1] not in listed
    assert _run("album", "export", folder, "--stacked", "--out", tmp_path / "out").exit_code == 0
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_a_damaged_catalogue_is_set_aside_by_the_commands_too(folder: Path, tmp_path: Path) -> None:
    catalogue = tmp_path / "own.sqlite"
    catalogue.write_text("this is no database, but it is long enough to look at " * 50)
    done = _run("album", "scan", folder, "--catalogue", catalogue)
    assert done.exit_code == 0
    assert "was damaged" in " ".join(done.stderr.split())
    assert len(list(tmp_path.glob("own-damaged-*.sqlite"))) == 1


def test_the_best_are_exported_in_their_order(scanned: Path, tmp_path: Path) -> None:
    before = _hashes(scanned)
    best = [Path(str(row["path"])) for row in _listed(scanned)][:2]
    out = tmp_path / "out"
    done = _run("album", "export", scanned, "--out", out, "--best", 2, "--numbered")
    assert done.exit_code == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == [f"001_{best[0].name}", f"002_{best[1].name}"]
    assert (out / f"001_{best[0].name}").read_bytes() == best[0].read_bytes()
    assert _hashes(scanned) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is another thing there")
def test_ctrl_c_leaves_what_is_done(folder: Path) -> None:
    code = (
        "import os, signal\nimport engine.scan as scan\nfrom studio.commands import main\nreal = scan._finish\n"
        "def finish(batch, *more):\n    half = scan._Batch(batch.reads[:2], batch.contents[:2], batch.scores[:2])\n"
        "    done = real(half, *more)\n    os.kill(os.getpid(), signal.SIGINT)\n    return done\n"
        "scan._finish = finish\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "album", "scan", str(folder)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 128 + signal.SIGINT
    assert "go on" in done.stderr
    assert "Traceback" not in done.stderr
    assert "2 photos scored, 2 known" in _run("album", "scan", folder).stderr


def test_score_gives_all_facts_in_each_format(folder: Path, tmp_path: Path) -> None:
    rated = folder / "sample-01.jpg"
    write_rating(rated, 4, RatingPlace.SIDECAR)
    as_json = _run("score", folder, "--format", "json")
    rows = json.loads(as_json.stdout)
    as_csv = list(csv.DictReader(io.StringIO(_run("score", folder, "--format", "csv").stdout, newline="")))
    assert [row["path"] for row in as_csv] == [row["path"] for row in rows]
    by_path = {row["path"]: row for row in rows}
    assert by_path[str(rated)]["stars"] == 4
    assert all(row["brightness"] is not None for row in rows)
    parquet = tmp_path / "facts.parquet"
    done = _run("score", folder, "--out", parquet)
    duckdb = pytest.importorskip("duckdb")
    assert done.exit_code == 0, done.stderr
    assert [path for (path,) in duckdb.from_parquet(str(parquet)).project("path").fetchall()] == [
        row["path"] for row in rows
    ]
    assert _run("score", folder, "--format", "parquet").exit_code == 1
    assert _run("score", folder, "--out", tmp_path / "list.doc").exit_code == 1
    assert _run("score", folder, "--format", "json", "--csv").exit_code == 1
