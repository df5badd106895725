"""Convolution on register tiles, and its two ways back.

In NHWC the pixels of one kernel row lie side by side, so a window is `kernel` runs of contiguous
numbers. What a window sees of the zeros around an image is left out, not multiplied. The way back
to the input is the same loop: dL/dx is a convolution of dL/dz with the mirrored kernel.
"""

from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS
from .simd import LANES
from .tiles import PLACES, WIDE, tile

_wide_most, _wide_many, _wide_some, _wide_two, _wide_one = (tile(p, 1) for p in PLACES)
_most, _many, _some, _two, _one = (tile(p, 2) for p in PLACES)
MOST, MANY = PLACES[:2]
# Of images of one channel, whose windows' rows are short.
_wide_most3, _wide_most5, _wide_many3, _wide_many5 = (
    tile(places, 1, run) for places in (MOST, MANY) for run in (3, 5)
)
_most3, _most5, _many3, _many5 = (tile(places, 2, run) for places in (MOST, MANY) for run in (3, 5))


def packed_size(kernel: int, channels: int, filters: int) -> int:
    """Room that `pack` needs."""
    blocks = (filters + WIDE - 1) // WIDE
    return blocks * WIDE * 2 * kernel * kernel * (channels + 1)


@njit(**OPTIONS)
def _row(kernel: int, channels: int, dilation: int) -> int:
    """How many numbers of a window lie side by side."""
    return channels * (kernel if dilation == 1 else 1)


