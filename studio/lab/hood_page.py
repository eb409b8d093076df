"""What the layers of the network see in a photo or in the live picture."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.catalogue import Catalogue
from engine.faces import PHOTO_LONG_SIDE
from engine.lab.hood_file import write_hood
from engine.lab.layer_pictures import filter_pictures, grid_for, large, tiled
from engine.lab.layer_words import (
    FILTERS_CAPTION,
    FILTERS_NAME,
    SALIENCY_CAPTION,
    SALIENCY_NAME,
    stage_caption,
    stage_name,
)
from engine.lab.layers import Layers
from engine.lab.photos import LabPhotos
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.progress import Progress
from engine.scoring import Scorer
from studio.camera import Frame
from studio.elided_label import ElidedLabel
from studio.jobs import JobSlot
from studio.lab.hood_grid import LayerGrid
from studio.lab.hood_live import LiveButton
from studio.lab.hood_patches import HoodPatches
from studio.lab.hood_saliency import HoodSaliency
from studio.lab.hood_watcher import LayerWatcher, Look, View
from studio.lab.page import LabPage
from studio.lab.saving import PageSaver
from studio.qt_pictures import image_from_pixels
from studio.task_strip import TaskStrip

LIST_WIDTH, SIDE_WIDTH, LARGE_SIDE = 160, 274, 260
FILTER_GAP, BACKDROP_RGB = 3, (23, 25, 28)
# One more than the longest caption takes in a window of 1280 pixels.
CAPTION_LINES = 4


class HoodPage(LabPage):
    """The stages on the left, all maps of one in the middle, one map large on the right and what it answers to."""

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(open_catalogue, parent)
        self._scorer: Scorer | None = None
        self._watcher: LayerWatcher | None = None
        self._layers: Layers | None = None
        self._look: Look | None = None
        self._path: Path | None = None
        self._picture: Pixels | None = None
        self.photo_jobs = JobSlot(self)
        self._build()
        self._lay_out()

    def _build(self) -> None:
        self.list = QListWidget()
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._turn_to)
        self.title = ElidedLabel("Choose a photo, or look at the live picture")
        self.open_button = QPushButton("Open photo…")
        self.open_button.clicked.connect(self.choose_photo)
        self.live = LiveButton()
        self.live.frame_ready.connect(self._take_frame)
        self.live.stopped.connect(self._go_back_to_photo)
        self.live.message.connect(self.message)
        self.save_button = QPushButton("Save as…")
        self.save_button.setToolTip("All that is seen of this photo, stage by stage, as a page or a picture")
        self.save_button.clicked.connect(self.save_as)
        self.strip = TaskStrip()
        self.saver = PageSaver(self.strip, self)
        self.saver.message.connect(self.message)
        self.live.toggled.connect(self.save_button.setDisabled)
        self.caption = QLabel()
        self.caption.setWordWrap(True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.caption.setFixedHeight(CAPTION_LINES * self.caption.fontMetrics().lineSpacing())
        self.grid = LayerGrid()
        self.grid.chosen.connect(self._choose_channel)
        self.grid.resized.connect(self._look_again)
        self.saliency = HoodSaliency()
        self.saliency.message.connect(self.message)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.saliency)
        self.stack.setMinimumWidth(self.grid.minimumWidth())  # the legend alone would ask for more
        self.large = QLabel()
        self.large.setFixedSize(LARGE_SIDE, LARGE_SIDE)
        self.channel = QLabel()
        self.patches = HoodPatches()
        self.patches.photo_wanted.connect(self.photo_wanted)
        self.patches.message.connect(self.message)

    def _lay_out(self) -> None:
        bar, middle, body = QHBoxLayout(), QVBoxLayout(), QHBoxLayout()
        bar.addWidget(self.title, 1)
        bar.addWidget(self.open_button)
        bar.addWidget(self.live)
        bar.addWidget(self.save_button)
        middle.addWidget(self.caption)
        middle.addWidget(self.stack, 1)
        # In a low window it is scrolled.
        inside, self.side = QWidget(), QScrollArea()
        self.side.setWidget(inside)
        self.side.setWidgetResizable(True)
        self.side.setFrameShape(QFrame.Shape.NoFrame)
        self.side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setFixedWidth(SIDE_WIDTH)
        side = QVBoxLayout(inside)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.large)
        side.addWidget(self.channel)
        side.addWidget(self.patches, 1)
        body.addWidget(self.list)
        body.addLayout(middle, 1)
        body.addWidget(self.side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(bar)
        layout.addLayout(body, 1)
        layout.addWidget(self.strip)

    # What is looked at

    def use_scorer(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.saliency.use_scorer(scorer)
        self._close_watcher()
        self._layers = None
        if self.isVisible():
            self._open_watcher()

    def show_photos(self, photos: LabPhotos) -> None:
        self.patches.use_photos(photos.paths)
        if self._path is None and len(photos) and not (self.photo_jobs.busy or self.live.isChecked()):
            self.show_photo(photos.paths[0])

    def show_photo(self, path: Path) -> None:
        """Look at a photo, in place of what was looked at."""
        self.live.setChecked(False)

        def task() -> Iterator[Progress[tuple[Path, Pixels]]]:
            yield Progress(1, 1, "", ((path, load_picture(path, PHOTO_LONG_SIDE).pixels),))

        self.photo_jobs.start(task, progressed=self._take_photo, completed=lambda: None, failed=self.message.emit)

    @Slot()
    def choose_photo(self) -> None:
        """Ask for a photo to look at."""
        start = str(self._path.parent) if self._path else ""
        name, _ = QFileDialog.getOpenFileName(self.window(), "Open a photo", start)
        if name:
            self.show_photo(Path(name))

    @Slot()
    def save_as(self) -> None:
        """Ask for a file, and save what is seen of the photo there."""
        path, scorer = self._path, self._scorer
        if path is None or scorer is None:
            self.message.emit("Choose a photo first: a page is made of one photo.")
            return
        self.saver.save_as(
            f"{path.stem}-hood",
            (".html", ".png"),
            lambda target: write_hood(path, target, scorer),
            lambda target, _: f"{path.name} under the hood saved as {target}",
        )

    @Slot(object)
    def _take_photo(self, step: Progress[tuple[Path, Pixels]]) -> None:
        ((self._path, self._picture),) = step.results
        if self._watcher is not None:
            self._watcher.offer(self._picture)
        self._turn_to(self.list.currentRow())

    @Slot(object)
    def _take_frame(self, frame: Frame) -> None:
        if self._watcher is not None:
            self._watcher.offer(frame.video)

    @Slot()
    def _go_back_to_photo(self) -> None:
        if self._picture is not None and self._watcher is not None:
            self._watcher.offer(self._picture)

    # What is seen of it

    def _open_watcher(self) -> None:
        if self._scorer is None or self._watcher is not None:
            return
        self._watcher = LayerWatcher(self._scorer.folder, self._scorer.card, self._layers, self)
        self._watcher.opened.connect(self._list_stages)
        self._watcher.looked.connect(self._show_look)
        self._watcher.failed.connect(self.message)
        if self._picture is not None:
            self._watcher.offer(self._picture)

    def _close_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher.deleteLater()
        self._watcher = self._look = None

    @Slot()
    def _list_stages(self) -> None:
        """The first filters, the stages, and what the score hangs on."""
        if self._watcher is None or self._watcher.layers is None:
            return
        row = max(0, self.list.currentRow())
        self._layers = self._watcher.layers
        stages = self._layers.stages
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItem(FILTERS_NAME)
        for number, stage in enumerate(stages, 1):
            self.list.addItem(f"{number}  {stage_name(stage, stages)}")
        self.list.addItem(SALIENCY_NAME)
        self.list.blockSignals(False)
        if self._scorer is not None:
            self.patches.use_layers(self._layers, self._scorer.card.model_sha256)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self._turn_to(self.list.currentRow())

    @property
    def _stage(self) -> int:
        """The stage that is seen: the first filters are the beginning of the first, and the score follows the last."""
        return max(0, min(self.list.currentRow() - 1, self.list.count() - 3))

    @Slot(int)
    def _turn_to(self, row: int) -> None:
        watcher = self._watcher
        if watcher is None or watcher.layers is None or row < 0:
            return
        is_saliency = row == self.list.count() - 1
        self.stack.setCurrentWidget(self.saliency if is_saliency else self.grid)
        self.side.setVisible(not is_saliency)
        if is_saliency:
            self.caption.setText(SALIENCY_CAPTION)
            self._show_saliency()
            return
        stages = watcher.layers.stages
        self.caption.setText(stage_caption(stages[self._stage], stages) if row else FILTERS_CAPTION)
        self._look_again()

    @Slot()
    def _show_saliency(self) -> None:
        picture = self.live.newest_pixels() if self.live.isChecked() else self._picture
        if picture is not None:
            self.saliency.show_picture(picture)

    @Slot(int)
    def _choose_channel(self, channel: int) -> None:
        self._look_from(channel)

    @Slot()
    def _look_again(self) -> None:
        """Look at the chosen map; of another stage than before at the most telling one."""
        look = self._look
        self._look_from(look.view.channel if look is not None and look.view.stage == self._stage else None)

    def _look_from(self, channel: int | None) -> None:
        ratio = self.devicePixelRatio()
        if self._watcher is not None:
            side = round(LARGE_SIDE * ratio)
            self._watcher.look_from(View(self._stage, channel, self.grid.room_wh, side))

    @Slot()
    def _show_look(self) -> None:
        watcher = self._watcher
        look = watcher.shown.take_now() if watcher is not None else None
        if watcher is None or watcher.layers is None or look is None or look.view.stage != self._stage:
            return
        if not self.live.isChecked() and look.picture is not self._picture:
            return  # of what was looked at before
        channel = look.view.channel or 0
        if watcher.view.channel is None:
            # The most telling of the first picture stays chosen: another one each frame could not be looked at.
            watcher.view = look.view
        self._look = look
        stage = watcher.layers.stages[self._stage]
        if self.list.currentRow() == 0:
            self._show_filters(watcher, channel)
        else:
            self.grid.show_cells(look.grid, look.columns, look.cell, stage.channels, channel)
        picture = look.large
        picture.setDevicePixelRatio(self.devicePixelRatio())
        self.large.setPixmap(QPixmap.fromImage(picture))
        self.channel.setText(f"Map {channel + 1} of {stage.channels:,}, over the picture")
        self.patches.show_channel(self._stage, channel)
        name = "Live picture" if self.live.isChecked() else self._path.name if self._path else ""
        self.title.setText(f"{name} · score {look.points:.0f}")

    def _show_filters(self, watcher: LayerWatcher, channel: int) -> None:
        assert watcher.layers is not None
        filters = filter_pictures(watcher.layers.filters)
        columns, cell = grid_for(len(filters), *self.grid.room_wh, FILTER_GAP)
        picture = tiled([large(each, cell) for each in filters], columns, FILTER_GAP, BACKDROP_RGB)
        self.grid.show_cells(image_from_pixels(picture), columns, cell + FILTER_GAP, len(filters), channel)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._open_watcher()

    def hideEvent(self, event: QHideEvent) -> None:
        # Nobody looks: nothing is computed, and the camera is free for Live.
        if not event.spontaneous():
            self.live.setChecked(False)
            self._close_watcher()
        super().hideEvent(event)

    def close_jobs(self) -> None:
        self.live.source.close()
        self._close_watcher()
        self.photo_jobs.close()
        self.patches.close_jobs()
        self.strip.close_jobs()
        self.saliency.close_jobs()
