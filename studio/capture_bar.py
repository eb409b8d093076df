"""The buttons under the live picture: keep, timer, automatic shutter; guide, hints, voice, figures."""

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSpinBox, QWidget

from studio.toggle import Toggle

TIMER_SETTING, AUTO_SETTING = "live/timer", "live/automatic from"
GUIDE_SETTING, HINTS_SETTING = "live/guide", "live/hints"
COUNTDOWNS_S = (3, 5, 10)
DEFAULT_AUTO_POINTS = 80


class CaptureBar(QWidget):
    """Buttons and their keys; what they do is done by whoever listens.

    Signals:
        keep_pressed, keep_released: the button is held, and let go.
        timer_wanted: seconds to count down.
        auto_changed: points from which frames are kept by themselves; None where they are not.
        guide_changed, hints_changed, voice_changed, figures_changed: shown or spoken from now on, or not.
    """

    keep_pressed = Signal()
    keep_released = Signal()
    timer_wanted = Signal(int)
    auto_changed = Signal(object)
    guide_changed = Signal(bool)
    hints_changed = Signal(bool)
    voice_changed = Signal(bool)
    figures_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        settings = QSettings()
        self.keep = QPushButton("Keep")
        self.keep.setToolTip("Tap it, or the space bar: the best frame is kept; hold it: the best few of the moment")
        self.keep.pressed.connect(self.keep_pressed)
        self.keep.released.connect(self.keep_released)
        self.timer = QPushButton("Timer")
        self.timer.setToolTip("Count down, then keep the best frame of a second (T)")
        self.timer.clicked.connect(lambda: self.timer_wanted.emit(self.seconds))
        self.length = QComboBox()
        self.length.setAccessibleName("Length of the countdown")
        for seconds in COUNTDOWNS_S:
            self.length.addItem(f"{seconds} s", seconds)
        self.length.setCurrentIndex(max(0, self.length.findData(int(str(settings.value(TIMER_SETTING, 3))))))
        self.length.currentIndexChanged.connect(lambda: QSettings().setValue(TIMER_SETTING, self.seconds))
        self.auto = self._toggle("Automatic from", "Keep the best frame whenever the score stays this high (A)")
        self.threshold = QSpinBox(minimum=1, maximum=99)
        self.threshold.setAccessibleName("Score from which frames are kept")
        self.threshold.setValue(int(str(settings.value(AUTO_SETTING, DEFAULT_AUTO_POINTS))))
        self.threshold.valueChanged.connect(self._tell_auto)
        self.auto.toggled.connect(self._tell_auto)
        self.guide = self._toggle("Guide", "Thirds, and an oval as large as a portrait's face (G)", GUIDE_SETTING)
        self.guide.toggled.connect(self.guide_changed)
        self.hints = self._toggle("Hints", "Say what would make the picture better (H)", HINTS_SETTING, first=True)
        self.hints.toggled.connect(self.hints_changed)
        self.voice = self._toggle("Voice", "Speak the hints (V)")
        self.voice.toggled.connect(self.voice_changed)
        self.figures = self._toggle("Figures", "Frames, scores and how old they are (N)")
        self.figures.toggled.connect(self.figures_changed)
        self._lay_out()

    @property
    def seconds(self) -> int:
        """Of the countdown."""
        return int(self.length.currentData())

    def show_counting(self, counting: bool) -> None:
        self.timer.setText("Cancel" if counting else "Timer")

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.keep, self.timer, self.length, self.auto, self.threshold):
            layout.addWidget(widget)
        layout.addStretch()
        toggles = (self.guide, self.hints, self.voice, self.figures)
        for toggle in toggles:
            layout.addWidget(toggle)
        # A click leaves the space bar to the room; the tabulator still reaches every button.
        for widget in (self.keep, self.timer, self.length, self.auto, self.threshold, *toggles):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _toggle(self, text: str, tip: str, setting: str = "", *, first: bool = False) -> Toggle:
        button = Toggle(text)
        button.setToolTip(tip)
        if setting:
            button.setChecked(str(QSettings().value(setting, str(first))).lower() == "true")
            button.toggled.connect(lambda checked: QSettings().setValue(setting, checked))
        return button

    def _tell_auto(self) -> None:
        QSettings().setValue(AUTO_SETTING, self.threshold.value())
        self.auto_changed.emit(float(self.threshold.value()) if self.auto.isChecked() else None)
