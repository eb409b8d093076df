"""Slim strips that tell how the score changes as the crop moves or grows, with its place marked; a click goes there."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.crop_session import NEAR, ShapeEstimates
from engine.geometry import Box
from engine.pixels import Floats
from studio.crop_geometry import grown, largest_wh, moved

PLACES = 48
THICKNESS, MARK = 14, 5
# From dark and blue to light and yellow: told apart by lightness alone, whatever colours an eye can see.
LOW, HIGH = QColor("#27346b"), QColor("#f7dc5b")
UNKNOWN = QColor(128, 128, 128, 70)
# The smallest crop on the strip of sizes, as a share of the largest.
SMALLEST_SHARE = 0.3


@dataclass(frozen=True)
class Heat:
    """How the score changes along one way in which a crop can change.

    Attributes:
        boxes: the crop at each place, from one end to the other.
        shares: what each place scores, 0 (little, of all windows) to 1 (the most); nan where that is not known, as
            where a face is cut.
        place: where the crop is now, 0 (the first box) to 1 (the last).
        ends: where the middles of the first and the last box lie along the photo, 0 to 1; (0, 1) for sizes.
    """

    boxes: Sequence[Box]
    shares: Floats
    place: float
    ends: tuple[float, float] = (0.0, 1.0)


def heat_across(box: Box, size_wh: tuple[int, int], estimates: ShapeEstimates) -> Heat:
    """As the crop moves from left to right."""
    return _heat_of_move(box, size_wh, estimates, axis=0)


def heat_down(box: Box, size_wh: tuple[int, int], estimates: ShapeEstimates) -> Heat:
    """As the crop moves from top to bottom."""
    return _heat_of_move(box, size_wh, estimates, axis=1)


def heat_of_size(box: Box, size_wh: tuple[int, int], estimates: ShapeEstimates, ratio: Fraction | None) -> Heat:
    """As the crop grows about its middle from the smallest to the largest."""
    shape = ratio or Fraction(box.width, box.height)
    largest = largest_wh(size_wh, shape)[0]
    sides = np.geomspace(SMALLEST_SHARE, 1, PLACES) * largest
    boxes = [grown(box, side / box.width, size_wh, ratio) for side in sides.tolist()]
    place = float(np.clip(np.log(box.width / sides[0]) / np.log(sides[-1] / sides[0]), 0, 1))
    return Heat(boxes, _shares(boxes, estimates), place)


def _heat_of_move(box: Box, size_wh: tuple[int, int], estimates: ShapeEstimates, *, axis: int) -> Heat:
    length, side = size_wh[axis], (box.width, box.height)[axis]
    boxes = []
    for start in np.linspace(0, length - side, PLACES if length > side else 1).tolist():
        by = start - box.xyxy[axis]
        boxes.append(moved(box, (by, 0) if axis == 0 else (0, by), size_wh))
    place = box.xyxy[axis] / (length - side) if length > side else 0.5
    half = side / length / 2
    return Heat(boxes, _shares(boxes, estimates), place, (half, 1 - half))


def _shares(boxes: Sequence[Box], estimates: ShapeEstimates) -> Floats:
    points, away = estimates.at(boxes)
    span = max(estimates.highest - estimates.lowest, 1e-6)
    shares = np.clip((points - estimates.lowest) / span, 0, 1)
    return np.where(away <= NEAR, shares, np.nan).astype(np.float32)


class HeatStrip(QWidget):
    """One strip.

    Args:
        orientation: which way it lies.
        told: what it tells of, for people: its tooltip.

    Signals:
        place_wanted: the crop at a place that was pointed at, a `Box`, and whether the hand has let go.
    """

    place_wanted = Signal(object, bool)

    def __init__(self, orientation: Qt.Orientation, told: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lies = orientation is Qt.Orientation.Horizontal
        self._heat: Heat | None = None
        self._along: tuple[float, float] | None = None
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(free if self._lies else fixed, fixed if self._lies else free)
        self.setToolTip(told)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def heat(self) -> Heat | None:
        return self._heat

    def sizeHint(self) -> QSize:
        return QSize(160, THICKNESS) if self._lies else QSize(THICKNESS, 160)

    def show_heat(self, heat: Heat | None) -> None:
        """Show how the score changes; None for nothing."""
        self._heat = heat
        self.update()

    def lie_along(self, start: float, end: float) -> None:
        """Lie along the photo, which is drawn from here to there; else the strip lies along all of itself."""
        self._along = start, end
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._heat is None:
            return
        start, end = self._span(self._heat)
        painter.fillRect(self._part(start, end - start), UNKNOWN)
        cell = (end - start) / len(self._heat.shares)
        for number, share in enumerate(self._heat.shares.tolist()):
            if share == share:  # nan is not
                painter.fillRect(self._part(start + number * cell, cell + 0.5), blended(share))
        middle = start + self._heat.place * (end - start)
        painter.setPen(QPen(QColor("#101214"), 1))
        painter.setBrush(QColor("white"))
        most = (self.width() if self._lies else self.height()) - MARK
        painter.drawRect(self._part(min(max(middle - MARK / 2, 0), most), MARK).adjusted(0.5, 0.5, -0.5, -0.5))

    def _span(self, heat: Heat) -> tuple[float, float]:
        """From where to where the strip is drawn; a crop that cannot move has one place that can be seen."""
        low, high = self._along or (0, self.width() if self._lies else self.height())
        first, last = (low + end * (high - low) for end in heat.ends)
        return min(first, (first + last) / 2 - MARK), max(last, (first + last) / 2 + MARK)

    def _part(self, start: float, length: float) -> QRectF:
        if self._lies:
            return QRectF(start, 0, length, self.height())
        return QRectF(0, start, self.width(), length)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._want(event, done=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._want(event, done=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._want(event, done=True)

    def _want(self, event: QMouseEvent, *, done: bool) -> None:
        if self._heat is None:
            return
        start, end = self._span(self._heat)
        at = (event.position().x() if self._lies else event.position().y()) - start
        last = len(self._heat.boxes) - 1
        self.place_wanted.emit(self._heat.boxes[round(min(max(at / (end - start), 0), 1) * last)], done)


def blended(share: float) -> QColor:
    """The colour of a share, 0 to 1."""
    lows, highs = ((colour.redF(), colour.greenF(), colour.blueF()) for colour in (LOW, HIGH))
    return QColor.fromRgbF(*(low + share * (high - low) for low, high in zip(lows, highs, strict=True)))
