"""A whole convolutional layer, there and back, as two compiled calls: pad, pack, convolve.

`memory` arrays are scratch that the caller keeps; weights and images are C-contiguous.
"""

from typing import Any

import numpy as np
from numba import njit

from .conv import convolve_flat, spread_out, sum_rows, weight_gradient
from .elementwise import OPTIONS
from .simd import LANES


@njit(**OPTIONS)
def _pack(weight: Any, packed: Any, mirrored: bool) -> None:
    """(kernel, kernel, channels, filters) -> (blocks of eight, kernel, kernel, the others, 8), flat.

    `mirrored` turns the kernel round and swaps channels and filters, for the way back.
    """
    kernel, _, channels, filters = weight.shape
    lanes = channels if mirrored else filters
    inner = filters if mirrored else channels
    o = 0
    for first in range(0, lanes, LANES):
        for u in range(kernel):
            for v in range(kernel):
                for c in range(inner):
                    for lane in range(LANES):
                        f = first + lane
                        if f >= lanes:
                            packed[o] = 0
                        elif mirrored:
                            packed[o] = weight[kernel - 1 - u, kernel - 1 - v, f, c]
                        else:
                            packed[o] = weight[u, v, c, f]
                        o += 1


@njit(**OPTIONS)
def _narrow(wide: Any, out: Any, rows: int, units: int, count: int) -> None:
    """(rows, units) -> (rows, count), both flat."""
    for i in range(rows):
        for j in range(count):
            out[i * count + j] = wide[i * units + j]


@njit(**OPTIONS)
def _forward(
    x: Any, weight: Any, bias: Any, full: Any, packed: Any, wide: Any, z: Any, top: int, left: int,
    stride: int, dilation: int,
) -> None:  # fmt: skip
    batch, height, width, channels = x.shape
    _, tall, broad, _ = full.shape
    _, rows, columns, filters = z.shape
    flat = full.reshape(-1)
    if tall > height or broad > width:
        flat[:] = 0
    source = x.reshape(-1)
    for n in range(batch):
        for i in range(height):
            a = ((n * tall + i + top) * broad + left) * channels
            b = (n * height + i) * width * channels
            for k in range(width * channels):
                flat[a + k] = source[b + k]
    _pack(weight, packed, False)
    units = (filters + LANES - 1) // LANES * LANES
    start = np.zeros(units, z.dtype)
    start[:filters] = bias
    out = z.reshape(-1)
    direct = units == filters
    convolve_flat(
        flat, packed, start, out if direct else wide, batch, tall, broad, channels, rows, columns,
        weight.shape[0], stride, dilation, units,
    )  # fmt: skip
    if not direct:
        _narrow(wide, out, batch * rows * columns, units, filters)


@njit(**OPTIONS)
def _backward(
    full: Any, weight: Any, dz: Any, g_weight: Any, g_bias: Any, dx: Any, first: bool, wide: Any,
    gradient: Any, spread: Any, packed: Any, top: int, left: int, stride: int, dilation: int,
) -> None:  # fmt: skip
    batch, tall, broad, channels = full.shape
    _, rows, columns, filters = dz.shape
    kernel = weight.shape[0]
    units = (filters + LANES - 1) // LANES * LANES
    places = batch * rows * columns
    back = dz.reshape(-1)
    if units != filters:
        for i in range(places):
            for j in range(units):
                wide[i * units + j] = back[i * filters + j] if j < filters else 0
        back = wide
    weight_gradient(
        full.reshape(-1), back, gradient, batch, tall, broad, channels, rows, columns, kernel, stride,
        dilation, units,
    )  # fmt: skip
    _narrow(gradient, g_weight.reshape(-1), kernel * kernel * channels, units, filters)
    sums = np.empty(units, dz.dtype)
    sum_rows(back, sums, places, units)
    g_bias[:] = sums[:filters]
    if first:
        return
    # dL/dx: dz laid out `stride` apart among zeros, convolved with the mirrored kernel.
    _, height, width, _ = dx.shape
    reach = (kernel - 1) * dilation
    spread_out(
        back, spread, batch, rows, columns, units, filters, height + reach, width + reach, stride,
        reach - top, reach - left,
    )  # fmt: skip
    _pack(weight, packed, True)
    lanes = (channels + LANES - 1) // LANES * LANES
    out = dx.reshape(-1)
    direct = lanes == channels
    convolve_flat(
        spread, packed, np.zeros(lanes, dz.dtype), out if direct else wide, batch, height + reach,
        width + reach, filters, height, width, kernel, 1, dilation, lanes,
    )  # fmt: skip
    if not direct:
        _narrow(wide, out, batch * height * width, lanes, channels)


