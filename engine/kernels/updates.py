"""Optimizer updates on lanes, one compiled function each: memory is read and written once.

`hyper` holds an optimizer's settings in the order its record declares them. Vectors are padded to a
multiple of eight with zeros, which every update leaves at zero.
"""

from math import sqrt
from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS
from .losses import penalize
from .simd import (
    LANES,
)
from .steps import adadelta, adagrad, adam, adamax, lbfgs, lion, nadam, radam, rmsprop, rprop, sgd

# What each update below reads from `hyper`, by place.
HYPERPARAMETERS: dict[str, tuple[str, ...]] = {
    "sgd": ("learning_rate", "momentum", "nesterov"),
    "adam": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "adamw": ("learning_rate", "beta_1", "beta_2", "epsilon", "weight_decay"),
    "nadam": ("learning_rate", "beta_1", "beta_2", "epsilon", "momentum_decay"),
    "radam": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "adamax": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "rmsprop": ("learning_rate", "rho", "momentum", "epsilon"),
    "adagrad": ("learning_rate", "learning_rate_decay", "epsilon"),
    "adadelta": ("learning_rate", "rho", "epsilon"),
    "rprop": ("learning_rate", "shrink", "grow", "least_step", "most_step"),
    "lion": ("learning_rate", "beta_1", "beta_2", "weight_decay"),
    "lbfgs": ("learning_rate",),
}
OPTIMIZER_CODES = {name: code for code, name in enumerate(HYPERPARAMETERS)}


@njit(**OPTIONS)
def update(code: int, hyper: Any, buffer: Any, step: int) -> bool:
    """One update of buffer[0] by gradient buffer[1] and slots buffer[2:]; `step` counts from 1.

    Returns whether every weight is finite still.
    """
    if code == 0:
        return sgd(hyper, buffer)
    if code == 1:
        return adam(hyper[0], hyper[1], hyper[2], hyper[3], 0.0, buffer, step)
    if code == 2:
        return adam(hyper[0], hyper[1], hyper[2], hyper[3], hyper[4], buffer, step)
    if code == 3:
        return nadam(hyper, buffer, step)
    if code == 4:
        return radam(hyper, buffer, step)
    if code == 5:
        return adamax(hyper, buffer, step)
    if code == 6:
        return rmsprop(hyper, buffer)
    if code == 7:
        return adagrad(hyper, buffer, step)
    if code == 8:
        return adadelta(hyper, buffer)
    if code == 9:
        return rprop(hyper, buffer)
    if code == 10:
        return lion(hyper, buffer)
    return lbfgs(hyper, buffer)


@njit(**OPTIONS)
def finish(code: int, hyper: Any, rate: float, after: Any, buffer: Any, step: int) -> bool:
    """From a batch's gradient to new weights: clip, add penalties, update, hold what is fixed, average.

    after:
        weights    (k, 2)  start and stop of every weight that penalties apply to
        penalties  (k, 2)  its l1 and l2
        fixed      (m, 2)  start and stop of what no update touches
        limits     (3,)    clip value, clip norm (0: none), decay of the average
        row                where in `buffer` the average lies, 0: there is none
        kept       memory for what is fixed
    """
    weights, penalties, fixed, limits, row, kept = after
    w, g = buffer[0], buffer[1]
    for i in range(fixed.shape[0]):
        for k in range(fixed[i, 0], fixed[i, 1]):
            g[k] = 0
    if limits[0] > 0:
        high = w.dtype.type(limits[0])
        for i in range(g.size):
            g[i] = min(max(g[i], -high), high)
    if limits[1] > 0:
        squares = 0.0
        for i in range(g.size):
            squares += np.float64(g[i]) * np.float64(g[i])
        scale = limits[1] / (sqrt(squares) + 1e-6)
        if scale < 1:
            small = w.dtype.type(scale)
            for i in range(g.size):
                g[i] *= small
    for i in range(weights.shape[0]):
        if penalties[i, 0] != 0 or penalties[i, 1] != 0:
            start = weights[i, 0]
            penalize(g, w, start, weights[i, 1] - start, penalties[i, 0], penalties[i, 1])
    for i in range(fixed.shape[0]):
        # Single numbers where a unit is held, so no slices.
        for k in range(fixed[i, 0], fixed[i, 1]):
            g[k] = 0
            kept[k] = w[k]
    hyper[0] = rate
    finite = update(code, hyper, buffer, step)
    for i in range(fixed.shape[0]):
        for k in range(fixed[i, 0], fixed[i, 1]):
            w[k] = kept[k]
    if row > 0:
        average = buffer[row]
        keep = w.dtype.type(limits[2])
        take = w.dtype.type(1 - limits[2])
        for i in range(w.size):
            average[i] = keep * average[i] + take * w[i]
        for i in range(fixed.shape[0]):
            for k in range(fixed[i, 0], fixed[i, 1]):
                average[k] = w[k]
    return finite


def warm_layers() -> None:
    """What training layer by layer calls besides the layers' own kernels, for float32."""
    from .elementwise import activate_all
    from .shuffling import shuffle

    row = np.zeros(LANES, np.float32)
    activate_all(0, row, row.copy(), row.copy())
    finish(0, np.zeros(8), 0.0, warm_after(), np.zeros((5, 8), np.float32), 1)
    shuffle(np.zeros(1, np.int64), np.zeros(1, np.uint64))


def warm_after() -> tuple[Any, ...]:
    """`after` of a network that asks for nothing, in the types that training uses."""
    none = np.zeros((0, 2), np.int64)
    return none, np.zeros((0, 2)), none, np.zeros(3), 0, np.zeros(8, np.float32)
