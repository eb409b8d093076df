"""How a photo looks in the album's grid: its thumbnail, its score, its name."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.scan import ScoredPhoto
from studio.album_model import PhotoRole
from studio.theme import ACCENT, score_colour
from studio.thumbnails import Thumbnails

TILE = QSize(196, 222)
PADDING = 8
NAME_HEIGHT = 24


class PhotoTile(QStyledItemDelegate):
    """Paints one photo."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return TILE

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        photo: ScoredPhoto = index.data(PhotoRole)
        tile = option.rect.adjusted(4, 4, -4, -4)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette: QPalette = option.palette
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(ACCENT if selected else Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(tile, 8, 8)
        inside = tile.adjusted(PADDING, PADDING, -PADDING, -PADDING - NAME_HEIGHT)
        if photo.score is None:
            self._paint_error(painter, inside, palette, photo)
        else:
            self._paint_thumbnail(painter, inside, photo)
            self._paint_score(painter, inside, photo.score.points)
            if len(photo.faces) == 0:
                self._paint_flag(painter, inside, "no face")
        name = QRect(inside.left(), inside.bottom() + 4, inside.width(), NAME_HEIGHT)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        elided = painter.fontMetrics().elidedText(photo.path.name, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, elided)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, inside: QRect, photo: ScoredPhoto) -> None:
        pixmap = self._thumbnails.get(photo.path)
        if pixmap is None:
            painter.setPen(QColor(128, 128, 128))
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, "…")
            return
        size = pixmap.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(inside.center())
        painter.drawPixmap(target, pixmap)

    def _paint_score(self, painter: QPainter, inside: QRect, points: float) -> None:
        badge = QRect(inside.left(), inside.top(), 44, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(score_colour(points))
        painter.drawRoundedRect(badge, 6, 6)
        font = QFont(painter.font())
        painter.setFont(QFont(font.family(), font.pointSize() + 3, QFont.Weight.Bold))
        painter.setPen(QColor("#101214"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, f"{points:.0f}")
        painter.setFont(font)

    def _paint_flag(self, painter: QPainter, inside: QRect, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 12
        flag = QRect(inside.right() - width + 1, inside.top(), width, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawRoundedRect(flag, 6, 6)
        painter.setPen(QColor("white"))
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_error(self, painter: QPainter, inside: QRect, palette: QPalette, photo: ScoredPhoto) -> None:
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inside, flags, f"Cannot be read:\n{photo.error}")
