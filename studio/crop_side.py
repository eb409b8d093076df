"""Beside the photo in the Crop room: what the crop scores, the best crops to choose from, how it is looked at."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.crop_search import CropSuggestion
from studio.score_badge import ScoreBadge
from studio.theme import large_font
from studio.toggle import Toggle
from studio.wording import count, gain_in_words

WIDTH = 248
ICON_SIDE = 72


class CropSide(QWidget):
    """Score, choices, switches.

    Signals:
        chosen: the place of one of the best crops.
        cancelled: the search shall stop.
    """

    chosen = Signal(int)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.badge = ScoreBadge(30)
        self.gain, self.whole, self.pixels = QLabel(), QLabel(), QLabel()
        large_font(self.gain, 20, bold=True)
        self.notice = QLabel()
        self.notice.setWordWrap(True)
        self.notice.hide()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancelled)
        self.list = QListWidget()
        self.list.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.list.setSpacing(2)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda item: self.chosen.emit(self.list.row(item)))
        self.thirds = Toggle("Thirds")
        self.thirds.setToolTip("Lines at a third and two thirds (G)")
        self.result = Toggle("Result")
        self.result.setToolTip("The crop alone, as it will be; hold B, or a double click")
        self.level = Toggle("Level")
        self.level.setToolTip("Turn the photo upright by its horizon or its eyes (L); what that costs is told")
        self.cut_hair = QCheckBox("May cut forehead and hair")
        self.cut_hair.setToolTip("Eyes and mouth are never cut")
        self.margin = QSpinBox()
        self.margin.setRange(0, 50)
        self.margin.setPrefix("+")
        self.margin.setToolTip("A photo whose best crop gains less is left as it is")
        # What has no key of its own is reached by Tab; the wheel above it scrolls nothing.
        self.margin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.cut_hair.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for button in (self.thirds, self.result, self.level, self.cancel_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._arrange()
        self.end_progress()

    def _arrange(self) -> None:
        score = QHBoxLayout()
        score.addWidget(self.badge)
        score.addWidget(self.gain)
        score.addStretch()
        beside = QVBoxLayout()
        beside.setSpacing(0)
        for label in (self.whole, self.pixels):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            beside.addWidget(label)
        score.addLayout(beside)
        searching = QHBoxLayout()
        searching.addWidget(self.progress, 1)
        searching.addWidget(self.cancel_button)
        looks = QHBoxLayout()
        looks.addWidget(self.thirds)
        looks.addWidget(self.result)
        looks.addWidget(self.level)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.addLayout(score)
        layout.addWidget(self.notice)
        layout.addLayout(searching)
        layout.addWidget(self.list, 1)
        layout.addLayout(looks)
        layout.addWidget(self.cut_hair)
        worth = QHBoxLayout()
        worth.addWidget(QLabel("Worth it from, in points"), 1)
        worth.addWidget(self.margin)
        layout.addLayout(worth)
        self._buttons = QHBoxLayout()
        layout.addLayout(self._buttons)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Let buttons stand at the foot, the first one widest."""
        for number, button in enumerate(buttons):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._buttons.addWidget(button, 0 if number else 1)

    # The score

    def show_points(self, points: float | None, whole: float | None, *, exact: bool) -> None:
        """Show what the crop scores and gains on the whole photo; one that is not exact yet is told by its grey."""
        self.badge.show_points(points, older_model=not exact)
        self.whole.setText("" if whole is None else f"whole photo {whole:.0f}")
        self.gain.setText("" if points is None or whole is None else gain_in_words(points, points - whole))

    def show_size(self, size_wh: tuple[int, int] | None) -> None:
        """How many pixels the crop has."""
        self.pixels.setText(f"{size_wh[0]} × {size_wh[1]}" if size_wh else "")

    def show_notice(self, text: str) -> None:
        """Say something about this photo; "" for nothing."""
        self.notice.setText(text)
        self.notice.setVisible(bool(text))

    # The best crops

    def show_choices(self, suggestions: Sequence[CropSuggestion], pictures: Sequence[QPixmap]) -> None:
        """Show the best crops, each with its picture."""
        self.list.clear()
        for number, (suggestion, picture) in enumerate(zip(suggestions, pictures, strict=True), start=1):
            icon = QIcon()
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # else the chosen one is tinted
                icon.addPixmap(picture, mode)
            points, gain = suggestion.score.points, gain_in_words(suggestion.score.points, suggestion.gain)
            lost = f"\n{count(suggestion.faces_lost, 'face')} lost" if suggestion.faces_lost else ""
            item = QListWidgetItem(icon, f"{number}    {points:.0f}   {gain}{lost}")
            item.setToolTip(f"{suggestion.box.width} x {suggestion.box.height} pixels (key {number})")
            self.list.addItem(item)

    def mark_choice(self, place: int) -> None:
        """Mark one of the best crops as the present one; -1 for none."""
        self.list.setCurrentRow(place)

    # The search

    def begin_progress(self) -> None:
        self.progress.setRange(0, 0)
        self.progress.show()
        self.cancel_button.show()

    def show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    @Slot()
    def end_progress(self) -> None:
        self.progress.hide()
        self.cancel_button.hide()
