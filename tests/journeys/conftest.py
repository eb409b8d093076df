"""How a journey begins: the program's own `main()`, as a person starts it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.pictures import load_picture
from studio.app import make_application
from studio.commands import main
from studio.window import StudioWindow

# Generous: a busy machine of two cores.
WAIT_MS = 60_000


@pytest.fixture(scope="session")
def qapp() -> object:
    return make_application()


@pytest.fixture
def start(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., StudioWindow]]:
    """Starts the program with the words of a command line; the test's event loop stands in for the program's own."""
    windows: list[StudioWindow] = []

    def take_window(*_: object) -> int:
        widgets = QApplication.topLevelWidgets()
        windows.extend(widget for widget in widgets if isinstance(widget, StudioWindow) and widget.isVisible())
        return 0

    def run(*words: object) -> StudioWindow:
        monkeypatch.setattr(sys, "argv", ["selfie-studio", *map(str, words)])
        before = len(windows)
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 0
        assert len(windows) == before + 1
        qtbot.addWidget(windows[-1])
        return windows[-1]

    monkeypatch.setattr(QApplication, "exec", take_window)
    yield run
    for window in windows:
        window.close()


@pytest.fixture
def window(qtbot: QtBot, start: Callable[..., StudioWindow]) -> StudioWindow:
    """The window of a first start, once it can score."""
    window = start()
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.scorer is not None, timeout=WAIT_MS)
    return window


@pytest.fixture
def video(tmp_path: Path, samples: list[Path]) -> Path:
    """A second of a face that moves, made of a sample photo."""
    pixels = load_picture(samples[0], 640).pixels
    file = tmp_path / "face.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 30, (480, 480))
    for frame in range(30):
        writer.write(cv2.cvtColor(pixels[frame : frame + 480, frame : frame + 480], cv2.COLOR_RGB2BGR))
    writer.release()
    return file
