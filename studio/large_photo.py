"""One photo of the album, large, with its score and its faces."""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.album import PhotoRow
from engine.catalogue import Catalogue, ContentRecord, Mark
from engine.pictures import Picture, load_picture
from engine.progress import Progress
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

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._open_catalogue = open_catalogue
        self._photo: PhotoRow | None = None
        self.jobs = JobSlot(self)
        self.canvas = PhotoCanvas()
        self.score = QLabel("–")
        large_font(self.score, 40, bold=True)
        self.text = ElidedLabel()
        self.mark = QLabel()
        bar = QHBoxLayout()
        for label, action in (("‹ All photos", self.back_wanted.emit), ("Crop", self._want_crop)):
            button = QPushButton(label)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(action)
            bar.addWidget(button)
        bar.addSpacing(12)
        bar.addWidget(self.score)
        bar.addWidget(self.text, 1)
        bar.addWidget(self.mark)
        bar.addSpacing(12)
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

    def show_photo(self, photo: PhotoRow, rank: int, count: int) -> None:
        """Show a photo; its picture follows once it is decoded."""
        self._photo = photo
        self.text.setToolTip(str(photo.path))
        self.canvas.clear()
        self.jobs.cancel()
        self.show_mark(photo.mark)
        if photo.points is None:
            self.score.setText("–")
            self.text.setText(f"{photo.path.name} · {photo.error}")
            return
        self.score.setText(f"{photo.points:.0f}")
        self.score.setStyleSheet(f"color: {score_colour(photo.points).name()}")
        width, height = photo.size_wh
        faces = faces_in_words(photo.faces)
        self.text.setText(f"{photo.path.name} · {rank} of {count} · {faces} · {width} x {height}")

        def task() -> Iterator[Progress[Picture | ContentRecord]]:
            yield Progress(1, 2, "", (load_picture(photo.path, SHOWN_LONG_SIDE),))
            with self._open_catalogue() as catalogue:
                if found := catalogue.recall_content(photo.content):
                    yield Progress(2, 2, "", (found[1],))

        self.jobs.start(task, progressed=self._take, completed=lambda: None, failed=self.message.emit)

    def show_mark(self, mark: Mark) -> None:
        """Show what a person said of the photo."""
        pick = "✕ rejected" if mark.is_rejected else "✓ picked" if mark.pick > 0 else ""
        stars = "★" * max(mark.stars or 0, 0)
        if stars and mark.by_score:
            stars += " by score"
        self.mark.setText("   ".join(part for part in (pick, stars) if part))

    @Slot(object)
    def _take(self, progress: Progress[Picture | ContentRecord]) -> None:
        match progress.results[0]:
            case Picture(pixels, full_size_wh):
                self.canvas.show_image(image_from_pixels(pixels), full_size_wh)
            case ContentRecord(size_wh, _, faces):
                self.canvas.show_faces(faces.boxes_within(size_wh))

    def _want_step(self, rows: int) -> None:
        self.step_wanted.emit(rows)

    def _want_crop(self) -> None:
        if self._photo is not None:
            self.crop_wanted.emit(self._photo.path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS:
            self.step_wanted.emit(STEPS[key])
        elif key == Qt.Key.Key_Escape:
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)
