"""The album's grid: tiles in rows that fill the width, of a size that can be chosen.

All tiles have one size, so where a photo stands is arithmetic. Unlike in Qt's own list nothing is done once for every
photo: a hundred thousand are laid out in no time.
"""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem

from studio.album_delegate import PhotoTile
from studio.album_model import AlbumModel, AnyIndex, StackRole

# Between two photos, in pixels.
GAP = 4


class PhotoGrid(QAbstractItemView):
    """Photos in rows; Ctrl and the wheel change their size.

    Attributes:
        is_untouched: nobody has moved through the photos yet.

    Signals:
        zoomed: 1 for larger photos, -1 for smaller ones.
        stack_wanted: the index of a photo whose "best of ..." was clicked.
    """

    zoomed = Signal(int)
    stack_wanted = Signal(QModelIndex)

    def __init__(self, model: AlbumModel, tile: PhotoTile) -> None:
        super().__init__()
        self._tile = tile
        self._columns = 1
        self._held: tuple[int, int, int] | None = None
        self._badge_pressed = False
        self.is_untouched = True
        self.setModel(model)
        self.setItemDelegate(tile)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractItemView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName("Photos")
        self._place_before_reset = -1
        model.modelAboutToBeReset.connect(self._note_place)
        model.modelReset.connect(self._return_to_place)

    @Slot()
    def _note_place(self) -> None:
        self._place_before_reset = self.currentIndex().row()

    @Slot()
    def _return_to_place(self) -> None:
        """After photos went, go on with the one that stands where the current one stood; in another album, anew."""
        count = self.model().rowCount()
        if count and self._place_before_reset >= 0:
            self.setCurrentIndex(self.model().index(min(self._place_before_reset, count - 1), 0))
        else:
            self.is_untouched = True

    # Size

    @property
    def tile_side(self) -> int:
        """Of the squares that photos are shown in, in pixels."""
        return self._tile.side

    def set_tile_side(self, pixels: int) -> None:
        """Show photos in squares of this side; the one in the middle stays where it is."""
        held = self._photo_to_hold(self.viewport().rect().center())
        self._tile.side = pixels
        self._lay_out(held)

    def resizeEvent(self, event: QResizeEvent) -> None:
        held = self._photo_to_hold(QPoint(0, 0))
        super().resizeEvent(event)
        self._lay_out(held)

    def _photo_to_hold(self, near: QPoint) -> tuple[int, int] | None:
        """A photo's place and the height at which it stands; the one held last, unless somebody scrolled since."""
        if self._held and self._held[2] == self.verticalOffset():
            return self._held[:2]
        count = self.model().rowCount()
        if not count:
            return None
        place = min(self._place_at(near), count - 1)
        return place, self._middle_of(place)

    def _lay_out(self, held: tuple[int, int] | None) -> None:
        self._columns = max(1, self.viewport().width() // (self._tile.size.width() + GAP))
        self.updateGeometries()
        if held:
            place, height = held
            self._scroll_by(self._middle_of(place) - height)
            self._held = (place, height, self.verticalOffset())
        self.viewport().update()

    # Where photos stand

    @property
    def _row_height(self) -> int:
        return self._tile.size.height() + GAP

    @property
    def _rows(self) -> int:
        return -(-self.model().rowCount() // self._columns)

    def _rect(self, place: int) -> QRect:
        row, column = divmod(place, self._columns)
        width = self.viewport().width()
        left, right = column * width // self._columns, (column + 1) * width // self._columns
        return QRect(left, row * self._row_height - self.verticalOffset(), right - left, self._row_height)

    def _middle_of(self, place: int) -> int:
        """The height at which a photo stands."""
        return self._rect(place).top() + self._row_height // 2

    def _place_at(self, point: QPoint) -> int:
        """The place of the list at a point of the viewport; there may be no photo."""
        width = max(self.viewport().width(), 1)
        column = min(max(point.x(), 0) * self._columns // width, self._columns - 1)
        row = max(point.y() + self.verticalOffset(), 0) // self._row_height
        return row * self._columns + column

    def _places_in(self, rect: QRect) -> range:
        """The places of the rows that show in a part of the viewport."""
        first = (rect.top() + self.verticalOffset()) // self._row_height
        last = (rect.bottom() + self.verticalOffset()) // self._row_height
        return range(max(first, 0) * self._columns, min((last + 1) * self._columns, self.model().rowCount()))

    def visualRect(self, index: AnyIndex) -> QRect:
        return self._rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        return self.model().index(self._place_at(point), 0)  # beyond the last photo there is no index

    def isIndexHidden(self, index: AnyIndex) -> bool:
        return False

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    # Scrolling

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, self._rows * self._row_height - height))
        bar.setPageStep(height)
        bar.setSingleStep(self._row_height // 3)
        super().updateGeometries()

    def scrollTo(
        self, index: AnyIndex, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        self.updateGeometries()
        rect, height = self.visualRect(index), self.viewport().height()
        match hint:
            case QAbstractItemView.ScrollHint.PositionAtTop:
                self._scroll_by(rect.top())
            case QAbstractItemView.ScrollHint.PositionAtBottom:
                self._scroll_by(rect.bottom() + 1 - height)
            case QAbstractItemView.ScrollHint.PositionAtCenter:
                self._scroll_by(rect.center().y() - height // 2)
            case _:
                self._scroll_by(min(rect.top(), 0) or max(min(rect.bottom() + 1 - height, rect.top()), 0))

    def _scroll_by(self, pixels: int) -> None:
        self.verticalScrollBar().setValue(self.verticalOffset() + pixels)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy, self.viewport().rect())  # without the rectangle what stands in it would go along

    # Choosing

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        last, place = self.model().rowCount() - 1, self.currentIndex().row()
        if last < 0 or place < 0:
            return self.model().index(0, 0)
        page = max(1, self.viewport().height() // self._row_height) * self._columns
        actions = QAbstractItemView.CursorAction
        steps = {
            actions.MoveUp: -self._columns,
            actions.MoveDown: self._columns,
            actions.MovePageUp: -page,
            actions.MovePageDown: page,
            actions.MoveHome: -place,
            actions.MoveEnd: last - place,
            actions.MoveLeft: -1,
            actions.MovePrevious: -1,
        }
        goal = place + steps.get(action, 1)
        if action is actions.MoveUp and goal < 0:
            goal = place
        if action is actions.MoveDown and goal > last and place // self._columns == last // self._columns:
            goal = place
        return self.model().index(min(max(goal, 0), last), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select all photos between two corners in reading order, as Shift does; a dragged frame, those inside it."""
        model, chosen = self.model(), QItemSelection()
        last = model.rowCount() - 1
        if self.state() is QAbstractItemView.State.DragSelectingState:
            frame = rect.normalized()
            start, end = self._place_at(frame.topLeft()), self._place_at(frame.bottomRight())
            width = end % self._columns - start % self._columns
            spans = [(place, place + width) for place in range(start, min(end, last) + 1, self._columns)]
        else:
            ends = self._place_at(rect.topLeft()), self._place_at(rect.bottomRight())
            spans = [(min(ends), max(ends))]
        for first, second in spans:
            if first <= last:
                chosen.select(model.index(first, 0), model.index(min(second, last), 0))
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for place in self._places_in(self.viewport().rect()):
            if selection.contains(self.model().index(place, 0)):
                region += self._rect(place)
        return region

    def keyboardSearch(self, search: str) -> None:
        """Letters are for marks: names are searched in the bar."""

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        plain, chosen = option.state, self.selectionModel()
        for place in self._places_in(event.rect()):
            index = self.model().index(place, 0)
            option.rect = self._rect(place)
            option.state = plain | QStyle.StateFlag.State_Selected if chosen.isSelected(index) else plain
            self._tile.paint(painter, option, index)

    # Keys and the mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.is_untouched = False
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.is_untouched = False
        super().mousePressEvent(event)
        is_left = event.button() is Qt.MouseButton.LeftButton
        self._badge_pressed = is_left and self._stack_at(event.position().toPoint()).isValid()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self._stack_at(event.position().toPoint())
        if self._badge_pressed and index.isValid():
            self.stack_wanted.emit(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The first click opened a stack: the second one is not for the photo that took its place.
        if not self._badge_pressed:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over_badge = not event.buttons() and self._stack_at(event.position().toPoint()).isValid()
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over_badge else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def _stack_at(self, point: QPoint) -> QModelIndex:
        """The photo whose "best of ..." is at a point; else no index."""
        index = self.indexAt(point)
        stack = int(index.data(StackRole)) if index.isValid() else 1
        if stack > 1 and self._tile.stack_badge(self.visualRect(index), self.fontMetrics(), stack).contains(point):
            return index
        return QModelIndex()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.is_untouched = False
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)
