"""Runs an engine generator away from the window: one shape for every long task."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from engine.errors import EngineError
from engine.progress import Progress

log = logging.getLogger(__name__)
# How long a cancelled task may take to reach its next step before the program stops waiting.
CANCEL_WAIT_MS = 5000


class Job(QThread):
    """A long task in a thread of its own.

    Signals:
        progressed: an `engine.progress.Progress`.
        completed: the task came to its end.
        failed: it did not; a sentence for people.
    """

    progressed = Signal(object)
    completed = Signal()
    failed = Signal(str)

    def __init__(self, make_task: Callable[[], Iterator[Progress[Any]]], parent: QObject | None = None) -> None:
        """
        Args:
            make_task: makes the generator; called in the job's thread, so that what it opens belongs there.
        """
        super().__init__(parent)
        self._make_task = make_task

    def run(self) -> None:
        try:
            task = self._make_task()
            try:
                for progress in task:
                    if self.isInterruptionRequested():
                        return
                    self.progressed.emit(progress)
            finally:
                if hasattr(task, "close"):
                    task.close()
        except EngineError as error:
            self.failed.emit(str(error))
        except Exception as error:
            log.exception("a task failed")
            self.failed.emit(f"Something went wrong: {error}. The log has the details.")
        else:
            self.completed.emit()

    def cancel(self) -> None:
        """Ask the task to stop at its next step; its signals no longer reach anyone."""
        self.blockSignals(True)
        self.requestInterruption()


class JobSlot(QObject):
    """A place for one job at a time: a new one replaces the old one, which is cancelled in the background."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []

    @property
    def busy(self) -> bool:
        return bool(self._jobs) and self._jobs[-1].isRunning()

    def start(
        self,
        make_task: Callable[[], Iterator[Progress[Any]]],
        *,
        progressed: Callable[[Any], None],
        completed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        """Cancel what runs here and run a new task."""
        self.cancel()
        job = Job(make_task)
        job.progressed.connect(progressed)
        job.completed.connect(completed)
        job.failed.connect(failed)
        self._jobs.append(job)
        job.start()

    def cancel(self) -> None:
        """Stop the running task, without waiting for it."""
        for job in self._jobs:
            job.cancel()
        self._jobs = [job for job in self._jobs if job.isRunning()]

    def close(self) -> None:
        """Stop all tasks and wait for their threads."""
        self.cancel()
        for job in self._jobs:
            job.wait(CANCEL_WAIT_MS)
        self._jobs.clear()

    def finish(self) -> None:
        """Let the running task come to its end, for one that writes a person's file."""
        for job in self._jobs:
            job.wait()
        self._jobs.clear()
