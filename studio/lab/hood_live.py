"""The live picture under the hood: a source of its own, open only while it is looked at."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.pixels import Pixels
from studio.camera import VIDEO_SUFFIXES, Frame, FrameSource
from studio.toggle import Toggle
from studio.video_frames import pixels_from_frame


class LiveButton(Toggle):
    """Pressed while the live picture is looked at.

    Attributes:
        source: where the frames come from.
        video: gives the video that Live would play; None where it plays none.

    Signals:
        frame_ready: a `Frame`, the newest one.
        stopped: no more will come.
        message: a sentence for people.
    """

    frame_ready = Signal(object)
    stopped = Signal()
    message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Live picture", parent)
        self.video: Callable[[], QUrl | None] = lambda: None
        self._frame: Frame | None = None
        self.source = FrameSource(self)
        self.source.frame_ready.connect(self._take_frame)
        self.source.failed.connect(self._fail)
        self.toggled.connect(self._use)

    def newest_pixels(self) -> Pixels | None:
        """The newest picture, RGB uint8 (H, W, 3); None before the first."""
        return pixels_from_frame(self._frame.video) if self._frame is not None else None

    @Slot(bool)
    def _use(self, wanted: bool) -> None:
        self._frame = None
        if not wanted:
            self.source.close()
            self.stopped.emit()
        elif (video := self.video()) is not None:
            self.source.open_url(video, video.fileName())
        elif cameras := self.source.cameras():
            self.source.open_camera(cameras[0])
        else:
            self._ask_for_video()

    def _ask_for_video(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES))
        name, _ = QFileDialog.getOpenFileName(
            self.window(), "There is no camera: open a video instead", "", f"Videos ({suffixes})"
        )
        if name:
            self.source.open_file(Path(name))
        else:
            self.setChecked(False)

    @Slot(object)
    def _take_frame(self, frame: Frame) -> None:
        self._frame = frame
        self.frame_ready.emit(frame)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.setChecked(False)
        self.message.emit(text)
