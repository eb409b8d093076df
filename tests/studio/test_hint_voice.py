"""The voice: says a hint once, and leaves pauses. Qt's mock of a voice stands in for a system's own."""

import pytest
from PySide6.QtTextToSpeech import QTextToSpeech
from pytestqt.qtbot import QtBot

from engine.hints import Hint
from studio.hint_voice import PAUSE_S, HintVoice


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(QTextToSpeech, "say", lambda _, text: texts.append(text))
    return texts


def test_a_hint_is_said_once_and_not_in_haste(qtbot: QtBot, spoken: list[str]) -> None:
    voice = HintVoice(engine="mock")
    assert voice.works
    voice.say(Hint("Step back"), 0)
    voice.say(Hint("Step back"), 10)
    voice.say(None, 20)
    voice.say(Hint("Hold still"), 30)
    voice.say(Hint("Come closer"), 30 + PAUSE_S / 2)
    assert spoken == ["Step back", "Hold still"]
