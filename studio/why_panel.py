"""Why a photo scores as it does: what is measured of it in plain words and in numbers, and the map of what counts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isnan

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.catalogue import ContentRecord
from engine.photo_facts import PhotoFacts
from engine.progress import Progress
from engine.reasons import reasons
from studio.saliency_overlay import FAINT, STRONG, Legend
from studio.theme import large_font
from studio.toggle import Toggle

WIDTH = 300
METHOD = (
    "Occlusion: the score without each part. One part after the other is covered with the colours around it; what the "
    "score loses by that is what the part lifts it by."
)
NOTHING_STANDS_OUT = "Nothing stands out: in what is measured, most photos are like this one."
NOT_MEASURED = "This photo was scored by an older version. Open its folder again to have it measured."


class WhyPanel(QScrollArea):
    """Beside the large photo, on request.

    Attributes:
        map_toggle: whether the map is shown over the photo.
        legend: of the map's colours.

    Signals:
        map_wanted: whether the map is to be shown.
        opacity_changed: of the map, 0 to 1.
        cancelled: the map is no longer wanted.
    """

    map_wanted = Signal(bool)
    opacity_changed = Signal(float)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reasons = QLabel()
        self.reasons.setWordWrap(True)
        self.reasons.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._labels: list[QLabel] = []
        self.numbers = QGridLayout()
        self.numbers.setColumnStretch(1, 1)
        self.numbers.setVerticalSpacing(3)
        self.map_toggle = Toggle("Show the map")
        self.map_toggle.setToolTip("Colours over the photo (M)")
        self.map_toggle.toggled.connect(self.map_wanted)
        self.strong = Toggle("Stronger")
        self.strong.setToolTip("Show less of the photo below the colours (O)")
        self.strong.toggled.connect(lambda strong: self.opacity_changed.emit(STRONG if strong else FAINT))
        self.progress = QProgressBar()
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancelled)
        self.legend = Legend()
        self.method = QLabel(METHOD)
        self.method.setWordWrap(True)
        for widget in (self.map_toggle, self.strong, self.cancel_button):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The panel must have made room for what was just shown.
        self._scroll_soon = QTimer(self, singleShot=True, interval=0)
        self._scroll_soon.timeout.connect(self._scroll_to_legend)
        self._lay_out()
        self.end_progress()

    def _lay_out(self) -> None:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(12, 4, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(_heading("Why this score"))
        layout.addWidget(self.reasons)
        layout.addSpacing(6)
        layout.addWidget(_heading("Measured"))
        layout.addLayout(self.numbers)
        layout.addSpacing(6)
        layout.addWidget(_heading("What counts where"))
        buttons, waiting = QHBoxLayout(), QHBoxLayout()
        buttons.addWidget(self.map_toggle, 1)
        buttons.addWidget(self.strong, 1)
        waiting.addWidget(self.progress, 1)
        waiting.addWidget(self.cancel_button)
        layout.addLayout(buttons)
        layout.addLayout(waiting)
        layout.addWidget(self.legend)
        layout.addWidget(self.method)
        layout.addStretch(1)
        self.setWidget(inside)

    def show_record(self, record: ContentRecord | None, choice: str = "") -> None:
        """Say what is measured of a photo, None where nothing is known; and how it stands in its stack."""
        facts = record.facts if record else None
        said = _in_words(facts) if facts else NOT_MEASURED
        self.reasons.setText(f"{choice}\n\n{said}" if choice else said)
        for label in self._labels:
            self.numbers.removeWidget(label)
            label.deleteLater()
        self._labels = []
        for line, (name, value) in enumerate(measured(record) if record else []):
            number = QLabel(value)
            number.setAlignment(Qt.AlignmentFlag.AlignRight)
            number.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            for column, label in enumerate((QLabel(name), number)):
                self.numbers.addWidget(label, line, column)
                self._labels.append(label)

    def value_of(self, name: str) -> str:
        """What the table says of a fact; "" where it does not tell."""
        texts = [label.text() for label in self._labels]
        return texts[texts.index(name) + 1] if name in texts else ""

    def clear(self) -> None:
        """Another photo is shown: nothing is known of it yet, and its map was not asked for."""
        self.reasons.clear()
        self.map_toggle.setChecked(False)
        self.end_progress()

    # The map

    def show_progress(self, progress: Progress[object]) -> None:
        """Say how far the map has come."""
        self.progress.setRange(0, max(progress.total, 1))
        self.progress.setValue(progress.done)
        self.progress.show()
        self.cancel_button.show()

    @Slot()
    def end_progress(self) -> None:
        self.progress.hide()
        self.cancel_button.hide()
        self.legend.hide()
        self.method.hide()
        self.strong.hide()

    def show_legend(self, lowers: float, lifts: float) -> None:
        """Say what the strongest colours mean, in points, and how they came about."""
        self.end_progress()
        self.legend.show_scale(lowers, lifts)
        for widget in (self.legend, self.method, self.strong):
            widget.show()
        self._scroll_soon.start()

    @Slot()
    def _scroll_to_legend(self) -> None:
        self.ensureWidgetVisible(self.method)


def _in_words(facts: PhotoFacts) -> str:
    """What speaks for a photo and against it, as a table of two columns: the sign and the sentence."""
    lines = (
        f"<tr><td>{'+' if reason.is_good else '−'}&nbsp;</td><td>{reason.text}</td></tr>" for reason in reasons(facts)
    )
    return f"<table>{''.join(lines)}</table>" if reasons(facts) else NOTHING_STANDS_OUT


def measured(record: ContentRecord) -> Sequence[tuple[str, str]]:
    """What is measured of a photo: name and value with its unit, for a table."""
    width, height = record.size_wh
    taken = "not known" if record.taken is None else f"{datetime.fromtimestamp(record.taken, UTC):%d %b %Y, %H:%M}"
    rows = _facts_rows(record.facts) if record.facts else []
    return [*rows, ("Taken", taken), ("Size", f"{width} × {height} ({width * height / 1e6:.1f} MP)")]


def _facts_rows(facts: PhotoFacts) -> list[tuple[str, str]]:
    shut = "not seen" if not facts.eyes_read else "open" if not facts.eyes_closed else "closed"
    if facts.eyes_closed and facts.eyes_read > 1:
        shut = f"{facts.eyes_closed} of {facts.eyes_read} closed"
    rows = [
        ("Sharpness", _number(facts.sharpness, "{:.2f} of 1")),
        ("Brightness", _number(facts.brightness, "{:.0f} of 255")),
        ("Contrast", _number(facts.contrast, "{:.0f} of 128")),
        ("Burnt out", _number(100 * facts.blown, "{:.1f} %")),
        ("Colourfulness", _number(facts.colourfulness, "{:.0f} of 150")),
    ]
    if not facts.faces:
        return [("Faces", "none"), *rows]
    return [
        ("Faces", str(facts.faces)),
        ("Face share", _number(100 * facts.face_share, "{:.1f} % of the photo")),
        ("Eyes", shut),
        ("Smile", _number(100 * facts.smile, "{:.0f} %")),
        ("Tilt of the head", _number(facts.tilt, "{:+.0f}°")),
        *rows,
    ]


def _number(value: float, shape: str) -> str:
    return "not known" if isnan(value) else shape.format(value).replace("-", "−")


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    large_font(label, 16, bold=True)
    return label
