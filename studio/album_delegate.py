"""How a photo looks in the album's grid: its thumbnail, its score, what a person said of it, its name."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.album import PhotoRow
from studio.album_model import PhotoRole, StackRole
from studio.theme import ACCENT, POOR, score_colour
from studio.thumbnails import Thumbnails

PADDING = 8
NAME_HEIGHT = 24
SIDE = 180
BADGE_HEIGHT = 26
DARK_INK = QColor("#101214")
SHADE = QColor(0, 0, 0, 170)
STARS = QColor("#ffd35c")
# Stars that nobody gave step back behind those that somebody did.
STARS_BY_SCORE = QColor("#9aa0a6")
# A rejected photo steps back.
FADED = 0.35


class PhotoTile(QStyledItemDelegate):
    """Paints one photo."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._side = SIDE

    @property
    def size(self) -> QSize:
        """Of a tile, in pixels."""
        return QSize(self._side + 2 * PADDING, self._side + 2 * PADDING + NAME_HEIGHT)

    def set_side(self, pixels: int) -> None:
        """Of the square that a photo is shown in."""
        self._side = pixels

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self.size

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        photo: PhotoRow = index.data(PhotoRole)
        tile = option.rect.adjusted(4, 4, -4, -4)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette: QPalette = option.palette
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(ACCENT if selected else Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(tile, 8, 8)
        inside = tile.adjusted(PADDING, PADDING, -PADDING, -PADDING - NAME_HEIGHT)
        if photo.points is None:
            self._paint_error(painter, inside, palette, photo)
        else:
            painter.setOpacity(FADED if photo.mark.is_rejected else 1)
            self._paint_thumbnail(painter, inside, photo)
            painter.setOpacity(1)
            self._paint_score(painter, inside, photo)
            self._paint_flag(painter, inside, photo, int(index.data(StackRole)))
            self._paint_mark(painter, inside, photo)
        name = QRect(inside.left(), inside.bottom() + 4, inside.width(), NAME_HEIGHT)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        elided = painter.fontMetrics().elidedText(photo.path.name, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, elided)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, inside: QRect, photo: PhotoRow) -> None:
        pixmap = self._thumbnails.get(photo.path)
        if pixmap is None:
            painter.setPen(QColor(128, 128, 128))
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, "…")
            return
        size = pixmap.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(inside.center())
        painter.drawPixmap(target, pixmap)

    def _paint_score(self, painter: QPainter, inside: QRect, photo: PhotoRow) -> None:
        assert photo.points is not None
        badge = QRect(inside.left(), inside.top(), 44, BADGE_HEIGHT)
        colour = QColor(170, 170, 170) if photo.older_model else score_colour(photo.points)
        font = QFont(painter.font())
        painter.setFont(QFont(font.family(), font.pointSize() + 3, QFont.Weight.Bold))
        _paint_badge(painter, badge, colour, DARK_INK, f"{photo.points:.0f}")
        painter.setFont(font)

    def _paint_flag(self, painter: QPainter, inside: QRect, photo: PhotoRow, stack: int) -> None:
        """What a person would want to know before looking closer, at the upper right."""
        words = []
        if stack > 1:
            words.append(f"best of {stack}")
        if photo.faces == 0:
            words.append("no face")
        elif photo.eyes_closed:
            words.append("eyes closed")
        if words:
            text = ", ".join(words)
            width = min(painter.fontMetrics().horizontalAdvance(text) + 12, inside.width() - 50)
            flag = QRect(inside.right() - width + 1, inside.top(), width, BADGE_HEIGHT)
            elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width - 6)
            _paint_badge(painter, flag, SHADE, QColor("white"), elided)

    def _paint_mark(self, painter: QPainter, inside: QRect, photo: PhotoRow) -> None:
        """Picked or rejected and the stars, at the lower edge."""
        if photo.mark.pick > 0 or photo.mark.is_rejected:
            colour, sign = (POOR, "✕") if photo.mark.is_rejected else (ACCENT, "✓")
            badge = QRect(inside.left(), inside.bottom() - BADGE_HEIGHT + 1, BADGE_HEIGHT, BADGE_HEIGHT)
            _paint_badge(painter, badge, colour, DARK_INK, sign)
        stars = photo.mark.stars or 0
        if stars > 0:
            text = "★" * stars
            width = painter.fontMetrics().horizontalAdvance(text) + 12
            badge = QRect(inside.right() - width + 1, inside.bottom() - BADGE_HEIGHT + 1, width, BADGE_HEIGHT)
            _paint_badge(painter, badge, SHADE, STARS_BY_SCORE if photo.mark.by_score else STARS, text)

    def _paint_error(self, painter: QPainter, inside: QRect, palette: QPalette, photo: PhotoRow) -> None:
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inside, flags, f"Cannot be read:\n{photo.error}")


def _paint_badge(painter: QPainter, place: QRect, colour: QColor, ink: QColor, text: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(place, 6, 6)
    painter.setPen(ink)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
