"""Turns the newest frame of a source into pixels, and into the image on the screen, in a thread of its own.

The window's thread only ever copies a finished image to the screen: what takes milliseconds is done here.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from engine.faces import PHOTO_LONG_SIDE
from engine.pixels import Pixels
from studio.camera import Frame
from studio.mailbox import Mailbox
from studio.video_frames import pixels_from_frame

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LivePicture:
    """A frame as pixels.

    Attributes:
        number: of its frame.
        pixels: RGB uint8 (H, W, 3), upright, not mirrored, as large as the source delivers.
        small: the same, reduced by a whole number as far as its longer side keeps 640 pixels, as photos are scored.
        arrived_s: when its frame came, by `time.perf_counter`.
    """

    number: int
    pixels: Pixels
    small: Pixels
    arrived_s: float

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class ShownPicture:
    """An image for the screen: mirrored, in the screen's own pixels, and the size of the picture that it shows."""

    number: int
    image: QImage
    full_wh: tuple[int, int]


class PictureMaker(QObject):
    """The thread between a source and both its readers: the scorer and the screen.

    Attributes:
        shown: holds the newest image.
        score: told of every picture, in this object's own thread, before it is made ready for the screen.

    Signals:
        picture_ready: a new image may be taken from `shown`.
        failed: no more pictures will come; a sentence for people.
    """

    picture_ready = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: Mailbox[ShownPicture] = Mailbox()
        self.score: Callable[[LivePicture], None] = _ignore
        self._frames: Mailbox[Frame] = Mailbox()
        self._screen_wh = (640, 360)
        self._thread = threading.Thread(target=self._run, name="live pictures")
        self._thread.start()

    def offer(self, frame: Frame) -> None:
        """Take this frame next, unless a newer one comes first."""
        self._frames.put(frame)

    def fit(self, screen_wh: tuple[int, int]) -> None:
        """Make images as large as fit into this many of the screen's pixels."""
        self._screen_wh = screen_wh

    def close(self) -> None:
        """Stop the thread and wait for it: one frame's work at most."""
        self._frames.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            while (frame := self._frames.take()) is not None:
                pixels = pixels_from_frame(frame.video)
                if pixels is None:
                    continue
                picture = LivePicture(frame.number, pixels, reduced(pixels), frame.arrived_s)
                self.score(picture)
                image = mirrored_to_fit(pixels, self._screen_wh)
                shown = ShownPicture(frame.number, image, picture.size_wh)
                self.shown.put(shown)
                self.picture_ready.emit()
        except Exception as error:
            log.exception("the live picture stopped")
            self.failed.emit(f"The picture stopped ({error}). Open the source again.")


def reduced(pixels: Pixels) -> Pixels:
    """A picture reduced by a whole number, which averages quickly, to no less than 640 pixels on its longer side."""
    height, width = pixels.shape[:2]
    factor = max(1, max(height, width) // PHOTO_LONG_SIDE)
    if factor == 1:
        return pixels
    size = max(1, width // factor), max(1, height // factor)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def mirrored_to_fit(pixels: Pixels, screen_wh: tuple[int, int]) -> QImage:
    """A picture mirrored, and as large as fits into the screen's pixels.

    Args:
        pixels: RGB uint8 (H, W, 3).
        screen_wh: width and height to fit into, at least 1 x 1.
    """
    height, width = pixels.shape[:2]
    scale = min(screen_wh[0] / width, screen_wh[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Averaging areas costs four times as much, and is seen only where more than half of the pixels go.
    fitted = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR)
    image = QImage(*size, QImage.Format.Format_RGB32)
    target = np.frombuffer(image.bits(), np.uint8).reshape(size[1], size[0], 4)
    cv2.cvtColor(cv2.flip(fitted, 1), cv2.COLOR_RGB2BGRA, dst=target)
    return image


def _ignore(_: LivePicture) -> None:
    """Nobody scores yet."""
