"""Convolution on lanes: eight filters are one value, held in registers over the whole window.

The layout is what makes it fast: in NHWC the pixels of one kernel row lie side by side, so a window
is `kernel` runs of contiguous numbers, and each is multiplied with eight filters at once. The way
back is the same loop: dL/dx is a convolution of dL/dz with the mirrored kernel. The idea of
register tiles over output columns and filters is Zhang et al. 2018 (High performance zero-memory
overhead direct convolutions), section 4.
"""

from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS
from .simd import LANES, fma, like, load, splat_at, store


@njit(**OPTIONS)
def _tile2(x: Any, p: Any, w: Any, w0: int, w1: int, kernel: int, runs: int, run: int, apart: int,
           down: int, bias: Any, b: int, z: Any, o: int, units: int) -> None:  # fmt: skip
    """Four places, whose windows begin at p[0..3], times sixteen filters."""
    a0 = load(bias, b)
    b0 = load(bias, b + LANES)
    a1 = a0
    a2 = a0
    a3 = a0
    b1 = b0
    b2 = b0
    b3 = b0
    p0, p1, p2, p3 = p[0], p[1], p[2], p[3]
    k = 0
    for u in range(kernel):
        for v in range(runs):
            first = u * down + v * apart
            for i in range(first, first + run):
                f = load(w, w0 + k)
                h = load(w, w1 + k)
                x0 = splat_at(x, p0 + i)
                x1 = splat_at(x, p1 + i)
                x2 = splat_at(x, p2 + i)
                x3 = splat_at(x, p3 + i)
                a0 = fma(x0, f, a0)
                b0 = fma(x0, h, b0)
                a1 = fma(x1, f, a1)
                b1 = fma(x1, h, b1)
                a2 = fma(x2, f, a2)
                b2 = fma(x2, h, b2)
                a3 = fma(x3, f, a3)
                b3 = fma(x3, h, b3)
                k += LANES
    store(z, o, a0)
    store(z, o + LANES, b0)
    store(z, o + units, a1)
    store(z, o + units + LANES, b1)
    store(z, o + 2 * units, a2)
    store(z, o + 2 * units + LANES, b2)
    store(z, o + 3 * units, a3)
    store(z, o + 3 * units + LANES, b3)


@njit(**OPTIONS)
def _tile1(x: Any, p: Any, w: Any, w0: int, kernel: int, runs: int, run: int, apart: int, down: int,
           bias: Any, b: int, z: Any, o: int, units: int) -> None:  # fmt: skip
    """Eight places, whose windows begin at p[0..7], times eight filters."""
    a0 = load(bias, b)
    a1 = a0
    a2 = a0
    a3 = a0
    a4 = a0
    a5 = a0
    a6 = a0
    a7 = a0
    p0, p1, p2, p3, p4, p5, p6, p7 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
    k = 0
    for u in range(kernel):
        for v in range(runs):
            first = u * down + v * apart
            for i in range(first, first + run):
                f = load(w, w0 + k)
                a0 = fma(splat_at(x, p0 + i), f, a0)
                a1 = fma(splat_at(x, p1 + i), f, a1)
                a2 = fma(splat_at(x, p2 + i), f, a2)
                a3 = fma(splat_at(x, p3 + i), f, a3)
                a4 = fma(splat_at(x, p4 + i), f, a4)
                a5 = fma(splat_at(x, p5 + i), f, a5)
                a6 = fma(splat_at(x, p6 + i), f, a6)
                a7 = fma(splat_at(x, p7 + i), f, a7)
                k += LANES
    store(z, o, a0)
    store(z, o + units, a1)
    store(z, o + 2 * units, a2)
    store(z, o + 3 * units, a3)
    store(z, o + 4 * units, a4)
    store(z, o + 5 * units, a5)
    store(z, o + 6 * units, a6)
    store(z, o + 7 * units, a7)


@njit(**OPTIONS)
def _one(x: Any, at: int, w: Any, w0: int, kernel: int, runs: int, run: int, apart: int, down: int,
         bias: Any, b: int, z: Any, o: int) -> None:  # fmt: skip
    """One place times eight filters."""
    a0 = load(bias, b)
    k = 0
    for u in range(kernel):
        for v in range(runs):
            p = at + u * down + v * apart
            for i in range(p, p + run):
                a0 = fma(splat_at(x, i), load(w, w0 + k), a0)
                k += LANES
    store(z, o, a0)


