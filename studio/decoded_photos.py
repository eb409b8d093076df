"""Photos ready to be drawn: decoded away from the window, a few kept, neighbours of what is looked at beforehand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, SignalInstance, Slot
from PySide6.QtGui import QImage

from engine.errors import PictureError
from engine.pictures import Picture, load_picture
from studio.qt_pictures import image_from_pixels
from studio.thumbnails import Thumbnails

# Sharp on a 4K screen, and a twelfth of a second to decode.
SHOWN_LONG_SIDE = 2048
# A photo that is smaller than this when drawn is drawn from a reduction, which is averaged and not merely sampled.
SMALLEST_LEVEL = 400
# Every pixel of a photo is decoded up to so many, in millions, in all photos that are looked at: 4 bytes each.
DETAIL_MEGAPIXELS = 64.0
# Of all that is kept, reductions included; what is looked at is kept in any case.
KEPT_BYTES = 320_000_000
AT_A_TIME = 2


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo to draw.

    Attributes:
        levels: largest first, each half as large as the one before.
        full_wh: width and height of the photo in the file, which the levels may be reductions of.
    """

    levels: tuple[QImage, ...]
    full_wh: tuple[int, int]

    @property
    def has_every_pixel(self) -> bool:
        return self.levels[0].width() >= self.full_wh[0]

    @property
    def bytes(self) -> int:
        return sum(level.sizeInBytes() for level in self.levels)

    def level_for(self, width: float) -> QImage:
        """The smallest level that is no narrower than this many pixels, or else the largest."""
        return next((level for level in reversed(self.levels) if level.width() >= width), self.levels[0])


def decode(path: Path, long_side: int | None) -> DecodedPhoto:
    """Read a photo.

    Args:
        path: its file.
        long_side: of the largest level; None for every pixel.

    Raises:
        PictureError: it cannot be decoded.
    """
    return ready_to_draw(load_picture(path, long_side))


