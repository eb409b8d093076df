"""The photos kept in this sitting, in a strip: newest first, each with its score.

It only tells what a person wants done with a photo; doing it, and hiding the strip while it is empty, is its owner's.
"""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.theme import ACCENT, score_colour

STRIP_HEIGHT = 96
# Around a photo: room for the ring of the chosen one, and between two photos twice as much.
MARGIN = 5
PHOTO_HEIGHT = STRIP_HEIGHT - 2 * MARGIN
# Width over height. Longer ones are cut at both ends, as one panorama would fill the strip and one column be a line.
NARROWEST, WIDEST = 0.5, 2.0
CORNER = 8
# The sharpest screens draw three pixels where others draw one; more of a photo is not kept in memory.
MAX_PIXEL_RATIO = 3
# Dark enough that the dimmest of the score's colours is read on a white photo: a contrast of 4.5 (WCAG 2.2, 1.4.3).
SCRIM = QColor(0, 0, 0, 215)
SCORE_PIXELS = 13
# A hair around each photo, so that white ones end on a light window and black ones on a dark window.
EDGE = QColor(128, 128, 128, 90)
PhotoRole = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class KeptPhoto:
    """A photo of the strip.

    Attributes:
        path: its file.
        thumbnail: large enough for the sharpest screen; null where there is none.
        points: its score, 0 to 100.
    """

    path: Path
    thumbnail: QImage
    points: float

    @property
    def shown_size(self) -> QSize:
        """Width and height in the strip."""
        aspect = self.thumbnail.width() / self.thumbnail.height() if self.thumbnail.height() else 1.0
        return QSize(round(PHOTO_HEIGHT * min(max(aspect, NARROWEST), WIDEST)), PHOTO_HEIGHT)

    def pixmap(self, pixel_ratio: float) -> QPixmap:
        """The thumbnail of exactly the screen's pixels; made once for each kind of screen."""
        key = f"filmstrip-{self.thumbnail.cacheKey()}-{pixel_ratio}"
        pixmap = QPixmap()
        if not QPixmapCache.find(key, pixmap):
            pixmap = QPixmap.fromImage(_filling(self.thumbnail, self.shown_size * pixel_ratio))
            pixmap.setDevicePixelRatio(pixel_ratio)
            QPixmapCache.insert(key, pixmap)
        return pixmap


class Filmstrip(QListWidget):
    """The strip. Left and Right choose, Enter or a double click opens, Delete takes away.

    Signals:
        open_wanted: the path of a photo to crop.
        album_wanted: the path of a photo to show among the others of its folder.
        remove_wanted: the path of a photo to move to the trash; it stays in the strip until `remove`.
    """

    open_wanted = Signal(object)
    album_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListWidget.Movement.Static)
        self.setItemDelegate(_PhotoTile(self))
        self.setFixedHeight(STRIP_HEIGHT)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        # The wheel, the keys and a click on a photo that the edge cuts move the strip; a bar would make photos smaller.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName("Photos kept in this sitting")
        self.setAccessibleDescription("Left and Right choose, Enter opens in Crop, Delete moves to the trash")
        self.itemDoubleClicked.connect(self._want_open)

    @property
    def is_empty(self) -> bool:
        """Whether no photo is there."""
        return self.count() == 0

    def paths(self) -> list[Path]:
        """The photos' files, newest first."""
        return [_photo_of(self.item(row)).path for row in range(self.count())]

    def add(self, path: Path, thumbnail: QImage, points: float) -> None:
        """Put a photo at the left end, in place of one of the same file.

        Args:
            path: its file.
            thumbnail: upright, of any size.
            points: its score, 0 to 100.
        """
        self.remove(path)
        item = QListWidgetItem()
        item.setData(PhotoRole, KeptPhoto(path, _reduced(thumbnail), points))
        item.setToolTip(path.name)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{path.name}, score {points:.0f}")
        self.insertItem(0, item)
        # Who is choosing keeps the choice; else the newest photo is shown, and chosen first when the keys come here.
        if not self.hasFocus():
            self.setCurrentRow(0)
        self.scrollToItem(self.currentItem())

    def remove(self, path: Path) -> None:
        """Take a photo out of the strip, if it is there; its file is not touched."""
        for row, kept in enumerate(self.paths()):
            if kept == path:
                self.takeItem(row)
                return

    def menu_for(self, path: Path) -> QMenu:
        """What can be done with a photo; the photo is meant, not its place, whatever comes in meanwhile."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open in Crop", lambda: self.open_wanted.emit(path))
        menu.addAction("Show in Album", lambda: self.album_wanted.emit(path))
        menu.addSeparator()
        menu.addAction("Move to trash", lambda: self.remove_wanted.emit(path))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if item:
                self._want_open(item)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if item:  # a Mac's keyboard has only the latter
                self.remove_wanted.emit(_photo_of(item).path)
            case Qt.Key.Key_Space:
                event.ignore()  # nothing to the strip, the shutter to the room around it
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item:
            place = self.visualItemRect(item).center() if by_key else event.pos()
            self.menu_for(_photo_of(item).path).popup(self.viewport().mapToGlobal(place))

    def _want_open(self, item: QListWidgetItem) -> None:
        self.open_wanted.emit(_photo_of(item).path)


class _PhotoTile(QStyledItemDelegate):
    """Paints one photo of the strip."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        photo: KeptPhoto = index.data(PhotoRole)
        return QSize(photo.shown_size.width() + 2 * MARGIN, STRIP_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        photo: KeptPhoto = index.data(PhotoRole)
        place = QRect(option.rect.topLeft() + QPoint(MARGIN, MARGIN), photo.shown_size)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        _paint_photo(painter, place, photo)
        _paint_score(painter, place, photo.points)
        _paint_ring(painter, place, option.state)
        painter.restore()


def _paint_photo(painter: QPainter, place: QRect, photo: KeptPhoto) -> None:
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(place), CORNER, CORNER)
    painter.setClipPath(outline)
    painter.fillPath(outline, EDGE)
    if not photo.thumbnail.isNull():
        painter.drawPixmap(place, photo.pixmap(painter.device().devicePixelRatio()))
    painter.setClipping(False)


