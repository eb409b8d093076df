"""What a model likes in an album: all that is found out, as one task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.catalogue import Catalogue
from engine.lab.likes_care import Care, care_about
from engine.lab.likes_facts import FactTable, fact_table
from engine.lab.likes_findings import Findings, find
from engine.lab.likes_labels import NO_LABELS, Labels
from engine.lab.likes_statistics import Numbers
from engine.lab.likes_trials import TriedPhoto, Try, as_columns, change_columns, try_photos
from engine.lab.photos import LabPhotos
from engine.progress import Progress
from engine.scoring import Scorer

CHANGED = 100
# Steps of progress for the statistics at the end, of which a photo that is read is one.
JUDGED = 200


@dataclass(frozen=True)
class Likes:
    """What was found out of N photos.

    Attributes:
        model: its name.
        photos: best first.
        table: their facts.
        tries: what each change by hand did, (N,) each, NaN where it was not tried.
        findings: what moves the score.
        cares: what should not.
        labels: of the photos.
        unread: photos that could not be read, with the reason.
    """

    model: str
    photos: LabPhotos
    table: FactTable
    tries: Mapping[Try, Numbers]
    findings: Findings
    cares: Sequence[Care]
    labels: Labels
    unread: Sequence[tuple[Path, str]]

    @property
    def changed(self) -> int:
        """How many photos were changed by hand."""
        tried = np.zeros(len(self.photos), bool)
        for column in self.tries.values():
            tried |= np.isfinite(column)
        return int(tried.sum())

    def part(self, rows: np.ndarray) -> "Likes":
        """What the same trials say of some of the photos alone: bool or int (M,)."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        photos = LabPhotos(
            tuple(self.photos.paths[row] for row in rows.tolist()), self.photos.contents[rows], self.photos.points[rows]
        )
        table, tries = self.table.at(rows), {each: column[rows] for each, column in self.tries.items()}
        columns = {name: [column[row] for row in rows.tolist()] for name, column in self.labels.columns.items()}
        part = replace(self, photos=photos, table=table, tries=tries, labels=Labels(columns, len(rows)))
        *_, last = judge(part)
        return last.results[0]


def look(
    photos: LabPhotos,
    catalogue: Catalogue,
    scorer: Scorer,
    *,
    labels: Labels = NO_LABELS,
    changed: int = CHANGED,
    seed: int = 0,
) -> Iterator[Progress[Likes]]:
    """Find out what a model likes in an album.

    Args:
        photos: of the album, scored by this model.
        catalogue: that knows them; used in this thread alone.
        scorer: the model.
        labels: of the photos.
        changed: how many photos to change by hand, drawn at random.
        seed: of all draws.

    Yields:
        Progress with each photo that is looked into; the last one with what was found.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    yield Progress(0, 1, "reading what is known")
    for known in fact_table(photos, catalogue, scorer.card, labels.persons):
        yield Progress(0, 1, known.note)
    (table,) = known.results
    tried: list[TriedPhoto] = []
    step: Progress[TriedPhoto] = Progress(0, 1)
    for step in try_photos(photos, catalogue, scorer, changed=changed, seed=seed):
        tried += step.results
        yield Progress(step.done, step.total + JUDGED, step.note)
    table = table.with_columns(as_columns(tried, len(photos)))
    unread = [(photos.paths[photo.row], photo.error) for photo in tried if photo.error]
    tries = change_columns(tried, len(photos))
    name = scorer.card.name
    likes = Likes(name, photos, table, tries, Findings({}, {}), (), labels, unread)
    for judged in judge(likes, seed):
        share = judged.done / judged.total
        yield Progress(step.total + int(JUDGED * share), step.total + JUDGED, judged.note, judged.results)


def judge(likes: Likes, seed: int = 0) -> Iterator[Progress[Likes]]:
    """Judge what was measured and tried; the last step brings it with what was found."""
    step: Progress[Findings] = Progress(0, 1)
    for step in find(likes.table, likes.tries, seed):
        yield Progress(step.done, step.total + 1, step.note)
    (findings,) = step.results
    cares = care_about(likes.table, findings, likes.labels, seed)
    yield Progress(step.total + 1, step.total + 1, "", (replace(likes, findings=findings, cares=cares),))
