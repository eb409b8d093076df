"""The Album room: a folder's photos, best first, filling in while they are scored; and one of them, large."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListView,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.catalogue import Catalogue
from engine.errors import CatalogueError
from engine.progress import Progress
from engine.resources import SAMPLES
from engine.scan import ScoredPhoto, scan
from engine.scoring import Scorer
from studio.album_delegate import TILE, PhotoTile
from studio.album_model import AlbumModel
from studio.elided_label import ElidedLabel
from studio.empty_state import EmptyState
from studio.jobs import JobSlot
from studio.large_photo import LargePhoto
from studio.thumbnails import Thumbnails

FOLDER_SETTING = "album/folder"
# Between two photos, in pixels.
GAP = 4


class PhotoGrid(QListView):
    """Photos in rows that fill the width."""

    def __init__(self, model: AlbumModel, tile: PhotoTile) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(tile)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)

    def resizeEvent(self, event: QResizeEvent) -> None:
        width = self.viewport().width() - 1
        columns = max(1, width // (TILE.width() + GAP))
        self.setGridSize(QSize(width // columns, TILE.height() + GAP))
        super().resizeEvent(event)


class AlbumRoom(QWidget):
    """A ranked grid and a large view.

    Signals:
        message: a sentence for people.
        crop_wanted: the path of a photo to crop.
    """

    message = Signal(str)
    crop_wanted = Signal(object)

    def __init__(self, catalogue_file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue_file = catalogue_file
        self._scorer: Scorer | None = None
        self._waiting: Sequence[Path] = ()
        self.model = AlbumModel(self)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.arrived.connect(self.model.redraw)
        self.jobs = JobSlot(self)
        self._build()

    def _build(self) -> None:
        self.title = ElidedLabel("Album")
        self.progress = QProgressBar()
        self.progress.setFixedWidth(260)
        self.progress.hide()
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.hide()
        self.cancel_button.clicked.connect(self.cancel)
        self.open_button = QPushButton("Open folder…")
        self.open_button.clicked.connect(self.choose_folder)
        bar = QHBoxLayout()
        bar.addWidget(self.open_button)
        bar.addWidget(self.title, 1)
        bar.addWidget(self.progress)
        bar.addWidget(self.cancel_button)
        self.grid = PhotoGrid(self.model, PhotoTile(self.thumbnails, self))
        self.grid.activated.connect(self.show_large)
        self.large = LargePhoto()
        self.large.step_wanted.connect(self.step)
        self.large.back_wanted.connect(self.show_grid)
        self.large.crop_wanted.connect(self.crop_wanted)
        self.large.message.connect(self.message)
        self.empty = EmptyState(
            "Your photos, best first",
            "Drop a folder or photos here, or open one. Nothing leaves this machine and no photo is changed.",
            {"Open folder…": self.choose_folder, "Show the sample album": self.show_samples},
        )
        self.pages = QStackedWidget()
        for page in (self.empty, self.grid, self.large):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.pages, 1)
        for key, action in ((Qt.Key.Key_C, self._want_crop), (Qt.Key.Key_Return, self._open_current)):
            shortcut = QShortcut(QKeySequence(key), self.grid)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(action)

    @property
    def has_photos(self) -> bool:
        """Whether photos are shown or on their way."""
        return bool(self.model.rowCount() or self._waiting or self.jobs.busy)

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on, and first what was opened before the model was ready."""
        self._scorer = scorer
        if self._waiting:
            self.open_paths(self._waiting)

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder and rank its photos."""
        start = str(QSettings().value(FOLDER_SETTING, "") or "")
        if folder := QFileDialog.getExistingDirectory(self, "Open a folder of photos", start):
            self.open_paths([Path(folder)])

    @Slot()
    def show_samples(self) -> None:
        """Rank the photos that come with the program."""
        self.open_paths([SAMPLES])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Rank files and folders, in place of what is shown."""
        if [path for path in paths if path.is_dir()] and paths[0] != SAMPLES:
            QSettings().setValue(FOLDER_SETTING, str(paths[0].absolute()))
        name = "Sample photos — open a folder to see your own" if paths[0] == SAMPLES else paths[0].name
        self.title.setText(name if len(paths) == 1 else f"{name} and {len(paths) - 1} more")
        self.title.setToolTip("\n".join(map(str, paths)))
        self.thumbnails.drop_wishes()
        self.model.clear()
        self.show_grid()
        self.progress.setRange(0, 0)
        self.progress.setVisible(True)
        self.cancel_button.setVisible(True)
        if self._scorer is None:
            self._waiting = paths
            return
        self._waiting = ()
        scorer = self._scorer

        def task() -> Iterator[Progress[ScoredPhoto]]:
            with self._open_catalogue() as catalogue:
                yield from scan(paths, catalogue, scorer)

        self.jobs.start(task, progressed=self._take, completed=self._complete, failed=self._fail)

    @Slot(object)
    def _take(self, progress: Progress[ScoredPhoto]) -> None:
        self.progress.setRange(0, max(progress.total, 1))
        self.progress.setValue(progress.done)
        self.progress.setFormat(f"{progress.done} of {progress.total} scored")
        self.model.add(progress.results)
        if self.model.rowCount() and not self.grid.currentIndex().isValid():
            self.grid.setCurrentIndex(self.model.index(0))

    @Slot()
    def _complete(self) -> None:
        self._end_progress()
        total, bad = self.model.rowCount(), self.model.bad_files
        if not total:
            self.pages.setCurrentWidget(self.empty)
            self.message.emit("There are no photos in there: open another folder.")
        elif bad:
            self.message.emit(
                f"{total - bad} photos scored; {bad} cannot be read and stand at the end, with the reason."
            )
        if total:
            self.grid.setCurrentIndex(self.model.index(0))
            self.grid.scrollToTop()

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._end_progress()
        self.message.emit(text)

    @Slot()
    def cancel(self) -> None:
        """Stop scoring; what is scored stays, here and in the catalogue."""
        self.jobs.cancel()
        self._waiting = ()
        self._end_progress()
        if not self.model.rowCount():
            self.pages.setCurrentWidget(self.empty)
        self.message.emit("Stopped. Open the folder again to go on from here.")

    def _end_progress(self) -> None:
        self.progress.setVisible(False)
        self.cancel_button.setVisible(False)

    @Slot(QModelIndex)
    def show_large(self, index: QModelIndex) -> None:
        """Show one photo, large."""
        self.grid.setCurrentIndex(index)
        self.large.show_photo(self.model.photo(index.row()), index.row() + 1, self.model.rowCount())
        self.pages.setCurrentWidget(self.large)
        self.large.setFocus()

    @Slot()
    def show_grid(self) -> None:
        """Show all photos."""
        self.pages.setCurrentWidget(self.grid)
        if self.isVisible():
            self.grid.setFocus()

    @Slot(int)
    def step(self, rows: int) -> None:
        """Show the photo that many places further on, large."""
        row = self.grid.currentIndex().row() + rows
        if 0 <= row < self.model.rowCount():
            self.show_large(self.model.index(row))

    @Slot()
    def _open_current(self) -> None:
        if self.grid.currentIndex().isValid():
            self.show_large(self.grid.currentIndex())

    @Slot()
    def _want_crop(self) -> None:
        if self.grid.currentIndex().isValid():
            photo = self.model.photo(self.grid.currentIndex().row())
            self.crop_wanted.emit(photo.path)

    def _open_catalogue(self) -> Catalogue:
        """The person's catalogue; where it cannot be used, one in memory, so that photos can be ranked all the same."""
        try:
            return Catalogue(self._catalogue_file)
        except CatalogueError as error:
            self.message.emit(f"Scores will not be remembered this time: {error}")
            return Catalogue()

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self.jobs.close()
        self.large.jobs.close()
        self.thumbnails.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.jobs.busy:
            self.cancel()
        else:
            super().keyPressEvent(event)
