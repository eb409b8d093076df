"""How the photos of a map push each other apart: all pairs at once, by three convolutions.

In t-SNE with the kernel q = 1 / (1 + d²), photo i is pushed by the sum of q² (yi - yj) over all j, divided by the sum
of q over all pairs. Sums over all pairs of points are convolutions: the points are laid on a grid, quadratically
interpolated, and convolved by FFT, as in FIt-SNE (Linderman et al., Nature Methods 2019). Here the force itself is the
kernel, not its parts: four transforms in single precision do, where openTSNE's own way takes nine in double precision.
openTSNE takes this function as its `negative_gradient_method`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft

from engine.pixels import Floats

Places = npt.NDArray[np.float64]
# Nodes of the grid per unit of the map, at which the kernel is one unit wide: as FIt-SNE has it.
NODES_PER_UNIT = 3
# A map that is smaller than this, as all are in the beginning, gets a finer grid.
FEWEST_NODES = 100
# A map that is wider than this, in nodes, gets a coarser grid: few photos that fly apart take no more time than many.
MOST_NODES = 1200
# So few photos are added up pair by pair: sooner done, and exact.
FEW = 700
# Grids grow by so many nodes, so that a kernel serves many steps.
NODE_STEP = 24
# A point has weights on so many nodes in each direction: the nearest one and both beside it.
STENCIL = np.arange(-1, 2)


class Repulsion:
    """Pushes points apart, and keeps the last kernel: the grid changes slowly.

    Args:
        threads: for the transforms.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._kernel_for: tuple[int, float] = (0, 0.0)
        self._kernels: Any = None

    def __call__(
        self,
        embedding: Places,
        P: Any,  # noqa: N803  # openTSNE's name
        dof: float = 1,
        should_eval_error: bool = False,
        n_jobs: int = 1,
        **_: Any,
    ) -> tuple[float, Places]:
        """Error (KL divergence) and gradient of a map, in the form that openTSNE's optimiser wants.

        Args:
            embedding: (N, 2).
            P: how near each pair should be, a sparse matrix (N, N).
        """
        from openTSNE import _tsne

        places = np.asarray(embedding)
        pushes, pair_sum = self.of(places)
        gradient = -pushes / pair_sum
        p_sum, error = _tsne.estimate_positive_gradient_nn(
            P.indices, P.indptr, P.data, places, places, gradient, dof, num_threads=n_jobs,
            should_eval_error=should_eval_error,
        )  # fmt: skip
        return error + p_sum * np.log(pair_sum) if should_eval_error else 0.0, gradient

    def of(self, places: Places) -> tuple[Places, float]:
        """The sum of q² (yi - yj) for each point, (N, 2), and the sum of q over all pairs of two points."""
        if len(places) <= FEW:
            return _pair_by_pair(places)
        low = places.min(axis=0)
        span = float((places.max(axis=0) - low).max())
        spacing = max(min(1 / NODES_PER_UNIT, max(span, 1e-9) / FEWEST_NODES), span / MOST_NODES)
        # One node at either edge for the stencil.
        nodes = -(-(int(span / spacing) + 4) // NODE_STEP) * NODE_STEP
        indices, weights = _stencils((places - low) / spacing + 1, nodes)
        masses = np.bincount(indices.ravel(), weights.ravel(), nodes * nodes).reshape(nodes, nodes)
        fields = self._convolve(masses.astype(np.float32), spacing).reshape(3, -1)
        at_points = np.einsum("fnk,nk->fn", fields[:, indices], weights)
        pair_sum = float(at_points[0].sum(dtype=np.float64)) - len(places)  # without each point's own
        return np.ascontiguousarray(at_points[1:].T, np.float64), max(pair_sum, 1e-12)

    def _convolve(self, masses: Floats, spacing: float) -> Floats:
        """The three fields that masses make on their grid: float32 (3, M, M)."""
        nodes = len(masses)
        size = fft.next_fast_len(2 * nodes, real=True)
        if self._kernel_for != (nodes, spacing):
            self._kernels = fft.rfft2(_kernels(nodes, size, spacing), workers=self._threads)
            self._kernel_for = (nodes, spacing)
        spectrum = fft.rfft2(masses, (size, size), workers=self._threads)
        fields = fft.irfft2(self._kernels * spectrum, (size, size), workers=self._threads)
        return np.ascontiguousarray(fields[:, :nodes, :nodes])


def _pair_by_pair(places: Places) -> tuple[Places, float]:
    ways = places[:, None] - places[None]
    q = 1 / (1 + (ways * ways).sum(axis=-1))
    return np.einsum("ij,ijk->ik", q * q, ways), max(float(q.sum()) - len(places), 1e-12)


def _stencils(positions: Places, nodes: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """The nodes around points, and their weights: both (N, 9).

    Args:
        positions: (N, 2), in nodes.
    """
    nearest = np.rint(positions).astype(np.int64)
    t = positions - nearest
    # Of the parabola through three nodes: (N, 3, 2).
    along = np.stack([t * (t - 1) / 2, 1 - t * t, t * (t + 1) / 2], axis=1)
    steps = nearest[:, None, :] + STENCIL[:, None]
    indices = steps[:, :, None, 0] * nodes + steps[:, None, :, 1]
    weights = along[:, :, None, 0] * along[:, None, :, 1]
    return indices.reshape(-1, 9), weights.reshape(-1, 9).astype(np.float32)


def _kernels(nodes: int, size: int, spacing: float) -> Floats:
    """q, and q² times the way in x and in y, for every way between two nodes: float32 (3, size, size), circular."""
    ways = np.zeros(size)
    ways[:nodes] = np.arange(nodes) * spacing
    ways[size - nodes + 1 :] = -ways[nodes - 1 : 0 : -1]
    x, y = ways[:, None], ways[None, :]
    q = 1 / (1 + x * x + y * y)
    return np.stack([q, q * q * x, q * q * y]).astype(np.float32)
