"""What a review of a folder found and what a person said of it, kept in the catalogue until it is done.

A review that is closed midway goes on where it was: what was searched is not searched again while the file, the shape,
the model and the rules are the same.
"""

import json
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from engine.catalogue import Catalogue
from engine.crop_folder import CropJob, CroppedPhoto, FoundCrop, Search, as_json, crop_photos
from engine.crop_record import CropRecord
from engine.geometry import Box
from engine.pictures import OpenPhoto
from engine.progress import Progress


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


def plan_crops(
    photos: Sequence[Path], job: CropJob, how: str, search: Search, catalogue: Catalogue, *, workers: int = 1
) -> Iterator[Progress[PlannedCrop]]:
    """Find the crops of photos, those that are known from before first; nothing is written but the plan.

    Args:
        photos: in their order.
        job: of a dry run: the shape and what is doubtful.
        how: what must be the same for an older plan to count: the model and the rules for faces.
        search: finds the crop of one photo.
        catalogue: keeps the plan.
        workers: photos that are searched at once.

    Yields:
        a progress with all that was known, then one for each photo.

    Raises:
        CatalogueError: it cannot be used.
    """
    forget_gone(catalogue)
    known = recall_plan(catalogue, job.aspect.name, how, photos)
    yield Progress(len(known), len(photos), "", tuple(known))
    there = {plan.photo.source for plan in known}
    steps = crop_photos([photo for photo in photos if photo not in there], job, search, workers=workers)
    with closing(steps):
        for step in steps:
            plans = tuple(PlannedCrop.proposed(photo) for photo in step.results)
            remember_plan(catalogue, job.aspect.name, how, plans)
            yield Progress(len(known) + step.done, len(photos), step.note, plans)


def save_planned(
    plans: Sequence[PlannedCrop], job: CropJob, how: str, catalogue: Catalogue, *, workers: int = 1
) -> Iterator[Progress[PlannedCrop]]:
    """Save crops as they are planned; those that a run that was cut off has saved already are not saved twice.

    Args:
        plans: that were accepted.
        job: where to and how.
        how: as in `plan_crops`.
        catalogue: keeps the plan.
        workers: photos that are saved at once.

    Yields:
        a progress for each photo, saved or with its error.

    Raises:
        PictureError: the folder cannot be made.
        CatalogueError: it cannot be used.
    """
    record = CropRecord(job.folder)
    wanted = {plan.photo.source: plan for plan in plans}
    saved = []
    for photo, plan in wanted.items():
        before = record.find(photo, job.how) if photo.exists() else None
        if before and (before.box.xyxy, before.angle_deg) == (plan.photo.box_xyxy, plan.photo.angle_deg):
            saved.append(PlannedCrop(replace(plan.photo, target=before.target), Verdict.SAVED))
    remember_plan(catalogue, job.aspect.name, how, saved)
    yield Progress(len(saved), len(plans), "", tuple(saved))
    there = {plan.photo.source for plan in saved}

    def decided(photo: OpenPhoto) -> Iterator[Progress[FoundCrop]]:
        plan = wanted[photo.path].photo
        assert plan.box_xyxy is not None
        box, points, gain = Box(*plan.box_xyxy), plan.points or 0.0, plan.gain or 0.0
        found = FoundCrop(box, points, gain, plan.own, angle_deg=plan.angle_deg, level_loss=plan.level_loss)
        yield Progress(1, 1, "", (found,))

    rest = [photo for photo in wanted if photo not in there]
    # Whoever accepted a crop wants it, whatever it gains.
    steps = crop_photos(rest, replace(job, again=True, margin=-math.inf), decided, workers=workers)
    with closing(steps):
        for step in steps:
            done = tuple(_after_saving(wanted[photo.source], photo) for photo in step.results)
            remember_plan(catalogue, job.aspect.name, how, done)
            yield Progress(len(saved) + step.done, len(plans), step.note, done)


def _after_saving(plan: PlannedCrop, photo: CroppedPhoto) -> PlannedCrop:
    if photo.target is None:
        return PlannedCrop(replace(plan.photo, error=photo.error), plan.verdict)
    return PlannedCrop(replace(plan.photo, target=photo.target), Verdict.SAVED)


def forget_plan(catalogue: Catalogue, photo: Path, shape: str) -> None:
    """Let a photo be searched again: a person cropped it by hand.

    Raises:
        CatalogueError: it cannot be written.
    """
    with catalogue.transaction() as database:
        database.execute(
            "DELETE FROM planned_crops WHERE path = ? AND shape = ?", (os.fsencode(photo.absolute()), shape)
        )


def forget_gone(catalogue: Catalogue) -> None:
    """Forget what is known of photos that are no longer in their folders; a folder that is not there may come back.

    Raises:
        CatalogueError: it cannot be written.
    """
    with catalogue.transaction() as database:
        paths = [Path(os.fsdecode(path)) for (path,) in database.execute("SELECT DISTINCT path FROM planned_crops")]
        there = {folder for folder in {path.parent for path in paths} if folder.is_dir()}
        gone = [(os.fsencode(path),) for path in paths if path.parent in there and not path.is_file()]
        database.executemany("DELETE FROM planned_crops WHERE path = ?", gone)


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
