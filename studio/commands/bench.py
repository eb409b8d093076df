"""`selfie-studio bench`: how fast this machine is, measured on real photos and videos."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from engine.devices import Device
from engine.errors import PictureError
from engine.resources import SAMPLES
from studio.commands.bench_report import Row, at_least, at_most, plain, report
from studio.commands.output import OnDevice, fail

app = typer.Typer(no_args_is_help=True, help="Measure this machine: scoring, folders, the live picture, the start.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
WARM_UP_RUNS, RUNS = 3, 30
START_RUNS = 5


@app.command("score")
def bench_score(
    photo: Annotated[Path | None, typer.Argument(help="A photo; a sample where none is named.")] = None,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """Latency of one photo: decode, faces, network, and all together."""
    from engine.faces import PHOTO_LONG_SIDE, FaceDetector
    from engine.pictures import load_picture
    from engine.scoring import load_scorer

    path = photo or min(SAMPLES.glob("*.jpg"))
    scorer, detector = load_scorer(device), FaceDetector()
    pixels = load_picture(path, PHOTO_LONG_SIDE).pixels

    def everything() -> None:
        fresh = load_picture(path, PHOTO_LONG_SIDE).pixels
        detector.detect(fresh)
        scorer.score(fresh)

    parts: dict[str, Callable[[], object]] = {
        "decode": lambda: load_picture(path, PHOTO_LONG_SIDE),
        "faces": lambda: detector.detect(pixels),
        "network": lambda: scorer.score(pixels),
        "photo to score": everything,
    }
    rows: list[Row] = []
    for name, part in parts.items():
        times_ms = _times_ms(part)
        rows += [
            plain(f"{name}, p50", _percentile(times_ms, 50), "ms"),
            plain(f"{name}, p95", _percentile(times_ms, 95), "ms"),
        ]
    report(rows, scorer.runtime.name, as_json=as_json)


@app.command("folder")
def bench_folder(
    folder: Annotated[Path, typer.Argument(help="A folder of photos.")] = SAMPLES,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """Photos per second of a first visit to a folder, against decoding the same files alone."""
    import os

    from engine.catalogue import Catalogue
    from engine.faces import PHOTO_LONG_SIDE
    from engine.pictures import load_picture
    from engine.scan import find_photos, scan
    from engine.scoring import load_scorer

    files = find_photos([folder])
    if not files:
        fail(f"there are no photos in {folder}")
    scorer = load_scorer(device)

    def rate_of_decoding(long_side: int | None) -> float:
        def decode(path: Path) -> None:
            try:
                load_picture(path, long_side)
            except PictureError:
                return

        started_s = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            list(executor.map(decode, files))
        return len(files) / (time.perf_counter() - started_s)

    rate_of_decoding(PHOTO_LONG_SIDE)  # so that every measurement reads from the same warm disk cache
    started_s = time.perf_counter()
    with Catalogue() as catalogue:
        for _ in scan([folder], catalogue, scorer):
            pass
    scanning = len(files) / (time.perf_counter() - started_s)
    full, reduced = rate_of_decoding(None), rate_of_decoding(PHOTO_LONG_SIDE)
    rows = [
        plain("photos", len(files), "photos"),
        plain("scored, with faces", scanning, "/s"),
        plain("decoded alone, at the size scoring needs", reduced, "/s"),
        plain("decoded alone, every pixel", full, "/s"),
        plain("scored against decoded at the size scoring needs", scanning / reduced, "x"),
    ]
    report(rows, scorer.runtime.name, as_json=as_json)


@app.command("startup")
def bench_startup(as_json: AsJson = False) -> None:
    """Time from the start of the program to the first paint of its window."""
    command = [sys.executable, "-m", "studio", "--paint-and-quit"]
    times_s = []
    for _ in range(1 + START_RUNS):
        started_s = time.perf_counter()
        if subprocess.run(command, check=False, capture_output=True).returncode:
            fail("the window did not open: is there a display?")
        times_s.append(time.perf_counter() - started_s)
    rows = [
        plain("first start", times_s[0], "s"),
        at_most("warm start to first paint and out again, median", _percentile(times_s[1:], 50), "s", 1.5),
    ]
    report(rows, "none", as_json=as_json)


@app.command("live")
def bench_live(
    video: Annotated[Path, typer.Argument(help="A video of a face.")],
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure.")] = 20,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """Frames scored per second and age of the score, with a video played into the real window."""
    from engine.devices import choose_device
    from studio.app import missing_display

    if missing := missing_display():
        fail(missing)
    from studio.live_bench import measure_live

    try:
        figures = measure_live(video, seconds, device)
    except RuntimeError as error:
        fail(str(error))
    if not figures.ages_ms:
        fail(f"no frame of {video} was scored in {seconds:g} seconds")
    width, height = figures.size_wh
    rows = [
        plain("frame width", width, "pixels"),
        plain("frame height", height, "pixels"),
        plain("frames in", figures.frames_in / figures.seconds, "/s"),
        at_least("frames scored", figures.frames_scored / figures.seconds, "/s", 20),
        plain("score age, p50", _percentile(figures.ages_ms, 50), "ms"),
        plain("score age, p95", _percentile(figures.ages_ms, 95), "ms"),
        plain("longest stall of the window", figures.longest_stall_ms, "ms"),
        plain("close while busy", figures.close_s, "s"),
    ]
    report(rows, str(choose_device(device).device), as_json=as_json)


def _times_ms(part: Callable[[], object]) -> list[float]:
    times_ms = []
    for run in range(WARM_UP_RUNS + RUNS):
        started_s = time.perf_counter()
        part()
        if run >= WARM_UP_RUNS:
            times_ms.append(1000 * (time.perf_counter() - started_s))
    return times_ms


def _percentile(values: Sequence[float], percent: float) -> float:
    import numpy as np

    return float(np.percentile(values, percent))
