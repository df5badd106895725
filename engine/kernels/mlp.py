"""Training of a whole dense network for many steps in one call.

Two forms of the same mathematics. `train_lanes` keeps eight samples side by side in registers and
wins at playground sizes, where everything else is call overhead. `train_blas` hands its matrix
products to BLAS, which wins from about a hundred units a layer on.

Both take the same arguments:
    sizes        (depth + 1,)  inputs, then units of each layer
    activations  (depth,)      codes; of the output too
    off          where each layer's units that are off begin in a list of them: (depth + 1,), (k,)
    loss, optimizer            codes
    hyper        (8,)          the optimizer's settings, float64
    rates        (steps,)      the learning rate of each update, float64
    after        what is done with a gradient besides the optimizer's own step, see `updates.finish`
    buffer       (2 + slots, capacity)  parameters, gradient, optimizer slots, perhaps the average
    offsets      (depth,)      where each layer's weight lies; its bias follows it
    inputs (n, features)  targets (n, outputs)  order (n,)
    sample_weights (n,)        float64, of the samples in the loss; (0,) where all count alike
    clock        (3,)          position in `order`, epoch, the optimizer's own updates
    generator    (1,)          uint64, the shuffle's state
    batch_size, steps
    losses       (steps,)      float64, the batch loss before each update
They return (steps done, status): 0 all done, 1 the loss of the next step is not finite (no update
made), 2 the last update left a weight that is not finite.
"""

from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS, activate
from .losses import loss_block
from .shuffling import shuffle
from .simd import LANES, fma, like, load, splat, store, total
from .updates import finish, warm_after

POSITION, EPOCH, UPDATES = 0, 1, 2
ALL_DONE, LOSS_NOT_FINITE, WEIGHT_NOT_FINITE = 0, 1, 2


@njit(**OPTIONS)
def _affine(w: Any, at: int, inputs: int, units: int, x: Any, x_at: int, z: Any, z_at: int) -> None:
    """z = x @ weight + bias for one block of eight samples, four units at a time."""
    bias = at + inputs * units
    j = 0
    while j + 4 <= units:
        s0 = splat(w[bias + j])
        s1 = splat(w[bias + j + 1])
        s2 = splat(w[bias + j + 2])
        s3 = splat(w[bias + j + 3])
        for k in range(inputs):
            value = load(x, x_at + k * LANES)
            o = at + k * units + j
            s0 = fma(value, splat(w[o]), s0)
            s1 = fma(value, splat(w[o + 1]), s1)
            s2 = fma(value, splat(w[o + 2]), s2)
            s3 = fma(value, splat(w[o + 3]), s3)
        o = z_at + j * LANES
        store(z, o, s0)
        store(z, o + LANES, s1)
        store(z, o + 2 * LANES, s2)
        store(z, o + 3 * LANES, s3)
        j += 4
    while j < units:
        s0 = splat(w[bias + j])
        for k in range(inputs):
            s0 = fma(load(x, x_at + k * LANES), splat(w[at + k * units + j]), s0)
        store(z, z_at + j * LANES, s0)
        j += 1


@njit(**OPTIONS)
def _gradients(
    g: Any, at: int, inputs: int, units: int, x: Any, x_at: int, delta: Any, d_at: int, blocks: int
) -> None:
    """grad_weight = x.T @ delta and grad_bias = sum of delta, over all blocks."""
    for j in range(units):
        s0 = like(load(delta, d_at), 0.0)
        for b in range(blocks):
            s0 = s0 + load(delta, d_at + (b * units + j) * LANES)
        g[at + inputs * units + j] = total(s0)
    for k in range(inputs):
        j = 0
        while j + 4 <= units:
            s0 = like(load(x, x_at), 0.0)
            s1 = s0
            s2 = s0
            s3 = s0
            for b in range(blocks):
                value = load(x, x_at + (b * inputs + k) * LANES)
                o = d_at + (b * units + j) * LANES
                s0 = fma(value, load(delta, o), s0)
                s1 = fma(value, load(delta, o + LANES), s1)
                s2 = fma(value, load(delta, o + 2 * LANES), s2)
                s3 = fma(value, load(delta, o + 3 * LANES), s3)
            o = at + k * units + j
            g[o] = total(s0)
            g[o + 1] = total(s1)
            g[o + 2] = total(s2)
            g[o + 3] = total(s3)
            j += 4
        while j < units:
            s0 = like(load(x, x_at), 0.0)
            for b in range(blocks):
                s0 = fma(
                    load(x, x_at + (b * inputs + k) * LANES),
                    load(delta, d_at + (b * units + j) * LANES),
                    s0,
                )
            g[at + k * units + j] = total(s0)
            j += 1


