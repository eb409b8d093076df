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
    from engine.letterbox_bench import LetterboxFigures


def bench_crop(
    folder: Annotated[Path, typer.Argument(help="A folder of photos.")] = SAMPLES,
    truth: Annotated[int, typer.Option(min=0, help="Photos that are also searched exhaustively.")] = 6,
    truth_windows: Annotated[int, typer.Option(min=50, help="Windows of each exhaustive search.")] = 1000,
    gradient: Annotated[int, typer.Option("--gradient", min=0, help="Photos that are also searched by gradient.")] = 0,
    letterboxed: Annotated[int, typer.Option(min=0, help="Photos that are also put between bars, in nine ways.")] = 6,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Time, regret and manners of the fast search of crops, against every window and against plain ways to crop."""
    from engine.crop_bench import measure_photos, spread
    from engine.letterbox_bench import measure_letterboxes
    from engine.scan import find_photos
    from engine.scoring import load_scorer

    photos, scorer = find_photos([folder]), load_scorer(device, folder=model)
    task = measure_photos(photos, scorer, truth=truth, truth_windows=truth_windows, gradient=gradient)
    figures: list[PhotoFigures] = []
    for progress in shown(task, "searching crops"):
        figures += progress.results
        if not progress.results:
            say_bad_file(Path(progress.note), "it cannot be searched")
    if not figures:
        fail(f"there are no photos in {folder}")
    bars: list[LetterboxFigures] = []
    between = measure_letterboxes([photos[number] for number in sorted(spread(len(photos), letterboxed))], scorer)
    for box_progress in shown(between, "removing bars"):
        bars += box_progress.results
    report(_rows(figures, truth_windows) + _letterboxes(bars), scorer.runtime.name, as_json=as_json)


def _rows(figures: "list[PhotoFigures]", truth_windows: int) -> list[Row]:
    import numpy as np

    def middle(values: "list[float]") -> float:
        return float(np.median(values))

    rows = [
        plain("photos", len(figures), "photos"),
        plain("load of the machine, of the last five minutes", _load(), ""),
        at_least("windows of one search, 1:1, median", middle([one.windows for one in figures]), "", 10_000),
        at_most("one search, 1:1, p50", middle([one.one.wall_ms for one in figures]), "ms", 150),
        plain("of it the processor's time, on all cores", middle([one.one.cpu_ms for one in figures]), "ms"),
        at_most("all eight shapes, p50", middle([one.all_shapes.wall_ms for one in figures]), "ms", 400),
        plain("of it the processor's time, on all cores", middle([one.all_shapes.cpu_ms for one in figures]), "ms"),
        at_least(
            "faster than the exhaustive search of the same windows, extrapolated from the scores timed",
            middle([one.exhaustive.wall_ms / one.one.wall_ms for one in figures]),
            "x",
            300,
        ),
        plain(
            "the same, by the processor's time",
            middle([one.exhaustive.cpu_ms / one.one.cpu_ms for one in figures]),
            "x",
        ),
    ]
    return rows + _manners(figures) + _duels(figures) + _truths(figures, truth_windows) + _gradients(figures)


def _manners(figures: "list[PhotoFigures]") -> list[Row]:
    can = [one for one in figures if one.main and one.keepable == one.main]
    cannot = [one for one in figures if one.keepable < one.main]
    rows = []
    if can:
        whole = 100 * sum(one.kept == one.main for one in can) / len(can)
        rows.append(at_least(f"eyes and mouths whole, {len(can)} photos with a window that keeps all", whole, "%", 100))
    if cannot:
        most = 100 * sum(one.kept >= one.keepable for one in cannot) / len(cannot)
        rows.append(
            at_least(f"as many as a window can keep, {len(cannot)} photos whose faces no window holds", most, "%", 100)
        )
    return rows


def _duels(figures: "list[PhotoFigures]") -> list[Row]:
    rows = []
    for name in dict.fromkeys(name for one in figures for name in one.duels):
        duels = [one.duels[name] for one in figures if name in one.duels]
        won = 100 * sum(duel.won for duel in duels) / len(duels)
        rows.append(at_least(f"scores no lower than {name}, {len(duels)} photos", won, "%", 90))
        fair = [duel for duel in duels if duel.polite]
        if fair and len(fair) < len(duels):
            won = 100 * sum(duel.won for duel in fair) / len(fair)
            rows.append(
                at_least(f"the same, {len(fair)} photos where it loses no face and is large enough", won, "%", 90)
            )
    return rows


def _truths(figures: "list[PhotoFigures]", truth_windows: int) -> list[Row]:
    import numpy as np

    judged = [one.judgement for one in figures if one.judgement]
    if not judged:
        return []
    told = f"on {len(judged)} photos, a coarser set of {truth_windows:,} windows each"
    rows = [
        at_most(f"regret, mean, {told}", float(np.mean([one.regret for one in judged])), "points", 1),
        at_most(f"regret, p95, {told}", float(np.percentile([one.regret for one in judged], 95)), "points", 3),
    ]
    ranks = [one.spearman for one in judged if one.spearman is not None]
    better = [one.corrected for one in judged if one.corrected is not None]
    if ranks:
        told = f"mean, {len(ranks)} of these photos with 30 windows or more"
        rows += [
            at_least(f"Spearman of estimate and score, {told}", float(np.mean(ranks)), "", 0.85),
            plain("of estimates corrected by the scored windows, those left out", float(np.mean(better)), ""),
        ]
    return rows


def _letterboxes(figures: "list[LetterboxFigures]") -> list[Row]:
    if not figures:
        return []
    made = sum(one.letterboxed for one in figures)
    removed = 100 * sum(one.removed for one in figures) / made
    taken = sum(one.taken_for_bars for one in figures)
    return [
        at_least(f"bars gone, {made} letterboxed pictures made of {len(figures)} photos", removed, "%", 95),
        plain("of these photos, as they are, taken for letterboxed", taken, "photos"),
    ]


def _gradients(figures: "list[PhotoFigures]") -> list[Row]:
    import numpy as np

    climbs = [one.gradient for one in figures if one.gradient]
    if not climbs:
        return []
    ahead = [points for _, points in climbs]
    spent_ms = float(np.median([times.wall_ms for times, _ in climbs]))
    return [
        plain(f"search by gradient, p50, {len(climbs)} photos", spent_ms, "ms"),
        plain("fast search less search by gradient, mean", float(np.mean(ahead)), "points"),
        plain("fast search no worse than search by gradient", 100 * float(np.mean(np.array(ahead) >= 0)), "%"),
    ]


def _load() -> float:
    """How many processes want a core; 0 where the system does not tell."""
    import os

    return os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0


def bench_crop_folder(
    folder: Annotated[Path, typer.Argument(help="A folder of photos; 12-megapixel JPEGs for the target.")] = SAMPLES,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Photos a second from decoding to the saved square crop, and what the parts take of one processor."""
    import tempfile
    import time

    from engine.aspects import Aspect
    from engine.crop_folder import CropJob, crop_photos
    from engine.photo_crops import PhotoCrops
    from engine.pictures import load_picture
    from engine.scan import find_photos
    from engine.scoring import load_scorer
    from studio.commands.crop import WORKERS

    photos, scorer, square = find_photos([folder]), load_scorer(device, folder=model).for_threads(), Aspect.parse("1:1")
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
        plain("load of the machine, of the last five minutes", _load(), ""),
        plain("photos cropped", saved, "photos"),
        plain("the first one has", width * height / 1e6, "megapixels"),
        at_least(f"decoded, searched and saved, {WORKERS} at once", saved / wall_s, "/s", 8),
        plain("processor time of each", 1000 * cpu_s / saved, "ms"),
    ]
    report(rows, scorer.runtime.name, as_json=as_json)
