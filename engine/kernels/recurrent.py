"""Recurrent layers: BLAS for the products, lanes for the gates, one compiled call for all steps.

Units are padded to a multiple of eight (with zero weights, whose states stay zero), so that every
gate starts on a lane. Gates of all steps are kept, (time, batch, gates * units), and the weights'
gradients are one product over all of them at the end.
"""

from typing import Any

import numpy as np
from numba import njit

from .conv import pack, packed_size, product_flat
from .conv_back import sum_rows
from .elementwise import OPTIONS, sigmoid, tanh
from .simd import LANES, fma, larger, like, load, store, where_positive
from .tiles import WIDE


@njit(**OPTIONS)
def _add_bias(z: Any, bias: Any, rows: int, wide: int) -> None:
    for i in range(rows):
        for j in range(0, wide, LANES):
            store(z, i * wide + j, load(z, i * wide + j) + load(bias, j))


# From so many multiply-adds on BLAS leaves its path for small matrices, and the register tiles of
# the convolution (a product is one over images of a single pixel) are half as fast again.
TILES_FROM = 1_000_000


@njit(**OPTIONS)
def _times(a: Any, weight: Any, packed: Any, out: Any, zero: Any) -> None:
    """out = a @ weight, which may be a transposed view.  a: (rows, inner)  packed: `_packed(weight)`,
    or empty for BLAS"""
    if packed.size:
        rows, inner = a.shape
        product_flat(a.reshape(-1), packed, zero, out.reshape(-1), rows, inner, out.shape[1])
    else:
        np.dot(a, weight, out)


def _packed(weight: Any, rows: int, scratch: Any, name: str) -> Any:
    """As the tiles read it, flat; empty where BLAS is faster.  weight: (inner, units)"""
    inner, units = weight.shape
    if rows * inner * units <= TILES_FROM or units % WIDE:
        return scratch.take("no tiles", (0,), weight.dtype)
    packed = scratch.take(name, (packed_size(1, inner, units),), weight.dtype)
    pack(np.ascontiguousarray(weight).reshape(1, 1, inner, units), packed, False, 1)
    return packed


@njit(**OPTIONS)
def run_rnn(z: Any, weight: Any, packed: Any, h: Any, relu: bool) -> None:
    """z: (time, batch, units), inputs' share  h: (time + 1, batch, units), the first zero"""
    time, batch, units = z.shape
    back = np.empty((batch, units), z.dtype)
    zero = np.zeros(units, z.dtype)
    size = batch * units
    for t in range(time):
        _times(h[t], weight, packed, back, zero)
        for i in range(0, size, LANES):
            value = load(z, t * size + i) + load(back, i)
            value = larger(value, like(value, 0.0)) if relu else tanh(value)
            store(h, (t + 1) * size + i, value)


@njit(**OPTIONS)
def back_rnn(dh: Any, h: Any, weight: Any, packed: Any, dz: Any, truncate: int, relu: bool) -> None:
    time, batch, units = dz.shape
    carried = np.zeros((batch, units), dz.dtype)
    zero = np.zeros(units, dz.dtype)
    size = batch * units
    for t in range(time - 1, -1, -1):
        for i in range(0, size, LANES):
            y = load(h, (t + 1) * size + i)
            one = like(y, 1.0)
            slope = where_positive(y, one, like(y, 0.0)) if relu else one - y * y
            store(dz, t * size + i, (load(dh, t * size + i) + load(carried, i)) * slope)
        if truncate > 0 and t % truncate == 0:
            carried[:] = 0
        else:
            _times(dz[t], weight.T, packed, carried, zero)


