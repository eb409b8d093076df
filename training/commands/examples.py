"""The photos that commands fit and measure with: those of a manifest, of pairs, and of one split alone."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from training.commands.output import console, fail, shown
from training.commands.posts import told_errors

if TYPE_CHECKING:
    from training.batches import TrainingSet
    from training.manifest import RankedRow, Row
    from training.pairs import Photo

AnyRow = TypeVar("AnyRow")
# More labelled photos than this are decoded when they are drawn, not kept in memory.
MEMORY_PHOTOS = 20_000
# Enough to tell networks apart; all of a million would take longer than the steps between.
VALIDATION_PHOTOS, TEST_PHOTOS = 4_000, 20_000


def read_listed(manifest_file: Path, pairs: Path | None) -> "tuple[list[Row], list[RankedRow]]":
    """The photos of a manifest, which may be missing where there are pairs, and the pairs."""
    from training.manifest import read_manifest, read_ranked

    with told_errors():
        rows = read_manifest(manifest_file) if pairs is None or manifest_file.exists() else []
        return rows, read_ranked(pairs) if pairs is not None else []


def hold_against_frozen(
    listed: Path, data: Path, rows: "Sequence[Row]", ranked: "Sequence[RankedRow]", splits: Sequence[str]
) -> None:
    """Refuse photos that the test set which was frozen beside this file forbids in these splits."""
    from training.split import check_frozen, frozen_file

    if not frozen_file(listed).exists():
        return
    named = [(row.path, row.split) for row in rows]
    named += [(picture, row.split) for row in ranked for picture in (row.winner, row.loser)]
    used = {picture: split for picture, split in named if split in splits}
    with told_errors():
        for _ in shown(check_frozen(listed, data, used), "looking for test photos"):
            pass


def photos_of_split(
    data: Path, rows: "Sequence[Row]", ranked: "Sequence[RankedRow]", split: str
) -> "tuple[TrainingSet, list[Row]]":
    """The photos of one split, labelled ones, whole ones and pairs of two, and the rows that they come from.

    The rows are those whose photo could be read, or, where they are too many to be read at once, all of them.
    """
    from training.photos import PairsOnDisk, PhotosOnDisk, training_set, training_set_on_disk

    rows, ranked = [row for row in rows if row.split == split], [row for row in ranked if row.split == split]
    if split != "train":
        rows, ranked = _sampled(rows, VALIDATION_PHOTOS), _sampled(ranked, VALIDATION_PHOTOS)
    if len(rows) > MEMORY_PHOTOS:
        photos = training_set_on_disk(data, rows)
    else:
        examples = load_examples(data, rows) if rows else []
        photos, rows = training_set(examples), [row for row, _ in examples]
    if ranked:
        winners = PhotosOnDisk([data / row.winner for row in ranked])
        losers = PhotosOnDisk([data / row.loser for row in ranked])
        photos = replace(photos, ranked=PairsOnDisk(winners, losers))
    return photos, rows


def load_examples(data: Path, rows: "Sequence[Row]", long_side: int | None = None) -> "list[tuple[Row, Photo]]":
    """Those of these photos that can be read, with their rows; the others are named, and none is an error."""
    from training.photos import LONG_SIDE, load_photos

    examples: list[tuple[Row, Photo]] = []
    for progress in shown(load_photos(data, rows, long_side or LONG_SIDE), "reading photos"):
        if progress.note.startswith("left out"):
            console.print(progress.note, markup=False)
        examples += progress.results
    if not examples:
        fail(f"no photo of the manifest is in {data}: name the data folder with --data")
    return examples


def examples_of_test_split(data: Path, manifest_file: Path) -> "list[tuple[Row, Photo]]":
    """The photos of a manifest's test split, at the size that faces are looked for in."""
    from engine.faces import PHOTO_LONG_SIDE

    listed, _ = read_listed(manifest_file, None)
    rows = _sampled([row for row in listed if row.split == "test"], TEST_PHOTOS)
    if not rows:
        fail(f"{manifest_file} has no photos to test with")
    hold_against_frozen(manifest_file, data, rows, [], ["test"])
    return load_examples(data, rows, PHOTO_LONG_SIDE)


def _sampled(rows: "list[AnyRow]", limit: int) -> "list[AnyRow]":
    """All rows, or as many as the limit, drawn with a seed."""
    return rows if len(rows) <= limit else random.Random(0).sample(rows, limit)
