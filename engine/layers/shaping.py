"""Layers that reshape, bend or add: flatten, an activation of its own, prelu, residual connection."""

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..activations import ActivationName, OutputActivationName
from ..errors import Reason, Refused
from ..mathml import equations, formula
from .base import (
    EVERY_SHAPE,
    THROUGH,
    Array,
    Cache,
    Layer,
    Order,
    Parameter,
    Pass,
    Place,
    SameShape,
    Shape,
    Takes,
    Views,
    activated,
    deactivated,
    spelled,
)


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """(batch, ..) -> (batch, numbers), the last axis fastest (C order), as Keras has it."""

    kind: Literal["flatten"] = "flatten"

    takes: ClassVar[tuple[Takes, ...]] = EVERY_SHAPE

    def output_shape(self, input_shape: Shape) -> Shape:
        return (prod(input_shape),)

    def work(self, input_shape: Shape) -> int:
        return 0

    def carries(self, order: Order, input_shape: Shape) -> Order | None:
        return np.arange(prod(input_shape)).reshape(input_shape)[..., order].ravel()

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        a = x.reshape(len(x), -1)
        return a, {"a": a, "shape": x.shape}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        return None if run.first else dy.reshape(cache["shape"])

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Lays an image or a sequence out in one row, so that dense layers can take it.",
                "zh": "把图像或序列展开成一行，供全连接层使用。",
            },
            "formula": formula("<mi>a</mi><mo>=</mo><mi>vec</mi><mo>(</mo><mi>x</mi><mo>)</mo>"),
            "backward": equations("dx = reshape ( δ )"),
        }


@dataclass(frozen=True, slots=True)
class ActivationLayer(SameShape):
    """a = f(x): an activation function as a layer of its own; softmax is over the last axis."""

    kind: Literal["activation"] = "activation"
    activation: OutputActivationName = "relu"

    @property
    def function(self) -> OutputActivationName:
        return self.activation

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        return activated(self.activation, np.ascontiguousarray(x), run)

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        return None if run.first else deactivated(self.activation, cache, dy)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "An activation function alone, after a layer that has none, such as batch norm.",
                "zh": "单独的激活函数，放在没有激活的层（如批归一化）之后。",
            },
            "formula": formula("<mi>a</mi><mo>=</mo><mi>f</mi><mo>(</mo><mi>x</mi><mo>)</mo>"),
            "backward": equations("dx = da ⊙ f ′ ( x )"),
        }


@dataclass(frozen=True, slots=True)
class PReLU(SameShape):
    """a = x where x > 0, else slope * x, with one learned slope a channel, from 0.25 on.

    He et al. 2015, eq. 1; at 0 the derivative is the slope, as in PyTorch.  slope: (channels,)
    """

    kind: Literal["prelu"] = "prelu"
    trainable: bool = True

    @property
    def learns(self) -> bool:
        return self.trainable

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        return {"slope": Parameter((input_shape[-1],), 1, 1, decays=False, start=0.25)}

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        a = np.where(x > 0, x, p["slope"] * x)
        return a, {"x": x, "z": x, "a": a}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        x = cache["x"]
        below = x <= 0
        g["slope"][...] = (dy * x * below).reshape(-1, x.shape[-1]).sum(axis=0)
        return None if run.first else dy * np.where(below, p["slope"], np.ones_like(p["slope"]))

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "ReLU whose slope on the negative side is learned, one for each unit or channel.",
                "zh": "负侧斜率可学习的 ReLU，每个单元或通道一个。",
            },
            "formula": formula(
                "<mi>a</mi><mo>=</mo><mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo><mi>x</mi><mo>)</mo>"
                "<mo>+</mo><mi>α</mi><mi>min</mi><mo>(</mo><mn>0</mn><mo>,</mo><mi>x</mi><mo>)</mo>"
            ),
            "backward": equations("dα = ∑ da ⊙ min ( 0 , x )", "dx = da ⊙ ( x > 0 ? 1 : α )"),
        }


@dataclass(frozen=True, slots=True)
class Residual(SameShape):
    """a = f(x + x_earlier): adds what went into the layer `span` places before this one.

    He et al. 2016, eq. 1. Both must have one shape.
    """

    kind: Literal["residual"] = "residual"
    span: Annotated[int, Interval(ge=1, le=12)] = 1
    activation: ActivationName = "linear"

    @property
    def function(self) -> ActivationName:
        return self.activation

    @property
    def earlier(self) -> int:
        return self.span

    def check(self, input_shape: Shape, place: Place) -> None:
        """Raises: Refused"""
        SameShape.check(self, input_shape, place)
        shapes = place.before
        spelled_here = spelled(input_shape)
        if not shapes:
            raise Refused(
                "",
                Reason(
                    "layers.nothing_before",
                    "shape {shape} reaches it, and it adds what went in {span} layers back, but there is "
                    "none; put a layer before it",
                    shape=spelled_here,
                    span=self.span,
                ),
            )
        if self.span > len(shapes):
            raise Refused(
                "span",
                Reason(
                    "layers.span_too_long",
                    "shape {shape} reaches it, and it adds what went in {span} layers back, but there "
                    "are {most} before it; choose span {most} or less",
                    shape=spelled_here,
                    span=self.span,
                    most=len(shapes),
                ),
            )
        earlier = shapes[-self.span]
        if earlier == input_shape:
            return
        fitting = [s for s in range(1, len(shapes) + 1) if shapes[-s] == input_shape]
        if fitting:
            raise Refused(
                "span",
                Reason(
                    "layers.shapes_differ_for_span",
                    "it adds shape {shape} to shape {earlier}, which went into the layer {span} before "
                    "it; both must be the same: span {fitting} would do",
                    shape=spelled_here,
                    earlier=spelled(earlier),
                    span=self.span,
                    fitting=fitting[0],
                ),
            )
        raise Refused(
            "",
            Reason(
                "layers.shapes_differ",
                "it adds shape {shape} to shape {earlier}, which went into the layer {span} before it; "
                "both must be the same, so give those layers one width",
                shape=spelled_here,
                earlier=spelled(earlier),
                span=self.span,
            ),
        )

    def operable(self, input_shape: Shape) -> int:
        return input_shape[-1]

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        # inputs[-1] is this layer's own, inputs[-1 - span] that of the layer span before.
        z = x + run.inputs[-1 - self.span]
        a, cache = activated(self.activation, z, run)
        return a, {"x": x, **cache}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        """The same gradient goes both ways; the network adds it to the earlier input's."""
        return deactivated(self.activation, cache, dy)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Adds what went in some layers before: gradients find a short way back.",
                "zh": "加上若干层之前的输入：梯度有了一条捷径。",
            },
            "formula": formula(
                "<mi>a</mi><mo>=</mo><mi>f</mi><mo>(</mo><mi>x</mi><mo>+</mo>"
                "<msub><mi>x</mi><mi>earlier</mi></msub><mo>)</mo>"
            ),
            "backward": equations(THROUGH, "dx = δ", "dx_earlier = δ"),
        }
