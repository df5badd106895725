"""The fully connected layer, hidden and output."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Interval

from ..activations import ActivationName, OutputActivationName, activate, pull_back
from .base import Array, Cache, LayerDoesNotFit, Parameter, Shape, Views

MAX_UNITS = 512


def affine(p: Views, x: Array) -> Array:
    """x @ weight + bias.  x: (batch, inputs)  ->  (batch, units)"""
    return x @ p["weight"] + p["bias"]


def affine_backward(p: Views, g: Views, x: Array, dz: Array) -> Array:
    """Writes dL/dweight = x.T @ dz and dL/dbias = sum of dz into g; returns dL/dx."""
    g["weight"][...] = x.T @ dz
    g["bias"][...] = dz.sum(axis=0)
    return dz @ p["weight"].T


def affine_parameters(inputs: int, units: int) -> dict[str, Parameter]:
    return {
        "weight": Parameter((inputs, units), inputs, units, decays=True),
        "bias": Parameter((units,), inputs, units, decays=False),
    }


@dataclass(frozen=True, slots=True)
class Dense:
    """y = f(x @ weight + bias).  x: (batch, inputs)  weight: (inputs, units)  y: (batch, units)"""

    kind: Literal["dense"] = "dense"
    units: Annotated[int, Interval(ge=1, le=MAX_UNITS)] = 4
    activation: ActivationName = "tanh"

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise LayerDoesNotFit(
                f"a dense layer takes one row of numbers a sample, not shape {input_shape}; "
                "put a flatten layer before it"
            )
        return (self.units,)

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        return affine_parameters(input_shape[0], self.units)

    def forward(self, p: Views, x: Array) -> tuple[Array, Cache]:
        z = affine(p, x)
        a = activate(self.activation, z)
        return a, {"x": x, "z": z, "a": a}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array) -> Array:
        dz = pull_back(self.activation, cache["z"], cache["a"], dy)
        return affine_backward(p, g, cache["x"], dz)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Every unit sees every input: a weighted sum plus a bias, then the activation.",
                "zh": "每个单元连接所有输入：加权和加偏置，再经过激活函数。",
            },
            "formula": (
                '<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mi>a</mi><mo>=</mo><mi>f</mi>'
                "<mo>(</mo><mi>x</mi><mi>W</mi><mo>+</mo><mi>b</mi><mo>)</mo></mrow></math>"
            ),
        }


@dataclass(frozen=True, slots=True)
class Output:
    """The last layer: dense, with as many units as the data asks for; softmax is its alone."""

    units: int
    activation: OutputActivationName
    kind: Literal["output"] = "output"

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise LayerDoesNotFit(
                f"the output takes one row of numbers a sample, not shape {input_shape}; "
                "put a flatten layer before it"
            )
        return (self.units,)

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        return affine_parameters(input_shape[0], self.units)

    def forward(self, p: Views, x: Array) -> tuple[Array, Cache]:
        z = affine(p, x)
        a = activate(self.activation, z)
        return a, {"x": x, "z": z, "a": a}

    def backward_from_z(self, p: Views, g: Views, cache: Cache, dz: Array) -> Array:
        """For losses that hand back dL/dz themselves."""
        return affine_backward(p, g, cache["x"], dz)

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array) -> Array:
        dz = pull_back(self.activation, cache["z"], cache["a"], dy)
        return affine_backward(p, g, cache["x"], dz)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return Dense.describe()
