"""Opens a photo, searches its crops and scores any of them, away from the window; remembers what was found."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from engine.aspects import Aspect
from engine.catalogue import Catalogue
from engine.crop_search import load_picture_to_search
from engine.crop_session import CropSession, FaceRules, FoundCrops
from engine.errors import CatalogueError
from engine.faces import FaceDetector
from engine.geometry import Box
from engine.level import Level, level_angle, levelled_picture
from engine.manual_crops import OwnCrop, recall_crops
from engine.pictures import Picture, load_picture
from engine.progress import Progress
from engine.scoring import Scorer
from studio.crop_scorer import CropScorer, ScoredCrop
from studio.decoded_photos import SHOWN_LONG_SIDE, DecodedPhoto, ready_to_draw
from studio.jobs import JobSlot

Wish = tuple[Aspect, FaceRules]


@dataclass(frozen=True)
class OpenedPhoto:
    """A photo that can be searched.

    Attributes:
        path: its file.
        session: of it.
        content_sha256: of its file.
        own: a person's crops of it, by the name of their shape; kept up to date by whoever shows it.
        angle_deg: what it is levelled by, for all that is shown and searched of it.
    """

    path: Path
    session: CropSession
    content_sha256: str
    own: dict[str, OwnCrop]
    angle_deg: float = 0.0


class CropFinder(QObject):
    """One photo at a time.

    Args:
        open_catalogue: opens the person's catalogue for the calling thread.

    Attributes:
        path: the photo; None where there is none.
        photo: the same, once it can be searched.

    Signals:
        decoded: a `DecodedPhoto`, to be shown.
        opened: it can be searched now.
        lean_read: how far it leans, a `Level`, or None.
        found: more is known of the crops at a wish.
        progressed: steps done and in all.
        ended: the search came to its end, or was stopped.
        scored: the network's own word on a `Box` has come.
        failed: a search failed; a sentence for people.
        refused: the photo cannot be opened; a sentence for people.
    """

    decoded = Signal(object)
    opened = Signal()
    lean_read = Signal(object)
    found = Signal()
    progressed = Signal(int, int)
    ended = Signal()
    scored = Signal(object)
    failed = Signal(str)
    refused = Signal(str)

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_catalogue = open_catalogue
        self._scorer: Scorer | None = None
        self._live: CropScorer | None = None
        self.path: Path | None = None
        self.photo: OpenedPhoto | None = None
        self._found: dict[Wish, FoundCrops] = {}
        self._exact: dict[Box, float] = {}
        self._estimate_error = 0.0
        self.open_jobs, self.search_jobs = JobSlot(self), JobSlot(self)

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on, and first what was opened before."""
        self._scorer = scorer
        if self._live is None:
            self._live = CropScorer()
            self._live.scored.connect(self._take_exact)
        if self.path is not None and self.photo is None:
            self._open(self.path, scorer, 0.0)

    @property
    def is_busy(self) -> bool:
        """Whether something is opened or searched, or waits for the model."""
        waits = self.path is not None and self._scorer is None
        return self.open_jobs.busy or self.search_jobs.busy or waits

    # Opening

    def open(self, path: Path, angle_deg: float = 0.0) -> None:
        """Open a photo in place of another one; or the same, levelled by an angle."""
        self.close()
        self.path = path
        if self._scorer is not None:
            self._open(path, self._scorer, angle_deg)

    def close(self) -> None:
        """Forget the photo."""
        self.open_jobs.cancel()
        self.search_jobs.cancel()
        self.path, self.photo = None, None
        self._found.clear()
        self._exact.clear()
        self._estimate_error = 0.0

    def _open(self, path: Path, scorer: Scorer, angle_deg: float) -> None:
        def turned(picture: Picture) -> Picture:
            return levelled_picture(picture, angle_deg) if angle_deg else picture

        def task() -> Iterator[Progress[object]]:
            yield Progress(0, 0, "", (ready_to_draw(turned(load_picture(path, SHOWN_LONG_SIDE))),))
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            picture = turned(load_picture_to_search(path))
            session = CropSession(picture, FaceDetector().detect_full_size(picture), scorer)
            yield Progress(0, 0, "", (OpenedPhoto(path, session, content, self._own_crops(content), angle_deg),))

        self.open_jobs.start(task, progressed=self._take_photo, completed=self.opened.emit, failed=self.refused.emit)

    def _own_crops(self, content: str) -> dict[str, OwnCrop]:
        try:
            with self._open_catalogue() as catalogue:
                return recall_crops(catalogue, content)
        except CatalogueError:
            return {}

    @Slot(object)
    def _take_photo(self, progress: Progress[object]) -> None:
        match progress.results:
            case (DecodedPhoto() as photo,):
                self.decoded.emit(photo)
            case (OpenedPhoto() as photo,):
                self.photo = photo

    def read_lean(self) -> None:
        """Read how far the photo leans; `lean_read` tells."""
        if self.photo is None:
            return
        picture = self.photo.session.picture

        def task() -> Iterator[Progress[Level | None]]:
            yield Progress(1, 1, "", (level_angle(picture.pixels, FaceDetector().detect(picture.pixels)),))

        def tell(progress: Progress[Level | None]) -> None:
            self.lean_read.emit(progress.results[0])

        self.open_jobs.start(task, progressed=tell, completed=lambda: None, failed=self.failed.emit)

    # Searching

    def search(self, wish: Wish) -> None:
        """Search the crops of a shape, unless that was done before."""
        if self.photo is None:
            return
        self.search_jobs.cancel()
        if (known := self._found.get(wish)) and known.suggestions:
            self.found.emit()
            self.ended.emit()
            return
        self.search_jobs.start(
            partial(self.photo.session.search, *wish),
            progressed=partial(self._take_found, wish),
            completed=self.ended.emit,
            failed=self.failed.emit,
        )

    def _take_found(self, wish: Wish, progress: Progress[FoundCrops]) -> None:
        for found in progress.results:
            self._found[wish] = found
            self._exact.update({each.box: each.score.points for each in found.suggestions})
            self.found.emit()
        if progress.total:
            self.progressed.emit(progress.done, progress.total)

    def known(self, wish: Wish) -> FoundCrops | None:
        """What is known of the crops at a wish."""
        return self._found.get(wish)

    def cancel(self) -> None:
        """Stop opening or searching; what is known stays."""
        self.open_jobs.cancel()
        self.search_jobs.cancel()
        self.ended.emit()

    # Any crop

    def exact(self, box: Box) -> float | None:
        """What a crop scores, in points; None where the network was not asked yet."""
        return self._exact.get(box)

    def points(self, box: Box, wish: Wish) -> tuple[float | None, bool]:
        """What a crop scores as far as known, and whether that is exact; where it is not, `scored` will tell.

        The nearest window's estimate is off by as much as it was where the hand last came to rest, or nearly so.
        """
        known, exact = self._found.get(wish), self._exact.get(box)
        estimate = float(known.estimates.at([box])[0][0]) if known else None
        if exact is not None:
            self._estimate_error = exact - estimate if estimate is not None else 0.0
            return exact, True
        if self._live is not None and self.photo is not None:
            self._live.offer(self.photo.session, box)
        return None if estimate is None else min(max(estimate + self._estimate_error, 0.0), 100.0), False

    @Slot(object)
    def _take_exact(self, scored: ScoredCrop) -> None:
        if self.photo is not None and scored.session is self.photo.session:
            self._exact[scored.box] = scored.score.points
            self.scored.emit(scored.box)

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self.open_jobs.close()
        self.search_jobs.close()
        if self._live is not None:
            self._live.close()
            self._live = None
