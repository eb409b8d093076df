"""`selfie-studio bench album` and `bench grid`: folders of photos and lists of a hundred thousand."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from engine.devices import Device
from engine.errors import CatalogueError, PictureError
from engine.resources import SAMPLES
from studio.commands.bench_report import Row, at_least, at_most, plain, report
from studio.commands.output import OnDevice, fail, shown
from studio.memory import peak_memory_mb

if TYPE_CHECKING:
    from engine.scoring import Scorer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SECOND_VISIT_PHOTOS, GROUPED_PHOTOS, MEMORY_PHOTOS = 10_000, 20_000, 10_000
TAKES = 4
MEGAPIXELS_12 = 11.5e6
# So many kills of a program that works on the same catalogue; the next one begins anew.
KILLS_EACH = 5


def bench_album(
    folder: Annotated[Path, typer.Argument(help="A folder of photos, 12-megapixel JPEGs for the stated targets.")],
    times: Annotated[
        int, typer.Option(min=1, help="Visit every photo so often, as copies that differ after the picture's end.")
    ] = 1,
    kills: Annotated[int, typer.Option(min=0, help="Kill a scan at so many random moments and look what is left.")] = 0,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """A first visit against decoding alone, a second visit, grouping, and what a killed scan leaves behind."""
    from engine.scan import find_photos
    from engine.scoring import load_scorer

    photos = find_photos([folder])
    if not photos:
        fail(f"there are no photos in {folder}")
    scorer = load_scorer(device)
    with TemporaryDirectory(prefix="selfie-studio-bench-") as name:
        work = Path(name)
        files = photos if times == 1 else _copies(photos, times, work / "copies")
        rows = _first_visit(files, work, scorer)
        rows += _second_visit(photos, work, scorer)
        rows += _grouping(photos, scorer)
        if kills:
            rows += _killed(photos, work, kills)
    report(rows, scorer.runtime.name, as_json=as_json)


def bench_grid(
    folder: Annotated[Path, typer.Argument(help="A few real photos, each shown under many names.")] = SAMPLES,
    photos: Annotated[int, typer.Option(min=100, help="How many are in the album.")] = 100_000,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """The album's grid with very many photos: first paint, sorting, filtering, scrolling, memory."""
    import numpy as np

    from engine.scan import find_photos
    from engine.scoring import load_scorer
    from studio.app import missing_display

    if missing := missing_display():
        fail(missing)
    from studio.grid_bench import measure_grid

    scorer = load_scorer(device)
    figures = measure_grid(find_photos([folder]), photos, scorer)
    rows = [
        plain("photos", figures.photos, "photos"),
        at_most("folder opened, first paint of the photos", figures.first_paint_s, "s", 0.7),
        at_most("change of order, slowest", figures.sort_ms, "ms", 100),
        at_most("change of filter, slowest", figures.filter_ms, "ms", 100),
        plain("step of scrolling, p50", float(np.percentile(figures.frames_ms, 50)), "ms"),
        at_most("step of scrolling, p99", float(np.percentile(figures.frames_ms, 99)), "ms", 33),
        at_most("memory of the program after scrolling", figures.memory_mb, "MB", 600),
    ]
    report(rows, scorer.runtime.name, as_json=as_json)


