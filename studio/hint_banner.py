"""Draws a hint over a picture: an arrow, a few words, and what it is worth, readable from two metres."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from engine.hints import Arrow, Hint
from studio.theme import ACCENT

SCRIM, TEXT = QColor(12, 14, 16, 205), QColor("#ffffff")
# Of the picture's height: the letters, and the room below the banner.
LETTER_SHARE, BELOW_SHARE = 0.075, 0.05
SMALLEST_LETTERS, LARGEST_LETTERS = 20, 64
# Points from which a gain is named.
LEAST_GAIN = 1.5
ANGLES = {Arrow.RIGHT: 0, Arrow.DOWN: 90, Arrow.LEFT: 180, Arrow.UP: 270}


def draw_hint(painter: QPainter, picture: QRectF, hint: Hint) -> None:
    """Draw a banner at the lower edge of a picture."""
    font = QFont(painter.font())
    letters = min(max(SMALLEST_LETTERS, picture.height() * LETTER_SHARE), LARGEST_LETTERS)
    font.setBold(True)
    gain = hint_gain(hint)
    font.setPixelSize(round(letters))
    # Long words in a narrow picture: smaller letters rather than cut ones.
    while (width := _width(font, hint, gain)) > picture.width() - letters and font.pixelSize() > 12:
        font.setPixelSize(font.pixelSize() - 2)
    letters = font.pixelSize()
    height = 2 * letters
    banner = QRectF(0, 0, width, height)
    banner.moveCenter(QPointF(picture.center().x(), picture.bottom() - height / 2 - BELOW_SHARE * picture.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SCRIM)
    painter.drawRoundedRect(banner, height / 2, height / 2)
    x = banner.left() + letters
    if hint.arrow is not None:
        draw_arrow(painter, QRectF(x, banner.center().y() - letters * 0.7, 1.4 * letters, 1.4 * letters), hint.arrow)
        x += 2 * letters
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    baseline = banner.center().y() + (metrics.ascent() - metrics.descent()) / 2
    painter.setPen(TEXT)
    painter.drawText(QPointF(x, baseline), hint.text)
    painter.setPen(ACCENT)
    painter.drawText(QPointF(x + metrics.horizontalAdvance(hint.text + "  "), baseline), gain)


def hint_gain(hint: Hint) -> str:
    """ "+8"; nothing where a fact speaks, or where the gain is too small to be a reason."""
    return f"+{hint.gain:.0f}" if hint.gain is not None and hint.gain >= LEAST_GAIN else ""


def _width(font: QFont, hint: Hint, gain: str) -> float:
    metrics = QFontMetricsF(font)
    text = metrics.horizontalAdvance(hint.text + (f"  {gain}" if gain else ""))
    return text + font.pixelSize() * (2 if hint.arrow is None else 4)


def draw_arrow(painter: QPainter, place: QRectF, arrow: Arrow) -> None:
    """Draw an arrow's sign into a square."""
    painter.save()
    painter.translate(place.center())
    painter.scale(place.width() / 2, place.height() / 2)
    painter.setPen(QPen(ACCENT, 0.24, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if arrow in ANGLES:
        painter.rotate(ANGLES[arrow])
        _draw_lines(painter, ((-0.8, 0), (0.8, 0)), ((0.2, -0.6), (0.8, 0), (0.2, 0.6)))
    elif arrow in (Arrow.CLOSER, Arrow.BACK):
        _draw_frame(painter, outwards=arrow is Arrow.CLOSER)
    elif arrow is Arrow.LIGHT:
        _draw_sun(painter)
    else:
        _draw_turn(painter, clockwise=arrow is Arrow.CLOCKWISE)
    painter.restore()


def _draw_lines(painter: QPainter, *lines: tuple[tuple[float, float], ...]) -> None:
    for line in lines:
        painter.drawPolyline([QPointF(x, y) for x, y in line])


def _draw_frame(painter: QPainter, *, outwards: bool) -> None:
    """Two arrows across: away from the middle where a face should grow, towards it where it should shrink."""
    tip, tail = (0.85, 0.2) if outwards else (0.2, 0.85)
    barb = tip - 0.5 if outwards else tip + 0.5
    for sign in (-1, 1):
        _draw_lines(
            painter,
            ((sign * tail, -sign * tail), (sign * tip, -sign * tip)),
            ((sign * barb, -sign * tip), (sign * tip, -sign * tip), (sign * tip, -sign * barb)),
        )


def _draw_turn(painter: QPainter, *, clockwise: bool) -> None:
    if not clockwise:
        painter.scale(-1, 1)
    arc = QPainterPath()
    arc.arcMoveTo(QRectF(-0.75, -0.75, 1.5, 1.5), 200)
    arc.arcTo(QRectF(-0.75, -0.75, 1.5, 1.5), 200, -220)
    painter.drawPath(arc)
    _draw_lines(painter, ((0.25, 0.0), (0.7, 0.35), (1.0, -0.15)))


def _draw_sun(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(0, 0), 0.35, 0.35)
    for step in range(8):
        painter.save()
        painter.rotate(45 * step)
        _draw_lines(painter, ((0.65, 0), (0.9, 0)))
        painter.restore()
