"""The Crop room: one photo and its crops, or a folder of them, at the shape that is chosen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.catalogue import Catalogue
from engine.crop_file import save_crop
from engine.crop_names import values_for_names
from engine.geometry import Box
from engine.progress import Progress
from engine.resources import SAMPLES
from engine.scoring import Scorer
from studio.crop_desk import CropDesk
from studio.crop_output import FOLDER_SETTING, CropOutput, CropOutputDialog
from studio.crop_shapes import ShapeBar
from studio.elided_label import ElidedLabel
from studio.empty_state import EmptyState
from studio.jobs import JobSlot


@dataclass(frozen=True)
class _Saving:
    """A crop that is saved; the same one is not saved twice."""

    photo: Path
    box: Box
    folder: Path
    name: str
    output: CropOutput


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
        self.desk.message.connect(self.message)
        self.desk.accepted.connect(self.save)
        self.desk.refused.connect(self._show_empty)
        self._build()

    def _build(self) -> None:
        self.empty = EmptyState(
            "The best crop of a photo",
            "Drop a photo here or open one. Every crop at the chosen shape is scored; faces are never cut.",
            {"Open photo…": self.choose_photo, "Try a sample": self.open_sample},
        )
        self.shapes = ShapeBar()
        self.shapes.chosen.connect(self.desk.use_aspect)
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
        self.title = ElidedLabel()
        bar = QHBoxLayout()
        bar.addWidget(open_button)
        bar.addWidget(self.title, 1)
        bar.addWidget(self.shapes)
        self.pages = QStackedWidget()
        for page in (self.empty, self.desk):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.pages, 1)

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on."""
        self.desk.use_scorer(scorer)

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

    def open_photo(self, path: Path) -> None:
        """Show a photo and look for its best crops."""
        self.title.setText(path.name)
        self.title.setToolTip(str(path))
        self.pages.setCurrentWidget(self.desk)
        self.desk.open(path, self.shapes.aspect)

    @Slot()
    def _show_empty(self) -> None:
        self.title.clear()
        self.pages.setCurrentWidget(self.empty)

    def undo(self) -> None:
        """Take the last change back."""
        self.desk.undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        self.desk.redo()

    # Saving

    @Slot()
    def save(self) -> None:
        """Save the crop beside its photo."""
        if self._can_save() and self.desk.path is not None:
            # The sample photos belong to the program: their crops go where the person says.
            if self.desk.path.parent == SAMPLES:
                self.save_as()
            else:
                self.save_in(self.desk.path.parent, CropOutput.remembered())

    @Slot()
    def save_as(self) -> None:
        """Ask where to and how, and save the crop there."""
        if not self._can_save() or self.desk.path is None:
            return
        folder = str(QSettings().value(FOLDER_SETTING, "") or "")
        start = Path(folder) if folder else None if self.desk.path.parent == SAMPLES else self.desk.path.parent
        dialog = CropOutputDialog(self.desk.state.aspect, self.desk.path, start, "Save crop", self.window())
        dialog.aspect_wanted.connect(self.desk.use_aspect)
        dialog.wanted.connect(self.save_in)
        dialog.open()

    def _can_save(self) -> bool:
        """Whether there is a crop to save and none is being saved; where not, why is said."""
        if self.save_jobs.busy:
            self.message.emit("The last crop is still being saved.")
        elif self.desk.state.box is None or self.desk.path is None:
            searching = self.desk.path is not None and self.desk.is_searching
            self.message.emit("The crops are still being searched." if searching else "Open a photo first.")
        elif self.desk.is_whole:
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
        name = output.names.fill(values_for_names(path, self.desk.state.aspect, 1, self.desk.points, box))
        saving = self._saving = _Saving(path, box, folder, name, output)
        before = self._saved.get(saving)
        if before is not None and before.exists():
            self.message.emit(f"Already saved as {before}")
            return

        def task() -> Iterator[Progress[Path]]:
            saved = save_crop(path, box, folder, name, long_side=output.long_side, quality=output.quality)
            yield Progress(1, 1, "", (saved,))

        self.save_button.setEnabled(False)
        self.save_jobs.start(task, progressed=self._say_saved, completed=self._allow_saving, failed=self._say_not_saved)

    @Slot(object)
    def _say_saved(self, progress: Progress[Path]) -> None:
        assert self._saving is not None
        self._saved[self._saving] = progress.results[0]
        self.message.emit(f"Saved as {progress.results[0]}")

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
        self.save_jobs.finish()
