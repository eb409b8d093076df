"""Where the stars that a person gives are kept, besides in the catalogue."""

from PySide6.QtCore import QSettings

from engine.ratings import RatingPlace

PLACE_SETTING = "album/keep stars in"
# What each is called in the menu, and in a sentence; None is the catalogue alone.
PLACES: dict[RatingPlace | None, tuple[str, str]] = {
    None: (
        "The &catalogue alone: no photo is changed",
        "No photo is changed and no file is made: this program alone knows the stars.",
    ),
    RatingPlace.FILE: (
        "The photo &itself: its stars travel with it",
        "Each photo carries its stars wherever it goes; its picture stays as it is, bit for bit. HEIC, RAW and other "
        "photos that cannot hold stars get a sidecar IMG.xmp.",
    ),
    RatingPlace.SIDECAR: (
        "A sidecar IMG.&xmp, as Lightroom names it",
        "No photo is changed: the stars go to a small file beside it, IMG.xmp.",
    ),
    RatingPlace.SIDECAR_WITH_SUFFIX: (
        "A sidecar IMG.&jpg.xmp, as darktable names it",
        "No photo is changed: the stars go to a small file beside it, IMG.jpg.xmp.",
    ),
}


def star_place() -> RatingPlace | None:
    """The choice, the catalogue alone at first."""
    value = str(QSettings().value(PLACE_SETTING, "") or "")
    return RatingPlace(value) if value in list(RatingPlace) else None


def keep_stars_in(place: RatingPlace | None) -> None:
    """Keep stars there from now on."""
    QSettings().setValue(PLACE_SETTING, str(place or ""))
