"""Where the stars that a person gives are kept, besides in the catalogue."""

from PySide6.QtCore import QSettings

from engine.ratings import RatingPlace

PLACE_SETTING = "album/keep stars in"
# None is the catalogue alone.
PLACES: dict[RatingPlace | None, tuple[str, str]] = {
    None: (
        "The &catalogue alone",
        "No photo is changed and no file is made: this program alone knows the stars.",
    ),
    RatingPlace.FILE: (
        "The photo &itself",
        "Each photo carries its stars wherever it goes; its picture stays as it is, bit for bit.",
    ),
    RatingPlace.SIDECAR: (
        "A sidecar: IMG.&xmp",
        "No photo is changed: the stars go to a small file beside it, named as Lightroom names it.",
    ),
    RatingPlace.SIDECAR_WITH_SUFFIX: (
        "A sidecar: IMG.&jpg.xmp",
        "No photo is changed: the stars go to a small file beside it, named as darktable names it.",
    ),
}


def star_place() -> RatingPlace | None:
    """The choice, the catalogue alone at first."""
    value = str(QSettings().value(PLACE_SETTING, "") or "")
    return RatingPlace(value) if value in list(RatingPlace) else None


def keep_stars_in(place: RatingPlace | None) -> None:
    """Keep stars there from now on."""
    QSettings().setValue(PLACE_SETTING, str(place or ""))
