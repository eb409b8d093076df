"""What the pages of the Lab have in common."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.catalogue import Catalogue
from engine.lab.photos import LabPhotos
from engine.scoring import Scorer


class LabPage(QWidget):
    """A page of the Lab.

    Args:
        open_catalogue: opens the person's catalogue for the calling thread.

    Signals:
        message: a sentence for people.
        photo_wanted: the path of a photo to be shown large in the Album.
        photos_wanted: paths to be selected in the Album.
    """

    message = Signal(str)
    photo_wanted = Signal(object)
    photos_wanted = Signal(object)

    def __init__(self, open_catalogue: Callable[[], Catalogue], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.open_catalogue = open_catalogue

    def use_scorer(self, scorer: Scorer) -> None:
        """The model is there, or another one."""

    def show_photos(self, photos: LabPhotos) -> None:
        """The Lab is shown, with these photos; called each time, also if they are the same as before."""

    def close_jobs(self) -> None:
        """Stop all work and wait for its threads."""
