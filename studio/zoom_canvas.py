"""A picture that is zoomed about the cursor and moved by hand, down to its single pixels."""

from math import ceil, floor

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QCursor, QImage, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.decoded_photos import DecodedPhoto
from studio.photo_canvas import PhotoCanvas
from studio.zoom import CLOSEST, Placement, Point, Zoom, fitted

# A notch of the wheel turns by 120 eighths of a degree; three notches double the picture.
NOTCH = 120
FACTOR_PER_NOTCH = 2 ** (1 / 3)
# Of the canvas, for each press of an arrow.
KEY_STEP = 0.12
ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
# Above so many screen pixels for each of the picture, single pixels are shown as they are.
PIXELS_FROM = 3.0
# A reduction is drawn if it is at most this much too small: what is missing cannot be seen.
CLOSE_ENOUGH = 0.97


class ZoomCanvas(PhotoCanvas):
    """A photo; the wheel zooms about the cursor, dragging moves, a double click shows single pixels, or all again.

    Attributes:
        zoom: how the photo is zoomed now.

    Signals:
        zoomed: by hand, with the new `Zoom`; others may take it over.
        resized: the canvas has another size.
        detail_wanted: the photo is shown so large that its levels have too few pixels.
    """

    zoomed = Signal(object)
    resized = Signal()
    detail_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zoom = Zoom()
        self._photo: DecodedPhoto | None = None
        self._aligned: Placement | None = None
        self._dragged_from: QPointF | None = None
        self._overlay = QImage()
        self._overlay_opacity = 1.0
        self.setMinimumSize(120, 100)

    # What is shown

    def show_photo(self, photo: DecodedPhoto) -> None:
        """Show a photo, or the same with more pixels, zoomed as before."""
        self._photo = photo
        self.show_image(photo.levels[0], photo.full_wh)
        self._ask_for_detail()

    def clear(self) -> None:
        self._photo, self._aligned, self._dragged_from = None, None, None
        self.zoom = Zoom()
        self._overlay = QImage()
        self.unsetCursor()
        super().clear()

    def show_overlay(self, overlay: QImage, opacity: float = 1.0) -> None:
        """Draw an image over all of the photo; a null one takes it away."""
        self._overlay, self._overlay_opacity = overlay, opacity
        self.update()

    @property
    def overlay(self) -> QImage:
        return self._overlay

    # Where it is

    @property
    def placement(self) -> Placement:
        """Where the photo is before it is zoomed: fitted, if it is not aligned with another."""
        return self._aligned or fitted(self._full_wh, (self.width(), self.height()))

    def align(self, placement: Placement | None) -> None:
        """Place the photo as others need it; None fits it."""
        self._aligned = placement
        self._ask_for_detail()
        self.update()

    @property
    def is_zoomed(self) -> bool:
        """Whether the photo is larger than its placement."""
        return self.zoom.factor > 1

    @property
    def screen_pixels(self) -> float:
        """How many of the screen's pixels show one pixel of the photo."""
        return self.placement.scale * self.zoom.factor * self.devicePixelRatioF()

    @property
    def full_size_factor(self) -> float:
        """The factor at which each pixel of the photo is one of the screen's."""
        return 1 / (self.placement.scale * self.devicePixelRatioF())

    def set_zoom(self, zoom: Zoom) -> None:
        """Zoom as another canvas does; `zoomed` is not told."""
        self.zoom = zoom
        self._show_cursor()
        self._ask_for_detail()
        self.update()

    def zoom_about(self, point_xy: Point, factor: float) -> None:
        """Zoom by hand, within limits, about a point told from the canvas's middle."""
        closest = max(CLOSEST * self.full_size_factor, 1)
        smallest = min(self.full_size_factor, 1)
        self._zoom_by_hand(self.zoom.about(point_xy, min(max(factor, smallest), closest)))

    def fit(self) -> None:
        """Show all of the photo."""
        self._zoom_by_hand(Zoom())

    def toggle_full_size(self, point_xy: Point | None = None) -> None:
        """Show single pixels, about a point or the cursor; or all of the photo again."""
        if abs(self.zoom.factor - 1) > 1e-6:
            self.fit()
        else:
            self.zoom_about(self._cursor() if point_xy is None else point_xy, self.full_size_factor)

    def move_by(self, x: float, y: float) -> None:
        """Move the photo by points, until its edge is seen."""
        self._zoom_by_hand(self.zoom.moved((x, y)))

    def move_by_key(self, event: QKeyEvent) -> bool:
        """Look at what lies in the direction of an arrow; whether it was one and there is something to move."""
        arrow = ARROWS.get(Qt.Key(event.key()))
        if arrow is None or not self.is_zoomed:
            return False
        self.move_by(arrow[0] * KEY_STEP * self.width(), arrow[1] * KEY_STEP * self.height())
        return True

    def _zoom_by_hand(self, zoom: Zoom) -> None:
        if self._photo is None:
            return
        self.set_zoom(zoom.kept_inside(self.placement, self._full_wh, (self.width(), self.height())))
        self.zoomed.emit(self.zoom)

    def _ask_for_detail(self) -> None:
        if self._photo is None or self._photo.has_every_pixel:
            return
        if self._width_on_screen() * CLOSE_ENOUGH > self._photo.levels[0].width():
            self.detail_wanted.emit()

    def _width_on_screen(self) -> float:
        return min(self.screen_pixels, 1.0) * self._full_wh[0]

    def _from_middle(self, point: QPointF) -> Point:
        return point.x() - self.width() / 2, point.y() - self.height() / 2

    def _cursor(self) -> Point:
        """Where the cursor is, or the middle if it is elsewhere."""
        point = self.mapFromGlobal(QPointF(QCursor.pos()))
        return self._from_middle(point) if self.rect().contains(point.toPoint()) else (0.0, 0.0)

    def picture_rect(self) -> QRectF:
        if self._image.isNull():
            return QRectF()
        placement = self.placement
        left, top = self.zoom.point(placement.point((0, 0)))
        scale = placement.scale * self.zoom.factor
        # The photo's pixels lie on the screen's: in between, single pixels would be blurred.
        ratio = self.devicePixelRatioF()
        x = round((left + self.width() / 2) * ratio) / ratio
        y = round((top + self.height() / 2) * ratio) / ratio
        return QRectF(x, y, self._full_wh[0] * scale, self._full_wh[1] * scale)

    # Drawing

    def draw_picture(self, painter: QPainter) -> None:
        assert self._photo is not None
        picture = self.picture_rect()
        image = self._photo.level_for(self._width_on_screen() * CLOSE_ENOUGH)
        x_scale, y_scale = picture.width() / image.width(), picture.height() / image.height()
        seen = picture.intersected(QRectF(self.rect()))
        if seen.isEmpty():
            return
        # Whole pixels of the image, so that what is seen does not swim while the photo moves.
        x0, y0 = floor((seen.left() - picture.left()) / x_scale), floor((seen.top() - picture.top()) / y_scale)
        x1, y1 = ceil((seen.right() - picture.left()) / x_scale), ceil((seen.bottom() - picture.top()) / y_scale)
        part = QRect(x0, y0, x1 - x0, y1 - y0).intersected(image.rect())
        target = QRectF(
            picture.left() + part.x() * x_scale,
            picture.top() + part.y() * y_scale,
            part.width() * x_scale,
            part.height() * y_scale,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.screen_pixels < PIXELS_FROM)
        painter.drawImage(target, image, QRectF(part))

    def draw_over(self, painter: QPainter) -> None:
        if not self._overlay.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(self._overlay_opacity)
            painter.drawImage(self.picture_rect(), self._overlay)
            painter.setOpacity(1)

    # Hands

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / NOTCH
        if self._photo is None or not notches:
            event.ignore()
            return
        self.zoom_about(self._from_middle(event.position()), self.zoom.factor * FACTOR_PER_NOTCH**notches)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._photo is not None:
            self._dragged_from = event.position()
            self._show_cursor()
        # Those around it may want to know of the click.
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None:
            by = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self.move_by(by.x(), by.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.toggle_full_size(self._from_middle(event.position()))

    def _show_cursor(self) -> None:
        if self._dragged_from is not None and self.is_zoomed:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.is_zoomed:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.zoom = self.zoom.kept_inside(self.placement, self._full_wh, (self.width(), self.height()))
        self._ask_for_detail()
        self.resized.emit()
