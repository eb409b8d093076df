"""`selfie-studio lab likes`, as a script calls it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from studio.commands import app

run = CliRunner()


@pytest.fixture
def scanned(folder: Path) -> Path:
    assert run.invoke(app, ["album", "scan", str(folder)]).exit_code == 0
    return folder


def test_a_few_photos_make_a_page_that_says_so(scanned: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,hat\nsample-01.jpg,yes\n")
    page = tmp_path / "out" / "likes.html"
    words = ["lab", "likes", str(scanned), "--photos", "1", "--labels", str(labels), "--out", str(page), "--blur-faces"]
    told = run.invoke(app, [*words, "--check"])
    assert told.exit_code == 0, told.output
    assert "Nothing is clear enough to be said of 6 photos" in told.stdout
    assert "Neither half" in told.stdout
    assert "Too few photos to tell" in page.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "page.pdf"], "the page is an .html file"),
        (["--labels", "none.csv"], "cannot be read"),
        (["--labels", "others.csv"], "names none of these photos"),
    ],
)
def test_what_cannot_be_done_is_said(
    scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "others.csv").write_text("file,hat\nelsewhere.jpg,yes\n")
    told = run.invoke(app, ["lab", "likes", str(scanned), "--photos", "1", *words])
    assert told.exit_code == 1
    assert said in told.output + str(told.exception)


def test_photos_that_were_never_scanned_are_asked_for(folder: Path) -> None:
    told = run.invoke(app, ["lab", "likes", str(folder)])
    assert told.exit_code == 1
    assert "album scan" in told.output