@njit(**OPTIONS)
def _pull_back(
    w: Any, at: int, inputs: int, units: int, delta: Any, d_at: int, slope: Any, x_at: int
) -> None:
    """delta of the layer below = (delta @ weight.T) * f'(z), for one block of eight samples."""
    k = 0
    while k + 4 <= inputs:
        s0 = like(load(delta, d_at), 0.0)
        s1 = s0
        s2 = s0
        s3 = s0
        for j in range(units):
            value = load(delta, d_at + j * LANES)
            o = at + k * units + j
            s0 = fma(value, splat(w[o]), s0)
            s1 = fma(value, splat(w[o + units]), s1)
            s2 = fma(value, splat(w[o + 2 * units]), s2)
            s3 = fma(value, splat(w[o + 3 * units]), s3)
        o = x_at + k * LANES
        store(delta, o, s0 * load(slope, o))
        store(delta, o + LANES, s1 * load(slope, o + LANES))
        store(delta, o + 2 * LANES, s2 * load(slope, o + 2 * LANES))
        store(delta, o + 3 * LANES, s3 * load(slope, o + 3 * LANES))
        k += 4
    while k < inputs:
        s0 = like(load(delta, d_at), 0.0)
        for j in range(units):
            s0 = fma(load(delta, d_at + j * LANES), splat(w[at + k * units + j]), s0)
        o = x_at + k * LANES
        store(delta, o, s0 * load(slope, o))
        k += 1


@njit(**OPTIONS)
def _finish(clock: Any, count: int, samples: int) -> None:
    clock[POSITION] += count
    if clock[POSITION] >= samples:
        clock[POSITION] = 0
        clock[EPOCH] += 1


@njit(**OPTIONS)
def _whole(weights: Any, order: Any, start: int, count: int) -> float:
    """What a batch's samples weigh."""
    whole = 0.0
    for i in range(start, start + count):
        whole += weights[order[i]]
    return whole


