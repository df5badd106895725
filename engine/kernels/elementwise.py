"""Activations and losses on lanes, for the compiled training loops.

float32 uses polynomials (errors below 1e-6); float64 calls libm, since it serves as a reference.
Polynomials: exp and log from Cephes (Moshier, expf.c and logf.c), tanh from Eigen's
MathFunctionsImpl.h.
"""

from math import pi, sqrt
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from .simd import (
    LANES,
    exponent_of,
    floor,
    fma,
    larger,
    libm,
    like,
    load,
    magnitude,
    mantissa_of,
    scale_by_power_of_two,
    smaller,
    store,
    where_positive,
)

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy"}


ACTIVATION_CODES = {
    name: code
    for code, name in enumerate(
        ("linear", "sigmoid", "tanh", "relu", "elu", "leaky_relu", "softplus", "gelu", "swish", "sin",
         "softmax", "hard_sigmoid", "hard_tanh", "relu6", "selu", "mish", "softsign", "exponential")
    )
}  # fmt: skip


_exact_exp = libm("exp")


_exact_log = libm("log")


_exact_tanh = libm("tanh")


_erf = libm("erf")


_sin = libm("sin")


_cos = libm("cos")


def exp(x: Any) -> Any:
    """e**x on lanes."""


@overload(exp, strict=False)
def _exp(x: Any) -> Any:
    if x.dtype == types.float64:
        return lambda x: _exact_exp(x)  # noqa: PLW0108 - overloads take functions, not intrinsics

    def fast(x: Any) -> Any:
        x = smaller(larger(x, like(x, -87.3)), like(x, 88.0))
        n = floor(fma(x, like(x, 1.44269504088896341), like(x, 0.5)))
        r = fma(n, like(x, -0.693359375), x)
        r = fma(n, like(x, 2.12194440e-4), r)
        p = fma(like(x, 1.9875691500e-4), r, like(x, 1.3981999507e-3))
        p = fma(p, r, like(x, 8.3334519073e-3))
        p = fma(p, r, like(x, 4.1665795894e-2))
        p = fma(p, r, like(x, 1.6666665459e-1))
        p = fma(p, r, like(x, 5.0000001201e-1))
        return scale_by_power_of_two(fma(p, r * r, r + like(x, 1.0)), n)

    return fast


def log(x: Any) -> Any:
    """ln x on lanes, for normal positive x."""


@overload(log, strict=False)
def _log(x: Any) -> Any:
    if x.dtype == types.float64:
        return lambda x: _exact_log(x)  # noqa: PLW0108

    def fast(x: Any) -> Any:
        m = mantissa_of(x)
        e = exponent_of(x)
        high = m - like(x, 1.41421356)
        e = where_positive(high, e + like(x, 1.0), e)
        r = where_positive(high, m * like(x, 0.5), m) - like(x, 1.0)
        square = r * r
        p = fma(like(x, 7.0376836292e-2), r, like(x, -1.1514610310e-1))
        p = fma(p, r, like(x, 1.1676998740e-1))
        p = fma(p, r, like(x, -1.2420140846e-1))
        p = fma(p, r, like(x, 1.4249322787e-1))
        p = fma(p, r, like(x, -1.6668057665e-1))
        p = fma(p, r, like(x, 2.0000714765e-1))
        p = fma(p, r, like(x, -2.4999993993e-1))
        p = fma(p, r, like(x, 3.3333331174e-1)) * r * square
        p = fma(e, like(x, -2.12194440e-4), p)
        p = fma(square, like(x, -0.5), p)
        # x - x is 0, or NaN where x is not finite: the bits alone would give a finite number.
        return fma(e, like(x, 0.693359375), r + p) + (x - x)

    return fast


def tanh(x: Any) -> Any:
    """tanh x on lanes."""


@overload(tanh, strict=False)
def _tanh(x: Any) -> Any:
    if x.dtype == types.float64:
        return lambda x: _exact_tanh(x)  # noqa: PLW0108

    def fast(x: Any) -> Any:
        x = smaller(larger(x, like(x, -7.90531110763549805)), like(x, 7.90531110763549805))
        s = x * x
        p = fma(s, like(x, -2.76076847742355e-16), like(x, 2.00018790482477e-13))
        p = fma(s, p, like(x, -8.60467152213735e-11))
        p = fma(s, p, like(x, 5.12229709037114e-08))
        p = fma(s, p, like(x, 1.48572235717979e-05))
        p = fma(s, p, like(x, 6.37261928875436e-04))
        p = fma(s, p, like(x, 4.89352455891786e-03))
        q = fma(s, like(x, 1.19825839466702e-06), like(x, 1.18534705686654e-04))
        q = fma(s, q, like(x, 2.26843463243900e-03))
        q = fma(s, q, like(x, 4.89352518554385e-03))
        return x * p / q

    return fast


@njit(**OPTIONS)
def sigmoid(x: Any) -> Any:
    return like(x, 1.0) / (like(x, 1.0) + exp(like(x, 0.0) - x))


@njit(**OPTIONS)
def softplus(x: Any) -> Any:
    tail = log(like(x, 1.0) + exp(like(x, 0.0) - magnitude(x)))
    return larger(x, like(x, 0.0)) + tail


SELU_ALPHA = 1.6732632423543772


SELU_SCALE = 1.0507009873554805


@njit(**OPTIONS)
def _between(z: Any, low: float, high: float, value: float) -> Any:
    """`value` where low < z < high, else 0."""
    zero = like(z, 0.0)
    below = where_positive(like(z, high) - z, like(z, value), zero)
    return where_positive(z - like(z, low), below, zero)


