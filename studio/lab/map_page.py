"""The photos on a map: those that the network finds alike lie together."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.catalogue import Catalogue
from engine.lab.map_album import AlbumMap, make_map, maps_folder, open_map
from engine.lab.map_options import FEWEST_PHOTOS, MapError, MapOptions, check_installed
from engine.lab.map_picture import DEFAULT_SIDE, MapPicture, write_map
from engine.lab.photos import LabPhotos
from engine.progress import Progress
from engine.scoring import Scorer
from studio.elided_label import ElidedLabel
from studio.empty_state import EmptyState
from studio.jobs import JobSlot
from studio.lab.map_layouts import MapLayout, MapLayouts
from studio.lab.map_view import MapView
from studio.lab.page import LabPage
from studio.lab.saving import WAIT, PageSaver
from studio.task_strip import TaskStrip
from studio.toggle import Toggle
from studio.user_files import catalogue_file
from studio.wording import count

PERPLEXITY_SETTING, SEED_SETTING = "lab/map perplexity", "lab/map seed"
GRID_SETTING, COLOURS_SETTING = "lab/map grid", "lab/map colours"
TITLE, MAKING = "A map of your photos", "Making the map"
NO_ALBUM = "Open a folder in the Album: its photos can be laid out here, alike ones together."
NOT_YET = (
    "Photos that the network finds alike will lie together. It takes a few seconds for hundreds of photos, "
    "a few minutes for fifty thousand; the map is kept, and new photos find their places on it."
)


class MapPage(LabPage):
    """The map, and above it how it is made and shown."""

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(open_catalogue, parent)
        self._photos: LabPhotos | None = None
        self._model_sha256 = ""
        self._map: AlbumMap | None = None
        self.jobs = JobSlot(self)
        self.layouts = MapLayouts(self)
        self.layouts.ready.connect(self._take_layout)
        self.layouts.failed.connect(self.message)
        self.view = MapView()
        self.view.opened.connect(self._open)
        self.view.selection_changed.connect(self._show_selection)
        self.empty = EmptyState(TITLE, NO_ALBUM, {"Make the map": self.make})
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.view)
        self.strip = TaskStrip()
        self.strip.progress.setFormat("%p %")
        self.saver = PageSaver(self.strip, self)
        self.saver.message.connect(self.message)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._build_bar())
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.strip)
        self._show_nothing(NO_ALBUM, can_make=False)

    def _build_bar(self) -> QHBoxLayout:
        settings, usual = QSettings(), MapOptions()
        self.perplexity = QDoubleSpinBox(decimals=0, minimum=2, maximum=500)
        self.perplexity.setToolTip("How many neighbours a photo should lie near: few make many small islands")
        self.perplexity.setValue(float(str(settings.value(PERPLEXITY_SETTING, usual.perplexity))))
        self.seed = QSpinBox(minimum=0, maximum=9999)
        self.perplexity.setAccessibleName("Neighbours")
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("Another seed makes another map of the same photos")
        self.seed.setValue(int(str(settings.value(SEED_SETTING, usual.seed))))
        self.make_button = QPushButton("Make anew")
        self.make_button.clicked.connect(self.make)
        self.grid_toggle, self.colour_toggle = Toggle("Grid"), Toggle("Colour by score")
        self.lasso_toggle = Toggle("Lasso")
        self.grid_toggle.setToolTip("In rows and columns, none over another")
        self.lasso_toggle.setToolTip("Drag around photos to select them (or Shift and drag)")
        self.grid_toggle.setChecked(settings.value(GRID_SETTING, False, bool) is True)
        self.colour_toggle.setChecked(settings.value(COLOURS_SETTING, True, bool) is True)
        self.view.coloured = self.colour_toggle.isChecked()
        self.grid_toggle.toggled.connect(self._use_grid)
        self.colour_toggle.toggled.connect(self._use_colours)
        self.lasso_toggle.toggled.connect(self._use_lasso)
        self.select_button = QPushButton("Select in Album")
        self.select_button.clicked.connect(self._select_in_album)
        self.save_button = QPushButton("Save as…")
        self.save_button.setToolTip("The whole map as one large picture")
        self.save_button.clicked.connect(self.save_as)
        self.note = ElidedLabel()
        self.map_widgets: list[QWidget] = [self.grid_toggle, self.colour_toggle, self.lasso_toggle]
        self.map_widgets += [self.select_button, self.save_button]
        bar = QHBoxLayout()
        for widget in self.map_widgets:
            bar.addWidget(widget)
        bar.addWidget(self.note, 1)
        bar.addStretch()  # where the note is hidden
        self.options = QWidget()
        self.options.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self.options)
        row.setContentsMargins(0, 0, 0, 0)
        for part in (QLabel("Neighbours"), self.perplexity, QLabel("Seed"), self.seed):
            row.addWidget(part)
        row.addWidget(self.make_button)
        bar.addWidget(self.options)
        return bar

    # What is shown

    def use_scorer(self, scorer: Scorer) -> None:
        changed = self._model_sha256 not in ("", scorer.card.model_sha256)
        self._model_sha256 = scorer.card.model_sha256
        if self._photos is not None and (changed or self._map is None):
            self._open_saved()

    def show_photos(self, photos: LabPhotos) -> None:
        same = self._photos is not None and self._photos.paths == photos.paths
        if same and (self._map is not None or self.strip.busy or self.jobs.busy):
            return
        if self.strip.what == MAKING:
            self.strip.cancel()
        self._photos = photos
        self._open_saved()

    def _open_saved(self) -> None:
        """Open the saved map of the photos, if there is one."""
        photos, model = self._photos, self._model_sha256
        self._map = None
        problem = self._problem()
        self._show_nothing(problem or NOT_YET, can_make=not problem)
        if problem or photos is None or not model:
            return

        def task() -> Iterator[Progress[AlbumMap]]:
            with self.open_catalogue() as catalogue:
                yield from open_map(photos, catalogue, model, maps_folder(catalogue_file()))

        self.jobs.start(task, progressed=self._take_map, completed=lambda: None, failed=self._say_damaged)

    def _problem(self) -> str:
        if self._photos is None or not len(self._photos):
            return NO_ALBUM
        if len(self._photos) < FEWEST_PHOTOS:
            return f"A map needs {FEWEST_PHOTOS} scored photos; the Album shows {len(self._photos)}."
        try:
            check_installed()
        except MapError as error:
            return str(error)
        return ""

    def _show_nothing(self, text: str, *, can_make: bool) -> None:
        self.empty.text.setText(text)
        self.empty.buttons["Make the map"].setVisible(can_make)
        self.pages.setCurrentWidget(self.empty)
        self._show_controls()

    def _show_controls(self) -> None:
        has_map = self.pages.currentWidget() is self.view
        for widget in (*self.map_widgets, self.make_button):
            widget.setVisible(has_map)
        self.options.setVisible(has_map or self.empty.buttons["Make the map"].isVisibleTo(self.empty))
        self.note.setVisible(has_map)

    @Slot(object)
    def _take_map(self, progress: Progress[AlbumMap]) -> None:
        for found in progress.results:
            self._map = found
            self.view.show_map(found.photos, self.layouts.begin(found.places))
            self.pages.setCurrentWidget(self.view)
            self._show_controls()
            self._lay_out()

    @Slot(str)
    def _say_damaged(self, text: str) -> None:
        self.message.emit(text)
        if self._map is None:
            self._show_nothing(f"{text}\n\nMake it anew: the photos are as they were.", can_make=True)

    def _show_note(self) -> None:
        if self._map is None:
            return
        parts = [count(len(self._map.photos), "photo")]
        if self._map.new:
            parts.append(f"new photos placed: {self._map.new}")
        if self.layouts.wanted is None:
            parts.append("finding room for each…")
        self.note.setText(" · ".join(parts))

    # Making it

    @Slot()
    def make(self) -> None:
        """Lay the photos out anew, and keep the map."""
        photos, model = self._photos, self._model_sha256
        if photos is None or not model or self.strip.busy:
            self.message.emit("Wait until the model is loaded." if not model else WAIT)
            return
        options = MapOptions(perplexity=self.perplexity.value(), seed=self.seed.value())
        QSettings().setValue(PERPLEXITY_SETTING, options.perplexity)
        QSettings().setValue(SEED_SETTING, options.seed)
        self.make_button.setEnabled(False)
        self.empty.buttons["Make the map"].setEnabled(False)

        def task() -> Iterator[Progress[AlbumMap]]:
            with self.open_catalogue() as catalogue:
                yield from make_map(photos, catalogue, model, maps_folder(catalogue_file()), options)

        def take(step: Progress[AlbumMap]) -> None:
            if photos is self._photos:
                self._take_map(step)

        self.strip.run(MAKING, task, progressed=take, ended=self._end)

    def _end(self, text: str) -> None:
        self.make_button.setEnabled(True)
        self.empty.buttons["Make the map"].setEnabled(True)
        if text or self.strip.was_stopped:
            self.message.emit(text or "Stopped: no map was made.")

    # How it is shown

    @Slot(bool)
    def _use_grid(self, on: bool) -> None:
        QSettings().setValue(GRID_SETTING, on)
        if self._map is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        """Let the photos go where they are to lie, once that is known."""
        self.layouts.want(grid=self.grid_toggle.isChecked())
        self._show_note()

    @Slot(object)
    def _take_layout(self, layout: MapLayout) -> None:
        self.view.slide_to(layout)
        self._show_note()

    @Slot()
    def save_as(self) -> None:
        """Ask for a file, and save the map there as it lies."""
        found, layout = self._map, self.layouts.wanted
        if found is None or layout is None:
            return
        side = 1.0 if layout.is_grid else layout.side
        coloured = self.colour_toggle.isChecked()
        picture = MapPicture(found.photos, layout.middles, *layout.map_wh, DEFAULT_SIDE, coloured, side)

        def told(target: Path, last: Progress[int]) -> str:
            (unread,) = last.results
            grey = f"; {unread} cannot be read and are grey" if unread else ""
            return f"{count(len(found.photos), 'photo')} saved as {target}{grey}"

        self.saver.save_as("map", (".png",), lambda target: write_map(picture, target), told)

    @Slot(bool)
    def _use_colours(self, on: bool) -> None:
        QSettings().setValue(COLOURS_SETTING, on)
        self.view.colour_by_score(on)

    @Slot(bool)
    def _use_lasso(self, on: bool) -> None:
        self.view.lasso_on = on
        self.view.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    # What is chosen

    @Slot(int)
    def _open(self, number: int) -> None:
        if self._map is not None:
            self.photo_wanted.emit(self._map.photos.paths[number])

    @Slot(int)
    def _show_selection(self, selected: int) -> None:
        self.select_button.setEnabled(selected > 0)
        self.select_button.setText(f"Select {selected} in Album" if selected else "Select in Album")

    @Slot()
    def _select_in_album(self) -> None:
        if self._map is not None:
            paths = self._map.photos.paths
            chosen = self.view.selected.nonzero()[0].tolist()
            self.photos_wanted.emit([paths[number] for number in chosen])

    def close_jobs(self) -> None:
        self.jobs.close()
        self.layouts.jobs.close()
        self.strip.jobs.close()
        self.view.close_jobs()
