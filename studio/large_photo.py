"""One photo of the album, large: to be looked at closely, and asked why it scores as it does."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.album import PhotoRow
from engine.catalogue import Catalogue, ContentRecord, Mark
from engine.faces import PHOTO_LONG_SIDE
from engine.pictures import load_picture
from engine.progress import Progress
from engine.saliency import Saliency, find_saliency
from engine.scoring import Scorer, score_from_logit
from studio.decoded_photos import DecodedPhotos
from studio.elided_label import ElidedLabel
from studio.jobs import JobSlot
from studio.mark_bar import MarkBar
from studio.own_keys import OwnKeys
from studio.saliency_overlay import FAINT, overlay_image, softened, strongest
from studio.score_badge import ScoreBadge
from studio.stack_choice import why_chosen
from studio.toggle import Toggle
from studio.why_panel import WhyPanel
from studio.wording import faces_in_words, on_one_line
from studio.zoom_canvas import FACTOR_PER_NOTCH, ZoomCanvas

# For the map: as the album scored the photo.
MAP_LONG_SIDE = PHOTO_LONG_SIDE
ARROW_WIDTH = 40
STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Space: 1,
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backspace: -1,
    Qt.Key.Key_PageUp: -1,
}


class LargePhoto(OwnKeys):
    """A photo and what is known of it.

    Attributes:
        marks: what a person says of the photo, and can do with it.
        jobs: what is read of the photo.
        map_jobs: what computes its map.

    Signals:
        step_wanted: 1 for the next photo, -1 for the one before.
        back_wanted: back to the grid.
        crop_wanted: the path of the photo.
        message: a sentence for people.
    """

    step_wanted = Signal(int)
    back_wanted = Signal()
    crop_wanted = Signal(object)
    message = Signal(str)

    def __init__(
        self, open_catalogue: Callable[[], Catalogue], decoded: DecodedPhotos, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._open_catalogue = open_catalogue
        self._decoded = decoded
        decoded.arrived.connect(self._show_picture)
        decoded.failed.connect(self._say_failure)
        self._photo: PhotoRow | None = None
        self._scorer: Scorer | None = None
        self._opacity = FAINT
        self.jobs = JobSlot(self)
        self.map_jobs = JobSlot(self)
        self._keys: dict[Qt.Key, Callable[[], None]] = {
            **{key: partial(self._want_step, places) for key, places in STEPS.items()},
            Qt.Key.Key_I: lambda: self.why.toggle(),
            Qt.Key.Key_M: self.toggle_map,
            Qt.Key.Key_O: lambda: self.panel.strong.toggle(),
            Qt.Key.Key_Z: lambda: self.canvas.toggle_full_size(),
            Qt.Key.Key_Plus: partial(self._zoom_by, FACTOR_PER_NOTCH),
            Qt.Key.Key_Minus: partial(self._zoom_by, 1 / FACTOR_PER_NOTCH),
            Qt.Key.Key_Escape: self.back_wanted.emit,
        }
        self._build()

    def _build(self) -> None:
        self.canvas = ZoomCanvas()
        self.canvas.zoomed.connect(self._show_zoom)
        self.canvas.resized.connect(self._show_zoom)
        self.canvas.detail_wanted.connect(self._want_detail)
        self.score = ScoreBadge(30)
        self.text = ElidedLabel()
        self.marks = MarkBar()
        self.marks.crop_wanted.connect(self._want_crop)
        self.panel = WhyPanel()
        self.panel.hide()
        self.panel.map_wanted.connect(self._show_map)
        self.panel.opacity_changed.connect(self._use_opacity)
        self.panel.cancelled.connect(self._cancel_map)
        self.why = Toggle("Why")
        self.why.setToolTip("Why this score (I)")
        self.why.toggled.connect(self.panel.setVisible)
        self.zoom_button = QPushButton("Fit")
        self.zoom_button.setToolTip("Single pixels, or all of the photo (Z, or a double click); the wheel zooms")
        self.zoom_button.clicked.connect(lambda: self.canvas.toggle_full_size((0.0, 0.0)))
        self.zoom_button.setFixedWidth(self.zoom_button.fontMetrics().horizontalAdvance("1000 %") + 24)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._bar())
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self.canvas, 1)
        below.addWidget(self.panel)
        layout.addLayout(below, 1)
        layout.addWidget(self.marks)

    def _bar(self) -> QHBoxLayout:
        back = _button("‹ All photos", "Back to the grid (Esc)", self.back_wanted.emit)
        previous = _button("‹", "Previous (Left)", partial(self._want_step, -1))
        following = _button("›", "Next (Right)", partial(self._want_step, 1))
        for arrow in (previous, following):
            arrow.setFixedWidth(ARROW_WIDTH)
        self.why.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.zoom_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar = QHBoxLayout()
        left: Sequence[QWidget] = (back, self.score, self.text)
        right: Sequence[QWidget] = (self.why, self.zoom_button, previous, following)
        for widget in (*left, *right):
            bar.addWidget(widget, 1 if widget is self.text else 0)
        for before in (self.score, self.why):
            bar.insertSpacing(bar.indexOf(before), 8)
        return bar

    # The photo

    @property
    def path(self) -> Path | None:
        """Of the photo that is shown, or was last."""
        return self._photo.path if self._photo is not None else None

    def use_scorer(self, scorer: Scorer) -> None:
        """Ask this model what counts."""
        self._scorer = scorer

    def show_photo(
        self,
        photo: PhotoRow,
        rank: int,
        count: int,
        neighbours: Sequence[Path] = (),
        stack: Sequence[PhotoRow] = (),
    ) -> None:
        """Show a photo, at once if it is decoded.

        Args:
            photo: to show.
            rank: its place in the album, from 1.
            count: of photos in the album.
            neighbours: those that may be wanted next, decoded beforehand.
            stack: the photos that are alike, itself among them, best first; empty where it stands alone.
        """
        self._photo = photo
        self.canvas.clear()
        self.jobs.cancel()
        self.map_jobs.cancel()
        self.panel.clear()
        self._show_zoom()
        self.show_mark(photo.mark)
        self.score.show_points(photo.points, older_model=photo.older_model)
        self.text.setToolTip(str(photo.path))
        if photo.points is None:
            self.text.setText(f"{photo.path.name} · {photo.error}")
            self.marks.setEnabled(False)
            self.panel.show_record(None)
            self._decoded.want(neighbours)
            return
        self.marks.setEnabled(True)
        width, height = photo.size_wh
        faces = faces_in_words(photo.faces)
        name = on_one_line(photo.path.name)
        self.text.setText(f"{rank:,} of {count:,} · {name} · {faces} · {width} x {height}")
        self._decoded.want([photo.path, *neighbours])
        if decoded := self._decoded.get_or_thumbnail(photo.path, photo.size_wh):
            self.canvas.show_photo(decoded)

        def task() -> Iterator[Progress[ContentRecord | None]]:
            with self._open_catalogue() as catalogue:
                found = catalogue.recall_content(photo.content)
                choice = why_chosen(photo, stack, catalogue)
            yield Progress(1, 1, choice, (found[1] if found else None,))

        self.jobs.start(task, progressed=self._take_record, completed=lambda: None, failed=self.message.emit)

    def show_mark(self, mark: Mark) -> None:
        """Show what a person said of the photo."""
        self.marks.show_mark(mark)

    @Slot(object)
    def _show_picture(self, path: Path) -> None:
        if self._photo is not None and path == self._photo.path and (decoded := self._decoded.get(path)):
            self.canvas.show_photo(decoded)
            self._show_zoom()

    @Slot(object, str)
    def _say_failure(self, path: Path, text: str) -> None:
        if self._photo is not None and path == self._photo.path and self.isVisible():
            self.message.emit(text)

    @Slot(object)
    def _take_record(self, progress: Progress[ContentRecord | None]) -> None:
        record = progress.results[0]
        self.panel.show_record(record, progress.note)
        if record:
            self.canvas.show_faces(record.faces.boxes_within(record.size_wh))

    @Slot()
    def _want_detail(self) -> None:
        if self._photo is not None:
            self._decoded.want_detail(self._photo.path)

    @Slot()
    def _show_zoom(self) -> None:
        fitted = self.canvas.image.isNull() or abs(self.canvas.zoom.factor - 1) < 1e-6
        self.zoom_button.setText("Fit" if fitted else f"{100 * self.canvas.screen_pixels:.0f} %")

    def _zoom_by(self, ratio: float) -> None:
        self.canvas.zoom_about((0.0, 0.0), self.canvas.zoom.factor * ratio)

    # The map

    @Slot()
    def toggle_map(self) -> None:
        """Show what counts where, with its legend; or the photo alone."""
        self.why.setChecked(True)
        self.panel.map_toggle.toggle()

    @Slot(bool)
    def _show_map(self, wanted: bool) -> None:
        if not wanted:
            self._cancel_map()
        elif self._photo is None or self._photo.points is None or self._scorer is None:
            self.panel.map_toggle.setChecked(False)
            self.message.emit("There is no score to explain yet.")
        else:
            self._begin_map(self._photo.path, self._scorer)

    def _begin_map(self, path: Path, scorer: Scorer) -> None:
        def task() -> Iterator[Progress[Saliency]]:
            yield from find_saliency(load_picture(path, MAP_LONG_SIDE).pixels, scorer)

        self.panel.show_progress(Progress(0, 0))
        self.map_jobs.start(task, progressed=self._take_map, completed=lambda: None, failed=self._say_no_map)

    @Slot(object)
    def _take_map(self, progress: Progress[Saliency]) -> None:
        self.panel.show_progress(progress)
        for found in progress.results:
            assert self._photo is not None
            assert self._scorer is not None
            lifts = softened(found.lifts)
            self.canvas.show_overlay(overlay_image(lifts, self._photo.size_wh), self._opacity)
            # A logit is worth more points in the middle of the scale than at its ends.
            most, logit = strongest(lifts), found.logit
            below, here, above = (
                score_from_logit(each, self._scorer.card).points for each in (logit - most, logit, logit + most)
            )
            self.panel.show_legend(above - here, here - below)

    @Slot(str)
    def _say_no_map(self, text: str) -> None:
        self.panel.map_toggle.setChecked(False)
        self.message.emit(text)

    @Slot()
    def _cancel_map(self) -> None:
        self.map_jobs.cancel()
        self.canvas.show_overlay(QImage())
        self.panel.end_progress()
        self.panel.map_toggle.setChecked(False)

    @Slot(float)
    def _use_opacity(self, opacity: float) -> None:
        self._opacity = opacity
        self.canvas.show_overlay(self.canvas.overlay, opacity)

    # Keys

    def _want_step(self, places: int) -> None:
        self.step_wanted.emit(places)

    def _want_crop(self) -> None:
        if self._photo is not None:
            self.crop_wanted.emit(self._photo.path)

    def is_own(self, event: QKeyEvent) -> bool:
        others = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        return not others and event.key() in self._keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.is_own(event):
            super().keyPressEvent(event)
        elif not self.canvas.move_by_key(event):
            self._keys[Qt.Key(event.key())]()

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self.jobs.close()
        self.map_jobs.close()


def _button(text: str, tip: str, action: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(action)
    return button
