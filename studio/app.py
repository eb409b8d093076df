"""Starts the studio: the application, its window, and nothing that a person would have to wait for."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.devices import Device
from engine.resources import MODEL_FOLDER
from studio.memory import share_heaps

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

# For measuring the start: the window closes once it has painted.
PAINT_AND_QUIT = "--paint-and-quit"


def run_studio(
    paths: Sequence[Path] = (),
    device: Device = Device.AUTO,
    model: Path = MODEL_FOLDER,
    *,
    paint_and_quit: bool = False,
) -> int:
    """Open the window and stay until it is closed.

    Args:
        paths: photos and folders to show in the album.
        device: what runs the network.
        model: folder of the model that scores.
        paint_and_quit: close the window after its first paint.

    Returns:
        The exit code of the program.
    """
    if missing := missing_display():
        print(missing, file=sys.stderr)  # noqa: T201
        return 1
    application = make_application()
    from studio.window import StudioWindow

    window = StudioWindow(device, model)
    if paint_and_quit:
        window.painted.connect(window.close)
    window.show()
    if paths:
        window.open_paths(paths)
    return int(application.exec())


def missing_display() -> str | None:
    """What to do where there is no screen to open a window on; None where there is one."""
    if sys.platform != "linux" or any(os.environ.get(name) for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return None
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "There is no display: start this from a desktop session, or set DISPLAY to one that runs."
    if not _answers(display):
        return f"Display {display} does not answer: start this from a desktop session, or set DISPLAY to one that runs."
    return None


def _answers(display: str) -> bool:
    """Whether an X server on this machine listens; Qt would end the program. Displays elsewhere are taken on trust."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return True
    for address in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"):
        with socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(address)
            except OSError:
                continue
            return True
    return False


def make_application() -> "QApplication":
    """The QApplication, with names for its settings and one style on all systems."""
    # OpenCV's wheel points this at Qt plugins of its own, which do not fit our Qt.
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    from PySide6.QtWidgets import QApplication

    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    application.setOrganizationName("Selfie Studio")
    application.setApplicationName("Selfie Studio")
    application.setStyle("Fusion")
    # How long a thread may hold Python while the window's thread waits for it, many times in one frame: decoding
    # thumbnails made scrolling stutter at the usual 5 ms.
    sys.setswitchinterval(0.001)
    share_heaps()
    return application
