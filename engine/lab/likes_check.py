"""Whether what is said of an album holds for photos that were not asked: the album cut in two, by moments and persons.

What one half says is looked up in the other half, and the other way round.
"""

from dataclasses import dataclass

import numpy as np

from engine.lab.likes import Likes
from engine.lab.likes_findings import Findings
from engine.lab.likes_statistics import Estimate
from engine.lab.likes_words import Statement, effect_of, statements


@dataclass(frozen=True)
class Held:
    """A statement of one half of an album, and what the other half says.

    Attributes:
        statement: with its effect in its own half.
        other: the same in the other half.
    """

    statement: Statement
    other: Estimate

    @property
    def holds(self) -> bool:
        """Whether the effect has the same sign there."""
        return self.other.is_known and self.other.sign == self.statement.effect.sign

    @property
    def is_sure(self) -> bool:
        """Whether the other half would bear it out alone."""
        return self.holds and self.other.is_clear


def check(likes: Likes, seed: int = 0) -> list[Held]:
    """Every statement of either half that the other half can be asked about."""
    clusters = np.unique(likes.table.clusters)
    first = np.random.default_rng(seed).permutation(clusters)[: len(clusters) // 2]
    in_first = np.isin(likes.table.clusters, first)
    halves = likes.part(in_first).findings, likes.part(~in_first).findings
    return [*_held(*halves), *_held(*reversed(halves))]


def _held(said: Findings, asked: Findings) -> list[Held]:
    found = [Held(statement, effect_of(statement, asked)) for statement in statements(said)]
    return [each for each in found if each.other.is_known]
