"""The engine's own side of its bench: its time a step, and its memory."""

import gc
import sys
import tracemalloc
from pathlib import Path
from typing import Any

from .rows import RECURRENT, ROWS, Row, best, data, dense

STATUS = Path("/proc/self/status")


def trainer(row: Row, compiled: bool = True) -> Any:
    from engine import SGD, Adam, Network, Trainer, layers

    made: list[Any] = []
    for kind, *numbers in row.layers:
        make = layers.LAYERS[kind]
        if kind == "dense":
            made.append(make(units=numbers[0], activation=row.activation))
        elif kind == "conv2d":
            filters, kernel = numbers
            made.append(
                make(filters=filters, kernel_size=kernel, padding="same", activation="relu")
            )
        elif kind == "max_pool2d":
            made.append(make(pool_size=numbers[0]))
        elif kind in RECURRENT:
            made.append(make(units=numbers[0], return_sequences=True))
    if row.kind == "convolution":
        made.append(layers.LAYERS["flatten"]())
    output = layers.Output(row.outputs, "linear" if row.loss == "mse" else "softmax")
    network = Network(row.input_shape, made, output, row.loss)
    optimizer = (
        SGD(learning_rate=0.01, momentum=row.momentum)
        if row.optimizer == "sgd"
        else Adam(learning_rate=0.001)
    )
    inputs, targets = data(row)
    return Trainer(network, inputs, targets, optimizer, batch_size=row.batch, compiled=compiled)


def ours(row: Row, seconds: float) -> float:
    return best(trainer(row).train, seconds)


def numpy_form(row: Row, seconds: float) -> float:
    return best(trainer(row, compiled=False).train, seconds)


# Memory: what is measured, its goal in MB

LARGE = dense(
    784, 512, 512, 512, 10, loss="cross_entropy", optimizer="adam", batch=128, goal=1
)  # fmt: skip
PEAK = "peak resident, 784-512-512-512-10 (932 362 parameters), Adam, 50 steps"
# steps, row; what a run allocates once it has made before the first figure is taken
GROWTH = {
    "growth, 2-8-8-8-3, 10 000 steps": (10_000, "2-8-8-8-3 tanh, softmax, Adam, batch 32"),
    "growth, CNN 24x24, 300 steps": (300, "CNN 24x24: conv8@5 pool2 conv16@5 pool3 fc10, batch 20"),
    "growth, LSTM 64, 300 steps": (300, "LSTM 64, 40 letters, 32 steps, batch 16"),
}
MEMORY = {PEAK: 100.0} | dict.fromkeys(GROWTH, 0.1)


def memory(what: str) -> tuple[float, float]:
    """MB resident and MB that tracemalloc counts.

    The peak is over what stands after the imports and after the kernels are loaded, data, weights
    and optimizer included. Growth is between the first tenth of the steps and the end; tracemalloc
    sees Python and NumPy, the resident figure Numba's own allocations too.
    """
    from engine import kernels

    kernels.warm(lambda *_: None)
    gc.collect()
    if what == PEAK:
        before = resident(reset=True)
        trainer(LARGE).train(50)
        return resident(peak=True) - before, 0.0
    steps, row = GROWTH[what]
    run = trainer(ROWS[row])
    slices = steps // 50
    tracemalloc.start()
    for _ in range(5):
        run.train(slices)
    gc.collect()
    before, traced = resident(), tracemalloc.get_traced_memory()[0]
    for _ in range(45):
        run.train(slices)
    gc.collect()
    return resident() - before, (tracemalloc.get_traced_memory()[0] - traced) / 1e6


def resident(peak: bool = False, reset: bool = False) -> float:
    """MB; `reset` forgets the highest so far. Without /proc it is always the highest so far."""
    if not STATUS.exists():
        import resource

        unit = 1e-6 if sys.platform == "darwin" else 1e-3
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    name = "VmHWM:" if peak else "VmRSS:"
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / 1e6
