"""Thumbnails, read or made off the window's thread when they are first looked at, newest wish first."""

from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QPixmap, QPixmapCache

from engine.errors import PictureError
from engine.thumbnail_cache import LARGE, X_LARGE, thumbnail
from studio.qt_pictures import image_from_pixels
from studio.thumbnail_files import read_thumbnail

# About five hundred thumbnails, or a hundred and fifty of the larger ones: several screens in every direction.
CACHE_KILOBYTES = 128 * 1024
# Some screens full, in a large window of small photos.
MOST_WISHES = 200


class Thumbnails(QObject):
    """Gives thumbnails at once, or later by a signal. To be used in the window's thread.

    Signals:
        arrived: the path of a photo whose thumbnail can be had now.
    """

    arrived = Signal(object)
    _decoded = Signal(object, int, QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        QPixmapCache.setCacheLimit(CACHE_KILOBYTES)
        self._pool = QThreadPool(self)
        # One: two keep Python from the window so often that scrolling stutters (52 ms at p99; 21 with one).
        self._pool.setMaxThreadCount(1)
        self._wished: dict[tuple[Path, int], _Decode] = {}
        self._closed = False
        self._wishes = 0
        self._decoded.connect(self._keep)

    def get(self, path: Path, pixels: int = LARGE) -> QPixmap | None:
        """The thumbnail, if it is at hand; else it is fetched, and `arrived` tells.

        Args:
            path: the photo.
            pixels: of the square that it is shown in. Where the smaller thumbnail does not fill it, the larger one is
                fetched, and the smaller one, if it is at hand, stands in for it.
        """
        side = LARGE if pixels <= LARGE else X_LARGE
        pixmap = QPixmap()
        if QPixmapCache.find(_key(path, side), pixmap):
            return pixmap
        if (path, side) not in self._wished and not self._closed:
            self._wished[path, side] = wish = _Decode(path, side, self)
            self._wishes += 1
            self._pool.start(wish, self._wishes)
            self._drop_oldest_wishes()
        return pixmap if side == X_LARGE and QPixmapCache.find(_key(path, LARGE), pixmap) else None

    def _drop_oldest_wishes(self) -> None:
        """Leave what was scrolled past; it is wished for again when it is looked at again."""
        while len(self._wished) > MOST_WISHES:
            oldest = next(iter(self._wished))
            self._pool.tryTake(self._wished.pop(oldest))

    def forget(self, path: Path) -> None:
        """The file has changed: fetch its thumbnail anew when it is next looked at."""
        for side in (LARGE, X_LARGE):
            QPixmapCache.remove(_key(path, side))

    def drop_wishes(self) -> None:
        """Forget what was wished for and not begun."""
        self._pool.clear()
        self._wished.clear()

    def close(self) -> None:
        """Fetch no more, and wait for what is under way."""
        self._closed = True
        self.drop_wishes()
        self._pool.waitForDone()

    @Slot(object, int, QImage)
    def _keep(self, path: Path, side: int, image: QImage) -> None:
        self._wished.pop((path, side), None)
        if not image.isNull():
            QPixmapCache.insert(_key(path, side), QPixmap.fromImage(image))
            self.arrived.emit(path)


def _key(path: Path, side: int) -> str:
    return f"{side} {path}"


class _Decode(QRunnable):
    def __init__(self, path: Path, side: int, owner: Thumbnails) -> None:
        super().__init__()
        self.setAutoDelete(False)  # Python owns it: it may be taken back
        self._path, self._side, self._owner = path, side, owner

    def run(self) -> None:
        image = read_thumbnail(self._path, self._side)
        if image is None:
            try:
                image = image_from_pixels(thumbnail(self._path, self._side))
            except PictureError:
                image = QImage()  # the scan has said what is wrong with it
        # Converted here, so that the window's thread has nothing to do but upload it.
        self._owner._decoded.emit(self._path, self._side, image.convertToFormat(QImage.Format.Format_RGB32))