@njit(**OPTIONS)
def run_lstm(z: Any, weight: Any, packed: Any, h: Any, c: Any) -> None:
    """z: (time, batch, 4 units), inputs' share, becomes the gates  h, c: (time + 1, batch, units)"""
    time, batch, wide = z.shape
    units = wide // 4
    back = np.empty((batch, wide), z.dtype)
    zero = np.zeros(wide, z.dtype)
    for t in range(time):
        _times(h[t], weight, packed, back, zero)
        for b in range(batch):
            at = (t * batch + b) * wide
            row = b * wide
            old = (t * batch + b) * units
            now = old + batch * units
            for j in range(0, units, LANES):
                i = sigmoid(load(z, at + j) + load(back, row + j))
                f = sigmoid(load(z, at + units + j) + load(back, row + units + j))
                g = tanh(load(z, at + 2 * units + j) + load(back, row + 2 * units + j))
                o = sigmoid(load(z, at + 3 * units + j) + load(back, row + 3 * units + j))
                cell = fma(f, load(c, old + j), i * g)
                store(z, at + j, i)
                store(z, at + units + j, f)
                store(z, at + 2 * units + j, g)
                store(z, at + 3 * units + j, o)
                store(c, now + j, cell)
                store(h, now + j, o * tanh(cell))


@njit(**OPTIONS)
def back_lstm(
    dh: Any, gates: Any, c: Any, weight: Any, packed: Any, dz: Any, truncate: int
) -> None:
    time, batch, wide = dz.shape
    units = wide // 4
    carried = np.zeros((batch, units), dz.dtype)
    zero = np.zeros(units, dz.dtype)
    dc = np.zeros((batch, units), dz.dtype)
    for t in range(time - 1, -1, -1):
        cut = truncate > 0 and t % truncate == 0
        for b in range(batch):
            at = (t * batch + b) * wide
            old = (t * batch + b) * units
            now = old + batch * units
            for j in range(0, units, LANES):
                i = load(gates, at + j)
                f = load(gates, at + units + j)
                g = load(gates, at + 2 * units + j)
                o = load(gates, at + 3 * units + j)
                one = like(i, 1.0)
                tc = tanh(load(c, now + j))
                d = load(dh, old + j) + load(carried, b * units + j)
                cell = fma(d * o, one - tc * tc, load(dc, b * units + j))
                store(dz, at + j, cell * g * i * (one - i))
                store(dz, at + units + j, cell * load(c, old + j) * f * (one - f))
                store(dz, at + 2 * units + j, cell * i * (one - g * g))
                store(dz, at + 3 * units + j, d * tc * o * (one - o))
                store(dc, b * units + j, cell * f)
        if cut:
            carried[:] = 0
            dc[:] = 0
        else:
            _times(dz[t], weight.T, packed, carried, zero)


@njit(**OPTIONS)
def run_gru(z: Any, weight: Any, packed: Any, bias: Any, h: Any, news: Any) -> None:
    """z: (time, batch, 3 units), inputs' share, becomes the gates  news: (time, batch, units)"""
    time, batch, wide = z.shape
    units = wide // 3
    back = np.empty((batch, wide), z.dtype)
    zero = np.zeros(wide, z.dtype)
    for t in range(time):
        _times(h[t], weight, packed, back, zero)
        for b in range(batch):
            at = (t * batch + b) * wide
            row = b * wide
            old = (t * batch + b) * units
            now = old + batch * units
            for j in range(0, units, LANES):
                r = sigmoid(load(z, at + j) + load(back, row + j) + load(bias, j))
                k = units + j
                u = sigmoid(load(z, at + k) + load(back, row + k) + load(bias, k))
                k = 2 * units + j
                new = load(back, row + k) + load(bias, k)
                n = tanh(fma(r, new, load(z, at + k)))
                store(z, at + j, r)
                store(z, at + units + j, u)
                store(z, at + k, n)
                store(news, old + j, new)
                store(h, now + j, fma(u, load(h, old + j) - n, n))


