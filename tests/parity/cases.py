"""The cases PyTorch and this engine both run, made from the engine's own tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.activations import ACTIVATIONS
from engine.layers import Dense, Output
from engine.losses import LOSSES
from engine.network import Network
from engine.optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    Optimizer,
    RAdam,
    RMSprop,
    Rprop,
)
from engine.trainer import Trainer

STEPS = 100
SAMPLES = 23  # not a multiple of the batch: the last one of an epoch is smaller
BATCHES = {"full": 1000, "mini": 5}
# Of each optimizer, the settings that take another path; a new one without an entry fails below.
VARIANTS: dict[str, list[Optimizer]] = {
    "sgd": [
        SGD(learning_rate=0.05),
        SGD(learning_rate=0.02, momentum=0.9),
        SGD(learning_rate=0.02, momentum=0.9, nesterov=True),
    ],
    "adam": [
        Adam(learning_rate=0.01),
        Adam(learning_rate=0.02, beta_1=0.8, beta_2=0.99, epsilon=1e-6),
    ],
    "adamw": [AdamW(learning_rate=0.01), AdamW(learning_rate=0.01, weight_decay=0.3)],
    "nadam": [NAdam(learning_rate=0.01), NAdam(learning_rate=0.01, momentum_decay=0.1)],
    "radam": [RAdam(learning_rate=0.01), RAdam(learning_rate=0.01, beta_2=0.9)],
    "adamax": [Adamax(learning_rate=0.01)],
    "rmsprop": [RMSprop(learning_rate=0.003), RMSprop(learning_rate=0.001, momentum=0.9)],
    "adagrad": [Adagrad(learning_rate=0.05), Adagrad(learning_rate=0.05, learning_rate_decay=0.01)],
    "adadelta": [Adadelta(), Adadelta(rho=0.8, epsilon=1e-5)],
    "rprop": [Rprop(learning_rate=0.01), Rprop(shrink=0.7, grow=1.1, most_step=0.1)],
    "lion": [Lion(learning_rate=0.003), Lion(learning_rate=0.003, weight_decay=0.1)],
}


@dataclass(frozen=True)
class Case:
    name: str
    activation: str = "tanh"
    loss: str = "mse"
    output: str = "linear"
    optimizer: Optimizer = field(default_factory=lambda: SGD(learning_rate=0.05))
    l1: float = 0.0
    l2: float = 0.0
    units: tuple[int, ...] = (7, 5)
    outputs: int = 3
    seed: int = 1
    # Methods that divide by tiny numbers amplify rounding: held for 50 steps; Rprop, which looks at
    # signs alone, for 20.
    steps: int = STEPS

    def limit(self, dtype: type) -> float:
        """The largest relative difference of a loss.  PyTorch keeps NAdam's product in float32."""
        if dtype is np.float32:
            # Where a gradient is all but zero, float32 may give Rprop the other sign.
            return 0.05 if self.optimizer.kind == "rprop" else 1e-4
        return 1e-8 if self.optimizer.kind == "nadam" else 1e-9

    def data(self) -> tuple[Any, Any]:
        """inputs (samples, 2), targets as this loss wants them (samples, outputs)"""
        rng = np.random.default_rng(self.seed)
        inputs = rng.normal(0, 1, (SAMPLES, 2))
        labels = rng.integers(0, self.outputs, SAMPLES)
        one_hot = np.eye(self.outputs)[labels]
        if self.loss in ("mse", "mae", "huber") and self.output == "linear":
            return inputs, rng.normal(0, 1.5, (SAMPLES, self.outputs))
        return inputs, 2 * one_hot - 1 if self.loss == "hinge" else one_hot

    def network(self) -> Network:
        layers = [Dense(units=u, activation=self.activation) for u in self.units]  # type: ignore[arg-type]
        return Network((2,), layers, Output(self.outputs, self.output), self.loss)  # type: ignore[arg-type]

    def trainer(self, dtype: type, batch: str, compiled: bool) -> Trainer:
        inputs, targets = self.data()
        return Trainer(
            self.network(), inputs, targets, self.optimizer,
            batch_size=BATCHES[batch], l1=self.l1, l2=self.l2, seed=self.seed, dtype=dtype, compiled=compiled,
        )  # fmt: skip


def cases(seed: int = 1) -> Iterator[Case]:
    """Every activation, every loss with every output it takes, every optimizer, the penalties."""
    for activation in ACTIVATIONS:
        if activation == "exponential":  # one layer of it: two grow out of any float at once
            calm = SGD(learning_rate=0.001)
            yield Case(
                f"activation {activation}",
                activation=activation,
                optimizer=calm,
                units=(4,),
                seed=seed,
            )
        else:
            yield Case(f"activation {activation}", activation=activation, seed=seed)
    for loss, record in LOSSES.items():
        outputs = [record.requires] if record.requires else ["linear", "tanh", "sigmoid", "softmax"]
        for output in outputs:
            yield Case(f"loss {loss} on {output}", loss=loss, output=output, seed=seed)
    for kind in OPTIMIZERS:
        for i, optimizer in enumerate(VARIANTS[kind]):
            yield Case(
                f"optimizer {kind} {i}",
                loss="cross_entropy",
                output="softmax",
                optimizer=optimizer,
                seed=seed,
                steps={"sgd": STEPS, "adam": STEPS, "rprop": STEPS // 5}.get(kind, STEPS // 2),
            )
    yield Case("l2", l2=0.03, seed=seed)
    yield Case("l1", l1=0.01, seed=seed)
    yield Case("no hidden layer", units=(), seed=seed)
    yield Case("one output", loss="binary_cross_entropy", output="sigmoid", outputs=1, seed=seed)
    yield Case("large", units=(70, 64), loss="cross_entropy", output="softmax", seed=seed)
