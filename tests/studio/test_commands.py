import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.progress import Progress as Bar
from rich.progress import ProgressColumn

import studio.commands
from engine.catalogue import Catalogue
from engine.geometry import Box
from engine.manual_crops import OwnCrop, remember_crop
from engine.progress import Progress
from studio.commands import output
from studio.user_files import catalogue_file


def _run(*words: object) -> subprocess.CompletedProcess[str]:
    code = "from studio.commands import main; main()"
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, timeout=240)


@pytest.fixture
def folder(tmp_path: Path, samples: list[Path]) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for sample in samples[:4]:
        shutil.copy(sample, album)
    (album / "empty.jpg").touch()
    (album / "half.jpg").write_bytes(samples[0].read_bytes()[:5000])
    return album


def test_a_renamed_photo_is_scored_and_a_letter_is_not(tmp_path: Path, samples: list[Path]) -> None:
    shutil.copy(samples[0], tmp_path / "really a jpeg.png")
    (tmp_path / "a letter.jpg").write_text("Dear all")
    photos = json.loads(_run("score", tmp_path, "--json").stdout)
    assert [Path(photo["path"]).name for photo in photos] == ["really a jpeg.png", "a letter.jpg"]
    assert photos[0]["score"] is not None
    assert "not a picture" in photos[1]["error"]


def test_score_prints_json_that_scripts_can_rely_on(folder: Path) -> None:
    done = _run("score", folder, "--json")
    assert done.returncode == 0, done.stderr
    photos = json.loads(done.stdout)
    assert [set(photo) for photo in photos] == [{"path", "score", "probability", "faces", "error"}] * 6
    scores = [photo["score"] for photo in photos[:4]]
    assert scores == sorted(scores, reverse=True)
    assert all(photo["score"] is None and photo["error"] for photo in photos[4:])
    assert "2 files skipped" in done.stderr


def test_score_prints_csv_and_a_table(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(_run("score", folder, "--csv").stdout)))
    assert len(rows) == 6
    table = _run("score", folder).stdout
    assert table.index(Path(rows[0]["path"]).name) < table.index(Path(rows[3]["path"]).name)


def test_score_fails_in_words_where_nothing_can_be_scored(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert _run("score", tmp_path / "empty.jpg").returncode == 1
    gone = _run("score", tmp_path / "gone.jpg")
    assert gone.returncode == 1
    assert "no such file" in gone.stderr
    assert "Traceback" not in gone.stderr


def test_score_says_that_a_folder_holds_no_photos(tmp_path: Path) -> None:
    done = _run("score", tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "no photos" in done.stderr
    assert tmp_path.name in done.stderr.replace("\n", "")
    assert json.loads(_run("score", tmp_path, "--json").stdout) == []


def test_crop_saves_new_files_and_touches_no_original(folder: Path, tmp_path: Path) -> None:
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    done = _run("crop", folder, "--aspect", "4:5", "--out", tmp_path / "crops")
    assert done.returncode == 0, done.stderr
    crops = sorted((tmp_path / "crops").glob("[!.]*"))
    assert len(crops) == 4
    for crop in crops:
        with Image.open(crop) as image:
            assert abs(image.width / image.height - 0.8) < 0.01
    assert _run("crop", folder / "sample-01.jpg", "--aspect", "4:5", "--out", tmp_path / "crops").returncode == 0
    assert len(list((tmp_path / "crops").glob("[!.]*"))) == 4
    again = _run("crop", folder / "sample-01.jpg", "--aspect", "4:5", "--out", tmp_path / "crops", "--again")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "crops" / "sample-01_crop-4x5-2.jpg").exists()
    closer = _run("crop", folder / "sample-01.jpg", "--aspect", "4:5", "--out", tmp_path / "crops", "--cut-hair")
    assert closer.returncode == 0, closer.stderr
    assert (tmp_path / "crops" / "sample-01_crop-4x5-3.jpg").exists()
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()} == before


def test_a_strange_shape_is_explained(folder: Path, tmp_path: Path) -> None:
    done = _run("crop", folder, "--aspect", "wide", "--out", tmp_path / "crops")
    assert done.returncode == 2
    assert "4:5" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--preset", "poster", "--out", "x"],
        ["--name", "a/b", "--out", "x"],
        ["--lossless", "--metadata-only", "--out", "x"],
        ["--metadata-only", "--out", "x"],
        ["--metadata-only", "--in", "the cloud"],
        ["--in", "file", "--out", "x"],
        ["--lossless", "--size", "9", "--out", "x"],
        ["--report", "x.txt", "--out", "x"],
        ["--level", "stars", "--out", "x"],
        ["--level", "eyes", "--lossless", "--out", "x"],
        [],
    ],
)
def test_words_that_do_not_fit_are_refused_before_anything_is_done(folder: Path, words: list[str]) -> None:
    done = _run("crop", folder, *words)
    assert done.returncode == 2
    assert done.stderr.startswith("error:")


