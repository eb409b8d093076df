"""Two to four photos side by side, zoomed and moved together: which one is kept?"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.album import PhotoRow
from engine.album_columns import Rows
from engine.catalogue import Catalogue, ContentRecord
from engine.progress import Progress
from engine.reasons import advantages
from studio.album_model import AlbumModel
from studio.compare_pane import ComparePane
from studio.comparison import MOST, Comparison, decimals_needed
from studio.decoded_photos import DecodedPhotos
from studio.elided_label import ElidedLabel
from studio.jobs import JobSlot
from studio.own_keys import OwnKeys
from studio.toggle import Toggle
from studio.wording import count
from studio.zoom import Zoom, fitted, laid_face_on_face
from studio.zoom_canvas import ARROWS

# About what a pane has below its picture, in points.
CAPTION_HEIGHT = 76
_Records = tuple[ContentRecord | None, ...]


class CompareView(OwnKeys):
    """The photos, one of which has the keys.

    Attributes:
        panes: one for each photo, in their order.
        jobs: what is read of them.

    Signals:
        back_wanted: back to the grid.
        pick_wanted: the photo that has the keys picked (1), rejected (-1) or neither (0).
        stars_wanted: 0 to 5 for it.
        message: a sentence for people.
    """

    back_wanted = Signal()
    pick_wanted = Signal(int)
    stars_wanted = Signal(int)
    message = Signal(str)

    def __init__(
        self,
        model: AlbumModel,
        open_catalogue: Callable[[], Catalogue],
        decoded: DecodedPhotos,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._comparison = Comparison(model)
        model.shown_changed.connect(self._take_out_what_is_gone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._open_catalogue = open_catalogue
        self._decoded = decoded
        decoded.arrived.connect(self._show_picture)
        decoded.failed.connect(self._say_failure)
        self.jobs = JobSlot(self)
        self._all_panes = [ComparePane() for _ in range(MOST)]
        self.panes: list[ComparePane] = []
        self._focus = 0
        self._faces_known = False
        self._keys = self._key_actions()
        self._build()

    def _build(self) -> None:
        self.title = ElidedLabel()
        self.lock = Toggle("Zoom together")
        self.lock.setChecked(True)
        self.lock.setToolTip("Zoom and move all photos together (L)")
        self.lock.toggled.connect(self._share_focused_zoom)
        self.faces = Toggle("Align faces")
        self.faces.setToolTip("Shift and scale the photos so that their largest faces lie alike (F)")
        self.faces.toggled.connect(self._place)
        back = QPushButton("‹ All photos")
        back.setToolTip("Back to the grid (Esc)")
        back.clicked.connect(self.back_wanted)
        self.out_button = QPushButton("Take out")
        self.out_button.setToolTip("Take this photo out of the comparison; it stays in the album (Delete)")
        self.out_button.clicked.connect(self.take_out)
        self.next_button = QPushButton("Keep, next")
        self.next_button.setToolTip("Keep this photo here and compare it with the next (Return)")
        self.next_button.clicked.connect(self.keep_and_go_on)
        bar = QHBoxLayout()
        for widget in (back, self.lock, self.faces, self.title, self.out_button, self.next_button):
            bar.addWidget(widget, 1 if widget is self.title else 0)
            if widget is not self.title:
                widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._grid = QGridLayout()
        self._grid.setSpacing(6)
        for pane in self._all_panes:
            pane.setParent(self)
            pane.hide()
            pane.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            # What is said by a click is said of the pane that was clicked.
            for clicked in (pane.clicked, pane.marks.pick_wanted, pane.marks.stars_wanted):
                clicked.connect(partial(self._focus_on, pane))
            pane.marks.pick_wanted.connect(self.pick_wanted)
            pane.marks.stars_wanted.connect(self.stars_wanted)
            pane.canvas.zoomed.connect(partial(self._share_zoom, pane))
            pane.canvas.resized.connect(self._place)
            pane.canvas.detail_wanted.connect(partial(self._want_detail, pane))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(bar)
        layout.addLayout(self._grid, 1)

    # What is shown

    @property
    def focused(self) -> PhotoRow | None:
        """The photo that keys and marks are for, as it is marked now; None if it left the album."""
        photo = self.panes[self._focus].photo if self._focus < len(self.panes) else None
        return self._comparison.photo(photo.path) if photo else None

    def begin(self, chosen: Rows) -> bool:
        """Compare the photos in these rows, or the stack of a single one; whether there is something to compare."""
        photos = self._comparison.begin(chosen)
        self.message.emit(self._comparison.told)
        if photos:
            self.faces.setChecked(False)
            self._use_panes(self._all_panes[: len(photos)])
            for pane, photo in zip(self.panes, photos, strict=True):
                pane.show_photo(photo)
            self._focus_on(self.panes[0])
            self._look_up()
        return bool(photos)

    def end(self) -> None:
        """Compare nothing any more."""
        self._use_panes([])

    @Slot()
    def keep_and_go_on(self) -> None:
        """Keep the focused photo, and compare it with the next of the album in place of the rest."""
        if not self.panes:
            return
        kept = self.panes[self._focus]
        photos = self._comparison.next(len(self.panes) - 1)
        if not photos:
            self.message.emit("There are no more photos to compare with.")
            return
        others = [pane for pane in self._all_panes if pane is not kept][: len(photos)]
        for pane, photo in zip(others, photos, strict=True):
            pane.show_photo(photo)
            if self.lock.isChecked():
                pane.canvas.set_zoom(kept.canvas.zoom)
        # The kept photo stays where it is, as people look there.
        self._use_panes([pane for pane in self._all_panes if pane is kept or pane in others])
        self._focus_on(kept)
        self._look_up()

    def show_marks(self) -> None:
        """Show what a person said of the photos by now."""
        for pane in self.panes:
            if pane.photo is not None and (now := self._comparison.photo(pane.photo.path)):
                pane.photo = now
                pane.show_mark(now.mark)

    @Slot()
    def take_out(self) -> None:
        """Take the focused photo out of the comparison; it stays in the album."""
        if self.panes:
            self._leave_only([pane for pane in self.panes if pane is not self.panes[self._focus]])

    @Slot()
    def _take_out_what_is_gone(self) -> None:
        left = [pane for pane in self.panes if pane.photo and self._comparison.photo(pane.photo.path)]
        if len(left) < len(self.panes):
            self._leave_only(left)

    def _leave_only(self, left: Sequence[ComparePane]) -> None:
        focused = self.panes[self._focus]
        self._use_panes(left)
        if left:
            self._focus_on(focused if focused in left else left[min(self._focus, len(left) - 1)])
            self._look_up()
        if len(left) < 2:
            photo = self.focused
            self.back_wanted.emit()
            self.message.emit(f"{photo.path.name} is left of the comparison." if photo else "")

    def _use_panes(self, panes: Sequence[ComparePane]) -> None:
        # What is being read is for other panes.
        self.jobs.cancel()
        self.panes = list(panes)
        for pane in self._all_panes:
            pane.setVisible(pane in self.panes)
            if pane not in self.panes:
                pane.photo = None
                pane.canvas.clear()
        self._arrange()

    def _look_up(self) -> None:
        """Fetch the pictures and what is measured of them; say what is known at once."""
        photos = [pane.photo for pane in self.panes if pane.photo is not None]
        self.title.setText(f"{count(len(photos), 'photo')} side by side")
        points = [photo.points or 0 for photo in photos]
        for pane in self.panes:
            pane.show_gap(max(points), decimals_needed(points))
        self._decoded.want([*(photo.path for photo in photos), *self._comparison.upcoming()])
        for pane in self.panes:
            if pane.photo and (decoded := self._decoded.get_or_thumbnail(pane.photo.path, pane.photo.size_wh)):
                pane.canvas.show_photo(decoded)
        contents = [photo.content for photo in photos]
        self._faces_known = False

        def task() -> Iterator[Progress[_Records]]:
            with self._open_catalogue() as catalogue:
                found = [catalogue.recall_content(content) for content in contents]
            yield Progress(1, 1, "", (tuple(each[1] if each else None for each in found),))

        self.jobs.start(task, progressed=self._take_records, completed=lambda: None, failed=self.message.emit)

    @Slot(object)
    def _take_records(self, progress: Progress[_Records]) -> None:
        records = progress.results[0]
        facts = [record.facts if record else None for record in records]
        for place, (pane, record) in enumerate(zip(self.panes, records, strict=True)):
            this, others = facts[place], [other for other in facts[:place] + facts[place + 1 :] if other]
            pane.show_words(advantages(this, others) if this else [])
            if record:
                pane.faces = record.faces
        self._faces_known = True
        self._place()
        self._arrange()

    @Slot(object)
    def _show_picture(self, path: Path) -> None:
        decoded = self._decoded.get(path)
        for pane in self.panes:
            if decoded is not None and pane.photo is not None and pane.photo.path == path:
                pane.canvas.show_photo(decoded)

    @Slot(object, str)
    def _say_failure(self, path: Path, text: str) -> None:
        if any(pane.photo is not None and pane.photo.path == path for pane in self.panes):
            self.message.emit(text)

    def _want_detail(self, pane: ComparePane) -> None:
        if pane.photo is not None:
            self._decoded.want_detail(pane.photo.path, len(self.panes))

    # Where it is shown

    def _arrange(self) -> None:
        """In one row, or in two where the photos are larger that way."""
        while self._grid.takeAt(0):
            pass
        columns = self._columns()
        for line in range(MOST):
            self._grid.setColumnStretch(line, 1 if line < columns else 0)
            self._grid.setRowStretch(line, 1 if line * columns < len(self.panes) else 0)
        for number, pane in enumerate(self.panes):
            self._grid.addWidget(pane, number // columns, number % columns)

    def _columns(self) -> int:
        sizes = [pane.photo.size_wh for pane in self.panes if pane.photo is not None]

        def scale(columns: int) -> float:
            rows = -(-len(sizes) // columns)
            room = self.width() // columns, max(self.height() // rows - CAPTION_HEIGHT, 1)
            return sum(fitted(size, room).scale * max(size) for size in sizes)

        return max(range(len(sizes), 0, -1), key=scale, default=1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _share_zoom(self, source: ComparePane, zoom: Zoom) -> None:
        if self.lock.isChecked():
            for pane in self.panes:
                if pane is not source:
                    pane.canvas.set_zoom(zoom)

    @Slot(bool)
    def _share_focused_zoom(self, _: bool) -> None:
        if self.panes:
            pane = self.panes[self._focus]
            self._share_zoom(pane, pane.canvas.zoom)

    @Slot()
    def _place(self) -> None:
        """Fit every photo, or lay face on face."""
        if not self.faces.isChecked():
            for pane in self.panes:
                pane.canvas.align(None)
            return
        shown = [pane for pane in self.panes if pane.photo is not None]
        if sum(len(pane.faces) > 0 for pane in shown) < 2 and self._faces_known:
            self.faces.setChecked(False)
            self.message.emit("There is no second photo with a face to align.")
            return
        sizes = [((pane.canvas.width(), pane.canvas.height()), pane.photo.size_wh) for pane in shown if pane.photo]
        aligned = laid_face_on_face([fitted(photo, canvas) for canvas, photo in sizes], [pane.faces for pane in shown])
        for pane, placement in zip(shown, aligned, strict=True):
            pane.canvas.align(placement)

    # Keys

    def _focus_on(self, pane: ComparePane, *_: int) -> None:
        self._focus = self.panes.index(pane)
        for other in self._all_panes:
            other.set_focused(other is pane)

    def _step(self, x: int, y: int) -> None:
        place = self._focus + x + y * self._columns()
        if 0 <= place < len(self.panes):
            self._focus_on(self.panes[place])

    def _key_actions(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_Left: partial(self._step, -1, 0),
            Qt.Key.Key_Right: partial(self._step, 1, 0),
            Qt.Key.Key_Up: partial(self._step, 0, -1),
            Qt.Key.Key_Down: partial(self._step, 0, 1),
            Qt.Key.Key_Delete: self.take_out,
            Qt.Key.Key_Backspace: self.take_out,
            Qt.Key.Key_N: self.keep_and_go_on,
            Qt.Key.Key_Return: self.keep_and_go_on,
            Qt.Key.Key_Enter: self.keep_and_go_on,
            Qt.Key.Key_Z: lambda: self.panes[self._focus].canvas.toggle_full_size(),
            Qt.Key.Key_L: lambda: self.lock.toggle(),
            Qt.Key.Key_F: lambda: self.faces.toggle(),
            Qt.Key.Key_Escape: self.back_wanted.emit,
        }

    def is_own(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        moves = event.modifiers() == Qt.KeyboardModifier.ShiftModifier and event.key() in ARROWS
        return bool(self.panes) and ((plain and event.key() in self._keys) or moves)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.is_own(event):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.panes[self._focus].canvas.move_by_key(event)
        else:
            self._keys[Qt.Key(event.key())]()
