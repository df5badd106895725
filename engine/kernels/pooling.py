"""Max pooling and its way back.

Nothing but the largest is kept: the way back finds again where it was. With channels in multiples
of eight, eight are compared at once.
"""

from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS
from .simd import LANES, larger, like, load, store, where_positive


@njit(**OPTIONS)
def _within(x: Any, out: Any, size: int, stride: int, top: int, left: int) -> bool:
    """Whether every window lies inside the image."""
    _, height, width, _ = x.shape
    last = (out.shape[1] - 1) * stride + size, (out.shape[2] - 1) * stride + size
    return top == 0 and left == 0 and last[0] <= height and last[1] <= width


@njit(**OPTIONS)
def max_pool(x: Any, out: Any, size: int, stride: int, top: int, left: int) -> None:
    """x: (batch, height, width, channels)  out: (batch, rows, columns, channels)"""
    batch, height, width, channels = x.shape
    rows, columns = out.shape[1], out.shape[2]
    source, best = x.reshape(-1), out.reshape(-1)
    whole = channels // LANES * LANES
    line = width * channels
    o = 0
    if size == 2 and stride == 2 and whole == channels and _within(x, out, size, stride, top, left):
        for n in range(batch):
            for i in range(rows):
                at = (n * height + 2 * i) * line
                for _ in range(columns):
                    for c in range(at, at + channels, LANES):
                        above = larger(load(source, c + channels), load(source, c))
                        below = larger(load(source, c + line + channels), load(source, c + line))
                        store(best, o, larger(below, above))
                        o += LANES
                    at += 2 * channels
        return
    for n in range(batch):
        for i in range(rows):
            y0 = i * stride - top
            low, high = max(0, y0), min(height, y0 + size)
            for j in range(columns):
                x0 = j * stride - left
                begin, end = max(0, x0), min(width, x0 + size)
                corner = ((n * height + low) * width + begin) * channels
                for c in range(0, whole, LANES):
                    most = load(source, corner + c)
                    for y in range(high - low):
                        at = corner + c + y * width * channels
                        for v in range(end - begin):
                            most = larger(load(source, at + v * channels), most)
                    store(best, o + c, most)
                for c in range(whole, channels):
                    highest = source[corner + c]
                    for y in range(high - low):
                        at = corner + c + y * width * channels
                        for v in range(end - begin):
                            highest = max(highest, source[at + v * channels])
                    best[o + c] = highest
                o += channels


@njit(**OPTIONS)
def spread_max(
    dy: Any, x: Any, out: Any, dx: Any, size: int, stride: int, top: int, left: int
) -> None:
    """dx = 0, then every dy is added where its largest was: of several at the first, row by row."""
    batch, height, width, channels = x.shape
    rows, columns = out.shape[1], out.shape[2]
    source, best, slope, back = x.reshape(-1), out.reshape(-1), dy.reshape(-1), dx.reshape(-1)
    whole = channels // LANES * LANES
    alone = stride == size and whole == channels and _within(x, out, size, stride, top, left)
    if not alone or height != rows * size or width != columns * size:
        back[:] = 0
    o = 0
    if alone:
        line = width * channels
        zero = like(load(source, 0), 0.0)
        for n in range(batch):
            for i in range(rows):
                at = (n * height + i * size) * line
                for _ in range(columns):
                    for c in range(at, at + channels, LANES):
                        most, rest = load(best, o), load(slope, o)
                        if size == 2:
                            below = c + line
                            given = where_positive(most - load(source, c), zero, rest)
                            store(back, c, given)
                            rest = rest - given
                            given = where_positive(most - load(source, c + channels), zero, rest)
                            store(back, c + channels, given)
                            rest = rest - given
                            given = where_positive(most - load(source, below), zero, rest)
                            store(back, below, given)
                            given = where_positive(
                                most - load(source, below + channels), zero, rest - given
                            )
                            store(back, below + channels, given)
                        else:
                            for y in range(c, c + size * line, line):
                                for k in range(y, y + size * channels, channels):
                                    given = where_positive(most - load(source, k), zero, rest)
                                    store(back, k, given)
                                    rest = rest - given
                        o += LANES
                    at += size * channels
        return
    for n in range(batch):
        for i in range(rows):
            y0 = i * stride - top
            low, high = max(0, y0), min(height, y0 + size)
            for j in range(columns):
                x0 = j * stride - left
                begin, end = max(0, x0), min(width, x0 + size)
                corner = ((n * height + low) * width + begin) * channels
                for c in range(0, whole, LANES):
                    most = load(best, o + c)
                    left_over = load(slope, o + c)
                    for y in range(high - low):
                        at = corner + c + y * width * channels
                        for v in range(end - begin):
                            k = at + v * channels
                            given = where_positive(
                                most - load(source, k), like(most, 0.0), left_over
                            )
                            store(back, k, load(back, k) + given)
                            left_over = left_over - given
                for c in range(whole, channels):
                    rest = slope[o + c]
                    for y in range(high - low):
                        at = corner + c + y * width * channels
                        for v in range(end - begin):
                            k = at + v * channels
                            if source[k] >= best[o + c]:
                                back[k] += rest
                                rest = rest * 0
                o += channels


def warm_pooling() -> None:
    """The smallest calls that compile the kernels for float32."""
    one = np.zeros((1, 1, 1, 1), np.float32)
    max_pool(one, one, 1, 1, 0, 0)
    spread_max(one, one, one, one, 1, 1, 0, 0)