@pytest.mark.parametrize(("option", "name"), [("--out", "no folder"), ("--report", "no folder/r.json")])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_done(
    folder: Path, tmp_path: Path, option: str, name: str
) -> None:
    (tmp_path / "no folder").write_text("a file")
    places = {"--out": tmp_path / "crops", option: tmp_path / name}
    done = _run("crop", folder, *(word for pair in places.items() for word in pair))
    assert done.returncode == 1
    assert "nothing can be written in" in done.stderr
    assert f"with {option}" in " ".join(done.stderr.split())
    assert "->" not in done.stderr


def test_a_folder_is_cropped_for_a_profile_with_a_report(folder: Path, tmp_path: Path) -> None:
    words = ("--preset", "profile", "--size", 200, "--name", "{name}_{aspect}", "--report", tmp_path / "r.json")
    done = _run("crop", folder, "--out", tmp_path / "crops", *words)
    assert done.returncode == 0, done.stderr
    for crop in (tmp_path / "crops").glob("[!.]*"):
        assert crop.stem.endswith("_1x1")
        with Image.open(crop) as image:
            assert image.size == (200, 200)
    assert sum(row["error"] is not None for row in json.loads((tmp_path / "r.json").read_text())) == 2


def test_bench_crop_tells_of_letterboxed_photos(tmp_path: Path, samples: list[Path]) -> None:
    shutil.copy(samples[0], tmp_path)
    done = _run("bench", "crop", tmp_path, "--truth", 0, "--letterboxed", 1, "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["what"]: row["value"] for row in json.loads(done.stdout)["rows"]}
    assert rows["bars gone, 9 letterboxed pictures made of 1 photos"] >= 80


def test_bench_prints_one_object(folder: Path) -> None:
    done = _run("bench", "folder", folder, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) == {"machine", "rows"}
    assert all(set(row) == {"what", "value", "unit", "target", "ok"} for row in result["rows"])


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "from studio.commands import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'cv2', 'onnxruntime', 'PySide6'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True)
    assert _run("--version").stdout.startswith("selfie-studio ")


def test_crops_in_the_output_folder_are_not_cropped_again(folder: Path) -> None:
    for _ in range(2):
        assert _run("crop", folder, "--out", folder / "crops").returncode == 0
    assert len(list((folder / "crops").glob("[!.]*"))) == 4
    assert not list((folder / "crops").glob("*_crop-*_crop-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
@pytest.mark.parametrize("display", ["", ":4711"])
def test_without_a_display_the_window_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch, display: str) -> None:
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    done = _run()
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "DISPLAY" in done.stderr


def test_a_room_whose_commands_cannot_be_loaded_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        name = "broken"

        def load(self) -> None:
            raise ImportError("no module named lost")

    monkeypatch.setattr(studio.commands, "entry_points", lambda group: [Broken()])
    studio.commands.add_announced_commands()
    assert "broken" in capsys.readouterr().err


def test_the_window_paints_and_leaves_when_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    subprocess.run([sys.executable, "-m", "studio", "--paint-and-quit"], check=True, timeout=120)


def test_a_name_with_a_line_break_stays_on_its_line(tmp_path: Path, samples: list[Path]) -> None:
    shutil.copy(samples[0], tmp_path / "two\nlines [red].jpg")
    table = _run("score", tmp_path).stdout
    assert "two\\nlines[red].jpg" in "".join(table.split())


def test_an_output_folder_that_cannot_be_made_is_said_once(folder: Path) -> None:
    done = _run("crop", folder, "--out", folder / "empty.jpg" / "out")
    assert done.returncode == 1
    assert done.stderr.count("--out") == 1


def test_my_own_crop_is_taken_as_it_is(folder: Path, tmp_path: Path) -> None:
    mine, photo = Box(3, 4, 303, 304), folder / "sample-01.jpg"
    with Catalogue(catalogue_file()) as catalogue:
        remember_crop(catalogue, hashlib.sha256(photo.read_bytes()).hexdigest(), "1:1", OwnCrop(mine))
    done = _run("crop", photo, "--dry-run", "--report", tmp_path / "report.json")
    assert "your own crop" in done.stderr
    (row,) = json.loads((tmp_path / "report.json").read_text())
    assert (tuple(row["box_xyxy"]), row["own"], row["doubt"]) == (mine.xyxy, True, None)


def test_what_an_earlier_run_did_does_not_make_the_rest_seem_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, bars = 0.0, list[Bar]()

    def watched(*columns: ProgressColumn, **words: Any) -> Bar:
        bars.append(Bar(*columns, get_time=lambda: now_s, **words))
        return bars[0]

    monkeypatch.setattr(output, "Bar", watched)
    steps = [
        Progress(0, 300),
        *(Progress(done, 300, "", ("known" if done <= 200 else "new",)) for done in range(1, 221)),
    ]
    left_s = []
    for step in output.shown(iter(steps), "cropping", lambda photo: photo == "new"):
        now_s += 0.001 if step.done < 200 else 1.0
        left_s.append(bars[0].tasks[0].time_remaining)
    assert left_s[-1] == pytest.approx(80, rel=0.02)  # a second for each
    assert bars[0].tasks[0].completed == 220
