"""Descent on a formula: its value and gradient on a stack, and the optimizers' own updates, in one loop."""

from math import atan, cos, cosh, exp, log, sin, sinh, sqrt, tan, tanh
from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS
from .updates import update

# What a program does: the operations of engine/descent/slopes.py, which is the definition.
CODES = {
    name: code
    for code, name in enumerate(
        (
            "number", "x", "y", "add", "subtract", "multiply", "divide", "power_of", "power", "negate", "sin",
            "cos", "tan", "exp", "ln", "sqrt", "abs", "tanh", "sinh", "cosh", "atan", "min", "max",
        )
    )
}  # fmt: skip
WIDTH = 8  # of the optimizers' vectors, of which two numbers are used


@njit(**OPTIONS)
def evaluate(codes: Any, values: Any, x: float, y: float, stack: Any) -> None:
    """f, df/dx and df/dy at a point into stack[0]; `stack` is (as deep as the program is long, 3)"""
    top = -1
    for i in range(codes.size):
        code = codes[i]
        if code <= 2:
            top += 1
            stack[top, 0] = values[i] if code == 0 else x if code == 1 else y
            stack[top, 1] = 1.0 if code == 1 else 0.0
            stack[top, 2] = 1.0 if code == 2 else 0.0
            continue
        two = 3 <= code <= 6 or code == 8 or code >= 21
        if two:
            top -= 1
        a, ax, ay = stack[top, 0], stack[top, 1], stack[top, 2]
        if two:
            b, bx, by = stack[top + 1, 0], stack[top + 1, 1], stack[top + 1, 2]
        else:
            b, bx, by = 0.0, 0.0, 0.0
        # of a and of b, what the result changes by
        pa, pb = 0.0, 0.0
        if code == 3:
            found, pa, pb = a + b, 1.0, 1.0
        elif code == 4:
            found, pa, pb = a - b, 1.0, -1.0
        elif code == 5:
            found, pa, pb = a * b, b, a
        elif code == 6:
            found, pa, pb = a / b, 1 / b, -a / b / b
        elif code == 7:
            n = values[i]
            found = a**n
            if n != 0:
                pa = n * a ** (n - 1)
        elif code == 8:
            found = a**b
            pa, pb = found * b / a, found * _ln(a)
        elif code == 9:
            found, pa = -a, -1.0
        elif code == 10:
            found, pa = sin(a), cos(a)
        elif code == 11:
            found, pa = cos(a), -sin(a)
        elif code == 12:
            found = tan(a)
            pa = 1 + found * found
        elif code == 13:
            found = exp(a)
            pa = found
        elif code == 14:
            found, pa = _ln(a), 1 / a
        elif code == 15:
            found = sqrt(a) if a >= 0 else np.nan
            pa = 0.5 / found
        elif code == 16:
            found, pa = abs(a), np.sign(a)
        elif code == 17:
            found = tanh(a)
            pa = 1 - found * found
        elif code == 18:
            found, pa = sinh(a), cosh(a)
        elif code == 19:
            found, pa = cosh(a), sinh(a)
        elif code == 20:
            found, pa = atan(a), 1 / (1 + a * a)
        elif code == 21:
            found, pa, pb = (a, 1.0, 0.0) if a <= b else (b, 0.0, 1.0)
        else:
            found, pa, pb = (a, 1.0, 0.0) if a >= b else (b, 0.0, 1.0)
        stack[top, 0] = found
        if two:
            stack[top, 1], stack[top, 2] = pa * ax + pb * bx, pa * ay + pb * by
        else:
            stack[top, 1], stack[top, 2] = pa * ax, pa * ay


@njit(**OPTIONS)
def _ln(a: float) -> float:
    return log(a) if a > 0 else -np.inf if a == 0 else np.nan


@njit(**OPTIONS)
def descend(
    codes: Any, values: Any, optimizer: int, hyper: Any, noise: Any, buffer: Any, points: Any, heights: Any,
    gradients: Any, slots: Any,
) -> int:  # fmt: skip
    """From points[0] on, an update for every row of `noise`, which is added to the gradient.

    buffer      (2 + slots, WIDTH)
    points      (steps + 1, 2)         gradients  (steps + 1, 2)  as they are, without noise
    heights     (steps + 1,)           slots      (steps + 1, slots, 2)  before the update

    Returns how many updates were made: fewer where a value or a gradient was not finite any more.
    """
    steps = noise.shape[0]
    stack = np.empty((codes.size, 3))
    buffer[0, 0], buffer[0, 1] = points[0, 0], points[0, 1]
    for k in range(steps + 1):
        x, y = buffer[0, 0], buffer[0, 1]
        evaluate(codes, values, x, y, stack)
        points[k, 0], points[k, 1] = x, y
        heights[k] = stack[0, 0]
        gradients[k, 0], gradients[k, 1] = stack[0, 1], stack[0, 2]
        for s in range(slots.shape[1]):
            slots[k, s, 0], slots[k, s, 1] = buffer[2 + s, 0], buffer[2 + s, 1]
        if not (np.isfinite(stack[0, 0]) and np.isfinite(stack[0, 1]) and np.isfinite(stack[0, 2])):
            return k
        if k == steps:
            return k
        buffer[1, 0], buffer[1, 1] = stack[0, 1] + noise[k, 0], stack[0, 2] + noise[k, 1]
        update(optimizer, hyper, buffer, k + 1)
    return steps


def warm_descent() -> None:
    """Compile it, or load it from disk."""
    one = np.zeros((2, 2))
    descend(
        np.array([CODES["x"]]), np.zeros(1), 0, np.zeros(8), np.zeros((1, 2)), np.zeros((5, WIDTH)), one,
        np.zeros(2), one.copy(), np.zeros((2, 3, 2)),
    )  # fmt: skip
