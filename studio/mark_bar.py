"""What a person says of a photo, to be seen and clicked: picked, rejected, stars; and what else can be done with it."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QToolButton, QWidget

from engine.catalogue import Mark
from engine.ratings import MOST_STARS
from studio.culling import PICKED, REJECTED, UNMARKED
from studio.theme import POOR
from studio.toggle import colour_button
from studio.wording import count

FULL, HOLLOW = "★", "☆"
STAR_PIXELS, SMALL_STAR_PIXELS = 20, 18
# Of stars that a person gave; readable on a light and on a dark window. Those from a score have the text's dimmest.
STARS = QColor("#d9a514")


class MarkButtons(QWidget):
    """A quiet line of buttons; what is said already is coloured, and saying it again takes it back.

    Args:
        small: the buttons that pick and reject show their signs alone.

    Signals:
        pick_wanted: 1 picked, -1 rejected, 0 neither.
        stars_wanted: 0 to 5.
    """

    pick_wanted = Signal(int)
    stars_wanted = Signal(int)

    def __init__(self, *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark, self._is_small = Mark(), small
        self.pick_button = _button("✓" if small else "✓ Picked", partial(self._say, PICKED))
        self.reject_button = _button("✕" if small else "✕ Rejected", partial(self._say, REJECTED))
        for button in (self.pick_button, self.reject_button):
            # Of the longest of its words; a sign needs no more than its height.
            button.setFixedWidth(button.sizeHint().height() if small else button.sizeHint().width())
        self.stars = [_star(partial(self._rate, number), small=small) for number in range(1, MOST_STARS + 1)]
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(0, 0, 0, 0)
        for button in (self.pick_button, self.reject_button):
            self.line.addWidget(button)
        self.line.addSpacing(0 if small else 12)
        row = QHBoxLayout()
        row.setSpacing(0)
        for star in self.stars:
            row.addWidget(star)
        self.line.addLayout(row)
        self.show_mark(self._mark)

    def show_mark(self, mark: Mark) -> None:
        """Show what is said of the photo."""
        self._mark = mark
        picked, stars = mark.pick > 0, max(mark.stars or 0, 0)
        colour_button(self.pick_button, is_on=picked)
        colour_button(self.reject_button, is_on=mark.is_rejected, colour=POOR)
        if not self._is_small:
            self.pick_button.setText("✓ Picked" if picked else "✓ Pick")
            self.reject_button.setText("✕ Rejected" if mark.is_rejected else "✕ Reject")
        self.pick_button.setToolTip("Take that back (U)" if picked else "Pick this photo (P)")
        self.reject_button.setToolTip("Take that back (U)" if mark.is_rejected else "Reject this photo (X)")
        for number, star in enumerate(self.stars, start=1):
            star.setText(FULL if number <= stars else HOLLOW)
            words = "no stars (0)" if number == stars and not mark.by_score else f"{count(number, 'star')} ({number})"
            star.setToolTip(f"{words}; it has {count(stars, 'star')} by its score" if mark.by_score else words)
        self._colour_stars()

    def _colour_stars(self) -> None:
        given = bool(self._mark.stars) and not self._mark.by_score
        for star in self.stars:
            palette = QPalette()
            full = star.text() == FULL
            dim = self.palette().color(QPalette.ColorRole.PlaceholderText)
            palette.setColor(QPalette.ColorRole.ButtonText, STARS if full and given else dim)
            star.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._colour_stars()

    def _say(self, pick: int) -> None:
        said = self._mark.is_rejected if pick == REJECTED else self._mark.pick == pick
        self.pick_wanted.emit(UNMARKED if said else pick)

    def _rate(self, stars: int) -> None:
        given = self._mark.stars == stars and not self._mark.by_score
        self.stars_wanted.emit(0 if given else stars)


class MarkBar(MarkButtons):
    """The same below a large photo, in the middle, with what else can be done with it.

    Signals:
        compare_wanted: the photo beside others.
        crop_wanted: a crop of it.
    """

    compare_wanted = Signal()
    crop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.compare_button = _button("Compare", self.compare_wanted.emit)
        self.compare_button.setToolTip("This photo and those like it, side by side (V)")
        self.crop_button = _button("Crop", self.crop_wanted.emit)
        self.crop_button.setToolTip("Crop this photo (C)")
        self.line.insertStretch(0)
        self.line.addSpacing(12)
        for button in (self.compare_button, self.crop_button):
            self.line.addWidget(button)
        self.line.addStretch()


Button = TypeVar("Button", bound=QAbstractButton)


def _button(text: str, action: Callable[[], object]) -> QPushButton:
    return _quiet(QPushButton(text), action)


def _star(action: Callable[[], object], *, small: bool) -> QToolButton:
    star = QToolButton()
    star.setAutoRaise(True)
    font = star.font()
    font.setPixelSize(SMALL_STAR_PIXELS if small else STAR_PIXELS)
    star.setFont(font)
    if small:
        star.setFixedWidth(star.fontMetrics().horizontalAdvance(FULL) + 4)  # a name has to stand beside them
    return _quiet(star, action)


def _quiet(button: Button, action: Callable[[], object]) -> Button:
    """The keys stay with the photo."""
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(lambda: action())
    return button
