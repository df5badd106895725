"""Max pooling and its way back, one loop each."""

from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS


@njit(**OPTIONS)
def max_pool(x: Any, out: Any, places: Any, size: int, stride: int, top: int, left: int) -> None:
    """x: (batch, height, width, channels)  out, places: (batch, rows, columns, channels)

    `places` is where the largest lies in x, flat; the first of several, row by row. A NaN counts
    as the largest, so that it is not lost.
    """
    batch, height, width, channels = x.shape
    rows, columns = out.shape[1], out.shape[2]
    for n in range(batch):
        for i in range(rows):
            y0 = i * stride - top
            low, high = max(0, y0), min(height, y0 + size)
            for j in range(columns):
                x0 = j * stride - left
                begin, end = max(0, x0), min(width, x0 + size)
                best = out[n, i, j]
                place = places[n, i, j]
                at = ((n * height + low) * width + begin) * channels
                for c in range(channels):
                    best[c] = x[n, low, begin, c]
                    place[c] = at + c
                for y in range(low, high):
                    for v in range(begin, end):
                        at = ((n * height + y) * width + v) * channels
                        for c in range(channels):
                            value = x[n, y, v, c]
                            if value > best[c] or np.isnan(value):
                                best[c] = value
                                place[c] = at + c


@njit(**OPTIONS)
def spread_max(dy: Any, places: Any, dx: Any) -> None:
    """dx = 0, then every dy is added where its largest lay.  All flat."""
    dx[:] = 0
    for i in range(dy.size):
        dx[places[i]] += dy[i]


def warm_pooling() -> None:
    """The smallest calls that compile the kernels for float32."""
    one = np.zeros((1, 1, 1, 1), np.float32)
    places = np.zeros((1, 1, 1, 1), np.int32)
    max_pool(one, one, places, 1, 1, 0, 0)
    spread_max(one.reshape(-1), places.reshape(-1), one.reshape(-1))
