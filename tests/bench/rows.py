"""What the engine bench measures: each row's network, data and goal, and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

Layer = tuple[Any, ...]
RECURRENT = ("lstm", "gru", "simple_rnn")


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of work.

    `layers` are ("dense", units), ("conv2d", filters, kernel) with same padding, ("max_pool2d", size)
    and ("lstm" | "gru" | "simple_rnn", units) that return every step; dense ones and convolutions
    have `activation`, recurrent ones tanh. A dense output of `outputs` follows, on every step of a
    sequence. `goal` is the time of the fastest peer over ours.
    """

    input_shape: tuple[int, ...]
    layers: tuple[Layer, ...]
    outputs: int
    loss: str  # "mse" | "cross_entropy" | "sequence_cross_entropy"
    optimizer: str  # "sgd", rate 0.01 | "adam", rate 0.001
    batch: int
    goal: float
    activation: str = "relu"
    momentum: float = 0.0
    batches: int = 10

    @property
    def samples(self) -> int:
        return self.batch * self.batches

    @property
    def kind(self) -> str:
        """ "dense" | "convolution" | "sequence" """
        return {1: "dense", 2: "sequence", 3: "convolution"}[len(self.input_shape)]

    def sizes(self) -> list[int]:
        """Of a dense network, input and output included."""
        return [*self.input_shape, *(units for _, units in self.layers), self.outputs]


def dense(*sizes: int, **rest: Any) -> Row:
    return Row(sizes[:1], tuple(("dense", units) for units in sizes[1:-1]), sizes[-1], **rest)


def convolution(size: int, pools: tuple[int, int], **rest: Any) -> Row:
    first, second = pools
    layers = (
        ("conv2d", 8, 5), ("max_pool2d", first), ("conv2d", 16, 5), ("max_pool2d", second),
    )  # fmt: skip
    return Row((size, size, 1), layers, 10, "cross_entropy", "sgd", momentum=0.9, **rest)


def sequence(kind: str, units: int, letters: int, steps: int, batch: int) -> Row:
    """Letters come one-hot, as floats; the loss is the mean over all steps."""
    return Row(
        (steps, letters), ((kind, units),), letters, "sequence_cross_entropy", "adam", batch, goal=1
    )


ROWS = {
    "2-4-2-1 tanh, MSE, SGD, batch 10": dense(
        2, 4, 2, 1, loss="mse", optimizer="sgd", batch=10, goal=5, activation="tanh", batches=30),
    "2-8-8-8-3 tanh, softmax, Adam, batch 32": dense(
        2, 8, 8, 8, 3, loss="cross_entropy", optimizer="adam", batch=32, goal=2, activation="tanh"),
    "64-128-64-10 relu, softmax, Adam, batch 128": dense(
        64, 128, 64, 10, loss="cross_entropy", optimizer="adam", batch=128, goal=1),
    "784-512-512-10 relu, softmax, Adam, batch 128": dense(
        784, 512, 512, 10, loss="cross_entropy", optimizer="adam", batch=128, goal=1),
    "CNN 24x24: conv8@5 pool2 conv16@5 pool3 fc10, batch 20": convolution(
        24, (2, 3), batch=20, goal=3),
    "CNN 8x8: conv8@5 pool2 conv16@5 pool2 fc10, batch 32": convolution(
        8, (2, 2), batch=32, goal=5),
    "LSTM 128, 64 letters, 50 steps, batch 32": sequence("lstm", 128, 64, 50, 32),
    "LSTM 64, 40 letters, 32 steps, batch 16": sequence("lstm", 64, 40, 32, 16),
    "GRU 64, 40 letters, 32 steps, batch 16": sequence("gru", 64, 40, 32, 16),
    "simple RNN 64, 40 letters, 32 steps, batch 16": sequence("simple_rnn", 64, 40, 32, 16),
}  # fmt: skip


def data(row: Row) -> tuple[Any, Any]:
    """inputs: (samples, *input_shape)

    targets: (samples, outputs), one-hot where there are classes; of sequences (samples, steps),
    class numbers
    """
    rng = np.random.default_rng(0)
    if row.kind == "sequence":
        steps, letters = row.input_shape
        text = rng.integers(0, letters, (row.samples, steps + 1))
        return np.eye(letters, dtype=np.float32)[text[:, :-1]], text[:, 1:]
    inputs = rng.normal(size=(row.samples, *row.input_shape)).astype(np.float32)
    if row.loss == "mse":
        return inputs, rng.normal(size=(row.samples, row.outputs)).astype(np.float32)
    return inputs, np.eye(row.outputs, dtype=np.float32)[rng.integers(0, row.outputs, row.samples)]


def best(run: Callable[[int], object], seconds: float) -> float:
    """Microseconds a step: the best of five spans of about so long.  run(steps) trains."""
    steps = 1
    run(1)
    while True:
        begin = perf_counter()
        run(steps)
        passed = perf_counter() - begin
        if passed > seconds / 4:
            break
        steps = max(steps * 2, int(steps * seconds / 4 / max(passed, 1e-9)))
    steps = max(1, int(steps * seconds / passed))
    times = []
    for _ in range(5):
        begin = perf_counter()
        run(steps)
        times.append((perf_counter() - begin) / steps)
    return min(times) * 1e6
