"""The window: puts the rooms together, and connects them with the menu, the model and each other."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QMessageBox, QTabWidget, QWidget

from engine.devices import Device
from engine.progress import Progress
from engine.resources import MODEL_FOLDER
from engine.scoring import Scorer
from studio import __version__
from studio.jobs import JobSlot
from studio.theme import SCHEMES, apply_scheme
from studio.user_files import catalogue_file

if TYPE_CHECKING:
    from studio.lab.page import LabPage

GEOMETRY_SETTING, ROOM_SETTING, SCHEME_SETTING = "window/geometry", "window/room", "window/scheme"
MESSAGE_MS = 12_000
# Fits half of a small screen, or a screen of twice the usual density.
SMALLEST = (760, 480)


class StudioWindow(QMainWindow):
    """Live, Album, Crop and Lab.

    Signals:
        painted: the window has been painted for the first time.
    """

    painted = Signal()

    def __init__(self, device: Device = Device.AUTO, model: Path = MODEL_FOLDER) -> None:
        super().__init__()
        self._device, self._model = device, model
        self._painted = False
        self._closed = False
        self.scorer: Scorer | None = None
        self.model_jobs = JobSlot(self)
        self.setWindowTitle("Selfie Studio")
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST)
        apply_scheme(str(QSettings().value(SCHEME_SETTING, "System")))
        self._build_rooms()
        self._build_menu()
        self.device_label = QLabel("Loading the model…")
        self.statusBar().addPermanentWidget(self.device_label)
        # A narrow window cuts long messages.
        self.statusBar().messageChanged.connect(self._show_whole_message)
        self._restore()
        # What follows needs the disk and the network's library: the window is painted first.
        self.painted.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    def _build_rooms(self) -> None:
        from studio.album_view import AlbumRoom
        from studio.crop_view import CropRoom
        from studio.lab.room import LabRoom
        from studio.live_view import LiveRoom

        self.live = LiveRoom()
        self.album = AlbumRoom(catalogue_file())
        self.crop = CropRoom(self.album.open_catalogue)
        self.lab = LabRoom(self.album.model, self.album.open_catalogue)
        self.rooms = QTabWidget(documentMode=True)
        for room, name in ((self.live, "Live"), (self.album, "Album"), (self.crop, "Crop"), (self.lab, "Lab")):
            self.rooms.addTab(room, name)
            room.message.connect(partial(self._show_message_of, room))
        self.album.crop_wanted.connect(self.open_in_crop)
        self.album.crops_wanted.connect(self._crop_many)
        self.live.crop_wanted.connect(self.open_in_crop)
        self.live.album_wanted.connect(self._show_in_album)
        self.lab.hood.live.video = self.live.video_on_return
        self.lab.photo_wanted.connect(self._show_photo_in_album)
        self.lab.photos_wanted.connect(self._select_in_album)
        # What was said of one room says nothing in another.
        self.rooms.currentChanged.connect(self.statusBar().clearMessage)
        self.setCentralWidget(self.rooms)

    def _build_menu(self) -> None:
        file_menu = self.menuBar().addMenu("&File")
        self._add(file_menu, "&Open folder…", "Ctrl+O", self._open_folder)
        self._add(file_menu, "Open &photo to crop…", "Ctrl+P", self._open_photo)
        self._add(file_menu, "Crop a &folder…", "Ctrl+Shift+P", self._crop_folder)
        self._add(file_menu, "Open &video…", "Ctrl+Shift+O", self._open_video)
        self._add(file_menu, "Open s&tream…", "Ctrl+U", self._open_stream)
        self._add(file_menu, "Show the sa&mple album", "", self._show_samples)
        file_menu.addSeparator()
        self._add(file_menu, "&Save crop", "Ctrl+S", self.crop.save)
        self._add(file_menu, "Save crop &as…", "Ctrl+Shift+S", self.crop.save_as)
        file_menu.addSeparator()
        self._add(file_menu, "&Quit", "Ctrl+Q", self.close)
        edit_menu = self.menuBar().addMenu("&Edit")
        self._add(edit_menu, "&Undo", "Ctrl+Z", self._undo)
        self._add(edit_menu, "&Redo", "Ctrl+Shift+Z", self._redo)
        view_menu = self.menuBar().addMenu("&View")
        named = {"&Live": self.live, "&Album": self.album, "&Crop": self.crop, "La&b": self.lab}
        for number, (name, room) in enumerate(named.items(), start=1):
            self._add(view_menu, name, f"Ctrl+{number}", partial(self.rooms.setCurrentWidget, room))
        view_menu.addSeparator()
        schemes = QActionGroup(self)
        chosen = str(QSettings().value(SCHEME_SETTING, "System"))
        for name, text in zip(SCHEMES, ("&System colours", "L&ight colours", "&Dark colours"), strict=True):
            action = view_menu.addAction(text, partial(self._use_scheme, name))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            schemes.addAction(action)
        self._add(view_menu, "&Full screen", "F11", self._toggle_full_screen)
        self.menuBar().addMenu(self._live_menu())
        self.menuBar().addMenu(self._album_menu())
        help_menu = self.menuBar().addMenu("&Help")
        self._add(help_menu, "&Keys", "F1", self._show_keys)
        self._add(help_menu, "&About", "", self._show_about)

    def _live_menu(self) -> QMenu:
        from studio.live_menu import LiveMenu

        self.live_menu = LiveMenu(self.live, self)
        self.live_menu.camera_wanted.connect(self._start_camera)
        self.live_menu.album_wanted.connect(self._show_in_album)
        self.live_menu.message.connect(self.show_message)
        return self.live_menu

    def _album_menu(self) -> QMenu:
        from studio.album_menu import AlbumMenu

        self.album_menu = AlbumMenu(self.album, self)
        self.album_menu.sheet_wanted.connect(partial(self._show_in_lab, self.lab.sheets))
        self.album_menu.map_wanted.connect(partial(self._show_in_lab, self.lab.map))
        self.album_menu.likes_wanted.connect(partial(self._show_in_lab, self.lab.likes))
        self.album_menu.hood_wanted.connect(self._show_hood)
        return self.album_menu

    def _add(self, menu: QMenu, text: str, keys: str, action: Callable[[], object]) -> QAction:
        added = menu.addAction(text)
        added.triggered.connect(lambda: action())
        if keys:
            added.setShortcut(QKeySequence(keys))
        return added

    def _restore(self) -> None:
        settings = QSettings()
        geometry = settings.value(GEOMETRY_SETTING)
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(1200, 780)
        # A geometry of another screen, or a first one on a small screen.
        self.resize(self.size().boundedTo(self.screen().availableGeometry().size()))
        cameras = bool(self.live.source.cameras())
        room = int(str(settings.value(ROOM_SETTING, 0 if cameras else 1)))
        self.rooms.setCurrentIndex(room if 0 <= room < self.rooms.count() else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    @Slot()
    def _begin(self) -> None:
        if self._closed:
            return
        device, model = self._device, self._model

        def task() -> Iterator[Progress[Scorer]]:
            from engine.scoring import load_scorer

            yield Progress(1, 1, "", (load_scorer(device, folder=model),))

        self.model_jobs.start(task, progressed=self._use_scorer, completed=lambda: None, failed=self._say_no_model)
        if not self.album.has_photos:
            self._open_last_folder()

    @Slot(object)
    def _use_scorer(self, progress: Progress[Scorer]) -> None:
        self.scorer = progress.results[0]
        self.device_label.setText(f"{self.scorer.card.name} · {self.scorer.runtime.name}")
        for room in (self.live, self.album, self.crop, self.lab):
            room.use_scorer(self.scorer)

    @Slot(str)
    def _say_no_model(self, text: str) -> None:
        self.device_label.setText("No model")
        shipped = self._model == MODEL_FOLDER
        mend = "Install Selfie Studio again to mend this." if shipped else "Start with another folder after --model."
        QMessageBox.critical(self, "The model cannot be loaded", f"{text}\n\n{mend}")

    def _open_last_folder(self) -> None:
        from studio.album_view import FOLDER_SETTING

        remembered = str(QSettings().value(FOLDER_SETTING, "") or "")
        if remembered and Path(remembered).is_dir():
            self.album.open_paths([Path(remembered)])
        elif not remembered:
            self.album.show_samples()

    def _show_message_of(self, room: QWidget, text: str) -> None:
        """What a room says while another is shown would be taken for the other's."""
        if self.rooms.currentWidget() is room:
            self.show_message(text)

    @Slot(str)
    def show_message(self, text: str) -> None:
        """Say something; it takes the place of what was said before."""
        self.statusBar().showMessage(text, MESSAGE_MS)  # an empty text clears it

    @Slot(str)
    def _show_whole_message(self, text: str) -> None:
        self.statusBar().setToolTip(text)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped or named: a video in Live, photos where they are looked at, the rest in Album."""
        from studio.camera import VIDEO_SUFFIXES

        if len(paths) == 1 and paths[0].suffix.lower() in VIDEO_SUFFIXES:
            self.rooms.setCurrentWidget(self.live)
            self.live.open_file(paths[0])
        elif len(paths) == 1 and paths[0].is_file() and self.rooms.currentWidget() is self.crop:
            self.crop.open_photo(paths[0])
        elif len(paths) == 1 and paths[0].is_file() and self.lab.hood.isVisible():
            self.lab.hood.show_photo(paths[0])
        elif self.rooms.currentWidget() is self.crop:
            self.crop.open_paths(paths)
        else:
            self.rooms.setCurrentWidget(self.album)
            self.album.open_paths(paths)

    @Slot(object)
    def open_in_crop(self, path: Path) -> None:
        """Go to the Crop room with a photo."""
        self.rooms.setCurrentWidget(self.crop)
        self.crop.open_photo(path)

    @Slot(object)
    def _crop_many(self, paths: Sequence[Path]) -> None:
        """Go to the Crop room with photos of the album."""
        self.rooms.setCurrentWidget(self.crop)
        self.crop.open_paths(paths)

    @Slot(object)
    def _show_in_album(self, path: Path) -> None:
        """Go to the Album with a folder, or with the folder of a photo."""
        folder = path.parent if path.is_file() else path
        if not folder.is_dir():
            self.show_message(f"{folder} is not there yet: keep a selfie first.")
            return
        self.rooms.setCurrentWidget(self.album)
        self.album.open_paths([folder])

    @Slot(object)
    def _show_photo_in_album(self, path: Path) -> None:
        """Go to the Album with one of its photos, large."""
        self.rooms.setCurrentWidget(self.album)
        self.album.show_path(path)

    @Slot(object)
    def _select_in_album(self, paths: Sequence[Path]) -> None:
        """Go to the Album with some of its photos selected."""
        self.rooms.setCurrentWidget(self.album)
        self.album.select_paths(paths)

    def _show_in_lab(self, page: "LabPage") -> None:
        """Go to the Lab with the photos that the Album shows."""
        self.rooms.setCurrentWidget(self.lab)
        self.lab.turn_to(page)

    @Slot()
    def _show_hood(self) -> None:
        """Go to the Lab with the photo that is chosen in the Album."""
        if (path := self.album.chosen_path) is not None:
            self.lab.hood.show_photo(path)
        self._show_in_lab(self.lab.hood)

    def _open_folder(self) -> None:
        self.rooms.setCurrentWidget(self.album)
        self.album.choose_folder()

    def _open_photo(self) -> None:
        self.rooms.setCurrentWidget(self.crop)
        self.crop.choose_photo()

    def _crop_folder(self) -> None:
        self.rooms.setCurrentWidget(self.crop)
        self.crop.choose_folder()

    def _open_video(self) -> None:
        self.rooms.setCurrentWidget(self.live)
        self.live.choose_file()

    def _open_stream(self) -> None:
        self.rooms.setCurrentWidget(self.live)
        self.live.choose_url()

    def _show_samples(self) -> None:
        self.rooms.setCurrentWidget(self.album)
        self.album.show_samples()

    def _start_camera(self) -> None:
        self.rooms.setCurrentWidget(self.live)
        self.live.start_camera()

    def _undo(self) -> None:
        """Take back what was done last in the room that is shown."""
        room = self.rooms.currentWidget()
        if room is self.live:
            self.live.keeper.undo()
        elif room in (self.album, self.crop):
            room.undo()

    def _redo(self) -> None:
        room = self.rooms.currentWidget()
        if room in (self.album, self.crop):
            room.redo()

    def _use_scheme(self, name: str) -> None:
        QSettings().setValue(SCHEME_SETTING, name)
        apply_scheme(name)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_keys(self) -> None:
        from studio.key_table import KeyTable

        KeyTable(self, self.rooms.tabText(self.rooms.currentIndex())).open()

    def _show_about(self) -> None:
        model = self.scorer.card.name if self.scorer else "none"
        QMessageBox.about(
            self,
            "Selfie Studio",
            f"Selfie Studio {__version__}, model {model}.\n\nThe score speaks of the photo (light, sharpness, "
            "framing), never of the person in it. Everything stays on this machine.",
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._closed = True
        settings = QSettings()
        settings.setValue(GEOMETRY_SETTING, self.saveGeometry())
        settings.setValue(ROOM_SETTING, self.rooms.currentIndex())
        self.live.close_source()
        self.album.close_jobs()
        self.crop.close_jobs()
        self.lab.close_jobs()
        self.model_jobs.close()
        super().closeEvent(event)
