"""Measures the album's grid with very many photos, in the real room: first paint, sorting, filtering, scrolling."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from engine.catalogue import Catalogue
from engine.devices import Device
from engine.made_album import fill_catalogue, link_photos
from engine.photo_filter import PhotoFilter, SortKey
from engine.scoring import Scorer, load_scorer
from studio.album_view import AlbumRoom
from studio.app import make_application
from studio.memory import memory_mb

WINDOW_WH = (1280, 800)
# Scrolled like a wheel that is turned without pause: 60 steps a second, each of a third of a row, then leaps.
SCROLL_STEPS, STEP_PX, LEAPS = 300, 70, 60
FRAME_MS = 16
REPEATS = 5


@dataclass(frozen=True)
class GridFigures:
    """What was measured.

    Attributes:
        first_paint_s: from opening the folder until its photos are painted, the catalogue opened anew.
        sort_ms: the slowest change of the order, until it is painted.
        filter_ms: the slowest change of the filter, until it is painted.
        frames_ms: time that the window's thread took for each step of scrolling, its paint and thumbnails included.
        memory_mb: of the whole program at the end.
    """

    photos: int
    first_paint_s: float
    sort_ms: float
    filter_ms: float
    frames_ms: list[float]
    memory_mb: float


def measure_grid(photos: list[Path], count: int, scorer: Scorer) -> GridFigures:
    """Show so many photos, made of a few, in the real room."""
    make_application()
    with TemporaryDirectory(prefix="selfie-studio-bench-") as folder:
        # Thumbnails of what is gone in a minute belong in nobody's cache.
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        names = link_photos(photos, count, Path(folder) / "photos")
        file = Path(folder) / "catalogue.sqlite"
        # By a process of its own: this one's memory is measured.
        filling = get_context("spawn").Process(target=_fill, args=(file, names, photos, scorer.runtime.device))
        filling.start()
        filling.join()
        if filling.exitcode:
            raise RuntimeError("the album to measure could not be made")
        with _shown_room(file, scorer) as room:
            started_s = time.perf_counter()
            room.open_paths([Path(folder) / "photos"])
            _wait_until(lambda: room.model.rowCount() == count)
            _paint(room.grid.viewport())
            first_paint_s = time.perf_counter() - started_s
            _wait_until(lambda: not room.jobs.busy)
            sort_ms = _slowest_ms(room, [partial(room.model.sort_by, key) for key in SortKey])
            filters = (PhotoFilter(points=(50, 100)), PhotoFilter(stars=3), PhotoFilter(text="99"), PhotoFilter())
            filter_ms = _slowest_ms(room, [partial(room.model.show_only, wanted) for wanted in filters])
            frames_ms = _scroll(room)
            return GridFigures(count, first_paint_s, sort_ms, filter_ms, frames_ms, memory_mb())


def _fill(catalogue_file: Path, names: list[Path], photos: list[Path], device: Device) -> None:
    with Catalogue(catalogue_file) as catalogue:
        fill_catalogue(catalogue, names, photos, load_scorer(device))


@contextmanager
def _shown_room(catalogue_file: Path, scorer: Scorer) -> Iterator[AlbumRoom]:
    room = AlbumRoom(catalogue_file)
    room.resize(*WINDOW_WH)
    room.show()
    room.use_scorer(scorer)
    try:
        yield room
    finally:
        room.close_jobs()
        room.close()


def _slowest_ms(room: AlbumRoom, changes: list[Callable[[], None]]) -> float:
    times_ms = []
    for _ in range(REPEATS):
        for change in changes:
            started_s = time.perf_counter()
            change()
            _paint(room.grid.viewport())
            times_ms.append(1000 * (time.perf_counter() - started_s))
    # Of five runs of each change the median: the machine does other things too.
    per_change = np.array(times_ms).reshape(REPEATS, len(changes))
    return float(np.median(per_change, axis=0).max())


def _scroll(room: AlbumRoom) -> list[float]:
    bar = room.grid.verticalScrollBar()
    bar.setValue(0)
    steps = [STEP_PX * step for step in range(SCROLL_STEPS)]
    leaps = np.linspace(0, bar.maximum(), LEAPS).astype(int).tolist()
    frames_ms = []
    for value in steps + leaps:
        started_s = time.perf_counter()
        bar.setValue(value)
        _paint(room.grid.viewport())
        spent_ms = 1000 * (time.perf_counter() - started_s)
        # The rest of the frame is for what comes in: thumbnails, signals.
        frames_ms.append(spent_ms + _let_events_ms(FRAME_MS - spent_ms))
    return frames_ms


def _let_events_ms(at_least_ms: float) -> float:
    """Let the window work for the rest of a frame; how long it was longer than that."""
    loop = QEventLoop()
    QTimer.singleShot(max(0, round(at_least_ms)), loop.quit)
    started_s = time.perf_counter()
    loop.exec()
    return max(0.0, 1000 * (time.perf_counter() - started_s) - max(at_least_ms, 0))


def _paint(widget: QWidget) -> None:
    """Lay out and paint now."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    widget.repaint()


def _wait_until(ready: Callable[[], bool], seconds: float = 300) -> None:
    loop, clock = QEventLoop(), QTimer()
    ends_s = time.perf_counter() + seconds
    clock.timeout.connect(lambda: loop.quit() if ready() or time.perf_counter() > ends_s else None)
    clock.start(5)
    loop.exec()
    if not ready():
        raise TimeoutError("the album did not come to rest")
