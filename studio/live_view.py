"""The Live room: the mirrored picture, its score large enough to read from two metres, and how fresh the score is."""

import time
from pathlib import Path

from PySide6.QtCore import QRectF, QSettings, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.scoring import Scorer
from studio.camera import VIDEO_SUFFIXES, Frame, FrameSource
from studio.empty_state import EmptyState
from studio.live_scorer import LiveResult, LiveScorer
from studio.photo_canvas import PhotoCanvas
from studio.smoothing import Rate, Smoothed
from studio.theme import large_font, score_colour
from studio.wording import faces_in_words

# Digits that change faster than this cannot be read.
TEXT_PERIOD_MS = 250
# A score older than this says nothing of what is in front of the camera.
STALE_S = 1.5
CHOOSE_FILE, CHOOSE_URL = "Open a video…", "Open a stream…"


class ScoreBar(QWidget):
    """The score as a bar that follows every frame."""

    def __init__(self) -> None:
        super().__init__()
        self._points = 0.0
        self.setFixedHeight(14)

    def show_points(self, points: float) -> None:
        self._points = points
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(128, 128, 128, 70))
        painter.drawRoundedRect(self.rect(), 7, 7)
        painter.setBrush(score_colour(self._points))
        painter.drawRoundedRect(QRectF(0, 0, max(14.0, self.width() * self._points / 100), 14), 7, 7)


