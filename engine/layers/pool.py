"""Pooling: the largest or the mean of every window of an image, and the mean of the whole."""

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..errors import Reason, Refused
from ..mathml import equations, formula
from .base import (
    Array,
    Cache,
    Layer,
    Order,
    Pass,
    Shape,
    Takes,
    Views,
    Zero,
    kernels,
    spelled,
)
from .conv import Geometry, Padding, padded, plane_geometry, windows
from .requiring import require_image

PoolSize = Annotated[int, Interval(ge=1, le=16)]
# 0 stands for the pool's own size, Keras' default.
PoolStrides = Annotated[int, Interval(ge=0, le=16), Zero("as the window", "与窗口相同")]


@dataclass(frozen=True, slots=True)
class _Pool(Layer):
    pool_size: PoolSize = 2
    strides: PoolStrides = 0
    padding: Padding = "valid"

    takes: ClassVar[tuple[Takes, ...]] = ("image",)
    name: ClassVar[str] = ""

    @property
    def window(self) -> tuple[int, int, int]:
        """Its side, its stride, its dilation."""
        return self.pool_size, self._stride(), 1

    def _stride(self) -> int:
        return self.strides or self.pool_size

    def geometry(self, shape: Shape) -> Geometry:
        """Positions of the window over an input of that shape, zeros before it and after it."""
        return plane_geometry(shape[:2], self.pool_size, self._stride(), self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width, channels = require_image(self.name, input_shape)
        if self.padding == "valid" and self.pool_size > min(height, width):
            raise Refused(
                "pool_size",
                Reason(
                    "layers.window_too_large",
                    "a window of {size} is larger than its input of {shape}; choose pool_size {most} "
                    "or less, or padding same",
                    size=self.pool_size,
                    shape=spelled(input_shape),
                    most=min(height, width),
                ),
            )
        positions, _, _ = self.geometry(input_shape)
        return (*positions, channels)

    def work(self, input_shape: Shape) -> int:
        return prod(self.geometry(input_shape)[0]) * input_shape[2] * self.pool_size**2

    def carries(self, order: Order, input_shape: Shape) -> Order | None:
        return order

    def _spread(self, parts: Array, shape: Shape) -> Array:
        """What each window gives back, added where they overlap.

        parts: (batch, rows, columns, size, size, channels)  ->  (batch, *shape)
        """
        positions, before, after = self.geometry(shape)
        stride, size = self._stride(), self.pool_size
        height, width = shape[0] + before[0] + after[0], shape[1] + before[1] + after[1]
        dx = np.zeros((len(parts), height, width, shape[2]), parts.dtype)
        for u in range(size):
            for v in range(size):
                dx[
                    :,
                    u : u + positions[0] * stride : stride,
                    v : v + positions[1] * stride : stride,
                ] += parts[:, :, :, u, v]
        top, left = before
        return dx[:, top : top + shape[0], left : left + shape[1]]


@dataclass(frozen=True, slots=True)
class MaxPool2D(_Pool):
    """y[n, i, j, c] = max over the window of x[n, s i + u, s j + v, c].

    Of several largest the first, row by row, gets the gradient, as in PyTorch.
    """

    kind: Literal["max_pool2d"] = "max_pool2d"
    name: ClassVar[str] = "max_pool2d"

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        positions, before, after = self.geometry(x.shape[1:])
        if run.compiled:
            x = np.ascontiguousarray(x)
            a = run.scratch.take("a", (len(x), *positions, x.shape[3]), x.dtype)
            kernels("pooling").max_pool(x, a, self.pool_size, self._stride(), *before)
            return a, {"a": a, "x": x}
        full = padded(x, before, after, -np.inf)
        seen = windows(full, self.pool_size, self._stride(), 1, positions)
        flat = seen.reshape(*seen.shape[:3], -1, x.shape[3])
        places = flat.argmax(axis=3)
        a = np.take_along_axis(flat, places[:, :, :, None], axis=3)[:, :, :, 0]
        return a, {"a": a, "x": x, "places": places}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        if run.first:
            return None
        x = cache["x"]
        if run.compiled:
            dx = run.scratch.take("dx", x.shape, dy.dtype)
            _, before, _ = self.geometry(x.shape[1:])
            dy = np.ascontiguousarray(dy)
            kernels("pooling").spread_max(
                dy, x, cache["a"], dx, self.pool_size, self._stride(), *before
            )
            return dx
        size = self.pool_size
        parts = np.zeros((*dy.shape[:3], size * size, dy.shape[3]), dy.dtype)
        np.put_along_axis(parts, cache["places"][:, :, :, None], dy[:, :, :, None], axis=3)
        return self._spread(parts.reshape(*dy.shape[:3], size, size, dy.shape[3]), x.shape[1:])

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Keeps the strongest answer of every window: smaller images, exact places forgotten.",
                "zh": "每个窗口只留最强的响应：图像变小，忽略精确位置。",
            },
            "formula": formula(
                "<msub><mi>a</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub><mo>=</mo><munder><mi>max</mi>"
                "<mrow><mi>u</mi><mi>v</mi></mrow></munder><msub><mi>x</mi><mrow><mi>s</mi><mi>i</mi>"
                "<mo>+</mo><mi>u</mi><mo>,</mo><mi>s</mi><mi>j</mi><mo>+</mo><mi>v</mi></mrow></msub>"
            ),
            "backward": equations("dx_uv = δ ⋅ [ uv = argmax ]"),
        }


