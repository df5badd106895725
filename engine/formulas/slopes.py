"""Values of a formula with both derivatives: forward-mode differentiation (Wengert 1964). It is the definition of
what `kernels.descent` does on a stack."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .parsing import Node

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slopes:
    """Values with both derivatives, each of one shape."""

    value: Array
    dx: Array
    dy: Array


def slopes_of(tree: Node, x: Array, y: Array) -> Slopes:
    """f and its gradient at points of any shape; NaN or infinite where it is not defined."""
    x, y = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
    one, zero = np.ones(x.shape), np.zeros(x.shape)
    known = {"x": Slopes(x, one, zero), "y": Slopes(y, zero, one)}
    with np.errstate(all="ignore"):
        return _slopes(tree, known, zero)


def _slopes(node: Node, known: dict[str, Slopes], zero: Array) -> Slopes:
    if node.op == "number":
        return Slopes(zero + node.value, zero, zero)
    if node.op == "variable":
        return known[node.name]
    if node.op == "power" and node.of[1].op == "number":
        base, n = _slopes(node.of[0], known, zero), node.of[1].value
        outer = n * base.value ** (n - 1) if n else zero
        return Slopes(base.value**n, outer * base.dx, outer * base.dy)
    return _RULES[node.op](*(_slopes(part, known, zero) for part in node.of))


def _chained(value: Array, outer: Array, a: Slopes) -> Slopes:
    return Slopes(value, outer * a.dx, outer * a.dy)


def _power(a: Slopes, b: Slopes) -> Slopes:
    """a^b = e^(b ln a), where a is above 0"""
    value, log = a.value**b.value, np.log(a.value)
    return Slopes(
        value,
        value * (b.dx * log + b.value * a.dx / a.value),
        value * (b.dy * log + b.value * a.dy / a.value),
    )


def _chosen(a: Slopes, b: Slopes, first: NDArray[np.bool_]) -> Slopes:
    return Slopes(
        np.where(first, a.value, b.value), np.where(first, a.dx, b.dx), np.where(first, a.dy, b.dy)
    )


_RULES: dict[str, Callable[..., Slopes]] = {
    "add": lambda a, b: Slopes(a.value + b.value, a.dx + b.dx, a.dy + b.dy),
    "subtract": lambda a, b: Slopes(a.value - b.value, a.dx - b.dx, a.dy - b.dy),
    "multiply": lambda a, b: Slopes(
        a.value * b.value, a.dx * b.value + a.value * b.dx, a.dy * b.value + a.value * b.dy
    ),
    "divide": lambda a, b: Slopes(
        a.value / b.value,
        (a.dx - a.value / b.value * b.dx) / b.value,
        (a.dy - a.value / b.value * b.dy) / b.value,
    ),
    "power": _power,
    "negate": lambda a: Slopes(-a.value, -a.dx, -a.dy),
    "sin": lambda a: _chained(np.sin(a.value), np.cos(a.value), a),
    "cos": lambda a: _chained(np.cos(a.value), -np.sin(a.value), a),
    "tan": lambda a: _chained(np.tan(a.value), 1 + np.tan(a.value) ** 2, a),
    "exp": lambda a: _chained(np.exp(a.value), np.exp(a.value), a),
    "ln": lambda a: _chained(np.log(a.value), 1 / a.value, a),
    "sqrt": lambda a: _chained(np.sqrt(a.value), 0.5 / np.sqrt(a.value), a),
    "abs": lambda a: _chained(np.abs(a.value), np.sign(a.value), a),
    "tanh": lambda a: _chained(np.tanh(a.value), 1 - np.tanh(a.value) ** 2, a),
    "sinh": lambda a: _chained(np.sinh(a.value), np.cosh(a.value), a),
    "cosh": lambda a: _chained(np.cosh(a.value), np.sinh(a.value), a),
    "atan": lambda a: _chained(np.arctan(a.value), 1 / (1 + a.value**2), a),
    "min": lambda a, b: _chosen(a, b, a.value <= b.value),
    "max": lambda a, b: _chosen(a, b, a.value >= b.value),
}
