"""Thumbnails, decoded off the window's thread when they are first looked at, newest wish first."""

from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QPixmap, QPixmapCache

from engine.errors import PictureError
from engine.pictures import load_picture
from studio.qt_pictures import image_from_pixels

THUMBNAIL_SIDE = 256
# About a thousand thumbnails: several screens in every direction.
CACHE_KILOBYTES = 256 * 1024


class Thumbnails(QObject):
    """Gives thumbnails at once, or later by a signal. To be used in the window's thread.

    Signals:
        arrived: the path of a photo whose thumbnail can be had now.
    """

    arrived = Signal(object)
    _decoded = Signal(object, QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        QPixmapCache.setCacheLimit(CACHE_KILOBYTES)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(2)
        self._wished: set[Path] = set()
        self._wishes = 0
        self._decoded.connect(self._keep)

    def get(self, path: Path) -> QPixmap | None:
        """The thumbnail, if it is at hand; else it is fetched, and `arrived` tells."""
        pixmap = QPixmap()
        if QPixmapCache.find(str(path), pixmap):
            return pixmap
        if path not in self._wished:
            self._wished.add(path)
            self._wishes += 1
            self._pool.start(_Decode(path, self), self._wishes)
        return None

    def drop_wishes(self) -> None:
        """Forget what was wished for and not begun."""
        self._pool.clear()
        self._wished.clear()

    def close(self) -> None:
        """Wait for what is under way."""
        self.drop_wishes()
        self._pool.waitForDone()

    @Slot(object, QImage)
    def _keep(self, path: Path, image: QImage) -> None:
        self._wished.discard(path)
        if not image.isNull():
            QPixmapCache.insert(str(path), QPixmap.fromImage(image))
            self.arrived.emit(path)


class _Decode(QRunnable):
    def __init__(self, path: Path, owner: Thumbnails) -> None:
        super().__init__()
        self._path, self._owner = path, owner

    def run(self) -> None:
        try:
            image = image_from_pixels(load_picture(self._path, THUMBNAIL_SIDE).pixels)
        except PictureError:
            image = QImage()  # the scan has said what is wrong with it
        self._owner._decoded.emit(self._path, image)
