"""What a score moves with, and what moves it: all contrasts of facts and all changes by hand, judged together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.lab.changes import CHANGES
from engine.lab.likes_facts import FACTS, FACTS_BY_NAME, Fact, FactTable
from engine.lab.likes_held import HeldFacts
from engine.lab.likes_statistics import (
    CLAIM_LEVEL,
    UNKNOWN,
    Curve,
    Estimate,
    Mask,
    Numbers,
    Resampling,
    bins_of,
    holm,
    thirds,
)
from engine.lab.likes_trials import Try
from engine.progress import Progress

# Changes that the score should not follow in either direction: told of apart (`engine.lab.likes_care`).
NOT_ADVICE = ("mirrored", "white border", "black border")


@dataclass(frozen=True)
class FactFinding:
    """How the score moves with a fact over the album.

    Attributes:
        fact: which.
        curve: of the mean points along it.
        more: points of the highest third of the photos over the lowest third.
        middle: points of the middle third over the mean of the other two.
        more_held: as `more`, with all facts of other families held.
        middle_held: as `middle`, with the same held.
        means: mean points of the lowest, the middle and the highest third; NaN where there are none.
        limits: values of the fact at which the thirds meet.
        more_claimed: whether `more` may be said, once many are said at once.
        middle_claimed: the same of `middle`.
    """

    fact: Fact
    curve: Curve
    more: Estimate
    middle: Estimate
    more_held: Estimate
    middle_held: Estimate
    means: tuple[float, float, float]
    limits: tuple[float, float]
    more_claimed: bool = False
    middle_claimed: bool = False


@dataclass(frozen=True)
class ChangeFinding:
    """What a change by hand does to the score.

    Attributes:
        name: of the change.
        by_strength: the mean change of the points, by its strength.
        slope: of the stronger told strength over the weaker one; of a change with one side, that side.
        claimed: the told strengths that may be spoken of, once many are at once.
    """

    name: str
    by_strength: Mapping[float, Estimate]
    slope: Estimate
    claimed: frozenset[float] = frozenset()


@dataclass(frozen=True)
class Findings:
    """All of it, for one album and one model.

    Attributes:
        facts: by name.
        changes: by name.
    """

    facts: Mapping[str, FactFinding]
    changes: Mapping[str, ChangeFinding]


def find(table: FactTable, tries: Mapping[Try, Numbers], seed: int = 0) -> Iterator[Progress[Findings]]:
    """Judge all facts and all changes.

    Args:
        table: N photos.
        tries: the change of points of each try, (N,), NaN where it was not tried.
        seed: of the draws.

    Yields:
        Progress with each fact; the last one with what was found.
    """
    photos = Resampling(table.clusters, seed)
    held = HeldFacts(table.points, {fact.name: table.columns[fact.name] for fact in FACTS}, photos.cluster_of)
    facts: dict[str, FactFinding] = {}
    for done, fact in enumerate(FACTS):
        yield Progress(done, len(FACTS), fact.title)
        facts[fact.name] = _fact_finding(fact, table, photos, held)
    tried = np.logical_or.reduce([np.isfinite(column) for column in tries.values()]) if tries else np.zeros(0, bool)
    of_tried = Resampling(table.clusters[tried], seed) if tried.any() else None
    changes = {
        change.name: _change_finding(
            change.name, change.told, {s: tries[change.name, s][tried] for s in change.strengths}, of_tried
        )
        for change in CHANGES
        if of_tried is not None
    }
    yield Progress(len(FACTS), len(FACTS), "", (_claimed(Findings(facts, changes)),))


def _fact_finding(fact: Fact, table: FactTable, photos: Resampling, held: HeldFacts) -> FactFinding:
    values = table.columns[fact.name]
    low, middle, high = thirds(values)
    others = [each.name for each in FACTS if each.family != fact.family]
    regression = held.of_fact(fact.name, others)
    has_middle, bins = bool(middle.any()), bins_of(values)
    curved = ((middle, low, high), (1.0, -0.5, -0.5))
    return FactFinding(
        fact,
        photos.curve(values, table.points, bins, regression.curve(bins)),
        photos.contrast(table.points, (high, low), (1, -1)),
        photos.contrast(table.points, *curved) if has_middle else UNKNOWN,
        regression.contrast((high, low), (1, -1)),
        regression.contrast(*curved) if has_middle else UNKNOWN,
        (_mean(table.points, low), _mean(table.points, middle), _mean(table.points, high)),
        (_largest(values, low), _largest(values, middle if has_middle else low)),
    )


def _mean(points: Numbers, mask: Mask) -> float:
    return float(points[mask].mean()) if mask.any() else np.nan


def _largest(values: Numbers, mask: Mask) -> float:
    return float(values[mask].max()) if mask.any() else np.nan


def _change_finding(
    name: str, told: tuple[float, ...], changes: Mapping[float, Numbers], photos: Resampling | None
) -> ChangeFinding:
    assert photos is not None, "there is nothing to judge without tries"
    by_strength = {strength: photos.mean(column) for strength, column in changes.items()}
    slope = photos.mean(changes[told[-1]] - changes[told[0]]) if len(told) > 1 else by_strength[told[0]]
    return ChangeFinding(name, by_strength, slope)


def _tests(findings: Findings) -> Iterator[tuple[tuple[str, str, float], Estimate]]:
    """All that might be claimed, by (fact or change, its name, direction or strength)."""
    for name, fact in findings.facts.items():
        yield ("more", name, 0), fact.more
        yield ("middle", name, 0), fact.middle
    for change in CHANGES:
        if change.name in findings.changes:
            for strength in change.told:
                yield ("change", change.name, strength), findings.changes[change.name].by_strength[strength]


def _claimed(findings: Findings) -> Findings:
    """Holm's rule over all contrasts and changes together: one false claim in twenty albums, not in twenty claims."""
    tests = {key: each for key, each in _tests(findings) if each.is_known}
    adjusted = holm([each.p for each in tests.values()])
    claims = {key for key, p in zip(tests, adjusted, strict=True) if p < CLAIM_LEVEL}
    return Findings(
        {
            name: replace(fact, more_claimed=("more", name, 0) in claims, middle_claimed=("middle", name, 0) in claims)
            for name, fact in findings.facts.items()
        },
        {
            name: replace(change, claimed=frozenset(s for s in change.by_strength if ("change", name, s) in claims))
            for name, change in findings.changes.items()
        },
    )


def linked_facts(change: str) -> list[tuple[Fact, int]]:
    """The facts that a change by hand moves, and in which direction."""
    return [(fact, fact.change[1]) for fact in FACTS_BY_NAME.values() if fact.change and fact.change[0] == change]
