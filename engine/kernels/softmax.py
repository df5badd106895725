"""Cross-entropy on softmax and its gradient in one pass over the rows, for training layer by layer."""

from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS, exp
from .simd import LANES, like, load, splat, store, total


@njit(**OPTIONS)
def cross_entropy(z: Any, t: Any, weights: Any, dz: Any, whole: float) -> float:
    """The sum over rows of -log softmax(z)[t], times the weight of its class, over `whole`, and dL/dz.

    z, dz: (rows, classes)  t: (rows,) class numbers; -1 is left out of the sum
    weights: (classes,), or (0,) where all weights are 1
    """
    rows, classes = z.shape
    wide = (classes + LANES - 1) // LANES * LANES
    row = np.empty(wide, z.dtype)
    loss = 0.0
    for i in range(rows):
        target = np.int64(t[i])
        if target < 0:
            dz[i] = 0
            continue
        weight = weights[target] if weights.size else 1.0
        scale = z.dtype.type(weight / whole)
        highest = z[i, 0]
        for j in range(classes):
            highest = max(highest, z[i, j])
        for j in range(classes):
            row[j] = z[i, j] - highest
        for j in range(classes, wide):
            row[j] = -1e4
        summed = like(load(row, 0), 0.0)
        for j in range(0, wide, LANES):
            e = exp(load(row, j))
            summed = summed + e
            store(row, j, e)
        everything = total(summed)
        loss += weight * (np.log(np.float64(everything)) - np.float64(z[i, target] - highest))
        share = splat(scale / everything)
        for j in range(0, wide, LANES):
            store(row, j, load(row, j) * share)
        for j in range(classes):
            dz[i, j] = row[j]
        dz[i, target] -= scale
    return loss / whole


def warm_softmax() -> None:
    z = np.zeros((1, 1), np.float32)
    cross_entropy(z, np.zeros(1, np.float32), np.zeros(0), z, 1.0)
    cross_entropy(z, np.zeros(1, np.int64), np.zeros(0), z, 1.0)
