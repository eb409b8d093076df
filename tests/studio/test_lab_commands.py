"""`selfie-studio lab`: what scripts can rely on."""

import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

import studio.commands
from engine.errors import EngineError


def _run(*words: object) -> Result:
    return CliRunner().invoke(studio.commands.app, list(map(str, words)))


@pytest.fixture
def scanned(tmp_path: Path, samples: list[Path]) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for sample in samples[:5]:
        shutil.copy(sample, album)
    assert _run("album", "scan", album).exit_code == 0
    return album


def test_a_sheet_is_written_and_never_over_another_file(scanned: Path, tmp_path: Path) -> None:
    target = tmp_path / "sheet.png"
    done = _run("lab", "sheet", scanned, "--out", target, "--scores", "--blur-faces")
    assert (done.exit_code, "5 photos on" in done.stderr) == (0, True)
    before = target.read_bytes()
    again = _run("lab", "sheet", scanned, "--out", target)
    assert (again.exit_code, "already" in again.stderr) == (1, True)
    assert target.read_bytes() == before
    assert _run("lab", "sheet", scanned, "--out", target, "--dark", "--force").exit_code == 0
    with Image.open(target) as image:
        assert max(image.getpixel((0, 0))) < 60


def test_bad_files_are_counted_and_filters_filter(scanned: Path, tmp_path: Path) -> None:
    next(scanned.iterdir()).write_bytes(b"no photo")
    done = _run("lab", "sheet", scanned, "--out", tmp_path / "a.html")
    assert (done.exit_code, "1 of them grey" in done.stderr) == (0, True)
    assert _run("album", "rate", scanned / "sample-02.jpg", "--pick").exit_code == 0
    picked = _run("lab", "sheet", scanned, "--kind", "best-of", "--picked", "--out", tmp_path / "b.pdf")
    assert (picked.exit_code, "1 photo on" in picked.stderr) == (0, True)
    for words in (("--faces", "none"), ("--since", "2090-01-01"), ("--max-score", "0")):
        nothing = _run("lab", "sheet", scanned, *words, "--out", tmp_path / "c.png")
        assert (nothing.exit_code, "no scored photos" in nothing.stderr) == (1, True), words
    assert not (tmp_path / "c.png").exists()


def test_of_alike_photos_the_best_alone_is_shown_where_that_is_wanted(scanned: Path, tmp_path: Path) -> None:
    with Image.open(scanned / "sample-01.jpg") as image:
        image.save(scanned / "again.jpg", quality=92)
    assert _run("album", "scan", scanned).exit_code == 0
    all_photos = _run("lab", "sheet", scanned, "--out", tmp_path / "a.png")
    assert (all_photos.exit_code, "6 photos on" in all_photos.stderr) == (0, True)
    stacked = _run("lab", "sheet", scanned, "--stacked", "--out", tmp_path / "b.png")
    assert (stacked.exit_code, "5 photos on" in stacked.stderr) == (0, True)


def test_a_named_set_is_read_from_a_list(scanned: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("album/sample-03.jpg\tAda\nalbum/sample-01.jpg\n")
    done = _run("lab", "sheet", scanned, "--kind", "named", "--names", names, "--out", tmp_path / "a.html")
    assert (done.exit_code, "2 photos on" in done.stderr) == (0, True)
    page = (tmp_path / "a.html").read_text()
    assert page.index("Ada") < page.index("sample-01")
    unnamed = _run("lab", "sheet", scanned, "--kind", "named", "--out", tmp_path / "b.html")
    assert (unnamed.exit_code, "--names" in unnamed.stderr) == (1, True)


def test_a_look_under_the_hood_is_written(samples: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "hood.html"
    assert _run("lab", "hood", samples[0], "--out", target).exit_code == 0
    assert "What the score hangs on" in target.read_text(encoding="utf-8")
    assert _run("lab", "hood", samples[0], "--out", target).exit_code == 1
    other = _run("lab", "hood", samples[0], "--out", tmp_path / "hood.doc")
    assert isinstance(other.exception, EngineError)
