"""One step of every optimizer, each one loop over the vector: the definitions are the records' own
`update` in `engine/optimizers`. `hyper` is read by place, see `updates.HYPERPARAMETERS`."""

from math import sqrt
from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS
from .simd import (
    LANES,
    fma,
    larger,
    like,
    load,
    magnitude,
    root,
    smaller,
    splat,
    store,
    total,
    where_positive,
)

LBFGS_HISTORY = 10


@njit(**OPTIONS)
def _spoiled(buffer: Any) -> Any:
    """0 in every lane; 0 times each new weight is added, which leaves 0 while all are finite."""
    return like(splat(buffer[0, 0]), 0.0)


@njit(**OPTIONS)
def _sign(x: Any) -> Any:
    one = like(x, 1.0)
    zero = like(x, 0.0)
    return where_positive(x, one, where_positive(zero - x, zero - one, zero))


@njit(**OPTIONS)
def sgd(hyper: Any, buffer: Any) -> bool:
    w, g, velocity = buffer[0], buffer[1], buffer[2]
    spoiled = _spoiled(buffer)
    rate = like(spoiled, hyper[0])
    momentum = like(spoiled, hyper[1])
    nesterov = hyper[2] != 0
    if hyper[1] == 0:
        for i in range(0, w.size, LANES):
            new = load(w, i) - rate * load(g, i)
            store(w, i, new)
            spoiled = spoiled + new * like(rate, 0.0)
        return total(spoiled) == 0
    # What fades for good, as of a unit that is dead, ends at 0: below the least normal float32 every
    # operation takes a hundred times as long.
    least = like(spoiled, 1.2e-38)
    zero = like(spoiled, 0.0)
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        v = fma(momentum, load(velocity, i), slope)
        v = where_positive(least - magnitude(v), zero, v)
        store(velocity, i, v)
        direction = v
        if nesterov:
            direction = fma(momentum, v, slope)
        new = load(w, i) - rate * direction
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def adam(
    learning_rate: float, beta_1: float, beta_2: float, eps: float, decay: float, buffer: Any, step: int
) -> bool:  # fmt: skip
    """Adam; AdamW where `decay` is not 0."""
    w, g, first, second = buffer[0], buffer[1], buffer[2], buffer[3]
    spoiled = _spoiled(buffer)
    rate = like(spoiled, learning_rate / (1.0 - beta_1**step))
    b1, r1 = like(spoiled, beta_1), like(spoiled, 1.0 - beta_1)
    b2, r2 = like(spoiled, beta_2), like(spoiled, 1.0 - beta_2)
    correction = like(spoiled, 1.0 / sqrt(1.0 - beta_2**step))
    epsilon = like(spoiled, eps)
    shrink = like(spoiled, 1.0 - learning_rate * decay)
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        m = fma(b1, load(first, i), r1 * slope)
        v = fma(b2, load(second, i), r2 * slope * slope)
        store(first, i, m)
        store(second, i, v)
        new = load(w, i) * shrink - rate * m / fma(root(v), correction, epsilon)
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def nadam(hyper: Any, buffer: Any, step: int) -> bool:
    w, g, first, second, product = buffer[0], buffer[1], buffer[2], buffer[3], buffer[4]
    spoiled = _spoiled(buffer)
    beta_1, beta_2 = hyper[1], hyper[2]
    mu = beta_1 * (1.0 - 0.5 * 0.96 ** (step * hyper[4]))
    mu_next = beta_1 * (1.0 - 0.5 * 0.96 ** ((step + 1) * hyper[4]))
    b1, r1 = like(spoiled, beta_1), like(spoiled, 1.0 - beta_1)
    b2, r2 = like(spoiled, beta_2), like(spoiled, 1.0 - beta_2)
    correction = like(spoiled, 1.0 / sqrt(1.0 - beta_2**step))
    epsilon = like(spoiled, hyper[3])
    one = like(spoiled, 1.0)
    now = like(spoiled, mu)
    ahead = like(spoiled, mu_next)
    of_gradient = like(spoiled, hyper[0] * (1.0 - mu))
    of_moment = like(spoiled, hyper[0] * mu_next)
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        m = fma(b1, load(first, i), r1 * slope)
        v = fma(b2, load(second, i), r2 * slope * slope)
        # The product of all mu so far; a slot that starts at 0 stands for 1.
        before = load(product, i)
        p = where_positive(before, before, one) * now
        store(first, i, m)
        store(second, i, v)
        store(product, i, p)
        denominator = fma(root(v), correction, epsilon)
        move = of_gradient / (one - p) * slope + of_moment / (one - p * ahead) * m
        new = load(w, i) - move / denominator
        store(w, i, new)
        spoiled = spoiled + new * like(one, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def radam(hyper: Any, buffer: Any, step: int) -> bool:
    w, g, first, second = buffer[0], buffer[1], buffer[2], buffer[3]
    spoiled = _spoiled(buffer)
    beta_1, beta_2 = hyper[1], hyper[2]
    decayed = beta_2**step
    longest = 2.0 / (1.0 - beta_2) - 1.0
    length = longest - 2.0 * step * decayed / (1.0 - decayed)
    rectified = length > 5.0
    scale = hyper[0] / (1.0 - beta_1**step)
    if rectified:
        scale *= sqrt(1.0 - decayed) * sqrt(
            (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        )
    rate = like(spoiled, scale)
    b1, r1 = like(spoiled, beta_1), like(spoiled, 1.0 - beta_1)
    b2, r2 = like(spoiled, beta_2), like(spoiled, 1.0 - beta_2)
    epsilon = like(spoiled, hyper[3])
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        m = fma(b1, load(first, i), r1 * slope)
        v = fma(b2, load(second, i), r2 * slope * slope)
        store(first, i, m)
        store(second, i, v)
        move = rate * m
        if rectified:
            move = move / (root(v) + epsilon)
        new = load(w, i) - move
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def adamax(hyper: Any, buffer: Any, step: int) -> bool:
    w, g, first, norm = buffer[0], buffer[1], buffer[2], buffer[3]
    spoiled = _spoiled(buffer)
    rate = like(spoiled, hyper[0] / (1.0 - hyper[1] ** step))
    b1, r1 = like(spoiled, hyper[1]), like(spoiled, 1.0 - hyper[1])
    b2 = like(spoiled, hyper[2])
    epsilon = like(spoiled, hyper[3])
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        m = fma(b1, load(first, i), r1 * slope)
        u = larger(magnitude(slope) + epsilon, b2 * load(norm, i))
        store(first, i, m)
        store(norm, i, u)
        new = load(w, i) - rate * m / u
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def rmsprop(hyper: Any, buffer: Any) -> bool:
    w, g, square, velocity = buffer[0], buffer[1], buffer[2], buffer[3]
    spoiled = _spoiled(buffer)
    rate = like(spoiled, hyper[0])
    keep, rest = like(spoiled, hyper[1]), like(spoiled, 1.0 - hyper[1])
    momentum = like(spoiled, hyper[2])
    epsilon = like(spoiled, hyper[3])
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        s = fma(keep, load(square, i), rest * slope * slope)
        store(square, i, s)
        v = fma(momentum, load(velocity, i), slope / (root(s) + epsilon))
        store(velocity, i, v)
        new = load(w, i) - rate * v
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def adagrad(hyper: Any, buffer: Any, step: int) -> bool:
    w, g, square = buffer[0], buffer[1], buffer[2]
    spoiled = _spoiled(buffer)
    rate = like(spoiled, hyper[0] / (1.0 + (step - 1) * hyper[1]))
    epsilon = like(spoiled, hyper[2])
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        s = fma(slope, slope, load(square, i))
        store(square, i, s)
        new = load(w, i) - rate * slope / (root(s) + epsilon)
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def adadelta(hyper: Any, buffer: Any) -> bool:
    w, g, square, moved = buffer[0], buffer[1], buffer[2], buffer[3]
    spoiled = _spoiled(buffer)
    rate = like(spoiled, hyper[0])
    keep, rest = like(spoiled, hyper[1]), like(spoiled, 1.0 - hyper[1])
    epsilon = like(spoiled, hyper[2])
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        s = fma(keep, load(square, i), rest * slope * slope)
        past = load(moved, i)
        move = root(past + epsilon) / root(s + epsilon) * slope
        store(square, i, s)
        store(moved, i, fma(keep, past, rest * move * move))
        new = load(w, i) - rate * move
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def rprop(hyper: Any, buffer: Any) -> bool:
    w, g, previous, size = buffer[0], buffer[1], buffer[2], buffer[3]
    spoiled = _spoiled(buffer)
    start = like(spoiled, hyper[0])
    shrink, grow = like(spoiled, hyper[1]), like(spoiled, hyper[2])
    least, most = like(spoiled, hyper[3]), like(spoiled, hyper[4])
    zero, one = like(spoiled, 0.0), like(spoiled, 1.0)
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        agreement = slope * load(previous, i)
        before = load(size, i)
        # A slot that starts at 0 stands for the learning rate.
        before = where_positive(before, before, start)
        factor = where_positive(agreement, grow, where_positive(zero - agreement, shrink, one))
        now = smaller(larger(before * factor, least), most)
        # Where the sign turned the step is only made smaller.
        slope = where_positive(zero - agreement, zero, slope)
        store(size, i, now)
        store(previous, i, slope)
        new = load(w, i) - _sign(slope) * now
        store(w, i, new)
        spoiled = spoiled + new * zero + slope * zero
    return total(spoiled) == 0


@njit(**OPTIONS)
def lion(hyper: Any, buffer: Any) -> bool:
    w, g, first = buffer[0], buffer[1], buffer[2]
    spoiled = _spoiled(buffer)
    rate = like(spoiled, hyper[0])
    b1, r1 = like(spoiled, hyper[1]), like(spoiled, 1.0 - hyper[1])
    b2, r2 = like(spoiled, hyper[2]), like(spoiled, 1.0 - hyper[2])
    shrink = like(spoiled, 1.0 - hyper[0] * hyper[3])
    for i in range(0, w.size, LANES):
        slope = load(g, i)
        m = load(first, i)
        direction = _sign(fma(b1, m, r1 * slope))
        store(first, i, fma(b2, m, r2 * slope))
        new = load(w, i) * shrink - rate * direction
        store(w, i, new)
        spoiled = spoiled + new * like(rate, 0.0) + slope * like(rate, 0.0)
    return total(spoiled) == 0


@njit(**OPTIONS)
def lbfgs(hyper: Any, buffer: Any) -> bool:
    w, g, taken, previous = buffer[0], buffer[1], buffer[2], buffer[3]
    history = LBFGS_HISTORY
    largest = 0.0
    steepness = 0.0
    first = True
    for i in range(g.size):
        size = abs(np.float64(g[i]))
        if not np.isfinite(size):
            return False
        largest = max(largest, size)
        steepness += size
        if previous[i] != 0:
            first = False
    if largest <= 1e-7:
        return True
    rate = hyper[0]
    newest, oldest = 4, 4 + history  # rows of the first y and of the first s
    scale = 1.0
    pairs = 0
    if first:
        rate *= min(1.0, 1.0 / steepness)
    else:
        curvature = 0.0
        for i in range(g.size):
            curvature += np.float64(g[i] - previous[i]) * np.float64(taken[i])
        if curvature > 1e-10:
            for k in range(history - 1, 0, -1):
                buffer[newest + k] = buffer[newest + k - 1]
                buffer[oldest + k] = buffer[oldest + k - 1]
            for i in range(g.size):
                buffer[newest, i] = g[i] - previous[i]
                buffer[oldest, i] = taken[i]
        while pairs < history and np.any(buffer[newest + pairs] != 0):
            pairs += 1
    shares = np.zeros(history)
    inverse = np.zeros(history)
    direction = np.empty(g.size, np.float64)
    for i in range(g.size):
        direction[i] = -g[i]
    for k in range(pairs):
        y, s = buffer[newest + k], buffer[oldest + k]
        product = 0.0
        along = 0.0
        for i in range(g.size):
            product += np.float64(y[i]) * np.float64(s[i])
            along += np.float64(s[i]) * direction[i]
        inverse[k] = 1.0 / product
        shares[k] = along * inverse[k]
        for i in range(g.size):
            direction[i] -= shares[k] * np.float64(y[i])
    if pairs:
        squares = 0.0
        for i in range(g.size):
            squares += np.float64(buffer[newest, i]) ** 2
        scale = 1.0 / (inverse[0] * squares)
    for i in range(g.size):
        direction[i] *= scale
    for k in range(pairs - 1, -1, -1):
        y, s = buffer[newest + k], buffer[oldest + k]
        along = 0.0
        for i in range(g.size):
            along += np.float64(y[i]) * direction[i]
        along *= inverse[k]
        for i in range(g.size):
            direction[i] += np.float64(s[i]) * (shares[k] - along)
    downhill = 0.0
    for i in range(g.size):
        downhill += np.float64(g[i]) * direction[i]
        previous[i] = g[i]
        taken[i] = direction[i] * rate
    if downhill > -1e-9:
        return True
    finite = True
    for i in range(g.size):
        w[i] += taken[i]
        finite = finite and np.isfinite(w[i])
    return finite
