"""How far a room's long task is: a bar with the pace, and buttons to pause and to cancel it."""

from typing import Any

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from engine.progress import Progress
from studio.jobs import JobSlot
from studio.pace import Pace

# All give way where the room is narrow.
BAR_WIDTH, LEAST_WIDTH, LEAST_PADDING = 300, 72, 14


class _ProgressBar(QProgressBar):
    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(BAR_WIDTH)

    def sizeHint(self) -> QSize:
        return QSize(BAR_WIDTH, super().sizeHint().height())

    def say(self, figures: str, pace: str = "") -> None:
        """Show both, or the figures alone where there is no room for the pace, which the tooltip tells then."""
        whole = f"{figures} · {pace}" if pace else figures
        fits = self.fontMetrics().horizontalAdvance(whole) < self.width()
        self.setFormat(whole if fits else figures)
        self.setToolTip(whole)


class JobBar(QWidget):
    """Is seen from `begin` to `end`.

    Args:
        jobs: whose task it pauses.

    Signals:
        cancelled: a person wants the task to stop; what that means is its owner's.
    """

    cancelled = Signal()

    def __init__(self, jobs: JobSlot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._what, self._pace = jobs, "", Pace()
        self.progress = _ProgressBar()
        self.pause_button = QPushButton("Pause")
        self.pause_button.setCheckable(True)
        self.pause_button.toggled.connect(self._pause)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancelled)
        for button in (self.pause_button, self.cancel_button):
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(button.text()) + LEAST_PADDING)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.progress, self.pause_button, self.cancel_button):
            layout.addWidget(widget)
        self.hide()

    def begin(self, what: str = "") -> None:
        """Show that a task is on its way, with a word before its figures, such as "Saving "."""
        self._what, self._pace = what, Pace()
        self.progress.setRange(0, 0)
        self.progress.setFormat("")
        self.go_on()
        self.show()

    def show_progress(self, progress: Progress[Any], *, at_work: bool = True) -> None:
        """Say how far it is.

        Args:
            progress: of the task.
            at_work: whether this step took work: what was known already, or is no picture, tells nothing of the pace.
        """
        self.progress.setRange(0, max(progress.total, 1))
        self.progress.setValue(progress.done)
        self._pace.mark(progress.done, at_work=at_work)
        self._say()

    def _say(self) -> None:
        done, total = self.progress.value(), self.progress.maximum()
        if self.pause_button.isChecked():
            self.progress.say(f"Paused at {done:,} of {total:,}")
        else:
            self.progress.say(f"{self._what}{done:,} of {total:,}", self._pace.in_words(total))

    def end(self) -> None:
        """Show nothing more."""
        self.go_on()
        self.hide()

    def go_on(self) -> None:
        """Pause no longer."""
        self.pause_button.setChecked(False)

    @Slot(bool)
    def _pause(self, paused: bool) -> None:
        self._jobs.pause(paused)
        self.pause_button.setText("Go on" if paused else "Pause")
        self._pace = Pace()
        self._say()
