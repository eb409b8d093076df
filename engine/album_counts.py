"""How many photos of an album a filter would show, by score and by year: what stands beside the choices of a filter."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from engine.album import Album
from engine.album_columns import UNKNOWN
from engine.photo_filter import PhotoFilter

ALL_POINTS = PhotoFilter().points


def count(album: Album, wanted: PhotoFilter) -> int:
    """How many photos a filter shows, a stack counted once where photos are stacked."""
    inside = album.matches(wanted)
    if not wanted.stacked:
        return int(np.count_nonzero(inside))
    groups = album.numbers["group"][inside]
    is_grouped = groups != UNKNOWN
    has_photos = np.zeros(1 + groups.max(initial=0), bool)
    has_photos[groups[is_grouped]] = True
    return int(np.count_nonzero(~is_grouped) + np.count_nonzero(has_photos))


def count_by_score(album: Album, wanted: PhotoFilter) -> npt.NDArray[np.int64]:
    """How many photos the rest of a filter lets through at each score, 0 to 100, as people see it: (101,)."""
    points = album.numbers["points"][album.matches(replace(wanted, points=ALL_POINTS))]
    known = np.rint(points[~np.isnan(points)]).astype(np.int64)
    return np.bincount(known, minlength=101)


def count_by_year(album: Album, wanted: PhotoFilter) -> dict[int, int]:
    """How many photos the rest of a filter lets through in each year, the newest first, by the camera's clock."""
    inside = album.matches(replace(wanted, first_day=None, last_day=None))
    taken = album.numbers["taken"][inside]
    years = taken[~np.isnan(taken)].astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    if not len(years):
        return {}
    first = int(years.min())
    counts = np.bincount(years - first)
    return {first + place: int(counts[place]) for place in np.flatnonzero(counts)[::-1].tolist()}


def first_and_last_day(album: Album) -> tuple[date, date] | None:
    """When the oldest and the newest photo were taken; None where no photo tells."""
    taken = album.numbers["taken"]
    taken = taken[~np.isnan(taken)]
    if not len(taken):
        return None
    first, last = (datetime.fromtimestamp(float(seconds), UTC).date() for seconds in (taken.min(), taken.max()))
    return first, last
