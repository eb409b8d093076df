"""A photo and a crop of it that is moved and resized by hand, and looked at as it will be."""

from fractions import Fraction

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from engine.geometry import Box
from studio.crop_geometry import HANDLES, Handle, grown, moved, resized
from studio.decoded_photos import DecodedPhoto
from studio.own_keys import OwnKeys
from studio.photo_canvas import THIRDS, PhotoCanvas
from studio.theme import ACCENT, BACKDROP

SHADE, LEFT_OUT = QColor(0, 0, 0, 150), QColor(255, 255, 255, 150)
# Handles are drawn so large and answer from so far, in points of the screen.
HANDLE_SIDE, HANDLE_REACH = 9, 12
# Around the photo: the handles of a crop at its edge are whole.
MARGIN = 6
# A press that moves less than this is a click.
CLICK_REACH = 4
# An arrow key moves by such a share of the photo's longer side; with Shift by the larger one.
NUDGE, LARGE_NUDGE = 0.002, 0.02
GROWTH = 1.02
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
GROWING = {Qt.Key.Key_Plus: GROWTH, Qt.Key.Key_Equal: GROWTH, Qt.Key.Key_Minus: 1 / GROWTH}
CURSORS = {
    (0, 0): Qt.CursorShape.SizeAllCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (-1, -1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
    (-1, 1): Qt.CursorShape.SizeBDiagCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (-1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor,
}


class CropCanvas(PhotoCanvas, OwnKeys):
    """A photo with a crop over it.

    Attributes:
        ratio: width to height that the crop keeps; None for any.

    Signals:
        dragged: the crop under the hand, a `Box`, many times.
        changed: the crop once the hand lets go, and whether it only repeats the last key.
        face_clicked: the place of a face.
        result_wanted: whether the crop alone shall be shown.
        accepted: the crop is wanted as it is.
        placed: the photo is drawn elsewhere, or another one.
    """

    dragged = Signal(object)
    changed = Signal(object, bool)
    face_clicked = Signal(int)
    result_wanted = Signal(bool)
    accepted = Signal()
    placed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ratio: Fraction | None = None
        self._photo: DecodedPhoto | None = None
        self._crop: Box | None = None
        self._kept: frozenset[int] | None = None
        self._thirds, self._result = True, False
        self._pressed_at: QPointF | None = None
        self._handle: Handle = (0, 0)
        self._before = Box(0, 0, 1, 1)
        self._hovered = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # What is shown

    @property
    def crop(self) -> Box | None:
        return self._crop

    def show_photo(self, photo: DecodedPhoto) -> None:
        """Show a photo, or the same with more pixels."""
        self._photo = photo
        self.show_image(photo.levels[0], photo.full_wh)
        self.placed.emit()

    def show_crop(self, crop: Box | None) -> None:
        """Lay a crop over the photo; None takes it away."""
        self._crop = crop
        self.update()

    def show_kept(self, kept: frozenset[int] | None) -> None:
        """Draw these faces as kept, the others as left out; None keeps all."""
        self._kept = kept
        self.update()

    def show_thirds(self, shown: bool) -> None:
        self._thirds = shown
        self.update()

    def show_result(self, shown: bool) -> None:
        """Show the crop alone, as it will be, or all of the photo."""
        self._result = shown
        self.update()

    def clear(self) -> None:
        self._photo, self._crop, self._pressed_at, self._hovered = None, None, None, -1
        super().clear()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._result and self._crop is not None:
            painter = QPainter(self)
            painter.fillRect(self.rect(), BACKDROP)
            self._draw_result(painter, self._crop)
        else:
            super().paintEvent(event)

    def _draw_result(self, painter: QPainter, crop: Box) -> None:
        scale = min(self.width() / crop.width, self.height() / crop.height)
        width, height = crop.width * scale, crop.height * scale
        target = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        image = self._level(scale)
        shown = image.width() / self._full_wh[0]
        part = QRectF(crop.x0 * shown, crop.y0 * shown, crop.width * shown, crop.height * shown)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, image, part)

    def picture_rect(self) -> QRectF:
        if self._image.isNull():
            return QRectF()
        room_w, room_h = max(self.width() - 2 * MARGIN, 1), max(self.height() - 2 * MARGIN, 1)
        scale = min(room_w / self._image.width(), room_h / self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _level(self, scale: float) -> QImage:
        """The picture with enough pixels for so many points of the screen to each pixel of the photo."""
        if self._photo is None:
            return self._image
        return self._photo.level_for(self._full_wh[0] * scale * self.devicePixelRatioF())

    def draw_picture(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = self.picture_rect()
        painter.drawImage(rect, self._level(rect.width() / self._full_wh[0]))

    def draw_faces(self, painter: QPainter) -> None:
        for number, face in enumerate(self._faces):
            kept = self._kept is None or number in self._kept
            pen = QPen(ACCENT if kept else LEFT_OUT, 2 if number != self._hovered else 3)
            if not kept:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawRoundedRect(self.box_rect(face), 6, 6)

    def draw_over(self, painter: QPainter) -> None:
        if self._crop is None:
            return
        crop = self.box_rect(self._crop)
        self._shade_around(painter, crop)
        if self._thirds:
            painter.setPen(QPen(QColor(255, 255, 255, 110), 1))
            for third in THIRDS:
                x, y = crop.left() + third * crop.width(), crop.top() + third * crop.height()
                painter.drawLine(QPointF(x, crop.top()), QPointF(x, crop.bottom()))
                painter.drawLine(QPointF(crop.left(), y), QPointF(crop.right(), y))
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawRect(crop)
        painter.setPen(QPen(QColor(0, 0, 0, 160), 1))
        painter.setBrush(QColor("white"))
        for handle in HANDLES:
            middle = _handle_point(crop, handle)
            painter.drawRect(
                QRectF(middle.x() - HANDLE_SIDE / 2, middle.y() - HANDLE_SIDE / 2, HANDLE_SIDE, HANDLE_SIDE)
            )
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _shade_around(self, painter: QPainter, crop: QRectF) -> None:
        around = QPainterPath()  # the inner of its rectangles is a hole; parts side by side would leave seams
        around.addRect(self.picture_rect())
        around.addRect(crop)
        painter.fillPath(around, SHADE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.placed.emit()

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._image.isNull() or self._result:
            event.ignore()
            return
        self._pressed_at = event.position()
        if self._crop is not None:
            self._before = self._crop
            self._handle = self._handle_at(event.position()) or (0, 0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            self._hover(event.position())
        elif self._crop is not None and self._is_dragging(event.position()):
            self._crop = self._pulled(event.position())
            self.update()
            self.dragged.emit(self._crop)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed_at is None:
            return
        was_drag = self._is_dragging(event.position()) or self._crop != self._before
        if self._crop is not None and was_drag:
            self.changed.emit(self._crop, False)
        elif (face := self._face_at(event.position())) >= 0:
            self.face_clicked.emit(face)
        self._pressed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._crop is not None:
            self._pressed_at = None
            self.result_wanted.emit(not self._result)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    def _is_dragging(self, point: QPointF) -> bool:
        if self._pressed_at is None:
            return False
        return self._crop != self._before or (point - self._pressed_at).manhattanLength() >= CLICK_REACH

    def _pulled(self, point: QPointF) -> Box:
        assert self._pressed_at is not None
        scale = self._full_wh[0] / self.picture_rect().width()
        by = (point - self._pressed_at) * scale
        if self._handle == (0, 0):
            return moved(self._before, (by.x(), by.y()), self._full_wh)
        across, down = self._handle
        x = (self._before.x1 if across > 0 else self._before.x0) + by.x()
        y = (self._before.y1 if down > 0 else self._before.y0) + by.y()
        return resized(self._before, self._handle, (x, y), self._full_wh, self.ratio)

    def _handle_at(self, point: QPointF) -> Handle | None:
        if self._crop is None:
            return None
        crop = self.box_rect(self._crop)
        apart = {handle: (point - _handle_point(crop, handle)).manhattanLength() for handle in HANDLES}
        nearest = min(HANDLES, key=apart.__getitem__)
        return nearest if apart[nearest] <= HANDLE_REACH else None

    def _face_at(self, point: QPointF) -> int:
        """The smallest face there, of those that lie over one another; -1 for none."""
        there = [number for number, face in enumerate(self._faces) if self.box_rect(face).contains(point)]
        return min(there, key=lambda number: self._faces[number].area, default=-1)

    def _hover(self, point: QPointF) -> None:
        handle = self._handle_at(point)
        face = self._face_at(point) if handle is None and len(self._faces) > 1 else -1
        if face != self._hovered:
            self._hovered = face
            self.update()
        inside = self._crop is not None and self.box_rect(self._crop).contains(point)
        if self._result or self._crop is None or not (handle or inside or face >= 0):
            self.unsetCursor()
        elif face >= 0:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(CURSORS[handle or (0, 0)])
        self.setToolTip("Click to keep this face alone, or all of them again" if face >= 0 else "")

    # Keys

    def is_own(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        return plain and (key in ARROWS or key in GROWING or key in (Qt.Key.Key_B, Qt.Key.Key_Return, Qt.Key.Key_Enter))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self.is_own(event) or self._crop is None:
            super().keyPressEvent(event)
        elif key in ARROWS:
            large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = max(1, round((LARGE_NUDGE if large else NUDGE) * max(self._full_wh)))
            self._change(moved(self._crop, (ARROWS[key][0] * step, ARROWS[key][1] * step), self._full_wh), event)
        elif key in GROWING:
            self._change(grown(self._crop, GROWING[key], self._full_wh, self.ratio), event)
        elif key == Qt.Key.Key_B:
            if not event.isAutoRepeat():
                self.result_wanted.emit(not self._result)
        else:
            self.accepted.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_B and not event.isAutoRepeat() and self._crop is not None:
            self.result_wanted.emit(not self._result)
        else:
            super().keyReleaseEvent(event)

    def _change(self, crop: Box, event: QKeyEvent) -> None:
        if crop != self._crop:
            self._crop = crop
            self.update()
            self.changed.emit(crop, event.isAutoRepeat())


def _handle_point(crop: QRectF, handle: Handle) -> QPointF:
    return QPointF(crop.center().x() + handle[0] * crop.width() / 2, crop.center().y() + handle[1] * crop.height() / 2)