def _paint_score(painter: QPainter, place: QRect, points: float) -> None:
    font = QFont(painter.font())
    font.setPixelSize(SCORE_PIXELS)
    font.setBold(True)
    text = f"{points:.0f}"
    scrim = QRectF(0, 0, QFontMetrics(font).horizontalAdvance(text) + 12, SCORE_PIXELS + 7)
    scrim.moveBottomLeft(QPointF(place.left() + 4, place.top() + place.height() - 4))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SCRIM)
    painter.drawRoundedRect(scrim, 5, 5)
    painter.setFont(font)
    painter.setPen(score_colour(points))
    painter.drawText(scrim, Qt.AlignmentFlag.AlignCenter, text)


def _paint_ring(painter: QPainter, place: QRect, state: QStyle.StateFlag) -> None:
    """A ring around the photo that the keys would act on, a fainter one under the mouse, and a hair around all."""
    if state & QStyle.StateFlag.State_HasFocus:
        pen, outwards = QPen(ACCENT, 2.5), 2.5
    elif state & QStyle.StateFlag.State_MouseOver:
        pen, outwards = QPen(QColor(128, 128, 128, 200), 1.5), 1.5
    else:
        pen, outwards = QPen(EDGE, 1), -0.5
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ring = QRectF(place).adjusted(-outwards, -outwards, outwards, outwards)
    painter.drawRoundedRect(ring, CORNER + outwards, CORNER + outwards)


def _photo_of(item: QListWidgetItem) -> KeptPhoto:
    photo: KeptPhoto = item.data(PhotoRole)
    return photo


def _reduced(image: QImage) -> QImage:
    """The image, no larger than the strip can show on any screen; a copy."""
    most = QSize(round(WIDEST * PHOTO_HEIGHT), PHOTO_HEIGHT) * MAX_PIXEL_RATIO
    if image.width() <= most.width() and image.height() <= most.height():
        return image.copy()
    cover = image.size().scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
    return image.scaled(cover, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _filling(image: QImage, size: QSize) -> QImage:
    """The image as large as fills the size, and cut to it in the middle; never squashed."""
    fill = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    filled = image.scaled(size, fill, Qt.TransformationMode.SmoothTransformation)
    place = QRect(QPoint(0, 0), size)
    place.moveCenter(filled.rect().center())
    return filled.copy(place)