@njit(**OPTIONS)
def convolve_flat(
    x: Any, w: Any, bias: Any, z: Any, batch: int, height: int, width: int, channels: int, rows: int,
    columns: int, kernel: int, stride: int, dilation: int, units: int,
) -> None:  # fmt: skip
    """x: (batch, height, width, channels), padded, flat  w: (blocks, kernel, kernel, channels, 8)
    z: (batch, rows, columns, units), units a multiple of eight

    Eight places of the output are taken at a time, whatever row or image they are in: they lie side
    by side in z.
    """
    runs = 1 if dilation == 1 else kernel
    run = channels * (kernel if dilation == 1 else 1)
    apart = channels * dilation
    down = dilation * width * channels
    block = kernel * kernel * channels * LANES
    places = batch * rows * columns
    at = np.zeros(LANES, np.int64)
    n, i, j = 0, 0, 0
    for first in range(0, places, LANES):
        some = min(LANES, places - first)
        for lane in range(some):
            at[lane] = ((n * height + i * stride) * width + j * stride) * channels
            j += 1
            if j == columns:
                j = 0
                i += 1
                if i == rows:
                    i = 0
                    n += 1
        o = first * units
        b = 0
        if some == LANES:
            while b + 2 * LANES <= units:
                w0 = b // LANES * block
                _tile2(
                    x,
                    at,
                    w,
                    w0,
                    w0 + block,
                    kernel,
                    runs,
                    run,
                    apart,
                    down,
                    bias,
                    b,
                    z,
                    o + b,
                    units,
                )
                _tile2(x, at[4:], w, w0, w0 + block, kernel, runs, run, apart, down, bias, b, z,
                       o + 4 * units + b, units)  # fmt: skip
                b += 2 * LANES
            if b < units:
                w0 = b // LANES * block
                _tile1(x, at, w, w0, kernel, runs, run, apart, down, bias, b, z, o + b, units)
        else:
            while b < units:
                w0 = b // LANES * block
                for lane in range(some):
                    _one(x, at[lane], w, w0, kernel, runs, run, apart, down, bias, b, z,
                         o + lane * units + b)  # fmt: skip
                b += LANES


@njit(**OPTIONS)
def _weight_gradient(
    x: Any, dz: Any, g: Any, batch: int, height: int, width: int, channels: int, rows: int,
    columns: int, kernel: int, stride: int, dilation: int, units: int,
) -> None:  # fmt: skip
    """g[u, v, c, f] = sum over the batch and all places of x * dz.  g: (kernel, kernel, channels, units)"""
    step = stride * channels
    runs = 1 if dilation == 1 else kernel
    run = channels * (kernel if dilation == 1 else 1)
    for b in range(0, units, LANES):
        for u in range(kernel):
            for v in range(runs):
                first = (u * dilation * width + v * dilation) * channels
                g_at = (u * kernel + v) * channels * units + b
                c = 0
                while c < run:
                    some = min(8, run - c)
                    a0 = like(load(dz, 0), 0.0)
                    a1 = a0
                    a2 = a0
                    a3 = a0
                    a4 = a0
                    a5 = a0
                    a6 = a0
                    a7 = a0
                    for n in range(batch):
                        for i in range(rows):
                            p = (n * height + i * stride) * width * channels + first + c
                            o = (n * rows + i) * columns * units + b
                            if some == 8:
                                for _ in range(columns):
                                    d = load(dz, o)
                                    a0 = fma(splat_at(x, p), d, a0)
                                    a1 = fma(splat_at(x, p + 1), d, a1)
                                    a2 = fma(splat_at(x, p + 2), d, a2)
                                    a3 = fma(splat_at(x, p + 3), d, a3)
                                    a4 = fma(splat_at(x, p + 4), d, a4)
                                    a5 = fma(splat_at(x, p + 5), d, a5)
                                    a6 = fma(splat_at(x, p + 6), d, a6)
                                    a7 = fma(splat_at(x, p + 7), d, a7)
                                    p += step
                                    o += units
                            else:
                                for _ in range(columns):
                                    d = load(dz, o)
                                    a0 = fma(splat_at(x, p), d, a0)
                                    if some > 1:
                                        a1 = fma(splat_at(x, p + 1), d, a1)
                                    if some > 2:
                                        a2 = fma(splat_at(x, p + 2), d, a2)
                                    if some > 3:
                                        a3 = fma(splat_at(x, p + 3), d, a3)
                                    if some > 4:
                                        a4 = fma(splat_at(x, p + 4), d, a4)
                                    if some > 5:
                                        a5 = fma(splat_at(x, p + 5), d, a5)
                                    if some > 6:
                                        a6 = fma(splat_at(x, p + 6), d, a6)
                                    p += step
                                    o += units
                    o = g_at + c * units
                    store(g, o, a0)
                    if some > 1:
                        store(g, o + units, a1)
                    if some > 2:
                        store(g, o + 2 * units, a2)
                    if some > 3:
                        store(g, o + 3 * units, a3)
                    if some > 4:
                        store(g, o + 4 * units, a4)
                    if some > 5:
                        store(g, o + 5 * units, a5)
                    if some > 6:
                        store(g, o + 6 * units, a6)
                    if some > 7:
                        store(g, o + 7 * units, a7)
                    c += some


