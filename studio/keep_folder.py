"""Where selfies are kept: among this person's pictures, in the album's folder, or in a folder of their choice."""

import os
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths

from engine.resources import SAMPLES
from studio.album_view import FOLDER_SETTING as ALBUM_SETTING

PLACE_SETTING, CHOSEN_SETTING = "live/keep place", "live/keep in"


class Place(StrEnum):
    """What was chosen."""

    PICTURES = "pictures"
    ALBUM = "album"
    CHOSEN = "chosen"


def keep_place() -> Place:
    """The choice, pictures at first."""
    value = str(QSettings().value(PLACE_SETTING, ""))
    return Place(value) if value in list(Place) else Place.CHOSEN if chosen_folder() else Place.PICTURES


def keep_in(place: Place, chosen: Path | None = None) -> None:
    """Keep selfies there from now on.

    Args:
        chosen: the folder of `Place.CHOSEN`; where none is named, the last one.
    """
    QSettings().setValue(PLACE_SETTING, str(place))
    if chosen is not None:
        QSettings().setValue(CHOSEN_SETTING, str(chosen))


def keep_folder() -> Path:
    """Where the next selfie goes; to the pictures where the album has no folder that can be written to."""
    match keep_place():
        case Place.ALBUM:
            return album_folder() or pictures_folder()
        case Place.CHOSEN:
            return chosen_folder() or pictures_folder()
    return pictures_folder()


def pictures_folder() -> Path:
    """A folder of our own among this person's pictures."""
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(pictures or Path.home()) / "Selfie Studio"


def album_folder() -> Path | None:
    """The folder that the album showed last; None where there is none, or nothing can be written to it."""
    folder = _folder_of(ALBUM_SETTING)
    usable = folder is not None and folder != SAMPLES and folder.is_dir() and os.access(folder, os.W_OK)
    return folder if usable else None


def chosen_folder() -> Path | None:
    """The folder that was chosen last; None before any was."""
    return _folder_of(CHOSEN_SETTING)


def _folder_of(setting: str) -> Path | None:
    name = str(QSettings().value(setting, "") or "")
    return Path(name) if name else None
