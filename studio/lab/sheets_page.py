"""The photos laid out in rows, best first, as pictures to print."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QSettings, QStandardPaths, QTimer, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.catalogue import Catalogue
from engine.lab.photos import LabPhotos
from engine.lab.sheet import Sheet, SheetKind, SheetPhoto, SheetWish
from engine.lab.sheet_choice import picked_photos, read_names
from engine.lab.sheet_file import WrittenSheet, write_sheet
from engine.lab.sheet_layout import Layout, Medium
from engine.lab.sheet_plan import plan_sheet
from engine.lab.sheet_preview import PreviewStrip, preview_sheet
from engine.progress import Progress
from engine.scoring import Scorer
from studio.empty_state import EmptyState
from studio.file_manager import open_folder
from studio.jobs import JobSlot
from studio.lab.page import LabPage
from studio.lab.sheets_options import MEDIA, SheetOptions
from studio.photo_canvas import PhotoCanvas
from studio.qt_pictures import image_from_pixels
from studio.task_strip import TaskStrip
from studio.wording import count

FOLDER_SETTING = "lab/sheet folder"
NO_ALBUM = "Open a folder in the Album: its photos, best first, can be laid out here."
# A person turns a wheel or types a title: one preview for all of it.
PREVIEW_AFTER_MS = 250
EDGE = QColor(128, 128, 128, 110)


class SheetCanvas(PhotoCanvas):
    """The preview; its edge is seen on any ground."""

    def draw_over(self, painter: QPainter) -> None:
        painter.setPen(EDGE)
        painter.drawRect(self.picture_rect().adjusted(0, 0, -1, -1))


class SheetsPage(LabPage):
    """What is wanted on the left, and on the right what will be written."""

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(open_catalogue, parent)
        self._photos: LabPhotos | None = None
        self._model = ""
        self.preview_jobs = JobSlot(self)
        self.options = SheetOptions()
        self.save_button = QPushButton("Save as…")
        self.save_button.clicked.connect(self.save_as)
        self.canvas = SheetCanvas()
        self.empty = EmptyState("Sheets for the wall", NO_ALBUM, {})
        self.strip = TaskStrip()
        self._preview_soon = QTimer(self, singleShot=True, interval=PREVIEW_AFTER_MS)
        self._preview_soon.timeout.connect(self._preview)
        self.options.changed.connect(self._preview_soon.start)
        self._lay_out()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.options)
        left.addWidget(self.save_button)
        left.addStretch(1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.canvas)
        body = QHBoxLayout()
        body.addLayout(left)
        body.addWidget(self.pages, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(body, 1)
        layout.addWidget(self.strip)

    def use_scorer(self, scorer: Scorer) -> None:
        self._model = scorer.card.name

    def show_photos(self, photos: LabPhotos) -> None:
        same = self._photos is not None and self._photos.paths == photos.paths
        self._photos = photos
        if not len(photos):
            self._show_nothing(NO_ALBUM)
        self.save_button.setEnabled(bool(len(photos)))
        if not same or self.canvas.image.isNull() or self.options.chosen_kind is SheetKind.NAMED:
            self._preview_soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._preview_soon.start()

    def close_jobs(self) -> None:
        self._preview_soon.stop()
        self.preview_jobs.close()
        self.strip.close_jobs()

    # The preview

    @Slot()
    def _preview(self) -> None:
        photos, wish, medium = self._photos, self.options.wish(), self.options.chosen_medium
        if photos is None or not len(photos) or not self.isVisible():
            return
        ratio = self.canvas.devicePixelRatio()
        room = round(self.pages.width() * ratio), round(self.pages.height() * ratio)

        def task() -> Iterator[Progress[PreviewStrip]]:
            with self.open_catalogue() as catalogue:
                sheet, layout = self._plan(photos, wish, medium, catalogue)
                blurred_by = catalogue if wish.blur_faces else None
                yield from preview_sheet(sheet, layout, room, dark=wish.dark, blurred_by=blurred_by, kind=wish.kind)

        self.preview_jobs.start(task, progressed=self._show_strip, completed=lambda: None, failed=self._show_no_sheet)

    def _plan(self, photos: LabPhotos, wish: SheetWish, medium: Medium, catalogue: Catalogue) -> tuple[Sheet, Layout]:
        named: list[SheetPhoto] = []
        if wish.kind is SheetKind.NAMED:
            names = self.options.names
            named = read_names(names, photos) if names else picked_photos(photos, catalogue)
        return plan_sheet(photos, wish, medium, catalogue, self._model, named)

    @Slot(object)
    def _show_strip(self, progress: Progress[PreviewStrip]) -> None:
        for strip in progress.results:
            image = self.canvas.image
            if strip.top == 0:
                image = QImage(*strip.size_wh, QImage.Format.Format_RGB32)
                image.fill(QColor(*strip.ground))
            painter = QPainter(image)
            painter.drawImage(QPoint(0, strip.top), image_from_pixels(strip.pixels))
            painter.end()
            self.pages.setCurrentWidget(self.canvas)
            self.canvas.show_image(image)

    @Slot(str)
    def _show_no_sheet(self, text: str) -> None:
        self.canvas.clear()
        self._show_nothing(text)

    def _show_nothing(self, text: str) -> None:
        """Say why there is no sheet, in its place."""
        self.empty.text.setText(text)
        self.pages.setCurrentWidget(self.empty)

    # The file

    @Slot()
    def save_as(self) -> None:
        """Ask for a file, and write the sheet."""
        if self.strip.busy:
            self.message.emit("Wait for the end of this sheet, or cancel it.")
            return
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        medium = self.options.chosen_medium
        start = Path(str(QSettings().value(FOLDER_SETTING, "") or pictures), f"{self.options.chosen_kind}.{medium}")
        name, _ = QFileDialog.getSaveFileName(
            self.window(), "Save the sheet", str(start), f"{MEDIA[medium]} (*.{medium})"
        )
        if name:
            target = Path(name) if Path(name).suffix.lower() == f".{medium}" else Path(f"{name}.{medium}")
            # The dialog has asked about the very name that it gave.
            self.save(target, overwrite=str(target) == name)

    def save(self, target: Path, *, overwrite: bool = False) -> None:
        """Write the sheet that is chosen; its suffix is that of the chosen medium."""
        photos, wish, medium = self._photos, self.options.wish(), self.options.chosen_medium
        if photos is None or self.strip.busy:
            return
        QSettings().setValue(FOLDER_SETTING, str(target.parent))
        written: list[WrittenSheet] = []

        def task() -> Iterator[Progress[WrittenSheet]]:
            with self.open_catalogue() as catalogue:
                sheet, layout = self._plan(photos, wish, medium, catalogue)
                blurred_by = catalogue if wish.blur_faces else None
                yield from write_sheet(
                    sheet, layout, target, dark=wish.dark, blurred_by=blurred_by, overwrite=overwrite
                )

        def end(text: str) -> None:
            if not written:
                self.message.emit(text or "Stopped: no sheet was saved.")
                return
            (sheet,) = written
            words = f"{count(sheet.photos, 'photo')} saved as {sheet.path}"
            if sheet.unreadable:
                words += f"; {sheet.unreadable} cannot be read and are grey"
            self.strip.show_result(words, "Open the folder", lambda: self._open_folder(target.parent))

        self.strip.run("Drawing the sheet", task, progressed=lambda step: written.extend(step.results), ended=end)

    def _open_folder(self, folder: Path) -> None:
        if not open_folder(folder):
            self.message.emit(f"No file manager answers. The sheet is in {folder}")