def _up(count: int) -> int:
    return -(-count // LANES) * LANES


def convolve(
    x: Any, weight: Any, bias: Any, positions: tuple[int, int], before: tuple[int, int],
    after: tuple[int, int], stride: int, dilation: int, groups: int, scratch: Any,
) -> tuple[Any, list[Any]]:  # fmt: skip
    """z (batch, rows, columns, filters), and each group's padded input, which the way back needs."""
    batch, height, width, _ = x.shape
    kernel, _, some, filters = weight.shape
    each = filters // groups
    padded = (batch, height + before[0] + after[0], width + before[1] + after[1], some)
    z = scratch.take("z", (batch, *positions, filters), x.dtype)
    wide = scratch.take("wide z", (z.size // filters * _up(each),), x.dtype)
    packed = scratch.take("packed", (kernel * kernel * some * _up(each),), x.dtype)
    kept = []
    for i in range(groups):
        full = scratch.take(f"padded {i}", padded, x.dtype)
        kept.append(full)
        if groups == 1:
            one, part, shift, out = np.ascontiguousarray(x), weight, bias, z
        else:
            here, there = slice(i * some, (i + 1) * some), slice(i * each, (i + 1) * each)
            one, part = (np.ascontiguousarray(a) for a in (x[..., here], weight[..., there]))
            shift, out = bias[there], scratch.take("group z", (*z.shape[:3], each), x.dtype)
        _forward(one, part, shift, full, packed, wide, out, *before, stride, dilation)
        if groups > 1:
            z[..., i * each : (i + 1) * each] = out
    return z, kept


def pull_back(
    padded: list[Any], weight: Any, dz: Any, g_weight: Any, g_bias: Any, shape: tuple[int, ...],
    before: tuple[int, int], stride: int, dilation: int, groups: int, first: bool, scratch: Any,
) -> Any:  # fmt: skip
    """Writes the gradients of weight and bias; returns dL/dx, or None for the first layer."""
    batch, height, width, _ = shape
    kernel, _, some, filters = weight.shape
    each, dtype = filters // groups, dz.dtype
    reach = (kernel - 1) * dilation
    dx = scratch.take("dx", (0, 0, 0, 0) if first else shape, dtype)
    spread = 0 if first else batch * (height + reach) * (width + reach) * each
    room = max(dz.size // filters * _up(each), batch * height * width * _up(some))
    memory = (
        scratch.take("wide", (room,), dtype),
        scratch.take("gradient", (kernel * kernel * some * _up(each),), dtype),
        scratch.take("spread", (spread,), dtype),
        scratch.take("mirrored", (kernel * kernel * each * _up(some),), dtype),
    )
    for i in range(groups):
        if groups == 1:
            one = np.ascontiguousarray(dz)
            _backward(
                padded[0],
                weight,
                one,
                g_weight,
                g_bias,
                dx,
                first,
                *memory,
                *before,
                stride,
                dilation,
            )
            continue
        here, there = slice(i * some, (i + 1) * some), slice(i * each, (i + 1) * each)
        one, part = (np.ascontiguousarray(a[..., there]) for a in (dz, weight))
        slope = np.empty_like(part)
        back = np.empty((0, 0, 0, 0) if first else (*shape[:3], some), dtype)
        _backward(
            padded[i],
            part,
            one,
            slope,
            g_bias[there],
            back,
            first,
            *memory,
            *before,
            stride,
            dilation,
        )
        g_weight[..., there] = slope
        if not first:
            dx[..., here] = back
    return None if first else dx


def warm_conv() -> None:
    """The smallest calls that compile the kernels for float32."""
    image, kernel = np.zeros((1, 1, 1, 1), np.float32), np.zeros((1, 1, 1, 1), np.float32)
    one = np.zeros(64, np.float32)
    _forward(image, kernel, one[:1], image, one, one, image, 0, 0, 1, 1)
    _backward(image, kernel, image, kernel, one[:1], image, False, one, one, one, one, 0, 0, 1, 1)