class ScorePanel(QWidget):
    """The number, the bar, and the figures."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(300)
        caption = QLabel("Score")
        large_font(caption, 20)
        self.number = QLabel("")
        large_font(self.number, 150, bold=True)
        self.bar = ScoreBar()
        self.faces = QLabel("")
        large_font(self.faces, 18)
        self.figures = QLabel("")
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        for label in (caption, self.number, self.faces, self.figures):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (caption, self.number, self.bar, self.faces):
            layout.addWidget(widget)
        layout.addStretch(3)
        layout.addWidget(self.figures)


class LiveRoom(QWidget):
    """Shows a source and scores it.

    Signals:
        message: a sentence for people.
        score_shown: a `LiveResult` whose score is now on the screen.
    """

    message = Signal(str)
    score_shown = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = FrameSource(self)
        self.source.frame_ready.connect(self._take_frame)
        self.source.opened.connect(self._show_opened)
        self.source.failed.connect(self._show_failure)
        self.source.cameras_changed.connect(self._list_sources)
        self._live_scorer: LiveScorer | None = None
        self._result: LiveResult | None = None
        self._camera_on_return = False
        self._smoothed = Smoothed()
        self._frames, self._scored = Rate(), Rate()
        self._age_ms = Smoothed(0.5)
        self._build()
        self._text_timer = QTimer(self)
        self._text_timer.setInterval(TEXT_PERIOD_MS)
        self._text_timer.timeout.connect(self._refresh_text)

    def _build(self) -> None:
        self.canvas = PhotoCanvas(mirrored=True)
        self.panel = ScorePanel()
        self.sources = QComboBox()
        self.sources.setMinimumWidth(260)
        self.sources.setToolTip("Where the picture comes from")
        self.sources.activated.connect(self._choose_source)
        self.stop_button = QPushButton("Stop")
        self.stop_button.setEnabled(False)
        self.stop_button.clicked.connect(self.stop)
        self.empty = EmptyState("", "", {"Start camera": self.start_camera, "Open a video…": self.choose_file})
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.canvas)
        bar = QHBoxLayout()
        bar.addWidget(QLabel("Source"))
        bar.addWidget(self.sources)
        bar.addWidget(self.stop_button)
        bar.addStretch()
        body = QHBoxLayout()
        body.addWidget(self.pages, 1)
        body.addWidget(self.panel)
        self.panel.hide()
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addLayout(body, 1)
        self._list_sources()

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on."""
        self._live_scorer = LiveScorer(scorer, self)
        self._live_scorer.frame_scored.connect(self.show_result)
        self._live_scorer.failed.connect(self.message)

    @Slot()
    def _list_sources(self) -> None:
        cameras = self.source.cameras()
        self.sources.clear()
        for camera in cameras:
            self.sources.addItem(camera.description(), camera)
        if cameras:
            self.sources.insertSeparator(self.sources.count())
        self.sources.addItem(CHOOSE_FILE)
        self.sources.addItem(CHOOSE_URL)
        self._point_at_source()
        self.empty.buttons["Start camera"].setVisible(bool(cameras))
        if cameras:
            self.empty.title.setText("Ready when you are")
            self.empty.text.setText("The picture stays on this machine. Nothing is recorded.")
        else:
            self.empty.title.setText("No camera found")
            self.empty.text.setText("Plug one in and it appears here by itself, or open a video of a face instead.")

    def _point_at_source(self) -> None:
        """Choose in the list what is open; a file or a stream is not in it: its name stands in its place."""
        cameras = len(self.source.cameras())
        if self.source.is_open and not self.source.is_camera:
            self.sources.setPlaceholderText(self.source.name)
            self.sources.setCurrentIndex(-1)
            return
        self.sources.setPlaceholderText("No camera")
        chosen = self.sources.findText(self.source.name) if self.source.is_camera else 0
        self.sources.setCurrentIndex(chosen if cameras else -1)

    def _choose_source(self, index: int) -> None:
        match self.sources.itemText(index), self.sources.itemData(index):
            case text, _ if text == CHOOSE_FILE:
                self.choose_file()
            case text, _ if text == CHOOSE_URL:
                self.choose_url()
            case _, camera if camera is not None:
                self.source.open_camera(camera)
        self._point_at_source()

    @Slot()
    def start_camera(self) -> None:
        """Show the camera that is chosen, or the first one."""
        cameras = self.source.cameras()
        if not cameras:
            self.message.emit("No camera found: plug one in, or open a video (Ctrl+Shift+O).")
            return
        chosen = self.sources.currentData()
        self.source.open_camera(chosen if chosen in cameras else cameras[0])

    @Slot()
    def choose_file(self) -> None:
        """Ask for a video file and play it."""
        settings = QSettings()
        patterns = " ".join(f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES))
        name, _ = QFileDialog.getOpenFileName(
            self, "Open a video", str(settings.value("live/folder", "")), f"Videos ({patterns});;All files (*)"
        )
        if name:
            settings.setValue("live/folder", str(Path(name).parent))
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Play a video file over and over."""
        self.source.open_file(path)

    @Slot()
    def choose_url(self) -> None:
        """Ask for the address of a stream, such as a phone's, and play it."""
        text, accepted = QInputDialog.getText(self, "Open a stream", "Address (http://… or rtsp://…):")
        if accepted and text.strip():
            self.source.open_url(QUrl.fromUserInput(text.strip()))

    @Slot()
    def stop(self) -> None:
        """Release the source."""
        self.source.close()
        self._result = None
        self._text_timer.stop()
        self._smoothed = Smoothed()
        self.canvas.clear()
        self.panel.number.clear()
        self.panel.faces.clear()
        self.panel.figures.clear()
        self.panel.bar.show_points(0)
        self.panel.hide()
        self.pages.setCurrentWidget(self.empty)
        self.stop_button.setEnabled(False)
        self._point_at_source()

    def close_source(self) -> None:
        """Release the source and end the scorer thread; for the end of the program."""
        self.stop()
        if self._live_scorer is not None:
            self._live_scorer.close()
            self._live_scorer = None

    @Slot(str)
    def _show_opened(self, name: str) -> None:
        self._smoothed, self._frames, self._scored = Smoothed(), Rate(), Rate()
        self.message.emit("")
        self._point_at_source()
        self.panel.show()
        self.pages.setCurrentWidget(self.canvas)
        self.canvas.clear()
        self.stop_button.setEnabled(True)
        self._text_timer.start()

    @Slot(str)
    def _show_failure(self, text: str) -> None:
        self.stop()
        self.message.emit(text)

    @Slot(object)
    def _take_frame(self, frame: Frame) -> None:
        if self._live_scorer is not None:
            self._live_scorer.offer(frame)
        self._frames.add(frame.arrived_s)
        self.canvas.show_image(frame.image)

    @Slot(object)
    def show_result(self, result: LiveResult) -> None:
        """Show a score, unless it is older than the one that is shown or its source is gone."""
        if not self.source.is_open or (self._result and result.frame.number < self._result.frame.number):
            return
        self._result = result
        now_s = time.perf_counter()
        self._scored.add(now_s)
        self._age_ms.add(1000 * (now_s - result.frame.arrived_s), now_s)
        self.panel.bar.show_points(self._smoothed.add(result.score.points, now_s))
        image = result.frame.image
        self.canvas.show_faces(result.faces.boxes_within((image.width(), image.height())))
        self.score_shown.emit(result)

    @Slot()
    def _refresh_text(self) -> None:
        points, result = self._smoothed.value, self._result
        if points is None or result is None:
            return
        fresh = time.perf_counter() - result.frame.arrived_s < STALE_S
        self.panel.number.setText(f"{points:.0f}" if fresh else "–")
        self.panel.number.setStyleSheet(f"color: {score_colour(points).name()}")
        self.panel.faces.setText(faces_in_words(len(result.faces)).capitalize())
        self.panel.figures.setText(
            f"{self._frames.per_second:.0f} frames/s · {self._scored.per_second:.0f} scored · "
            f"score {self._age_ms.value or 0:.0f} ms old"
        )

    def hideEvent(self, event: QHideEvent) -> None:
        # A camera that nobody looks at is off.
        self._camera_on_return = self.source.is_camera and not event.spontaneous()
        if not event.spontaneous():
            self.stop()

    def showEvent(self, event: QShowEvent) -> None:
        if self._camera_on_return:
            self._camera_on_return = False
            self.start_camera()
