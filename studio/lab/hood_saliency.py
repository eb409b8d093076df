"""What the score of a picture hangs on, as colours over it."""

from collections.abc import Iterator

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from engine.pixels import Pixels
from engine.progress import Progress
from engine.saliency import Saliency, find_saliency
from engine.scoring import Scorer, score_from_logit
from studio.jobs import JobSlot
from studio.photo_canvas import PhotoCanvas
from studio.qt_pictures import image_from_pixels
from studio.saliency_overlay import Legend, overlay_image, softened, strongest

# Between what hides the photo and what is hardly seen.
OPACITY = 0.65


class SaliencyCanvas(PhotoCanvas):
    """A picture with its map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours = QImage()

    def draw_over(self, painter: QPainter) -> None:
        painter.setOpacity(OPACITY)
        painter.drawImage(self.picture_rect(), self.colours)


class HoodSaliency(QWidget):
    """The picture, its map, and what the colours mean.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.jobs = JobSlot(self)
        self._scorer: Scorer | None = None
        self._picture: Pixels | None = None
        self.canvas, self.legend, self.progress = SaliencyCanvas(), Legend(), QProgressBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.legend)

    def use_scorer(self, scorer: Scorer) -> None:
        self._scorer, self._picture = scorer, None

    def show_picture(self, picture: Pixels) -> None:
        """Find and show what counts in this picture, unless it is shown already."""
        scorer = self._scorer
        if scorer is None or picture is self._picture:
            return
        self._picture = picture
        self.canvas.colours = QImage()
        self.canvas.show_image(image_from_pixels(picture))
        self.legend.hide()
        self.progress.show()

        def task() -> Iterator[Progress[Saliency]]:
            yield from find_saliency(picture, scorer)

        self.jobs.start(task, progressed=self._take, completed=lambda: None, failed=self.message.emit)

    @Slot(object)
    def _take(self, step: Progress[Saliency]) -> None:
        self.progress.setRange(0, step.total)
        self.progress.setValue(step.done)
        for saliency in step.results:
            assert self._scorer is not None
            lifts = softened(saliency.lifts)
            self.canvas.colours = overlay_image(lifts, (lifts.shape[1], lifts.shape[0]))
            self.canvas.update()
            # A logit is worth more points in the middle of the scale than at its ends.
            most, logit = strongest(lifts), saliency.logit
            below, here, above = (
                score_from_logit(each, self._scorer.card).points for each in (logit - most, logit, logit + most)
            )
            self.legend.show_scale(above - here, here - below)
            self.legend.show()
            self.progress.hide()

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self.jobs.close()
