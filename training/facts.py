"""What a model's card says of the data that it was made from: counted in the rows that a fit was given."""

import shlex
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from training.manifest import INDEX_FILE, LABELLED_KIND, RankedRow, Row, read_index

USES = {"train": "to train", "validation": "to validate", "test": "to test"}
NO_TERMS = "terms not stated"
MADE_LABELS = (
    "ranking labels are made, not given: a photo against its own blurred, moved, dark, noisy, blown-out, compressed,"
    " wrongly coloured or badly framed self; and beside itself mirrored, smaller, saved again, bordered, faded or in"
    " black and white"
)


def data_facts(data: Path, rows: Sequence[Row], ranked: Sequence[RankedRow] = ()) -> tuple[str, ...]:
    """A line for each kind of photo and its terms, one on pairs, and one on the labels that are made.

    Args:
        data: the data folder; its index tells the terms, where there is one.
        rows: photos, each with the split that it is used for.
        ranked: pairs, as `rows`.

    Raises:
        ManifestError: the index cannot be read.
    """
    index = read_index(data) if (data / INDEX_FILE).exists() else []
    terms = {row.get("file", ""): row.get("terms", "") for row in index}
    counts: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        labelled = "with one annotator's label" if row.kind == LABELLED_KIND else "with a label"
        counts[row.kind, labelled if row.label else "without labels", terms.get(row.path) or NO_TERMS][row.split] += 1
    facts = [f"{_counted(kind, by_split)}, {label}: {said}" for (kind, label, said), by_split in sorted(counts.items())]
    if ranked:
        facts.append(f"{_counted('pair of two photos', Counter(row.split for row in ranked))}: {NO_TERMS}")
    if any(row.split == "train" and not row.label for row in rows):
        facts.append(MADE_LABELS)
    return tuple(facts)


def _counted(what: str, by_split: Counter[str]) -> str:
    """ "21 x portrait (14 to train, 7 to test)"."""
    uses = ", ".join(f"{by_split[split]:,} {use}" for split, use in USES.items() if by_split[split])
    return f"{by_split.total():,} x {what} ({uses})"


def this_command() -> str:
    """The command that runs now, without the folder of this installation."""
    return shlex.join(["selfie-studio", *sys.argv[1:]])
