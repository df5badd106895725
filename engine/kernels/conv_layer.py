"""A whole convolutional layer, there and back, as two compiled calls: pack, convolve, bend.

`memory` arrays are scratch that the caller keeps; weights and images are C-contiguous.
"""

from typing import Any

import numpy as np
from numba import njit

from .conv import convolve_flat, pack, packed_size
from .conv_back import BY_PLACE, back_through, spread_out, weight_gradient
from .elementwise import OPTIONS
from .simd import LANES


@njit(**OPTIONS)
def _narrow(wide: Any, out: Any, rows: int, units: int, count: int) -> None:
    """(rows, units) -> (rows, count), both flat."""
    for i in range(rows):
        for j in range(count):
            out[i * count + j] = wide[i * units + j]


@njit(**OPTIONS)
def _pad(x: Any, full: Any, top: int, left: int) -> None:
    """x with zeros around it.  full: (batch, tall, broad, channels)"""
    batch, height, width, channels = x.shape
    _, tall, broad, _ = full.shape
    flat, source = full.reshape(-1), x.reshape(-1)
    flat[:] = 0
    for n in range(batch):
        for i in range(height):
            a = ((n * tall + i + top) * broad + left) * channels
            b = (n * height + i) * width * channels
            for k in range(width * channels):
                flat[a + k] = source[b + k]


@njit(**OPTIONS)
def forward(
    x: Any, weight: Any, bias: Any, packed: Any, wide: Any, z: Any, top: int, left: int, stride: int,
    dilation: int, relu: bool,
) -> None:  # fmt: skip
    """z, or relu(z), of a whole layer.  x: (batch, height, width, channels)"""
    batch, height, width, channels = x.shape
    _, rows, columns, filters = z.shape
    pack(weight, packed, False, dilation)
    units = (filters + LANES - 1) // LANES * LANES
    start = np.zeros(units, z.dtype)
    start[:filters] = bias
    out = z.reshape(-1)
    direct = units == filters
    low = z.dtype.type(0.0 if relu else -np.inf)
    convolve_flat(
        x.reshape(-1), packed, start, low, out if direct else wide, batch, height, width, channels,
        rows, columns, weight.shape[0], stride, dilation, top, left, units,
    )  # fmt: skip
    if not direct:
        _narrow(wide, out, batch * rows * columns, units, filters)


@njit(**OPTIONS)
def backward(
    x: Any, full: Any, weight: Any, dy: Any, a: Any, dz: Any, g_weight: Any, g_bias: Any, dx: Any,
    first: bool, wide: Any, gradient: Any, spread: Any, packed: Any, top: int, left: int,
    stride: int, dilation: int, relu: bool,
) -> None:  # fmt: skip
    """The gradients of weight and bias, and dL/dx unless it is the `first` layer.

    dy: dL/da where there is a relu, whose values are `a`; else dL/dz, as dz is, the same memory
    full: room for x with the zeros around it, where `weight_gradient` wants them; else it is empty
    """
    batch, height, width, channels = x.shape
    _, rows, columns, filters = dz.shape
    kernel = weight.shape[0]
    units = (filters + LANES - 1) // LANES * LANES
    places = batch * rows * columns
    flat = dz.reshape(-1)
    back = flat if units == filters else wide
    sums = np.empty(units, dz.dtype)
    back_through(dy.reshape(-1), a.reshape(-1), flat, back, sums, places, units, filters, relu)
    g_bias[:] = sums[:filters]
    source, tall, broad, up, ahead = x.reshape(-1), height, width, top, left
    if full.size:
        _pad(x, full, top, left)
        source, tall, broad, up, ahead = full.reshape(-1), full.shape[1], full.shape[2], 0, 0
    goal = g_weight.reshape(-1) if units == filters else gradient
    weight_gradient(
        source, back, goal, batch, tall, broad, channels, rows, columns, kernel, stride, dilation, up,
        ahead, units,
    )  # fmt: skip
    if units != filters:
        _narrow(gradient, g_weight.reshape(-1), kernel * kernel * channels, units, filters)
    if first:
        return
    # dL/dx: dz laid out `stride` apart among zeros, convolved with the mirrored kernel.
    if stride > 1:
        spread_out(flat, spread, batch, rows, columns, filters, stride)
        flat = spread
    pack(weight, packed, True, dilation)
    lanes = (channels + LANES - 1) // LANES * LANES
    out = dx.reshape(-1)
    direct = lanes == channels
    reach = (kernel - 1) * dilation
    convolve_flat(
        flat, packed, np.zeros(lanes, dz.dtype), dz.dtype.type(-np.inf), out if direct else wide, batch,
        (rows - 1) * stride + 1, (columns - 1) * stride + 1, filters, height, width, kernel, 1, dilation,
        reach - top, reach - left, lanes,
    )  # fmt: skip
    if not direct:
        _narrow(wide, out, batch * height * width, lanes, channels)


