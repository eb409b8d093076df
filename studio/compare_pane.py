"""One photo of a comparison: the picture, its score beside the best one's, its mark, and what tells it apart."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.album import PhotoRow
from engine.catalogue import Mark
from engine.faces import NO_FACES, Faces
from studio.elided_label import ElidedLabel
from studio.mark_bar import MarkButtons
from studio.score_badge import ScoreBadge
from studio.theme import ACCENT, large_font
from studio.zoom_canvas import ZoomCanvas

RING = 3


class ComparePane(QWidget):
    """A photo among others.

    Attributes:
        canvas: its picture.
        marks: what is said of it, to be clicked.
        photo: what is shown; None for nothing.
        faces: of the photo, in pixels of its full size; none until they are known.

    Signals:
        clicked: a person chose this photo.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photo: PhotoRow | None = None
        self.faces: Faces = NO_FACES
        self._focused = False
        self.canvas = ZoomCanvas()
        self.score = ScoreBadge(22)
        self.gap = QLabel()
        large_font(self.gap, 16, bold=True)
        self.name = ElidedLabel()
        self.marks = MarkButtons(small=True)
        self.words = ElidedLabel()
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.score)
        first.addWidget(self.gap)
        first.addWidget(self.words, 1)
        second.addWidget(self.name, 1)
        second.addWidget(self.marks)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * RING, 2 * RING, 2 * RING, 2 * RING)
        layout.setSpacing(4)
        layout.addWidget(self.canvas, 1)
        layout.addLayout(first)
        layout.addLayout(second)

    def show_photo(self, photo: PhotoRow) -> None:
        """Show another photo; its picture and its facts follow."""
        self.photo = photo
        self.faces = NO_FACES
        self.canvas.clear()
        self.score.show_points(photo.points, older_model=photo.older_model)
        self.name.setText(photo.path.name)
        self.name.setToolTip(str(photo.path))
        self.words.clear()
        self.show_mark(photo.mark)

    def show_mark(self, mark: Mark) -> None:
        """Show what a person said of the photo."""
        self.marks.show_mark(mark)

    def show_gap(self, best_points: float, decimals: int = 0) -> None:
        """Say how far the photo's score is below the best one of the comparison.

        Args:
            best_points: of the best one.
            decimals: with how many all scores of the comparison are told.
        """
        if self.photo is None or self.photo.points is None:
            self.gap.clear()
            return
        self.score.show_points(self.photo.points, older_model=self.photo.older_model, decimals=decimals)
        gap = round(best_points, decimals) - round(self.photo.points, decimals)
        words = f"{gap:.{decimals}f}"
        is_best = not float(words)
        self.gap.setText("best" if is_best else f"−{words}")
        self.gap.setToolTip("The best score of these" if is_best else f"{words} points below the best of these")

    def show_words(self, advantages: Sequence[str]) -> None:
        """Say what the photo has over the others, and what nobody should overlook."""
        shut = "eyes closed" if self.photo and self.photo.eyes_closed else ""
        words = [*([shut] if shut else []), *advantages]
        self.words.setText(" · ".join(words))
        self.words.setToolTip("\n".join(words))

    def set_focused(self, focused: bool) -> None:
        """Whether keys and marks are for this photo."""
        self._focused = focused
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
        super().mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ACCENT, RING) if self._focused else Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.AlternateBase))
        inset = RING / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 8, 8)
