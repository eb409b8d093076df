"""`selfie-studio bench crop`: how fast the fast search of crops is, and how much it loses on the exhaustive one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.devices import Device
from engine.resources import SAMPLES
from studio.commands.bench_report import Row, at_least, at_most, plain, report
from studio.commands.output import DEFAULT_MODEL, OnDevice, WithModel, fail, say_bad_file, shown

if TYPE_CHECKING:
    from engine.crop_bench import PhotoFigures


def bench_crop(
    folder: Annotated[Path, typer.Argument(help="A folder of photos.")] = SAMPLES,
    truth: Annotated[int, typer.Option(min=0, help="Photos that are also searched exhaustively.")] = 6,
    truth_windows: Annotated[int, typer.Option(min=50, help="Windows of each exhaustive search.")] = 1000,
    gradient: Annotated[bool, typer.Option("--gradient", help="Try the search by gradient too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Time, regret and manners of the fast search of crops, against every window and against plain ways to crop."""
    from engine.crop_bench import measure_photos
    from engine.scan import find_photos
    from engine.scoring import load_scorer

    scorer = load_scorer(device, folder=model)
    task = measure_photos(find_photos([folder]), scorer, truth=truth, truth_windows=truth_windows, gradient=gradient)
    figures: list[PhotoFigures] = []
    for progress in shown(task, "searching crops"):
        figures += progress.results
        if not progress.results:
            say_bad_file(Path(progress.note), "it cannot be searched")
    if not figures:
        fail(f"there are no photos in {folder}")
    report(_rows(figures, truth_windows), scorer.runtime.name, as_json=as_json)


def _rows(figures: "list[PhotoFigures]", truth_windows: int) -> list[Row]:
    import numpy as np

    judged = [one for one in figures if one.regret is not None]
    with_faces = [one for one in figures if one.faces_whole is not None]
    rows = [
        plain("photos", len(figures), "photos"),
        at_least("windows of one search, 1:1, median", float(np.median([one.windows for one in figures])), "", 10_000),
        at_most("one search, 1:1, p50", float(np.median([one.one_ms for one in figures])), "ms", 150),
        at_most("all eight shapes, p50", float(np.median([one.all_ms for one in figures])), "ms", 400),
        at_least(
            "faster than the exhaustive search of the same windows, extrapolated from the scores timed",
            float(np.median([one.exhaustive_ms / one.one_ms for one in figures])),
            "x",
            300,
        ),
    ]
    if with_faces:
        whole = 100 * sum(one.faces_whole is True for one in with_faces) / len(with_faces)
        rows.append(at_least("photos with faces whose eyes and mouths are whole", whole, "%", 100))
    for name in figures[0].beats:
        share = 100 * sum(one.beats[name] for one in figures) / len(figures)
        rows.append(at_least(f"scores no lower than {name}", share, "%", 90))
    if judged:
        regrets = [one.regret for one in judged if one.regret is not None]
        ranks = [one.spearman for one in judged if one.spearman is not None]
        told = f"on {len(judged)} photos, a coarser set of {truth_windows:,} windows each"
        rows += [
            at_most(f"regret, mean, {told}", float(np.mean(regrets)), "points", 1),
            at_most(f"regret, p95, {told}", float(np.percentile(regrets, 95)), "points", 3),
        ]
        if ranks:
            rows.append(at_least(f"Spearman of estimate and score, mean, {told}", float(np.mean(ranks)), "", 0.85))
    slow = [one for one in figures if one.gradient is not None]
    if slow:
        rows += [
            plain("search by gradient, p50", float(np.median([one.gradient[0] for one in slow if one.gradient])), "ms"),
            plain(
                "fast search less search by gradient, mean",
                float(np.mean([one.gradient[1] for one in slow if one.gradient])),
                "points",
            ),
        ]
    return rows


def bench_crop_folder(
    folder: Annotated[Path, typer.Argument(help="A folder of photos; 12-megapixel JPEGs for the target.")] = SAMPLES,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Photos a second from decoding to the saved square crop, and what the parts take of one processor."""
    import tempfile
    import time

    from studio.commands.crop import WORKERS, leave_cores_to_workers

    leave_cores_to_workers()
    from engine.aspects import Aspect
    from engine.crop_folder import CropJob, crop_photos
    from engine.photo_crops import PhotoCrops
    from engine.pictures import load_picture
    from engine.scan import find_photos
    from engine.scoring import load_scorer

    photos, scorer, square = find_photos([folder]), load_scorer(device, folder=model), Aspect.parse("1:1")
    if not photos:
        fail(f"there are no photos in {folder}")
    # The first photo loads what is loaded once, and the files come from the same warm disk cache.
    for photo in photos:
        photo.read_bytes()
    with tempfile.TemporaryDirectory() as crops:
        job, search = CropJob(Path(crops), square), PhotoCrops(square, scorer)
        list(crop_photos(photos[:1], CropJob(None, square, dry_run=True), search))
        started_s, worked_s, saved = time.perf_counter(), time.process_time(), 0
        for step in shown(crop_photos(photos, job, search, workers=WORKERS), "cropping"):
            for photo_done in step.results:
                saved += photo_done.error is None
                if photo_done.error:
                    say_bad_file(photo_done.source, photo_done.error)
        wall_s, cpu_s = time.perf_counter() - started_s, time.process_time() - worked_s
    if not saved:
        fail(f"no photo of {folder} could be cropped")
    width, height = load_picture(photos[0], 64).full_size_wh
    rows = [
        plain("photos cropped", saved, "photos"),
        plain("the first one has", width * height / 1e6, "megapixels"),
        at_least(f"decoded, searched and saved, {WORKERS} at once", saved / wall_s, "/s", 8),
        plain("processor time of each", 1000 * cpu_s / saved, "ms"),
    ]
    report(rows, scorer.runtime.name, as_json=as_json)
