"""Networks drawn by a seed: healthy ones, and the same with a fault planted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from engine import SGD, Adam, Dense, Experiment, NetworkSpec
from engine.datasets.known_tables import BreastCancer, Iris, Wine
from engine.datasets.plane import Blobs, Circle, Gaussians, Moons, Rings, Slope, Spiral, Xor
from engine.layers import BatchNorm
from engine.optimizers import RMSprop
from engine.spec import OutputSpec, Regularization

CLASSES = (Circle, Xor, Gaussians, Spiral, Moons, Rings, Blobs)
TABLES = (Iris, Wine, BreastCancer)
STEPS = 400

Planted = tuple[NetworkSpec, int]  # and how many steps to train before it is looked at


def healthy(seed: int) -> Planted:
    """A network that learns its data, and how far to train it, the start included."""
    rng = np.random.default_rng([seed, 1])
    data = _data(rng, tables=True)
    activation = str(rng.choice(["tanh", "tanh", "relu", "sigmoid", "leaky_relu", "elu"]))
    depth = 1 if activation == "sigmoid" else int(rng.integers(1, 4))
    layers = tuple(
        Dense(units=int(rng.integers(6, 17)), activation=activation)  # pyright: ignore[reportArgumentType]
        for _ in range(depth)
    )
    bends = activation not in ("tanh", "sigmoid")
    return NetworkSpec(
        dataset=data,
        layers=layers,
        loss="mse" if data.task == "regression" else "cross_entropy",
        optimizer=_optimizer(rng),
        batch_size=int(rng.choice([5, 10, 20, 32])),
        initializer="he_uniform" if bends else "glorot_uniform",
        seed=seed,
    ), int(rng.choice([0, 60, STEPS, 1000]))


def _data(rng: np.random.Generator, *, tables: bool) -> Any:
    seed = int(rng.integers(1000))
    if tables and rng.random() < 0.25:
        return TABLES[rng.integers(3)](seed=seed)
    kind = (*CLASSES, Slope)[rng.integers(8)]
    return kind(samples=int(rng.choice([200, 300, 400])), seed=seed)


def _optimizer(rng: np.random.Generator) -> Any:
    return [
        SGD(learning_rate=float(rng.choice([0.02, 0.05]))),
        SGD(learning_rate=0.01, momentum=0.9),
        Adam(learning_rate=float(rng.choice([0.003, 0.01]))),
        RMSprop(learning_rate=0.003),
    ][rng.integers(4)]


# Each takes a healthy network and spoils it


def _symmetry(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    return replace(spec, initializer="zeros"), STEPS


def _wound(spec: NetworkSpec, rng: np.random.Generator) -> NetworkSpec:
    """Of data that no thrown weights part by luck."""
    kind = (Spiral, Rings)[rng.integers(2)]
    layers = tuple(replace(layer, activation="tanh") for layer in spec.layers)  # pyright: ignore[reportCallIssue]
    data = kind(samples=300, seed=int(rng.integers(1000)))
    return replace(
        spec, dataset=data, layers=layers, loss="cross_entropy", initializer="glorot_uniform"
    )


def _too_fast(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    rate = float(rng.choice([10.0, 30.0]))
    return replace(_wound(spec, rng), optimizer=SGD(learning_rate=rate)), STEPS


def _too_fast_adaptive(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    rate = float(rng.choice([1.0, 3.0]))
    return replace(_wound(spec, rng), optimizer=Adam(learning_rate=rate)), STEPS


def _too_slow(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    rate = float(rng.choice([1e-6, 1e-5]))
    return replace(spec, optimizer=replace(spec.optimizer, learning_rate=rate)), STEPS


def _missing_class(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    kind = CLASSES[rng.integers(len(CLASSES))]
    made = kind(samples=200, seed=int(rng.integers(1000)), test_fraction=0.0)
    targets = made.make().targets
    gone = int(rng.integers(targets.max() + 1))
    erased = tuple(int(i) for i in np.flatnonzero(targets == gone))
    return replace(spec, dataset=replace(made, erased=erased), loss="cross_entropy"), 0


def _fault(name: Any) -> Callable[[NetworkSpec, np.random.Generator], Planted]:
    def plant(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
        return replace(spec, dataset=replace(spec.dataset, fault=name)), STEPS  # pyright: ignore[reportCallIssue]

    return plant


def _batch_norm(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    layers = tuple(part for layer in spec.layers for part in (layer, BatchNorm()))
    return replace(spec, layers=layers, batch_size=int(rng.integers(2, 5))), 50


def _no_bias(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    """Values far from 0 on average, which weights alone have nothing for: points drawn high."""
    points = rng.uniform(-2.5, 2.5, (120, 2)).round(3)
    level = float(rng.choice([-1, 1]) * rng.uniform(2, 4))
    drawn = tuple((float(u), float(v), level + 0.3 * float(u)) for u, v in points)
    layers = tuple(
        replace(layer, trainable_bias=False, activation="tanh")  # pyright: ignore[reportCallIssue]
        for layer in spec.layers
    )
    return replace(
        spec,
        dataset=Slope(samples=0, points=drawn),
        layers=layers,
        loss="mse",
        output=OutputSpec(trainable_bias=False),
        optimizer=Adam(learning_rate=0.01),
    ), 1500


def _little_data(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    kind = (Spiral, Moons, Circle, Rings)[rng.integers(4)]
    data = kind(samples=24, noise=0.6, test_fraction=0.5, seed=int(rng.integers(1000)))
    return replace(
        spec, dataset=data, layers=(Dense(units=32), Dense(units=32)), loss="cross_entropy",
        optimizer=Adam(learning_rate=0.01), initializer="glorot_uniform",
    ), 1500  # fmt: skip


def _l2(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    strong = Regularization(l2=float(rng.choice([0.3, 1.0, 3.0])))
    return replace(
        _wound(spec, rng), regularization=strong, optimizer=SGD(learning_rate=0.03)
    ), STEPS


def _dead(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    layers = tuple(replace(layer, activation="relu") for layer in spec.layers)  # pyright: ignore[reportCallIssue]
    units = layers[0].units  # pyright: ignore[reportAttributeAccessIssue]
    held = {"dense_1.bias": (-30.0,) * units}
    return replace(spec, layers=layers, start=held, initializer="he_uniform"), 100


def _saturated(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    layers = tuple(replace(layer, activation="tanh") for layer in spec.layers)  # pyright: ignore[reportCallIssue]
    units = layers[0].units  # pyright: ignore[reportAttributeAccessIssue]
    held = {"dense_1.bias": tuple(float(x) for x in rng.choice([-30.0, 30.0], units))}
    return replace(spec, layers=layers, start=held, initializer="glorot_uniform"), 100


def _vanishing(spec: NetworkSpec, rng: np.random.Generator) -> Planted:
    layers = (Dense(units=8, activation="sigmoid"),) * int(rng.integers(8, 11))
    return replace(spec, layers=layers, initializer="glorot_uniform"), 0


FAULTS: dict[str, tuple[str, Callable[[NetworkSpec, np.random.Generator], Planted]]] = {
    "symmetry": ("symmetry", _symmetry),
    "too_fast": ("too_fast", _too_fast),
    "too_fast, adaptive": ("too_fast", _too_fast_adaptive),
    "too_slow": ("too_slow", _too_slow),
    "missing_class": ("missing_class", _missing_class),
    "shuffled_labels": ("shuffled_labels", _fault("shuffled_labels")),
    "leak": ("leak", _fault("leaked_test")),
    "unscaled": ("unscaled", _fault("unscaled")),
    "batch_norm_batch": ("batch_norm_batch", _batch_norm),
    "no_bias": ("no_bias", _no_bias),
    "too_little_data": ("too_little_data", _little_data),
    "l2_too_strong": ("l2_too_strong", _l2),
    "dead": ("dead", _dead),
    "saturated": ("saturated", _saturated),
    "vanishing": ("vanishing", _vanishing),
}


def planted(fault: str, seed: int) -> Planted:
    spec, _ = healthy(seed)
    return FAULTS[fault][1](spec, np.random.default_rng([seed, 2]))


def trained(spec: NetworkSpec, steps: int) -> Experiment:
    run = Experiment(spec)
    run.measured()
    run.train(steps)
    run.measured()
    return run
