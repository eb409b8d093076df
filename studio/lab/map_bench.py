"""Measures the map: making it, how many neighbours stay neighbours, placing new photos, moving through the room."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QEventLoop, QPointF, QTimer

from engine.lab.grid_layout import GridLayout, snap_to_grid
from engine.lab.made_embeddings import made_embeddings
from engine.lab.made_thumbnails import make_thumbnails
from engine.lab.map_album import place_new
from engine.lab.map_embedding import EmbeddedMap, embed
from engine.lab.map_file import SavedMap, load_map, save_map
from engine.lab.map_neighbours import Embeddings
from engine.lab.map_options import MapOptions
from engine.lab.map_spread import FREE_SIDE
from engine.lab.photos import LabPhotos
from engine.made_album import link_photos
from engine.pixels import Floats
from engine.progress import Progress
from studio.app import make_application
from studio.lab.map_layouts import GRID_SIDE, MapLayout
from studio.lab.map_view import MapView

NEIGHBOURS, COMPARED, NEW = 10, 5000, 100
VIEW_WH = (1110, 640)
FRAME_MS = 16
# In to where photos are seen, across them, and out again, twice; then all of it on the grid.
ZOOM_STEPS, ZOOM_FACTOR, PAN_STEPS, PAN_PX = 60, 1.06, 120, 14
Result = TypeVar("Result")


@dataclass(frozen=True)
class MapFigures:
    """What was measured.

    Attributes:
        photos: on the map.
        seconds, processor_s: for the whole map, and of all cores together.
        compared: photos of the comparison with scikit-learn.
        recall, peer_recall: of the 10 nearest embeddings, the share that is among the 10 nearest on the map; ours, and
            scikit-learn's Barnes-Hut on the same principal components with the same perplexity.
        placing_s: opening the saved map and placing new photos on it.
        snapping_s: giving each a cell of the grid.
        moved: the mean way to that cell, in cells.
        frames_ms: what each step in the room took, paint and arriving thumbnails included.
        frames_cpu_ms: of these, the time for which the window's thread had a core.
    """

    photos: int
    seconds: float
    processor_s: float
    compared: int
    recall: float
    peer_recall: float
    placing_s: float
    snapping_s: float
    moved: float
    frames_ms: list[float]
    frames_cpu_ms: list[float]


def measure_map(real: Embeddings, count: int, photos: list[Path]) -> MapFigures:
    """Measure with so many embeddings made of real ones (N, E), and names for a few photos."""
    embeddings = made_embeddings(real, count + NEW)
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    made = _result(embed(embeddings[:count], MapOptions()))
    seconds, processor_s = time.perf_counter() - started_s, time.process_time() - started_cpu_s
    compared = min(COMPARED, count)
    ours, peer = _recalls(embeddings[:compared])
    started_s = time.perf_counter()
    layout = _result(snap_to_grid(made.places))
    snapping_s = time.perf_counter() - started_s
    with TemporaryDirectory(prefix="selfie-studio-bench-") as folder:
        placing_s = _place(made, embeddings[count:], Path(folder) / "map.safetensors")
        frames = _move_about(layout, photos, Path(folder))
    frames_ms, frames_cpu_ms = [frame[0] for frame in frames], [frame[1] for frame in frames]
    return MapFigures(
        count, seconds, processor_s, compared, ours, peer, placing_s, snapping_s, layout.moved, frames_ms, frames_cpu_ms
    )


def _result(task: Iterator[Progress[Result]]) -> Result:
    results: tuple[Result, ...] = ()
    for step in task:
        results = step.results
    return results[0]


def _recalls(embeddings: Embeddings) -> tuple[float, float]:
    """Of our map and of scikit-learn's Barnes-Hut, of the same vectors."""
    from sklearn.manifold import TSNE

    options = MapOptions()
    made = _result(embed(embeddings, options))
    peer = TSNE(perplexity=options.perplexity, init="pca", random_state=0, n_jobs=os.cpu_count())
    return _recall(made.vectors, made.places), _recall(made.vectors, peer.fit_transform(made.vectors))


def _recall(vectors: Floats, places: Floats) -> float:
    from sklearn.neighbors import NearestNeighbors

    wanted, found = (
        NearestNeighbors(n_neighbors=NEIGHBOURS).fit(points).kneighbors(return_distance=False)
        for points in (vectors, places)
    )
    return float(np.mean([len(set(a) & set(b)) / NEIGHBOURS for a, b in zip(wanted, found, strict=True)]))


def _place(made: EmbeddedMap, embeddings: Embeddings, file: Path) -> float:
    count = len(made.places)
    digests = np.zeros((count, 32), np.uint8)
    vectors = made.vectors.astype(np.float16)
    save_map(SavedMap("bench", MapOptions(), made.projection, digests, vectors, made.places, count), file)
    started_s = time.perf_counter()
    saved = load_map(file, "bench")
    place_new(saved, saved.projection.of(embeddings))
    return time.perf_counter() - started_s


def _move_about(layout: GridLayout, photos: list[Path], folder: Path) -> list[tuple[float, float]]:
    before = os.environ.get("XDG_CACHE_HOME")
    # Thumbnails of what is gone in a minute belong in nobody's cache.
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    try:
        names = link_photos(photos, len(layout.free), folder / "photos")
        make_thumbnails(names, len(photos))
        make_application()
        view = MapView()
        view.resize(*VIEW_WH)
        view.show()
        points = np.random.default_rng(0).uniform(0, 100, len(names)).astype(np.float32)
        album = LabPhotos(tuple(names), np.arange(len(names)), points)
        frames: list[tuple[float, float]] = []
        for places, side in (layout.free, FREE_SIDE), (layout.middles, GRID_SIDE):
            view.show_map(album, MapLayout(places, (layout.columns, layout.rows), side, is_grid=side == GRID_SIDE))
            frames += [_frame_ms(view, step) for step in _steps(view)]
        view.close_jobs()
        view.close()
    finally:
        os.environ.pop("XDG_CACHE_HOME")
        if before is not None:
            os.environ["XDG_CACHE_HOME"] = before
    return frames


def _steps(view: MapView) -> Iterator[Callable[[], None]]:
    middle = QPointF(VIEW_WH[0] * 0.4, VIEW_WH[1] * 0.5)
    for turn in (1, -1):
        for _ in range(ZOOM_STEPS):
            yield lambda: view.zoom(ZOOM_FACTOR, middle)
        for _ in range(PAN_STEPS):
            yield lambda turn=turn: view.move_by(-turn * PAN_PX, turn * PAN_PX / 3)  # type: ignore[misc]
        for _ in range(ZOOM_STEPS):
            yield lambda: view.zoom(1 / ZOOM_FACTOR, middle)


def _frame_ms(view: MapView, step: Callable[[], None]) -> tuple[float, float]:
    """How long a step took, and for how long of that this thread had a core; a frame's rest is for what comes in."""
    started_s, started_cpu_s = time.perf_counter(), time.thread_time()
    step()
    view.repaint()
    spent_ms = 1000 * (time.perf_counter() - started_s)
    rest_ms = max(FRAME_MS - spent_ms, 0)
    loop = QEventLoop()
    QTimer.singleShot(round(rest_ms), loop.quit)
    waited_from_s = time.perf_counter()
    loop.exec()
    over_ms = max(1000 * (time.perf_counter() - waited_from_s) - rest_ms, 0)
    return spent_ms + over_ms, 1000 * (time.thread_time() - started_cpu_s)
