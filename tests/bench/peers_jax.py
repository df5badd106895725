"""JAX's side of the engine bench, written by hand as its documentation does it."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .rows import Row, best, data

Forward = Callable[[Any, Any], Any]


def normal(rng: np.random.Generator, *shape: int) -> Any:
    fan_in = int(np.prod(shape[:-1]))
    return jnp.asarray(rng.normal(size=shape, scale=fan_in**-0.5), jnp.float32)


def affine(rng: np.random.Generator, inputs: int, units: int) -> tuple[Any, Any]:
    return normal(rng, inputs, units), jnp.zeros(units, jnp.float32)


def dense(row: Row, rng: np.random.Generator) -> tuple[Any, Forward]:
    f = jnp.tanh if row.activation == "tanh" else jax.nn.relu

    def forward(p: Any, x: Any) -> Any:
        for w, b in p[:-1]:
            x = f(x @ w + b)
        w, b = p[-1]
        return x @ w + b

    return [affine(rng, a, b) for a, b in pairwise(row.sizes())], forward


def convolution(row: Row, rng: np.random.Generator) -> tuple[Any, Forward]:
    side, _, channels = row.input_shape
    params = []
    for kind, *numbers in row.layers:
        if kind == "conv2d":
            filters, kernel = numbers
            params.append(
                (normal(rng, kernel, kernel, channels, filters), jnp.zeros(filters, jnp.float32))
            )
            channels = filters
        else:
            side //= numbers[0]
    params.append(affine(rng, side * side * channels, row.outputs))

    def forward(p: Any, x: Any) -> Any:
        weights = iter(p)
        for kind, *numbers in row.layers:
            if kind == "conv2d":
                w, b = next(weights)
                z = lax.conv_general_dilated(
                    x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
                )
                x = jax.nn.relu(z + b)
            else:
                # As a maximum over a reshape: faster both ways than lax.reduce_window.
                size = numbers[0]
                n, h, w, c = x.shape
                x = x.reshape(n, h // size, size, w // size, size, c).max((2, 4))
        w, b = next(weights)
        return x.reshape(len(x), -1) @ w + b

    return params, forward


def sequence(row: Row, rng: np.random.Generator) -> tuple[Any, Forward]:
    kind, units = row.layers[0]
    gates = {"lstm": 4, "gru": 3, "simple_rnn": 1}[kind]
    params = (
        affine(rng, row.input_shape[1], gates * units),
        affine(rng, units, gates * units),
        affine(rng, units, row.outputs),
    )

    def lstm(u: Any, state: Any, z: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(z + h @ u[0] + u[1], 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(u: Any, state: Any, z: Any) -> Any:
        (h,) = state
        zr, zu, zn = jnp.split(z, 3, axis=1)
        hr, hu, hn = jnp.split(h @ u[0] + u[1], 3, axis=1)
        n = jnp.tanh(zn + jax.nn.sigmoid(zr + hr) * hn)
        keep = jax.nn.sigmoid(zu + hu)
        h = (1 - keep) * n + keep * h
        return (h,), h

    def simple_rnn(u: Any, state: Any, z: Any) -> Any:
        h = jnp.tanh(z + state[0] @ u[0] + u[1])
        return (h,), h

    cell = {"lstm": lstm, "gru": gru, "simple_rnn": simple_rnn}[kind]

    def forward(p: Any, x: Any) -> Any:
        (w, b), u, (v, c) = p
        # The inputs' share of all steps at once, ahead of the loop.
        z = jnp.swapaxes(x, 0, 1) @ w + b
        start = (jnp.zeros((len(x), units), jnp.float32),) * (2 if kind == "lstm" else 1)
        _, h = lax.scan(lambda state, z: cell(u, state, z), start, z)
        return jnp.swapaxes(h @ v + c, 0, 1)

    return params, forward


def step_and_state(row: Row) -> tuple[Callable[[Any, Any], Any], Any]:
    make = {"dense": dense, "convolution": convolution, "sequence": sequence}[row.kind]
    params, forward = make(row, np.random.default_rng(1))
    inputs, targets = data(row)
    if row.kind == "sequence":
        targets = np.eye(row.outputs, dtype=np.float32)[targets]
    x, t = (jnp.asarray(a.reshape(row.batches, row.batch, *a.shape[1:])) for a in (inputs, targets))

    def loss(p: Any, x: Any, t: Any) -> Any:
        z = forward(p, x)
        if row.loss == "mse":
            return ((z - t) ** 2).mean()
        return -(t * jax.nn.log_softmax(z)).sum(axis=-1).mean()

    def sgd(state: Any, i: Any) -> Any:
        p, velocity = state
        value, g = jax.value_and_grad(loss)(p, x[i % row.batches], t[i % row.batches])
        if row.momentum:
            g = velocity = jax.tree.map(lambda v, d: row.momentum * v + d, velocity, g)
        return (jax.tree.map(lambda w, d: w - 0.01 * d, p, g), velocity), value

    def adam(state: Any, i: Any) -> Any:
        p, m, v, n = state
        value, g = jax.value_and_grad(loss)(p, x[i % row.batches], t[i % row.batches])
        n = n + 1
        m = jax.tree.map(lambda a, d: 0.9 * a + 0.1 * d, m, g)
        v = jax.tree.map(lambda a, d: 0.999 * a + 0.001 * d * d, v, g)
        c1, c2 = 1 - 0.9**n, 1 - 0.999**n
        p = jax.tree.map(lambda w, a, b: w - 0.001 * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), p, m, v)
        return (p, m, v, n), value

    zeros = jax.tree.map(jnp.zeros_like, params)
    if row.optimizer == "sgd":
        return sgd, (params, zeros if row.momentum else ())
    return adam, (params, zeros, zeros, jnp.float32(0))


def jax_jit(row: Row, seconds: float) -> float:
    step, kept = step_and_state(row)
    compiled = jax.jit(step)

    # `best` calls once before it takes the time, so that compilation is not in it.
    def run(steps: int) -> None:
        nonlocal kept
        for i in range(steps):
            kept, _ = compiled(kept, i)
        jax.block_until_ready(kept)

    return best(run, seconds)


def jax_scan(row: Row, seconds: float) -> float:
    """Many steps in one call: the closest to what the compiled loop here does."""
    step, kept = step_and_state(row)
    length = 2000 if row.input_shape[0] < 8 else 20
    many = jax.jit(lambda state: lax.scan(step, state, jnp.arange(length)))

    def run(calls: int) -> None:
        nonlocal kept
        for _ in range(calls):
            kept, _ = many(kept)
        jax.block_until_ready(kept)

    return best(run, seconds) / length
