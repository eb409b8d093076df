"""The parts of the album's photos that a map answers to most: nine of them, searched for once per model and album."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.lab.layers import Layers
from engine.lab.patches import KEPT, Patches, cut_patches, find_patches
from engine.pixels import Pixels
from engine.progress import Progress
from studio.jobs import JobSlot
from studio.qt_pictures import image_from_pixels

COLUMNS, SIDE = 3, 78


class HoodPatches(QWidget):
    """Nine places, and the search that fills them.

    Signals:
        photo_wanted: the path of the photo that a part is of.
        message: a sentence for people.
    """

    photo_wanted = Signal(object)
    message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: Layers | None = None
        self._paths: Sequence[Path] = ()
        self._searched: Sequence[Path] = ()
        self._found: tuple[Patches, ...] = ()
        self._stage = self._channel = 0
        self._model = ""
        self._shown: list[Path] = []
        self.jobs, self.cut_jobs = JobSlot(self), JobSlot(self)
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.places = [self._place(number) for number in range(KEPT)]
        self.search_button = QPushButton("Search the album")
        self.search_button.clicked.connect(self.search)
        self.progress = QProgressBar()
        self.progress.setFormat("%v of %m")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancel)
        grid, waiting, layout = QGridLayout(), QHBoxLayout(), QVBoxLayout(self)
        for number, place in enumerate(self.places):
            grid.addWidget(place, number // COLUMNS, number % COLUMNS)
        grid.setSpacing(4)
        waiting.addWidget(self.progress, 1)
        waiting.addWidget(self.cancel_button)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addLayout(grid)
        layout.addWidget(self.search_button)
        layout.addLayout(waiting)
        layout.addStretch(1)
        self._show_state()

    def _place(self, number: int) -> QToolButton:
        place = QToolButton()
        place.setIconSize(QSize(SIDE, SIDE))
        place.setFixedSize(SIDE + 6, SIDE + 6)
        place.setAutoRaise(True)
        place.clicked.connect(lambda: self._open(number))
        return place

    def use_layers(self, layers: Layers, model_sha256: str) -> None:
        """Search with these; what was found with another model says nothing of this one."""
        self._layers = layers
        if model_sha256 != self._model:
            self.jobs.cancel()
            self._model, self._found = model_sha256, ()
        self._show_state()

    def use_photos(self, paths: Sequence[Path]) -> None:
        """Search these from now on."""
        self._paths = paths
        self._show_state()

    def show_channel(self, stage: int, channel: int) -> None:
        """Show what this map answers to."""
        if (stage, channel) != (self._stage, self._channel):
            self._stage, self._channel = stage, channel
            self._cut()

    @property
    def pictures(self) -> int:
        """How many parts are shown."""
        return len(self._shown)

    # The search

    @Slot()
    def search(self) -> None:
        """Look through the album, for all maps at once."""
        layers, paths = self._layers, self._paths
        if layers is None or not paths:
            self.message.emit("Wait until the network is open." if paths else "Open a folder in the Album first.")
            return
        self._searched = paths

        def task() -> Iterator[Progress[tuple[Patches, ...]]]:
            yield from find_patches(layers, paths)

        self.jobs.start(task, progressed=self._take, completed=self._end, failed=self._fail)
        self.progress.setRange(0, 0)
        self._show_state()

    @Slot(object)
    def _take(self, step: Progress[tuple[Patches, ...]]) -> None:
        (self._found,) = step.results
        self.progress.setRange(0, step.total)
        self.progress.setValue(step.done)
        # What is shown so far is cut anew while the search goes on, not after each batch.
        if not self.cut_jobs.busy:
            self._cut()

    @Slot()
    def cancel(self) -> None:
        """Stop; what was found so far stays."""
        self.jobs.cancel()
        self._end()

    @Slot()
    def _end(self) -> None:
        self._show_state()
        self._cut()

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._show_state()
        self.message.emit(text)

    def _show_state(self) -> None:
        busy = self.jobs.busy
        for widget in (self.progress, self.cancel_button):
            widget.setVisible(busy)
        for place in self.places:
            place.setVisible(bool(self._found))
        fresh = bool(self._found) and self._searched == self._paths
        self.search_button.setVisible(not busy and not fresh)
        if self._found or busy:
            self.title.setText("What this map answers to most, in the album, as far as one of its points sees:")
        else:
            self.title.setText(f"Which parts of the album's {len(self._paths):,} photos does this map answer to most?")

    # The parts

    def _cut(self) -> None:
        layers, found, paths = self._layers, self._found, self._searched
        stage, channel = self._stage, self._channel
        if layers is None or not found:
            return

        def task() -> Iterator[Progress[list[tuple[Path, Pixels]]]]:
            yield Progress(1, 1, "", (cut_patches(found[stage], layers.stages[stage], channel, paths),))

        self.cut_jobs.start(task, progressed=self._show_parts, completed=lambda: None, failed=self.message.emit)

    @Slot(object)
    def _show_parts(self, step: Progress[list[tuple[Path, Pixels]]]) -> None:
        (parts,) = step.results
        self._shown = [path for path, _ in parts]
        for number, place in enumerate(self.places):
            place.setVisible(True)
            place.setIcon(QIcon(QPixmap.fromImage(_enlarged(parts[number][1]))) if number < len(parts) else QIcon())
            place.setToolTip(parts[number][0].name if number < len(parts) else "")

    def _open(self, number: int) -> None:
        if number < len(self._shown):
            self.photo_wanted.emit(self._shown[number])

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self.jobs.close()
        self.cut_jobs.close()


def _enlarged(part: Pixels) -> QImage:
    """A part as large as its place; of a few pixels each is seen."""
    mode = (
        Qt.TransformationMode.FastTransformation if len(part) < SIDE / 3 else Qt.TransformationMode.SmoothTransformation
    )
    return image_from_pixels(part.copy()).scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio, mode)
