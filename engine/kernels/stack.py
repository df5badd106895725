"""Training of a whole stack of layers for many steps in one call: dense, convolution, max pooling.

It takes the arguments of `mlp.train_lanes`, but for two: `plan` instead of sizes, activations and
offsets, and `memory`, which is the caller's so that a short call need not allocate.

    plan    (depth, len(PLAN))  a row a layer, its numbers in the order of PLAN
    memory  as `room` says: flat arrays; what is in them does not matter
"""

from typing import Any

import numpy as np
from numba import njit

from .conv import packed_size
from .conv_back import BY_PLACE
from .conv_layer import backward, forward
from .elementwise import OPTIONS, activate
from .losses import loss_block
from .mlp import (
    ALL_DONE,
    LOSS_NOT_FINITE,
    UPDATES,
    WEIGHT_NOT_FINITE,
    next_batch,
    pass_by,
    warm_arguments,
)
from .pooling import max_pool, spread_max
from .simd import LANES, like, load, store, total
from .updates import finish

# Of a layer of images; a dense one has 1 x 1 images and units for channels. `weight`: where in the
# vector its weight lies, the bias following it; `before` and `after` are zeros around the image.
PLAN = (
    "kind", "activation", "weight", "height", "width", "channels", "rows", "columns", "filters",
    "size", "stride", "dilation", "before_y", "before_x", "after_y", "after_x",
)  # fmt: skip
KINDS = {"affine": 0, "convolution": 1, "max_pool": 2}
AFFINE, CONVOLUTION, MAX_POOL = KINDS.values()
LINEAR, RELU = 0, 3


def _up(count: int) -> int:
    return -(-count // LANES) * LANES


def room(plan: Any, rows: int) -> tuple[int, ...]:
    """How many numbers each array of `memory` has, for batches of so many rows."""
    total, most = LANES, [LANES] * 6
    for i, (kind, _, _, height, width, channels, *rest) in enumerate(plan.tolist()):
        tall, broad, filters, size, stride, dilation, *around = rest
        inputs, places = rows * height * width, rows * tall * broad
        total += _up(inputs * channels) if i == 0 else 0
        total += _up(places * filters)
        if kind != CONVOLUTION:
            continue
        padded = rows * (height + around[0] + around[2]) * (width + around[1] + around[3])
        spread = rows * ((tall - 1) * stride + 1) * ((broad - 1) * stride + 1)
        found = (
            max(places * _up(filters), inputs * _up(channels)),
            size * size * channels * _up(filters),
            spread * filters if stride > 1 else 0,
            packed_size(size, channels, filters),
            packed_size(size, filters, channels),
            padded * channels if any(around) and channels < BY_PLACE and dilation == 1 else 0,
        )
        most = [max(m, f + LANES) for m, f in zip(most, found, strict=True)]
    return (total, total, total, *most)


@njit(**OPTIONS)
def _row(plan: Any, i: int) -> Any:
    p = plan[i]
    return (
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15],
    )  # fmt: skip


@njit(**OPTIONS)
def _of_relu(plan: Any, i: int) -> bool:
    """Whether what leaves that layer is relu(z) with no slope kept: where it is 0 the slope is."""
    return plan[i, 0] == CONVOLUTION and plan[i, 1] == RELU


@njit(**OPTIONS)
def _dense_forward(x: Any, w: Any, at: int, z: Any) -> None:
    """z = x @ weight + bias.  x: (count, inputs)  z: (count, units)"""
    count, below = x.shape
    units = z.shape[1]
    np.dot(x, w[at : at + below * units].reshape(below, units), z)
    bias = w[at + below * units : at + below * units + units]
    for i in range(count):
        row = z[i]
        for j in range(units):
            row[j] += bias[j]


@njit(**OPTIONS)
def _dense_backward(x: Any, w: Any, g: Any, at: int, d: Any, dx: Any, first: bool) -> None:
    """The gradients of weight and bias into g, dL/dx into dx.  d: (count, units), dL/dz"""
    count, below = x.shape
    units = d.shape[1]
    weights = below * units
    np.dot(x.T, d, g[at : at + weights].reshape(below, units))
    bias = g[at + weights : at + weights + units]
    bias[:] = 0
    for i in range(count):
        row = d[i]
        for j in range(units):
            bias[j] += row[j]
    if not first:
        np.dot(d, w[at : at + weights].reshape(below, units).T, dx)


@njit(**OPTIONS)
def _loss(
    loss: int,
    activation: int,
    outputs: int,
    count: int,
    z: Any,
    delta: Any,
    targets: Any,
    chosen: Any,
) -> float:
    """The batch's loss, and dL/dz into delta.  z, delta: (count * outputs,)"""
    size = outputs * LANES
    block_z, block_a = np.zeros(size, z.dtype), np.zeros(size, z.dtype)
    slope, block_t = np.zeros(size, z.dtype), np.zeros(size, z.dtype)
    block_delta, mask = np.zeros(size, z.dtype), np.zeros(LANES, z.dtype)
    summed = like(load(mask, 0), 0.0)
    for first in range(0, count, LANES):
        for lane in range(LANES):
            i = min(first + lane, count - 1)
            mask[lane] = 1 if first + lane < count else 0
            target = targets[chosen[i]]
            for j in range(outputs):
                block_z[j * LANES + lane] = z[i * outputs + j]
                block_t[j * LANES + lane] = target[j]
        summed = summed + loss_block(
            loss, activation, outputs, block_z, block_a, slope, block_t, block_delta, load(mask, 0), count,
        )  # fmt: skip
        for lane in range(min(LANES, count - first)):
            for j in range(outputs):
                delta[(first + lane) * outputs + j] = block_delta[j * LANES + lane]
    return total(summed)


