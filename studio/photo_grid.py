"""The album's grid: tiles in rows that fill the width, of a size that can be chosen."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from studio.album_delegate import PhotoTile
from studio.album_model import AlbumModel

# Between two photos, in pixels.
GAP = 4


class PhotoGrid(QListView):
    """Photos in rows; Ctrl and the wheel change their size.

    Attributes:
        is_untouched: nobody has moved through the photos yet.

    Signals:
        zoomed: 1 for larger photos, -1 for smaller ones.
    """

    zoomed = Signal(int)

    def __init__(self, model: AlbumModel, tile: PhotoTile) -> None:
        super().__init__()
        self._tile = tile
        self.is_untouched = True
        self.setModel(model)
        self.setItemDelegate(tile)
        # Wrapped rows of a list: laid out twice as fast as Qt's icon mode.
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        model.modelReset.connect(self._forget_touch)

    def _forget_touch(self) -> None:
        self.is_untouched = True

    def set_tile_side(self, pixels: int) -> None:
        """Show photos in squares of this side."""
        self._tile.set_side(pixels)
        self._fit_columns()

    def _fit_columns(self) -> None:
        size = self._tile.size
        width = self.viewport().width() - 1
        columns = max(1, width // (size.width() + GAP))
        self.setGridSize(QSize(width // columns, size.height() + GAP))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.is_untouched = False
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.is_untouched = False
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.is_untouched = False
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_columns()
        super().resizeEvent(event)
