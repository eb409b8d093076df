"""The crops of a folder, before and after: accepted or skipped by keyboard, changed by hand, and then saved."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.aspects import Aspect
from engine.catalogue import Catalogue
from engine.crop_folder import DEFAULT_MARGIN, CropJob, CroppedPhoto, photos_to_crop
from engine.crop_plan import PlannedCrop, Verdict, plan_crops, remember_plan, save_planned
from engine.crop_search import CropSuggestion
from engine.crop_session import FaceRules
from engine.errors import CatalogueError
from engine.manual_crops import crops_of_shape
from engine.photo_crops import PhotoCrops
from engine.progress import Progress
from engine.scan import find_photos
from engine.scoring import Scorer
from studio.crop_output import CropOutput
from studio.crop_pictures import CropPictures
from studio.crop_review_model import CropReviewModel
from studio.crop_tile import CropTile
from studio.job_bar import JobBar
from studio.jobs import JobSlot
from studio.toggle import Toggle
from studio.wording import count

# One decodes or saves while the other searches.
WORKERS = 2
VERDICT_KEYS = {
    Qt.Key.Key_A: Verdict.ACCEPTED,
    Qt.Key.Key_Return: Verdict.ACCEPTED,
    Qt.Key.Key_Enter: Verdict.ACCEPTED,
    Qt.Key.Key_X: Verdict.SKIPPED,
}


class _Sheet(QListView):
    """The pairs; what keys ask for is told."""

    verdict_wanted = Signal(object)
    edit_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in VERDICT_KEYS:
            self.verdict_wanted.emit(VERDICT_KEYS[key])
        elif key == Qt.Key.Key_E:
            self.edit_wanted.emit()
        else:
            super().keyPressEvent(event)


class CropReview(QWidget):
    """What will be made of a folder; nothing is written before a person says so.

    Args:
        open_catalogue: opens the person's catalogue for the calling thread.

    Attributes:
        model: the crops.
        aspect: their shape.

    Signals:
        message: a sentence for people.
        edit_wanted: a `CroppedPhoto` that shall be cropped by hand.
        save_wanted: the accepted crops shall be saved: where and how is still to be asked.
        found_nothing: there are no photos in what was opened.
    """

    message = Signal(str)
    edit_wanted = Signal(object)
    save_wanted = Signal()
    found_nothing = Signal()

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open_catalogue = open_catalogue
        self._scorer: Scorer | None = None
        self.paths: Sequence[Path] = ()
        self.aspect = Aspect.parse("1:1")
        self._rules, self._margin = FaceRules(), DEFAULT_MARGIN
        self._past: list[PlannedCrop] = []
        self._future: list[PlannedCrop] = []
        self._stop = threading.Event()
        self.jobs = JobSlot(self)
        self.model = CropReviewModel(self)
        self.model.counted.connect(self._show_counts)
        self.pictures = CropPictures(self)
        self._build()

    def _build(self) -> None:
        self.sheet = _Sheet()
        self.sheet.setModel(self.model)
        self.sheet.setItemDelegate(CropTile(self.pictures, self))
        self.sheet.setViewMode(QListView.ViewMode.IconMode)
        self.sheet.setMovement(QListView.Movement.Static)
        self.sheet.setResizeMode(QListView.ResizeMode.Adjust)
        self.sheet.setUniformItemSizes(True)
        self.sheet.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.sheet.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.sheet.setAccessibleName("Crops to review")
        self.sheet.verdict_wanted.connect(self.judge)
        self.sheet.edit_wanted.connect(self._edit)
        self.sheet.doubleClicked.connect(self._edit)
        self.pictures.arrived.connect(self.sheet.viewport().update)
        self.all_button, self.doubtful_button = Toggle("All"), Toggle("Doubtful")
        shown = QButtonGroup(self)
        for button in (self.all_button, self.doubtful_button):
            shown.addButton(button)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.all_button.setChecked(True)
        self.doubtful_button.toggled.connect(self._filter)
        self.bar = JobBar(self.jobs)
        self.bar.cancelled.connect(self.cancel)
        self.save_button = QPushButton("Save crops…")
        self.save_button.clicked.connect(self.save_wanted)
        self.help = QLabel("A accept   X skip   E change by hand")
        top = QHBoxLayout()
        for widget in (self.all_button, self.doubtful_button, self.help):
            top.addWidget(widget)
        top.addStretch()
        for at_right in (self.bar, self.save_button):
            top.addWidget(at_right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.sheet, 1)
        self._end_progress()

    # Searching

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on."""
        self._scorer = scorer
        if self.paths:
            self.open(self.paths, self.aspect, self._rules, self._margin)

    @property
    def has_crops(self) -> bool:
        return bool(self.paths)

    @property
    def how(self) -> str:
        """What must be the same for a plan to go on."""
        model = self._scorer.card.model_sha256 if self._scorer else ""
        return f"{model} {'close' if self._rules.close else 'heads'} {self._margin:g}"

    def open(self, paths: Sequence[Path], aspect: Aspect, rules: FaceRules, margin: float) -> None:
        """Search the crops of photos and of folders; what an earlier review knows is there at once.

        Args:
            paths: files and folders.
            aspect: the shape.
            rules: whether foreheads and hair may be cut.
            margin: points that a crop must gain not to be doubtful.
        """
        self.jobs.cancel()
        self.model.clear()
        self._past.clear()
        self._future.clear()
        self.paths, self.aspect, self._rules = paths, aspect, FaceRules(close=rules.close)
        self._margin = margin
        if self._scorer is None:
            return
        scorer, how = self._scorer, self.how

        def task() -> Iterator[Progress[PlannedCrop]]:
            photos = photos_to_crop(find_photos(paths), paths, _common_folder(paths))
            with self._open_catalogue() as catalogue:
                own = crops_of_shape(catalogue, aspect.name)
                search = PhotoCrops(aspect, scorer.for_threads(), rules, own=own)
                job = CropJob(None, aspect, dry_run=True, margin=margin)
                yield from plan_crops(photos, job, how, search, catalogue, workers=WORKERS)

        self._start(task, "", self._say_searched)

    @Slot()
    def _say_searched(self) -> None:
        number, doubtful, _ = self.model.count()
        if number and not self._past:
            self.sheet.setCurrentIndex(self.model.index(0))  # doubtful ones came in before it
        if not number and self._stop.is_set():
            self.message.emit("Stopped before the first photo.")
        elif not number:
            self.paths = ()
            self.message.emit("There are no photos in there: open another folder.")
            self.found_nothing.emit()
        elif doubtful:
            self.message.emit(f"{count(number, 'photo')} searched, {doubtful} doubtful: look at those first.")
        else:
            self.message.emit(f"{count(number, 'photo')} searched. Nothing is written before you save.")

    # Saving

    def save(self, folder: Path, output: CropOutput) -> None:
        """Save the accepted crops as new files."""
        plans = self.model.accepted()
        if not plans or self.jobs.busy:
            return
        job = CropJob(folder, self.aspect, output.names, output.way, long_side=output.size, quality=output.quality)
        how = self.how

        def task() -> Iterator[Progress[PlannedCrop]]:
            with self._open_catalogue() as catalogue:
                yield from save_planned(plans, job, how, catalogue, workers=WORKERS)

        def say() -> None:
            wanted = [self.model.find(plan.photo.source) for plan in plans]
            saved = sum(plan is not None and plan.verdict is Verdict.SAVED for plan in wanted)
            bad = [plan for plan in wanted if plan is not None and plan.photo.error]
            rest = f" {count(len(bad), 'photo')} could not be: {bad[0].photo.error}." if bad else ""
            stopped = "Stopped: " if self._stop.is_set() else ""
            self.message.emit(f"{stopped}{count(saved, 'crop')} saved in {folder}.{rest}")

        self._start(task, "Saving ", say)

    # Jobs

    def _start(
        self, make_task: Callable[[], Iterator[Progress[PlannedCrop]]], what: str, ended: Callable[[], None]
    ) -> None:
        self._stop = stop = threading.Event()
        self.bar.begin(what)
        self.save_button.setEnabled(False)

        def task() -> Iterator[Progress[PlannedCrop]]:
            with closing(make_task()) as steps:  # type: ignore[type-var]  # a generator
                for step in steps:
                    yield step
                    if stop.is_set():
                        return

        def end() -> None:
            self._end_progress()
            ended()

        self.jobs.start(task, progressed=self._take, completed=end, failed=self._fail)

    def _take(self, step: Progress[PlannedCrop]) -> None:
        was_empty = self.model.rowCount() == 0
        self.model.put(step.results)
        if self.model.rowCount() and (was_empty or not self.sheet.currentIndex().isValid()):
            self.sheet.setCurrentIndex(self.model.index(0))
        bad_files = bool(step.results) and all(plan.photo.error for plan in step.results)
        self.bar.show_progress(step, at_work=not bad_files)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._end_progress()
        self.message.emit(text)

    @Slot()
    def cancel(self) -> None:
        """Stop after the photos that are under way; what is done stays, and the same folder goes on from there."""
        self._stop.set()
        self.bar.go_on()

    def _end_progress(self) -> None:
        self.bar.end()
        self._show_counts()

    @Slot()
    def _show_counts(self) -> None:
        number, doubtful, saved = self.model.count()
        accepted = len(self.model.accepted())
        self.all_button.setText(f"All {number:,}")
        self.doubtful_button.setText(f"Doubtful {doubtful:,}")
        self.save_button.setText(f"Save {count(accepted, 'crop')}…" if accepted or not saved else "All saved")
        self.save_button.setEnabled(bool(accepted) and not self.jobs.busy)

    @Slot(bool)
    def _filter(self, doubtful_only: bool) -> None:
        self.model.show_doubtful_only(doubtful_only)
        if self.model.rowCount():
            self.sheet.setCurrentIndex(self.model.index(0))

    # Judging

    @Slot(object)
    def judge(self, verdict: Verdict) -> None:
        """Accept or skip the current crop, and go to the next one."""
        index = self.sheet.currentIndex()
        if not index.isValid():
            return
        plan = self.model.plan(index.row())
        if plan.photo.error is None and plan.verdict is not Verdict.SAVED:
            self._past.append(plan)
            self._future.clear()
            self.put(PlannedCrop(plan.photo, verdict))
        if index.row() + 1 < self.model.rowCount():
            self.sheet.setCurrentIndex(self.model.index(index.row() + 1))

    def undo(self) -> None:
        """Take back what was said last."""
        self._swap(self._past, self._future, "There is nothing to undo.")

    def redo(self) -> None:
        """Say again what was taken back last."""
        self._swap(self._future, self._past, "There is nothing to do again.")

    def _swap(self, source: list[PlannedCrop], other: list[PlannedCrop], otherwise: str) -> None:
        if not source:
            self.message.emit(otherwise)
            return
        plan = source.pop()
        now = self.model.find(plan.photo.source)
        assert now is not None
        other.append(now)
        self.put(plan)
        if (place := self.model.place_of(plan.photo.source)) is not None:
            self.sheet.setCurrentIndex(self.model.index(place))

    def put(self, plan: PlannedCrop) -> None:
        """Show what is said of a crop, and write it down."""
        self.model.put((plan,))
        try:
            with self._open_catalogue() as catalogue:
                remember_plan(catalogue, self.aspect.name, self.how, (plan,))
        except CatalogueError as error:
            self.message.emit(f"This will be forgotten: {error}")

    @Slot()
    def _edit(self, index: QModelIndex | None = None) -> None:
        index = index or self.sheet.currentIndex()
        if index.isValid() and not (plan := self.model.plan(index.row())).photo.error:
            self.edit_wanted.emit(plan.photo)

    def has_own(self, path: Path) -> bool:
        """Whether the crop of a photo is one that the person made."""
        plan = self.model.find(path)
        return plan is not None and plan.photo.own

    def take(self, path: Path, crop: CropSuggestion, *, own: bool) -> None:
        """A person cropped one of the photos by hand, or gave up what they had made of it: that is accepted."""
        before, box = self.model.find(path), crop.box.xyxy
        if before is None or (own and (before.photo.box_xyxy, before.photo.angle_deg) == (box, crop.angle_deg)):
            return
        photo = CroppedPhoto(path, None, box, crop.score.points, crop.gain, own=own, angle_deg=crop.angle_deg)
        self._past.append(before)
        self._future.clear()
        self.put(PlannedCrop(photo, Verdict.ACCEPTED))

    def close_jobs(self) -> None:
        """Stop after the photos that are under way, and wait for them: no file is left half done."""
        self.cancel()
        self.jobs.finish()
        self.pictures.close()


def _common_folder(paths: Sequence[Path]) -> Path | None:
    """The folder whose crops of earlier runs are left out; None where single photos were named."""
    return paths[0] if len(paths) == 1 and paths[0].is_dir() else None
