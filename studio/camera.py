"""Where frames come from: a camera, a video file or a stream, all through one QVideoSink.

Python never runs in Qt's video thread: stopping a player waits for that thread, which would wait for Python. A frame is
fetched in the window's thread, always the newest one, and not looked at there.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCameraPermission, QCoreApplication, QObject, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QCameraFormat,
    QMediaCaptureSession,
    QMediaDevices,
    QMediaPlayer,
    QVideoFrame,
    QVideoSink,
)

VIDEO_SUFFIXES = frozenset((".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg"))
# Enough for framing and for the network; more pixels only cost time.
WANTED_PIXELS = 1280 * 720
WANTED_FRAMES_PER_SECOND = 30
# A file or a stream that shows nothing for this long is not what it was taken for, or is not there.
FIRST_FRAME_MS = 8000
# A stream that has shown something and falls silent is called again after this long, and every so often after that.
SILENCE_MS, CALL_AGAIN_MS = 4000, 2000


@dataclass(frozen=True)
class Frame:
    """One picture of a source, as Qt delivers it.

    Attributes:
        number: counts up from 1 over the source's life.
        video: shares its memory with Qt; `toImage` makes it upright RGB.
        arrived_s: when it came, by `time.perf_counter`.
    """

    number: int
    video: QVideoFrame
    arrived_s: float


class FrameSource(QObject):
    """One source at a time.

    Signals:
        frame_ready: a `Frame`, the newest one.
        opened: the name of the source that now delivers.
        failed: why it does not, and what to do.
        interrupted: why it does not for now; it is called again.
        cameras_changed: one was plugged in or out.
    """

    frame_ready = Signal(object)
    opened = Signal(str)
    failed = Signal(str)
    interrupted = Signal(str)
    cameras_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sink = QVideoSink(self)
        self._sink.videoFrameChanged.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self._check_cameras)
        self._session: QMediaCaptureSession | None = None
        self._camera: QCamera | None = None
        self._player: QMediaPlayer | None = None
        self._taken = QVideoFrame()
        self._stream: QUrl | None = None
        self._watchdog = QTimer(self, singleShot=True)
        self._watchdog.timeout.connect(self._check_silence)
        self.delivered = 0
        self.name = ""

    @property
    def is_open(self) -> bool:
        return self._camera is not None or self._player is not None

    @property
    def address(self) -> QUrl | None:
        """Of the file or the stream that is open; None for a camera, or where nothing is open."""
        return self._player.source() if self._player is not None else None

    @property
    def is_camera(self) -> bool:
        return self._camera is not None

    @staticmethod
    def cameras() -> list[QCameraDevice]:
        """The cameras of this machine, the default one first."""
        default = QMediaDevices.defaultVideoInput()
        return sorted(QMediaDevices.videoInputs(), key=lambda device: device != default)

    def open_camera(self, device: QCameraDevice) -> None:
        """Show a camera, once the system allows it."""
        self.close()
        permission = QCameraPermission()
        application = QCoreApplication.instance()
        assert application is not None
        match application.checkPermission(permission):
            case Qt.PermissionStatus.Undetermined:
                application.requestPermission(permission, self, lambda _: self.open_camera(device))
            case Qt.PermissionStatus.Denied:
                self.failed.emit(
                    "The system does not let this program use the camera: allow it in the privacy settings."
                )
            case _:
                self._start_camera(device)

    def _start_camera(self, device: QCameraDevice) -> None:
        self.name = device.description()
        self._camera = QCamera(device, self)
        if (form := best_format(device.videoFormats())) is not None:
            self._camera.setCameraFormat(form)
        self._camera.errorOccurred.connect(self._report_camera_error)
        self._session = QMediaCaptureSession(self)
        self._session.setCamera(self._camera)
        self._session.setVideoSink(self._sink)
        self._camera.start()
        self.opened.emit(self.name)

    def open_file(self, path: Path) -> None:
        """Play a video file over and over, without its sound."""
        self.open_url(QUrl.fromLocalFile(str(path)), path.name)

    def open_url(self, url: QUrl, name: str | None = None) -> None:
        """Play a video stream, or a file by its URL; a stream that breaks off is called again."""
        self.close()
        self.name = name or url.toDisplayString()
        self._play(url)
        self._watchdog.start(FIRST_FRAME_MS)
        self.opened.emit(self.name)

    def _play(self, url: QUrl) -> None:
        self._player = QMediaPlayer(self)
        self._player.setVideoSink(self._sink)
        self._player.setLoops(QMediaPlayer.Loops.Infinite)
        self._player.errorOccurred.connect(self._report_player_error)
        self._player.setSource(url)
        self._player.play()

    def close(self) -> None:
        """Stop and release the source; nothing is delivered after this."""
        self._watchdog.stop()
        self._stream = None
        self._release()

    def _release(self) -> None:
        camera, player, session = self._camera, self._player, self._session
        self._camera = self._player = self._session = None
        self._taken = QVideoFrame()
        if player is not None:
            player.stop()
            player.setVideoSink(None)  # type: ignore[arg-type]
            player.deleteLater()
        if camera is not None:
            camera.stop()
            camera.deleteLater()
        if session is not None:
            session.setVideoSink(None)  # type: ignore[arg-type]
            session.deleteLater()

    @Slot(QVideoFrame)
    def _deliver(self, _: QVideoFrame) -> None:
        arrived_s = time.perf_counter()
        frame = self._sink.videoFrame()
        # Several may have come since; the first of their signals takes the newest frame, the others find it taken.
        if not self.is_open or not frame.isValid() or frame == self._taken:
            return
        self._taken = frame
        self.delivered += 1
        self._watchdog.stop()
        if self._player is not None and not self._player.source().isLocalFile():
            self._stream = self._player.source()
            self._watchdog.start(SILENCE_MS)
        self.frame_ready.emit(Frame(self.delivered, frame, arrived_s))

    @Slot()
    def _check_silence(self) -> None:
        """Open a stream anew that has shown something, however it ended; what never did is not a video."""
        if self._stream is None:
            name = self.name
            self.close()
            self.failed.emit(f"{name} cannot be played (no picture came): is it a video?")
            return
        self.interrupted.emit(f"{self.name} fell silent: calling again…")
        self._release()
        self._play(self._stream)
        self._watchdog.start(SILENCE_MS + CALL_AGAIN_MS)

    @Slot()
    def _check_cameras(self) -> None:
        if self._camera is not None and self._camera.cameraDevice() not in QMediaDevices.videoInputs():
            self.close()
            self.failed.emit(f"{self.name} was unplugged: plug it in again, or choose another source.")
        self.cameras_changed.emit()

    def _report_camera_error(self, _: object, text: str) -> None:
        name = self.name
        self.close()
        self.failed.emit(f"{name} cannot be used ({text}): is another program using it?")

    def _report_player_error(self, _: object, text: str) -> None:
        if self._stream is not None:
            self._watchdog.start(CALL_AGAIN_MS)
            return
        name = self.name
        self.close()
        self.failed.emit(f"{name} cannot be played ({text}).")


def best_format(formats: list[QCameraFormat]) -> QCameraFormat | None:
    """The format nearest to 1280x720 at 30 frames per second or more; None where there is nothing to choose."""

    def far_off(form: QCameraFormat) -> tuple[bool, int]:
        size = form.resolution()
        return form.maxFrameRate() < WANTED_FRAMES_PER_SECOND, abs(size.width() * size.height() - WANTED_PIXELS)

    return min(formats, key=far_off, default=None)
