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
def weight_gradient(
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
def sum_rows(dz: Any, out: Any, rows: int, units: int) -> None:
    """out[f] = sum over all rows of dz.  units: a multiple of eight"""
    for b in range(0, units, LANES):
        total = like(load(dz, 0), 0.0)
        for i in range(rows):
            total = total + load(dz, i * units + b)
        store(out, b, total)


@njit(**OPTIONS)
def spread_out(
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
