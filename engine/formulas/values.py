"""What a formula or a rule comes to at many points at once."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .parsing import Node

_DOES: dict[str, Callable[..., Any]] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "power": np.power,
    "negate": np.negative, "sin": np.sin, "cos": np.cos, "tan": np.tan, "exp": np.exp, "ln": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh, "atan": np.arctan, "min": np.minimum,
    "max": np.maximum, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "and": np.logical_and, "or": np.logical_or, "xor": np.logical_xor, "not": np.logical_not,
}  # fmt: skip


def value_of(tree: Node, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[Any]:
    """Numbers of a formula, NaN or infinite where it is not defined; of a rule whether it holds, which a comparison
    with what is not defined does not.  x, y: (n,) -> (n,)"""
    known = {"x": x, "y": y}
    with np.errstate(all="ignore"):
        return np.broadcast_to(_value(tree, known), x.shape)


def _value(node: Node, known: Mapping[str, NDArray[np.float64]]) -> Any:
    if node.op == "number":
        return node.value
    if node.op == "variable":
        return known[node.name]
    return _DOES[node.op](*(_value(part, known) for part in node.of))
