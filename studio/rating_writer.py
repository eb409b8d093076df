"""Writes the stars that wait in the catalogue into photos or sidecars, in the background and in order."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from engine.catalogue import Catalogue
from engine.errors import CatalogueError
from engine.progress import Progress
from engine.rating_queue import WrittenStars, write_waiting_stars
from studio.jobs import JobSlot
from studio.wording import count, names_in_words

# Before the number of any stars.
NONE_TRIED = -1


class RatingWriter(QObject):
    """Writes as long as stars wait. What is not written when the program is closed is written the next time.

    Signals:
        message: a sentence for people.
        progressed: with an `engine.progress.Progress` of `WrittenStars`.
        ended: none wait any more.
    """

    message = Signal(str)
    progressed = Signal(object)
    ended = Signal()

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_catalogue = open_catalogue
        self._once_more = False
        self._tried = NONE_TRIED
        self._failed: list[WrittenStars] = []
        self._outdated: list[WrittenStars] = []
        self._told: set[tuple[Path, str | None]] = set()
        self._told_beside = False
        self.jobs = JobSlot(self)

    @property
    def busy(self) -> bool:
        return self.jobs.busy

    @Slot()
    def start(self) -> None:
        """Write what waits and was not tried yet."""
        if self.jobs.busy:
            self._once_more = True  # it may just have found that none wait
            return
        self._once_more = False
        tried = self._tried

        def task() -> Iterator[Progress[WrittenStars]]:
            with self._open_catalogue() as catalogue:
                yield from write_waiting_stars(catalogue, tried)

        self.jobs.start(task, progressed=self._take, completed=self._end, failed=self._fail)

    @Slot()
    def try_again(self) -> None:
        """Write all that waits: a card that was locked or not there may be back."""
        if not self.jobs.busy:
            self._tried = NONE_TRIED
            self.start()

    @Slot()
    def stop(self) -> None:
        """Let the stars that still wait stand in the catalogue alone."""
        try:
            with self._open_catalogue() as catalogue:
                left = catalogue.count_unwritten()
                catalogue.forget_unwritten()
        except CatalogueError as error:
            self.message.emit(str(error))
            return
        if left:
            self.message.emit(f"Stopped: the stars of {count(left, 'photo')} stand in the catalogue alone.")

    @Slot(object)
    def _take(self, progress: Progress[WrittenStars]) -> None:
        for written in progress.results:
            self._tried = written.number
            # What waits is tried again and again, and told once.
            if written.error and (written.path, written.error) not in self._told:
                self._failed.append(written)
                self._told.add((written.path, written.error))
            if written.is_outdated:
                self._outdated.append(written)
            if written.is_beside and not self._told_beside:
                self._told_beside = True
                self.message.emit(
                    f"{written.path.name} cannot hold stars itself: they stand in a sidecar beside it, as those of all "
                    "such photos."
                )
        self.progressed.emit(progress)

    @Slot()
    def _end(self) -> None:
        if self._once_more:
            self.start()
            return
        failed, self._failed = self._failed, []
        self.ended.emit()
        self._tell_outdated()
        if not failed:
            return
        names = names_in_words([written.path.name for written in failed])
        whose = f"{names}, whose stars stand" if len(failed) == 1 else f"The stars of {len(failed)} photos stand"
        reason = failed[0].error if len(failed) == 1 else f"{names} ({failed[0].error})"
        later = " They are written when the folder is opened again." if any(each.waits for each in failed) else ""
        self.message.emit(f"{whose} in the catalogue alone: {reason}.{later}")

    def _tell_outdated(self) -> None:
        outdated, self._outdated = self._outdated, []
        if outdated:
            names = names_in_words([written.path.name for written in outdated])
            keeps = "keeps the stars" if len(outdated) == 1 else "keep the stars"
            self.message.emit(f"{names} {keeps} given in another program while yours waited to be written.")

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.ended.emit()
        self.message.emit(f"Stars are not written for now: {text}")

    def close(self, *, write_all: bool) -> None:
        """Stop after the photo that is being written.

        Args:
            write_all: write what waits first, since the catalogue does not outlive the program.
        """
        if write_all:
            self.jobs.finish()
        else:
            self.jobs.close()
