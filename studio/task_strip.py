"""A line at the foot of a room: a long task that a person asked for, how far it is, and a way to stop it."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from engine.progress import Progress
from studio.elided_label import ElidedLabel
from studio.jobs import JobSlot

BAR_WIDTH = 240


class TaskStrip(QWidget):
    """Runs one task at a time; a task that is stopped ends after its step, and all that it did is heard.

    Attributes:
        what: what runs, for people; "" where nothing does.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = ""
        self.jobs = JobSlot(self)
        self._stop = threading.Event()
        self.label = ElidedLabel()
        self.progress = QProgressBar()
        self.progress.setFixedWidth(BAR_WIDTH)
        self.progress.setFormat("%v of %m")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancel)
        self.action_button = QPushButton()
        self.action_button.clicked.connect(lambda: self._action())
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.hide)
        self._action: Callable[[], object] = self.hide
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label, 1)
        for widget in (self.progress, self.cancel_button, self.action_button, self.close_button):
            layout.addWidget(widget)
        self.hide()

    def _show(self, *, running: bool) -> None:
        for widget in (self.progress, self.cancel_button):
            widget.setVisible(running)
        for widget in (self.action_button, self.close_button):
            widget.setVisible(not running)
        self.show()

    @property
    def busy(self) -> bool:
        return self.jobs.busy

    def run(
        self,
        what: str,
        make_task: Callable[[], Iterator[Progress[Any]]],
        *,
        progressed: Callable[[Progress[Any]], None],
        ended: Callable[[str], None],
    ) -> None:
        """Run a task; nothing else may be running.

        Args:
            what: for people, such as "Exporting".
            make_task: makes the generator, in the task's thread.
            progressed: called with each step, in this thread.
            ended: called at the end, of a stopped task too, with what went wrong, "" for nothing.
        """
        assert not self.busy, "one task at a time"
        self.what = what
        self._stop.clear()
        self.label.setText(what)
        self.progress.setRange(0, 0)
        self.cancel_button.setEnabled(True)
        self._show(running=True)
        stop = self._stop

        def task() -> Iterator[Progress[Any]]:
            for step in make_task():
                yield step
                if stop.is_set():
                    return

        def show(step: Progress[Any]) -> None:
            self.show_progress(f"{what}: {step.note}" if step.note else what, step.done, step.total)
            progressed(step)

        def end(text: str) -> None:
            self.what = ""
            self.hide()
            ended(text)

        self.jobs.start(task, progressed=show, completed=lambda: end(""), failed=end)

    def show_progress(self, text: str, done: int, total: int) -> None:
        """Say how far a task is."""
        self.label.setText(text)
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self._show(running=True)

    def show_result(self, text: str, action_name: str, action: Callable[[], object]) -> None:
        """Say what came of a task until it is closed, or the next one begins; with something to do about it."""
        self.label.setText(text)
        self.label.setToolTip(text)
        self.action_button.setText(action_name)
        self._action = action
        self._show(running=False)

    @property
    def was_stopped(self) -> bool:
        """Whether a person stopped the task before its end."""
        return self._stop.is_set()

    @Slot()
    def cancel(self) -> None:
        """Stop after the step that is under way."""
        self._stop.set()
        self.cancel_button.setEnabled(False)

    def close_jobs(self) -> None:
        """Stop after the step that is under way, and wait for it: no file is left half done."""
        self._stop.set()
        self.jobs.finish()
