"""How a photo looks in the album's grid: its thumbnail, its score, what a person said of it, its name."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.album import PhotoRow
from studio.album_model import PhotoRole, StackRole
from studio.theme import ACCENT, POOR, score_colour
from studio.thumbnails import Thumbnails
from studio.wording import on_one_line

PADDING = 8
NAME_HEIGHT = 24
SIDE = 180
# Height of what stands on a photo, and width of the score.
BADGE_HEIGHT, SMALL_BADGE_HEIGHT = 26, 20
SCORE_WIDTH, SMALL_SCORE_WIDTH = 44, 30
# In smaller squares what stands on a photo is smaller, to leave something of it to be seen.
LARGE_FROM_SIDE = 150
DARK_INK = QColor("#101214")
SHADE = QColor(0, 0, 0, 170)
STARS = QColor("#ffd35c")
# Stars that nobody gave step back behind those that somebody did.
STARS_BY_SCORE = QColor("#9aa0a6")
# A rejected photo steps back.
FADED = 0.35


class PhotoTile(QStyledItemDelegate):
    """Paints one photo.

    Attributes:
        side: of the square that a photo is shown in, in pixels.
    """

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.side = SIDE

    @property
    def size(self) -> QSize:
        """Of a tile, in pixels."""
        return QSize(self.side + 2 * PADDING, self.side + 2 * PADDING + NAME_HEIGHT)

    @property
    def _is_small(self) -> bool:
        return self.side < LARGE_FROM_SIDE

    @property
    def _badge_height(self) -> int:
        return SMALL_BADGE_HEIGHT if self._is_small else BADGE_HEIGHT

    @property
    def _score_width(self) -> int:
        return SMALL_SCORE_WIDTH if self._is_small else SCORE_WIDTH

    def stack_badge(self, place: QRect, metrics: QFontMetrics, stack: int) -> QRect:
        """Where in its tile a photo says how many it is the best of."""
        inside = _inside(place)
        width = metrics.horizontalAdvance(self._stack_text(stack)) + 12
        return QRect(inside.right() - width + 1, inside.top(), width, self._badge_height)

    def _stack_text(self, stack: int) -> str:
        return f"1/{stack}" if self._is_small else f"best of {stack}"

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
        inside = _inside(option.rect)
        if photo.points is None:
            self._paint_error(painter, inside, palette, photo)
        else:
            painter.setOpacity(FADED if photo.mark.is_rejected else 1)
            self._paint_thumbnail(painter, inside, photo)
            painter.setOpacity(1)
            self._paint_score(painter, inside, photo)
            stack = int(index.data(StackRole))
            if stack > 1:
                badge = self.stack_badge(option.rect, painter.fontMetrics(), stack)
                _paint_badge(painter, badge, SHADE, QColor("white"), self._stack_text(stack))
            self._paint_flag(painter, inside, photo, below_stack=stack > 1)
            self._paint_mark(painter, inside, photo)
        name = QRect(inside.left(), inside.bottom() + 4, inside.width(), NAME_HEIGHT)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        text = on_one_line(photo.path.name)
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, elided)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, inside: QRect, photo: PhotoRow) -> None:
        pixmap = self._thumbnails.get(photo.path, round(self.side * painter.device().devicePixelRatioF()))
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
        badge = QRect(inside.left(), inside.top(), self._score_width, self._badge_height)
        colour = QColor(170, 170, 170) if photo.older_model else score_colour(photo.points)
        font = QFont(painter.font())
        painter.setFont(QFont(font.family(), font.pointSize() + (0 if self._is_small else 3), QFont.Weight.Bold))
        _paint_badge(painter, badge, colour, DARK_INK, f"{photo.points:.0f}")
        painter.setFont(font)

    def _paint_flag(self, painter: QPainter, inside: QRect, photo: PhotoRow, *, below_stack: bool) -> None:
        """What a person would want to know before looking closer, at the upper right."""
        if photo.faces == 0:
            text = "no face"
        elif photo.eyes_closed:
            text = "eyes closed"
        else:
            return
        metrics = painter.fontMetrics()
        width = min(
            metrics.horizontalAdvance(text) + 12, inside.width() - (0 if below_stack else self._score_width + 4)
        )
        top = inside.top() + (self._badge_height + 4 if below_stack else 0)
        flag = QRect(inside.right() - width + 1, top, width, self._badge_height)
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 6)
        _paint_badge(painter, flag, SHADE, QColor("white"), elided)

    def _paint_mark(self, painter: QPainter, inside: QRect, photo: PhotoRow) -> None:
        """Picked or rejected and the stars, at the lower edge."""
        side = self._badge_height
        if photo.mark.pick > 0 or photo.mark.is_rejected:
            colour, sign = (POOR, "✕") if photo.mark.is_rejected else (ACCENT, "✓")
            badge = QRect(inside.left(), inside.bottom() - side + 1, side, side)
            _paint_badge(painter, badge, colour, DARK_INK, sign)
        stars = photo.mark.stars or 0
        if stars > 0:
            text = "★" * stars
            width = painter.fontMetrics().horizontalAdvance(text) + 12
            badge = QRect(inside.right() - width + 1, inside.bottom() - side + 1, width, side)
            _paint_badge(painter, badge, SHADE, STARS_BY_SCORE if photo.mark.by_score else STARS, text)

    def _paint_error(self, painter: QPainter, inside: QRect, palette: QPalette, photo: PhotoRow) -> None:
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inside, flags, f"Cannot be read:\n{photo.error}")


def _inside(place: QRect) -> QRect:
    """Where in its tile a photo itself is shown."""
    return place.adjusted(4, 4, -4, -4).adjusted(PADDING, PADDING, -PADDING, -PADDING - NAME_HEIGHT)


def _paint_badge(painter: QPainter, place: QRect, colour: QColor, ink: QColor, text: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(place, 6, 6)
    painter.setPen(ink)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
