"""What the tests of layers and of studies share: data for a network, its gradient by central differences, and what a
study finds."""

import gc
import tracemalloc
from typing import Any

import numpy as np

from engine.layers import Output
from engine.network import Network
from engine.studies import gather
from engine.trainer import Trainer
from tests.parity.stacks import Stack, stacks

STACKS = [(f"{kind}: {stack.name}", stack) for kind, stack in stacks()]
IDS = [name for name, _ in STACKS]
KEY = 1234567


def build(stack: Stack) -> Network:
    output: Any = Output(3, stack.output)  # type: ignore[arg-type]
    return Network(stack.input_shape, stack.layers, output, stack.loss, vocabulary=stack.vocabulary)


def batch(network: Network, stack: Stack, samples: int, seed: int = 1) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    shape = (samples, *network.input_shape)
    x = (
        rng.integers(0, stack.vocabulary, shape) * 1.0
        if stack.vocabulary
        else rng.normal(size=shape)
    )
    if network.loss_record.asks == "steps":
        return x, rng.integers(-1, 3, shape[:2]) * 1.0
    return x, rng.normal(size=(samples, 3))


def start(network: Network, seed: int = 1) -> Any:
    """Every parameter moved off its start, running variances kept positive."""
    vector = network.start("glorot_normal", seed, np.float64)
    moves = np.random.default_rng(seed).uniform(0, 0.3, network.layout.size)
    vector[: network.layout.size] += moves
    return vector


def trainer_of(stack: Stack, compiled: bool, optimizer: Any, **settings: Any) -> Trainer:
    network = build(stack)
    x, t = batch(network, stack, 11)
    return Trainer(network, x, t, optimizer, batch_size=4, compiled=compiled, seed=5, **settings)


def worst_gap(network: Network, vector: Any, x: Any, t: Any) -> float:
    """The largest gap between backprop and central differences over the packed vector, relative to
    the largest gradient, in training mode; what is fixed must have none."""
    gradient = np.full_like(vector, 7.0)
    network.loss_and_gradient(vector.copy(), gradient, x, t, network.passes(training=True, key=KEY))
    passes, h = network.passes(training=True, key=KEY), 1e-6
    expected = np.zeros(network.layout.size)
    for i in range(network.layout.size):
        for sign in (1, -1):
            moved = vector.copy()
            moved[i] += sign * h
            loss = network.loss_of(network.forward(moved, x, passes)[-1], t)
            expected[i] += sign * loss / (2 * h)
    for a, b in network.fixed():
        expected[a:b] = 0
    gap = np.abs(gradient[: network.layout.size] - expected).max()
    return float(gap / max(1e-2, np.abs(expected).max()))


def held_by_the_engine() -> int:
    """Bytes: the server of other tests lives in this process too, and garbage is not growth."""
    gc.collect()
    engine = tracemalloc.Filter(True, "*/engine/*")
    found = tracemalloc.take_snapshot().filter_traces([engine])
    return sum(trace.size for trace in found.traces)


def result(study: Any) -> dict[str, Any]:
    """All that a study finds; its progress only grows, to 1."""
    found: dict[str, Any] = {}
    fractions = []
    for fraction, news in study:
        fractions.append(fraction)
        gather(found, news)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    return found
