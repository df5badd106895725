"""Every activation's value and slope as arithmetic.

Where a function has cases the tree is that of the case the number falls into.
"""

from collections.abc import Callable

from ...activations import ELU_ALPHA, LEAKY_SLOPE, SELU_ALPHA, SELU_SCALE
from .terms import Number, Term, add, made, multiply, number


def _one_minus(term: Term) -> Term:
    return made("subtract", 1, term)


def _logistic(z: Term) -> Term:
    return made("divide", 1, add(number(1), made("exp", made("negate", z))))


def _squashed(z: Term) -> Term:
    """tanh(ln(1 + e^z)), of mish"""
    return made("tanh", made("ln", add(number(1), made("exp", z))))


VALUES: dict[str, Callable[[Number], Term]] = {
    "sigmoid": _logistic,
    "tanh": lambda z: made("tanh", z),
    "relu": lambda z: made("max", 0, z),
    "elu": lambda z: z if z.value > 0 else made("subtract", made("exp", z), ELU_ALPHA),
    "leaky_relu": lambda z: z if z.value > 0 else multiply(LEAKY_SLOPE, z),
    "softplus": lambda z: (
        made("ln", add(1, made("exp", z)))
        if z.value < 30
        else add(z, made("exp", made("negate", z)))
    ),
    "gelu": lambda z: multiply(z, made("Phi", z)),
    "swish": lambda z: multiply(z, made("sigma", z)),
    "sin": lambda z: made("sin", z),
    "linear": lambda z: z,
    "hard_sigmoid": lambda z: made("clip", add(made("divide", z, 6), 0.5), 0, 1),
    "hard_tanh": lambda z: made("clip", z, -1, 1),
    "relu6": lambda z: made("clip", z, 0, 6),
    "selu": lambda z: multiply(
        SELU_SCALE,
        z if z.value > 0 else multiply(SELU_ALPHA, made("subtract", made("exp", z), 1)),
    ),
    "mish": lambda z: multiply(z, _squashed(z) if z.value < 30 else number(1)),
    "softsign": lambda z: made("divide", z, add(number(1), made("abs", z))),
    "exponential": lambda z: made("exp", z if z.value < 80 else number(80)),
}

SLOPES: dict[str, Callable[[Number, Number], Term]] = {
    "sigmoid": lambda z, a: multiply(a, _one_minus(a)),
    "tanh": lambda z, a: _one_minus(made("power", a, 2)),
    "relu": lambda z, a: made("positive", z),
    "elu": lambda z, a: number(1) if z.value > 0 else add(a, ELU_ALPHA),
    "leaky_relu": lambda z, a: number(1 if z.value > 0 else LEAKY_SLOPE),
    "softplus": lambda z, a: made("sigma", z),
    "gelu": lambda z, a: add(made("Phi", z), multiply(z, made("phi", z))),
    "swish": lambda z, a: add(made("sigma", z), multiply(a, _one_minus(made("sigma", z)))),
    "sin": lambda z, a: made("cos", z),
    "linear": lambda z, a: number(1),
    "hard_sigmoid": lambda z, a: made("divide", 1, 6) if -3 < z.value < 3 else number(0),
    "hard_tanh": lambda z, a: number(-1 < z.value < 1),
    "relu6": lambda z, a: number(0 < z.value < 6),
    "selu": lambda z, a: number(SELU_SCALE) if z.value > 0 else add(a, SELU_SCALE * SELU_ALPHA),
    "mish": lambda z, a: (
        number(1)
        if z.value >= 30
        else add(
            _squashed(z),
            multiply(z, _one_minus(made("power", _squashed(z), 2)), made("sigma", z)),
        )
    ),
    "softsign": lambda z, a: made("divide", 1, made("power", add(number(1), made("abs", z)), 2)),
    "exponential": lambda z, a: a if z.value < 80 else number(0),
}
