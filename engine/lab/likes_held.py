"""What is left of a difference once other facts are held: photos compared with photos alike in those.

A ridge regression of the points on splines of the facts, with errors that let photos of one cluster go together: Liang
and Zeger, "Longitudinal data analysis using generalized linear models" (1986).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from engine.lab.likes_statistics import MIN_CLUSTERS, UNKNOWN, Estimate, Mask, Numbers, count_clusters, estimate

# Bends of a spline stand at these quantiles of a fact.
KNOTS = (1 / 3, 2 / 3)
# With fewer photos than this for each column of splines, facts are held by straight lines.
PHOTOS_PER_COLUMN = 15
# With fewer clusters than this for each column nothing is held: the answer would be made of noise.
CLUSTERS_PER_COLUMN = 3
# As a share of the photos: what cannot be told apart is shared out and does not run away.
RIDGE = 1e-3


class HeldFacts:
    """The points of photos, and the facts that can be held.

    Args:
        points: (N,).
        columns: facts by name, (N,) each, NaN where not known: those photos count as average in it.
        cluster_of: int (N,), 0 to C - 1.
    """

    def __init__(self, points: Numbers, columns: Mapping[str, Numbers], cluster_of: npt.NDArray[np.int64]) -> None:
        self._points = points
        self._cluster_of = cluster_of
        is_bent = len(points) >= PHOTOS_PER_COLUMN * (len(KNOTS) + 1) * max(len(columns), 1)
        self._splines = {name: _spline(values, bent=is_bent) for name, values in columns.items()}

    def of_fact(self, name: str, held: Sequence[str]) -> "Regression":
        """The points on a fact, with others held."""
        return self._regression(self._splines[name], held)

    def gap(self, inside: Mask, held: Sequence[str]) -> Estimate:
        """The points of some photos over those of all others, with facts held; UNKNOWN where they are too few."""
        asked = (inside - inside.mean())[:, None]
        return self._regression(asked, held).contrast((inside, ~inside), (1, -1))

    def _regression(self, asked: Numbers, held: Sequence[str]) -> "Regression":
        columns = [np.ones((len(self._points), 1)), asked, *(self._splines[name] for name in held)]
        return Regression(self._points, np.concatenate(columns, axis=1), asked.shape[1], self._cluster_of)


class Regression:
    """The points on what is asked about and on what is held.

    Args:
        points: (N,).
        design: (N, columns): ones, what is asked about, what is held.
        asked: how many columns are asked about.
        cluster_of: int (N,), 0 to C - 1.
    """

    def __init__(self, points: Numbers, design: Numbers, asked: int, cluster_of: npt.NDArray[np.int64]) -> None:
        self._design, self._asked, self._cluster_of = design, slice(1, 1 + asked), cluster_of
        self._mean = float(points.mean()) if len(points) else np.nan
        self._clusters = int(cluster_of.max(initial=-1)) + 1
        self._is_possible = self._clusters >= CLUSTERS_PER_COLUMN * design.shape[1]
        penalty = RIDGE * len(design) * np.eye(design.shape[1])
        penalty[0, 0] = 0
        self._gram = design.T @ design + penalty
        if self._is_possible:
            self._weights = np.linalg.solve(self._gram, design.T @ points)
            self._residuals = points - design @ self._weights

    def curve(self, bins: Sequence[Mask]) -> Numbers:
        """Mean points in bins, (K,); NaN where there are too few photos."""
        if not self._is_possible:
            return np.full(len(bins), np.nan)
        asked, weights = self._design[:, self._asked], self._weights[self._asked]
        return np.array([self._mean + float(asked[mask].mean(axis=0) @ weights) for mask in bins])

    def contrast(self, masks: Sequence[Mask], factors: Sequence[float]) -> Estimate:
        """A weighted sum of the means of groups of photos, (N,) each; UNKNOWN where there are too few photos."""
        fewest = min(count_clusters(self._cluster_of, mask) for mask in masks)
        if fewest < MIN_CLUSTERS or not self._is_possible:
            return UNKNOWN
        direction = np.zeros(self._design.shape[1])
        for mask, factor in zip(masks, factors, strict=True):
            direction[self._asked] += factor * self._design[mask, self._asked].mean(axis=0)
        # How far each photo moves the answer; photos of one cluster do so together.
        moves = (self._design @ np.linalg.solve(self._gram, direction)) * self._residuals
        of_clusters = np.bincount(self._cluster_of, moves, self._clusters)
        freedom = self._clusters - self._design.shape[1]
        error = float(np.sqrt((of_clusters**2).sum() * self._clusters / freedom))
        count = int(np.logical_or.reduce(masks).sum())
        return estimate(float(direction @ self._weights), error, freedom, count)


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
