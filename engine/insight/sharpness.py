"""How sharply the loss bends: the largest eigenvalue of its Hessian.

Gradient descent with rate r on a quadratic of curvature s moves along it by a factor 1 - r s: past
r s = 2 every step overshoots by more than it came from. With heavy-ball momentum b the bound is
2 (1 + b), with Nesterov's 2 (1 + b) / (1 + 2 b) (Goh 2017, Why Momentum Really Works; Cohen et al. 2021,
Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability, section 2 and appendix B).

A loss is no quadratic. Training in full batches climbs to this very bound and goes on to learn there
(Cohen et al.), and where it starts beyond it, up to about 12 instead of 2, it is thrown out once and
lands where the loss is flatter (Lewkowycz et al. 2020). So passing the bound is the cause of trouble
only where there is trouble.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ..optimizers import SGD
from .backprop import Array
from .exam import Exam, rms

ITERATIONS = 20
ENOUGH = 0.01  # between two estimates
STEP = 1e-4  # of the finite difference, in lengths of the weights
LEAST_SAMPLES = 8
MOST_NUMBERS = 4_000_000  # that the directions gone through may take


def sharpness(exam: Exam, at: Array) -> float | None:
    """The largest eigenvalue of the Hessian of the loss, penalties included, at those parameters, by
    Lanczos' method (1950) on Hessian-vector products (g(w + e v) - g(w)) / e over up to 64 samples: a
    fresh network bends downwards somewhere as much as upwards elsewhere, which a power iteration cannot
    tell apart.

    A Ritz value, so never more than the true one on those samples. None where the network is too large
    for a quick look, or the loss is not finite.  at: (size,)
    """  # Pearlmutter 1994 has the exact product; this one needs nothing of the layers
    rows, most = exam.rows, min(ITERATIONS, MOST_NUMBERS // len(at))
    while exam.looks(len(rows)) <= most and len(rows) > LEAST_SAMPLES:
        rows = rows[: len(rows) // 2]
    most = min(most, exam.looks(len(rows)) - 1)
    if most < 4:
        return None
    times = _hessian(exam, rows, at)
    v = np.random.default_rng(0).normal(size=len(at)) * exam.moving
    directions: list[Array] = [v / (np.linalg.norm(v) or 1.0)]
    diagonal: list[float] = []
    beside: list[float] = []
    best = 0.0
    while len(diagonal) < most:
        product = times(directions[-1])
        if not np.isfinite(product).all():
            return None
        diagonal.append(float(directions[-1] @ product))
        small = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
        before, best = best, float(np.linalg.eigvalsh(small)[-1])
        basis = np.array(directions)
        for _ in range(2):  # twice is enough (Parlett 1980)
            product = product - basis.T @ (basis @ product)
        length = float(np.linalg.norm(product))
        scale = float(np.abs(diagonal).max())
        if length <= 1e-9 * scale or (
            len(diagonal) > 5 and abs(best - before) < ENOUGH * abs(best)
        ):
            break
        beside.append(length)
        directions.append(product / length)
    return max(0.0, best)


def _hessian(exam: Exam, rows: NDArray[np.int64], at: Array) -> Callable[[Array], Array]:
    """A function that multiplies a unit vector by the Hessian, what does not move left out."""
    slope = exam.slope(rows)
    penalty = np.zeros(len(at))
    for start, stop, _, l2 in exam.network.decaying():
        penalty[start:stop] = exam.trainer.l2 + l2
    _, here = slope(at)
    size = STEP * max(1e-3, rms(at)) * sqrt(len(at))

    def times(v: Array) -> Array:
        _, there = slope(at + size * v)
        return ((there - here) / size + penalty * v) * exam.moving

    return times


def bound(optimizer: SGD) -> float:
    """What rate times sharpness may be, for a step to lead down a quadratic."""
    b = optimizer.momentum
    return 2 * (1 + b) / (1 + 2 * b) if optimizer.nesterov and b else 2 * (1 + b)


__all__ = ["bound", "sharpness"]
