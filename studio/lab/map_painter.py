"""Paints a map view: dots or squares, what is chosen, a lasso, the photo under the pointer, the colours' legend."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen, QPolygonF

from engine.lab.map_colours import score_colours
from engine.pixels import Floats
from engine.thumbnail_cache import LARGE
from studio.lab.map_dots import LARGEST_DOT, DotCanvas
from studio.lab.map_thumbnails import SMALL
from studio.theme import ACCENT, BACKDROP
from studio.wording import on_one_line

if TYPE_CHECKING:
    from studio.lab.map_view import MapView

# Squares smaller than this tell nothing, in pixels; more of them than this take longer than a frame.
SMALLEST_TILE, MOST_TILES = 14, 1500
FRAME_FROM = 24
CARD_WIDTH, CARD_GAP = 220, 16
INK = QColor(232, 234, 237)
PANEL = QColor(18, 20, 23, 225)
LEGEND_WH = (130, 8)
Numbers = npt.NDArray[np.int64]


class MapPainter:
    """Paints for one view."""

    def __init__(self, view: "MapView") -> None:
        self._view = view
        self._dots = DotCanvas()

    @property
    def tile(self) -> float:
        """The side of a photo, in pixels."""
        return self._view.side * self._view.camera.scale

    def paint(self, painter: QPainter) -> Numbers:
        """Paint everything; the photos that are seen as squares, the middle ones first."""
        view = self._view
        painter.fillRect(view.rect(), BACKDROP)
        if view.photos is None or not len(view.places):
            return np.empty(0, np.int64)
        points = view.points()
        seen = self._seen(points)
        as_squares = self.tile >= SMALLEST_TILE and len(seen) <= MOST_TILES
        if as_squares:
            self._paint_squares(painter, points, seen)
        else:
            self._paint_dots(painter, points)
        self._paint_chosen(painter, points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lasso(painter)
        if view.coloured:
            self._paint_legend(painter)
        if view.hovered != -1 and not view.lasso:
            self._paint_card(painter, view.hovered)
        return self._middle_first(points, seen) if as_squares else np.empty(0, np.int64)

    def _seen(self, points: Floats) -> Numbers:
        edge = self.tile / 2
        size = np.array(self._view.view_wh)
        return np.flatnonzero(((points > -edge) & (points < size + edge)).all(axis=1))

    def _middle_first(self, points: Floats, seen: Numbers) -> Numbers:
        away = np.abs(points[seen] - np.array(self._view.view_wh) / 2).max(axis=1)
        return seen[np.argsort(away)]

    def _paint_dots(self, painter: QPainter, points: Floats) -> None:
        view = self._view
        side = int(min(max(round(0.85 * self.tile), 2), LARGEST_DOT))
        image = self._dots.paint(points, view.colours, side, view.view_wh, BACKDROP.rgb())
        painter.drawImage(QPoint(-side, -side), image)

    def _paint_squares(self, painter: QPainter, points: Floats, seen: Numbers) -> None:
        view, side = self._view, max(round(self.tile), 1)
        wanted = LARGE if self.tile > SMALL else SMALL
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        corners = np.rint(points[seen] - side / 2).astype(int).tolist()
        colours = view.colours[seen].tolist()
        framed = view.coloured and side >= FRAME_FROM
        edge = max(side // 24, 2)
        # The best are painted last, and lie on top.
        for number, (x, y), colour in reversed(list(zip(seen.tolist(), corners, colours, strict=True))):
            pixmap = view.thumbnails.get(number, wanted)
            if pixmap is None or framed:
                painter.fillRect(x, y, side, side, QColor(colour & 0xFFFFFF))
            if pixmap is not None:
                inset = edge if framed else 0
                painter.drawPixmap(x + inset, y + inset, side - 2 * inset, side - 2 * inset, pixmap)

    def _paint_chosen(self, painter: QPainter, points: Floats) -> None:
        view, side = self._view, max(round(self.tile), 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marked = np.flatnonzero(view.selected)
        marked = marked[np.isin(marked, self._seen(points))][:MOST_TILES] if len(marked) else marked
        painter.setPen(QPen(ACCENT, 3))
        for x, y in np.rint(points[marked] - side / 2).astype(int).tolist():
            painter.drawRect(x, y, side, side)
        if view.chosen != -1:
            x, y = np.rint(points[view.chosen] - side / 2).astype(int).tolist()
            painter.setPen(QPen(INK, 3))
            painter.drawRect(x - 2, y - 2, side + 4, side + 4)

    def _paint_lasso(self, painter: QPainter) -> None:
        if self._view.lasso:
            painter.setPen(QPen(ACCENT, 2))
            painter.setBrush(QColor(ACCENT.red(), ACCENT.green(), ACCENT.blue(), 40))
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in self._view.lasso]))

    def _paint_legend(self, painter: QPainter) -> None:
        width, height = LEGEND_WH
        letters = painter.fontMetrics()
        low, high = "Score 0", "100"
        before, after = letters.horizontalAdvance(low) + 8, letters.horizontalAdvance(high) + 8
        panel = QRect(10, self._view.height() - 36, before + width + after + 16, 26)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(PANEL)
        painter.drawRoundedRect(panel, 6, 6)
        ramp = QRect(panel.left() + 8 + before, panel.center().y() - height // 2, width, height)
        gradient = QLinearGradient(QPointF(ramp.topLeft()), QPointF(ramp.topRight()))
        for at in (0.0, 0.5, 1.0):
            red, green, blue = score_colours(np.array([100 * at], np.float32))[0].tolist()
            gradient.setColorAt(at, QColor(red, green, blue))
        painter.fillRect(ramp, gradient)
        painter.setPen(INK)
        words = panel.adjusted(8, 0, -8, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, high)

    def _paint_card(self, painter: QPainter, number: int) -> None:
        """The photo under the pointer, beside it, with its name and score; the name alone where it is large already."""
        view = self._view
        picture = 0 if self.tile > CARD_WIDTH else CARD_WIDTH
        line = painter.fontMetrics().height()
        card = QRect(0, 0, CARD_WIDTH + 16, picture + 2 * line + 20)
        card.moveTopLeft(view.pointer + QPoint(CARD_GAP, CARD_GAP))
        if card.right() > view.width():
            card.moveRight(view.pointer.x() - CARD_GAP)
        card.moveBottom(min(card.bottom(), view.height() - 4))
        card.moveTopLeft(QPoint(max(card.left(), 4), max(card.top(), 4)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(PANEL)
        painter.drawRoundedRect(card, 8, 8)
        pixmap = view.thumbnails.get(number, LARGE)
        if picture and pixmap is not None:
            painter.drawPixmap(card.left() + 8, card.top() + 8, picture, picture, pixmap)
        name, points = view.words(number).rsplit(", ", 1)
        name = painter.fontMetrics().elidedText(on_one_line(name), Qt.TextElideMode.ElideMiddle, CARD_WIDTH)
        painter.setPen(INK)
        painter.drawText(card.left() + 8, card.bottom() - 10 - line, name)
        painter.drawText(card.left() + 8, card.bottom() - 8, points)