@njit(**OPTIONS)
def train_lanes(
    sizes: Any, activations: Any, off: Any, loss: int, optimizer: int, hyper: Any, rates: Any, after: Any,
    buffer: Any,
    offsets: Any, inputs: Any, targets: Any, sample_weights: Any, order: Any, clock: Any, generator: Any,
    batch_size: int, steps: int, losses: Any,
) -> Any:  # fmt: skip
    """Train with batches held as blocks of (units, 8).  See the module for the arguments."""
    depth = sizes.size - 1
    off_from, off_units = off
    samples = order.size
    features = sizes[0]
    outputs = sizes[depth]
    most_blocks = (min(batch_size, samples) + LANES - 1) // LANES
    places = np.zeros(depth + 1, np.int64)
    room = 0
    for layer in range(depth + 1):
        places[layer] = room
        room += sizes[layer] * most_blocks * LANES
    a = np.zeros(room, buffer.dtype)
    slope = np.ones(room, buffer.dtype)
    delta = np.zeros(room, buffer.dtype)
    z = np.zeros(outputs * LANES, buffer.dtype)
    t = np.zeros(outputs * most_blocks * LANES, buffer.dtype)
    mask = np.zeros(most_blocks * LANES, buffer.dtype)
    w = buffer[0]
    g = buffer[1]
    for step in range(steps):
        if clock[POSITION] == 0:
            shuffle(order, generator)
        start = clock[POSITION]
        count = min(batch_size, samples - start)
        blocks = (count + LANES - 1) // LANES
        for i in range(blocks * LANES):
            sample = order[start + min(i, count - 1)]
            lane = i % LANES
            o = i // LANES * features * LANES + lane
            for k in range(features):
                a[o + k * LANES] = inputs[sample, k]
            o = i // LANES * outputs * LANES + lane
            for k in range(outputs):
                t[o + k * LANES] = targets[sample, k]
            mask[i] = 1 if i < count else 0
        if sample_weights.size:
            scale = count / _whole(sample_weights, order, start, count)
            for i in range(count):
                mask[i] = sample_weights[order[start + i]] * scale
        summed = like(load(mask, 0), 0.0)
        for block in range(blocks):
            for layer in range(depth - 1):
                below = sizes[layer]
                units = sizes[layer + 1]
                x_at = places[layer] + block * below * LANES
                z_at = places[layer + 1] + block * units * LANES
                _affine(w, offsets[layer], below, units, a, x_at, a, z_at)
                activate(activations[layer], a, slope, z_at, units * LANES)
                for i in range(off_from[layer], off_from[layer + 1]):
                    o = z_at + off_units[i] * LANES
                    a[o : o + LANES] = 0
                    slope[o : o + LANES] = 0
            below = sizes[depth - 1]
            x_at = places[depth - 1] + block * below * LANES
            z_at = places[depth] + block * outputs * LANES
            _affine(w, offsets[depth - 1], below, outputs, a, x_at, z, 0)
            block_size = outputs * LANES
            summed = summed + loss_block(
                loss, activations[depth - 1], outputs, z,
                a[z_at : z_at + block_size], slope[z_at : z_at + block_size],
                t[block * block_size : (block + 1) * block_size],
                delta[z_at : z_at + block_size], load(mask, block * LANES), count,
            )  # fmt: skip
        losses[step] = total(summed)
        if not np.isfinite(losses[step]):
            return step, LOSS_NOT_FINITE
        for layer in range(depth - 1, -1, -1):
            below = sizes[layer]
            units = sizes[layer + 1]
            _gradients(
                g, offsets[layer], below, units, a, places[layer], delta, places[layer + 1], blocks
            )
            if layer > 0:
                for block in range(blocks):
                    _pull_back(
                        w, offsets[layer], below, units, delta,
                        places[layer + 1] + block * units * LANES, slope,
                        places[layer] + block * below * LANES,
                    )  # fmt: skip
        clock[UPDATES] += 1
        finite = finish(optimizer, hyper, rates[step], after, buffer, clock[UPDATES])
        _finish(clock, count, samples)
        if not finite:
            return step + 1, WEIGHT_NOT_FINITE
    return steps, ALL_DONE


