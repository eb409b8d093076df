"""The rows of `selfie-studio bench lab` that speak of the map."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.resources import SAMPLES
from studio.commands.bench_report import Row, at_least, at_most, plain
from studio.commands.output import DEFAULT_MODEL, fail

if TYPE_CHECKING:
    from engine.pixels import Floats
    from engine.scoring import Scorer


def map_rows(photos: int, scorer: "Scorer", data: Path | None, catalogue: Path | None) -> list[Row]:
    """Making a map, its neighbours, placing new photos, and moving through the room.

    Args:
        data: a folder of photos that were scanned, whose embeddings the map is made of; None for the sample photos.
        catalogue: knows them; the person's if None.
    """
    import numpy as np

    from studio.app import missing_display

    if missing := missing_display():
        fail(missing)
    from studio.lab.map_bench import measure_map

    real = _embeddings(scorer, data, catalogue)
    figures = measure_map(real, photos, sorted(SAMPLES.glob("*.jpg")))
    made = f"{figures.photos:,} embeddings, between and around {len(real):,} real ones"
    neighbours = f"of the 10 nearest, still so on the map of {figures.compared:,} of these"
    return [
        at_most(f"t-SNE of {made}", figures.seconds, "s", 240),
        plain("the same, of one core alone", figures.processor_s, "s"),
        plain(f"{neighbours}, scikit-learn's Barnes-Hut", figures.peer_recall, ""),
        at_least(f"{neighbours}, ours", figures.recall, "", round(figures.peer_recall, 4)),
        at_most("opening the map and placing 100 new photos", figures.placing_s, "s", 2),
        plain(f"snapping {figures.photos:,} to the grid", figures.snapping_s, "s"),
        plain("the same, mean way", figures.moved, "cells"),
        plain("map room, step of zooming and moving, p50", float(np.percentile(figures.frames_ms, 50)), "ms"),
        at_most("map room, step of zooming and moving, p99", float(np.percentile(figures.frames_ms, 99)), "ms", 33),
        plain("the same, the window's thread alone, p99", float(np.percentile(figures.frames_cpu_ms, 99)), "ms"),
    ]


def _embeddings(scorer: "Scorer", data: Path | None, file: Path | None) -> "Floats":
    from engine.catalogue import Catalogue
    from engine.scan import scan
    from studio.commands.lab import scanned_photos

    if data is not None:
        with scanned_photos([data], file, DEFAULT_MODEL) as (photos, opened):
            return opened.embedding_table(scorer.card.model_sha256, photos.contents.tolist())[1]
    with Catalogue() as catalogue:
        for _ in scan([SAMPLES], catalogue, scorer):
            pass
        known = range(1, 1 + len(catalogue.list_photos(scorer.card.model_sha256)))
        return catalogue.embedding_table(scorer.card.model_sha256, known)[1]
