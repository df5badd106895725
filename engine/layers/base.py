"""What every kind of layer declares and does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Views = Mapping[str, Array]
Cache = dict[str, Array]
Shape = tuple[int, ...]


class LayerDoesNotFit(ValueError):
    """A layer cannot take the shape that reaches it; the message says what would fit."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a layer: its shape and how it starts.

    `decays` says whether penalties (L1, L2) apply: to weights, not to biases.
    """

    shape: Shape
    fan_in: int
    fan_out: int
    decays: bool


class Layer(Protocol):
    """A record of hyperparameters with its two passes; it holds no numbers of its own.

    x, y, dy, dx have the batch first. `p` and `g` are views of the parameters and of their
    gradient; `cache` is what forward leaves for backward ("x", "z", "a", ..).
    """

    @property
    def kind(self) -> str: ...

    def output_shape(self, input_shape: Shape) -> Shape:
        """Raises: LayerDoesNotFit"""
        ...

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]: ...

    def forward(self, p: Views, x: Array) -> tuple[Array, Cache]: ...

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array) -> Array: ...

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """`summary` in English and Chinese and `formula` as MathML, for the catalog."""
        ...