@njit(**OPTIONS)
def _sum_rows(dz: Any, out: Any, rows: int, units: int) -> None:
    """out[f] = sum over all rows of dz.  units: a multiple of eight"""
    for b in range(0, units, LANES):
        total = like(load(dz, 0), 0.0)
        for i in range(rows):
            total = total + load(dz, i * units + b)
        store(out, b, total)


@njit(**OPTIONS)
def _spread(
    dz: Any, out: Any, batch: int, rows: int, columns: int, units: int, filters: int, height: int,
    width: int, stride: int, top: int, left: int,
) -> None:  # fmt: skip
    """Lay dz (.., units) out into zeros (batch, height, width, filters), `stride` apart."""
    out[:] = 0
    for n in range(batch):
        for i in range(rows):
            y = i * stride + top
            if y < 0 or y >= height:
                continue
            if stride == 1 and units == filters:
                skip = max(0, -left)
                some = min(columns, width - left) - skip
                a = ((n * height + y) * width + left + skip) * filters
                b = ((n * rows + i) * columns + skip) * units
                for f in range(some * filters):
                    out[a + f] = dz[b + f]
                continue
            for j in range(columns):
                x = j * stride + left
                if x < 0 or x >= width:
                    continue
                a = ((n * height + y) * width + x) * filters
                b = ((n * rows + i) * columns + j) * units
                for f in range(filters):
                    out[a + f] = dz[b + f]


