"""How a crop under review looks: the photo with its crop framed, the crop, what it gains, and what was said of it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.crop_plan import PlannedCrop, Verdict
from engine.geometry import Box
from studio.crop_pictures import CropPictures
from studio.crop_review_model import PlanRole, told_of
from studio.theme import ACCENT, FAIR, POOR
from studio.wording import on_one_line

SIDE, PADDING, LINE = 140, 8, 20
INK = QColor("#101214")
FADED = 0.35
VERDICTS = {
    Verdict.ACCEPTED: ("✓", ACCENT),
    Verdict.SKIPPED: ("✕ skipped", QColor("#9aa0a6")),
    Verdict.SAVED: ("saved", ACCENT),
}


class CropTile(QStyledItemDelegate):
    """Paints one pair of before and after."""

    def __init__(self, pictures: CropPictures, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures = pictures

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(2 * SIDE + 3 * PADDING, SIDE + 3 * LINE + 2 * PADDING)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        plan: PlannedCrop = index.data(PlanRole)
        tile = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        palette: QPalette = option.palette
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
            painter.setPen(QPen(ACCENT, 2))
            painter.drawRoundedRect(tile.adjusted(2, 2, -2, -2), 6, 6)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setOpacity(FADED if plan.verdict is Verdict.SKIPPED else 1)
        left = QRectF(tile.left() + PADDING, tile.top() + PADDING, SIDE, SIDE)
        if plan.photo.error is None and plan.photo.box_xyxy is not None:
            self._draw_pair(painter, plan, left, left.translated(SIDE + PADDING, 0))
        painter.setOpacity(1)
        self._draw_words(painter, plan, tile, palette.color(QPalette.ColorRole.WindowText))
        self._draw_verdict(painter, plan, left.translated(SIDE + PADDING, 0))
        painter.restore()

    def _draw_pair(self, painter: QPainter, plan: PlannedCrop, left: QRectF, right: QRectF) -> None:
        photo = self._pictures.get(plan.photo.source, plan.photo.angle_deg)
        if photo is None or photo.pixmap.isNull() or plan.photo.box_xyxy is None:
            return
        picture = photo.pixmap
        box = Box(*plan.photo.box_xyxy).scaled(photo.full_wh, (picture.width(), picture.height()))
        whole = _fitted(left, picture.width(), picture.height())
        painter.drawPixmap(whole, picture, QRectF(picture.rect()))
        scale = whole.width() / picture.width()
        frame = QRectF(
            whole.left() + box.x0 * scale, whole.top() + box.y0 * scale, box.width * scale, box.height * scale
        )
        painter.setPen(QPen(INK, 4))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawRect(frame)
        part = QRectF(box.x0, box.y0, box.width, box.height)
        painter.drawPixmap(_fitted(right, box.width, box.height), picture, part)

    def _draw_words(self, painter: QPainter, plan: PlannedCrop, tile: QRectF, colour: QColor) -> None:
        lines = told_of(plan)[:3]
        colours = (colour, POOR if plan.photo.error else colour, FAIR)
        metrics = painter.fontMetrics()
        for number, (line, ink) in enumerate(zip(lines, colours, strict=False)):
            place = QRectF(
                tile.left() + PADDING, tile.top() + SIDE + PADDING + 4 + number * LINE, 2 * SIDE + PADDING, LINE
            )
            is_doubt = number == 2 and bool(plan.photo.doubt)
            painter.setPen(ink if number != 2 or is_doubt else colour)
            shown = metrics.elidedText(on_one_line(line), Qt.TextElideMode.ElideMiddle, round(place.width()))
            if is_doubt:  # readable on light windows, too: a dot of the colour, the words in the window's own
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(FAIR)
                painter.drawEllipse(QPointF(place.left() + 4, place.center().y()), 4, 4)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(colour)
                place.adjust(14, 0, 0, 0)
                shown = metrics.elidedText(on_one_line(line), Qt.TextElideMode.ElideRight, round(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_verdict(self, painter: QPainter, plan: PlannedCrop, right: QRectF) -> None:
        if plan.verdict not in VERDICTS:
            return
        text, colour = VERDICTS[plan.verdict]
        width = painter.fontMetrics().horizontalAdvance(text) + 14
        badge = QRectF(right.right() - width, right.top(), width, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(badge, 5, 5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(INK)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def _fitted(place: QRectF, width: float, height: float) -> QRectF:
    scale = min(place.width() / width, place.height() / height)
    fitted = QRectF(0, 0, width * scale, height * scale)
    fitted.moveCenter(place.center())
    return fitted
