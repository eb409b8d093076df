"""The photos of an album on a plane, to zoom, to move, to choose from: dots from afar, pictures from near."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, QVariantAnimation, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.lab.map_colours import score_colours
from engine.lab.photos import LabPhotos
from engine.pixels import Floats
from engine.thumbnail_cache import LARGE
from studio.lab.map_camera import Camera, inside_polygon
from studio.lab.map_dots import as_words
from studio.lab.map_layouts import MapLayout
from studio.lab.map_painter import MapPainter
from studio.lab.map_thumbnails import SMALL, MapThumbnails
from studio.zoom_canvas import FACTOR_PER_NOTCH, NOTCH

# Where no colour tells the score.
PLAIN = (150, 154, 160)
# A click that moves less than this is no drag, in pixels.
CLICK_PX = 4
# A press of an arrow moves the map by this share of the view, or goes to the next photo.
KEY_STEP = 0.12
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
KEY_FACTOR = 1.5
SLIDE_MS = 450
# Squares that come in are painted together, so often.
ARRIVAL_MS = 60
NONE = -1


class MapView(QWidget):
    """The map.

    The wheel zooms at the cursor, dragging moves; Shift and dragging, or dragging while `lasso_on`, draws a lasso.
    The arrows move the map; once a photo is chosen they go from photo to photo, until Esc.

    Attributes:
        photos: what is on the map.
        camera: what is seen of it.
        side: of a photo, in cells.
        chosen: the number of the photo that the keyboard is at; NONE for none.
        selected: bool (N,), the photos that were chosen by lasso, click or Space.
        lasso_on: whether dragging draws a lasso.

    Signals:
        opened: the number of a photo, to be shown large.
        selection_changed: how many are selected now.
    """

    opened = Signal(int)
    selection_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photos: LabPhotos | None = None
        self.places: Floats = np.empty((0, 2), np.float32)
        self.map_wh = (1, 1)
        self.side = 1.0
        self.camera = Camera()
        self.chosen = self.hovered = NONE
        self.selected: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.lasso_on = False
        self.coloured = True
        self.thumbnails = MapThumbnails(self)
        self.lasso: list[tuple[float, float]] = []
        self._painter = MapPainter(self)
        self._pressed: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._slide = QVariantAnimation(self, startValue=0.0, endValue=1.0, duration=SLIDE_MS)
        self._slide.valueChanged.connect(self._slide_to)
        self._from = self._to = (self.places, self.side)
        self._arrivals = QTimer(self, singleShot=True, interval=ARRIVAL_MS)
        self._arrivals.timeout.connect(self.update)
        self.thumbnails.arrived.connect(self._arrive)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Map of the photos")

    # What is shown

    @property
    def view_wh(self) -> tuple[int, int]:
        return self.width(), self.height()

    def show_map(self, photos: LabPhotos, layout: MapLayout) -> None:
        """Show photos, all of the map."""
        self._slide.stop()
        self.photos, self.places, self.map_wh, self.side = photos, layout.middles, layout.map_wh, layout.side
        self.chosen = self.hovered = NONE
        self.selected = np.zeros(len(photos), np.bool_)
        self.thumbnails.show_photos(photos.paths)
        self._colour()
        self.fit()
        self.selection_changed.emit(0)

    def slide_to(self, layout: MapLayout) -> None:
        """Let the same photos move to other places of the same map."""
        self._slide.stop()
        self._from, self._to = (self.places, self.side), (layout.middles, layout.side)
        self._slide.start()

    @Slot(object)
    def _slide_to(self, done: float) -> None:
        (places, side), (places_then, side_then) = self._from, self._to
        if done < 1:
            eased = 1 - (1 - done) ** 3
            places_then = places + (places_then - places) * np.float32(eased)
            side_then = side + (side_then - side) * eased
        self.places, self.side = places_then, side_then
        self.update()

    def finish_slide(self) -> None:
        """Be there at once."""
        if self._slide.state() is QVariantAnimation.State.Running:
            self._slide.stop()
            self._slide_to(1.0)

    def colour_by_score(self, coloured: bool) -> None:
        """Let colours tell the scores, or not."""
        self.coloured = coloured
        self._colour()
        self.update()

    def _colour(self) -> None:
        if self.photos is not None:
            plain = np.full((len(self.photos), 3), PLAIN, np.uint8)
            self.colours = as_words(score_colours(self.photos.points) if self.coloured else plain)

    @Slot()
    def _arrive(self) -> None:
        if not self._arrivals.isActive():
            self._arrivals.start()

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self._slide.stop()
        self._arrivals.stop()
        self.thumbnails.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        near = self._painter.paint(painter)
        side = LARGE if self._painter.tile > SMALL else SMALL
        first = [] if self.hovered == NONE else [(self.hovered, LARGE)]
        self.thumbnails.wish([*first, *((number, side) for number in near.tolist())])

    # Where it is

    def fit(self) -> None:
        """Show all of the map."""
        self._look(Camera.of_all(self.map_wh, self.view_wh))

    def _look(self, camera: Camera) -> None:
        self.camera = camera.kept_near(self.map_wh)
        self.update()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the view, its middle if none is named."""
        point = QPointF(self.width() / 2, self.height() / 2) if about is None else about
        furthest = Camera.of_all(self.map_wh, self.view_wh).scale / 2
        self._look(self.camera.zoomed(factor, (point.x(), point.y()), self.view_wh, furthest))

    def move_by(self, x: float, y: float) -> None:
        """Move the map by so many pixels."""
        self._look(self.camera.moved(x, y))

    def points(self) -> Floats:
        """Where all photos are in the view, in pixels: (N, 2)."""
        return self.camera.to_view(self.places, self.view_wh)

    def photo_at(self, point: QPointF) -> int:
        """The photo there, the uppermost; NONE where there is none."""
        if not len(self.places):
            return NONE
        away = np.abs(self.points() - (point.x(), point.y())).max(axis=1)
        under = np.flatnonzero(away <= max(self._painter.tile / 2, CLICK_PX))
        return int(under[away[under].argmin()]) if len(under) else NONE

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() <= 0 or self.camera == Camera.of_all(
            self.map_wh, (event.oldSize().width(), event.oldSize().height())
        ):
            self.fit()

    # What is chosen

    def choose(self, number: int) -> None:
        """Put the keyboard at a photo, and see to it that it is in view."""
        self.chosen = number
        if number != NONE and self.photos is not None:
            x, y = self.points()[number].tolist()
            if not QRectF(self.rect()).contains(QPointF(x, y)):
                self._look(self.camera.moved(self.width() / 2 - x, self.height() / 2 - y))
            self.setAccessibleDescription(self.words(number))
        else:
            self.setAccessibleDescription("")
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.update()

    def words(self, number: int) -> str:
        """A photo's name and score."""
        assert self.photos is not None
        return f"{self.photos.paths[number].name}, {self.photos.points[number]:.0f} points"

    def select(self, selected: npt.NDArray[np.bool_]) -> None:
        """Select these alone."""
        self.selected = selected
        self.selection_changed.emit(int(selected.sum()))
        self.update()

    def select_inside(self, polygon: Floats) -> None:
        """Select the photos whose middles lie inside a polygon of the view (M, 2)."""
        self.select(inside_polygon(self.points(), polygon))

    def _next_photo(self, step: tuple[int, int]) -> int:
        """The nearest photo in the direction of an arrow, within a quarter turn; the same where there is none."""
        ways = self.places - self.places[self.chosen]
        ahead = ways @ np.array(step, np.float32)
        aside = np.abs(ways @ np.array(step[::-1], np.float32))
        fit = np.flatnonzero((ahead > 1e-4) & (aside <= ahead))
        return int(fit[(ahead[fit] + aside[fit]).argmin()]) if len(fit) else self.chosen

    # The mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(FACTOR_PER_NOTCH ** (event.angleDelta().y() / NOTCH), event.position())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), event.position())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = self._dragged_from = event.position()
            if self.lasso_on or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.lasso = [(event.position().x(), event.position().y())]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        if self._dragged_from is None:
            self._hover(self.photo_at(here))
        elif self.lasso:
            self.lasso.append((here.x(), here.y()))
            self.update()
        else:
            by, self._dragged_from = here - self._dragged_from, here
            self._hover(NONE)
            self.move_by(by.x(), by.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        still = (event.position() - self._pressed).manhattanLength() < CLICK_PX
        lasso, self.lasso = self.lasso, []
        self._pressed = self._dragged_from = None
        if still:
            self._click(self.photo_at(event.position()), event.modifiers())
        elif len(lasso) > 2:
            self.select_inside(np.array(lasso, np.float32))
        self.update()

    def _click(self, number: int, keys: Qt.KeyboardModifier) -> None:
        selected = self.selected.copy() if keys & Qt.KeyboardModifier.ControlModifier else np.zeros_like(self.selected)
        if number != NONE:
            selected[number] = not selected[number]
        self.choose(number)
        self.select(selected)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number = self.photo_at(event.position())
        if number != NONE:
            self.opened.emit(number)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(NONE)

    def _hover(self, number: int) -> None:
        if number != self.hovered:
            self.hovered = number
            self.update()

    @property
    def pointer(self) -> QPoint:
        """Where the pointer is, in the view."""
        return self.mapFromGlobal(self.cursor().pos())

    # The keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            self._go(ARROWS[key], moves_map=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(KEY_FACTOR)
        elif key is Qt.Key.Key_Minus:
            self.zoom(1 / KEY_FACTOR)
        elif key is Qt.Key.Key_0:
            self.fit()
        elif key is Qt.Key.Key_Home and len(self.places):
            self.choose(0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen != NONE:
            self.opened.emit(self.chosen)
        elif key is Qt.Key.Key_Space and self.chosen != NONE:
            self._click(self.chosen, Qt.KeyboardModifier.ControlModifier)
        elif key is Qt.Key.Key_Escape and (self.chosen != NONE or self.selected.any()):
            self._click(NONE, Qt.KeyboardModifier.NoModifier)
        else:
            super().keyPressEvent(event)

    def _go(self, step: tuple[int, int], *, moves_map: bool) -> None:
        if self.chosen == NONE or moves_map:
            self.move_by(-step[0] * KEY_STEP * self.width(), -step[1] * KEY_STEP * self.height())
        else:
            self.choose(self._next_photo(step))
