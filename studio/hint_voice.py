"""Speaks hints, for people who stand too far away to read."""

from PySide6.QtCore import QObject
from PySide6.QtTextToSpeech import QTextToSpeech

from engine.hints import Hint

# A voice that says everything is turned off soon.
PAUSE_S = 3.0


class HintVoice(QObject):
    """Speaks a hint when it is a new one, and never over itself.

    Args:
        engine: one of Qt's; the system's own where none is named.
    """

    def __init__(self, parent: QObject | None = None, engine: str = "") -> None:
        super().__init__(parent)
        self._speech = QTextToSpeech(engine, self) if engine else QTextToSpeech(self)
        self._said = ""
        self._said_at_s = -PAUSE_S

    @property
    def works(self) -> bool:
        """Whether this system can speak."""
        return self._speech.state() != QTextToSpeech.State.Error

    def say(self, hint: Hint | None, at_s: float) -> None:
        """Say a hint, unless it was just said, or another was a moment ago."""
        if hint is None or hint.text == self._said or at_s - self._said_at_s < PAUSE_S:
            return
        self._said, self._said_at_s = hint.text, at_s
        self._speech.say(hint.text)

    def stop(self) -> None:
        self._speech.stop()