def _up(count: int) -> int:
    return -(-count // LANES) * LANES


def convolve(
    x: Any, weight: Any, bias: Any, positions: tuple[int, int], before: tuple[int, int], stride: int,
    dilation: int, groups: int, relu: bool, scratch: Any,
) -> tuple[Any, list[Any]]:  # fmt: skip
    """z, or relu(z), (batch, rows, columns, filters), and each group's input, which the way back needs."""
    batch = len(x)
    kernel, _, some, filters = weight.shape
    each = filters // groups
    z = scratch.take("z", (batch, *positions, filters), x.dtype)
    wide = scratch.take("wide z", (z.size // filters * _up(each) if each % LANES else 0,), x.dtype)
    packed = scratch.take("packed", (packed_size(kernel, some, each),), x.dtype)
    if groups == 1:
        x = np.ascontiguousarray(x)
        forward(x, weight, bias, packed, wide, z, *before, stride, dilation, relu)
        return z, [x]
    kept = []
    for i in range(groups):
        here, there = slice(i * some, (i + 1) * some), slice(i * each, (i + 1) * each)
        one, part = (np.ascontiguousarray(a) for a in (x[..., here], weight[..., there]))
        out = scratch.take("group z", (*z.shape[:3], each), x.dtype)
        forward(one, part, bias[there], packed, wide, out, *before, stride, dilation, relu)
        z[..., there] = out
        kept.append(one)
    return z, kept


def pull_back(
    kept: list[Any], weight: Any, dy: Any, a: Any, g_weight: Any, g_bias: Any, shape: tuple[int, ...],
    before: tuple[int, int], after: tuple[int, int], stride: int, dilation: int, groups: int, first: bool,
    scratch: Any,
) -> Any:  # fmt: skip
    """Writes the gradients of weight and bias; returns dL/dx, or None for the first layer.

    a: relu(z), of which dy is the gradient; None where dy is dL/dz already
    """
    batch, height, width, _ = shape
    kernel, _, some, filters = weight.shape
    each, dtype, relu = filters // groups, dy.dtype, a is not None
    dx = scratch.take("dx", (0, 0, 0, 0) if first else shape, dtype)
    places = dy.size // filters
    rows, columns = ((length - 1) * stride + 1 for length in dy.shape[1:3])
    padded = (batch, height + before[0] + after[0], width + before[1] + after[1], some)
    padding = any(before + after) and some < BY_PLACE and dilation == 1
    memory = (
        scratch.take(
            "wide",
            (
                max(
                    places * _up(each) if each % LANES else 0,
                    batch * height * width * _up(some) if some % LANES and not first else 0,
                ),
            ),
            dtype,
        ),
        scratch.take(
            "gradient", (kernel * kernel * some * _up(each) if each % LANES else 0,), dtype
        ),
        scratch.take("spread", (batch * rows * columns * each if stride > 1 else 0,), dtype),
        scratch.take("mirrored", (0 if first else packed_size(kernel, each, some),), dtype),
    )
    full = scratch.take("padded", padded if padding else (0, 0, 0, 0), dtype)
    place = (*before, stride, dilation, relu)
    dy = np.ascontiguousarray(dy)
    if groups == 1:
        dz = scratch.take("dz", dy.shape, dtype) if relu else dy
        backward(
            kept[0], full, weight, dy, a if relu else dy, dz, g_weight, g_bias, dx, first, *memory, *place
        )  # fmt: skip
        return None if first else dx
    for i in range(groups):
        here, there = slice(i * some, (i + 1) * some), slice(i * each, (i + 1) * each)
        one, part = (np.ascontiguousarray(array[..., there]) for array in (dy, weight))
        bent = np.ascontiguousarray(a[..., there]) if relu else one
        slope = np.empty_like(part)
        back = np.empty((0, 0, 0, 0) if first else (*shape[:3], some), dtype)
        backward(
            kept[i], full, part, one, bent, one, slope, g_bias[there], back, first, *memory, *place
        )  # fmt: skip
        g_weight[..., there] = slope
        if not first:
            dx[..., here] = back
    return None if first else dx


def warm_conv() -> None:
    """The smallest calls that compile the kernels for float32."""
    image, kernel = np.zeros((1, 1, 1, 1), np.float32), np.zeros((1, 1, 1, 1), np.float32)
    one = np.zeros(64, np.float32)
    forward(image, kernel, one[:1], one, one, image, 0, 0, 1, 1, False)
    backward(
        image,
        image,
        kernel,
        image,
        image,
        image,
        kernel,
        one[:1],
        image,
        False,
        one,
        one,
        one,
        one,
        0,
        0,
        1,
        1,
        False,
    )
