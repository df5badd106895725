"""Training of one network on one set of arrays, in slices that leave no trace.

The same spec and seed give the same numbers bit for bit however the steps are sliced: everything
that moves (weights, optimizer slots, order, generator, clock) is state here and nowhere else.
"""

from copy import copy
from dataclasses import dataclass, fields, replace
from math import isfinite, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import Refused
from .layers.base import Pass
from .network import Network
from .optimizers import Optimizer
from .schedules import Constant, Plateau, Schedule, fresh_state

Array = NDArray[np.floating]

# Above this many multiply-adds a sample BLAS is ahead of the lanes kernel (measured, docs/bench.md).
BLAS_FROM_WEIGHTS = 3000
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where training stopped being finite: the update that was about to be made or was undone."""

    step: int
    layer: str
    what: str  # "loss" or the parameter's own name: "weight", "bias", "recurrent_weight", ..
    value: str  # "NaN" | "Infinity" | "-Infinity"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that moves, copied: the only copy the engine makes of a training state."""

    state: Array
    order: NDArray[np.int64]
    clock: NDArray[np.int64]
    generator: NDArray[np.uint64]
    step: int
    plateau: Array


@dataclass(frozen=True, slots=True)
class Care:
    """What is done with a gradient besides the optimizer's own step. 0 means: not done.

    `clip_value` limits every number of the gradient, `clip_norm` its Euclidean length (as
    torch.nn.utils.clip_grad_value_ and clip_grad_norm_), both before penalties; `average` is the
    decay of an exponential moving average of the weights, which starts as the weights (Polyak &
    Juditsky 1992; Keras' use_ema).
    """

    clip_value: float = 0.0
    clip_norm: float = 0.0
    average: float = 0.0


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
        schedule: Schedule | None = None,
        care: Care | None = None,
        dtype: type = np.float32,
        compiled: bool = True,
    ) -> None:
        self.network = network
        self.schedule: Schedule = schedule or Constant()
        self.care = care or Care()
        self.dtype = dtype
        self.compiled = compiled
        self.batch_size = batch_size
        self.l1 = l1
        self.l2 = l2
        self.initializer = initializer
        self.optimizer = optimizer
        self.diverged: Divergence | None = None
        self._passes: list[Pass] | None = None
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
    def average(self) -> Array | None:
        """The moving average of the weights, a view: (size,); None where none is kept"""
        row = self._average_row
        return self._buffer[row, : self.network.layout.size] if row else None

    @property
    def _average_row(self) -> int:
        return 2 + len(self.optimizer.slots) if self.care.average > 0 else 0

    def _rows(self, optimizer: Optimizer, care: Care) -> int:
        return 2 + len(optimizer.slots) + (care.average > 0)

    @property
    def batch(self) -> int:
        """Samples an update takes: the batch size, or all where the optimizer wants them."""
        full = getattr(self.optimizer, "full_batch", False)
        return max(1, self.samples) if full else self.batch_size

    @property
    def learning_rate(self) -> float:
        """That of the next update."""
        return float(self._rates(1)[0])

    @property
    def epoch(self) -> int:
        return int(self._clock[1])

    @property
    def samples(self) -> int:
        return len(self.inputs)

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.samples // self.batch) if self.samples else 0

    def steps_to_epoch_end(self) -> int:
        """Updates left in the running epoch."""
        return -(-(self.samples - int(self._clock[0])) // self.batch)

    # What changes it

    def reset(self, seed: int) -> None:
        """Fresh weights, step 0: the same seed gives the same run."""
        self.seed = seed
        rows = self._rows(self.optimizer, self.care)
        self._buffer = np.zeros((rows, self.network.layout.capacity), self.dtype)
        self._buffer[0] = self.network.start(self.initializer, seed, self.dtype)
        if self._average_row:
            self._buffer[self._average_row] = self._buffer[0]
        self.plateau = fresh_state()
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
            buffer = np.zeros((self._rows(optimizer, self.care), self._buffer.shape[1]), self.dtype)
            buffer[:2] = self._buffer[:2]
            if self._average_row:
                buffer[-1] = self._buffer[-1]
            self._buffer = buffer
            self._clock[2] = 0
            self._clock[0] = min(int(self._clock[0]), max(0, self.samples - 1))
        self.optimizer = optimizer
        self.diverged = None

    def change_schedule(self, schedule: Schedule) -> None:
        """Another schedule: it goes by the updates made so far; a plateau is looked for anew."""
        self.schedule = schedule
        self.plateau = fresh_state()

    def change_care(self, care: Care) -> None:
        """Other clipping or averaging; an average that was not kept before starts as the weights."""
        if (care.average > 0) != (self.care.average > 0):
            rows = self._rows(self.optimizer, care)
            buffer = np.zeros((rows, self._buffer.shape[1]), self.dtype)
            kept = min(rows, len(self._buffer))
            buffer[:kept] = self._buffer[:kept]
            if care.average > 0:
                buffer[-1] = self._buffer[0]
            self._buffer = buffer
        self.care = care

    def change_network(self, network: Network) -> None:
        """Another architecture: the overlapping part of each parameter and slot is kept, the rest
        starts as a fresh network with this seed would."""
        old, new = self.network.layout, network.layout
        self._passes = None
        if old == new:
            self.network = network
            return
        buffer = np.zeros((len(self._buffer), new.capacity), self.dtype)
        buffer[0] = network.start(self.initializer, self.seed, self.dtype)
        if self._average_row:
            buffer[self._average_row] = buffer[0]
        for row in (0, *range(2, len(buffer))):
            before, after = old.views(self._buffer[row]), new.views(buffer[row])
            for name in before.keys() & after.keys():
                a, b = before[name], after[name]
                if a.ndim != b.ndim:
                    continue
                overlap = tuple(slice(0, min(m, n)) for m, n in zip(a.shape, b.shape, strict=True))
                b[overlap] = a[overlap]
        self._buffer = buffer
        self.network = network
        self.diverged = None

    def set_parameters(self, values: dict[str, Array]) -> None:
        """Write some parameters by name; where a number is None (or NaN) it stays as it is.

        Raises: Refused (unknown name, wrong shape or not finite); nothing is written
        """
        views = self.network.layout.views(self.vector)
        ready = {}
        for name, value in values.items():
            if name not in views:
                raise Refused(name, f"there is no parameter {name}; there are {', '.join(views)}")
            try:
                array = np.asarray(
                    value, np.float64
                )  # None becomes NaN: that number stays as it is
            except ValueError as error:
                raise Refused(name, f"the rows of {name} must all be of one length") from error
            if array.shape != views[name].shape:
                raise Refused(
                    name, f"{name} has shape {list(views[name].shape)}, not {list(array.shape)}"
                )
            with np.errstate(over="ignore"):
                array = np.where(np.isnan(array), views[name], array).astype(self.dtype)
            if not np.isfinite(array).all():
                raise Refused(name, f"{name} holds a number that is not finite in float32")
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
            self.plateau.copy(),
        )

    def restore(self, snapshot: Snapshot) -> None:
        self._buffer[0] = snapshot.state[0]
        self._buffer[2:] = snapshot.state[1:]
        self._order = snapshot.order.copy()
        self._clock = snapshot.clock.copy()
        self._generator = snapshot.generator.copy()
        self.step = snapshot.step
        self.plateau = snapshot.plateau.copy()

    def load(self, snapshot: Snapshot) -> None:
        """Restore a snapshot from outside.

        Raises: Refused where it is not of this network, optimizer and data
        """
        rows = len(self._buffer) - 1
        if snapshot.state.shape != (rows, self._buffer.shape[1]) or (
            snapshot.state.dtype != self._buffer.dtype
        ):
            raise Refused("state", "the snapshot is of another network or optimizer")
        if sorted(snapshot.order.tolist()) != list(range(self.samples)):
            raise Refused("state", "the snapshot is of other data")
        self.restore(snapshot)
        self.diverged = None

    # Looking ahead

    def twin(self) -> "Trainer":
        """A trainer in this one's state with memory of its own, in NumPy: what is done to it leaves
        this one alone."""
        twin = copy(self)
        twin.compiled = False
        twin._passes = None
        twin._buffer = np.zeros_like(self._buffer)
        twin.restore(self.snapshot())
        return twin

    def passes_ahead(self) -> list[Pass]:
        """How the next update passes through the layers, in NumPy: its random keys are set."""
        return self.network.passes(training=True, key=self._key(0))

    def samples_ahead(self) -> NDArray[np.int64]:
        """The training samples that the next update takes.  (batch,)"""
        return self.twin()._next_batch().copy()

    def finish_update(self) -> bool:
        """Move the weights by the gradient that is there, in NumPy; whether they are finite."""
        rate = self.learning_rate
        self._clock[2] += 1
        return self._finish(rate)

    # Training

    def train(self, steps: int) -> NDArray[np.float64]:
        """Make up to `steps` updates; returns the batch loss before each one made.

        On divergence the state stays at the last one whose weights and loss are all finite, and
        `diverged` says where; the losses end before it.
        """
        if self.diverged is not None or steps <= 0:
            return np.zeros(0)
        if not self.samples:
            raise Refused("dataset", "there are no training samples; draw some points first")
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
        done = 0
        while done < steps:
            piece = losses[done:]
            if isinstance(self.schedule, Plateau):  # it looks at every epoch's losses
                piece = piece[: self.steps_to_epoch_end()]
            made, status = self._run_piece(piece)
            sound = made - 1 if status == 2 else made
            self.step += sound
            done += sound
            if status:
                return losses, done, True
            self._after_piece(piece)
        return losses, done, False

    def _after_piece(self, losses: NDArray[np.float64]) -> None:
        if isinstance(self.schedule, Plateau):
            self.plateau[4] += losses.sum()
            self.plateau[5] += len(losses)
            if self._clock[0] == 0:
                self.schedule.after_epoch(self.plateau, self.plateau[4] / self.plateau[5])
                self.plateau[4:] = 0

    def _run_piece(self, losses: NDArray[np.float64]) -> tuple[int, int]:
        rates = self._rates(len(losses))
        network = self.network
        rows = len(network.input_shape) == 1  # on sequences dense layers go layer by layer
        if self.compiled and rows and all(layer.in_loop for layer in network.layers):
            return self._run_dense(losses, rates)
        return self._run_layers(losses, rates, self.compiled)

    def _rates(self, steps: int) -> NDArray[np.float64]:
        """The learning rate of each of the next updates."""
        updates = np.arange(self._clock[2], self._clock[2] + steps, dtype=np.float64)
        return self.optimizer.learning_rate * self.schedule.factor(updates) * self.plateau[0]

    def _after(self) -> tuple[Any, ...]:
        """What a compiled update is told besides the optimizer, see `kernels.updates.finish`."""
        weights = self.network.decaying()
        fixed = self.network.fixed()
        return (
            np.array([w[:2] for w in weights], np.int64).reshape(-1, 2),
            np.array([(self.l1 + w[2], self.l2 + w[3]) for w in weights], np.float64).reshape(
                -1, 2
            ),
            np.array(fixed, np.int64).reshape(-1, 2),
            np.array([self.care.clip_value, self.care.clip_norm, self.care.average]),
            self._average_row,
            np.zeros(self._buffer.shape[1] if fixed else 8, self.dtype),
        )

    def _run_dense(
        self, losses: NDArray[np.float64], rates: NDArray[np.float64]
    ) -> tuple[int, int]:
        from .kernels.elementwise import ACTIVATION_CODES, LOSS_CODES
        from .kernels.mlp import train_blas, train_lanes
        from .kernels.updates import OPTIMIZER_CODES

        network = self.network
        sizes = np.array([shape[0] for shape in network.shapes])
        layers: list[Any] = network.layers
        codes = np.array([ACTIVATION_CODES[layer.activation] for layer in layers])
        offsets = np.array([entry.offset for entry in network.layout][::2])
        kernel = train_blas if (sizes[:-1] * sizes[1:]).max() >= BLAS_FROM_WEIGHTS else train_lanes
        done, status = kernel(
            sizes, codes, LOSS_CODES[network.loss_record.name], OPTIMIZER_CODES[self.optimizer.kind],
            _hyper(self.optimizer), rates, self._after(), self._buffer, offsets, self.inputs, self.targets,
            self._order, self._clock, self._generator, self.batch, len(losses), losses,
        )  # fmt: skip
        return int(done), int(status)

    def _run_layers(
        self, losses: NDArray[np.float64], rates: NDArray[np.float64], compiled: bool
    ) -> tuple[int, int]:
        """Layer by layer, each in its NumPy form or in its compiled one."""
        passes = self._passes
        if passes is None or passes[0].compiled != compiled:
            passes = self.network.passes(training=True, compiled=compiled)
            self._passes = passes
        finish = self._finisher(compiled)
        w = self._buffer[0]
        step = self.network.stepper(w, self._buffer[1], passes)
        fixed = np.concatenate([np.arange(a, b) for a, b in self.network.fixed()] or [[]]).astype(
            int
        )
        with np.errstate(all="ignore"):
            for i, rate in enumerate(rates):
                batch = self._next_batch()
                statistics = w[fixed]  # what moves in the forward pass itself
                if self.network.random:
                    self.network.draw_keys(passes, self._key(i))
                losses[i] = step(self.inputs[batch], self.targets[batch])
                if not isfinite(losses[i]):
                    w[fixed] = statistics
                    return i, 1
                self._clock[2] += 1
                finite = finish(float(rate))
                self._clock[0] += len(batch)
                if self._clock[0] >= self.samples:
                    self._clock[0] = 0
                    self._clock[1] += 1
                if not finite:
                    return i + 1, 2
        return len(losses), 0

    def _key(self, ahead: int) -> int:
        """The random key of the update `ahead` of now: of seed and step alone, so a rewound run
        draws the same."""
        return (self.seed * 0x2545F4914F6CDD1D + (self.step + ahead) * 0x9E3779B97F4A7C15) & _MASK

    def _next_batch(self) -> NDArray[np.int64]:
        if self._clock[0] == 0:
            shuffle(self._order, self._generator, self.compiled)
        start = int(self._clock[0])
        return self._order[start : start + self.batch]

    def _finisher(self, compiled: bool) -> Any:
        """A function of the learning rate that makes an update of the gradient that is there."""
        if not compiled:
            return self._finish
        from .kernels.updates import OPTIMIZER_CODES, finish

        code, hyper, after = (
            OPTIMIZER_CODES[self.optimizer.kind],
            _hyper(self.optimizer),
            self._after(),
        )
        return lambda rate: finish(code, hyper, rate, after, self._buffer, int(self._clock[2]))

    def _finish(self, rate: float) -> bool:
        """From a batch's gradient to new weights: the definition of `kernels.updates.finish`."""
        w, g = self._buffer[0], self._buffer[1]
        fixed = [slice(start, stop) for start, stop in self.network.fixed()]
        for part in fixed:
            g[part] = 0
        if self.care.clip_value > 0:
            np.clip(g, -self.care.clip_value, self.care.clip_value, out=g)
        if self.care.clip_norm > 0:
            norm = float(np.sqrt((g.astype(np.float64) ** 2).sum()))
            g *= min(1.0, self.care.clip_norm / (norm + 1e-6))
        for start, stop, l1, l2 in self.network.decaying():
            weights = w[start:stop]
            g[start:stop] += (self.l2 + l2) * weights + (self.l1 + l1) * np.sign(weights)
        kept = [w[part].copy() for part in fixed]
        slots = [self._buffer[2 + k] for k in range(len(self.optimizer.slots))]
        replace(self.optimizer, learning_rate=rate).update(w, g, slots, int(self._clock[2]))
        for part, values in zip(fixed, kept, strict=True):
            w[part] = values
        if self._average_row:
            average = self._buffer[self._average_row]
            average *= self.care.average
            average += (1 - self.care.average) * w
            for part in fixed:
                average[part] = w[part]
        return bool(np.isfinite(w).all())

    def _locate_divergence(self) -> None:
        """Make the next update in NumPy on a copy, only to name what breaks."""
        before = self.snapshot()
        losses = np.zeros(1)
        _, status = self._run_layers(losses, self._rates(1), compiled=False)
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
        """Change batch_size, l1, l2, initializer or seed; they hold from the next step."""
        for name, value in settings.items():
            setattr(self, name, value)


def shuffle(
    order: NDArray[np.int64], generator: NDArray[np.uint64], compiled: bool = False
) -> None:
    """The definition of `kernels.shuffling.shuffle`: SplitMix64 and Durstenfeld's shuffle."""
    if compiled:
        from .kernels.shuffling import shuffle as fast

        fast(order, generator)
        return
    mask = _MASK
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


__all__ = ["Care", "Divergence", "Snapshot", "Trainer", "shuffle"]