@dataclass(frozen=True, slots=True)
class AvgPool2D(_Pool):
    """y[n, i, j, c] = mean over the window's pixels inside the image (zeros of padding don't count,
    as in Keras; PyTorch with count_include_pad=False)."""

    kind: Literal["avg_pool2d"] = "avg_pool2d"
    name: ClassVar[str] = "avg_pool2d"

    def _counts(self, shape: Shape, dtype: Any) -> Array:
        """How many pixels of each window are inside.  (1, rows, columns, 1)"""
        positions, before, after = self.geometry(shape)
        inside = padded(np.ones((1, *shape[:2], 1), dtype), before, after)
        seen = windows(inside, self.pool_size, self._stride(), 1, positions)
        return seen.sum(axis=(3, 4), dtype=dtype)

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        positions, before, after = self.geometry(x.shape[1:])
        seen = windows(padded(x, before, after), self.pool_size, self._stride(), 1, positions)
        a = seen.sum(axis=(3, 4)) / self._counts(x.shape[1:], x.dtype)
        return a, {"a": a, "shape": x.shape}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        if run.first:
            return None
        shape = cache["shape"]
        share = dy / self._counts(shape[1:], dy.dtype)
        size = self.pool_size
        wide = (*dy.shape[:3], size, size, dy.shape[3])
        return self._spread(np.broadcast_to(share[:, :, :, None, None], wide), shape[1:])

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "The mean of every window: a smaller, softer image.",
                "zh": "取每个窗口的平均值：图像更小、更柔和。",
            },
            "formula": formula(
                "<msub><mi>a</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub><mo>=</mo><mfrac><mn>1</mn>"
                "<msup><mi>k</mi><mn>2</mn></msup></mfrac><munder><mo>∑</mo><mrow><mi>u</mi><mi>v</mi></mrow>"
                "</munder><msub><mi>x</mi><mrow><mi>s</mi><mi>i</mi><mo>+</mo><mi>u</mi><mo>,</mo><mi>s</mi>"
                "<mi>j</mi><mo>+</mo><mi>v</mi></mrow></msub>"
            ),
            "backward": equations("dx_uv = δ / k^2"),
        }


@dataclass(frozen=True, slots=True)
class GlobalAvgPool2D(Layer):
    """y[n, c] = mean of channel c over the whole image.  (Lin et al. 2014, section 3.2)"""

    kind: Literal["global_avg_pool2d"] = "global_avg_pool2d"

    takes: ClassVar[tuple[Takes, ...]] = ("image",)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (require_image("global_avg_pool2d", input_shape)[2],)

    def carries(self, order: Order, input_shape: Shape) -> Order | None:
        return order

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        a = x.mean(axis=(1, 2))
        return a, {"a": a, "shape": x.shape}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        shape = cache["shape"]
        share = dy[:, None, None, :] * (1.0 / (shape[1] * shape[2]))
        return None if run.first else np.broadcast_to(share, shape)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "One number a channel, its mean over the image: few weights after it, any image size.",
                "zh": "每个通道取整幅图的平均值：之后的权重很少，图像大小不限。",
            },
            "formula": formula(
                "<msub><mi>a</mi><mi>c</mi></msub><mo>=</mo><mfrac><mn>1</mn><mrow><mi>H</mi><mi>W</mi></mrow>"
                "</mfrac><munder><mo>∑</mo><mrow><mi>i</mi><mi>j</mi></mrow></munder>"
                "<msub><mi>x</mi><mrow><mi>i</mi><mi>j</mi><mi>c</mi></mrow></msub>"
            ),
            "backward": equations("dx_ij = δ / ( H W )"),
        }
