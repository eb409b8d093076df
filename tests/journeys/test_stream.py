"""A phone as a camera: its stream is played and scored, and called again when it breaks off."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import QUrl
from pytestqt.qtbot import QtBot

from engine.pictures import load_picture
from studio.window import StudioWindow

from .conftest import WAIT_MS

pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")  # FFmpeg reports its codecs as warnings
FRAMES_BEFORE_IT_BREAKS_OFF = 40


class Phone(ThreadingHTTPServer):
    """Serves Motion JPEG, as the camera programs of phones do, and hangs up after a while."""

    daemon_threads = False  # so that closing waits for them

    def __init__(self, frame: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Stream)
        self.frame = frame
        self.calls = 0

    @property
    def url(self) -> QUrl:
        return QUrl(f"http://127.0.0.1:{self.server_port}/video.mjpg")


class _Stream(BaseHTTPRequestHandler):
    server: Phone

    def do_GET(self) -> None:
        self.server.calls += 1
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        pause = threading.Event()
        for _ in range(FRAMES_BEFORE_IT_BREAKS_OFF):
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(self.server.frame)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + self.server.frame + b"\r\n")
            except OSError:
                return
            pause.wait(1 / 30)  # a camera's own rate

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def phone(samples: list[Path]) -> Iterator[Phone]:
    pixels = load_picture(samples[0], 320).pixels
    server = Phone(cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_stream_that_breaks_off_is_called_again(qtbot: QtBot, window: StudioWindow, phone: Phone) -> None:
    said: list[str] = []
    window.live.message.connect(said.append)
    window.rooms.setCurrentWidget(window.live)
    window.live.source.open_url(phone.url)
    with qtbot.waitSignal(window.live.score_shown, timeout=WAIT_MS):
        pass
    qtbot.waitUntil(lambda: any("calling again" in text for text in said), timeout=WAIT_MS)
    with qtbot.waitSignal(window.live.score_shown, timeout=WAIT_MS):
        pass
    assert phone.calls >= 2
    window.live.stop()
    assert not window.live.source.is_open


def test_a_stream_that_is_not_there_is_explained(qtbot: QtBot, window: StudioWindow) -> None:
    window.rooms.setCurrentWidget(window.live)
    window.live.source.open_url(QUrl("http://127.0.0.1:9/nobody.mjpg"))
    qtbot.waitUntil(lambda: "cannot be played" in window.statusBar().currentMessage(), timeout=WAIT_MS)
    assert window.live.pages.currentWidget() is window.live.empty
