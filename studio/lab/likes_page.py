"""How the score moves with what is measured, and with one thing changed by hand."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QStandardPaths, Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.catalogue import Catalogue
from engine.lab.photos import LabPhotos
from engine.scoring import Scorer
from studio.empty_state import EmptyState
from studio.jobs import JobSlot
from studio.lab.page import LabPage
from studio.task_strip import TaskStrip
from studio.theme import large_font
from studio.wording import count

if TYPE_CHECKING:
    from engine.lab.plot_style import PlotStyle
    from engine.progress import Progress
    from studio.lab.likes_task import LikesShown

# The cards and the charts share the room alike, as far as both have enough.
CARDS_WIDTH = 560
NEEDS_PLOTS = "Charts need matplotlib: pip install 'selfie-studio[lab]', and start the studio again."
WHAT_IT_DOES = (
    "What is measured in every photo is held against its score, and a hundred photos are changed by hand, one thing at "
    "a time: lighter, darker, turned, cropped, blurred. So what makes the score is told from what only goes along. "
    "It takes about a minute."
)
NO_ALBUM = "Open a folder in the Album: what the network likes can be found out in its photos."
WITH_LABELS, WITHOUT_LABELS = "With labels…", "Without labels"
ABOUT_LABELS = (
    "A table (CSV) with a row for each photo, by path or file name, and columns such as age or gender: "
    "whether the score goes by them is told as well"
)


class LikesPage(LabPage):
    """How the score moves with what is measured, and with one thing changed by hand.

    Attributes:
        shown: what was found; None before a look.
        look_button: begins one.
        labels_file: a table that groups the photos, such as by age, to compare by; None for none.
        task: how far it is, and how to stop it.
    """

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(open_catalogue, parent)
        self.shown: LikesShown | None = None
        self._photos: LabPhotos | None = None
        self._scorer: Scorer | None = None
        self.labels_file: Path | None = None
        self._shown_widgets: tuple[QWidget, ...] = ()
        self._style_shown: PlotStyle | None = None
        self._redrawing = JobSlot(self)
        self.empty = EmptyState("What does it like?", "", {"Look": self.look, WITH_LABELS: self._ask_for_labels})
        self.empty.buttons[WITH_LABELS].setToolTip(ABOUT_LABELS)
        self.title = QLabel()
        large_font(self.title, 20, bold=True)
        self.of_what = QLabel()
        self.look_button = QPushButton("Look again")
        self.look_button.clicked.connect(self.look)
        self.labels_button = QPushButton(WITH_LABELS)
        self.labels_button.setToolTip(ABOUT_LABELS)
        self.labels_button.clicked.connect(self._change_labels)
        self.blur_faces = QCheckBox("Blur faces")
        self.blur_faces.setToolTip("In the examples of the saved page")
        self.save_button = QPushButton("Save as a page…")
        self.save_button.clicked.connect(self._ask_where)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.task = TaskStrip()
        self.task.progress.setFormat("%p %")
        self.pages = QStackedWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        found = QWidget()
        head, inside = QHBoxLayout(), QVBoxLayout(found)
        inside.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.title)
        head.addWidget(self.of_what, 1)
        for widget in (self.look_button, self.labels_button, self.blur_faces, self.save_button):
            head.addWidget(widget)
        inside.addLayout(head)
        inside.addWidget(self.split, 1)
        self.pages.addWidget(self.empty)
        self._offer(has_photos=False)
        self.pages.addWidget(found)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.task)

    def use_scorer(self, scorer: Scorer) -> None:
        """Look with this model from now on."""
        if self._scorer is not None and self._scorer.card.model_sha256 != scorer.card.model_sha256:
            self.shown = None
            self.pages.setCurrentWidget(self.empty)
        self._scorer = scorer

    def show_photos(self, photos: LabPhotos) -> None:
        """Look at these photos from now on; what was found of others stays until then, and says so."""
        self._photos = photos
        self._offer(has_photos=bool(len(photos)))
        self._say_of_what()

    def _offer(self, *, has_photos: bool) -> None:
        """What can be done before a look."""
        self.empty.text.setText(WHAT_IT_DOES if has_photos else NO_ALBUM)
        for button in self.empty.buttons.values():
            button.setVisible(has_photos)

    def _say_of_what(self) -> None:
        if self.shown is None or self._photos is None:
            return
        likes = self.shown.likes
        text = f"in {count(len(likes.photos), 'photo')}, {likes.changed} changed by hand"
        if likes.labels.found:
            text += f", {likes.labels.found:,} with labels"
        if not np.array_equal(likes.photos.contents, self._photos.contents):
            text += "; the album shows others now"
        self.of_what.setText(text)

    @Slot()
    def look(self) -> None:
        """Find out what the model likes in the photos that the Album shows."""
        if self.task.busy:
            return
        if find_spec("matplotlib") is None:
            self.message.emit(NEEDS_PLOTS)
            return
        if self._scorer is None or self._photos is None or not len(self._photos):
            self.message.emit("Open a folder in the Album first: there are no scored photos.")
            return
        from studio.lab.likes_task import look_and_draw

        photos, scorer, style, ratio = self._photos, self._scorer, self._style(), self.devicePixelRatioF()
        labels_file = self.labels_file
        self._redrawing.cancel()
        self._set_enabled(False)
        self.task.run(
            "Looking",
            lambda: look_and_draw(photos, self.open_catalogue, scorer, labels_file, style, ratio),
            progressed=self._take,
            ended=self._end,
        )

    def look_with_labels(self, file: Path | None) -> None:
        """Look again, and compare by what a table says of the photos; None for no table."""
        if not self.task.busy:
            self._use_labels(file)
            self.look()

    def _use_labels(self, file: Path | None) -> None:
        self.labels_file = file
        self.labels_button.setText(WITHOUT_LABELS if file else WITH_LABELS)

    @Slot()
    def _change_labels(self) -> None:
        if self.labels_file is not None:
            self.look_with_labels(None)
        else:
            self._ask_for_labels()

    @Slot()
    def _ask_for_labels(self) -> None:
        folder = self._photos.paths[0].parent if self._photos is not None and len(self._photos) else Path()
        named, _ = QFileDialog.getOpenFileName(self, "Labels of these photos", str(folder), "Tables (*.csv)")
        if named:
            self.look_with_labels(Path(named))

    def _set_enabled(self, enabled: bool) -> None:
        for button in (self.look_button, self.labels_button, self.save_button, *self.empty.buttons.values()):
            button.setEnabled(enabled)

    def _style(self) -> "PlotStyle":
        from engine.lab.plot_style import DARK_SCREEN, LIGHT_SCREEN

        window = self.palette().color(QPalette.ColorRole.Window)
        return replace(DARK_SCREEN if window.lightness() < 128 else LIGHT_SCREEN, paper=window.name())

    def _take(self, step: "Progress[LikesShown]") -> None:
        for shown in step.results:
            self._show(shown)

    def _show(self, shown: "LikesShown") -> None:
        from studio.lab.likes_cards import ChartWall, LikesCards

        self.shown = shown
        self._style_shown = self._style()
        self.title.setText(f"What {shown.likes.model} likes")
        self._say_of_what()
        for before in self._shown_widgets:
            before.deleteLater()
        cards, charts = LikesCards(), ChartWall()
        self._shown_widgets = (cards, charts)
        cards.photo_wanted.connect(self.photo_wanted)
        cards.show_likes(shown, self._style_shown)
        charts.show_charts(shown.charts)
        for widget in self._shown_widgets:
            self.split.addWidget(widget)
        self.split.setSizes([CARDS_WIDTH, CARDS_WIDTH])
        self.pages.setCurrentIndex(1)

    def _end(self, error: str) -> None:
        self._set_enabled(True)
        if error:
            self.message.emit(error)
            self._use_labels(None)
        elif self.task.was_stopped:
            self.message.emit("Stopped.")

    @Slot()
    def _ask_where(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        named, _ = QFileDialog.getSaveFileName(
            self, "Save as a page", str(Path(folder, "likes.html")), "Pages (*.html)"
        )
        if named:
            self.save(Path(named).with_suffix(".html"))

    def save(self, target: Path) -> None:
        """Write what was found as a page."""
        if self.shown is None or self.task.busy:
            return
        from studio.lab.likes_task import save_page

        likes, blur_faces = self.shown.likes, self.blur_faces.isChecked()
        title = ", ".join(sorted({path.parent.name for path in likes.photos.paths})[:3])
        self._set_enabled(False)
        self.task.run(
            "Saving",
            lambda: save_page(likes, self.open_catalogue, target, title, blur_faces=blur_faces),
            progressed=lambda step: self.message.emit(f"Saved as {target}") if step.results else None,
            ended=self._end,
        )

    def changeEvent(self, event: QEvent) -> None:
        """Draw the charts anew once the window is dark where it was light."""
        super().changeEvent(event)
        if event.type() != QEvent.Type.PaletteChange or self.shown is None or self._style() == self._style_shown:
            return
        from studio.lab.likes_task import draw

        shown, style, ratio = self.shown, self._style(), self.devicePixelRatioF()
        self._style_shown = style
        self._redrawing.start(
            lambda: draw(shown, style, ratio), progressed=self._take, completed=lambda: None, failed=self.message.emit
        )

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self._redrawing.close()
        self.task.close_jobs()