@njit(**OPTIONS)
def back_gru(
    dh: Any,
    gates: Any,
    news: Any,
    h: Any,
    weight: Any,
    packed: Any,
    dz: Any,
    dback: Any,
    truncate: int,
) -> None:
    time, batch, wide = dz.shape
    units = wide // 3
    carried = np.zeros((batch, units), dz.dtype)
    zero = np.zeros(units, dz.dtype)
    direct = np.zeros((batch, units), dz.dtype)
    size = batch * units
    for t in range(time - 1, -1, -1):
        for b in range(batch):
            at = (t * batch + b) * wide
            old = (t * batch + b) * units
            for j in range(0, units, LANES):
                r = load(gates, at + j)
                u = load(gates, at + units + j)
                n = load(gates, at + 2 * units + j)
                one = like(r, 1.0)
                d = load(dh, old + j) + load(carried, b * units + j)
                dn = d * (one - u) * (one - n * n)
                dr = dn * load(news, old + j) * r * (one - r)
                du = d * (load(h, old + j) - n) * u * (one - u)
                store(dz, at + j, dr)
                store(dz, at + units + j, du)
                store(dz, at + 2 * units + j, dn)
                store(dback, at + j, dr)
                store(dback, at + units + j, du)
                store(dback, at + 2 * units + j, dn * r)
                store(direct, b * units + j, d * u)
        if truncate > 0 and t % truncate == 0:
            carried[:] = 0
        else:
            _times(dback[t], weight.T, packed, carried, zero)
            for i in range(0, size, LANES):
                store(carried, i, load(carried, i) + load(direct, i))


@njit(**OPTIONS)
def scatter_rows(out: Any, places: Any, rows: Any) -> None:
    """out[places[i]] += rows[i].  out: (n, width)  places: (m,)  rows: (m, width)"""
    for i in range(places.size):
        for j in range(rows.shape[1]):
            out[places[i], j] += rows[i, j]


GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}


def _widened(
    array: Any, gates: int, units: int, wide: int, rows: int, scratch: Any, name: str
) -> Any:
    """(.., gates * units) with every gate padded with zeros to `wide`, and rows to `rows`."""
    if units == wide:
        return array
    lead = array.shape[:-1]
    out = scratch.take(name, ((rows,) if lead else ()) + (gates * wide,), array.dtype)
    out[...] = 0
    target = out.reshape(*out.shape[:-1], gates, wide)
    source = array.reshape(*lead, gates, units)
    if lead:
        target[: lead[0], :, :units] = source
    else:
        target[:, :units] = source
    return out


def _narrowed(array: Any, gates: int, units: int, wide: int, rows: int | None = None) -> Any:
    if units == wide:
        return array
    shaped = array.reshape(*array.shape[:-1], gates, wide)[..., :units]
    flat = shaped.reshape(*array.shape[:-1], gates * units)
    return flat if rows is None else flat[:rows]


