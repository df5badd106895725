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
def max_pool(x: Any, out: Any, size: int, stride: int, top: int, left: int) -> None:
    """x: (batch, height, width, channels)  out: (batch, rows, columns, channels)"""
    batch, height, width, channels = x.shape
    rows, columns = out.shape[1], out.shape[2]
    source, best = x.reshape(-1), out.reshape(-1)
    whole = channels // LANES * LANES
    o = 0
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
    back[:] = 0
    o = 0
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
