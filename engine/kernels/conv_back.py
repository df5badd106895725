"""The way back of a convolution: dL/dz through its activation, and the weights' gradient."""

from typing import Any

from numba import njit

from .conv import inside
from .elementwise import OPTIONS
from .simd import LANES, like, load, store, where_positive
from .tiles import LARGE_REGISTERS, WIDE, gradient_tile

_wide_eight, _wide_four, _wide_two, _wide_one = (gradient_tile(WIDE, 1, n) for n in (8, 4, 2, 1))
_eight, _four, _two, _one = (gradient_tile(LANES, 1, n) for n in (8, 4, 2, 1))
# Of a single channel, rows of a kernel of three and of five.
_nine, _ten, _five = (gradient_tile(LANES, *size) for size in ((3, 3), (2, 5), (1, 5)))

# So many numbers of x and dz stay in the nearest cache while all of a kernel's places pass over them.
NEAR = 6000
# From so many channels on each place of the kernel is taken by itself, without what it sees of the
# zeros; with fewer, a whole row of the kernel at once, over an image padded with zeros.
BY_PLACE = 4


@njit(**OPTIONS)
def _across(
    x: Any, at: int, down: int, steps_x: Any, dz: Any, d_at: int, steps_d: Any, loops: Any, g: Any,
    o: int, units: int, run: int,
) -> None:  # fmt: skip
    """Rows o to o + run of g, `units` wide, get their products with `run` neighbours in x."""
    b = 0
    while b < units:
        wide = units - b > LANES
        q = 0
        while q < run:
            left = run - q
            here, goal, d = at + q, o + q * units + b, d_at + b
            if wide:
                if LARGE_REGISTERS and left >= 8:
                    _wide_eight(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                    q += 8
                elif left >= 4:
                    _wide_four(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                    q += 4
                elif left >= 2:
                    _wide_two(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                    q += 2
                else:
                    _wide_one(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                    q += 1
            elif left >= 8:
                _eight(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                q += 8
            elif left == 5:
                _five(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                q += 5
            elif left >= 4:
                _four(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                q += 4
            elif left >= 2:
                _two(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                q += 2
            else:
                _one(x, here, down, steps_x, dz, d, steps_d, loops, g, goal, 0, units)
                q += 1
        b += WIDE if wide else LANES


@njit(**OPTIONS)
def weight_gradient(
    x: Any, dz: Any, g: Any, batch: int, height: int, width: int, channels: int, rows: int,
    columns: int, kernel: int, stride: int, dilation: int, top: int, left: int, units: int,
) -> None:  # fmt: skip
    """g[u, v, c, f] = sum over the batch and all places of x * dz.

    x: (batch, height, width, channels), flat, with `top` and `left` zeros meant before it; of less
    channels than BY_PLACE and without dilation they, and those after it, must be there, and top = left = 0
    dz: (batch, rows, columns, units), flat  g: (kernel, kernel, channels, units), flat
    """
    g[: kernel * kernel * channels * units] = 0
    image, places = height * width * channels, rows * columns * units
    some = max(1, NEAR // (image + places))
    line = stride * width * channels
    down = dilation * width * channels
    steps_x = (image, line, stride * channels)
    steps_d = (places, columns * units, units)
    for n in range(0, batch, some):
        count = min(some, batch - n)
        if channels >= BY_PLACE or dilation > 1:
            for u in range(kernel):
                i0, i1 = inside(u * dilation - top, height, rows, stride)
                for v in range(kernel):
                    j0, j1 = inside(v * dilation - left, width, columns, stride)
                    y, z = i0 * stride + u * dilation - top, j0 * stride + v * dilation - left
                    _across(
                        x, n * image + (y * width + z) * channels, 0, steps_x, dz,
                        n * places + (i0 * columns + j0) * units, steps_d, (count, i1 - i0, j1 - j0),
                        g, (u * kernel + v) * channels * units, units, channels,
                    )  # fmt: skip
            continue
        run = kernel * channels
        loops = (count, rows, columns)
        u = 0
        while u < kernel:
            at, o = n * image + u * down, u * run * units
            tall = 1
            if run == 3 and u + 3 <= kernel:
                tall = 3
                for b in range(0, units, LANES):
                    _nine(x, at, down, steps_x, dz, n * places + b, steps_d, loops, g, o + b,
                          run * units, units)  # fmt: skip
            elif run == 5 and u + 2 <= kernel:
                tall = 2
                for b in range(0, units, LANES):
                    _ten(x, at, down, steps_x, dz, n * places + b, steps_d, loops, g, o + b,
                         run * units, units)  # fmt: skip
            else:
                _across(x, at, down, steps_x, dz, n * places, steps_d, loops, g, o, units, run)
            u += tall


@njit(**OPTIONS)
def back_through(
    dy: Any, a: Any, dz: Any, wide: Any, sums: Any, rows: int, units: int, filters: int, relu: bool
) -> None:
    """dL/dz of `rows` rows, and the sum of them all.

    dy, a: (rows, filters), flat  dz: likewise, where there is a relu, else it is dy itself
    wide: (rows, units), flat, dz with zeros after each row; dz itself where units == filters
    sums: (units,)
    """
    if relu:
        size = rows * filters
        whole = size // LANES * LANES
        for i in range(0, whole, LANES):
            d = load(dy, i)
            store(dz, i, where_positive(load(a, i), d, like(d, 0.0)))
        for i in range(whole, size):
            dz[i] = dy[i] if a[i] > 0 else 0
    if units != filters:
        for i in range(rows):
            for j in range(units):
                wide[i * units + j] = dz[i * filters + j] if j < filters else 0
    sum_rows(wide, sums, rows, units)


@njit(**OPTIONS)
def sum_rows(dz: Any, out: Any, rows: int, units: int) -> None:
    """out[f] = sum over all rows of dz.  units: a multiple of eight"""
    zero = like(load(dz, 0), 0.0)
    for b in range(0, units, LANES):
        a0 = zero
        a1 = zero
        a2 = zero
        a3 = zero
        whole = rows // 4 * 4
        for i in range(0, whole, 4):
            at = i * units + b
            a0 = a0 + load(dz, at)
            a1 = a1 + load(dz, at + units)
            a2 = a2 + load(dz, at + 2 * units)
            a3 = a3 + load(dz, at + 3 * units)
        for i in range(whole, rows):
            a0 = a0 + load(dz, i * units + b)
        store(out, b, (a0 + a1) + (a2 + a3))


@njit(**OPTIONS)
def spread_out(
    dz: Any, out: Any, batch: int, rows: int, columns: int, filters: int, stride: int
) -> None:
    """Lay dz (batch, rows, columns, filters) out among zeros, `stride` apart: (batch, (rows - 1) stride
    + 1, (columns - 1) stride + 1, filters)"""
    tall, broad = (rows - 1) * stride + 1, (columns - 1) * stride + 1
    out[: batch * tall * broad * filters] = 0
    for n in range(batch):
        for i in range(rows):
            for j in range(columns):
                a = ((n * tall + i * stride) * broad + j * stride) * filters
                b = ((n * rows + i) * columns + j) * filters
                for f in range(filters):
                    out[a + f] = dz[b + f]
