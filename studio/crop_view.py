"""The Crop room: a photo, the crops of it that the network likes best, with their gain, and a new file of one."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.aspects import COMMON_ASPECTS, Aspect
from engine.crop_file import crop_name, save_crop
from engine.crop_search import SEARCH_LONG_SIDE, CropSuggestion, search_crops
from engine.faces import FaceDetector
from engine.geometry import Box
from engine.pictures import Picture, load_picture
from engine.progress import Progress
from engine.resources import SAMPLES
from engine.scoring import Score, Scorer
from studio.elided_label import ElidedLabel
from studio.empty_state import EmptyState
from studio.jobs import JobSlot
from studio.photo_canvas import PhotoCanvas
from studio.qt_pictures import image_from_pixels
from studio.theme import large_font
from studio.toggle import Toggle
from studio.wording import gain_in_words

FOLDER_SETTING = "crop/folder"
ASPECT_SETTING = "crop/aspect"
DEFAULT_ASPECT = "1:1"
ICON_SIDE = 110
# A gain that nobody would see: the photo may well stay as it is.
WORTHWHILE_GAIN = 2.0


class CropRoom(QWidget):
    """One photo and its crops.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scorer: Scorer | None = None
        self._path: Path | None = None
        self._picture: Picture | None = None
        self._suggestions: tuple[CropSuggestion, ...] = ()
        self._saving: tuple[object, ...] = ()
        self._saved: dict[tuple[object, ...], Path] = {}
        self.search_jobs, self.save_jobs = JobSlot(self), JobSlot(self)
        remembered = str(QSettings().value(ASPECT_SETTING, DEFAULT_ASPECT))
        names = [aspect.name for aspect in COMMON_ASPECTS]
        self._aspect = Aspect.parse(remembered if remembered in names else DEFAULT_ASPECT)
        self._build()

    def _build(self) -> None:
        self.canvas = PhotoCanvas()
        self.empty = EmptyState(
            "The best crop of a photo",
            "Drop a photo here or open one. Every crop at the chosen shape is scored; faces are never cut.",
            {"Open photo…": self.choose_photo, "Try a sample": self.open_sample},
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.canvas)
        layout = QVBoxLayout(self)
        layout.addLayout(self._build_bar())
        body = QHBoxLayout()
        body.addWidget(self.pages, 1)
        side = self._build_side()
        side.hide()
        self.pages.currentChanged.connect(lambda _: side.setVisible(self.pages.currentWidget() is self.canvas))
        body.addWidget(side)
        layout.addLayout(body, 1)

    def _build_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        open_button = QPushButton("Open photo…")
        open_button.clicked.connect(self.choose_photo)
        bar.addWidget(open_button)
        self.title = ElidedLabel()
        bar.addWidget(self.title, 1)
        bar.addWidget(QLabel("Shape"))
        self.aspects = QButtonGroup(self)
        for aspect in COMMON_ASPECTS:
            button = Toggle(aspect.name.capitalize())
            button.setChecked(aspect == self._aspect)
            button.clicked.connect(partial(self.use_aspect, aspect))
            self.aspects.addButton(button)
            bar.addWidget(button)
        return bar

    def _build_side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(270)
        self.whole = QLabel("")
        large_font(self.whole, 16)
        self.progress = QProgressBar()
        self.progress.hide()
        self.progress.setFormat("%v of %m crops")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.hide()
        self.cancel_button.clicked.connect(self.cancel)
        self.list = QListWidget()
        self.list.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.list.setSpacing(4)
        self.list.currentRowChanged.connect(self._show_suggestion)
        self.save_button = QPushButton("Save crop")
        self.save_button.setEnabled(False)
        self.save_button.setToolTip("Ctrl+S: a new file; the photo stays as it is")
        self.save_button.clicked.connect(self.save)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(8, 0, 0, 0)
        for widget in (self.whole, self.progress, self.cancel_button):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.save_button)
        return side

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on."""
        self._scorer = scorer
        if self._path is not None:
            self._search()

    @Slot()
    def choose_photo(self) -> None:
        """Ask for a photo."""
        start = str(self._path.parent if self._path else QSettings().value("album/folder", "") or "")
        name, _ = QFileDialog.getOpenFileName(self, "Open a photo", start)
        if name:
            self.open_photo(Path(name))

    @Slot()
    def open_sample(self) -> None:
        """Open one of the photos that come with the program."""
        self.open_photo(min(SAMPLES.glob("*.jpg")))

    def open_photo(self, path: Path) -> None:
        """Show a photo and look for its best crops."""
        self._path, self._picture, self._suggestions = path, None, ()
        self.title.setText(path.name)
        self.title.setToolTip(str(path))
        self.canvas.clear()
        self.pages.setCurrentWidget(self.canvas)
        self._search()

    def use_aspect(self, aspect: Aspect) -> None:
        """Look for crops of another shape."""
        self._aspect = aspect
        QSettings().setValue(ASPECT_SETTING, aspect.name)
        if self._path is not None:
            self._search()

    def _search(self) -> None:
        self._suggestions = ()
        self.list.clear()
        self.whole.clear()
        self.save_button.setEnabled(False)
        self.canvas.show_crop(None)
        self.progress.setRange(0, 0)
        self.progress.setVisible(True)
        self.cancel_button.setVisible(True)
        if self._scorer is None or self._path is None:
            return
        path, scorer, aspect = self._path, self._scorer, self._aspect

        def task() -> Iterator[Progress[object]]:
            picture = load_picture(path, SEARCH_LONG_SIDE)
            yield Progress(0, 0, "", (picture, scorer.score(picture.pixels)))
            yield from search_crops(picture, FaceDetector().detect_full_size(picture), scorer, aspect)

        self.search_jobs.start(task, progressed=self._take, completed=self._end_progress, failed=self._fail)

    @Slot(object)
    def _take(self, progress: Progress[object]) -> None:
        match progress.results:
            case (Picture() as picture, Score() as score):
                self._picture = picture
                self.canvas.show_image(image_from_pixels(picture.pixels), picture.full_size_wh)
                self.whole.setText(f"Whole photo: {score.points:.0f}")
            case (CropSuggestion(), *_):
                self._show_suggestions(progress.results)  # type: ignore[arg-type]
        if progress.total:
            self.progress.setRange(0, progress.total)
            self.progress.setValue(progress.done)

    def _show_suggestions(self, suggestions: tuple[CropSuggestion, ...]) -> None:
        self._suggestions = suggestions
        self.list.clear()
        for suggestion in suggestions:
            gain = gain_in_words(suggestion.score.points, suggestion.gain)
            text = f"{suggestion.score.points:.0f}   ({gain})"
            icon, preview = QIcon(), self._preview(suggestion.box)
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # else the chosen one is tinted
                icon.addPixmap(preview, mode)
            item = QListWidgetItem(icon, text)
            item.setToolTip(f"{suggestion.box.width} x {suggestion.box.height} pixels")
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.save_button.setEnabled(True)
        if suggestions[0].gain < WORTHWHILE_GAIN:
            self.message.emit("No crop of this shape is clearly better than the whole photo.")

    def _preview(self, box: Box) -> QPixmap:
        assert self._picture is not None
        height, width = self._picture.pixels.shape[:2]
        part = box.scaled(self._picture.full_size_wh, (width, height))
        image: QImage = self.canvas.image.copy(part.x0, part.y0, part.width, part.height)
        side = round(ICON_SIDE * self.devicePixelRatioF())
        scaled = image.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        pixmap = QPixmap.fromImage(scaled)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        return pixmap

    @Slot(int)
    def _show_suggestion(self, row: int) -> None:
        self.canvas.show_crop(self._suggestions[row].box if 0 <= row < len(self._suggestions) else None)

    @Slot()
    def save(self) -> None:
        """Save the chosen crop beside its photo."""
        if self._can_save() and self._path is not None:
            # The sample photos belong to the program: their crops go where the person says.
            if self._path.parent == SAMPLES:
                self.save_as()
            else:
                self._save_in(self._path.parent)

    @Slot()
    def save_as(self) -> None:
        """Ask for a folder and save the chosen crop there."""
        start = str(QSettings().value(FOLDER_SETTING, "") or "")
        if self._can_save() and (folder := QFileDialog.getExistingDirectory(self, "Save the crop in", start)):
            QSettings().setValue(FOLDER_SETTING, folder)
            self._save_in(Path(folder))

    def _can_save(self) -> bool:
        """Whether there is a crop to save and none is being saved; where not, why is said."""
        if self.save_jobs.busy:
            self.message.emit("The last crop is still being saved.")
        elif not self._suggestions:
            self.message.emit("Open a photo first." if self._path is None else "The crops are still being searched.")
        return bool(self._suggestions) and not self.save_jobs.busy

    def _save_in(self, folder: Path) -> None:
        row = self.list.currentRow()
        if self._path is None or not 0 <= row < len(self._suggestions):
            return
        path, box, name = self._path, self._suggestions[row].box, crop_name(self._path, self._aspect.name)

        self._saving = path, box, folder, name
        before = self._saved.get(self._saving)
        if before is not None and before.exists():
            self.message.emit(f"Already saved as {before}")
            return

        def task() -> Iterator[Progress[Path]]:
            yield Progress(1, 1, "", (save_crop(path, box, folder, name),))

        self.save_button.setEnabled(False)
        self.save_jobs.start(task, progressed=self._say_saved, completed=self._allow_saving, failed=self._say_not_saved)

    @Slot(object)
    def _say_saved(self, progress: Progress[Path]) -> None:
        self._saved[self._saving] = progress.results[0]
        self.message.emit(f"Saved as {progress.results[0]}")

    @Slot(str)
    def _say_not_saved(self, text: str) -> None:
        self._allow_saving()
        self.message.emit(text)

    @Slot()
    def _allow_saving(self) -> None:
        self.save_button.setEnabled(bool(self._suggestions))

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._end_progress()
        self.message.emit(text)
        if self._picture is None:
            self._path = None
            self.title.clear()
            self.pages.setCurrentWidget(self.empty)

    @Slot()
    def cancel(self) -> None:
        """Stop the search."""
        self.search_jobs.cancel()
        self._end_progress()

    @Slot()
    def _end_progress(self) -> None:
        self.progress.setVisible(False)
        self.cancel_button.setVisible(False)

    def close_jobs(self) -> None:
        """Stop the search, let a save come to its end, and wait for the threads."""
        self.search_jobs.close()
        self.save_jobs.finish()
