"""`selfie-studio bench`: how fast this machine is, measured on real photos and videos."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from engine.devices import Device
from engine.errors import PictureError
from engine.resources import SAMPLES
from studio.commands.bench_album import bench_album, bench_grid, bench_saliency
from studio.commands.bench_crop import bench_crop, bench_crop_folder
from studio.commands.bench_lab import bench_lab
from studio.commands.bench_report import Row, at_least, at_most, plain, report
from studio.commands.output import OnDevice, fail, shown

app = typer.Typer(no_args_is_help=True, help="Measure this machine: scoring, folders, the live picture, the start.")

app.command("album")(bench_album)
app.command("grid")(bench_grid)
app.command("saliency")(bench_saliency)
app.command("crop")(bench_crop)
app.command("crop-folder")(bench_crop_folder)
app.command("lab")(bench_lab)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
WARM_UP_RUNS, RUNS = 3, 30
START_RUNS = 5


class Phase(StrEnum):
    """Of the live measurement."""

    PLAIN = "plain"
    COACHING = "coaching"
    BOTH = "both"


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
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure each phase.")] = 60,
    phase: Annotated[
        Phase,
        typer.Option(
            help="Without hints (plain), with them (coaching), or both; one for 1800 seconds tells of memory."
        ),
    ] = Phase.BOTH,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """Frames scored per second and age of the score, with a video played into the real window."""
    from engine.devices import choose_device
    from studio.app import missing_display

    if missing := missing_display():
        fail(missing)
    from studio.live_bench import measure_live
    from studio.live_rows import live_rows

    try:
        figures = measure_live(
            video, seconds, device, plain_too=phase is not Phase.COACHING, coached_too=phase is not Phase.PLAIN
        )
    except RuntimeError as error:
        fail(str(error))
    if not any(counts.ages_ms for counts in (figures.plain, figures.coached) if counts is not None):
        fail(f"no frame of {video} was scored in {seconds:g} seconds")
    report(live_rows(figures), str(choose_device(device).device), as_json=as_json)


@app.command("steady")
def bench_steady(
    photos: Annotated[list[Path] | None, typer.Argument(help="Photos; the samples where none is named.")] = None,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """How still the shown score is on a still scene with a sensor's noise, and how soon it follows a change."""
    from engine.faces import PHOTO_LONG_SIDE
    from engine.pictures import load_picture
    from engine.scoring import load_scorer
    from studio.steady_bench import follow_change, watch_still

    scorer = load_scorer(device)
    pictures = [load_picture(path, PHOTO_LONG_SIDE).pixels for path in photos or sorted(SAMPLES.glob("*.jpg"))]
    still = [watch_still(picture, scorer) for picture in pictures]
    changes = [follow_change(one, other, scorer) for one, other in pairwise(pictures)]
    rows = [
        plain("photos", len(still), "photos"),
        plain("raw score on a still scene, largest range", max(raw for raw, _ in still), "points"),
        at_most("shown score on a still scene, largest range", max(shown for _, shown in still), "points", 1.0),
    ]
    if changes:
        rows.append(at_most("within 2 points after a change, longest", max(changes), "s", 0.4))
    report(rows, scorer.runtime.name, as_json=as_json)


@app.command("coach")
def bench_coach(
    folder: Annotated[Path, typer.Argument(help="A folder of photos with room around their faces.")],
    scenes: Annotated[int, typer.Option(min=1, help="Badly framed views to begin from.")] = 60,
    seed: Annotated[int, typer.Option(help="Of the views.")] = 0,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """A virtual camera inside large photos does what the hints say: does the score rise, do the hints stop?"""
    from engine.scan import find_photos
    from engine.scoring import load_scorer
    from engine.virtual_camera import walks

    scorer = load_scorer(device)
    task = walks(find_photos([folder]), scorer, scenes=scenes, seed=seed)
    followed = [walk for progress in shown(task, "following hints") for walk in progress.results]
    if not followed:
        fail(f"{folder} holds no photo with room around a face")
    rises = [walk.end.points - walk.start.points for walk in followed]
    share = 100 / len(followed)
    rows = [
        plain("scenes", len(followed), "scenes"),
        plain("score at the start, mean", sum(walk.start.points for walk in followed) / len(followed), "points"),
        plain("score at the end, mean", sum(walk.end.points for walk in followed) / len(followed), "points"),
        plain("hints followed, mean", sum(len(walk.hints) for walk in followed) / len(followed), "hints"),
        at_least("scenes in which the score rose", share * sum(rise > 1 for rise in rises), "%", 50),
        plain("scenes in which it fell", share * sum(rise < -1 for rise in rises), "%"),
        plain("scenes in which the hints came to rest", share * sum(walk.came_to_rest for walk in followed), "%"),
    ]
    report(rows, scorer.runtime.name, as_json=as_json)


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
