"""Measures how many pictures a second are looked at under the hood: all stages, one of them painted."""

import time
from pathlib import Path

from engine.lab.layers import Layers
from engine.pictures import load_picture
from engine.scoring import Scorer
from studio.lab.hood_watcher import LayerWatcher, View

# As in a window of 1280 by 720 pixels.
GRID_WH, LARGE_SIDE = (660, 530), 264
WARM_UP, LOOKS = 5, 60
VIDEO_LONG_SIDE = 1280


def looks_per_second(photos: list[Path], scorer: Scorer, stage: int) -> float:
    """Pictures of a webcam's size, one after the other, until each is painted; without a window."""
    pictures = [load_picture(photo, VIDEO_LONG_SIDE).pixels for photo in photos]
    watcher = LayerWatcher(scorer.folder, scorer.card)
    watcher.view = View(stage, None, GRID_WH, LARGE_SIDE)
    started_s = 0.0
    try:
        for look in range(WARM_UP + LOOKS):
            if look == WARM_UP:
                started_s = time.perf_counter()
            watcher.offer(pictures[look % len(pictures)])
            if watcher.shown.take() is None:
                raise RuntimeError("the layers cannot be looked at")
        return LOOKS / (time.perf_counter() - started_s)
    finally:
        watcher.close()


def stages(scorer: Scorer) -> int:
    """How many there are."""
    return len(Layers(scorer.folder).stages)
