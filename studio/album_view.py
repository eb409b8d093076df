"""The Album room: the photos of folders, best first, filling in while they are scored; to be picked and rated."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QFileSystemWatcher,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QSettings,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.album import PhotoRow
from engine.catalogue import Catalogue, open_or_begin_anew
from engine.errors import CatalogueError
from engine.progress import Progress
from engine.resources import SAMPLES
from engine.scan import ScoredPhoto
from engine.scoring import Scorer
from engine.visit import Gone, Grouped, Listed, visit
from studio.album_browsing import AlbumBrowsing
from studio.album_delegate import PhotoTile
from studio.album_model import AlbumModel
from studio.album_tasks import AlbumTasks
from studio.compare_view import CompareView
from studio.culling import Culling
from studio.decoded_photos import DecodedPhotos
from studio.elided_label import ElidedLabel
from studio.empty_state import EmptyState
from studio.jobs import JobSlot
from studio.large_photo import LargePhoto
from studio.pace import Pace
from studio.photo_grid import PhotoGrid
from studio.thumbnails import Thumbnails
from studio.wording import count

FOLDER_SETTING = "album/folder"
# New photos are shown this often: a hundred thousand are sorted in a tenth of this.
SHOW_EVERY_MS = 400
# After a folder changed: more files may be on their way.
LOOK_AGAIN_MS = 2000
# Folders that are watched for changes; the system's own limit is a few thousand.
WATCHED_FOLDERS = 500


class AlbumRoom(QWidget):
    """A ranked grid and a large view.

    Attributes:
        model: what is shown, in order.
        culling: what a person says of photos.
        tasks: what is done with many photos at once.

    Signals:
        message: a sentence for people.
        crop_wanted: the path of a photo to crop.
        crops_wanted: the paths of photos to crop.
    """

    message = Signal(str)
    crop_wanted = Signal(object)
    crops_wanted = Signal(object)

    def __init__(self, catalogue_file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue_file = catalogue_file
        self._passing_folder: tempfile.TemporaryDirectory[str] | None = None
        self._scorer: Scorer | None = None
        self._paths: Sequence[Path] = ()
        self._waiting: Sequence[Path] = ()
        self._pace = Pace()
        self._bad_files_told = 0
        self.model = AlbumModel(self)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.arrived.connect(self.model.redraw)
        self.decoded = DecodedPhotos(self.thumbnails, self)
        self.culling = Culling(self.model, self.open_catalogue, self)
        self.culling.message.connect(self.message)
        self.tasks = AlbumTasks(self.model, self.culling, self.thumbnails, self.open_catalogue, self.chosen)
        self.tasks.message.connect(self.message)
        self.jobs = JobSlot(self)
        self._show_soon = QTimer(self, singleShot=True, interval=SHOW_EVERY_MS)
        self._show_soon.timeout.connect(self.model.refresh)
        self._watcher = QFileSystemWatcher(self)
        self._look_again_soon = QTimer(self, singleShot=True, interval=LOOK_AGAIN_MS)
        self._watcher.directoryChanged.connect(lambda _: self._look_again_soon.start())
        self._look_again_soon.timeout.connect(self.look_again)
        self._build()

    def _build(self) -> None:
        self.title = ElidedLabel("Album")
        self.progress = QProgressBar()
        self.progress.setFixedWidth(300)
        self.pause_button = QPushButton("Pause")
        self.pause_button.setCheckable(True)
        self.pause_button.toggled.connect(self._pause)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancel)
        self.open_button = QPushButton("Open folder…")
        self.open_button.clicked.connect(self.choose_folder)
        bar = QHBoxLayout()
        bar.addWidget(self.open_button)
        bar.addWidget(self.title, 1)
        for widget in (self.progress, self.pause_button, self.cancel_button):
            bar.addWidget(widget)
            widget.hide()
        self.grid = PhotoGrid(self.model, PhotoTile(self.thumbnails, self))
        self.grid.activated.connect(self.show_large)
        self.browsing = AlbumBrowsing(self.model, self.grid, self)
        self.browsing.message.connect(self.message)
        self.large = LargePhoto(self.open_catalogue, self.decoded)
        self.large.step_wanted.connect(self.step)
        self.large.back_wanted.connect(self.show_grid)
        self.large.crop_wanted.connect(self.crop_wanted)
        self.large.message.connect(self.message)
        self.compare = CompareView(self.model, self.open_catalogue, self.decoded)
        self.compare.back_wanted.connect(self.leave_comparison)
        self.compare.message.connect(self.message)
        self.empty = EmptyState(
            "Your photos, best first",
            "Drop a folder or photos here, or open one. Nothing leaves this machine and no photo is changed.",
            {"Open folder…": self.choose_folder, "Show the sample album": self.show_samples},
        )
        self.pages = QStackedWidget()
        for page in (self.empty, self.grid, self.large, self.compare):
            self.pages.addWidget(page)
        self.browsing.filters.hide()
        self.pages.currentChanged.connect(
            lambda: self.browsing.filters.setVisible(self.pages.currentWidget() is self.grid)
        )
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.browsing.filters)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.tasks)

    # Opening

    @property
    def has_photos(self) -> bool:
        """Whether photos are shown or on their way."""
        return bool(self.model.album is not None or self._waiting or self.jobs.busy)

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on, and first what was opened before the model was ready."""
        self._scorer = scorer
        self.large.use_scorer(scorer)
        self.tasks.use_scorer(scorer)
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
        self._paths = paths
        self._bad_files_told = 0
        self.thumbnails.drop_wishes()
        self.model.use_album(None)
        self.browsing.filters.clear()
        self.culling.undo_stack.clear()
        self._watch(())
        self.show_grid()
        if self._scorer is None:
            self._waiting = paths
            self._begin_progress()
            return
        self._waiting = ()
        self._visit(again=False)

    @Slot()
    def look_again(self) -> None:
        """Look for photos that came, changed or went since the folders were opened."""
        if self._paths and self._scorer and not self.jobs.busy:
            self._visit(again=True)

    def _visit(self, *, again: bool) -> None:
        assert self._scorer is not None
        paths, scorer = self._paths, self._scorer
        self._pace = Pace()
        if not again:
            self._begin_progress()

        def task() -> Iterator[Progress[Listed | Gone | ScoredPhoto | Grouped]]:
            yield from visit(paths, self.open_catalogue, scorer, again=again)

        self.jobs.start(task, progressed=self._take, completed=self._complete, failed=self._fail)

    @Slot(object)
    def _take(self, progress: Progress[Listed | Gone | ScoredPhoto | Grouped]) -> None:
        photos = [result for result in progress.results if isinstance(result, ScoredPhoto)]
        self._show_progress(progress, fresh=bool(photos))
        for result in progress.results:
            match result:
                case Listed(album):
                    self.model.use_album(album)
                case Gone(paths):
                    self.model.remove(paths)
                case Grouped(groups):
                    self.browsing.take_groups(groups)
        if photos and self.model.album is not None:
            self.model.album.put(photos)
            for photo in photos:
                self.thumbnails.forget(photo.path)
                self.decoded.forget(photo.path)
            if not self._show_soon.isActive():
                self._show_soon.start(0 if self.model.rowCount() == 0 else SHOW_EVERY_MS)
        if self.model.rowCount() and not self.grid.currentIndex().isValid():
            self.grid.setCurrentIndex(self.model.index(0))

    def _begin_progress(self) -> None:
        self.progress.setRange(0, 0)
        self.pause_button.setChecked(False)
        for widget in (self.progress, self.pause_button, self.cancel_button):
            widget.show()

    def _show_progress(self, progress: Progress[object], *, fresh: bool) -> None:
        self.progress.setRange(0, max(progress.total, 1))
        self.progress.setValue(progress.done)
        if fresh:
            self._pace.mark(progress.done)
        pace = self._pace.in_words(progress.total)
        self.progress.setFormat(f"{progress.done:,} of {progress.total:,}" + (f" · {pace}" if pace else ""))

    @Slot()
    def _complete(self) -> None:
        self._end_progress()
        self._show_soon.stop()
        self.model.refresh()
        album = self.model.album
        total, bad = (len(album), album.bad_files) if album is not None else (0, 0)
        if not total:
            self.pages.setCurrentWidget(self.empty)
            self.message.emit("There are no photos in there: open another folder.")
        elif missing := [path for path in self._paths if not path.exists()]:
            self.message.emit(f"{missing[0]} is not there now: what is known of its photos is shown.")
        elif bad and bad != self._bad_files_told:
            self._bad_files_told = bad
            self.message.emit(
                f"{total - bad:,} photos scored; {bad} cannot be read and stand at the end, with the reason."
            )
        if self.model.rowCount() and self.grid.is_untouched:
            self.grid.setCurrentIndex(self.model.index(0))
            self.grid.scrollToTop()
        self._watch(self._paths)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._end_progress()
        self.model.refresh()
        self.message.emit(text)

    @Slot()
    def cancel(self) -> None:
        """Stop scoring; what is scored stays, here and in the catalogue."""
        self.jobs.cancel()
        self._waiting = ()
        self._end_progress()
        self.model.refresh()
        if not self.model.album:  # none, or an empty one
            self.pages.setCurrentWidget(self.empty)
        self.message.emit("Stopped. Open the folder again to go on from here.")

    @Slot(bool)
    def _pause(self, paused: bool) -> None:
        self.jobs.pause(paused)
        self.pause_button.setText("Go on" if paused else "Pause")
        if paused:
            self.progress.setFormat("Paused at %v of %m")
        self._pace = Pace()

    def _end_progress(self) -> None:
        for widget in (self.progress, self.pause_button, self.cancel_button):
            widget.hide()

    def _watch(self, paths: Sequence[Path]) -> None:
        """Notice what comes and goes in these folders, and in those that photos of the album are in."""
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)
        folders = {str(path.absolute()) for path in paths if path.is_dir()}
        if self.model.album is not None and paths:
            folders |= self.model.album.folders()
        if folders:
            self._watcher.addPaths(sorted(folders)[:WATCHED_FOLDERS])

    # Looking

    @Slot(QModelIndex)
    def show_large(self, index: QModelIndex) -> None:
        """Show one photo, large."""
        self.grid.setCurrentIndex(index)
        place, count = index.row(), self.model.rowCount()
        around = [self.model.photo(near) for near in (place + 1, place - 1, place + 2) if 0 <= near < count]
        neighbours = [photo.path for photo in around if photo.error is None]
        photo = self.model.photo(place)
        self.large.show_photo(photo, place + 1, count, neighbours, self.model.stack_of(photo))
        self.pages.setCurrentWidget(self.large)
        self.large.setFocus()

    def show_path(self, path: Path) -> None:
        """Show one of the photos that are shown, large."""
        if (place := self.model.place_of(path)) is not None:
            self.show_large(self.model.index(place))

    def select_paths(self, paths: Sequence[Path]) -> None:
        """Select these of the photos that are shown, in the grid."""
        places = self.model.places_of(paths)
        self.show_grid()
        if not places:
            return
        self.grid.setCurrentIndex(self.model.index(places[0]))
        chosen = QItemSelection()
        for place in places:
            chosen.select(self.model.index(place), self.model.index(place))
        self.grid.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.message.emit(f"{count(len(places), 'photo')} selected.")

    @Slot()
    def show_grid(self) -> None:
        """Show all photos."""
        self.pages.setCurrentWidget(self.grid)
        if self.isVisible():
            self.grid.setFocus()
        # Once the bar above it has taken its room.
        QTimer.singleShot(0, self._show_current)

    @Slot()
    def _show_current(self) -> None:
        if self.grid.currentIndex().isValid() and not self.grid.is_untouched:
            self.grid.scrollTo(self.grid.currentIndex())

    @Slot(int)
    def step(self, places: int) -> None:
        """Go to the photo that many places further on; large where one is shown large."""
        place = self.grid.currentIndex().row() + places
        if 0 <= place < self.model.rowCount():
            if self.pages.currentWidget() is self.large:
                self.show_large(self.model.index(place))
            else:
                self.grid.setCurrentIndex(self.model.index(place))
        elif self.model.rowCount():
            self.message.emit("This is the first photo." if place < 0 else "This is the last photo.")

    @Slot()
    def toggle_large(self) -> None:
        """Show the current photo, large; or all photos again; where photos are compared, keep one and go on."""
        if self.pages.currentWidget() is self.compare:
            self.compare.keep_and_go_on()
        elif self.pages.currentWidget() is self.large:
            self.show_grid()
        elif self.grid.currentIndex().isValid():
            self.show_large(self.grid.currentIndex())

    @Slot()
    def begin_search(self) -> None:
        """Let the text of a name be typed."""
        self.show_grid()
        self.browsing.filters.begin_search()

    @Slot()
    def toggle_stack(self) -> None:
        """Show the photos alone that are alike to the current one, or all again."""
        self.show_grid()
        self.browsing.toggle_stack()

    @Slot()
    def show_why(self) -> None:
        """Show the current photo, large, and why it scores as it does; or without that again."""
        was_large = self.pages.currentWidget() is self.large
        if self._is_large_or_can_be():
            self.large.why.setChecked(not (was_large and self.large.why.isChecked()))

    @Slot()
    def show_map(self) -> None:
        """Show the current photo, large, and what counts where in it; or without that again."""
        if self._is_large_or_can_be():
            self.large.toggle_map()

    def _is_large_or_can_be(self) -> bool:
        if self.pages.currentWidget() is self.grid and self.grid.currentIndex().isValid():
            self.show_large(self.grid.currentIndex())
        return self.pages.currentWidget() is self.large

    # Comparing

    @Slot()
    def start_comparison(self) -> None:
        """Show the chosen photos, or the stack of the chosen one, side by side; or go back."""
        if self.pages.currentWidget() is self.compare:
            self.leave_comparison()
            return
        if self.compare.begin(self.chosen()):
            self.pages.setCurrentWidget(self.compare)
            self.compare.setFocus()

    @Slot()
    def leave_comparison(self) -> None:
        """Go back to the grid, to the photo that was looked at last."""
        photo = self.compare.focused
        place = self.model.place_of(photo.path) if photo else None
        if place is not None:
            self.grid.setCurrentIndex(self.model.index(place))
        self.compare.end()
        self.show_grid()

    @Slot()
    def crop_current(self) -> None:
        """Take the current photo to the Crop room."""
        if photos := self.chosen()[:1]:
            self.crop_wanted.emit(photos[0].path)

    @Slot()
    def crop_many(self) -> None:
        """Take the selected photos to the Crop room, or all that are shown where no more than one is selected."""
        photos = self.chosen()
        if len(photos) < 2:
            photos = [self.model.photo(place) for place in range(self.model.rowCount())]
        if paths := [photo.path for photo in photos if photo.error is None]:
            self.crops_wanted.emit(paths)

    def chosen(self) -> list[PhotoRow]:
        """The photos that an action is for: the one that is looked at, or those that are selected, in their order."""
        if self.pages.currentWidget() is self.compare:
            return [self.compare.focused] if self.compare.focused else []
        current = self.grid.currentIndex()
        if self.pages.currentWidget() is self.large and current.isValid():
            return [self.model.photo(current.row())]
        places = sorted(index.row() for index in self.grid.selectionModel().selectedIndexes())
        return [self.model.photo(place) for place in places]

    # Marking

    def pick(self, pick: int) -> None:
        """Pick (1), reject (-1) or unmark (0) the chosen photos."""
        self.culling.pick(self.chosen(), pick)
        self._show_marks()

    def rate(self, stars: int) -> None:
        """Give the chosen photos 1 to 5 stars, or none."""
        self.culling.rate(self.chosen(), stars)
        self._show_marks()

    def _show_marks(self) -> None:
        current = self.grid.currentIndex()
        if self.pages.currentWidget() is self.large and current.isValid():
            self.large.show_mark(self.model.photo(current.row()).mark)
        elif self.pages.currentWidget() is self.compare:
            self.compare.show_marks()

    @Slot()
    def undo(self) -> None:
        """Take back what was done to photos last."""
        if self.tasks.is_free:
            self.culling.undo()
            self._show_marks()

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back last."""
        if self.tasks.is_free:
            self.culling.redo()
            self._show_marks()

    # The catalogue

    def open_catalogue(self) -> Catalogue:
        """The person's catalogue, for the calling thread.

        Where it cannot be used, one that passes with this run: photos can be ranked all the same.
        """
        try:
            catalogue, told = open_or_begin_anew(self._catalogue_file)
        except CatalogueError as error:
            told = f"Scores and marks will not be remembered this time: {error}"
            self._passing_folder = tempfile.TemporaryDirectory(prefix="selfie-studio-")
            self._catalogue_file = Path(self._passing_folder.name) / "catalogue.sqlite"
            catalogue = Catalogue(self._catalogue_file)
        if told:
            self.message.emit(told)
        return catalogue

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self._look_again_soon.stop()
        self.jobs.close()
        self.large.close_jobs()
        self.compare.jobs.close()
        self.decoded.close()
        self.tasks.close_jobs(write_all_stars=self._passing_folder is not None)
        self.thumbnails.close()
        if self._passing_folder:
            self._passing_folder.cleanup()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.pages.currentWidget() is self.grid:
            self.grid.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.browsing.filters.close_stack():
            return
        if event.key() == Qt.Key.Key_Escape and self.jobs.busy:
            self.cancel()
        else:
            super().keyPressEvent(event)
