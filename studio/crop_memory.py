"""Writes a person's own crops down, a moment after the hand has come to rest."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.aspects import Aspect
from engine.catalogue import Catalogue
from engine.crop_plan import forget_plan
from engine.errors import CatalogueError
from engine.manual_crops import OwnCrop, remember_crop

# A held arrow key moves the crop thirty times a second: the last place alone counts.
REST_MS = 300


class CropMemory(QObject):
    """Remembers the crops of one photo.

    Attributes:
        path: the photo.
        content_sha256: of its file.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_catalogue = open_catalogue
        self.path, self.content_sha256 = Path(), ""
        self._unwritten: dict[tuple[Path, str, str], OwnCrop | None] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.write)

    def remember(self, aspect: Aspect, crop: OwnCrop | None) -> None:
        """Remember the crop of a shape; None forgets it."""
        self._unwritten[(self.path, self.content_sha256, aspect.name)] = crop
        self._rest.start()

    @Slot()
    def write(self) -> None:
        """Write down now what is still to be written."""
        self._rest.stop()
        waiting, self._unwritten = self._unwritten, {}
        if not waiting:
            return
        try:
            with self._open_catalogue() as catalogue:
                for (path, content, shape), crop in waiting.items():
                    remember_crop(catalogue, content, shape, crop)
                    forget_plan(catalogue, path, shape)
        except CatalogueError as error:
            self.message.emit(f"This crop will be forgotten: {error}")
