"""The Crop room: one photo and its crops, or a folder of them, at the shape that is chosen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.aspects import Aspect
from engine.catalogue import Catalogue
from engine.crop_file import cropped_stem
from engine.crop_folder import CroppedPhoto
from engine.crop_names import values_for_names
from engine.crop_record import CropRecord, MadeCrop
from engine.geometry import Box
from engine.progress import Progress
from engine.resources import SAMPLES
from engine.scoring import Scorer
from studio.crop_desk import CropDesk
from studio.crop_output import FOLDER_SETTING, CropOutput, CropOutputDialog
from studio.crop_review import CropReview
from studio.crop_shapes import ShapeBar
from studio.elided_label import ElidedLabel
from studio.empty_state import EmptyState
from studio.jobs import JobSlot
from studio.wording import count

# How a crop was made that is saved alone: a run over its folder does not take it for its own.
BY_HAND = ("by hand",)


@dataclass(frozen=True)
class _Saving:
    """A crop that is saved; the same one is not saved twice."""

    photo: Path
    box: Box
    folder: Path
    name: str
    output: CropOutput
    angle_deg: float


class CropRoom(QWidget):
    """A photo and its crops, or a folder.

    Args:
        open_catalogue: opens the person's catalogue for the calling thread.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._saving: _Saving | None = None
        self._saved: dict[_Saving, Path] = {}
        self.save_jobs = JobSlot(self)
        self.desk = CropDesk(open_catalogue)
        self.review = CropReview(open_catalogue)
        self.review.edit_wanted.connect(self._edit)
        self.review.save_wanted.connect(self._ask_to_save_all)
        for page in (self.desk, self.review):
            page.message.connect(self.message)
        self.desk.accepted.connect(self.save)
        self.desk.refused.connect(self._show_refused)
        self.review.found_nothing.connect(self._show_nothing)
        self._build()

    def _build(self) -> None:
        self.empty = EmptyState(
            "The best crop of a photo",
            "Drop a photo or a folder here. Every crop at the chosen shape is scored; faces are never cut.",
            {
                "Open photo…": self.choose_photo,
                "Crop a folder…": self.choose_folder,
                "Try a sample": self.open_sample,
            },
        )
        self.shapes = ShapeBar()
        self.shapes.chosen.connect(self._use_aspect)
        self.desk.aspect_changed.connect(self.shapes.show_aspect)
        self.save_button = QPushButton("Save crop")
        self.save_button.setEnabled(False)
        self.save_button.setToolTip("Enter or Ctrl+S: a new file; the photo stays as it is")
        self.save_button.clicked.connect(self.save)
        self.save_as_button = QPushButton("As…")
        self.save_as_button.setEnabled(False)
        self.save_as_button.setToolTip("Choose size, quality, name and folder (Ctrl+Shift+S)")
        self.save_as_button.clicked.connect(self.save_as)
        for button in (self.save_button, self.save_as_button):
            self.desk.can_save.connect(button.setEnabled)
        self.desk.side.add_buttons(self.save_button, self.save_as_button)
        open_button = QPushButton("Open photo…")
        open_button.clicked.connect(self.choose_photo)
        self.back_button = QPushButton("‹ Folder")
        self.back_button.setToolTip("Back to the review (Esc)")
        self.back_button.clicked.connect(self.show_review)
        self.back_button.hide()
        self.title = ElidedLabel()
        bar = QHBoxLayout()
        bar.addWidget(self.back_button)
        bar.addWidget(open_button)
        bar.addWidget(self.title, 1)
        bar.addWidget(self.shapes)
        self.pages = QStackedWidget()
        for page in (self.empty, self.desk, self.review):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.pages, 1)

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on."""
        self.desk.use_scorer(scorer)
        self.review.use_scorer(scorer)

    def _use_aspect(self, aspect: Aspect) -> None:
        if self.is_reviewing:
            self.review.open(self.review.paths, aspect, self.desk.state.rules, self.desk.margin)
        else:
            self.desk.use_aspect(aspect)

    @property
    def is_reviewing(self) -> bool:
        """Whether a folder is shown."""
        return self.pages.currentWidget() is self.review

    # Opening

    @Slot()
    def choose_photo(self) -> None:
        """Ask for a photo."""
        start = str(self.desk.path.parent if self.desk.path else QSettings().value("album/folder", "") or "")
        name, _ = QFileDialog.getOpenFileName(self, "Open a photo", start)
        if name:
            self.open_photo(Path(name))

    @Slot()
    def open_sample(self) -> None:
        """Open one of the photos that come with the program."""
        self.open_photo(min(SAMPLES.glob("*.jpg")))

    def open_photo(self, path: Path, known: Box | None = None) -> None:
        """Show a photo and look for its best crops, of which one may be known already."""
        self.message.emit("")
        self.title.setText(path.name)
        self.title.setToolTip(str(path))
        self.pages.setCurrentWidget(self.desk)
        self.back_button.setVisible(self.review.has_crops)
        self.desk.open(path, self.shapes.aspect, known)

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder, and show what its crops would be."""
        start = str(QSettings().value("album/folder", "") or "")
        if folder := QFileDialog.getExistingDirectory(self, "Crop the photos of a folder", start):
            self.open_paths([Path(folder)])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Show what the crops of photos and of folders would be; nothing is written."""
        self.message.emit("")
        self.desk.close_photo()
        self.review.open(paths, self.shapes.aspect, self.desk.state.rules, self.desk.margin)
        self.show_review()

    @Slot()
    def show_review(self) -> None:
        """Go back to the folder, with what was done by hand."""
        desk, paths = self.desk, self.review.paths
        if desk.state.angle_deg and not desk.state.by_hand:
            self.message.emit("Levelled, but not cropped by hand: the folder keeps the crop that it had.")
        elif desk.path is not None and desk.state.aspect == self.review.aspect:
            desk.memory.write()
            if (desk.state.by_hand or self.review.has_own(desk.path)) and (crop := desk.judged()):
                self.review.take(desk.path, crop, own=desk.state.by_hand)
        desk.close_photo()
        self.shapes.show_aspect(self.review.aspect)
        self.title.setText(paths[0].name if len(paths) == 1 else f"{paths[0].name} and {len(paths) - 1} more")
        self.title.setToolTip("\n".join(map(str, paths)))
        self.back_button.hide()
        self.pages.setCurrentWidget(self.review)
        self.review.sheet.setFocus()

    @Slot(object)
    def _edit(self, photo: CroppedPhoto) -> None:
        is_found = not (photo.own or photo.angle_deg)
        self.open_photo(photo.source, Box(*photo.box_xyxy) if is_found and photo.box_xyxy else None)

    @Slot(str)
    def _show_refused(self, reason: str) -> None:
        if self.review.has_crops:
            self.show_review()
        else:
            self._show_empty("This photo cannot be opened", f"{reason[:1].upper()}{reason[1:]}. Open another one.")

    @Slot()
    def _show_nothing(self) -> None:
        self.back_button.hide()
        if self.is_reviewing:
            self._show_empty("There are no photos in there", "Open another folder, or a photo.")

    def _show_empty(self, title: str, text: str) -> None:
        self.empty.say(title, text)
        self.title.clear()
        self.pages.setCurrentWidget(self.empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.back_button.isVisible():
            self.show_review()
        else:
            super().keyPressEvent(event)

    def undo(self) -> None:
        """Take the last change back."""
        (self.review if self.is_reviewing else self.desk).undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        (self.review if self.is_reviewing else self.desk).redo()

    # Saving

    @Slot()
    def save(self) -> None:
        """Save the crop beside its photo; of a folder, ask where to."""
        if self.is_reviewing:
            self._ask_to_save_all()
        elif self._can_save() and self.desk.path is not None:
            # The sample photos belong to the program: their crops go where the person says.
            if self.desk.path.parent == SAMPLES:
                self.save_as()
            else:
                self.save_in(self.desk.path.parent, CropOutput.remembered())

    @Slot()
    def save_as(self) -> None:
        """Ask where to and how, and save the crop there."""
        if self.is_reviewing:
            self._ask_to_save_all()
            return
        if not self._can_save() or self.desk.path is None:
            return
        folder = str(QSettings().value(FOLDER_SETTING, "") or "")
        start = Path(folder) if folder else None if self.desk.path.parent == SAMPLES else self.desk.path.parent
        dialog = CropOutputDialog(self.desk.state.aspect, self.desk.path, start, "Save crop", self.window())
        dialog.aspect_wanted.connect(self.desk.use_aspect)
        dialog.wanted.connect(self.save_in)
        dialog.open()

    @Slot()
    def _ask_to_save_all(self) -> None:
        plans = self.review.model.accepted()
        if not plans or self.review.jobs.busy:
            self.message.emit("Wait for the end, or cancel it." if plans else "No crop is accepted: A accepts one.")
            return
        folder = str(QSettings().value(FOLDER_SETTING, "") or "")
        action = f"Save {count(len(plans), 'crop')}"
        example = plans[0].photo.source
        dialog = CropOutputDialog(self.review.aspect, example, Path(folder) if folder else None, action, self.window())
        dialog.wanted.connect(self._save_all)
        dialog.open()

    @Slot(object, object)
    def _save_all(self, folder: Path, output: CropOutput) -> None:
        QSettings().setValue(FOLDER_SETTING, str(folder))
        self.review.save(folder, output)

    def _can_save(self) -> bool:
        """Whether there is a crop to save and none is being saved; where not, why is said."""
        if self.save_jobs.busy:
            self.message.emit("The last crop is still being saved.")
        elif self.desk.state.box is None or self.desk.path is None:
            searching = self.desk.path is not None and self.desk.finder.is_busy
            self.message.emit("The crops are still being searched." if searching else "Open a photo first.")
        elif self.desk.is_whole and not self.desk.state.angle_deg:
            self.message.emit("This is all of the photo: there is nothing to crop.")
        else:
            return True
        return False

    @Slot(object, object)
    def save_in(self, folder: Path, output: CropOutput) -> None:
        """Save the crop in a folder."""
        path, box = self.desk.path, self.desk.state.box
        if path is None or box is None:
            return
        points, angle_deg = self.desk.finder.exact(box) or 0.0, self.desk.state.angle_deg
        name = output.names.fill(values_for_names(path, self.desk.state.aspect, 1, points, box))
        saving = self._saving = _Saving(path, box, folder, name, output, angle_deg)
        before = self._saved.get(saving)
        if before is not None and before.exists():
            self.message.emit(f"Already saved as {before}")
            return

        def task() -> Iterator[Progress[Path]]:
            saved = output.save(path, box, folder, name, angle_deg)
            if cropped_stem(saved) is None:  # its name does not tell that it is a crop
                CropRecord(folder).add(path, BY_HAND, MadeCrop(saved, box, angle_deg))
            yield Progress(1, 1, "", (saved,))

        self.save_button.setEnabled(False)
        self.save_jobs.start(task, progressed=self._say_saved, completed=self._allow_saving, failed=self._say_not_saved)

    @Slot(object)
    def _say_saved(self, progress: Progress[Path]) -> None:
        assert self._saving is not None
        self._saved[self._saving] = progress.results[0]
        is_anew = self._saving.output.lossless and self._saving.angle_deg
        rest = ". It is saved anew: the blocks of a levelled photo cannot be kept." if is_anew else ""
        self.message.emit(f"Saved as {progress.results[0]}{rest}")

    @Slot(str)
    def _say_not_saved(self, text: str) -> None:
        self._allow_saving()
        self.message.emit(text)

    @Slot()
    def _allow_saving(self) -> None:
        self.save_button.setEnabled(self.desk.state.box is not None)

    def close_jobs(self) -> None:
        """Stop the search, let a save come to its end, and wait for the threads."""
        self.desk.close_jobs()
        self.review.close_jobs()
        self.save_jobs.finish()
