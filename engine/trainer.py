"""Training of one network on one set of arrays, in slices that leave no trace.

The same spec and seed give the same numbers bit for bit however the steps are sliced: everything
that moves (weights, optimizer slots, order, generator, clock) is state here and nowhere else.
"""

from dataclasses import dataclass, fields
from math import isfinite, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layers import Dense
from .network import Network
from .optimizers import Optimizer

Array = NDArray[np.floating]

# Above this many multiply-adds a sample BLAS is ahead of the lanes kernel (measured, docs/bench.md).
BLAS_FROM_WEIGHTS = 3000


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where training stopped being finite: the update that was about to be made or was undone."""

    step: int
    layer: str
    what: str  # "loss" | "weight" | "bias"
    value: str  # "NaN" | "Infinity" | "-Infinity"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that moves, copied: the only copy the engine makes of a training state."""

    state: Array
    order: NDArray[np.int64]
    clock: NDArray[np.int64]
    generator: NDArray[np.uint64]
    step: int


def _word(value: float) -> str:
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


class Trainer:
    """Owns the vector of a network and moves it.

    inputs: (samples, *input_shape)  targets: (samples, outputs)
    `compiled=False` trains in plain NumPy, which is the definition.
    """

    def __init__(
        self,
        network: Network,
        inputs: Array,
        targets: Array,
        optimizer: Optimizer,
        *,
        batch_size: int = 10,
        l1: float = 0.0,
        l2: float = 0.0,
        initializer: str = "glorot_uniform",
        seed: int = 0,
        dtype: type = np.float32,
        compiled: bool = True,
    ) -> None:
        self.network = network
        self.dtype = dtype
        self.compiled = compiled
        self.batch_size = batch_size
        self.l1 = l1
        self.l2 = l2
        self.initializer = initializer
        self.optimizer = optimizer
        self.diverged: Divergence | None = None
        self._set_data(inputs, targets)
        self.reset(seed)

    # What it is

    @property
    def vector(self) -> Array:
        """The parameters, a view: (size,)"""
        return self._buffer[0, : self.network.layout.size]

    @property
    def gradient(self) -> Array:
        """The last update's gradient, penalties included, a view: (size,)"""
        return self._buffer[1, : self.network.layout.size]

    @property
    def slots(self) -> dict[str, Array]:
        """The optimizer's slots by name, views: (size,) each"""
        size = self.network.layout.size
        return {name: self._buffer[2 + i, :size] for i, name in enumerate(self.optimizer.slots)}

    @property
    def epoch(self) -> int:
        return int(self._clock[1])

    @property
    def samples(self) -> int:
        return len(self.inputs)

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.samples // self.batch_size) if self.samples else 0

    def steps_to_epoch_end(self) -> int:
        """Updates left in the running epoch."""
        return -(-(self.samples - int(self._clock[0])) // self.batch_size)

    # What changes it

    def reset(self, seed: int) -> None:
        """Fresh weights, step 0: the same seed gives the same run."""
        self.seed = seed
        self._buffer = np.zeros(
            (2 + len(self.optimizer.slots), self.network.layout.capacity), self.dtype
        )
        self._buffer[0] = self.network.start(self.initializer, seed, self.dtype)
        self._order = np.arange(self.samples, dtype=np.int64)
        self._clock = np.zeros(3, np.int64)  # position in the order, epoch, optimizer updates
        self._generator = np.array([seed], np.uint64)
        self.step = 0
        self.diverged = None

    def _set_data(self, inputs: Array, targets: Array) -> None:
        self.inputs = np.ascontiguousarray(inputs, self.dtype)
        self.targets = np.ascontiguousarray(targets, self.dtype)
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs but {len(self.targets)} targets")

    def change_data(self, inputs: Array, targets: Array) -> None:
        """Other samples from here on, weights kept: a new epoch begins with them."""
        self._set_data(inputs, targets)
        self._order = np.arange(self.samples, dtype=np.int64)
        self._clock[0] = 0

    def change_optimizer(self, optimizer: Optimizer) -> None:
        """Another optimizer or other settings; slots are kept where the kind stays."""
        if optimizer.kind != self.optimizer.kind:
            buffer = np.zeros((2 + len(optimizer.slots), self._buffer.shape[1]), self.dtype)
            buffer[:2] = self._buffer[:2]
            self._buffer = buffer
            self._clock[2] = 0
        self.optimizer = optimizer
        self.diverged = None

    def change_network(self, network: Network) -> None:
        """Another architecture: the overlapping part of each parameter and slot is kept, the rest
        starts as a fresh network with this seed would."""
        old, new = self.network.layout, network.layout
        if old == new:
            self.network = network
            return
        buffer = np.zeros((len(self._buffer), new.capacity), self.dtype)
        buffer[0] = network.start(self.initializer, self.seed, self.dtype)
        for row in (0, *range(2, len(buffer))):
            before, after = old.views(self._buffer[row]), new.views(buffer[row])
            for name in before.keys() & after.keys():
                a, b = before[name], after[name]
                overlap = tuple(slice(0, min(m, n)) for m, n in zip(a.shape, b.shape, strict=True))
                b[overlap] = a[overlap]
        self._buffer = buffer
        self.network = network
        self.diverged = None

    def set_parameters(self, values: dict[str, Array]) -> None:
        """Write some parameters by name; where a number is None (or NaN) it stays as it is.

        Raises: KeyError (unknown name), ValueError (wrong shape or not finite); nothing is written
        """
        views = self.network.layout.views(self.vector)
        ready = {}
        for name, value in values.items():
            if name not in views:
                raise KeyError(f"there is no parameter {name}; there are {', '.join(views)}")
            array = np.asarray(value, np.float64)  # None becomes NaN: that number stays as it is
            if array.shape != views[name].shape:
                raise ValueError(
                    f"{name} has shape {list(views[name].shape)}, not {list(array.shape)}"
                )
            with np.errstate(over="ignore"):
                array = np.where(np.isnan(array), views[name], array).astype(self.dtype)
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds a number that is not finite in float32")
            ready[name] = array
        for name, array in ready.items():
            views[name][...] = array
        self.diverged = None

    def snapshot(self) -> Snapshot:
        rows = [0, *range(2, len(self._buffer))]
        return Snapshot(
            self._buffer[rows],
            self._order.copy(),
            self._clock.copy(),
            self._generator.copy(),
            self.step,
        )

    def restore(self, snapshot: Snapshot) -> None:
        self._buffer[0] = snapshot.state[0]
        self._buffer[2:] = snapshot.state[1:]
        self._order = snapshot.order.copy()
        self._clock = snapshot.clock.copy()
        self._generator = snapshot.generator.copy()
        self.step = snapshot.step

    def load(self, snapshot: Snapshot) -> None:
        """Restore a snapshot from outside.

        Raises: ValueError where it is not of this network, optimizer and data
        """
        rows = len(self._buffer) - 1
        if snapshot.state.shape != (rows, self._buffer.shape[1]) or (
            snapshot.state.dtype != self._buffer.dtype
        ):
            raise ValueError("the snapshot is of another network or optimizer")
        if sorted(snapshot.order.tolist()) != list(range(self.samples)):
            raise ValueError("the snapshot is of other data")
        self.restore(snapshot)
        self.diverged = None

    # Training

    def train(self, steps: int) -> NDArray[np.float64]:
        """Make up to `steps` updates; returns the batch loss before each one made.

        On divergence the state stays at the last one whose weights and loss are all finite, and
        `diverged` says where; the losses end before it.
        """
        if self.diverged is not None or steps <= 0:
            return np.zeros(0)
        if not self.samples:
            raise ValueError("there are no training samples")
        before = self.snapshot()
        losses, done, broken = self._run(steps)
        if not broken:
            return losses[:done]
        # Going back to the start of the slice and repeating all but the last update ends, bit for
        # bit, where the run was before it broke.
        self.restore(before)
        good = done
        losses, _, _ = self._run(good)
        self._locate_divergence()
        return losses[:good]

    def _run(self, steps: int) -> tuple[NDArray[np.float64], int, bool]:
        """Returns the losses, how many updates were sound, and whether it broke after them."""
        losses = np.zeros(steps)
        if steps == 0:
            return losses, 0, False
        run = self._run_compiled if self.compiled and self._all_dense() else self._run_numpy
        done, status = run(steps, losses)
        sound = done - 1 if status == 2 else done
        self.step += sound
        return losses, sound, status != 0

    def _all_dense(self) -> bool:
        return all(isinstance(layer, Dense) for layer in self.network.layers[:-1])

    def _run_compiled(self, steps: int, losses: NDArray[np.float64]) -> tuple[int, int]:
        from .kernels.elementwise import ACTIVATION_CODES, LOSS_CODES
        from .kernels.mlp import train_blas, train_lanes
        from .kernels.updates import OPTIMIZER_CODES

        network = self.network
        sizes = np.array([shape[0] for shape in network.shapes])
        layers: list[Any] = network.layers
        codes = np.array([ACTIVATION_CODES[layer.activation] for layer in layers])
        decay = np.full((len(layers), 2), (self.l1, self.l2))
        offsets = np.array([start for start, _ in network.decaying()])
        kernel = train_blas if (sizes[:-1] * sizes[1:]).max() >= BLAS_FROM_WEIGHTS else train_lanes
        done, status = kernel(
            sizes, codes, LOSS_CODES[network.loss_record.name], OPTIMIZER_CODES[self.optimizer.kind],
            _hyper(self.optimizer), decay, self._buffer, offsets, self.inputs, self.targets,
            self._order, self._clock, self._generator, self.batch_size, steps, losses,
        )  # fmt: skip
        return int(done), int(status)

    def _run_numpy(self, steps: int, losses: NDArray[np.float64]) -> tuple[int, int]:
        with np.errstate(all="ignore"):
            for i in range(steps):
                batch = self._next_batch()
                losses[i] = self._penalized_gradient(batch)
                if not isfinite(losses[i]):
                    return i, 1
                self._clock[2] += 1
                slots = [self._buffer[2 + k] for k in range(len(self.optimizer.slots))]
                self.optimizer.update(self._buffer[0], self._buffer[1], slots, int(self._clock[2]))
                self._clock[0] += len(batch)
                if self._clock[0] >= self.samples:
                    self._clock[0] = 0
                    self._clock[1] += 1
                if not np.isfinite(self._buffer[0]).all():
                    return i + 1, 2
        return steps, 0

    def _next_batch(self) -> NDArray[np.int64]:
        if self._clock[0] == 0:
            shuffle(self._order, self._generator)
        start = int(self._clock[0])
        return self._order[start : start + self.batch_size]

    def _penalized_gradient(self, batch: NDArray[np.int64]) -> float:
        size = self.network.layout.size
        w, g = self._buffer[0], self._buffer[1]
        loss = self.network.loss_and_gradient(
            w[:size], g[:size], self.inputs[batch], self.targets[batch]
        )
        if self.l1 or self.l2:
            for start, stop in self.network.decaying():
                weights = w[start:stop]
                g[start:stop] += self.l2 * weights + self.l1 * np.sign(weights)
        return loss

    def _locate_divergence(self) -> None:
        """Make the next update in NumPy on a copy, only to name what breaks."""
        before = self.snapshot()
        losses = np.zeros(1)
        _, status = self._run_numpy(1, losses)
        size = self.network.layout.size
        if status == 1:
            place = ("output", "loss", _word(float(losses[0])))
        else:
            spoiled = np.flatnonzero(~np.isfinite(self._buffer[0, :size]))
            if len(spoiled):
                entry, _ = self.network.layout.locate(int(spoiled[0]))
                layer, part = entry.name.split(".", 1)
                place = (layer, part, _word(float(self._buffer[0, spoiled[0]])))
            else:
                # float32 sums in another order: the compiled loop overflowed by a hair, NumPy not.
                place = ("output", "loss", "Infinity")
        self.restore(before)
        self.diverged = Divergence(self.step, *place)

    def with_settings(self, **settings: Any) -> None:
        """Change batch_size, l1, l2 or initializer; they hold from the next step."""
        for name, value in settings.items():
            setattr(self, name, value)


def shuffle(order: NDArray[np.int64], generator: NDArray[np.uint64]) -> None:
    """The definition of `kernels.shuffling.shuffle`: SplitMix64 and Durstenfeld's shuffle."""
    mask = (1 << 64) - 1
    state = int(generator[0])
    for i in range(len(order) - 1, 0, -1):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        j = ((z >> 32) * (i + 1)) >> 32
        order[i], order[j] = order[j], order[i]
    generator[0] = state


def _hyper(optimizer: Optimizer) -> NDArray[np.float64]:
    """An optimizer's settings in the order of its record, as the compiled updates read them."""
    values = [float(getattr(optimizer, f.name)) for f in fields(optimizer) if f.name != "kind"]
    return np.array(values + [0.0] * (8 - len(values)))


__all__ = ["Divergence", "Snapshot", "Trainer", "shuffle"]
