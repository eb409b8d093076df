"""What a score should not care about: the tone of skin, labels such as gender and age, a border, which side is left.

A gap between groups is told raw and with light, sharpness and framing held; it counts once its interval lies outside of
a small band, and is nothing once it lies inside; else the album is too small to tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from engine.lab.likes_facts import HELD_FACTS, FactTable
from engine.lab.likes_findings import Findings
from engine.lab.likes_held import HeldFacts
from engine.lab.likes_labels import MOST_CATEGORIES, PERSON_COLUMN, Labels, groups_of
from engine.lab.likes_statistics import MIN_CLUSTERS, Estimate, Mask, Resampling, thirds

# Points that do not matter: two photos so close are alike to anyone.
BAND = 2.0
SKIN = "Tone of the skin"
BORDER = "A border around it"
MIRRORED = "Mirrored"


class Verdict(StrEnum):
    """What an interval says of a gap."""

    FLAGGED = "cares"
    UNSURE = "may care: cannot tell"
    FINE = "does not care"


@dataclass(frozen=True)
class Care:
    """A comparison in which there should be no difference.

    Attributes:
        about: what is compared.
        groups: which with which.
        raw: points of the first over the second.
        held: the same with light, sharpness and framing held; UNKNOWN where there are too few photos, or by hand.
        rank: how often a photo of the first is above one of the second, less one half; UNKNOWN by hand.
        by_hand: whether the same photos were changed.
        only_gains: whether only a gain counts: what takes from a photo may cost points.
        asked_of: the numbers of photos of the two.
    """

    about: str
    groups: str
    raw: Estimate
    held: Estimate | None
    rank: Estimate | None
    by_hand: bool = False
    only_gains: bool = False
    asked_of: tuple[int, int] = (0, 0)

    @property
    def judged(self) -> Estimate:
        """What the verdict goes by: with the facts held where that is known."""
        return self.held if self.held is not None and self.held.is_known else self.raw

    @property
    def verdict(self) -> Verdict:
        """Whether the score cares."""
        return self._verdict_on(self.judged)

    def _verdict_on(self, gap: Estimate) -> Verdict:
        if not gap.is_known:
            return Verdict.UNSURE
        if gap.low > BAND or (gap.high < -BAND and not self.only_gains):
            return Verdict.FLAGGED
        if gap.high < BAND and (gap.low > -BAND or self.only_gains):
            return Verdict.FINE
        return Verdict.UNSURE

    @property
    def told(self) -> str:
        """The verdict in words, after "the score"."""
        if self.verdict is Verdict.FINE and self.only_gains:
            return "does not like it"
        if self.verdict is not Verdict.FLAGGED and self._verdict_on(self.raw) is Verdict.FLAGGED:
            return f"{self.verdict.value}; but light, sharpness or framing go along with it"
        return self.verdict.value


def care_about(table: FactTable, findings: Findings, labels: Labels, seed: int = 0) -> list[Care]:
    """All comparisons that can be made; those of labels first, flagged ones first among them.

    Args:
        table: N photos, with the columns `border` and `skin_angle` where somebody looked.
        findings: of the same photos.
        labels: of the same photos.
        seed: of the draws.
    """
    found = [care for name, column in labels.columns.items() for care in _labelled(table, name, column, seed)]
    angle = table.columns.get("skin_angle", np.full(len(table), np.nan))
    dark, _, light = thirds(angle)
    found += _compared(table, SKIN, {"darkest third, against the lightest": (dark, light)}, seed)
    border = table.columns.get("border", np.full(len(table), np.nan))
    has_border = {"with one, against without": (border == 1, border == 0)}
    found += _compared(table, BORDER, has_border, seed, only_gains=True)
    order = list(Verdict)
    return [*sorted(found, key=lambda care: order.index(care.verdict)), *_by_hand(findings)]


def _labelled(table: FactTable, name: str, column: object, seed: int) -> list[Care]:
    assert isinstance(column, list)
    return [] if name == PERSON_COLUMN else _compared(table, name, groups_of(column), seed)


def _compared(
    table: FactTable, about: str, groups: Mapping[str, tuple[Mask, Mask]], seed: int, *, only_gains: bool = False
) -> list[Care]:
    found = []
    for told, (inside, outside) in groups.items():
        of_both = inside | outside
        if min(len(np.unique(table.clusters[mask])) for mask in (inside, outside)) < MIN_CLUSTERS:
            continue
        part, first = table.at(of_both), inside[of_both]
        photos = Resampling(part.clusters, seed)
        held = HeldFacts(part.points, {name: part.columns[name] for name in HELD_FACTS}, photos.cluster_of)
        masks, weights = (first, ~first), (1.0, -1.0)
        ranks = _middle_ranks(part.points) / len(part)
        found.append(
            Care(
                about,
                told,
                photos.contrast(part.points, masks, weights),
                held.gap(first, HELD_FACTS),
                photos.contrast(ranks, masks, weights),
                only_gains=only_gains,
                asked_of=(int(inside.sum()), int(outside.sum())),
            )
        )
    return found


def _middle_ranks(points: np.ndarray) -> np.ndarray:
    """Ranks (N,) from 0.5; equal points share theirs. The means of two groups' ranks tell the area under the curve."""
    _, place, counts = np.unique(points, return_inverse=True, return_counts=True)
    upper = np.cumsum(counts)
    return np.asarray((upper - counts / 2)[place], np.float64)


def _by_hand(findings: Findings) -> list[Care]:
    """Borders and mirror images of the same photos."""
    found = []
    for name, about, is_border in (
        ("white border", "A white border", True),
        ("black border", "A black border", True),
        ("mirrored", MIRRORED, False),
    ):
        if name in findings.changes:
            change = findings.changes[name].slope
            if change.is_known:
                told = "the same photos with one and without" if is_border else "the same photos, left for right"
                counts = (change.count, change.count)
                found.append(Care(about, told, change, None, None, True, is_border, counts))
    return found


LIMITS = (
    "The tone of skin is read off the lit part of the cheeks, as an angle in colour space. Coloured light, filters and "
    "dark exposures move it as another skin would: what is found by it is a hint and no proof. Labels are as right as "
    f"those who gave them. Columns of more than {MOST_CATEGORIES} different texts are passed over, and groups of "
    f"photos of fewer than {MIN_CLUSTERS} people or moments."
)
