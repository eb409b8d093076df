"""Measures the sheet of very many photos: a continuum from cached thumbnails, drawn by a process of its own."""

import os
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.album import Album
from engine.catalogue import Catalogue
from engine.checkpoint import load_card
from engine.devices import Device
from engine.lab.made_thumbnails import make_thumbnails
from engine.lab.photos import LabPhotos
from engine.lab.sheet import SheetWish
from engine.lab.sheet_file import medium_of, write_sheet
from engine.lab.sheet_plan import plan_sheet
from engine.made_album import fill_catalogue, link_photos
from engine.resources import MODEL_FOLDER
from engine.scoring import load_scorer
from studio.memory import peak_memory_mb

_CACHE = "XDG_CACHE_HOME"


@dataclass(frozen=True)
class SheetFigures:
    """What was measured.

    Attributes:
        photos: on the sheet.
        seconds: from the catalogue to the whole file.
        processor_s: of all cores together.
        peak_mb: the most memory that the process held.
        file_mb: of the file.
    """

    photos: int
    seconds: float
    processor_s: float
    peak_mb: float
    file_mb: float


def measure_continuum(photos: list[Path], count: int, device: Device) -> SheetFigures:
    """Draw a continuum of so many photos, made of a few."""
    before = os.environ.get(_CACHE)
    with TemporaryDirectory(prefix="selfie-studio-bench-") as folder:
        # Thumbnails of what is gone in a minute belong in nobody's cache.
        os.environ[_CACHE] = str(Path(folder) / "cache")
        try:
            _in_process(_prepare, Path(folder), photos, count, device)
            figures = _in_process(_draw, Path(folder))
        finally:
            os.environ.pop(_CACHE)
            if before is not None:
                os.environ[_CACHE] = before
    assert isinstance(figures, SheetFigures)
    return figures


def _in_process(task: object, *arguments: object) -> object:
    """Run a task in a fresh process, whose memory is its own; what it sent."""
    context = get_context("spawn")
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=task, args=(its, *arguments))  # type: ignore[arg-type]
    process.start()
    its.close()
    try:
        return mine.recv()
    except EOFError:
        raise RuntimeError("the sheet to measure could not be made") from None
    finally:
        process.join()


def _prepare(answer: Connection, folder: Path, photos: list[Path], count: int, device: Device) -> None:
    names = link_photos(photos, count, folder / "photos")
    with Catalogue(folder / "catalogue.sqlite") as catalogue:
        fill_catalogue(catalogue, names, photos, load_scorer(device))
    make_thumbnails(names, len(photos))
    answer.send(len(names))


def _draw(answer: Connection, folder: Path) -> None:
    started_s, before_s = time.perf_counter(), time.process_time()
    card, target = load_card(MODEL_FOLDER), folder / "continuum.png"
    with Catalogue(folder / "catalogue.sqlite") as catalogue:
        album = Album(card)
        album.add_listed(catalogue.list_photos(card.model_sha256))
        photos = LabPhotos.of_album(album)
        sheet, layout = plan_sheet(photos, SheetWish(), medium_of(target), catalogue, card.name)
        for _ in write_sheet(sheet, layout, target):
            pass
    seconds, processor_s = time.perf_counter() - started_s, time.process_time() - before_s
    answer.send(SheetFigures(sheet.photos, seconds, processor_s, peak_memory_mb(), target.stat().st_size / 1e6))