def ready_to_draw(picture: Picture) -> DecodedPhoto:
    """A photo that is read already."""
    levels = [image_from_pixels(picture.pixels).convertToFormat(QImage.Format.Format_RGB32)]
    while max(levels[-1].width(), levels[-1].height()) >= 2 * SMALLEST_LEVEL:
        half = QSize(max(1, levels[-1].width() // 2), max(1, levels[-1].height() // 2))
        smooth = Qt.TransformationMode.SmoothTransformation
        levels.append(levels[-1].scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
    return DecodedPhoto(tuple(levels), picture.full_size_wh)


def detail_long_side(full_wh: tuple[int, int], photos: int) -> int | None:
    """To how long a side a photo is decoded for a close look at this many; None for every pixel."""
    width, height = full_wh
    share = DETAIL_MEGAPIXELS * 1e6 / photos / max(width * height, 1)
    return None if share >= 1 else int(sqrt(share) * max(width, height))


class DecodedPhotos(QObject):
    """Gives photos at once, or later by a signal. To be used in the window's thread.

    Signals:
        arrived: the path of a photo that can be had now, or with more pixels than before.
        failed: the path of a photo that is wanted and cannot be decoded, and why.
    """

    arrived = Signal(object)
    failed = Signal(object, str)
    _decoded = Signal(object, object)

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None, *, kept_bytes: int = KEPT_BYTES) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._kept_bytes = kept_bytes
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(AT_A_TIME)
        # The longest unwanted first.
        self._kept: dict[Path, DecodedPhoto] = {}
        self._wanted: tuple[Path, ...] = ()
        # With how many photos at a time each is looked at closely.
        self._closely: dict[Path, int] = {}
        self._failed: set[Path] = set()
        self._under_way: set[_Wish] = set()
        self._closed = False
        self._decoded.connect(self._take)

    @property
    def kept(self) -> list[Path]:
        """The photos that can be had at once, the longest unwanted first."""
        return list(self._kept)

    def get(self, path: Path) -> DecodedPhoto | None:
        """The photo, if it is at hand."""
        return self._kept.get(path)

    def get_or_thumbnail(self, path: Path, full_wh: tuple[int, int]) -> DecodedPhoto | None:
        """The photo, or while it is not at hand its thumbnail, if that is."""
        if photo := self._kept.get(path):
            return photo
        thumbnail = self._thumbnails.get(path)
        return None if thumbnail is None else DecodedPhoto((thumbnail.toImage(),), full_wh)

    def want(self, paths: Sequence[Path]) -> None:
        """Fetch these, the most urgent first, in place of what was wanted before and has not begun."""
        self._wanted = tuple(paths)
        self._closely = {path: photos for path, photos in self._closely.items() if path in paths}
        self._failed.clear()
        for path in reversed(self._wanted):
            if path in self._kept:
                self._kept[path] = self._kept.pop(path)
        self._drop_old()
        self._begin()

    def want_detail(self, path: Path, photos: int = 1) -> None:
        """Fetch every pixel of a photo that is looked at closely, with this many at a time, before anything else."""
        if path in self._kept:
            self._closely[path] = photos
            self._begin()

    def forget(self, path: Path) -> None:
        """The file has changed: read it anew when it is next wanted."""
        self._kept.pop(path, None)

    def close(self) -> None:
        """Fetch no more, and wait for what is under way."""
        self._closed = True
        self._pool.waitForDone()
        self._under_way.clear()

    @property
    def busy(self) -> bool:
        """Whether something is being decoded."""
        return bool(self._under_way)

    def _begin(self) -> None:
        """Decode what is most urgent; nothing waits in a line, so that what is no longer wanted never begins."""
        wishes = (wish for wish in self._missing() if wish not in self._under_way)
        while not self._closed and len(self._under_way) < AT_A_TIME and (wish := next(wishes, None)):
            self._under_way.add(wish)
            self._pool.start(_Decode(wish, self._decoded))

    def _missing(self) -> Iterator["_Wish"]:
        wanted = [path for path in self._wanted if path not in self._failed]
        if wanted and wanted[0] not in self._kept:
            yield _Wish(wanted[0], SHOWN_LONG_SIDE)
        for path in wanted:
            kept = self._kept.get(path)
            if kept is not None and path in self._closely and not kept.has_every_pixel:
                long_side = detail_long_side(kept.full_wh, self._closely[path])
                if long_side is None or long_side > max(kept.levels[0].width(), kept.levels[0].height()):
                    yield _Wish(path, long_side)
        yield from (_Wish(path, SHOWN_LONG_SIDE) for path in wanted if path not in self._kept)

    @Slot(object, object)
    def _take(self, wish: "_Wish", decoded: DecodedPhoto | str) -> None:
        self._under_way.discard(wish)
        if isinstance(decoded, str):
            self._failed.add(wish.path)
            if wish.path in self._wanted:
                self.failed.emit(wish.path, decoded)
        else:
            self._keep(wish.path, decoded)
        self._begin()

    def _keep(self, path: Path, decoded: DecodedPhoto) -> None:
        before = self._kept.pop(path, None)
        # A first look that was slow may come after every pixel.
        is_more = before is None or decoded.levels[0].width() > before.levels[0].width()
        self._kept[path] = decoded if before is None or is_more else before
        self._drop_old()
        if is_more and path in self._wanted:
            self.arrived.emit(path)

    def _drop_old(self) -> None:
        for path in list(self._kept):
            if sum(photo.bytes for photo in self._kept.values()) <= self._kept_bytes:
                return
            if path not in self._wanted:
                del self._kept[path]


@dataclass(frozen=True)
class _Wish:
    path: Path
    long_side: int | None


class _Decode(QRunnable):
    def __init__(self, wish: _Wish, decoded: SignalInstance) -> None:
        super().__init__()
        self._wish, self._told = wish, decoded

    def run(self) -> None:
        try:
            decoded: DecodedPhoto | str = decode(self._wish.path, self._wish.long_side)
        except PictureError as error:
            decoded = str(error)
        self._told.emit(self._wish, decoded)
