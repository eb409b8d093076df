"""Visits the folders of the album in the background: scores what is new, says how far it is, watches for changes."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from engine.catalogue import Catalogue
from engine.progress import Progress
from engine.scan import ScoredPhoto
from engine.scoring import Scorer
from engine.visit import Gone, Grouped, Listed, visit
from studio.album_model import AlbumModel
from studio.job_bar import JobBar
from studio.jobs import JobSlot

# New photos are shown this often: a hundred thousand are sorted in a tenth of this.
SHOW_EVERY_MS = 400
# The photos that are known are painted before the visit goes on, as it would keep Python from the window's thread.
PAINT_WAIT_S = 0.5
# After a folder changed: more files may be on their way.
LOOK_AGAIN_MS = 2000
# Folders that are watched for changes; the system's own limit is a few thousand.
WATCHED_FOLDERS = 500


class AlbumVisit(QObject):
    """Fills the album.

    Attributes:
        paths: the files and folders of the album.
        jobs: where it works.
        bar: how far it is.

    Signals:
        message: a sentence for people.
        photos_changed: the paths of photos that were scored just now.
        grouped: which photos are alike, as `engine.visit.Grouped` has it.
        progressed: something came in.
        opened: all of folders that were opened just now is scored.
        completed: all is scored.
        stopped: it will not be, as a person or an error would have it.
    """

    message = Signal(str)
    photos_changed = Signal(object)
    grouped = Signal(object)
    progressed = Signal()
    opened = Signal()
    completed = Signal()
    stopped = Signal()

    def __init__(
        self, model: AlbumModel, open_catalogue: Callable[[], Catalogue], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._open_catalogue = model, open_catalogue
        self._scorer: Scorer | None = None
        self.paths: Sequence[Path] = ()
        self._is_waiting = False
        self._bad_files_told = 0
        self.jobs = JobSlot(self)
        self._show_soon = QTimer(self, singleShot=True, interval=SHOW_EVERY_MS)
        self._show_soon.timeout.connect(model.refresh)
        self._watcher = QFileSystemWatcher(self)
        self._look_again_soon = QTimer(self, singleShot=True, interval=LOOK_AGAIN_MS)
        self._watcher.directoryChanged.connect(lambda _: self._look_again_soon.start())
        self._look_again_soon.timeout.connect(self.look_again)
        self.bar = JobBar(self.jobs)
        self.bar.cancelled.connect(self.cancel)

    @property
    def is_under_way(self) -> bool:
        """Whether photos are on their way, or will be once there is a model."""
        return self._is_waiting or self.jobs.busy

    def use_scorer(self, scorer: Scorer) -> None:
        """Score from now on, and first what was opened before the model was ready."""
        self._scorer = scorer
        if self._is_waiting:
            self.open(self.paths)

    def open(self, paths: Sequence[Path]) -> None:
        """Visit files and folders, in place of those before; the album begins anew."""
        self.message.emit("")
        self.paths, self._bad_files_told = paths, 0
        self._model.use_album(None)
        self._watch(())
        self.bar.begin()
        self._is_waiting = self._scorer is None
        if self._scorer is not None:
            self._visit(self._scorer, again=False)

    @Slot()
    def look_again(self) -> None:
        """Look for photos that came, changed or went since the folders were opened."""
        if self.paths and self._scorer and not self.jobs.busy:
            self._visit(self._scorer, again=True)

    def _visit(self, scorer: Scorer, *, again: bool) -> None:
        paths, shown = self.paths, threading.Event()

        def task() -> Iterator[Progress[Listed | Gone | ScoredPhoto | Grouped]]:
            for step in visit(paths, self._open_catalogue, scorer, again=again):
                yield step
                if any(isinstance(result, Listed) for result in step.results):
                    shown.wait(PAINT_WAIT_S)

        def take(step: Progress[Listed | Gone | ScoredPhoto | Grouped]) -> None:
            self._take(step)
            QTimer.singleShot(0, shown.set)  # once what it changed is painted

        self.jobs.start(task, progressed=take, completed=lambda: self._complete(again=again), failed=self._fail)

    @Slot(object)
    def _take(self, progress: Progress[Listed | Gone | ScoredPhoto | Grouped]) -> None:
        photos = [result for result in progress.results if isinstance(result, ScoredPhoto)]
        self.bar.show_progress(progress, at_work=bool(photos))
        for result in progress.results:
            match result:
                case Listed(album):
                    self._model.use_album(album)
                case Gone(paths):
                    self._model.remove(paths)
                case Grouped(groups):
                    self.grouped.emit(groups)
        if photos and self._model.album is not None:
            self._model.album.put(photos)
            self.photos_changed.emit([photo.path for photo in photos])
            if not self._show_soon.isActive():
                self._show_soon.start(0 if self._model.rowCount() == 0 else SHOW_EVERY_MS)
        self.progressed.emit()

    def _complete(self, *, again: bool) -> None:
        self.bar.end()
        self._show_soon.stop()
        self._model.refresh()
        album = self._model.album
        total, bad = (len(album), album.bad_files) if album is not None else (0, 0)
        if not total:
            self.message.emit("There are no photos in there: open another folder.")
        elif missing := [path for path in self.paths if not path.exists()]:
            self.message.emit(f"{missing[0]} is not there now: what is known of its photos is shown.")
        elif bad and bad != self._bad_files_told:
            self._bad_files_told = bad
            self.message.emit(
                f"{total - bad:,} photos scored; {bad} cannot be read and stand at the end, with the reason."
            )
        self.completed.emit()
        if not again:
            self.opened.emit()
        self._watch(self.paths)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.bar.end()
        self._model.refresh()
        self.message.emit(text)
        self.stopped.emit()

    @Slot()
    def cancel(self) -> None:
        """Stop scoring; what is scored stays, here and in the catalogue."""
        self.jobs.cancel()
        self._is_waiting = False
        self.bar.end()
        self._model.refresh()
        self.message.emit("Stopped. Open the folder again to go on from here.")
        self.stopped.emit()

    def _watch(self, paths: Sequence[Path]) -> None:
        """Notice what comes and goes in these folders, and in those that photos of the album are in."""
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)
        folders = {str(path.absolute()) for path in paths if path.is_dir()}
        if self._model.album is not None and paths:
            folders |= self._model.album.folders()
        if folders:
            self._watcher.addPaths(sorted(folders)[:WATCHED_FOLDERS])

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        self._look_again_soon.stop()
        self.jobs.close()