def bench_saliency(
    folder: Annotated[Path, typer.Argument(help="A folder of portraits.")] = SAMPLES,
    photos: Annotated[int, typer.Option(min=1, help="So many of them, evenly chosen.")] = 100,
    as_json: AsJson = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """The map of what counts: does it point at faces, and at a defect that is planted beside them?"""
    from engine.saliency_bench import measure_maps
    from engine.scan import find_photos
    from engine.scoring import load_scorer

    found, scorer = find_photos([folder]), load_scorer(device)
    chosen = found[:: max(1, len(found) // photos)][:photos]
    figures = [each for step in shown(measure_maps(chosen, scorer), "mapping") for each in step.results]
    if not figures:
        fail(f"{folder} holds no portrait with room beside the face")
    percent, costly = 100 / len(figures), [each for each in figures if each.defect_loss > 0]
    rows = [
        plain("portraits", len(figures), "photos"),
        plain("highest on the face", percent * sum(each.on_face for each in figures), "%"),
        plain("the same by chance", percent * sum(each.face_share for each in figures), "%"),
        plain("lowest on the defect", percent * sum(each.on_defect for each in figures), "%"),
        plain("the same by chance", percent * sum(each.defect_share for each in figures), "%"),
        plain("defects that cost the score anything", percent * len(costly), "%"),
    ]
    if costly:
        rows.append(plain("lowest on these", 100 * sum(each.on_defect for each in costly) / len(costly), "%"))
    report(rows, scorer.runtime.name, as_json=as_json)


def _copies(photos: Sequence[Path], times: int, folder: Path) -> list[Path]:
    """Photos whose pictures are the same and whose contents differ."""
    folder.mkdir()
    copies = []
    for number in range(times * len(photos)):
        photo = photos[number % len(photos)]
        copy = folder / f"{number:06}{photo.suffix}"
        copy.write_bytes(photo.read_bytes() + str(number).encode())
        copies.append(copy)
    return copies


def _first_visit(files: Sequence[Path], work: Path, scorer: "Scorer") -> list[Row]:
    from engine.catalogue import Catalogue
    from engine.faces import PHOTO_LONG_SIDE
    from engine.pictures import load_picture
    from engine.scan import scan

    sizes: list[int] = []

    def decode(path: Path) -> None:
        try:
            width, height = load_picture(path, PHOTO_LONG_SIDE).full_size_wh
            sizes.append(width * height)
        except PictureError:
            return

    def rate_of_decoding() -> float:
        started_s = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            list(executor.map(decode, files))
        return len(files) / (time.perf_counter() - started_s)

    rate_of_decoding()  # so that every measurement reads from the same warm disk cache
    started_s = time.perf_counter()
    with Catalogue(work / "first.sqlite") as catalogue:
        for _ in shown(scan(files, catalogue, scorer), "first visit"):
            pass
    scanning = len(files) / (time.perf_counter() - started_s)
    decoding = rate_of_decoding()
    large = sizes and sorted(sizes)[len(sizes) // 2] >= MEGAPIXELS_12
    rate, share = "first visit, all facts", "first visit against decoding alone"
    peak = "most memory held until here"
    return [
        plain("photos", len(files), "photos"),
        plain("their size, median", sorted(sizes)[len(sizes) // 2] / 1e6 if sizes else 0, "megapixels"),
        plain("decoded alone on all cores, at the size scoring needs", decoding, "/s"),
        at_least(rate, scanning, "/s", 35) if large else plain(rate, scanning, "/s"),
        at_least(share, scanning / decoding, "x", 0.65) if large else plain(share, scanning / decoding, "x"),
        at_most(peak, peak_memory_mb(), "MB", 1200)
        if len(files) >= MEMORY_PHOTOS
        else plain(peak, peak_memory_mb(), "MB"),
    ]


def _second_visit(photos: Sequence[Path], work: Path, scorer: "Scorer") -> list[Row]:
    from engine.catalogue import Catalogue
    from engine.made_album import fill_catalogue, link_photos
    from engine.visit import visit

    few = photos[:16]
    names = link_photos(few, SECOND_VISIT_PHOTOS, work / "many")
    file = work / "many.sqlite"
    with Catalogue(file) as catalogue:
        fill_catalogue(catalogue, names, few, scorer)
    started_s = time.perf_counter()
    for _ in visit([work / "many"], lambda: Catalogue(file), scorer):
        pass
    seconds = time.perf_counter() - started_s
    return [at_most(f"second visit to {SECOND_VISIT_PHOTOS:,} photos, groups included", seconds, "s", 2)]


def _grouping(photos: Sequence[Path], scorer: "Scorer") -> list[Row]:
    import numpy as np

    from engine.catalogue import Catalogue
    from engine.groups import group_photos
    from engine.scan import scan

    with Catalogue() as catalogue:
        for _ in scan(photos[:200], catalogue, scorer):
            pass
        numbers = range(1, 1 + len(catalogue.list_photos(scorer.card.model_sha256)))
        real = catalogue.embedding_table(scorer.card.model_sha256, numbers)[1].astype(np.float32)
    rng = np.random.default_rng(0)
    # Scenes between any two real photos; of each some takes, a second apart.
    takes = np.repeat(np.arange(GROUPED_PHOTOS // TAKES), TAKES)
    one, other = rng.integers(0, len(real), (2, GROUPED_PHOTOS // TAKES))
    share = rng.uniform(0, 1, (GROUPED_PHOTOS // TAKES, 1)).astype(np.float32)
    scenes = share * real[one] + (1 - share) * real[other]
    noise = rng.normal(0, 0.05, (GROUPED_PHOTOS, real.shape[1])).astype(np.float32)
    embeddings = np.maximum(scenes[takes] + noise, 0).astype(np.float16)
    times = np.float64(120) * takes + np.tile(np.arange(TAKES), GROUPED_PHOTOS // TAKES)
    started_s = time.perf_counter()
    group_photos(times, embeddings, rng.normal(0, 1, GROUPED_PHOTOS))
    return [at_most(f"grouping {GROUPED_PHOTOS:,} photos", time.perf_counter() - started_s, "s", 3)]


def _killed(photos: Sequence[Path], work: Path, kills: int) -> list[Row]:
    """Kill a program that scans and rates; count the photos and stars that it had said were kept and that are not."""
    from engine.ratings import MOST_STARS

    lost = damaged = 0
    rng = random.Random(0)
    for kill in range(kills):
        file = work / f"killed-{kill // KILLS_EACH}.sqlite"
        before = _stars_by_path(file) if file.exists() else {}
        command = [sys.executable, "-m", "studio.commands.bench_victim", str(file), *map(str, photos)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
            assert victim.stdout
            victim.stdout.readline()  # it has begun
            time.sleep(rng.uniform(0, 1.5))
            victim.send_signal(signal.SIGKILL)
            said = [line.split(" ", 1) for line in victim.stdout.readlines() if line.endswith("\n")]
        kept = _stars_by_path(file)
        if kept is None or before is None:
            damaged += 1
            continue
        expected = before | {path.strip(): int(stars) for stars, path in said}
        # What was written may have been killed before it was said.
        lost += sum(kept.get(path) not in (stars, (stars + 1) % (MOST_STARS + 1)) for path, stars in expected.items())
    return [
        at_most(f"catalogues that did not open after {kills} kills", damaged, "catalogues", 0),
        at_most("photos lost, or their stars, that were said to be kept", lost, "photos", 0),
    ]


def _stars_by_path(file: Path) -> dict[str, int] | None:
    """The stars of every photo that this catalogue knows; None where it is damaged."""
    from engine.catalogue import Catalogue

    try:
        with Catalogue(file) as catalogue:
            if catalogue.damage():
                return None
            found = {
                str(path): catalogue.recall_content(record.content_sha256 or "")
                for path, (_, record) in catalogue.recall_files().items()
            }
    except CatalogueError:
        return None
    return {path: content[2].stars or 0 for path, content in found.items() if content}