@njit(**OPTIONS)
def activate(code: int, a: Any, slope: Any, start: int, count: int) -> None:
    """z in `a` becomes f(z), and f'(z) goes to `slope`, in place.  count: a multiple of eight"""
    stop = start + count
    if code == 2:  # tanh
        for i in range(start, stop, LANES):
            y = tanh(load(a, i))
            store(a, i, y)
            store(slope, i, like(y, 1.0) - y * y)
    elif code == 1:  # sigmoid
        for i in range(start, stop, LANES):
            y = sigmoid(load(a, i))
            store(a, i, y)
            store(slope, i, y * (like(y, 1.0) - y))
    elif code == 3:  # relu
        for i in range(start, stop, LANES):
            z = load(a, i)
            store(a, i, larger(z, like(z, 0.0)))
            store(slope, i, where_positive(z, like(z, 1.0), like(z, 0.0)))
    elif code == 4:  # elu
        for i in range(start, stop, LANES):
            z = load(a, i)
            e = exp(smaller(z, like(z, 0.0)))
            store(a, i, where_positive(z, z, e - like(z, 1.0)))
            store(slope, i, where_positive(z, like(z, 1.0), e))
    elif code == 5:  # leaky_relu
        for i in range(start, stop, LANES):
            z = load(a, i)
            s = where_positive(z, like(z, 1.0), like(z, 0.01))
            store(a, i, z * s)
            store(slope, i, s)
    elif code == 6:  # softplus
        for i in range(start, stop, LANES):
            z = load(a, i)
            store(a, i, softplus(z))
            store(slope, i, sigmoid(z))
    elif code == 7:  # gelu
        for i in range(start, stop, LANES):
            z = load(a, i)
            cdf = fma(_erf(z * like(z, 1 / sqrt(2))), like(z, 0.5), like(z, 0.5))
            density = exp(z * z * like(z, -0.5)) * like(z, 1 / sqrt(2 * pi))
            store(a, i, z * cdf)
            store(slope, i, fma(z, density, cdf))
    elif code == 8:  # swish
        for i in range(start, stop, LANES):
            z = load(a, i)
            s = sigmoid(z)
            store(a, i, z * s)
            store(slope, i, fma(z * s, like(z, 1.0) - s, s))
    elif code == 9:  # sin
        for i in range(start, stop, LANES):
            z = load(a, i)
            store(a, i, _sin(z))
            store(slope, i, _cos(z))
    elif code == 11:  # hard_sigmoid
        for i in range(start, stop, LANES):
            z = load(a, i)
            store(slope, i, _between(z, -3.0, 3.0, 1.0 / 6.0))
            y = fma(z, like(z, 1.0 / 6.0), like(z, 0.5))
            store(a, i, smaller(larger(y, like(z, 0.0)), like(z, 1.0)))
    elif code == 12:  # hard_tanh
        for i in range(start, stop, LANES):
            z = load(a, i)
            store(slope, i, _between(z, -1.0, 1.0, 1.0))
            store(a, i, smaller(larger(z, like(z, -1.0)), like(z, 1.0)))
    elif code == 13:  # relu6
        for i in range(start, stop, LANES):
            z = load(a, i)
            store(slope, i, _between(z, 0.0, 6.0, 1.0))
            store(a, i, smaller(larger(z, like(z, 0.0)), like(z, 6.0)))
    elif code == 14:  # selu
        for i in range(start, stop, LANES):
            z = load(a, i)
            e = exp(smaller(z, like(z, 0.0))) * like(z, SELU_SCALE * SELU_ALPHA)
            scaled = z * like(z, SELU_SCALE)
            store(a, i, where_positive(z, scaled, e - like(z, SELU_SCALE * SELU_ALPHA)))
            store(slope, i, where_positive(z, like(z, SELU_SCALE), e))
    elif code == 15:  # mish
        for i in range(start, stop, LANES):
            z = load(a, i)
            y = tanh(softplus(z))
            store(a, i, z * y)
            store(slope, i, fma(z * (like(z, 1.0) - y * y), sigmoid(z), y))
    elif code == 16:  # softsign
        for i in range(start, stop, LANES):
            z = load(a, i)
            y = like(z, 1.0) / (like(z, 1.0) + magnitude(z))
            store(a, i, z * y)
            store(slope, i, y * y)
    elif code == 17:  # exponential
        for i in range(start, stop, LANES):
            z = load(a, i)
            y = exp(smaller(z, like(z, 80.0)))
            store(a, i, y)
            store(slope, i, where_positive(like(z, 80.0) - z, y, like(z, 0.0)))
    else:  # linear
        for i in range(start, stop, LANES):
            store(slope, i, like(load(a, i), 1.0))


@njit(**OPTIONS)
def activate_all(code: int, z: Any, a: Any, slope: Any) -> None:
    """a = f(z) and slope = f'(z) of flat arrays of one size, whatever it is."""
    whole = z.size // LANES * LANES
    a[:] = z
    activate(code, a, slope, 0, whole)
    if whole < z.size:
        rest = np.zeros(LANES, z.dtype)
        bent = np.zeros(LANES, z.dtype)
        for i in range(z.size - whole):
            rest[i] = z[whole + i]
        activate(code, rest, bent, 0, LANES)
        for i in range(z.size - whole):
            a[whole + i] = rest[i]
            slope[whole + i] = bent[i]
