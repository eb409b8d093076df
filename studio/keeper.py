"""Keeps frames as photos: saved away from the window's thread, where the person wants them, and taken back."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QFile, QObject, QSettings, Signal

from engine.best_frames import BestFrames
from engine.closer_look import CloserLook
from engine.pixels import Pixels
from engine.progress import Progress
from engine.selfie_file import save_selfie
from studio.jobs import JobSlot
from studio.keep_folder import keep_folder

# Enough for a strip on a screen of twice the usual density.
THUMBNAIL_HEIGHT = 240
MIRROR_SETTING = "live/keep mirrored"


@dataclass(frozen=True)
class Kept:
    """A frame that became a photo.

    Attributes:
        path: the photo.
        thumbnail: RGB uint8 (H, W, 3) of it, small, and mirrored if the photo is.
        points: its score.
    """

    path: Path
    thumbnail: Pixels
    points: float


def keeps_mirrored() -> bool:
    """Whether photos are kept as the mirror shows them."""
    return str(QSettings().value(MIRROR_SETTING, "false")).lower() == "true"


class Keeper(QObject):
    """Saves moments one after the other, and takes the last one back.

    Signals:
        kept: a `Kept`, once it is on the disk.
        taken_back: the path of a photo that is in the trash now.
        message: a sentence for people.
    """

    kept = Signal(object)
    taken_back = Signal(object)
    message = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = ""
        self._jobs = JobSlot(self)
        self._waiting: deque[Iterator[Progress[Kept]]] = deque()
        self._moments: list[list[Path]] = []

    @property
    def busy(self) -> bool:
        return self._jobs.busy

    def keep(self, moment: BestFrames[Pixels]) -> None:
        """Save the best frames of a moment."""
        if moment.is_empty:
            self.message.emit("Nothing was kept: no frame was scored in that moment.")
            return
        self._waiting.append(_save(moment, keep_folder(), self.model, mirrored=keeps_mirrored()))
        if not self.busy:
            self._save_next()

    def undo(self) -> None:
        """Move the photos of the last moment to the trash."""
        if self.busy:
            self.message.emit("Still saving: try again in a moment.")
        elif not self._moments:
            self.message.emit("There is nothing to take back.")
        else:
            paths = self._moments.pop()
            gone = [path for path in paths if self._take_back(path)]
            if gone:
                photos = "1 photo is" if len(gone) == 1 else f"{len(gone)} photos are"
                self.message.emit(f"{photos} in the trash now.")

    def take_back(self, path: Path) -> None:
        """Move one photo to the trash."""
        if self._take_back(path):
            self._moments = [rest for paths in self._moments if (rest := [each for each in paths if each != path])]
            self.message.emit(f"{path.name} is in the trash now.")

    def close(self) -> None:
        """Save what is left, and wait for it: a person's photos are not lost to a closed window."""
        self._jobs.finish()
        for moment in self._waiting:
            for _ in moment:
                pass
        self._waiting.clear()

    def _save_next(self) -> None:
        moment = self._waiting.popleft()
        self._moments.append([])
        self._jobs.start(lambda: moment, progressed=self._tell, completed=self._go_on, failed=self._say_failure)

    def _tell(self, progress: Progress[Kept]) -> None:
        for kept in progress.results:
            self._moments[-1].append(kept.path)
            self.kept.emit(kept)
            self.message.emit(f"Kept as {kept.path}. Ctrl+Z takes it back.")

    def _say_failure(self, text: str) -> None:
        reason = text.removeprefix(f"{keep_folder()}").lstrip("/\\: ")
        self.message.emit(f"Not kept: {reason}")
        self._go_on()

    def _go_on(self) -> None:
        if self._moments and not self._moments[-1]:
            self._moments.pop()
        if self._waiting:
            self._save_next()

    def _take_back(self, path: Path) -> bool:
        if not path.exists():
            self.message.emit(f"{path.name} is gone already.")
            self.taken_back.emit(path)
            return False
        # Static, it gives whether it worked and where the file lies now.
        moved = QFile.moveToTrash(str(path))
        if not (moved[0] if isinstance(moved, tuple) else moved):
            self.message.emit(f"{path} cannot be moved to the trash: delete it by hand if you do not want it.")
            return False
        self.taken_back.emit(path)
        return True


def _save(moment: BestFrames[Pixels], folder: Path, model: str, *, mirrored: bool) -> Iterator[Progress[Kept]]:
    """Save the best frames of a moment, best first, each with the time at which it was taken."""
    now, now_s = datetime.now().astimezone(), time.perf_counter()
    frames = moment.looked_at_again(CloserLook().look).best()
    for done, frame in enumerate(frames, start=1):
        taken = now - timedelta(seconds=now_s - frame.taken_s)
        path = save_selfie(frame.image, folder, taken, frame.points, model=model, mirrored=mirrored)
        yield Progress(
            done, len(frames), path.name, (Kept(path, _thumbnail(frame.image, mirrored=mirrored), frame.points),)
        )


def _thumbnail(pixels: Pixels, *, mirrored: bool) -> Pixels:
    scale = min(1.0, THUMBNAIL_HEIGHT / pixels.shape[0])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[:, ::-1] if mirrored else small, np.uint8)
