"""What is left of a difference once other facts are held: photos compared with photos alike in those.

A ridge regression of the points on splines of the facts, with errors that let photos of one cluster go together: Liang
and Zeger, "Longitudinal data analysis using generalized linear models" (1986).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.lab.likes_statistics import MIN_CLUSTERS, UNKNOWN, Estimate, Mask, Numbers, estimate

# Bends of a spline stand at these quantiles of a fact.
KNOTS = (1 / 3, 2 / 3)
# With fewer photos than this for each column of splines, facts are held by straight lines.
PHOTOS_PER_COLUMN = 15
# As a share of the photos: what cannot be told apart is shared out and does not run away.
RIDGE = 1e-3


class HeldFacts:
    """The points of photos, and the facts that can be held.

    Args:
        points: (N,).
        columns: facts by name, (N,) each, NaN where not known: those photos count as average in it.
        cluster_of: int (N,), 0 to C - 1.
    """

    def __init__(self, points: Numbers, columns: Mapping[str, Numbers], cluster_of: np.ndarray) -> None:
        self._points = points
        self._cluster_of = cluster_of
        self._clusters = int(cluster_of.max(initial=-1)) + 1
        is_bent = len(points) >= PHOTOS_PER_COLUMN * (len(KNOTS) + 1) * max(len(columns), 1)
        self._splines = {name: _spline(values, bent=is_bent) for name, values in columns.items()}

    def curve(self, bins: Sequence[Mask], held: Sequence[str], own: str) -> Numbers:
        """Mean points in bins of a fact, (K,), with other facts held; NaN where there are too few photos."""
        asked = self._splines[own]
        design = self._design(asked, held)
        if self._clusters < 3 * design.shape[1]:
            return np.full(len(bins), np.nan)
        _, weights = self._fit(design)
        own_weights = weights[1 : 1 + asked.shape[1]]
        return np.array([self._points.mean() + float(asked[mask].mean(axis=0) @ own_weights) for mask in bins])

    def contrast(
        self, masks: Sequence[Mask], weights: Sequence[float], held: Sequence[str], own: str | None = None
    ) -> Estimate:
        """A weighted sum of the means of groups of photos, with facts held.

        Args:
            masks: bool (N,) each.
            weights: one for each mask.
            held: names of the facts to hold.
            own: the fact that the groups are made of, by whose spline they are then compared; None compares the groups
                themselves, which must not overlap.

        Returns:
            UNKNOWN where there are too few photos.
        """
        if min(len(np.unique(self._cluster_of[mask])) for mask in masks) < MIN_CLUSTERS:
            return UNKNOWN
        groups = np.stack(masks[1:] if len(masks) > 1 else masks, axis=1).astype(np.float64)
        asked = self._splines[own] if own else groups - groups.mean(axis=0)
        design = self._design(asked, held)
        if self._clusters < 3 * design.shape[1]:
            return UNKNOWN
        direction = np.zeros(design.shape[1])
        for mask, weight in zip(masks, weights, strict=True):
            direction[1 : 1 + asked.shape[1]] += weight * asked[mask].mean(axis=0)
        value, error = self._solve(design, direction)
        return estimate(value, error, self._clusters - design.shape[1], int(np.logical_or.reduce(masks).sum()))

    def _design(self, asked: Numbers, held: Sequence[str]) -> Numbers:
        """A column of ones, what is asked about, and what is held: (N, columns)."""
        return np.concatenate([np.ones((len(self._points), 1)), asked, *(self._splines[name] for name in held)], 1)

    def _fit(self, design: Numbers) -> tuple[Numbers, Numbers]:
        """The matrix of the normal equations, and the weights that solve them."""
        penalty = RIDGE * len(design) * np.eye(design.shape[1])
        penalty[0, 0] = 0
        gram = design.T @ design + penalty
        return gram, np.asarray(np.linalg.solve(gram, design.T @ self._points), np.float64)

    def _solve(self, design: Numbers, direction: Numbers) -> tuple[float, float]:
        gram, weights = self._fit(design)
        left = np.linalg.solve(gram, direction)
        # How far each photo moves the answer; photos of one cluster do so together.
        moves = (design @ left) * (self._points - design @ weights)
        of_clusters = np.bincount(self._cluster_of, moves, self._clusters)
        small_sample = self._clusters / max(self._clusters - design.shape[1], 1)
        return float(direction @ weights), float(np.sqrt((of_clusters**2).sum() * small_sample))


def _spline(values: Numbers, *, bent: bool) -> Numbers:
    """A fact as columns of mean 0: itself, its bends, and whether it is known; those that say nothing are left out."""
    known = np.isfinite(values)
    if not known.any():
        return np.empty((len(values), 0))
    middle, spread = float(values[known].mean()), float(values[known].std()) or 1.0
    filled = np.where(known, (values - middle) / spread, 0)
    columns = [filled]
    if bent and len(np.unique(values[known])) > 8:
        columns += [np.maximum(filled - knot, 0) for knot in np.unique(np.quantile(filled[known], KNOTS))]
    if not known.all():
        columns.append((~known).astype(np.float64))
    table = np.stack(columns, axis=1)
    table -= table.mean(axis=0)
    return np.asarray(table[:, table.std(axis=0) > 1e-9], np.float64)
