"""Losses, softmax and penalties on lanes, for the compiled training loops."""

from typing import Any

from numba import njit

from .elementwise import OPTIONS, activate, exp, log, sigmoid, softplus
from .simd import (
    LANES,
    fma,
    larger,
    like,
    load,
    magnitude,
    smaller,
    store,
    where_positive,
)

LOSS_CODES = {
    name: code
    for code, name in enumerate(
        (
            "cross_entropy",
            "binary_cross_entropy",
            "mse",
            "mae",
            "huber",
            "hinge",
            "label_smoothing",
            "focal",
            "kl_divergence",
            "poisson",
            "soft_targets",  # cross-entropy whose targets need not add up to 1
        )
    )
}


LABEL_SMOOTHING = 0.1


FOCAL_GAMMA = 2.0


@njit(**OPTIONS)
def softmax(a: Any, start: int, units: int) -> Any:
    """z of eight samples in `a` becomes softmax(z); returns ln of the sum, plus the largest z."""
    highest = load(a, start)
    for j in range(1, units):
        highest = larger(load(a, start + j * LANES), highest)
    summed = like(highest, 0.0)
    for j in range(units):
        e = exp(load(a, start + j * LANES) - highest)
        store(a, start + j * LANES, e)
        summed = summed + e
    scale = like(highest, 1.0) / summed
    for j in range(units):
        store(a, start + j * LANES, load(a, start + j * LANES) * scale)
    return highest + log(summed)


@njit(**OPTIONS)
def _focal(units: int, z: Any, a: Any, t: Any, delta: Any, normalizer: Any, scale: Any) -> Any:
    """The focal loss with gamma 2 of eight samples whose softmax is in `a`; writes delta."""
    log_p = like(scale, 0.0)
    for j in range(units):
        log_p = fma(load(t, j * LANES), load(z, j * LANES) - normalizer, log_p)
    p = exp(log_p)
    wrong = like(scale, 1.0) - p
    slope = like(scale, FOCAL_GAMMA) * p * wrong * log_p - wrong * wrong
    for j in range(units):
        o = j * LANES
        store(delta, o, slope * (load(t, o) - load(a, o)) * scale)
    return (like(scale, 0.0) - wrong * wrong * log_p) * scale


@njit(**OPTIONS)
def _soft_targets(
    units: int, z: Any, a: Any, t: Any, delta: Any, normalizer: Any, scale: Any
) -> Any:
    """Cross-entropy of eight samples whose softmax is in `a`, with any targets; writes delta."""
    summed = like(scale, 0.0)
    whole = like(scale, 0.0)
    for j in range(units):
        target = load(t, j * LANES)
        summed = fma(target, normalizer - load(z, j * LANES), summed)
        whole = whole + target
    for j in range(units):
        o = j * LANES
        store(delta, o, (load(a, o) * whole - load(t, o)) * scale)
    return summed * scale


@njit(**OPTIONS)
def loss_block(
    loss: int, activation: int, units: int, z: Any, a: Any, slope: Any, t: Any, delta: Any,
    mask: Any, count: int,
) -> Any:  # fmt: skip
    """Loss and dL/dz of eight samples, from `z` (units, 8), with `mask` 0 where there is no sample, else 1
    or the sample's weight over the batch's mean weight.

    Writes a = f(z) and delta = dL/dz for a batch of `count` samples; returns each lane's share of
    the mean loss.
    """
    one = like(mask, 1.0)
    summed = like(mask, 0.0)
    if loss in (0, 6, 7, 8, 10):  # on softmax, the mean over samples
        for j in range(units):
            store(a, j * LANES, load(z, j * LANES))
        normalizer = softmax(a, 0, units)
        scale = mask * like(mask, 1.0 / count)
        if loss == 7:  # focal
            return _focal(units, z, a, t, delta, normalizer, scale)
        if loss == 10:
            return _soft_targets(units, z, a, t, delta, normalizer, scale)
        keep = like(mask, 1.0 - LABEL_SMOOTHING if loss == 6 else 1.0)
        share = like(mask, LABEL_SMOOTHING / units if loss == 6 else 0.0)
        for j in range(units):
            o = j * LANES
            target = fma(load(t, o), keep, share)
            summed = fma(target, normalizer - load(z, o), summed)
            store(delta, o, (load(a, o) - target) * scale)
            if loss == 8:  # kl_divergence: less the targets' own entropy
                least = like(mask, 1e-30)
                summed = fma(target, log(larger(target, least)), summed)
        return summed * scale
    scale = mask * like(mask, 1.0 / (count * units))
    if loss == 1:  # binary_cross_entropy, on sigmoid
        for j in range(units):
            o = j * LANES
            value = load(z, o)
            target = load(t, o)
            y = sigmoid(value)
            store(a, o, y)
            summed = summed + (softplus(value) - target * value)
            store(delta, o, (y - target) * scale)
        return summed * scale
    if loss == 9:  # poisson, on exponential
        for j in range(units):
            o = j * LANES
            value = load(z, o)
            target = load(t, o)
            y = exp(value)
            store(a, o, y)
            summed = summed + (y - target * value)
            store(delta, o, (y - target) * scale)
        return summed * scale
    for j in range(units):
        store(a, j * LANES, load(z, j * LANES))
    if activation == 10:
        softmax(a, 0, units)
    else:
        activate(activation, a, slope, 0, units * LANES)
    for j in range(units):
        o = j * LANES
        y = load(a, o)
        target = load(t, o)
        e = y - target
        if loss == 2:  # mse
            summed = fma(e, e, summed)
            gradient = e + e
        elif loss == 3:  # mae
            summed = summed + magnitude(e)
            zero = like(e, 0.0)
            gradient = where_positive(e, one, where_positive(zero - e, zero - one, zero))
        elif loss == 4:  # huber
            size = magnitude(e)
            inner = smaller(size, one)
            summed = summed + inner * inner * like(e, 0.5) + (size - inner)
            gradient = smaller(larger(e, like(e, -1.0)), one)
        else:  # hinge
            margin = one - target * y
            summed = summed + larger(margin, like(e, 0.0))
            gradient = where_positive(margin, like(e, 0.0) - target, like(e, 0.0))
        store(delta, o, gradient * scale)
    if activation == 10:
        coupling = like(mask, 0.0)
        for j in range(units):
            coupling = fma(load(a, j * LANES), load(delta, j * LANES), coupling)
        for j in range(units):
            o = j * LANES
            store(delta, o, load(a, o) * (load(delta, o) - coupling))
    else:
        for j in range(units):
            o = j * LANES
            store(delta, o, load(delta, o) * load(slope, o))
    return summed * scale


@njit(**OPTIONS)
def penalize(g: Any, w: Any, start: int, count: int, l1: float, l2: float) -> None:
    """g += l1 sign(w) + l2 w, on one layer's weights."""
    first = w.dtype.type(l1)
    second = w.dtype.type(l2)
    for i in range(start, start + count):
        value = w[i]
        g[i] += second * value
        if value > 0:
            g[i] += first
        elif value < 0:
            g[i] -= first
