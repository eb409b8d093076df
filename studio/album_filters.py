"""The bar above the album's grid: what photos are sorted by, which are shown, and how large."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QStackedWidget,
    QWidget,
)

from engine.album import Album
from engine.album_counts import count, count_by_score, count_by_year, first_and_last_day
from engine.photo_filter import EyesState, FaceCount, PhotoFilter, SortKey
from studio.filter_controls import AnyOfButton, Choice, ChoiceButton, ChoicesButton, DaysButton, NameSearch
from studio.score_histogram import ScoreHistogram
from studio.toggle import Toggle, colour_button

SORT_SETTING, TURNED_SETTING = "album/sort", "album/sort turned"
STACKED_SETTING, SIDE_SETTING = "album/stack alike", "album/tile side"
SMALLEST_SIDE, USUAL_SIDE, LARGEST_SIDE, SIDE_STEP = 96, 180, 320, 16
# The order that people expect first, and the same turned round.
ORDERS = {
    SortKey.SCORE: ("Best first", "Worst first"),
    SortKey.DATE: ("Newest first", "Oldest first"),
    SortKey.NAME: ("A to Z", "Z to A"),
    SortKey.RATING: ("Most stars first", "Fewest stars first"),
    SortKey.SHARPNESS: ("Sharpest first", "Softest first"),
}
STARS = {0: "Any stars", **{number: "★" * number + " and more" for number in range(1, 5)}, 5: "★★★★★"}
STARS_SHORT = {number: f"{number} ★" + ("+" if number < 5 else "") for number in STARS}
FACES_SHORT = {each: each.value.removesuffix(" faces") for each in FaceCount}
PICKS = {1: "Picked", 0: "Unmarked", -1: "Rejected"}
SEVERAL_PICKS = {
    frozenset(PICKS): "",
    frozenset((1, 0)): "Not rejected",
    frozenset((0, -1)): "Not picked",
    frozenset((1, -1)): "Marked",
}


class AlbumFilters(QWidget):
    """Sorting, filters and the size of tiles; whoever listens shows the photos.

    Attributes:
        key: what photos are sorted by.
        turned: whether the other way round.

    Signals:
        filter_changed: the `PhotoFilter` from now on.
        sort_changed: the `SortKey` from now on, and whether it is turned round.
        tile_side_changed: the side of the squares that photos are shown in, in pixels.
        left: the keys are for the photos again.
    """

    filter_changed = Signal(object)
    sort_changed = Signal(object, bool)
    tile_side_changed = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._album: Album | None = None
        self._group: int | None = None
        self._is_clearing = False
        self._make_sort()
        self._make_filters()
        self._make_zoom()
        self._lay_out()
        self._told = self.wanted

    # What is chosen

    @property
    def wanted(self) -> PhotoFilter:
        """Which photos are to be shown: those of an opened stack, else what the filters let through."""
        if self._group is not None:
            return PhotoFilter(group=self._group)
        return self._chosen

    @property
    def _chosen(self) -> PhotoFilter:
        low, high = self.histogram.range
        return PhotoFilter(
            points=(float(low), float(high)),
            faces=self.faces.value,
            eyes=self.eyes.value,
            stars=self.stars.value,
            picks=self.picks.value,
            first_day=self.days.value[0],
            last_day=self.days.value[1],
            text=self.search.text().strip(),
            stacked=self.stacked.isChecked(),
        )

    @property
    def tile_side(self) -> int:
        """Of the squares that photos are shown in, in pixels."""
        return self.size_slider.value()

    def clear(self) -> None:
        """Let all photos through; stacks stay stacks."""
        self._is_clearing = True
        self._group = None
        for control in (self.histogram, self.faces, self.eyes, self.stars, self.picks, self.days, self.search):
            control.clear()
        self._is_clearing = False
        self._tell()

    def open_stack(self, group: int, size: int) -> None:
        """Show the photos of one stack alone; the filters wait."""
        self._group = group
        self.stack_chip.setText(f"Stack of {size}  ✕")
        self._tell()

    def close_stack(self) -> bool:
        """Show again what was shown before a stack was opened; whether one was."""
        was_open, self._group = self._group is not None, None
        self._tell()
        return was_open

    def zoom(self, steps: int) -> None:
        """Larger photos, or smaller ones with less than 0."""
        self.size_slider.setValue(self.size_slider.value() + steps * SIDE_STEP)

    def begin_search(self) -> None:
        """Let names be typed."""
        self.close_stack()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_album(self, album: Album | None, shown: int) -> None:
        """Count the photos of an album, of which so many are shown."""
        self._album = album
        if album is None:
            self.count_label.clear()
            return
        total = len(album)
        self.count_label.setText(f"{shown:,} of {total:,}" if shown != total else f"{total:,} photos")
        self.histogram.show_counts(count_by_score(album, self._chosen))

    def _tell(self) -> None:
        if self._is_clearing or self.wanted == self._told:
            return
        self._told = self.wanted
        self.clear_button.setVisible(self._chosen.is_on)
        self.second_row.setCurrentIndex(0 if self._group is None else 1)
        self.filter_changed.emit(self._told)

    # Sorting

    def _make_sort(self) -> None:
        settings = QSettings()
        self.sort_list = QComboBox()
        self.sort_list.setAccessibleName("Sort by")
        self.sort_list.setToolTip("What photos are sorted by")
        for key in SortKey:
            self.sort_list.addItem(key.value, key)
        self.sort_list.setCurrentIndex(max(0, self.sort_list.findText(str(settings.value(SORT_SETTING, "")))))
        self.sort_list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.key = SortKey(self.sort_list.currentText())
        self.turned = str(settings.value(TURNED_SETTING, "false")).lower() == "true"
        self.turn_button = QPushButton()
        self.turn_button.setToolTip("Turn the order round")
        self.turn_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # As wide as its longest words: what stands beside it stays where it is.
        widest = max(self.fontMetrics().horizontalAdvance(words) for order in ORDERS.values() for words in order)
        self.turn_button.setFixedWidth(widest + 40)
        self._show_order()
        self.sort_list.currentIndexChanged.connect(self._sort)
        self.turn_button.clicked.connect(self._turn)

    def _sort(self) -> None:
        # Another key begins in the order that people expect.
        self.key, self.turned = SortKey(self.sort_list.currentText()), False
        self._tell_sort()

    def _turn(self) -> None:
        self.turned = not self.turned
        self._tell_sort()

    def _tell_sort(self) -> None:
        self._show_order()
        settings = QSettings()
        settings.setValue(SORT_SETTING, self.key.value)
        settings.setValue(TURNED_SETTING, self.turned)
        self.sort_changed.emit(self.key, self.turned)

    def _show_order(self) -> None:
        words = ORDERS[self.key][self.turned]
        self.turn_button.setText(f"{'↑' if self.turned else '↓'} {words}")
        self.turn_button.setAccessibleName(f"Order: {words}")

    # Filters

    def _make_filters(self) -> None:
        self.search = NameSearch()
        self.search.settled.connect(self._tell)
        self.search.left.connect(self.left)
        self.histogram = ScoreHistogram()
        self.histogram.range_changed.connect(self._tell)
        self.faces = ChoiceButton("Faces", {each: each.value for each in FaceCount}, FACES_SHORT)
        self.eyes = ChoiceButton("Eyes", {each: each.value for each in EyesState})
        self.stars = ChoiceButton("Stars", STARS, STARS_SHORT)
        self.picks = AnyOfButton("Marks", PICKS, SEVERAL_PICKS)
        self.days = DaysButton("Dates")
        self._count_on_opening(self.faces, lambda faces: replace(self._chosen, faces=faces))
        self._count_on_opening(self.eyes, lambda eyes: replace(self._chosen, eyes=eyes))
        self._count_on_opening(self.stars, lambda stars: replace(self._chosen, stars=stars))
        self._count_on_opening(self.picks, lambda pick: replace(self._chosen, picks=frozenset((pick,))))
        self.days.menu().aboutToShow.connect(self._count_days)
        for button in (self.faces, self.eyes, self.stars, self.picks, self.days):
            button.changed.connect(self._tell)
        self.stacked = Toggle("Stack alike")
        self.stacked.setToolTip("Show the best photo alone of those that are alike; G opens its stack")
        self.stacked.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stacked.setChecked(str(QSettings().value(STACKED_SETTING, "false")).lower() == "true")
        self.stacked.toggled.connect(self._stack)
        self.clear_button = QPushButton("Clear filters")
        self.clear_button.setToolTip("Show all photos again")
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clear_button.clicked.connect(self.clear)
        self.clear_button.hide()
        self.stack_chip = QPushButton()
        self.stack_chip.setToolTip("Close the stack (Esc)")
        self.stack_chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stack_chip.clicked.connect(self.close_stack)
        colour_button(self.stack_chip, is_on=True)

    def _stack(self, stacked: bool) -> None:
        QSettings().setValue(STACKED_SETTING, stacked)
        self._tell()

    def _count_on_opening(self, button: ChoicesButton[Choice], filter_with: Callable[[Choice], PhotoFilter]) -> None:
        def count_choices() -> None:
            if (album := self._album) is not None:
                button.show_counts(lambda choice: count(album, filter_with(choice)))

        button.menu().aboutToShow.connect(count_choices)

    def _count_days(self) -> None:
        if (album := self._album) is not None:
            any_time = count(album, replace(self._chosen, first_day=None, last_day=None))
            self.days.show_counts(any_time, count_by_year(album, self._chosen), first_and_last_day(album))

    # Size

    def _make_zoom(self) -> None:
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST_SIDE, LARGEST_SIDE)
        self.size_slider.setSingleStep(SIDE_STEP)
        self.size_slider.setPageStep(3 * SIDE_STEP)
        self.size_slider.setFixedWidth(110)
        self.size_slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.size_slider.setAccessibleName("Size of the photos")
        self.size_slider.setToolTip("Size of the photos (Ctrl+wheel, Ctrl+= and Ctrl+−)")
        self.size_slider.setValue(int(str(QSettings().value(SIDE_SETTING, USUAL_SIDE))))
        self.size_slider.valueChanged.connect(self._tell_side)
        self.count_label = QLabel()

    def _tell_side(self, pixels: int) -> None:
        QSettings().setValue(SIDE_SETTING, pixels)
        self.tile_side_changed.emit(pixels)

    # Layout

    def _lay_out(self) -> None:
        self._left = _row(QLabel("Sort"), self.sort_list, self.turn_button, self.search)
        self._right = _row(self.count_label, self.size_slider)
        buttons = (self.faces, self.eyes, self.stars, self.picks, self.days, self.stacked, self.clear_button)
        hint = QLabel("Alike photos; Esc shows all again")
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.second_row = QStackedWidget()
        self.second_row.addWidget(_row(self.histogram, *buttons, stretched=True))
        self.second_row.addWidget(_row(self.stack_chip, hint, stretched=True))
        self.second_row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(6)
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        self._fold(True)

    def _fold(self, folded: bool) -> None:
        """Stand in two rows, or in one."""
        self._is_folded = folded
        self._grid.addWidget(self._left, 0, 0)
        self._grid.addWidget(self._right, 0, 2)
        if folded:
            self._grid.addWidget(self.second_row, 1, 0, 1, 3)
        else:
            self._grid.addWidget(self.second_row, 0, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        parts = (self._left, self.second_row, self._right)
        folded = sum(part.sizeHint().width() for part in parts) + 2 * self._grid.horizontalSpacing() > self.width()
        if folded != self._is_folded:
            self._fold(folded)
        super().resizeEvent(event)


def _row(*widgets: QWidget, stretched: bool = False) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
    if stretched:
        layout.addStretch(1)
    return row