def run_layer(
    kind: str, p: Any, x: Any, units: int, scratch: Any, way: str, activation: str
) -> tuple[Any, dict[str, Any]]:
    """All states (time, batch, units) of one direction, and what its way back needs."""
    time, batch, features = x.shape
    gates, wide = GATES[kind], -(-units // LANES) * LANES
    weight = _widened(p["weight"], gates, units, wide, features, scratch, way + "weight")
    recurrent = _widened(
        p["recurrent_weight"], gates, units, wide, wide, scratch, way + "recurrent"
    )
    bias = _widened(p["bias"], gates, units, wide, 0, scratch, way + "bias")
    z = scratch.take(way + "z", (time, batch, gates * wide), x.dtype)
    np.dot(x.reshape(-1, features), weight, out=z.reshape(-1, gates * wide))
    _add_bias(z.reshape(-1), bias, time * batch, gates * wide)
    h = scratch.take(way + "h", (time + 1, batch, wide), x.dtype)
    h[0] = 0
    packed = _packed(recurrent, batch, scratch, way + "packed")
    kept = {"h": h, "z": z, "weight": weight, "recurrent": recurrent}
    if kind == "simple_rnn":
        run_rnn(z, recurrent, packed, h, activation == "relu")
    elif kind == "lstm":
        c = kept["c"] = scratch.take(way + "c", (time + 1, batch, wide), x.dtype)
        c[0] = 0
        run_lstm(z, recurrent, packed, h, c)
    else:
        more = _widened(p["recurrent_bias"], gates, units, wide, 0, scratch, way + "more")
        news = kept["news"] = scratch.take(way + "news", (time, batch, wide), x.dtype)
        run_gru(z, recurrent, packed, more, h, news)
    return h[1:, :, :units], kept


def back_layer(
    kind: str, p: Any, g: Any, kept: Any, dh: Any, units: int, truncate: int, first: bool,
    scratch: Any, way: str, activation: str,
) -> Any:  # fmt: skip
    """Writes the gradients of one direction's parameters; returns dL/dx (time, batch, features)."""
    x, h, z = kept["x"], kept["h"], kept["z"]
    time, batch, features = x.shape
    gates, wide = GATES[kind], h.shape[2]
    if units != wide:
        full = scratch.take(way + "dh", (time, batch, wide), dh.dtype)
        full[..., units:] = 0
        full[..., :units] = dh
        dh = full
    recurrent = kept["recurrent"]
    packed = _packed(recurrent.T, batch, scratch, way + "packed back")
    dz = scratch.take(way + "dz", z.shape, z.dtype)
    dback = dz
    if kind == "simple_rnn":
        back_rnn(dh, h, recurrent, packed, dz, truncate, activation == "relu")
    elif kind == "lstm":
        back_lstm(dh, z, kept["c"], recurrent, packed, dz, truncate)
    else:
        dback = scratch.take(way + "dback", z.shape, z.dtype)
        back_gru(dh, z, kept["news"], h, recurrent, packed, dz, dback, truncate)
    rows, behind = dz.reshape(-1, gates * wide), dback.reshape(-1, gates * wide)
    _product(x.reshape(-1, features).T, rows, g["weight"], gates, units, wide, features)
    before = h[:-1].reshape(-1, wide)
    _product(before.T, behind, g["recurrent_weight"], gates, units, wide, units)
    sums = scratch.take(way + "sums", (gates * wide,), z.dtype)
    sum_rows(rows.reshape(-1), sums, len(rows), gates * wide)
    g["bias"][...] = _narrowed(sums, gates, units, wide)
    if kind == "gru":
        sum_rows(behind.reshape(-1), sums, len(rows), gates * wide)
        g["recurrent_bias"][...] = _narrowed(sums, gates, units, wide)
    return None if first else (rows @ kept["weight"].T).reshape(x.shape)


def _product(a: Any, b: Any, out: Any, gates: int, units: int, wide: int, rows: int) -> None:
    if units == wide:
        np.dot(a, b, out=out)
    else:
        out[...] = _narrowed(a @ b, gates, units, wide, rows)


def warm_recurrent() -> None:
    """The smallest calls that compile the kernels for float32."""
    rows, h, c = (np.zeros((2, 1, LANES), np.float32) for _ in range(3))
    bias, none = np.zeros(4 * LANES, np.float32), np.zeros(0, np.float32)
    _add_bias(bias, bias, 1, LANES)
    sum_rows(bias, bias, 1, LANES)
    scatter_rows(rows[0], np.zeros(1, np.int64), rows[0])
    for kind, gates in GATES.items():
        weight = np.zeros((LANES, gates * LANES), np.float32)
        z = np.zeros((1, 1, gates * LANES), np.float32)
        if kind == "simple_rnn":
            run_rnn(z, weight, none, h, False)
            back_rnn(rows, h, weight, none, z, 0, False)
        elif kind == "lstm":
            run_lstm(z, weight, none, h, c)
            back_lstm(rows, z, c, weight, none, z, 0)
        else:
            run_gru(z, weight, none, bias, h, rows)
            back_gru(rows, z, rows, h, weight, none, z, z, 0)
