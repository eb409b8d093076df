"""The Live room: the mirrored picture and its score, one hint at a time, and the best frames kept."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.coaching import Gains
from engine.frame_facts import FrameFacts
from engine.hints import Adviser, Hint
from engine.scoring import Scorer
from studio.camera import Frame, FrameSource
from studio.capture_bar import CaptureBar
from studio.empty_state import EmptyState
from studio.filmstrip import Filmstrip
from studio.keeper import Keeper, Kept
from studio.live_canvas import LiveCanvas
from studio.live_figures import LiveFigures
from studio.live_notice import Notice
from studio.live_pictures import PictureMaker
from studio.live_scorer import LiveResult, LiveScorer
from studio.qt_pictures import image_from_pixels
from studio.score_panel import PANEL_SHARE, PICTURE_SHARE, ScorePanel
from studio.shutter import Shutter
from studio.source_bar import SourceBar

if TYPE_CHECKING:
    from studio.hint_voice import HintVoice

# Digits that change faster than this cannot be read.
TEXT_PERIOD_MS = 250
# A score older than this says nothing of what is in front of the camera.
STALE_S = 1.5


class LiveRoom(QWidget):
    """Shows a source, scores it, says what would make it better, and keeps the best of it.

    Signals:
        message: a sentence for people.
        score_shown: a `LiveResult` whose score is now on the screen.
        moves_tried: the `Gains` of a round of coaching.
        crop_wanted: the path of a kept photo to crop.
        album_wanted: the path of a kept photo to show among the others of its folder.
    """

    message = Signal(str)
    score_shown = Signal(object)
    moves_tried = Signal(object)
    crop_wanted = Signal(object)
    album_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = FrameSource(self)
        self.source.frame_ready.connect(self._take_frame)
        self.source.opened.connect(self._show_opened)
        self.source.failed.connect(self._show_failure)
        self.source.interrupted.connect(self.message)
        self.shutter = Shutter(self)
        self.keeper = Keeper(self)
        self.figures = LiveFigures()
        self._scorer: Scorer | None = None
        self._live_scorer: LiveScorer | None = None
        self._pictures: PictureMaker | None = None
        self._voice: HintVoice | None = None
        self._adviser = Adviser()
        self._result: LiveResult | None = None
        self._opened_after = 0
        self._camera_on_return = False
        self._video_on_return: QUrl | None = None
        self._build()
        self._connect()
        self._text_timer = QTimer(self, interval=TEXT_PERIOD_MS)
        self._text_timer.timeout.connect(self._refresh_text)

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.canvas = LiveCanvas()
        self.panel = ScorePanel()
        self.filmstrip = Filmstrip()
        self.filmstrip.hide()
        self.bar = CaptureBar()
        self.source_bar = SourceBar(self.source)
        self.empty = EmptyState("", "", {"Start camera": self.start_camera, "Open a video…": self.choose_file})
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.canvas)
        body = QHBoxLayout()
        body.addWidget(self.pages, PICTURE_SHARE)
        body.addWidget(self.panel, PANEL_SHARE)
        layout = QVBoxLayout(self)
        layout.addWidget(self.source_bar)
        layout.addLayout(body, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.filmstrip)
        for widget in (self.panel, self.bar):
            widget.hide()
        self.notice = Notice(self)
        self.pages.installEventFilter(self)

    def _connect(self) -> None:
        self.message.connect(self._show_notice)
        self.source_bar.message.connect(self.message)
        self.source_bar.stop_wanted.connect(self.stop)
        self.source_bar.cameras_listed.connect(self._invite)
        self.source_bar.list_cameras()
        self.canvas.resized.connect(self._fit_pictures)
        self.bar.keep_pressed.connect(self.shutter.begin)
        self.bar.keep_released.connect(self.shutter.end)
        self.bar.timer_wanted.connect(self.shutter.count_down)
        self.bar.auto_changed.connect(self.shutter.watch)
        self.bar.threshold.lineEdit().returnPressed.connect(self.setFocus)
        self.bar.guide_changed.connect(self.canvas.show_guide)
        self.bar.hints_changed.connect(self._use_hints)
        self.bar.voice_changed.connect(self._use_voice)
        self.bar.figures_changed.connect(self._refresh_figures)
        self.canvas.show_guide(self.bar.guide.isChecked())
        self.shutter.counted.connect(self._show_countdown)
        self.shutter.recording_changed.connect(self._show_recording)
        self.shutter.moment_ended.connect(self.keeper.keep)
        self.keeper.kept.connect(self._show_kept)
        self.keeper.taken_back.connect(self._forget_kept)
        self.keeper.message.connect(self.message)
        self.filmstrip.open_wanted.connect(self.crop_wanted)
        self.filmstrip.album_wanted.connect(self.album_wanted)
        self.filmstrip.remove_wanted.connect(self.keeper.take_back)
        for key, button in (
            ("T", self.bar.timer),
            ("A", self.bar.auto),
            ("G", self.bar.guide),
            ("H", self.bar.hints),
            ("V", self.bar.voice),
            ("N", self.bar.figures),
        ):
            self._add_key(key, button.toolTip().removesuffix(f" ({key})"), button.click)
        self._add_key("Esc", "Cancel the countdown, or what is being kept", self.shutter.cancel)

    def _add_key(self, keys: str, what: str, action: object) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setWhatsThis(f"Live: {what}")
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(action)

    # The source

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on."""
        self._scorer = scorer
        self.keeper.model = scorer.card.name
        self.figures.runtime = scorer.runtime.name
        if self.source.is_open:
            self._start_threads()

    def _start_threads(self) -> None:
        """The threads between the source and the screen live as long as a source is open."""
        if self._scorer is None or self._live_scorer is not None:
            return
        scorer = LiveScorer(self._scorer, self)
        scorer.coaching, scorer.keeping = self.bar.hints.isChecked(), self.shutter.recording
        scorer.frame_scored.connect(self.show_result)
        scorer.facts_measured.connect(self._hear_facts)
        scorer.moves_tried.connect(self._hear_moves)
        scorer.scene_changed.connect(self._begin_advice)
        scorer.failed.connect(self.message)
        self._live_scorer = scorer
        if self._pictures is not None:
            self._pictures.score = scorer.offer

    def _start_pictures(self) -> None:
        if self._pictures is None:
            self._pictures = PictureMaker(self)
            self._pictures.picture_ready.connect(self._show_picture)
            self._pictures.failed.connect(self.message)
            ratio = self.canvas.devicePixelRatio()
            self._fit_pictures(round(self.canvas.width() * ratio), round(self.canvas.height() * ratio))

    def _stop_threads(self) -> None:
        for worker in (self._pictures, self._live_scorer):
            if worker is not None:
                worker.close()
                worker.deleteLater()
        self._pictures = self._live_scorer = None

    @Slot(int, int)
    def _fit_pictures(self, width: int, height: int) -> None:
        if self._pictures is not None and width and height:
            self._pictures.fit((width, height))

    @Slot(bool)
    def _invite(self, cameras: bool) -> None:
        """What the empty room says."""
        self.empty.buttons["Start camera"].setVisible(cameras)
        if cameras:
            self.empty.title.setText("Ready when you are")
            self.empty.text.setText("The picture stays on this machine. Only what you keep is saved.")
        else:
            self.empty.title.setText("No camera found")
            self.empty.text.setText("Plug one in and it appears here by itself, or open a video of a face instead.")

    def start_camera(self) -> None:
        """Start the chosen camera, or the first one."""
        self.source_bar.start_camera()

    def choose_file(self) -> None:
        """Ask for a video file and play it."""
        self.source_bar.choose_file()

    def choose_url(self) -> None:
        """Ask for the address of a stream and play it."""
        self.source_bar.choose_url()

    def open_file(self, path: Path) -> None:
        """Play a video file over and over."""
        self.source.open_file(path)

    @Slot()
    def stop(self) -> None:
        """Release the source; what was being kept is kept."""
        self.shutter.conclude()
        self.source.close()
        self._stop_threads()
        self._result = None
        self._text_timer.stop()
        self.canvas.clear()
        self.panel.clear()
        self.panel.hide()
        self.bar.hide()
        self.pages.setCurrentWidget(self.empty)
        self.source_bar.point_at_source()

    def close_source(self) -> None:
        """Release the source and finish what is being saved; for the end of the program."""
        self.stop()
        self.keeper.close()

    @Slot(str)
    def _show_opened(self, name: str) -> None:
        self.panel.clear()
        self.figures.restart()
        self._adviser = Adviser()
        self._result, self._opened_after = None, self.source.delivered
        self.message.emit("")
        self.source_bar.point_at_source()
        self.panel.show()
        self.bar.show()
        self.pages.setCurrentWidget(self.canvas)
        self.canvas.clear()
        self._start_pictures()
        self._start_threads()
        self._text_timer.start()
        self.setFocus()

    @Slot(str)
    def _show_failure(self, text: str) -> None:
        self.stop()
        self.message.emit(text)

    # Pictures and scores

    @Slot(object)
    def _take_frame(self, frame: Frame) -> None:
        self.figures.count_frame(frame.arrived_s)
        if self._pictures is not None:
            self._pictures.offer(frame)

    @Slot()
    def _show_picture(self) -> None:
        picture = self._pictures.shown.take_now() if self._pictures is not None else None
        if picture is not None and self.source.is_open and picture.number > self._opened_after:
            self.canvas.show_picture(picture)

    @Slot(object)
    def show_result(self, result: LiveResult) -> None:
        """Show a score, unless it is older than the one that is shown or its source is gone."""
        newest = self._result.picture.number if self._result else self._opened_after
        if not self.source.is_open or result.picture.number <= newest:
            return
        self._result = result
        now_s = time.perf_counter()
        steady = self.panel.add(result.score.points, now_s)
        self.shutter.see(result, steady)
        self.canvas.show_faces(result.faces.boxes_within(result.picture.size_wh))
        if self.notice.isVisible():
            self._place_notice()
        self.figures.count_score(result.picture.arrived_s, now_s)
        self.score_shown.emit(result)

    @Slot()
    def _refresh_text(self) -> None:
        if self._result is None:
            return
        fresh = time.perf_counter() - self._result.picture.arrived_s < STALE_S
        self.panel.refresh_text(len(self._result.faces), fresh=fresh)
        if not fresh:
            self._show_hint(None)
        self._refresh_figures()

    @Slot()
    def _refresh_figures(self) -> None:
        self.canvas.show_figures(self.figures.text() if self.bar.figures.isChecked() else "")

    @Slot(str)
    def _show_notice(self, text: str) -> None:
        self._place_notice()
        self.notice.say(text)

    def _place_notice(self) -> None:
        faces = [self.canvas.mapTo(self, middle) for middle in self.canvas.face_middles()]
        self.notice.give_way(self.pages.geometry(), faces)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:  # of the pages, as the panel beside them comes and goes
            self._place_notice()
        return False

    # Hints

    @Slot(object)
    def _hear_facts(self, facts: FrameFacts) -> None:
        self._show_hint(self._adviser.see_facts(facts, time.perf_counter()))

    @Slot(object)
    def _hear_moves(self, gains: Gains) -> None:
        self._show_hint(self._adviser.see_gains(gains, time.perf_counter()))
        self.figures.count_round(time.perf_counter())
        self.moves_tried.emit(gains)

    def _show_hint(self, hint: Hint | None) -> None:
        hint = hint if self.bar.hints.isChecked() and self.source.is_open else None
        if hint != self.canvas.hint:
            self.canvas.show_hint(hint)
        if self._voice is not None and self.bar.voice.isChecked():
            self._voice.say(hint, time.perf_counter())

    @Slot(bool)
    def _use_hints(self, wanted: bool) -> None:
        if self._live_scorer is not None:
            self._live_scorer.coaching = wanted
        self._begin_advice()

    @Slot()
    def _begin_advice(self) -> None:
        """Another scene: what was said of the one before helps nobody."""
        self._adviser = Adviser()
        self._show_hint(None)

    @Slot(bool)
    def _use_voice(self, wanted: bool) -> None:
        if not wanted:
            if self._voice is not None:
                self._voice.stop()
            return
        from studio.hint_voice import HintVoice  # hardly anyone's, and it looks for a voice when it is loaded

        self._voice = self._voice or HintVoice(self)
        if not self._voice.works:
            self.bar.voice.setChecked(False)
            self.message.emit("This system has no voice: on Linux, install speech-dispatcher.")

    # Keeping

    @Slot(int)
    def _show_countdown(self, seconds: int) -> None:
        self.canvas.show_countdown(seconds)
        self.bar.show_counting(seconds > 0)

    @Slot(bool)
    def _show_recording(self, recording: bool) -> None:
        self.canvas.show_recording(recording)
        if self._live_scorer is not None:
            self._live_scorer.keeping = recording

    @Slot(object)
    def _show_kept(self, kept: Kept) -> None:
        self.filmstrip.add(kept.path, image_from_pixels(kept.thumbnail), kept.points)
        self.filmstrip.show()

    @Slot(object)
    def _forget_kept(self, path: Path) -> None:
        self.filmstrip.remove(path)
        self.filmstrip.setVisible(not self.filmstrip.is_empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.source.is_open:
            if not event.isAutoRepeat():
                self.shutter.begin()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.shutter.end()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # A key that is let go elsewhere is never heard of.
        self.shutter.end()

    def video_on_return(self) -> QUrl | None:
        """The video that is played again once this room is shown; None where there is none."""
        return self._video_on_return

    def hideEvent(self, event: QHideEvent) -> None:
        # A camera that nobody looks at is off, and comes back with its room.
        if not event.spontaneous():
            self._camera_on_return, self._video_on_return = self.source.is_camera, self.source.address
            self.stop()

    def showEvent(self, event: QShowEvent) -> None:
        camera, video = self._camera_on_return, self._video_on_return
        self._camera_on_return, self._video_on_return = False, None
        if camera:
            self.start_camera()
        elif video is not None:
            self.source.open_url(video, video.fileName() if video.isLocalFile() else None)
