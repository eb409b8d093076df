"""The list of sources above the live picture: cameras by their names, a video file, a stream."""

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QUrl, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QInputDialog, QLabel, QPushButton, QWidget

from studio.camera import VIDEO_SUFFIXES, FrameSource

CHOOSE_FILE, CHOOSE_URL = "Open a video…", "Open a stream…"
TOOL_TIP = "Where the picture comes from"
# The list's frame and arrow, in pixels.
BESIDE_NAME = 36
FOLDER_SETTING, STREAM_SETTING = "live/folder", "live/stream"


class SourceBar(QWidget):
    """Opens what is chosen.

    Signals:
        message: a sentence for people.
        stop_wanted: the button was pressed.
        cameras_listed: whether there is one.
    """

    message = Signal(str)
    stop_wanted = Signal()
    cameras_listed = Signal(bool)

    def __init__(self, source: FrameSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.list = QComboBox()
        self.list.setMinimumWidth(260)
        self.list.setToolTip(TOOL_TIP)
        self.list.setAccessibleName("Source")
        self.list.activated.connect(self._choose)
        # A click leaves the space bar to the room.
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stop_button = QPushButton("Stop")
        self.stop_button.clicked.connect(self.stop_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel("Source"))
        layout.addWidget(self.list)
        layout.addWidget(self.stop_button)
        layout.addStretch()
        source.cameras_changed.connect(self.list_cameras)

    @Slot()
    def list_cameras(self) -> None:
        """Fill the list anew: one was plugged in or out."""
        cameras = self._source.cameras()
        self.list.clear()
        for camera in cameras:
            self.list.addItem(camera.description(), camera)
        if cameras:
            self.list.insertSeparator(self.list.count())
        self.list.addItem(CHOOSE_FILE)
        self.list.addItem(CHOOSE_URL)
        self.point_at_source()
        self.cameras_listed.emit(bool(cameras))

    def point_at_source(self) -> None:
        """Choose in the list what is open; a file or a stream is not in it: its name stands in its place."""
        cameras = len(self._source.cameras())
        self.stop_button.setEnabled(self._source.is_open)
        if self._source.is_open and not self._source.is_camera:
            self._name_source(self._source.name)
            self.list.setCurrentIndex(-1)
            return
        self.list.setToolTip(TOOL_TIP)
        self.list.setPlaceholderText("No camera")
        chosen = self.list.findText(self._source.name) if self._source.is_camera else 0
        self.list.setCurrentIndex(chosen if cameras else -1)

    def _name_source(self, name: str) -> None:
        """Write down what is open, with its middle left out where it is longer than the list is wide."""
        shown = max(self.list.minimumWidth(), self.list.sizeHint().width()) - BESIDE_NAME
        self.list.setPlaceholderText(self.list.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, shown))
        self.list.setToolTip(f"{TOOL_TIP}: {name}")

    def _choose(self, index: int) -> None:
        text = self.list.itemText(index)
        self.point_at_source()
        if text == CHOOSE_FILE:
            self.choose_file()
        elif text == CHOOSE_URL:
            self.choose_url()
        else:
            self._source.open_camera(self.list.itemData(index))

    @Slot()
    def start_camera(self) -> None:
        """Start the chosen camera, or the first one."""
        cameras = self._source.cameras()
        if not cameras:
            self.message.emit("There is no camera: plug one in, or open a video.")
            return
        chosen = self.list.currentData()
        self._source.open_camera(chosen if chosen in cameras else cameras[0])

    @Slot()
    def choose_file(self) -> None:
        """Ask for a video file and play it."""
        settings = QSettings()
        patterns = " ".join(f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES))
        name, _ = QFileDialog.getOpenFileName(
            self, "Open a video", str(settings.value(FOLDER_SETTING, "")), f"Videos ({patterns});;All files (*)"
        )
        if name:
            settings.setValue(FOLDER_SETTING, str(Path(name).parent))
            self._source.open_file(Path(name))

    @Slot()
    def choose_url(self) -> None:
        """Ask for the address of a stream, such as a phone's, and play it."""
        last = str(QSettings().value(STREAM_SETTING, ""))
        text, accepted = QInputDialog.getText(
            self, "Open a stream", "Address (http://… or rtsp://…), such as a phone's camera program shows:", text=last
        )
        if accepted and text.strip():
            url = QUrl.fromUserInput(text.strip())
            QSettings().setValue(STREAM_SETTING, url.toDisplayString())
            self._source.open_url(url)
