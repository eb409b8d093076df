"""The live picture as a mirror, and what is written over it: faces, guides, the hint, the countdown, figures."""

from PySide6.QtCore import QMarginsF, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.hints import Hint
from studio.hint_banner import draw_hint
from studio.live_pictures import ShownPicture
from studio.photo_canvas import THIRDS, PhotoCanvas
from studio.theme import ACCENT

GUIDE_COLOUR = QColor(255, 255, 255, 110)
SCRIM = QColor(12, 14, 16, 190)
COUNTDOWN_SCRIM = QColor(12, 14, 16, 225)
# Where a portrait's face stands: its height as a share of the picture's, and how far down its middle is.
GUIDE_FACE_HEIGHT, GUIDE_FACE_MIDDLE, GUIDE_FACE_WIDTH = 0.42, 0.43, 0.74
MARGIN = 12
# Of the picture's height, a countdown's disc: read from two metres, and beside the face.
COUNTDOWN_SHARE, COUNTDOWN_RING = 0.34, 0.05
# Figures: letters in pixels in a picture at least so wide, and in a smaller one.
WIDE_PICTURE, FIGURE_LETTERS, SMALL_FIGURE_LETTERS = 800, 14, 11


class LiveCanvas(PhotoCanvas):
    """A picture that comes already mirrored and already as large as the canvas, so that painting is copying.

    Signals:
        resized: how many of the screen's pixels there are to fill: width, height.
    """

    resized = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, mirrored=True)
        self._hint: Hint | None = None
        self._guide = False
        self._countdown = self._countdown_from = 0
        self._recording = False
        self._figures = ""

    def show_picture(self, picture: ShownPicture) -> None:
        picture.image.setDevicePixelRatio(self.devicePixelRatio())
        self.show_image(picture.image, picture.full_wh)

    def show_hint(self, hint: Hint | None) -> None:
        self._hint = hint
        self.update()

    def show_guide(self, shown: bool) -> None:
        """Thirds, and an oval as large as a portrait's face."""
        self._guide = shown
        self.update()

    def show_countdown(self, seconds: int) -> None:
        """Seconds that are left, large in a disc whose rim runs out, so that nobody takes them for a score; 0 ends."""
        self._countdown_from = max(seconds, self._countdown_from) if self._countdown and seconds else seconds
        self._countdown = seconds
        self.update()

    def show_recording(self, recording: bool) -> None:
        """A red rim while frames are kept."""
        self._recording = recording
        self.update()

    def show_figures(self, text: str) -> None:
        """Lines of figures in a corner; an empty text takes them away."""
        self._figures = text
        self.update()

    def face_middles(self) -> list[QPoint]:
        """Where the faces' middles are, in the canvas; none where there is no picture."""
        return [] if self.image.isNull() else [self.box_rect(face).center().toPoint() for face in self._faces]

    @property
    def figures(self) -> str:
        return self._figures

    @property
    def hint(self) -> Hint | None:
        return self._hint

    def clear(self) -> None:
        self._hint, self._countdown, self._recording, self._figures = None, 0, False, ""
        super().clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ratio = self.devicePixelRatio()
        self.resized.emit(round(self.width() * ratio), round(self.height() * ratio))

    def draw_picture(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatio()
        fits = abs(self.picture_rect().width() * ratio - self.image.width()) <= 1
        if fits:
            # Whole pixels of the screen: nothing is resampled.
            corner = self.picture_rect().topLeft()
            painter.drawImage(QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio), self.image)
        else:
            painter.drawImage(self.picture_rect(), self.image)

    def draw_over(self, painter: QPainter) -> None:
        picture = self.picture_rect()
        if self._guide:
            self._draw_guide(painter, picture)
        if self._recording:
            painter.setPen(QPen(QColor("#e5484d"), 6))
            painter.drawRect(picture.adjusted(3, 3, -3, -3))
        if self._countdown:
            self._draw_countdown(painter, picture)
        if self._hint is not None:
            draw_hint(painter, picture, self._hint)
        if self._figures:
            self._draw_figures(painter, picture)

    def _draw_guide(self, painter: QPainter, picture: QRectF) -> None:
        painter.setPen(QPen(GUIDE_COLOUR, 1))
        for third in THIRDS:
            x, y = picture.left() + third * picture.width(), picture.top() + third * picture.height()
            painter.drawLine(QPointF(x, picture.top()), QPointF(x, picture.bottom()))
            painter.drawLine(QPointF(picture.left(), y), QPointF(picture.right(), y))
        height = GUIDE_FACE_HEIGHT * picture.height()
        middle = QPointF(picture.center().x(), picture.top() + GUIDE_FACE_MIDDLE * picture.height())
        painter.setPen(QPen(QColor(255, 255, 255, 170), 2, Qt.PenStyle.DashLine))
        painter.drawEllipse(middle, GUIDE_FACE_WIDTH * height / 2, height / 2)

    def _draw_countdown(self, painter: QPainter, picture: QRectF) -> None:
        side = COUNTDOWN_SHARE * picture.height()
        ring = COUNTDOWN_RING * side
        disc = QRectF(picture.right() - side - MARGIN, picture.top() + MARGIN, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(COUNTDOWN_SCRIM)
        painter.drawEllipse(disc)
        painter.setPen(QPen(ACCENT, ring, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        left = self._countdown / max(1, self._countdown_from)
        painter.drawArc(disc.adjusted(ring, ring, -ring, -ring), 90 * 16, round(left * 360 * 16))
        painter.setPen(QColor("white"))
        painter.setFont(_sized(painter.font(), round(0.5 * side), bold=True))
        painter.drawText(disc.translated(0, 0.07 * side), Qt.AlignmentFlag.AlignCenter, str(self._countdown))
        painter.setFont(_sized(painter.font(), max(9, round(0.1 * side)), bold=False))
        words = disc.adjusted(0, 0.16 * side, 0, -0.68 * side)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, "photo in")

    def _draw_figures(self, painter: QPainter, picture: QRectF) -> None:
        wide = picture.width() >= WIDE_PICTURE
        painter.setFont(_sized(painter.font(), FIGURE_LETTERS if wide else SMALL_FIGURE_LETTERS, bold=False))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        text = painter.boundingRect(picture.adjusted(2 * MARGIN, 2 * MARGIN, 0, 0), flags, self._figures)
        rim = QMarginsF(MARGIN, MARGIN / 2, MARGIN, MARGIN / 2)
        if self._is_on_a_face(text + rim) and not self._countdown:
            text.moveRight(picture.right() - 2 * MARGIN)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(SCRIM)
        painter.drawRoundedRect(text + rim, 8, 8)
        painter.setPen(QColor("#e8eaed"))
        painter.drawText(text, flags, self._figures)

    def _is_on_a_face(self, place: QRectF) -> bool:
        return any(place.intersects(self.box_rect(face)) for face in self._faces)


def _sized(font: QFont, pixels: int, *, bold: bool) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(pixels)
    sized.setBold(bold)
    return sized
