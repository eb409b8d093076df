"""The Album room: the photos of folders, best first, filling in while they are scored; to be picked and rated."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QSettings,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.album_columns import UNKNOWN, Rows
from engine.resources import SAMPLES
from engine.scoring import Scorer
from studio.album_browsing import AlbumBrowsing
from studio.album_delegate import PhotoTile
from studio.album_model import AlbumModel
from studio.album_tasks import AlbumTasks
from studio.album_visit import AlbumVisit
from studio.catalogue_keeper import CatalogueKeeper
from studio.compare_view import CompareView
from studio.decoded_photos import DecodedPhotos
from studio.elided_label import ElidedLabel
from studio.empty_state import EmptyState
from studio.key_hint import KeyHint
from studio.large_photo import LargePhoto
from studio.photo_grid import PhotoGrid
from studio.thumbnails import Thumbnails
from studio.wording import count

FOLDER_SETTING, GO_ON_SETTING = "album/folder", "album/go on after marks"
TRY_AGAIN_MS = 1000


class AlbumRoom(QWidget):
    """A ranked grid and a large view.

    Attributes:
        model: what is shown, in order.
        culling: what a person says of photos.
        tasks: what is done with many photos at once.
        visit: fills the album from its folders.
        open_catalogue: opens the person's catalogue, for the calling thread.

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
        self.keeper = CatalogueKeeper(catalogue_file, self)
        self.keeper.message.connect(self.message)
        self.keeper.damage_found.connect(self._replace_catalogue)
        self.open_catalogue = self.keeper.open
        self.model = AlbumModel(self)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.arrived.connect(self.model.redraw)
        self.decoded = DecodedPhotos(self.thumbnails, self)
        self.tasks = AlbumTasks(self.model, self.thumbnails, self.open_catalogue, self.chosen_rows)
        self.tasks.message.connect(self.message)
        self.culling = self.tasks.culling
        self.culling.marked.connect(self._show_marks)
        self.visit = AlbumVisit(self.model, self.open_catalogue, self)
        self.visit.message.connect(self.message)
        self.jobs, self.progress = self.visit.jobs, self.visit.bar.progress
        self._build()

    def _build(self) -> None:
        self.title = ElidedLabel("Album")
        self.open_button = QPushButton("Open folder…")
        self.open_button.clicked.connect(self.choose_folder)
        bar = QHBoxLayout()
        bar.addWidget(self.open_button)
        bar.addWidget(self.title, 1)
        bar.addWidget(self.visit.bar)
        self.grid = PhotoGrid(self.model, PhotoTile(self.thumbnails, self))
        self.grid.activated.connect(self.show_large)
        self.browsing = AlbumBrowsing(self.model, self.grid, self)
        self.browsing.message.connect(self.message)
        self.large = LargePhoto(self.open_catalogue, self.decoded)
        self.large.step_wanted.connect(self.step)
        self.large.back_wanted.connect(self.show_grid)
        self.large.crop_wanted.connect(self.crop_wanted)
        self.large.marks.pick_wanted.connect(self.pick)
        self.large.marks.stars_wanted.connect(self.rate)
        self.large.marks.compare_wanted.connect(self.start_comparison)
        self.large.message.connect(self.message)
        self.compare = CompareView(self.model, self.open_catalogue, self.decoded)
        self.compare.back_wanted.connect(self.leave_comparison)
        self.compare.pick_wanted.connect(self.pick)
        self.compare.stars_wanted.connect(self.rate)
        self.compare.message.connect(self.message)
        self.empty = EmptyState(
            "Your photos, best first",
            "Drop a folder or photos here, or open one. Nothing leaves this machine and no photo is changed.",
            {"Open folder…": self.choose_folder, "Show the sample album": self.show_samples},
        )
        self.pages = QStackedWidget()
        for page in (self.empty, self.grid, self.large, self.compare):
            self.pages.addWidget(page)
        self.key_hint = KeyHint()
        self.browsing.filters.hide()
        self.pages.currentChanged.connect(self._show_bars)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.browsing.filters)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.key_hint)
        layout.addWidget(self.tasks)
        self.model.shown_changed.connect(self._follow_large)
        self.visit.photos_changed.connect(self._forget_pictures)
        self.visit.grouped.connect(self.browsing.take_groups)
        self.visit.progressed.connect(self._choose_first)
        self.visit.opened.connect(self.tasks.writer.try_again)
        for ended in (self.visit.completed, self.visit.stopped):
            ended.connect(self._show_result)
            ended.connect(self.keeper.check)

    @Slot()
    def _show_bars(self) -> None:
        in_grid = self.pages.currentWidget() is self.grid
        self.browsing.filters.setVisible(in_grid)
        self.key_hint.show_in_grid(in_grid)

    # Opening

    @property
    def has_photos(self) -> bool:
        """Whether photos are shown or on their way."""
        return self.model.album is not None or self.visit.is_under_way

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on, and first what was opened before the model was ready."""
        self.large.use_scorer(scorer)
        self.tasks.use_scorer(scorer)
        self.visit.use_scorer(scorer)

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
        self.visit.open(paths)
        self.browsing.filters.clear()
        self.culling.undo_stack.clear()
        self.show_grid()

    @Slot(object)
    def _forget_pictures(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self.thumbnails.forget(path)
            self.decoded.forget(path)

    @Slot()
    def _choose_first(self) -> None:
        if self.model.rowCount() and not self.grid.currentIndex().isValid():
            self.grid.setCurrentIndex(self.model.index(0))

    @Slot()
    def _show_result(self) -> None:
        """At the end of a visit, whoever has not moved yet sees the best photo; where there is none, what to do."""
        if not self.model.album:  # none, or an empty one
            self.pages.setCurrentWidget(self.empty)
        elif self.model.rowCount() and self.grid.is_untouched:
            self.grid.setCurrentIndex(self.model.index(0))
            self.grid.scrollToTop()

    @Slot()
    def look_again(self) -> None:
        """Look for photos that came, changed or went since the folders were opened."""
        self.visit.look_again()

    @Slot()
    def cancel(self) -> None:
        """Stop scoring; what is scored stays, here and in the catalogue."""
        self.visit.cancel()

    # Looking

    @Slot(QModelIndex)
    def show_large(self, index: QModelIndex) -> None:
        """Show one photo, large: whoever looks at one has moved, and the keys stay with it."""
        self.grid.is_untouched = False
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
        for span in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
            chosen.append(QItemSelectionRange(self.model.index(int(span[0])), self.model.index(int(span[-1]))))
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

    @Slot()
    def _follow_large(self) -> None:
        """Keep the keys with the photo that is shown large; if it went, show the one that stands in its place."""
        path = self.large.path
        if self.pages.currentWidget() is not self.large or path is None:
            return
        place = self.model.place_of(path)
        if place is not None:
            self.grid.setCurrentIndex(self.model.index(place))
        elif self.model.album is not None and self.model.album.row_of(path) is None:
            if self.grid.currentIndex().isValid():
                self.show_large(self.grid.currentIndex())
            else:
                self.show_grid()
            self.message.emit(f"{path.name} is not there any more.")

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
        if self.compare.begin(self.chosen_rows()):
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
        if (path := self.chosen_path) is not None:
            self.crop_wanted.emit(path)

    @Slot()
    def crop_many(self) -> None:
        """Take the selected photos to the Crop room, or all that are shown where no more than one is selected."""
        album, rows = self.model.album, self.chosen_rows()
        if album is None:
            return
        if len(rows) < 2:
            rows = self.model.shown
        if paths := album.path_names(rows[album.numbers["content"][rows] != UNKNOWN]):
            self.crops_wanted.emit([Path(path) for path in paths])

    def chosen_rows(self) -> Rows:
        """The album's rows that an action is for: what is looked at, or what is selected, in its order."""
        current, shown = self.grid.currentIndex(), self.model.shown
        if self.pages.currentWidget() is self.compare:
            photo = self.compare.focused
            row = self.model.album.row_of(photo.path) if photo and self.model.album is not None else None
            return np.array([] if row is None else [row], np.int32)
        if self.pages.currentWidget() is self.large and current.isValid():
            return shown[[current.row()]]
        spans = [(each.top(), each.bottom() + 1) for each in self.grid.selectionModel().selection().toList()]
        return shown[np.concatenate([np.arange(*span) for span in sorted(spans)])] if spans else shown[:0]

    @property
    def chosen_path(self) -> Path | None:
        """The first photo that an action is for; None where there is none."""
        rows = self.chosen_rows()
        return self.model.album.path(int(rows[0])) if self.model.album is not None and len(rows) else None

    # Marking

    @Slot(int)
    def pick(self, pick: int) -> None:
        """Pick (1), reject (-1) or unmark (0) the chosen photos."""
        self._mark(partial(self.culling.pick, pick=pick))

    @Slot(int)
    def rate(self, stars: int) -> None:
        """Give the chosen photos 1 to 5 stars, or none."""
        self._mark(partial(self.culling.rate, stars=stars))

    def _mark(self, mark: Callable[[Rows], None]) -> None:
        rows, page = self.chosen_rows(), self.pages.currentWidget()
        self.grid.is_untouched = False  # whoever marks has moved
        mark(rows)
        # Where several are chosen, or compared, the next one is a person's own choice.
        is_last = self.grid.currentIndex().row() == self.model.rowCount() - 1
        if self.goes_on and len(rows) == 1 and page is not self.compare and not is_last:
            self.step(1)

    @property
    def goes_on(self) -> bool:
        """Whether the next photo is shown once one is marked."""
        return bool(QSettings().value(GO_ON_SETTING, False, bool))

    @Slot(bool)
    def go_on_after_marks(self, goes_on: bool) -> None:
        """Show the next photo once one is marked, or stay; remembered."""
        QSettings().setValue(GO_ON_SETTING, goes_on)

    @Slot()
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

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back last."""
        if self.tasks.is_free:
            self.culling.redo()

    # The catalogue

    @Slot()
    def _replace_catalogue(self) -> None:
        """Go on with another catalogue than the damaged one, once all that uses it is done."""
        if self.tasks.strip.busy:
            QTimer.singleShot(TRY_AGAIN_MS, self._replace_catalogue)
            return
        self.visit.close_jobs()
        self.tasks.writer.close(write_all=False)
        self.large.close_jobs()
        self.compare.jobs.close()
        self.keeper.replace()
        self.culling.undo_stack.clear()
        self.visit.open(self.visit.paths)

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self.visit.close_jobs()
        self.large.close_jobs()
        self.compare.jobs.close()
        self.decoded.close()
        self.tasks.close_jobs(write_all_stars=self.keeper.is_passing)
        self.thumbnails.close()
        self.keeper.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.pages.currentWidget() is self.grid:
            self.grid.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.browsing.filters.close_stack():
            return
        if event.key() == Qt.Key.Key_Escape and self.visit.is_under_way:
            self.cancel()
        else:
            super().keyPressEvent(event)