@njit(**OPTIONS)
def train_stack(
    plan: Any, memory: Any, off: Any, loss: int, optimizer: int, hyper: Any, rates: Any, after: Any,
    buffer: Any, inputs: Any, targets: Any, order: Any, clock: Any, generator: Any, batch_size: int,
    steps: int, losses: Any,
) -> Any:  # fmt: skip
    """inputs: (n, numbers)  See the module for the arguments."""
    a, slope, delta, wide, gradient, spread, packed, mirrored, full = memory
    off_from, off_units = off
    depth = plan.shape[0]
    features, outputs = inputs.shape[1], plan[depth - 1, 8]
    w, g = buffer[0], buffer[1]
    most = min(batch_size, order.size)
    places = np.zeros(depth + 1, np.int64)
    for i in range(depth):
        before = plan[i, 3] * plan[i, 4] * plan[i, 5]
        places[i + 1] = places[i] + (before * most + LANES - 1) // LANES * LANES
    for step in range(steps):
        start, count = next_batch(order, clock, generator, batch_size)
        for i in range(count):
            a[i * features : (i + 1) * features] = inputs[order[start + i]]
        for i in range(depth):
            (kind, code, at, height, width, channels, rows, columns, filters, size, stride, dilation, top,
             left, _, _) = _row(plan, i)  # fmt: skip
            x_at, z_at = places[i], places[i + 1]
            numbers = count * rows * columns * filters
            x = a[x_at : x_at + count * height * width * channels]
            z = a[z_at : z_at + numbers]
            if kind == AFFINE:
                _dense_forward(x.reshape(count, channels), w, at, z.reshape(count, filters))
            else:
                image = x.reshape(count, height, width, channels)
                out = z.reshape(count, rows, columns, filters)
                if kind == MAX_POOL:
                    max_pool(image, out, size, stride, top, left)
                    continue
                weights = size * size * channels * filters
                forward(
                    image, w[at : at + weights].reshape(size, size, channels, filters),
                    w[at + weights : at + weights + filters], packed, wide, out, top, left, stride,
                    dilation, code == RELU,
                )  # fmt: skip
            if i == depth - 1:
                continue
            if code != LINEAR and not _of_relu(plan, i):
                activate(code, a, slope, z_at, (numbers + LANES - 1) // LANES * LANES)
            for k in range(off_from[i], off_from[i + 1]):
                for j in range(z_at + off_units[k], z_at + numbers, filters):
                    a[j] = 0
        losses[step] = _loss(
            loss, plan[depth - 1, 1], outputs, count, a[places[depth] :], delta[places[depth] :],
            targets, order[start : start + count],
        )  # fmt: skip
        if not np.isfinite(losses[step]):
            return step, LOSS_NOT_FINITE
        for i in range(depth - 1, -1, -1):
            (kind, code, at, height, width, channels, rows, columns, filters, size, stride, dilation, top,
             left, bottom, right) = _row(plan, i)  # fmt: skip
            x_at, z_at = places[i], places[i + 1]
            x_size, numbers = count * height * width * channels, count * rows * columns * filters
            x, dx = a[x_at : x_at + x_size], delta[x_at : x_at + x_size]
            z, d = a[z_at : z_at + numbers], delta[z_at : z_at + numbers]
            bent = i < depth - 1 and code != LINEAR and kind != MAX_POOL
            relu = _of_relu(plan, i)
            if bent and not relu:
                for j in range(z_at, z_at + (numbers + LANES - 1) // LANES * LANES, LANES):
                    store(delta, j, load(delta, j) * load(slope, j))
            for k in range(off_from[i], off_from[i + 1]):
                for j in range(off_units[k], numbers, filters):
                    d[j] = 0
            if kind == AFFINE:
                _dense_backward(
                    x.reshape(count, channels), w, g, at, d.reshape(count, filters),
                    dx.reshape(count, channels), i == 0,
                )  # fmt: skip
                continue
            image = x.reshape(count, height, width, channels)
            back = dx.reshape(count, height, width, channels)
            out = z.reshape(count, rows, columns, filters)
            dz = d.reshape(count, rows, columns, filters)
            if kind == MAX_POOL:
                if i > 0:
                    spread_max(dz, image, out, back, size, stride, top, left, _of_relu(plan, i - 1))
                continue
            # A pooling after it has heeded the relu already.
            relu = relu and plan[i + 1, 0] != MAX_POOL
            tall, broad = height + top + bottom, width + left + right
            padded = (tall, broad) != (height, width) and channels < BY_PLACE and dilation == 1
            weights = size * size * channels * filters
            backward(
                image,
                full[: count * tall * broad * channels if padded else 0].reshape(
                    count if padded else 0, tall, broad, channels
                ),
                w[at : at + weights].reshape(size, size, channels, filters), dz, out, dz,
                g[at : at + weights].reshape(size, size, channels, filters),
                g[at + weights : at + weights + filters], back, i == 0, wide, gradient, spread,
                mirrored, top, left, stride, dilation, relu,
            )  # fmt: skip
        clock[UPDATES] += 1
        finite = finish(optimizer, hyper, rates[step], after, buffer, clock[UPDATES])
        pass_by(clock, count, order.size)
        if not finite:
            return step + 1, WEIGHT_NOT_FINITE
    return steps, ALL_DONE


def warm_stack() -> None:
    """The smallest call that compiles it for float32: it compiles all kinds of layers."""
    _, activations, off, *rest = warm_arguments()
    offsets = rest.pop(6)
    plan = np.ones((2, len(PLAN)), np.int64)
    plan[:, 0], plan[:, 1], plan[:, 2], plan[:, 12:] = AFFINE, activations, offsets, 0
    memory = tuple(np.zeros(n, np.float32) for n in room(plan, 1))
    train_stack(plan, memory, off, *rest)
