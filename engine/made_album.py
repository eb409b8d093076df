"""Large albums to measure with: many names for a few real photos, known to a catalogue as if they had been scored.

Every name is a hard link to a real photo, so that thumbnails are really decoded; what is remembered of it is what was
measured of that photo, its score, embedding and time different for each name.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.catalogue import Catalogue, ContentRecord, FileRecord, FileStamp, Mark, ScoreRecord
from engine.errors import CatalogueError
from engine.scan import scan
from engine.scoring import Scorer, score_from_logit

# Names in one folder: as a camera would have it.
_PER_FOLDER = 1000
_AT_ONCE = 2000


def link_photos(photos: Sequence[Path], count: int, folder: Path) -> list[Path]:
    """Give photos many names in a new folder; by hard links, or copies where those cannot be.

    Args:
        photos: at least one.
        count: names in all.
        folder: made here.
    """
    names = []
    for number in range(count):
        photo = photos[number % len(photos)]
        name = folder / f"{number // _PER_FOLDER:03}" / f"IMG_{number:06}{photo.suffix}"
        name.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(photo, name)
        except OSError:
            shutil.copyfile(photo, name)
        names.append(name)
    return names


def fill_catalogue(catalogue: Catalogue, names: Sequence[Path], photos: Sequence[Path], scorer: Scorer) -> None:
    """Let a catalogue know names made by `link_photos` as so many different photos."""
    rng = np.random.default_rng(0)
    model = scorer.card.model_sha256
    known = _measured(photos, scorer)
    embeddings = np.stack([score.embedding for _, score in known]).astype(np.float32)
    for start in range(0, len(names), _AT_ONCE):
        contents: list[tuple[str, ContentRecord]] = []
        scores: list[tuple[str, ScoreRecord]] = []
        files: list[tuple[Path, FileStamp, FileRecord]] = []
        for number, name in enumerate(names[start : start + _AT_ONCE], start):
            content, score = known[number % len(known)]
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            logit = score.logit + float(rng.normal(0, 0.5))
            contents.append((digest, replace(content, taken=1.6e9 + 20.0 * number)))
            points = score_from_logit(logit, scorer.card).points
            # Between two real photos: no two names are alike.
            share = rng.uniform(0, 1)
            embedding = share * score.embedding + (1 - share) * embeddings[rng.integers(len(embeddings))]
            scores.append((digest, ScoreRecord(logit, points, embedding)))
            files.append((name, FileStamp.of(name), FileRecord(digest, None)))
        catalogue.remember_contents(contents)
        catalogue.remember_scores(model, scores)
        catalogue.remember_files(files)
        listed = [catalogue.recall_content(digest) for digest, _ in contents[::10]]
        catalogue.mark(
            [(known[0], Mark(int(rng.integers(0, 6)), int(rng.integers(-1, 2)))) for known in listed if known]
        )


def _measured(photos: Sequence[Path], scorer: Scorer) -> list[tuple[ContentRecord, ScoreRecord]]:
    measured = []
    with Catalogue() as catalogue:
        for _ in scan(photos, catalogue, scorer):
            pass
        for _, file in catalogue.recall_files().values():
            content = catalogue.recall_content(file.content_sha256 or "")
            score = catalogue.recall_score(file.content_sha256 or "", scorer.card.model_sha256)
            if content and score:
                measured.append((content[1], score))
    if not measured:
        raise CatalogueError(Path(), "none of these photos can be read")
    return measured
