"""The columns of numbers that an album is made of, a row for each file."""

import numpy as np
import numpy.typing as npt

from engine.scan import ScoredPhoto

Rows = npt.NDArray[np.int32]
# A column that says "not known".
UNKNOWN = -1
# Of stars, where a rejected photo is -1.
UNRATED = -2
COLUMNS = np.dtype(
    [
        ("content", np.int64),
        ("width", np.int32),
        ("height", np.int32),
        ("taken", np.float64),
        ("logit", np.float32),
        ("points", np.float32),
        ("older_model", np.bool_),
        ("faces", np.int16),
        ("sharpness", np.float32),
        ("eyes_closed", np.int16),
        ("stars", np.int8),
        ("pick", np.int8),
        ("by_score", np.bool_),
        ("group", np.int32),
    ]
)
# A row as the catalogue lists it, in the order of `engine.catalogue.LIST_COLUMNS`: numbers that may be null are floats.
LISTED = np.dtype(
    [
        ("path", np.object_),
        ("content", np.float64),
        ("error", np.object_),
        *((name, np.float32) for name in ("width", "height")),
        ("taken", np.float64),
        *((name, np.float32) for name in ("faces", "sharpness", "eyes_closed")),
        *((name, np.float32) for name in ("logit", "points", "stars", "pick", "by_score")),
    ]
)
# What stands for null in each column that comes from the catalogue.
NULLS = {
    "content": UNKNOWN,
    "width": 0,
    "height": 0,
    "faces": 0,
    "eyes_closed": 0,
    "stars": UNRATED,
    "pick": 0,
    "by_score": 0,
}


def as_numbers(photo: ScoredPhoto, group: int) -> tuple[object, ...]:
    """A photo, or a bad file, as a row of `COLUMNS`."""
    facts = photo.facts
    nan = float("nan")
    values: dict[str, object] = {
        "content": UNKNOWN if photo.content is None else photo.content,
        "width": photo.size_wh[0] if photo.size_wh else 0,
        "height": photo.size_wh[1] if photo.size_wh else 0,
        "taken": nan if photo.taken is None else photo.taken,
        "logit": photo.score.logit if photo.score else nan,
        "points": photo.score.points if photo.score else nan,
        "older_model": False,
        "faces": len(photo.faces),
        "sharpness": facts.sharpness if facts else nan,
        "eyes_closed": facts.eyes_closed if facts else 0,
        "stars": UNRATED if photo.mark.stars is None else photo.mark.stars,
        "pick": photo.mark.pick,
        "by_score": photo.mark.by_score,
        "group": group,
    }
    return tuple(values[name] for name in COLUMNS.names or ())
