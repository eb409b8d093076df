"""Stars from scores: how many points are needed for how many stars, what that gives for these photos, and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.album import Album
from engine.album_columns import Rows
from engine.ratings import MOST_STARS, StarMapping
from studio.star_place import PLACES, star_place
from studio.theme import score_colour
from studio.wording import count

MAPPING_SETTING = "album/stars from scores"
BINS = 50
HEIGHT = 120
AXIS_HEIGHT = 20


def remembered_mapping() -> StarMapping:
    """What was chosen last."""
    try:
        return StarMapping.from_text(str(QSettings().value(MAPPING_SETTING, "")))
    except ValueError:
        return StarMapping()


@dataclass(frozen=True, eq=False)
class ScoredPhotos:
    """Photos that have a score, as columns.

    Attributes:
        paths: absolute, (N,).
        points: float (N,), 0 to 100.
        rated: bool (N,), by a person: they keep their stars.
    """

    paths: Sequence[str]
    points: npt.NDArray[np.float32]
    rated: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, album: Album, rows: Rows) -> "ScoredPhotos":
        """Those in these rows of an album that have a score."""
        rows = rows[~np.isnan(album.numbers["points"][rows])]
        return cls(album.path_names(rows), album.numbers["points"][rows], album.rated_by_person[rows])

    def __len__(self) -> int:
        return len(self.paths)


class StarMappingDialog(QDialog):
    """Four thresholds over the histogram of the scores.

    Args:
        shown: the photos that are shown.
        chosen: those of them that are selected.

    Signals:
        wanted: the paths of the photos, as text, and the `StarMapping`.
    """

    wanted = Signal(object, object)

    def __init__(self, shown: ScoredPhotos, chosen: ScoredPhotos, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Stars from scores")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shown, self._chosen = shown, chosen
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addLayout(self._build_which())
        self.histogram = ScoreHistogram()
        layout.addWidget(self.histogram)
        layout.addLayout(self._build_thresholds())
        self.text = QLabel()
        self.text.setWordWrap(True)
        layout.addWidget(self.text)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        self.give_button = buttons.addButton("Give stars", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(
            lambda: self._show_mapping(StarMapping())
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.setMinimumWidth(560)
        self._show_mapping(remembered_mapping())

    def _build_which(self) -> QVBoxLayout:
        self.shown_button = QRadioButton(f"All photos that are shown ({len(self._shown):,})")
        self.chosen_button = QRadioButton(f"The chosen ones ({len(self._chosen):,})")
        self.chosen_button.setEnabled(len(self._chosen) > 0)
        # Several are chosen on purpose, one is always.
        (self.chosen_button if len(self._chosen) > 1 else self.shown_button).setChecked(True)
        group = QButtonGroup(self)
        layout = QVBoxLayout()
        for button in (self.shown_button, self.chosen_button):
            group.addButton(button)
            layout.addWidget(button)
        group.buttonToggled.connect(lambda *_: self._preview())
        return layout

    def _build_thresholds(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        self.boxes: list[QSpinBox] = []
        self.counts: list[QLabel] = []
        for stars in range(1, MOST_STARS + 1):
            column = stars - 1
            label = QLabel("★" * stars)
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignHCenter)
            if stars == 1:
                grid.addWidget(QLabel("below"), 1, column, Qt.AlignmentFlag.AlignHCenter)
            else:
                box = QSpinBox()
                box.setRange(0, 100)
                box.setPrefix("from ")
                box.setAccessibleName(f"least points of {stars} stars")
                box.valueChanged.connect(self._keep_rising)
                label.setBuddy(box)
                self.boxes.append(box)
                grid.addWidget(box, 1, column)
            self.counts.append(QLabel())
            grid.addWidget(self.counts[-1], 2, column, Qt.AlignmentFlag.AlignHCenter)
            grid.setColumnStretch(column, 1)
        return grid

    def _show_mapping(self, mapping: StarMapping) -> None:
        for box, least in zip(self.boxes, mapping.thresholds, strict=True):
            box.blockSignals(True)
            box.setValue(round(least))
            box.blockSignals(False)
        self._preview()

    @Slot()
    def _keep_rising(self) -> None:
        """Let the box that was changed push the others along: more stars cannot need fewer points."""
        changed = self.sender()
        place = next((index for index, box in enumerate(self.boxes) if box is changed), 0)
        least = self.boxes[place].value()
        for index, box in enumerate(self.boxes):
            box.blockSignals(True)
            box.setValue(min(box.value(), least) if index < place else max(box.value(), least))
            box.blockSignals(False)
        self._preview()

    @property
    def mapping(self) -> StarMapping:
        two, three, four, five = (float(box.value()) for box in self.boxes)
        return StarMapping((two, three, four, five))

    def _photos(self) -> ScoredPhotos:
        return self._chosen if self.chosen_button.isChecked() else self._shown

    def _preview(self) -> None:
        photos, mapping = self._photos(), self.mapping
        free = photos.points[~photos.rated]
        self.histogram.show_scores(photos.points, mapping)
        for stars, number in mapping.preview(free).items():
            self.counts[stars - 1].setText(count(number, "photo"))
        left = len(photos) - len(free)
        lines = []
        if left:
            lines.append(f"{count(left, 'photo')} that you rated {'keeps its' if left == 1 else 'keep their'} stars.")
        lines.append(f"{PLACES[star_place()][1]} Undo takes the new stars back.")
        self.text.setText("\n".join(lines))
        self.give_button.setText(f"Give stars to {count(len(free), 'photo')}")
        self.give_button.setEnabled(len(free) > 0)

    def accept(self) -> None:
        QSettings().setValue(MAPPING_SETTING, self.mapping.to_text())
        self.wanted.emit(self._photos().paths, self.mapping)
        super().accept()


class ScoreHistogram(QWidget):
    """How many photos have which score, and where the stars begin."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins = np.zeros(BINS, np.int64)
        self._mapping = StarMapping()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of the scores")

    def sizeHint(self) -> QSize:
        return QSize(480, HEIGHT)

    def show_scores(self, points: npt.ArrayLike, mapping: StarMapping) -> None:
        """Show these scores, 0 to 100, and the thresholds."""
        self._bins = np.histogram(points, BINS, (0, 100))[0]
        self._mapping = mapping
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chart = self.rect().adjusted(0, 0, 0, -AXIS_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(self.rect(), 6, 6)
        most = max(1, int(self._bins.max()))
        width = chart.width() / BINS
        for place, number in enumerate(self._bins.tolist()):
            if number:
                # A single photo is to be seen beside a thousand.
                height = max(2.0, number / most * (chart.height() - 22))
                painter.setBrush(score_colour((place + 0.5) * 100 / BINS))
                painter.drawRect(QRectF(place * width + 0.5, chart.bottom() - height + 1, width - 1, height))
        self._paint_thresholds(painter, chart)

    def _paint_thresholds(self, painter: QPainter, chart: QRect) -> None:
        ink = self.palette().color(QPalette.ColorRole.Text)
        edges = (0.0, *self._mapping.thresholds, 100.0)
        for stars, (start, end) in enumerate(pairwise(edges), start=1):
            left, right = (round(edge / 100 * chart.width()) for edge in (start, end))
            painter.setPen(ink)
            painter.drawText(
                QRect(left, chart.bottom(), right - left, AXIS_HEIGHT),
                Qt.AlignmentFlag.AlignCenter,
                _fitting(painter, stars, right - left),
            )
            if stars > 1:
                painter.drawLine(left, chart.top() + 4, left, self.rect().bottom() - 4)


def _fitting(painter: QPainter, stars: int, width: int) -> str:
    """The stars, or their number where there is little room; "" where there is none."""
    texts = ("★" * stars, str(stars), "")
    return next(text for text in texts if painter.fontMetrics().horizontalAdvance(text) + 4 <= width or not text)
