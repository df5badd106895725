"""Recurrent networks whose states, gates and gradients by time step are compared with PyTorch's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import Experiment, NetworkSpec
from engine.datasets import DATASETS
from engine.layers import GRU, LSTM, Embedding, SimpleRNN
from engine.layers.base import Layer
from engine.optimizers import Adam

BEFORE = 5  # updates made before: biases are not 0 then


@dataclass(frozen=True, slots=True)
class Case:
    """One sample, the first of the test part, of a network in float64."""

    name: str
    data: str
    layers: tuple[Any, ...]
    loss: str = "cross_entropy"
    of: int | None = None

    def experiment(self) -> Experiment:
        sizes = {"waveforms": {"length": 16}, "sines": {"window": 12}, "arithmetic": {}}[self.data]
        spec = NetworkSpec(
            dataset=DATASETS[self.data](samples=60, **sizes), layers=self.layers, loss=self.loss,
            optimizer=Adam(learning_rate=0.01), seed=3,
        )  # fmt: skip
        run = Experiment(spec, dtype=np.float64, compiled=False)
        run.train(BEFORE)
        return run


def _stack(layer: Layer) -> tuple[Any, ...]:
    return (Embedding(output_dim=4), layer)


def cases() -> Iterator[Case]:
    for cls in (SimpleRNN, LSTM, GRU):
        kind = cls.__dataclass_fields__["kind"].default
        yield Case(f"{kind}, asked at the end", "waveforms", (cls(units=5),))
        yield Case(f"{kind}, both ways", "waveforms", (cls(units=4, bidirectional=True),))
        yield Case(f"{kind}, truncated", "waveforms", (cls(units=5, truncate=5),))
        yield Case(
            f"{kind}, asked at every step", "arithmetic", _stack(cls(units=5, return_sequences=True)),
            "sequence_cross_entropy",
        )  # fmt: skip
        yield Case(
            f"{kind}, every step truncated", "arithmetic",
            _stack(cls(units=5, return_sequences=True, truncate=4)), "sequence_cross_entropy",
        )  # fmt: skip
        yield Case(f"{kind}, of a value", "sines", (cls(units=5),), "mse", of=0)
        yield Case(f"{kind}, of a class", "waveforms", (cls(units=5),), of=2)
    yield Case("relu", "waveforms", (SimpleRNN(units=5, activation="relu"),))
    yield Case(
        "two layers", "waveforms", (LSTM(units=4, return_sequences=True), GRU(units=3)),
    )  # fmt: skip


__all__ = ["BEFORE", "Case", "cases"]
