"""One photo in the Crop room: its best crops, a hand on the one that is chosen, and what it scores, at once."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.aspects import FREE, ORIGINAL, Aspect
from engine.catalogue import Catalogue
from engine.crop_folder import DEFAULT_MARGIN
from engine.crop_search import CropSuggestion
from engine.crop_session import FaceRules, FoundCrops
from engine.geometry import Box
from engine.level import Level
from engine.manual_crops import OwnCrop
from engine.scoring import Scorer
from studio.crop_finder import CropFinder, Wish
from studio.crop_geometry import reshaped
from studio.crop_history import CropHistory, CropState
from studio.crop_memory import CropMemory
from studio.crop_notice import notice
from studio.crop_side import CropSide
from studio.crop_stage import CropStage

THIRDS_SETTING, CLOSE_SETTING, MARGIN_SETTING = "crop/thirds", "crop/close", "crop/margin"


class CropDesk(QWidget):
    """The photo, its strips and what stands beside it.

    Args:
        open_catalogue: opens the person's catalogue for the calling thread.

    Attributes:
        finder: opens and searches.
        stage: the photo with its strips; side: what stands beside it.
        state: what is chosen now.

    Signals:
        message: a sentence for people.
        aspect_changed: the shape became another one, by undo perhaps.
        can_save: whether there is a crop.
        accepted: the crop is to be saved.
        refused: why the photo cannot be opened.
    """

    message = Signal(str)
    aspect_changed = Signal(object)
    can_save = Signal(bool)
    accepted = Signal()
    refused = Signal(str)

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[CropSuggestion, ...] = ()
        self._history = CropHistory(CropState(ORIGINAL))
        self._is_new = False
        self._known: dict[Wish, Box] = {}
        self.memory = CropMemory(open_catalogue, self)
        self.memory.message.connect(self.message)
        self.finder = CropFinder(open_catalogue, self)
        self.finder.opened.connect(self._begin)
        self.finder.found.connect(self._take_found)
        self.finder.scored.connect(self._take_exact)
        self.finder.failed.connect(self._fail)
        self.finder.refused.connect(self._refuse)
        self._build()

    # Building

    def _build(self) -> None:
        self.stage = CropStage()
        self.stage.place_wanted.connect(self._take_place)
        self.canvas = self.stage.canvas
        self.finder.decoded.connect(self.canvas.show_photo)
        self.canvas.dragged.connect(self._show_dragged)
        self.canvas.changed.connect(self._take_box)
        self.canvas.face_clicked.connect(self.toggle_face)
        self.canvas.accepted.connect(self.accepted)
        self.side = CropSide()
        self.side.chosen.connect(self.choose)
        self.side.cancelled.connect(self.finder.cancel)
        self.finder.progressed.connect(self.side.show_progress)
        self.finder.ended.connect(self.side.end_progress)
        self.side.thirds.toggled.connect(self._use_thirds)
        self.side.thirds.setChecked(str(QSettings().value(THIRDS_SETTING, 1)) == "1")
        self.canvas.show_thirds(self.side.thirds.isChecked())
        self.side.cut_hair.setChecked(str(QSettings().value(CLOSE_SETTING, 0)) == "1")
        self.side.cut_hair.clicked.connect(self.let_cut_hair)
        self.side.level.clicked.connect(self.toggle_level)
        self.finder.lean_read.connect(self._take_lean)
        self.side.margin.setValue(int(str(QSettings().value(MARGIN_SETTING, round(DEFAULT_MARGIN)))))
        self.side.margin.valueChanged.connect(self._use_margin)
        self.side.result.toggled.connect(self.canvas.show_result)
        self.canvas.result_wanted.connect(self.side.result.setChecked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stage, 1)
        layout.addWidget(self.side)
        self._add_key("G", "Thirds", self.side.thirds.toggle)
        self._add_key("L", "Level the photo, or as it stands", self.toggle_level)
        for number in range(1, 6):
            self._add_key(str(number), f"Crop number {number} of the best", partial(self.choose, number - 1))

    def _add_key(self, key: str, told: str, action: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setWhatsThis(f"Crop: {told}")
        shortcut.activated.connect(action)

    # Opening and searching

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on."""
        self.finder.use_scorer(scorer)

    @property
    def path(self) -> Path | None:
        """The photo; None where there is none."""
        return self.finder.path

    def open(self, path: Path, aspect: Aspect, known: Box | None = None) -> None:
        """Show a photo and look for its best crops of a shape, of which one may be known already."""
        self.close_photo()
        self._is_new = True
        self._history = CropHistory(CropState(aspect, rules=FaceRules(close=self.side.cut_hair.isChecked())))
        self._known = {self.state.wish: known} if known else {}
        self.side.begin_progress()
        self.finder.open(path)

    def close_photo(self) -> None:
        """Show nothing."""
        self.side.level.setChecked(False)
        self.memory.write()
        self.finder.close()
        self.stage.clear()
        self.side.result.setChecked(False)
        self._show_nothing()

    @Slot()
    def _begin(self) -> None:
        photo = self.finder.photo
        assert photo is not None
        self.memory.path, self.memory.content_sha256 = photo.path, photo.content_sha256
        if not photo.angle_deg:
            photo.session.known = self._known
        self.canvas.show_faces(photo.session.faces.boxes_within(photo.session.size_wh))
        self.canvas.setFocus()
        is_new, self._is_new = self._is_new, False
        own = photo.own.get(self.state.aspect.name)
        if self.state.by_hand:  # a step was taken back or done again that turned the photo
            self._remember()
        elif own and (is_new or own.angle_deg == photo.angle_deg):
            self._history.settle(replace(self.state, box=own.box, by_hand=True, angle_deg=own.angle_deg))
            if own.angle_deg != photo.angle_deg:
                self._follow_step(remember=False)
                return
        self._show()
        self._search()

    def _search(self) -> None:
        self.side.begin_progress()
        self.finder.search(self.state.wish)

    @Slot()
    def _take_found(self) -> None:
        found = self.finder.known(self.state.wish)
        if found and found.suggestions and not self.state.by_hand:
            self._history.settle(replace(self.state, box=self._proposal(found)))
        self._show()

    @Slot(str)
    def _refuse(self, text: str) -> None:
        reason = text.removeprefix(f"{self.path}: ")
        self.close_photo()
        self.message.emit(text)
        self.refused.emit(reason)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.side.end_progress()
        self.message.emit(text)

    def _proposal(self, found: FoundCrops) -> Box:
        """The best crop; all of the photo where that gains too little and the shape allows it."""
        assert self.finder.photo is not None
        best, session = found.suggestions[0], self.finder.photo.session
        if best.gain < session.least_gain(self.margin) and self.state.aspect in (ORIGINAL, FREE):
            return Box(0, 0, *session.size_wh)
        return best.box

    # Choosing

    @property
    def state(self) -> CropState:
        return self._history.state

    @property
    def margin(self) -> int:
        """The points that a crop must gain to be proposed."""
        return self.side.margin.value()

    @property
    def is_whole(self) -> bool:
        """Whether the crop is all of the photo."""
        photo = self.finder.photo
        return photo is not None and self.state.box == Box(0, 0, *photo.session.size_wh)

    def judged(self) -> CropSuggestion | None:
        """The crop that is shown, with its exact score; None where there is none."""
        state, photo = self.state, self.finder.photo
        if photo is None or state.box is None:
            return None
        return replace(photo.session.judged(state.box), angle_deg=state.angle_deg)

    def use_aspect(self, aspect: Aspect) -> None:
        """Crop to another shape: that which a person made of it before, else much the same part of the photo."""
        photo = self.finder.photo
        if photo is None:
            self._history.settle(replace(self.state, aspect=aspect))
            return
        own = photo.own.get(aspect.name)
        box = own.box if own and own.angle_deg == photo.angle_deg else None
        by_hand, ratio = box is not None, self._ratio(aspect)
        if box is None and self.state.box is not None:
            box = self.state.box if ratio is None else reshaped(self.state.box, ratio, photo.session.size_wh)
        self._step(replace(self.state, aspect=aspect, box=box, by_hand=by_hand), remember=False)

    @Slot(int)
    def choose(self, place: int) -> None:
        """Take one of the best crops; the very best is what batches take, and no crop of the person's own."""
        found = self.finder.known(self.state.wish)
        if found and 0 <= place < len(found.suggestions):
            box = found.suggestions[place].box
            self._step(replace(self.state, box=box, by_hand=box != self._proposal(found)))

    @Slot(object, bool)
    def _take_box(self, box: Box, repeats: bool) -> None:
        self._step(replace(self.state, box=box, by_hand=True), repeats=repeats)

    @Slot(object, bool)
    def _take_place(self, box: Box, done: bool) -> None:
        self.canvas.show_crop(box)
        if done:
            self._take_box(box, repeats=False)
        else:
            self._show_dragged(box)

    @Slot(int)
    def toggle_face(self, face: int) -> None:
        """Keep one face alone, or all of them again."""
        if self.finder.photo is None or len(self.finder.photo.session.faces) < 2:
            return
        kept = None if self.state.rules.kept == frozenset((face,)) else frozenset((face,))
        self._step(replace(self.state, rules=replace(self.state.rules, kept=kept), by_hand=False), remember=False)
        self.message.emit("This face alone is kept." if kept else "All faces are kept.")

    @Slot()
    def toggle_level(self) -> None:
        """Turn the photo upright, or leave it as it stands."""
        self.side.level.setChecked(self.state.angle_deg != 0)
        if self.state.angle_deg:
            self._step(replace(self.state, angle_deg=0.0, box=None, by_hand=False), remember=False)
            self.message.emit("The photo stands as it was taken.")
        elif not self.finder.is_busy:
            self.finder.read_lean()

    @Slot(object)
    def _take_lean(self, lean: Level | None) -> None:
        if lean is None:
            self.message.emit("Neither lines nor eyes say that this photo leans.")
            return
        self._step(replace(self.state, angle_deg=lean.angle_deg, box=None, by_hand=False), remember=False)
        self.message.emit(
            f"Levelled by {lean.angle_deg:+.1f} degrees, by its {lean.source}: {lean.loss:.0%} of the photo is lost."
        )

    @Slot(bool)
    def let_cut_hair(self, allowed: bool) -> None:
        """Let foreheads and hair be cut, or not."""
        QSettings().setValue(CLOSE_SETTING, int(allowed))
        self._step(replace(self.state, rules=replace(self.state.rules, close=allowed), by_hand=False), remember=False)

    def undo(self) -> None:
        """Take the last change back."""
        if self._history.undo():
            self._follow_step()
        else:
            self.message.emit("There is nothing to undo.")

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._history.redo():
            self._follow_step()
        else:
            self.message.emit("There is nothing to do again.")

    def _step(self, state: CropState, *, repeats: bool = False, remember: bool = True) -> None:
        self._history.step(state, repeats=repeats)
        self._follow_step(remember=remember)

    def _follow_step(self, *, remember: bool = True) -> None:
        state, photo = self.state, self.finder.photo
        self.side.level.setChecked(state.angle_deg != 0)
        if photo is not None and photo.angle_deg != state.angle_deg:
            self.finder.open(photo.path, state.angle_deg)
            self._show_nothing()
            self.side.begin_progress()
            return
        if remember:
            self._remember()
        self.side.cut_hair.setChecked(state.rules.close)
        self.aspect_changed.emit(state.aspect)
        self._show()
        self._search()

    def _remember(self) -> None:
        """Keep the crop of this shape where it is the person's own; else forget it."""
        state, photo = self.state, self.finder.photo
        if photo is None:
            return
        had_own = state.aspect.name in photo.own
        if state.by_hand and state.box is not None:
            photo.own[state.aspect.name] = OwnCrop(state.box, state.angle_deg)
            if not had_own:
                self.message.emit("This crop is yours now: every batch takes it. 1 takes the best one again.")
        elif photo.own.pop(state.aspect.name, None):
            self.message.emit("Every batch takes the best crop of this photo again.")
        self.memory.remember(state.aspect, photo.own.get(state.aspect.name))

    # Showing

    def _show(self) -> None:
        """Show the state, and what is known of it."""
        if self.finder.photo is None:
            return
        state, session = self.state, self.finder.photo.session
        found = self.finder.known(state.wish)
        self.canvas.ratio = self._ratio(state.aspect)
        self.canvas.show_kept(state.rules.kept)
        self.canvas.show_crop(state.box)
        suggestions = found.suggestions if found else ()
        if suggestions != self._choices:
            self._choices = suggestions
            self.side.show_choices(suggestions, [self.stage.preview(each.box, session.size_wh) for each in suggestions])
        boxes = [each.box for each in suggestions]
        self.side.mark_choice(boxes.index(state.box) if state.box in boxes else -1)
        lost = session.faces_lost(state.box, state.rules) if state.box else 0
        self.side.show_notice(notice(lost, suggestions, session.least_gain(self.margin)))
        self.can_save.emit(state.box is not None)
        if state.box is None:
            self.side.show_points(None, session.whole.points, exact=True)
        else:
            self._show_dragged(state.box)

    @Slot(object)
    def _show_dragged(self, box: Box) -> None:
        """Show what a crop scores, as estimated, until the exact score comes; and how that would change."""
        assert self.finder.photo is not None
        session = self.finder.photo.session
        points, is_exact = self.finder.points(box, self.state.wish)
        self.side.show_points(points, session.whole.points, exact=is_exact)
        self.side.show_size((box.width, box.height))
        if found := self.finder.known(self.state.wish):
            self.stage.show_heat(box, session.size_wh, found.estimates)

    @Slot(object)
    def _take_exact(self, box: Box) -> None:
        if box == self.canvas.crop:
            self._show_dragged(box)

    def _show_nothing(self) -> None:
        self._choices = ()
        self.side.show_choices((), ())
        self.side.show_points(None, None, exact=True)
        self.side.show_size(None)
        self.side.show_notice("")
        self.side.end_progress()
        self.can_save.emit(False)

    def _ratio(self, aspect: Aspect) -> Fraction | None:
        if aspect == FREE:
            return None
        photo = self.finder.photo
        return aspect.ratio or (Fraction(*photo.session.inside_wh) if photo else None)

    @Slot(bool)
    def _use_thirds(self, shown: bool) -> None:
        QSettings().setValue(THIRDS_SETTING, int(shown))
        self.canvas.show_thirds(shown)

    @Slot(int)
    def _use_margin(self, points: int) -> None:
        QSettings().setValue(MARGIN_SETTING, points)
        found = self.finder.known(self.state.wish)
        if found and found.suggestions and not self.state.by_hand:
            self._history.settle(replace(self.state, box=self._proposal(found)))
        self._show()

    def close_jobs(self) -> None:
        """Write down what is to be remembered, and wait for the threads."""
        self.memory.write()
        self.finder.close_jobs()
