"""The photos of a map as small squares, fetched off the window's thread: what is looked at now comes first."""

import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QRunnable, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from engine.errors import PictureError
from engine.thumbnail_cache import LARGE, thumbnail
from studio.qt_pictures import image_from_pixels
from studio.thumbnail_files import read_thumbnail

# Sides of the squares: for crowds, and for those seen closely. How many are kept: 64 MB of each.
SMALL = 64
KEPT = {SMALL: 4000, LARGE: 250}
# Of a portrait's height more is cut below than above.
CUT_ABOVE = 0.3
Wish = tuple[int, int]


class MapThumbnails(QObject):
    """Squares by the photo's number and side. To be used in the window's thread.

    Signals:
        arrived: one more can be had.
    """

    arrived = Signal()
    _fetched = Signal(int, int, int, QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        # One: two keep Python from the window so often that moving stutters.
        self._pool.setMaxThreadCount(1)
        self._lock = threading.Lock()
        self._wishes: deque[Wish] = deque()
        self._running = self._closed = False
        self._paths: Sequence[Path] = ()
        self._generation = 0
        self._kept: dict[int, OrderedDict[int, QPixmap]] = {side: OrderedDict() for side in KEPT}
        self._bad: set[int] = set()
        self._fetched.connect(self._keep)

    def show_photos(self, paths: Sequence[Path]) -> None:
        """Take other photos; numbers are places among them from now on."""
        with self._lock:
            self._wishes.clear()
            self._paths, self._generation = paths, self._generation + 1
        for kept in self._kept.values():
            kept.clear()
        self._bad.clear()

    def get(self, number: int, side: int) -> QPixmap | None:
        """A square, or the smaller one as long as that is all there is."""
        for each in (side, SMALL) if side != SMALL else (SMALL,):
            pixmap = self._kept[each].get(number)
            if pixmap is not None:
                self._kept[each].move_to_end(number)
                return pixmap
        return None

    def wish(self, wishes: Sequence[Wish]) -> None:
        """Fetch these, in this order, those that are here aside; earlier wishes are forgotten."""
        missing = deque(wish for wish in wishes if wish[0] not in self._kept[wish[1]] and wish[0] not in self._bad)
        with self._lock:
            self._wishes = missing
            start = bool(missing) and not self._running and not self._closed
            self._running = self._running or start
        if start:
            self._pool.start(_Fetch(self))

    def close(self) -> None:
        """Fetch no more, and wait for what is under way."""
        with self._lock:
            self._closed = True
            self._wishes.clear()
        self._pool.waitForDone()

    def next_wish(self) -> tuple[int, Path, Wish] | None:
        """What is to be fetched, for the other thread; None ends it."""
        with self._lock:
            if not self._wishes or self._closed:
                self._running = False
                return None
            wish = self._wishes.popleft()
            return self._generation, self._paths[wish[0]], wish

    @Slot(int, int, int, QImage)
    def _keep(self, generation: int, number: int, side: int, image: QImage) -> None:
        if generation != self._generation:
            return
        if image.isNull():
            self._bad.add(number)
            return
        kept = self._kept[side]
        kept[number] = QPixmap.fromImage(image)
        while len(kept) > KEPT[side]:
            kept.popitem(last=False)
        self.arrived.emit()


class _Fetch(QRunnable):
    """Fetches until nothing is wished for."""

    def __init__(self, owner: MapThumbnails) -> None:
        super().__init__()
        self._owner = owner

    def run(self) -> None:
        while wished := self._owner.next_wish():
            generation, path, (number, side) = wished
            self._owner._fetched.emit(generation, number, side, _square(path, side))


def _square(path: Path, side: int) -> QImage:
    image = read_thumbnail(path)
    if image is None:
        try:
            image = image_from_pixels(thumbnail(path))
        except PictureError:
            return QImage()  # the scan has said what is wrong with it
    shorter = min(image.width(), image.height())
    left, top = (image.width() - shorter) // 2, round(CUT_ABOVE * (image.height() - shorter))
    square = image.copy(QRect(left, top, shorter, shorter))
    if shorter > side:
        square = square.scaled(side, side, mode=Qt.TransformationMode.SmoothTransformation)
    return square.convertToFormat(QImage.Format.Format_RGB32)
