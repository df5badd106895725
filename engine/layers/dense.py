"""The fully connected layer, hidden and output."""

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..activations import ActivationName, OutputActivationName
from ..errors import Reason, Refused
from ..mathml import equations, formula
from .base import (
    THROUGH,
    Array,
    Cache,
    Order,
    Parameter,
    Pass,
    Penalty,
    Shape,
    Takes,
    Views,
    Weighted,
    activated,
    deactivated,
    hear_reordered,
    spelled,
)

MAX_UNITS = 512


def affine(p: Views, x: Array, run: Pass) -> Array:
    """x @ weight + bias.  x: (.., inputs)  ->  (.., units)"""
    weight = p["weight"]
    if not run.compiled:
        return x @ weight + p["bias"]
    z = run.scratch.take("z", (*x.shape[:-1], weight.shape[1]), x.dtype)
    np.dot(x.reshape(-1, weight.shape[0]), weight, out=z.reshape(-1, weight.shape[1]))
    z += p["bias"]
    return z


def affine_backward(p: Views, g: Views, x: Array, dz: Array, run: Pass) -> Array | None:
    """Writes dL/dweight = x.T @ dz and dL/dbias = sum of dz into g; returns dL/dx."""
    rows = dz.reshape(-1, dz.shape[-1])
    np.dot(x.reshape(-1, x.shape[-1]).T, rows, out=g["weight"])
    np.add.reduce(rows, axis=0, out=g["bias"])
    return None if run.first else (rows @ p["weight"].T).reshape(x.shape)


AFFINE_BACKWARD = ("dW = x^T δ", "db = ∑ δ", "dx = δ W^T")


class _Affine(Weighted):
    """What the hidden and the output layer share: f(x @ weight + bias) on a row, or at every step."""

    __slots__ = ()

    units: int
    trainable_bias: bool
    what: ClassVar[str]
    takes: ClassVar[tuple[Takes, ...]] = ("row", "sequence")
    in_loop: ClassVar[bool] = True

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) > 2:
            raise Refused(
                "",
                Reason(
                    "layers.takes_rows",
                    "{what} takes one row of numbers a sample, not shape {shape}; put a flatten or "
                    "global_avg_pool2d layer before it",
                    what=self.what,
                    shape=spelled(input_shape),
                ),
            )
        return (*input_shape[:-1], self.units)

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        inputs = input_shape[-1]
        return {
            "weight": Parameter((inputs, self.units), inputs, self.units, decays=True),
            "bias": Parameter(
                (self.units,), inputs, self.units, decays=False, trainable=self.trainable_bias
            ),
        }

    def work(self, input_shape: Shape) -> int:
        return (prod(input_shape) + prod(input_shape[:-1])) * self.units

    def reorder(self, p: Views, coming: Order | None, leaving: Order | None) -> None:
        hear_reordered(p, coming, "weight")
        Weighted.reorder(self, p, None, leaving)

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        dz = deactivated(self.function or "linear", cache, dy)
        return affine_backward(p, g, cache["x"], dz, run)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Every unit sees every input: a weighted sum plus a bias, then the activation.",
                "zh": "每个单元连接所有输入：加权和加偏置，再经过激活函数。",
            },
            "formula": formula(
                "<mi>a</mi><mo>=</mo><mi>f</mi><mo>(</mo><mi>x</mi><mi>W</mi><mo>+</mo><mi>b</mi><mo>)</mo>"
            ),
            "backward": equations(THROUGH, *AFFINE_BACKWARD),
        }


@dataclass(frozen=True, slots=True)
class Dense(_Affine):
    """y = f(x @ weight + bias).  x: (batch, inputs)  weight: (inputs, units)  y: (batch, units)

    On a sequence (batch, time, inputs) every time step goes through the same weights.
    """

    what: ClassVar[str] = "a dense layer"

    kind: Literal["dense"] = "dense"
    units: Annotated[int, Interval(ge=1, le=MAX_UNITS)] = 4
    activation: ActivationName = "tanh"
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    trainable: bool = True
    trainable_bias: bool = True

    @property
    def function(self) -> ActivationName:
        return self.activation

    def operable(self, input_shape: Shape) -> int:
        return self.units

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        a, cache = activated(self.activation, affine(p, x, run), run)
        return a, {"x": x, **cache}


@dataclass(frozen=True, slots=True)
class Output(_Affine):
    """The last layer: dense, with as many units as the data asks for; softmax is its alone."""

    what: ClassVar[str] = "the output"

    units: int
    activation: OutputActivationName
    kind: Literal["output"] = "output"
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    trainable: bool = True
    trainable_bias: bool = True

    @property
    def function(self) -> OutputActivationName:
        return self.activation

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        z = affine(p, x, run)
        if run.only_z:
            return z, {"x": x, "z": z}
        a, cache = activated(self.activation, z, run)
        return a, {"x": x, **cache}

    def backward_from_z(
        self, p: Views, g: Views, cache: Cache, dz: Array, run: Pass
    ) -> Array | None:
        """For losses that hand back dL/dz themselves."""
        return affine_backward(p, g, cache["x"], dz, run)
