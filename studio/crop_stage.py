"""The photo under its crop, with a strip at its right and two below that tell how the score would change."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.crop_session import ShapeEstimates
from engine.geometry import Box
from studio.crop_canvas import CropCanvas
from studio.crop_side import ICON_SIDE
from studio.crop_strips import HeatStrip, heat_across, heat_down, heat_of_size


class CropStage(QWidget):
    """Canvas and strips.

    Attributes:
        canvas: the photo.
        across, down, sizes: the strips.

    Signals:
        place_wanted: the crop at a place of a strip, a `Box`, and whether the hand has let go.
    """

    place_wanted = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = CropCanvas()
        self.canvas.placed.connect(self._align)
        lying, standing = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.across = HeatStrip(lying, "How the score changes from left to right: click to go there")
        self.down = HeatStrip(standing, "How the score changes from top to bottom: click to go there")
        self.sizes = HeatStrip(lying, "How the score changes from the smallest crop to the largest: click for a size")
        self._strips = (self.across, self.down, self.sizes)
        for strip in self._strips:
            strip.place_wanted.connect(self.place_wanted)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self.canvas, 0, 0, 1, 2)
        grid.addWidget(self.down, 0, 2)
        grid.addWidget(self.across, 1, 0, 1, 2)
        grid.addWidget(QLabel("Size"), 2, 0)
        grid.addWidget(self.sizes, 2, 1)
        grid.setRowStretch(0, 1)
        grid.setColumnStretch(1, 1)

    @Slot()
    def _align(self) -> None:
        """The strips of places lie along the photo: the mark stands beside the crop's middle."""
        photo = self.canvas.picture_rect()
        self.across.lie_along(photo.left(), photo.right())
        self.down.lie_along(photo.top(), photo.bottom())

    def show_heat(self, box: Box, size_wh: tuple[int, int], estimates: ShapeEstimates) -> None:
        """Show how the score would change from a crop on."""
        self.across.show_heat(heat_across(box, size_wh, estimates))
        self.down.show_heat(heat_down(box, size_wh, estimates))
        self.sizes.show_heat(heat_of_size(box, size_wh, estimates, self.canvas.ratio))

    def preview(self, box: Box, size_wh: tuple[int, int]) -> QPixmap:
        """A crop of the photo, small."""
        image = self.canvas.image
        part = box.scaled(size_wh, (image.width(), image.height()))
        side = round(ICON_SIDE * self.devicePixelRatioF())
        scaled = image.copy(part.x0, part.y0, part.width, part.height).scaled(
            QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        pixmap = QPixmap.fromImage(scaled)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        return pixmap

    def clear(self) -> None:
        """Show nothing."""
        self.canvas.clear()
        for strip in self._strips:
            strip.show_heat(None)
