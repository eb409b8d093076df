"""One photo of the album, large, with its score and its faces."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.pictures import Picture, load_picture
from engine.progress import Progress
from engine.scan import ScoredPhoto
from studio.elided_label import ElidedLabel
from studio.jobs import JobSlot
from studio.photo_canvas import PhotoCanvas
from studio.qt_pictures import image_from_pixels
from studio.theme import large_font, score_colour
from studio.wording import faces_in_words

# Sharp on a 4K screen, and a twelfth of a second to decode.
SHOWN_LONG_SIDE = 2048
STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Space: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backspace: -1,
}


class LargePhoto(QWidget):
    """A photo and what is known of it.

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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._photo: ScoredPhoto | None = None
        self.jobs = JobSlot(self)
        self.canvas = PhotoCanvas()
        self.score = QLabel("–")
        large_font(self.score, 40, bold=True)
        self.text = ElidedLabel()
        bar = QHBoxLayout()
        for label, action in (("‹ All photos", self.back_wanted.emit), ("Crop", self._want_crop)):
            button = QPushButton(label)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(action)
            bar.addWidget(button)
        bar.addSpacing(12)
        bar.addWidget(self.score)
        bar.addWidget(self.text, 1)
        for label, rows, tip in (("‹", -1, "Previous (Left)"), ("›", 1, "Next (Right)")):
            button = QPushButton(label)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setToolTip(tip)
            button.clicked.connect(partial(self._want_step, rows))
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(self.canvas, 1)

    def show_photo(self, photo: ScoredPhoto, rank: int, count: int) -> None:
        """Show a photo; its picture follows once it is decoded."""
        self._photo = photo
        self.text.setToolTip(str(photo.path))
        self.canvas.clear()
        self.jobs.cancel()
        if photo.score is None:
            self.score.setText("–")
            self.text.setText(f"{photo.path.name} · {photo.error}")
            return
        self.score.setText(f"{photo.score.points:.0f}")
        self.score.setStyleSheet(f"color: {score_colour(photo.score.points).name()}")
        faces = faces_in_words(len(photo.faces))
        assert photo.size_wh is not None
        self.text.setText(f"{photo.path.name} · {rank} of {count} · {faces} · {photo.size_wh[0]} x {photo.size_wh[1]}")

        def task() -> Iterator[Progress[Picture]]:
            yield Progress(1, 1, "", (load_picture(photo.path, SHOWN_LONG_SIDE),))

        self.jobs.start(task, progressed=self._show_picture, completed=lambda: None, failed=self.message.emit)

    @Slot(object)
    def _show_picture(self, progress: Progress[Picture]) -> None:
        picture = progress.results[0]
        assert self._photo is not None
        self.canvas.show_image(image_from_pixels(picture.pixels), picture.full_size_wh)
        self.canvas.show_faces(self._photo.faces.boxes_within(picture.full_size_wh))

    def _want_step(self, rows: int) -> None:
        self.step_wanted.emit(rows)

    def _want_crop(self) -> None:
        if self._photo is not None:
            self.crop_wanted.emit(self._photo.path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS:
            self.step_wanted.emit(STEPS[key])
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.back_wanted.emit()
        elif key == Qt.Key.Key_C:
            self._want_crop()
        else:
            super().keyPressEvent(event)