@njit(**OPTIONS)
def pack(weight: Any, packed: Any, mirrored: bool, dilation: int) -> None:
    """weight: (kernel, kernel, channels, filters) as the tiles read it, flat: blocks of sixteen
    filters, and where eight or less are left a block of eight, two neighbours of a row at once; that one
    twice, from the first neighbour on and from the second, for a row may begin at either.

    `mirrored` turns the kernel round and swaps channels and filters, for the way back.
    """
    kernel, _, channels, filters = weight.shape
    flat = weight.reshape(-1)
    lanes, inner = (filters, channels) if not mirrored else (channels, filters)
    # How far apart neighbours among the lanes and among the others lie.
    across, along = (1, filters) if not mirrored else (filters, 1)
    row = _row(kernel, inner, dilation)
    rows = kernel * kernel * inner // row
    o = 0
    first = 0
    while first < lanes:
        wide = lanes - first > LANES
        some = min(WIDE if wide else LANES, lanes - first)
        for late in range(1 if wide else 2):
            size = (row if wide else (row - late + 1) // 2 * 2) * (WIDE if wide else LANES)
            if some < (WIDE if wide else LANES) or (row - late) % 2:
                packed[o : o + rows * size] = 0
            for r in range(rows):
                c = late % inner
                window = (r * row + late) // inner
                for k in range(row - late):
                    place = kernel * kernel - 1 - window if mirrored else window
                    at = place * channels * filters + c * along + first * across
                    if wide:
                        goal = o + k * WIDE
                        for f in range(some):
                            packed[goal + f] = flat[at + f * across]
                    else:
                        goal = o + k // 2 * WIDE + k % 2
                        for f in range(some):
                            packed[goal + 2 * f] = flat[at + f * across]
                    c += 1
                    if c == inner:
                        c = 0
                        window += 1
                o += size
        first += WIDE if wide else LANES


@njit(**OPTIONS)
def _wide_tiles(
    x: Any, at: int, step: int, steps_x: Any, w: Any, w_at: int, steps_w: Any, loops: Any, bias: Any,
    b: int, low: Any, z: Any, o: int, z_step: int, count: int,
) -> None:  # fmt: skip
    """`count` places, `step` apart, times sixteen filters."""
    while count > 0:
        some = 1
        if count >= MOST and count != 2 * MANY:
            some = MOST
            if loops[1] == 1 and loops[2] == 5:
                _wide_most5(
                    x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step
                )
            elif loops[1] == 1 and loops[2] == 3:
                _wide_most3(
                    x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step
                )
            else:
                _wide_most(
                    x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step
                )
        elif count >= MANY:
            some = MANY
            if loops[1] == 1 and loops[2] == 5:
                _wide_many5(
                    x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step
                )
            elif loops[1] == 1 and loops[2] == 3:
                _wide_many3(
                    x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step
                )
            else:
                _wide_many(
                    x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step
                )
        elif count >= 4:
            some = 4
            _wide_some(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        elif count >= 2:
            some = 2
            _wide_two(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        else:
            _wide_one(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        at += some * step
        o += some * z_step
        count -= some


@njit(**OPTIONS)
def _tiles(
    x: Any, at: int, step: int, steps_x: Any, w: Any, w_at: int, steps_w: Any, loops: Any, bias: Any,
    b: int, low: Any, z: Any, o: int, z_step: int, count: int,
) -> None:  # fmt: skip
    """`count` places, `step` apart, times eight filters."""
    while count > 0:
        some = 1
        if count >= MOST and count != 2 * MANY:
            some = MOST
            if loops[1] == 1 and loops[2] == 5:
                _most5(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
            elif loops[1] == 1 and loops[2] == 3:
                _most3(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
            else:
                _most(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        elif count >= MANY:
            some = MANY
            if loops[1] == 1 and loops[2] == 5:
                _many5(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
            elif loops[1] == 1 and loops[2] == 3:
                _many3(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
            else:
                _many(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        elif count >= 4:
            some = 4
            _some(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        elif count >= 2:
            some = 2
            _two(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        else:
            _one(x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step)
        at += some * step
        o += some * z_step
        count -= some


@njit(**OPTIONS)
def inside(start: int, length: int, kernel: int, dilation: int) -> tuple[int, int]:
    """Which of a window's places, `dilation` apart from `start` on, lie within 0 to `length`."""
    low = max(0, (dilation - 1 - start) // dilation)
    high = min(kernel, (length - 1 - start) // dilation + 1)
    return low, max(low, high)


@njit(**OPTIONS)
def convolve_flat(
    x: Any, w: Any, bias: Any, low: Any, z: Any, batch: int, height: int, width: int, channels: int,
    rows: int, columns: int, kernel: int, stride: int, dilation: int, top: int, left: int, units: int,
) -> None:  # fmt: skip
    """z = max(low, convolution of x, plus bias).

    x: (batch, height, width, channels), flat, with `top` and `left` zeros meant before it
    w: as `pack` leaves it  z: (batch, rows, columns, units), flat  bias: (units,)
    units: a multiple of eight

    A tile's places see the same part of their windows: columns side by side, or the same place of
    several images.
    """
    row = _row(kernel, channels, dilation)
    image = height * width * channels
    steps_x = (dilation * width * channels, dilation * channels)
    lines = 1 if dilation == 1 else kernel
    for i in range(rows):
        y = i * stride - top
        u0, u1 = inside(y, height, kernel, dilation)
        j = 0
        while j < columns:
            v0, v1 = inside(j * stride - left, width, kernel, dilation)
            end = j + 1
            while end < columns and (v0, v1) == inside(
                end * stride - left, width, kernel, dilation
            ):
                end += 1
            start = v0 * channels if dilation == 1 else 0
            loops = (
                (u1 - u0, 1, (v1 - v0) * channels)
                if dilation == 1
                else (u1 - u0, v1 - v0, channels)
            )
            first = ((y + u0 * dilation) * width + j * stride - left + v0 * dilation) * channels
            across = end - j >= min(batch, MANY)
            apart = stride * channels if across else image
            z_apart = units if across else rows * columns * units
            for turn in range(batch if across else end - j):
                at = first + turn * (image if across else stride * channels)
                o = (i * columns + j) * units + turn * (rows * columns * units if across else units)
                count = end - j if across else batch
                block = 0
                b = 0
                while b + LANES < units:
                    steps_w = (lines * row * WIDE, row * WIDE)
                    w_at = block + u0 * steps_w[0] + start * WIDE
                    if dilation > 1:
                        w_at += v0 * steps_w[1]
                    _wide_tiles(x, at, apart, steps_x, w, w_at, steps_w, loops, bias, b, low, z,
                                o + b, z_apart, count)  # fmt: skip
                    block += kernel * kernel * channels * WIDE
                    b += WIDE
                if b < units:
                    late = start % 2
                    pair = (row - late + 1) // 2 * WIDE
                    if late:
                        block += kernel * lines * ((row + 1) // 2 * WIDE)
                    steps_w = (lines * pair, pair)
                    w_at = block + u0 * steps_w[0] + start // 2 * WIDE
                    if dilation > 1:
                        w_at += v0 * steps_w[1]
                    _tiles(x, at, apart, steps_x, w, w_at, steps_w, loops, bias, b, low, z,
                           o + b, z_apart, count)  # fmt: skip
            j = end


@njit(**OPTIONS)
def product_flat(a: Any, w: Any, bias: Any, z: Any, rows: int, inner: int, units: int) -> None:
    """z = a @ weight + bias, all flat.  a: (rows, inner)  w: as `pack` leaves it  units: a multiple of
    sixteen"""
    low = z.dtype.type(-np.inf)
    for b in range(0, units, WIDE):
        _wide_tiles(a, 0, inner, (0, 0), w, b * inner, (0, 0), (1, 1, inner), bias, b, low, z, b,
                    units, rows)  # fmt: skip
