"""Runs an engine generator away from the window: one shape for every long task."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from engine.errors import EngineError
from engine.progress import Progress

log = logging.getLogger(__name__)
# How long a cancelled task may take to reach its next step before the program stops waiting.
CANCEL_WAIT_MS = 5000


class Job(QThread):
    """A long task in a thread of its own. Each signal carries the job first: who hears it can tell an old one.

    Signals:
        progressed: with an `engine.progress.Progress`.
        completed: the task came to its end.
        failed: it did not; with a sentence for people.
    """

    progressed = Signal(object, object)
    completed = Signal(object)
    failed = Signal(object, str)

    def __init__(self, make_task: Callable[[], Iterator[Progress[Any]]], parent: QObject | None = None) -> None:
        """
        Args:
            make_task: makes the generator; called in the job's thread, so that what it opens belongs there.
        """
        super().__init__(parent)
        self._make_task = make_task
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    def run(self) -> None:
        try:
            task = self._make_task()
            try:
                for progress in task:
                    self._may_go_on.wait()
                    if self.isInterruptionRequested():
                        return
                    self.progressed.emit(self, progress)
            finally:
                if hasattr(task, "close"):
                    task.close()
        except EngineError as error:
            self.failed.emit(self, str(error))
        except Exception as error:
            log.exception("a task failed")
            self.failed.emit(self, f"Something went wrong: {error}. The log has the details.")
        else:
            self.completed.emit(self)

    def cancel(self) -> None:
        """Ask the task to stop at its next step."""
        self.requestInterruption()
        self._may_go_on.set()

    def pause(self, paused: bool) -> None:
        """Let the task wait at its next step, or go on."""
        if paused:
            self._may_go_on.clear()
        else:
            self._may_go_on.set()


@dataclass(frozen=True)
class _Listener:
    progressed: Callable[[Any], None]
    completed: Callable[[], None]
    failed: Callable[[str], None]


class JobSlot(QObject):
    """A place for one job at a time: a new one replaces the old one, which is cancelled in the background.

    Nothing is heard of a job that was cancelled or replaced, not even what it said just before.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._current: Job | None = None
        self._listener = _Listener(_ignore, _ignore, _ignore)

    @property
    def busy(self) -> bool:
        """Whether a task is under way: true until its last signal was heard."""
        return self._current is not None

    def start(
        self,
        make_task: Callable[[], Iterator[Progress[Any]]],
        *,
        progressed: Callable[[Any], None],
        completed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        """Cancel what runs here and run a new task; its listeners are called in this object's thread."""
        self.cancel()
        self._listener = _Listener(progressed, completed, failed)
        job = Job(make_task)
        job.progressed.connect(self._pass_progress)
        job.completed.connect(self._pass_completion)
        job.failed.connect(self._pass_failure)
        self._jobs.append(job)
        self._current = job
        job.start()

    @Slot(object, object)
    def _pass_progress(self, job: Job, progress: Progress[Any]) -> None:
        if job is self._current:
            self._listener.progressed(progress)

    @Slot(object)
    def _pass_completion(self, job: Job) -> None:
        if job is self._current:
            self._current = None
            self._listener.completed()

    @Slot(object, str)
    def _pass_failure(self, job: Job, text: str) -> None:
        if job is self._current:
            self._current = None
            self._listener.failed(text)

    def pause(self, paused: bool) -> None:
        """Let the running task wait at its next step, or go on."""
        if self._current is not None:
            self._current.pause(paused)

    def cancel(self) -> None:
        """Stop the running task, without waiting for it."""
        self._current = None
        for job in self._jobs:
            job.cancel()
        self._jobs = [job for job in self._jobs if job.isRunning()]

    def close(self) -> None:
        """Stop all tasks and wait for their threads."""
        self.cancel()
        for job in self._jobs:
            job.wait(CANCEL_WAIT_MS)
        # One that hangs, on a dead network folder perhaps, is kept: to drop a running thread ends the program.
        self._jobs = [job for job in self._jobs if job.isRunning()]

    def finish(self) -> None:
        """Let the running task come to its end, for one that writes a person's file."""
        for job in self._jobs:
            job.wait()
        self._jobs.clear()
        self._current = None


def _ignore(*_: object) -> None:
    pass
