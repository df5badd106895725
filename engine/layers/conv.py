"""Convolution of images, channels last: strides, padding, dilation and groups as Keras names them.

As in every deep-learning library it is a cross-correlation: the kernel is not mirrored.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..activations import ActivationName
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
    kernels,
    silenced,
    spelled,
)
from .requiring import require_image

MAX_FILTERS = 256
MAX_KERNEL = 15

Padding = Literal["valid", "same"]
Geometry = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
Steps = Annotated[int, Interval(ge=1, le=8)]


def window_geometry(
    length: int, window: int, stride: int, padding: Padding
) -> tuple[int, int, int]:
    """Positions of a window along one axis, and the zeros before and after it.

    `same` gives ceil(length / stride) positions, the odd zero after (as TensorFlow and Keras do).
    """
    if padding == "valid":
        return max(0, (length - window) // stride + 1), 0, 0
    positions = -(-length // stride)
    total = max((positions - 1) * stride + window - length, 0)
    return positions, total // 2, total - total // 2


@cache
def plane_geometry(sides: Shape, window: int, stride: int, padding: Padding) -> Geometry:
    """(rows, columns), zeros before, zeros after, of a window over a plane."""
    (rows, top, bottom), (columns, left, right) = (
        window_geometry(length, window, stride, padding) for length in sides
    )
    return (rows, columns), (top, left), (bottom, right)


def padded(x: Array, before: tuple[int, int], after: tuple[int, int], value: float = 0.0) -> Array:
    """x: (batch, height, width, channels) with a border of `value`."""
    if not any(before + after):
        return x
    widths = ((0, 0), (before[0], after[0]), (before[1], after[1]), (0, 0))
    return np.pad(x, widths, constant_values=value)


def windows(x: Array, size: int, stride: int, dilation: int, positions: tuple[int, int]) -> Array:
    """Every window of a padded image, a view: (batch, rows, columns, size, size, channels)"""
    n, _, _, channels = x.shape
    a, b, c, d = x.strides
    return np.lib.stride_tricks.as_strided(
        x,
        (n, *positions, size, size, channels),
        (a, b * stride, c * stride, b * dilation, c * dilation, d),
        writeable=False,
    )


@dataclass(frozen=True, slots=True)
class Conv2D(Weighted):
    """y[n, i, j, f] = act(sum over u, v, c of x[n, s i + d u, s j + d v, c] weight[u, v, c, f] + bias[f]).

    x: (batch, height, width, channels)  weight: (kernel, kernel, channels / groups, filters)
    (Dumoulin & Visin 2016, sections 2 and 4 for the sizes.) With groups, filter block i sees
    channel block i alone; groups = channels is a depthwise convolution.
    """

    kind: Literal["conv2d"] = "conv2d"
    filters: Annotated[int, Interval(ge=1, le=MAX_FILTERS)] = 8
    kernel_size: Annotated[int, Interval(ge=1, le=MAX_KERNEL)] = 3
    strides: Steps = 1
    padding: Padding = "valid"
    dilation_rate: Steps = 1
    groups: Annotated[int, Interval(ge=1, le=MAX_FILTERS)] = 1
    activation: ActivationName = "relu"
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    trainable: bool = True
    trainable_bias: bool = True

    takes: ClassVar[tuple[Takes, ...]] = ("image",)

    @property
    def function(self) -> ActivationName:
        return self.activation

    @property
    def window(self) -> tuple[int, int, int]:
        """Its side, its stride, its dilation."""
        return self.kernel_size, self.strides, self.dilation_rate

    def _reach(self) -> int:
        return (self.kernel_size - 1) * self.dilation_rate + 1

    def geometry(self, shape: Shape) -> Geometry:
        """Positions of the window over an input of that shape, zeros before it and after it."""
        return plane_geometry(shape[:2], self._reach(), self.strides, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width, channels = require_image("conv2d", input_shape)
        reach, least = self._reach(), min(height, width)
        if self.padding == "valid" and reach > least:
            raise Refused("kernel_size", self._too_large(input_shape))
        if channels % self.groups or self.filters % self.groups:
            fitting = [
                g for g in range(1, min(channels, self.filters) + 1)
                if channels % g == 0 and self.filters % g == 0
            ]  # fmt: skip
            raise Refused(
                "groups",
                Reason(
                    "layers.groups_do_not_divide",
                    "{groups} groups do not divide both the {channels} channels of its input {shape} "
                    "and its {filters} filters; groups may be {fitting}",
                    groups=self.groups,
                    channels=channels,
                    shape=spelled(input_shape),
                    filters=self.filters,
                    fitting=", ".join(map(str, fitting)),
                ),
            )
        positions, _, _ = self.geometry(input_shape)
        return (*positions, self.filters)

    def _too_large(self, shape: Shape) -> Reason:
        most = max(1, (min(shape[:2]) - 1) // self.dilation_rate + 1)
        if self.dilation_rate == 1:
            return Reason(
                "layers.kernel_too_large",
                "a kernel of {size} is larger than its input of {shape}; choose kernel_size {most} or "
                "less, or padding same",
                size=self.kernel_size,
                shape=spelled(shape),
                most=most,
            )
        return Reason(
            "layers.dilated_kernel_too_large",
            "a kernel of {size} dilated by {dilation} reaches over {reach} pixels and is larger than "
            "its input of {shape}; choose kernel_size {most} or less, or padding same",
            size=self.kernel_size,
            dilation=self.dilation_rate,
            reach=self._reach(),
            shape=spelled(shape),
            most=most,
        )

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        area, channels = self.kernel_size**2, input_shape[2] // self.groups
        fan_in, fan_out = area * channels, area * self.filters // self.groups
        shape = (self.kernel_size, self.kernel_size, channels, self.filters)
        return {
            "weight": Parameter(shape, fan_in, fan_out, decays=True),
            "bias": Parameter(
                (self.filters,), fan_in, fan_out, decays=False, trainable=self.trainable_bias
            ),
        }

    def operable(self, input_shape: Shape) -> int:
        return self.filters

    def reorder(self, p: Views, coming: Order | None, leaving: Order | None) -> None:
        weight, groups = p["weight"], self.groups
        for order in (coming, leaving):
            block = 0 if order is None else len(order) // groups
            if order is not None and (order // block != np.arange(len(order)) // block).any():
                raise Refused(
                    "with",
                    Reason(
                        "surgery.other_group",
                        "in a convolution of {groups} groups these two would be of another group; choose "
                        "two of one group",
                        groups=groups,
                    ),
                )
        if coming is not None:
            channels, filters = weight.shape[2], weight.shape[3] // groups
            for i in range(groups):
                mine = weight[..., i * filters : (i + 1) * filters]
                order = coming[i * channels : (i + 1) * channels] - i * channels
                mine[...] = mine[..., order, :]
        Weighted.reorder(self, p, None, leaving)

    def work(self, input_shape: Shape) -> int:
        (rows, columns), _, _ = self.geometry(input_shape)
        area = self.kernel_size**2 * input_shape[2] // self.groups + 1
        return rows * columns * self.filters * area

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        positions, before, after = self.geometry(x.shape[1:])
        if run.compiled:
            # Where z is looked at it stays; training bends it in its place.
            relu = self.activation == "relu" and run.training
            z, kept = kernels("conv_layer").convolve(
                x, p["weight"], p["bias"], positions, before, self.strides, self.dilation_rate,
                self.groups, relu, run.scratch,
            )  # fmt: skip
            if relu:  # z is bent already; the way back asks only where a is more than 0
                a, cache = silenced(z, {"a": z}, run)
                return a, {"x": x, "taken": kept, **cache}
        else:
            kept = padded(x, before, after)
            z = self._products(kept, p["weight"], positions) + p["bias"]
        a, cache = activated(self.activation, z, run)
        return a, {"x": x, "taken": kept, **cache}

    def _products(self, x: Array, weight: Array, positions: tuple[int, int]) -> Array:
        seen = windows(x, self.kernel_size, self.strides, self.dilation_rate, positions)
        channels, filters = weight.shape[2], weight.shape[3] // self.groups
        parts = [
            np.tensordot(
                seen[..., i * channels : (i + 1) * channels],
                weight[..., i * filters : (i + 1) * filters],
                axes=3,
            )
            for i in range(self.groups)
        ]
        return parts[0] if self.groups == 1 else np.concatenate(parts, axis=-1)

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        shape = cache["x"].shape
        positions, before, after = self.geometry(shape[1:])
        if run.compiled:
            relu = self.activation == "relu" and "slope" not in cache
            return kernels("conv_layer").pull_back(
                cache["taken"], p["weight"], dy if relu else deactivated(self.activation, cache, dy),
                cache["a"] if relu else None, g["weight"], g["bias"], shape, before, after,
                self.strides, self.dilation_rate, self.groups, run.first, run.scratch,
            )  # fmt: skip
        dz = deactivated(self.activation, cache, dy)
        g["bias"][...] = dz.sum(axis=(0, 1, 2))
        x = cache["taken"]
        seen = windows(x, self.kernel_size, self.strides, self.dilation_rate, positions)
        channels, filters = p["weight"].shape[2], p["weight"].shape[3] // self.groups
        dx = np.zeros_like(x)
        for i in range(self.groups):
            here = slice(i * channels, (i + 1) * channels)
            there = slice(i * filters, (i + 1) * filters)
            g["weight"][..., there] = np.tensordot(
                seen[..., here], dz[..., there], axes=((0, 1, 2), (0, 1, 2))
            )
            # What each window's pixel got back, added where the windows overlap.
            back = np.tensordot(dz[..., there], p["weight"][..., there], axes=((3,), (3,)))
            for u in range(self.kernel_size):
                for v in range(self.kernel_size):
                    top, left = u * self.dilation_rate, v * self.dilation_rate
                    dx[
                        :,
                        top : top + positions[0] * self.strides : self.strides,
                        left : left + positions[1] * self.strides : self.strides,
                        here,
                    ] += back[:, :, :, u, v]
        top, left = before
        return dx[:, top : top + shape[1], left : left + shape[2]]

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Slides small kernels over the image: each filter answers where its pattern is found.",
                "zh": "用小卷积核扫过图像：每个滤波器在发现自己的图案处作出响应。",
            },
            "formula": formula(
                "<msub><mi>z</mi><mrow><mi>i</mi><mi>j</mi><mi>f</mi></mrow></msub><mo>=</mo>"
                "<munder><mo>∑</mo><mrow><mi>u</mi><mi>v</mi><mi>c</mi></mrow></munder>"
                "<msub><mi>x</mi><mrow><mi>s</mi><mi>i</mi><mo>+</mo><mi>d</mi><mi>u</mi><mo>,</mo>"
                "<mi>s</mi><mi>j</mi><mo>+</mo><mi>d</mi><mi>v</mi><mo>,</mo><mi>c</mi></mrow></msub>"
                "<msub><mi>W</mi><mrow><mi>u</mi><mi>v</mi><mi>c</mi><mi>f</mi></mrow></msub><mo>+</mo>"
                "<msub><mi>b</mi><mi>f</mi></msub>"
            ),
            "backward": equations(THROUGH, "dW_uvc = ∑ x_uvc δ", "db = ∑ δ", "dx = ∑ δ W_uvc"),
        }