@njit(**OPTIONS)
def train_blas(
    sizes: Any, activations: Any, off: Any, loss: int, optimizer: int, hyper: Any, rates: Any, after: Any,
    buffer: Any,
    offsets: Any, inputs: Any, targets: Any, sample_weights: Any, order: Any, clock: Any, generator: Any,
    batch_size: int, steps: int, losses: Any,
) -> Any:  # fmt: skip
    """Train with batches held as (batch, units).  See the module for the arguments."""
    depth = sizes.size - 1
    off_from, off_units = off
    samples = order.size
    outputs = sizes[depth]
    rows = min(batch_size, samples)
    places = np.zeros(depth + 1, np.int64)
    room = 0
    for layer in range(depth + 1):
        places[layer] = room
        room += (sizes[layer] * rows + LANES - 1) // LANES * LANES
    a = np.zeros(room, buffer.dtype)
    slope = np.ones(room, buffer.dtype)
    delta = np.zeros(room, buffer.dtype)
    block_z = np.zeros(outputs * LANES, buffer.dtype)
    block_a = np.zeros(outputs * LANES, buffer.dtype)
    block_slope = np.zeros(outputs * LANES, buffer.dtype)
    block_t = np.zeros(outputs * LANES, buffer.dtype)
    block_delta = np.zeros(outputs * LANES, buffer.dtype)
    block_mask = np.zeros(LANES, buffer.dtype)
    w = buffer[0]
    g = buffer[1]
    for step in range(steps):
        if clock[POSITION] == 0:
            shuffle(order, generator)
        start = clock[POSITION]
        count = min(batch_size, samples - start)
        features = sizes[0]
        for i in range(count):
            a[i * features : (i + 1) * features] = inputs[order[start + i]]
        for layer in range(depth):
            below = sizes[layer]
            units = sizes[layer + 1]
            at = offsets[layer]
            x = a[places[layer] : places[layer] + count * below].reshape(count, below)
            z_at = places[layer + 1]
            z = a[z_at : z_at + count * units].reshape(count, units)
            np.dot(x, w[at : at + below * units].reshape(below, units), z)
            bias = w[at + below * units : at + below * units + units]
            for i in range(count):
                row = z[i]
                for j in range(units):
                    row[j] += bias[j]
            if layer < depth - 1:
                padded = (count * units + LANES - 1) // LANES * LANES
                activate(activations[layer], a, slope, z_at, padded)
                for k in range(off_from[layer], off_from[layer + 1]):
                    for i in range(count):
                        a[z_at + i * units + off_units[k]] = 0
                        slope[z_at + i * units + off_units[k]] = 0
        weight_scale = (
            count / _whole(sample_weights, order, start, count) if sample_weights.size else 1.0
        )
        summed = like(load(block_mask, 0), 0.0)
        top = places[depth]
        for first in range(0, count, LANES):
            for lane in range(LANES):
                i = min(first + lane, count - 1)
                block_mask[lane] = 1 if first + lane < count else 0
                if sample_weights.size and first + lane < count:
                    block_mask[lane] = sample_weights[order[start + i]] * weight_scale
                target = targets[order[start + i]]
                for j in range(outputs):
                    block_z[j * LANES + lane] = a[top + i * outputs + j]
                    block_t[j * LANES + lane] = target[j]
            summed = summed + loss_block(
                loss, activations[depth - 1], outputs, block_z, block_a, block_slope, block_t,
                block_delta, load(block_mask, 0), count,
            )  # fmt: skip
            for lane in range(min(LANES, count - first)):
                for j in range(outputs):
                    delta[top + (first + lane) * outputs + j] = block_delta[j * LANES + lane]
        losses[step] = total(summed)
        if not np.isfinite(losses[step]):
            return step, LOSS_NOT_FINITE
        for layer in range(depth - 1, -1, -1):
            below = sizes[layer]
            units = sizes[layer + 1]
            at = offsets[layer]
            weights = below * units
            x = a[places[layer] : places[layer] + count * below].reshape(count, below)
            d = delta[places[layer + 1] : places[layer + 1] + count * units].reshape(count, units)
            np.dot(x.T, d, g[at : at + weights].reshape(below, units))
            bias = g[at + weights : at + weights + units]
            bias[:] = 0
            for i in range(count):
                row = d[i]
                for j in range(units):
                    bias[j] += row[j]
            if layer > 0:
                x_at = places[layer]
                dx = delta[x_at : x_at + count * below].reshape(count, below)
                np.dot(d, w[at : at + weights].reshape(below, units).T, dx)
                for i in range(x_at, x_at + (count * below + LANES - 1) // LANES * LANES, LANES):
                    store(delta, i, load(delta, i) * load(slope, i))
        clock[UPDATES] += 1
        finite = finish(optimizer, hyper, rates[step], after, buffer, clock[UPDATES])
        _finish(clock, count, samples)
        if not finite:
            return step + 1, WEIGHT_NOT_FINITE
    return steps, ALL_DONE


def warm_arguments() -> tuple[Any, ...]:
    """One step of a 1-1-1 network: the smallest call that compiles a kernel for float32."""
    return (
        np.array([1, 1, 1]), np.array([2, 0]), (np.zeros(3, np.int64), np.zeros(0, np.int64)), 2, 0, np.zeros(8), np.zeros(1), warm_after(),
        np.zeros((5, 8), np.float32), np.array([0, 2]), np.zeros((1, 1), np.float32),
        np.zeros((1, 1), np.float32), np.zeros(0), np.zeros(1, np.int64), np.zeros(3, np.int64),
        np.zeros(1, np.uint64), 1, 1, np.zeros(1),
    )  # fmt: skip
