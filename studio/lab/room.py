"""The Lab room: a page for each way to see what the network has learned."""

from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QStackedWidget, QWidget

from engine.catalogue import Catalogue
from engine.lab.photos import LabPhotos
from engine.scoring import Scorer
from studio.album_model import AlbumModel
from studio.lab.hood_page import HoodPage
from studio.lab.likes_page import LikesPage
from studio.lab.map_page import MapPage
from studio.lab.page import LabPage
from studio.lab.sheets_page import SheetsPage

PAGE_SETTING = "lab/page"
LIST_WIDTH = 150


class LabRoom(QWidget):
    """The pages, and the list to choose one from.

    Args:
        model: the photos that the Album shows: the Lab works on those.
        open_catalogue: opens the person's catalogue for the calling thread.

    Signals:
        message: a sentence for people.
        photo_wanted: the path of a photo to be shown large in the Album.
        photos_wanted: paths to be selected in the Album.
    """

    message = Signal(str)
    photo_wanted = Signal(object)
    photos_wanted = Signal(object)

    def __init__(
        self, model: AlbumModel, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._has_photos = False
        model.shown_changed.connect(self._show_first_photos)
        self.map = MapPage(open_catalogue)
        self.likes = LikesPage(open_catalogue)
        self.hood = HoodPage(open_catalogue)
        self.sheets = SheetsPage(open_catalogue)
        self.pages: dict[str, LabPage] = {
            "Map": self.map,
            "What it likes": self.likes,
            "Under the hood": self.hood,
            "Sheets": self.sheets,
        }
        self.list = QListWidget()
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.setSpacing(4)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.stack = QStackedWidget()
        for name, page in self.pages.items():
            self.list.addItem(name)
            self.stack.addWidget(page)
            page.message.connect(self.message)
            page.photo_wanted.connect(self.photo_wanted)
            page.photos_wanted.connect(self.photos_wanted)
        self.list.currentRowChanged.connect(self._turn_to)
        self.list.setCurrentRow(self._remembered_page())
        layout = QHBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(self.stack, 1)

    def _remembered_page(self) -> int:
        remembered = int(str(QSettings().value(PAGE_SETTING, 0)))
        return remembered if 0 <= remembered < len(self.pages) else 0

    def use_scorer(self, scorer: Scorer) -> None:
        """Tell all pages of the model."""
        for page in self.pages.values():
            page.use_scorer(scorer)

    @Slot(int)
    def _turn_to(self, row: int) -> None:
        QSettings().setValue(PAGE_SETTING, row)
        self.stack.setCurrentIndex(row)
        self._show_photos()

    def _show_photos(self) -> None:
        page = self.stack.currentWidget()
        if self.isVisible() and self._model.album is not None and isinstance(page, LabPage):
            photos = LabPhotos.of_album(self._model.album, self._model.shown)
            self._has_photos = bool(len(photos))
            page.show_photos(photos)

    @Slot()
    def _show_first_photos(self) -> None:
        """The Album opens while the Lab is looked at already: the window began here."""
        if not self._has_photos:
            self._show_photos()

    def turn_to(self, page: LabPage) -> None:
        """Show one page."""
        self.list.setCurrentRow(self.stack.indexOf(page))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_photos()

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
        for page in self.pages.values():
            page.close_jobs()
