"""What a review of a folder found and what a person said of it, kept in the catalogue until it is done.

A review that is closed midway goes on where it was: what was searched is not searched again while the file, the shape,
the model and the rules are the same.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from engine.catalogue import Catalogue
from engine.crop_folder import CroppedPhoto, as_json


class Verdict(IntEnum):
    """What a person said of a crop."""

    SKIPPED = -1
    OPEN = 0
    ACCEPTED = 1
    SAVED = 2


@dataclass(frozen=True)
class PlannedCrop:
    """A crop that may be saved.

    Attributes:
        photo: what was found for a photo.
        verdict: what a person said of it.
    """

    photo: CroppedPhoto
    verdict: Verdict

    @classmethod
    def proposed(cls, photo: CroppedPhoto) -> "PlannedCrop":
        """As it is before a person looks: accepted where nothing speaks against it."""
        fine = photo.error is None and photo.doubt is None
        return cls(photo, Verdict.ACCEPTED if fine else Verdict.OPEN)


def remember_plan(catalogue: Catalogue, shape: str, how: str, plans: Sequence[PlannedCrop]) -> None:
    """Store what was found and said, all or none; bad files are looked at again the next time.

    Args:
        catalogue: where to.
        shape: the name of the `Aspect`.
        how: what else must be the same for it to count: the model and the rules for faces.
        plans: of photos.

    Raises:
        CatalogueError: it cannot be written.
    """
    with catalogue.transaction() as database:
        for plan in plans:
            stamp = _stamp(plan.photo.source)
            if plan.photo.error is None and stamp is not None:
                found = json.dumps(as_json(plan.photo))
                row = (os.fsencode(plan.photo.source.absolute()), shape, how, *stamp, found, plan.verdict.value)
                database.execute("INSERT OR REPLACE INTO planned_crops VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def recall_plan(catalogue: Catalogue, shape: str, how: str, photos: Sequence[Path]) -> list[PlannedCrop]:
    """What is known of these photos, in their order; those that changed since are left out.

    A crop that was saved and is no longer there counts as accepted.

    Raises:
        CatalogueError: it cannot be read.
    """
    query = "SELECT size, mtime_ns, found, verdict FROM planned_crops WHERE path = ? AND shape = ? AND how = ?"
    plans = []
    with catalogue.transaction() as database:
        for photo in photos:
            row = database.execute(query, (os.fsencode(photo.absolute()), shape, how)).fetchone()
            if row is None or row[:2] != _stamp(photo):
                continue
            known = _from_json(photo, row[2])
            plan = PlannedCrop(known, Verdict(row[3]))
            if plan.verdict is Verdict.SAVED and not (known.target and known.target.is_file()):
                plan = PlannedCrop(replace(known, target=None), Verdict.ACCEPTED)
            plans.append(plan)
    return plans


def _from_json(photo: Path, text: str) -> CroppedPhoto:
    known = json.loads(text)
    known["source"] = photo
    known["target"] = Path(known["target"]) if known["target"] else None
    for name in ("box_xyxy", "shift_xy"):
        known[name] = tuple(known[name]) if known[name] else None
    return CroppedPhoto(**known)


def _stamp(photo: Path) -> tuple[int, int] | None:
    try:
        found = photo.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
