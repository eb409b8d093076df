"""What a model's card says of the data that it was made from: counted in the data's own index."""

import csv
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from training.manifest import INDEX_FILE, LABELLED_KIND, PHOTO_KINDS, TEST_ONLY_KINDS, Row

MADE_LABELS = (
    "ranking labels are made, not given: a photo against its own blurred, moved, dark, noisy, blown-out, compressed,"
    " wrongly coloured or badly framed self; and beside itself mirrored, smaller, saved again, bordered, faded or in"
    " black and white"
)


def data_facts(data: Path, rows: Sequence[Row]) -> tuple[str, ...]:
    """A line for each kind of photo and its terms, and one on the labels that are made.

    Args:
        data: the data folder; its index tells the terms, where there is one.
        rows: the manifest.
    """
    index = data / INDEX_FILE
    if not index.exists():
        labelled = sum(bool(row.label) for row in rows)
        return (f"{len(rows):,} photos of the person who made this model, {labelled:,} of them labelled", MADE_LABELS)
    with index.open(newline="", encoding="utf-8") as file:
        counts = Counter(
            (row["kind"], row.get("terms", "")) for row in csv.DictReader(file) if row["kind"] in PHOTO_KINDS
        )
    facts = []
    for (kind, terms), count in sorted(counts.items()):
        use = "with one annotator's label" if kind == LABELLED_KIND else "without labels"
        if kind in TEST_ONLY_KINDS:
            use = "for testing alone"
        facts.append(f"{count:,} x {kind}, {use}: {terms or 'terms not stated'}")
    return (*facts, MADE_LABELS)


def this_command() -> str:
    """The command that runs now, without the folder of this installation."""
    return shlex.join(["selfie-studio", *sys.argv[1:]])
