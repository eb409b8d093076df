"""Photos for the review of crops, decoded away from the window: large enough to show a part of them, the last kept."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, SignalInstance, Slot
from PySide6.QtGui import QImage, QPixmap

from engine.errors import PictureError
from engine.level import levelled_picture
from engine.pictures import load_picture
from studio.qt_pictures import image_from_pixels

# A crop of half the photo fills its place on a screen of twice the usual density.
LONG_SIDE = 480
# Some screens full; 0.6 MB each.
MOST_KEPT, MOST_WISHES = 200, 60

# A photo, and what it is levelled by.
_Wish = tuple[Path, float]


@dataclass(frozen=True)
class SmallPhoto:
    """A photo to draw.

    Attributes:
        pixmap: reduced; null where the photo cannot be read.
        full_wh: width and height of the whole photo; of what levelling left of it, where it is levelled.
    """

    pixmap: QPixmap
    full_wh: tuple[int, int]


class CropPictures(QObject):
    """Gives photos at once, or later by a signal. To be used in the window's thread.

    Signals:
        arrived: a photo can be had now.
    """

    arrived = Signal()
    _decoded = Signal(object, QImage, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[_Wish, SmallPhoto] = OrderedDict()
        self._wished: OrderedDict[_Wish, _Decode] = OrderedDict()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._wishes = 0
        self._closed = False
        self._decoded.connect(self._keep)

    def get(self, path: Path, angle_deg: float = 0.0) -> SmallPhoto | None:
        """The photo, levelled by an angle, if it is at hand; else it is fetched, and `arrived` tells."""
        wish = path, angle_deg
        if wish in self._kept:
            self._kept.move_to_end(wish)
            return self._kept[wish]
        if wish not in self._wished and not self._closed:
            self._wished[wish] = decode = _Decode(wish, self._decoded)
            self._wishes += 1
            self._pool.start(decode, self._wishes)  # the newest wish first
            while len(self._wished) > MOST_WISHES:  # what was scrolled past is wished for again when it is seen again
                self._pool.tryTake(self._wished.popitem(last=False)[1])
        return None

    def close(self) -> None:
        """Fetch no more, and wait for what is under way."""
        self._closed = True
        self._pool.clear()
        self._pool.waitForDone()

    @Slot(object, QImage, object)
    def _keep(self, wish: _Wish, image: QImage, full_wh: tuple[int, int]) -> None:
        self._wished.pop(wish, None)
        self._kept[wish] = SmallPhoto(QPixmap.fromImage(image), full_wh)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.arrived.emit()


class _Decode(QRunnable):
    def __init__(self, wish: _Wish, told: SignalInstance) -> None:
        super().__init__()
        self.setAutoDelete(False)  # Python owns it: it may be taken back
        self._wish, self._told = wish, told

    def run(self) -> None:
        path, angle_deg = self._wish
        try:
            picture = load_picture(path, LONG_SIDE)
        except PictureError:  # the search has said what is wrong with it
            self._told.emit(self._wish, QImage(), (1, 1))
        else:
            if angle_deg:
                picture = levelled_picture(picture, angle_deg)
            self._told.emit(self._wish, image_from_pixels(picture.pixels), picture.full_size_wh)