def _up(count: int) -> int:
    return -(-count // LANES) * LANES


def _packed(weight: Any, scratch: Any, name: str) -> Any:
    """(kernel, kernel, channels, filters) -> (blocks of eight filters, kernel, kernel, channels, 8)"""
    kernel, _, channels, filters = weight.shape
    blocks = _up(filters) // LANES
    packed = scratch.take(name, (blocks, kernel, kernel, channels, LANES), weight.dtype)
    if filters % LANES:
        packed[...] = 0
    for b in range(blocks):
        here = weight[..., b * LANES : (b + 1) * LANES]
        packed[b, ..., : here.shape[3]] = here
    return packed


def convolve(
    x: Any, weight: Any, bias: Any, positions: tuple[int, int], before: tuple[int, int],
    after: tuple[int, int], stride: int, dilation: int, groups: int, scratch: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """z (batch, rows, columns, filters) and the padded input that the way back needs."""
    batch, height, width, channels = x.shape
    tall, wide = height + before[0] + after[0], width + before[1] + after[1]
    full = scratch.take("padded", (batch, tall, wide, channels), x.dtype)
    if any(before + after):
        full[...] = 0
    full[:, before[0] : before[0] + height, before[1] : before[1] + width] = x
    filters = weight.shape[3]
    z = scratch.take("z", (batch, *positions, filters), x.dtype)
    each, some = filters // groups, channels // groups
    units = _up(each)
    for i in range(groups):
        mine = full if groups == 1 else np.ascontiguousarray(full[..., i * some : (i + 1) * some])
        start = np.zeros(units, x.dtype)
        start[:each] = bias[i * each : (i + 1) * each]
        packed = _packed(weight[..., i * each : (i + 1) * each], scratch, "packed")
        direct = groups == 1 and units == filters
        out = z if direct else scratch.take("wide z", (batch, *positions, units), x.dtype)
        convolve_flat(
            mine.reshape(-1), packed.reshape(-1), start, out.reshape(-1), batch, tall, wide, some,
            *positions, weight.shape[0], stride, dilation, units,
        )  # fmt: skip
        if not direct:
            z[..., i * each : (i + 1) * each] = out[..., :each]
    return z, full


def pull_back(
    padded: Any, weight: Any, dz: Any, g_weight: Any, g_bias: Any, shape: tuple[int, ...],
    before: tuple[int, int], stride: int, dilation: int, groups: int, first: bool, scratch: Any,
) -> Any:  # fmt: skip
    """Writes the gradients of weight and bias; returns dL/dx, or None for the first layer."""
    batch, height, width, channels = shape
    _, tall, wide, _ = padded.shape
    _, rows, columns, filters = dz.shape
    kernel = weight.shape[0]
    each, some = filters // groups, channels // groups
    units = _up(each)
    dx = None if first else scratch.take("dx", shape, dz.dtype)
    reach = (kernel - 1) * dilation
    for i in range(groups):
        here, there = slice(i * some, (i + 1) * some), slice(i * each, (i + 1) * each)
        mine = padded if groups == 1 else np.ascontiguousarray(padded[..., here])
        if groups == 1 and units == filters:
            back = np.ascontiguousarray(dz)
        else:
            back = scratch.take("wide dz", (batch, rows, columns, units), dz.dtype)
            back[..., each:] = 0
            back[..., :each] = dz[..., there]
        gradient = scratch.take("gradient", (kernel, kernel, some, units), dz.dtype)
        _weight_gradient(
            mine.reshape(-1), back.reshape(-1), gradient.reshape(-1), batch, tall, wide, some, rows,
            columns, kernel, stride, dilation, units,
        )  # fmt: skip
        g_weight[..., there] = gradient[..., :each]
        sums = scratch.take("sums", (units,), dz.dtype)
        _sum_rows(back.reshape(-1), sums, batch * rows * columns, units)
        g_bias[there] = sums[:each]
        if dx is None:
            continue
        # dL/dx: dz laid out `stride` apart among zeros, convolved with the mirrored kernel.
        spread = scratch.take("spread", (batch, height + reach, width + reach, each), dz.dtype)
        _spread(
            back.reshape(-1), spread.reshape(-1), batch, rows, columns, units, each, height + reach,
            width + reach, stride, reach - before[0], reach - before[1],
        )  # fmt: skip
        mirrored = weight[::-1, ::-1, :, there].transpose(0, 1, 3, 2)
        packed = _packed(mirrored, scratch, "mirrored")
        lanes = _up(some)
        zero = scratch.take("zero", (lanes,), dz.dtype)
        direct = groups == 1 and lanes == channels
        out = dx if direct else scratch.take("wide dx", (batch, height, width, lanes), dz.dtype)
        convolve_flat(
            spread.reshape(-1), packed.reshape(-1), zero, out.reshape(-1), batch, height + reach,
            width + reach, each, height, width, kernel, 1, dilation, lanes,
        )  # fmt: skip
        if not direct:
            dx[..., here] = out[..., :some]
    return dx


def warm_conv() -> None:
    """The smallest calls that compile the kernels for float32."""
    one = np.zeros(64, np.float32)
    convolve_flat(one, one, one, one, 1, 1, 1, 1, 1, 1, 1, 1, 1, LANES)
    _weight_gradient(one, one, one, 1, 1, 1, 1, 1, 1, 1, 1, 1, LANES)
    _sum_rows(one, one, 1, LANES)
    _spread(one, one, 1, 1, 1, LANES, 1, 1, 1, 1, 0, 0)
