"""Shows the newest picture to the network's layers in a thread of its own, and paints what they answer."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from engine.checkpoint import ModelCard
from engine.errors import EngineError
from engine.lab.layer_pictures import grid_for, mosaic, overlay, telling_channel
from engine.lab.layers import Layers
from engine.pixels import Floats, Pixels
from engine.preprocess import letterbox
from engine.scoring import score_from_logit
from studio.live_pictures import reduced
from studio.mailbox import Mailbox
from studio.qt_pictures import image_from_pixels
from studio.video_frames import pixels_from_frame

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class View:
    """What is to be seen.

    Attributes:
        stage: its place.
        channel: of the stage; None for the one that tells most.
        grid_wh: pixels for all maps of the stage.
        large_side: pixels for the one that is chosen.
    """

    stage: int = 0
    channel: int | None = None
    grid_wh: tuple[int, int] = (400, 400)
    large_side: int = 260


@dataclass(frozen=True)
class Look:
    """What the layers answered to one picture.

    Attributes:
        picture: as it was offered.
        view: what was asked for, its channel chosen.
        grid: all maps of the stage.
        columns: maps in a row of the grid.
        cell: from one map of the grid to the next, in pixels.
        large: the picture, lit where the chosen map answers.
        points: the picture's score.
    """

    picture: Pixels | QVideoFrame
    view: View
    grid: QImage
    columns: int
    cell: int
    large: QImage
    points: float


class LayerWatcher(QObject):
    """The thread. A picture that comes while it is busy is replaced by the next, never queued.

    Args:
        folder: of the model.
        card: the model's.
        layers: the network, where it was opened before.

    Attributes:
        layers: the network; None until it is opened.
        view: what is seen of the next picture.
        shown: holds the newest `Look`.

    Signals:
        opened: the network is there.
        looked: a new look may be taken from `shown`.
        failed: nothing more will come; a sentence for people.
    """

    opened = Signal()
    looked = Signal()
    failed = Signal(str)

    def __init__(
        self, folder: Path, card: ModelCard, layers: Layers | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.layers = layers
        self.view = View()
        self.shown: Mailbox[Look] = Mailbox()
        self._folder, self._card = folder, card
        self._pictures: Mailbox[Pixels | QVideoFrame] = Mailbox()
        self._newest: Pixels | QVideoFrame | None = None
        self._thread = threading.Thread(target=self._run, name="layers")
        self._thread.start()

    def offer(self, picture: Pixels | QVideoFrame) -> None:
        """Look at this next, RGB uint8 (H, W, 3) or a frame of a video, unless a newer one comes first."""
        self._newest = picture
        self._pictures.put(picture)

    def look_from(self, view: View) -> None:
        """See the newest picture in another way."""
        self.view = view
        if self._newest is not None:
            self._pictures.put(self._newest)

    def close(self) -> None:
        """Stop the thread and wait for it: one look at most."""
        self._pictures.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            self.layers = layers = self.layers or Layers(self._folder)
            self.opened.emit()
            seen: Pixels | QVideoFrame | None = None
            square, logit, maps = None, 0.0, []  # type: Pixels | None, float, list[Floats]
            while (picture := self._pictures.take()) is not None:
                if picture is not seen:
                    pixels = pixels_from_frame(picture) if isinstance(picture, QVideoFrame) else picture
                    if pixels is None:
                        continue
                    seen, square = picture, letterbox(reduced(pixels))
                    logits, answers = layers.look([square])
                    logit, maps = float(logits[0]), [answer[0] for answer in answers]
                assert square is not None
                self.shown.put(self._painted(picture, square, logit, maps))
                self.looked.emit()
        except EngineError as error:
            self.failed.emit(str(error))
        except Exception as error:
            log.exception("looking at the layers stopped")
            self.failed.emit(f"Looking at the layers stopped ({error}).")
        finally:
            self.shown.close()

    def _painted(self, picture: Pixels | QVideoFrame, square: Pixels, logit: float, maps: list[Floats]) -> Look:
        view = self.view
        answers = maps[view.stage]
        channel = telling_channel(answers) if view.channel is None else view.channel
        columns, cell = grid_for(len(answers), *view.grid_wh)
        grid = image_from_pixels(mosaic(answers, columns, cell))
        large = image_from_pixels(overlay(square, answers, channel, view.large_side))
        chosen = View(view.stage, channel, view.grid_wh, view.large_side)
        points = score_from_logit(logit, self._card).points
        return Look(picture, chosen, grid, columns, cell + 1, large, points)
