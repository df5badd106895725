"""Training of one network on one set of arrays, in slices that leave no trace.

The same spec and seed give the same numbers bit for bit however the steps are sliced: everything
that moves (weights, optimizer slots, order, generator, clock) is in the State and nowhere else.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import Reason, Refused
from .given import ready
from .layers.base import Pass
from .network import Network
from .optimizers import Optimizer
from .schedules import Constant, Schedule
from .state import Snapshot, State
from .updating import LOSS_BROKE, WEIGHTS_BROKE, Care, Divergence, How, Updater, broken_word, finish

Array = NDArray[np.floating]

# Of a look at one update, where none are named.
DEFAULT_SAMPLES = (0,)
NO_SAMPLES = Reason("no_samples", "there are no training samples; draw some points first")
ONE_SAMPLE = Reason(
    "batch_norm.one_sample",
    "batch_norm takes mean and variance over the batch, and one training sample has no variance; add "
    "samples, or use layer_norm",
)


class Trainer:
    """Owns the state of a network and moves it.

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
        starting: Mapping[str, Any] | None = None,
        seed: int = 0,
        schedule: Schedule | None = None,
        care: Care | None = None,
        dtype: type = np.float32,
        compiled: bool = True,
    ) -> None:
        self.network = network
        self.optimizer = optimizer
        self.schedule: Schedule = schedule or Constant()
        self.care = care or Care()
        self.dtype = dtype
        self.compiled = compiled
        self.initializer, self.starting = initializer, starting or {}
        self.batch_size, self.l1, self.l2 = batch_size, l1, l2
        self._updater = Updater()
        self._take_arrays(inputs, targets)
        self.reset(seed)

    # What it is

    @property
    def vector(self) -> Array:
        """The parameters, a view: (size,)"""
        return self.state.row(0)

    @property
    def gradient(self) -> Array:
        """The last update's gradient, penalties included, a view: (size,)"""
        return self.state.row(1)

    @property
    def slots(self) -> dict[str, Array]:
        """The optimizer's slots by name, views: (size,) each"""
        return self.state.slots

    @property
    def average(self) -> Array | None:
        """The moving average of the weights, a view: (size,); None where none is kept"""
        row = self.state.average_row
        return self.state.row(row) if row else None

    @property
    def step(self) -> int:
        return self.state.step

    @property
    def epoch(self) -> int:
        return self.state.epoch

    @property
    def batch(self) -> int:
        """Samples an update takes: the batch size, or all where the optimizer wants them."""
        return max(1, self.samples) if self.optimizer.full_batch else self.batch_size

    @property
    def learning_rate(self) -> float:
        """That of the next update."""
        return float(self._rates(1)[0])

    @property
    def samples(self) -> int:
        return len(self.inputs)

    @property
    def lacks(self) -> Reason | None:
        """Why there can be no update with the samples there are; None where there can be."""
        if not self.samples:
            return NO_SAMPLES
        return ONE_SAMPLE if self.samples < self.network.least_batch else None

    @property
    def steps_per_epoch(self) -> int:
        return self._updates_for(self.samples)

    def chosen(self, samples: Sequence[int] | None) -> NDArray[np.int64]:
        """The numbers of training samples, checked; None means all.

        Raises: Refused (none, or no such sample)
        """
        if not self.samples:
            raise Refused("samples", NO_SAMPLES)
        if samples is None:
            return np.arange(self.samples)
        if not len(samples):
            raise Refused(
                "samples",
                Reason(
                    "samples.none_named",
                    "there are no samples to look at; name at least one, or give null",
                ),
            )
        if min(samples) < 0 or max(samples) >= self.samples:
            raise Refused(
                "samples",
                Reason(
                    "samples.unknown",
                    "{part} samples are numbered 0 to {last}",
                    part="training",
                    last=self.samples - 1,
                ),
            )
        return np.asarray(samples, np.int64)

    def steps_to_epoch_end(self) -> int:
        """Updates left in the running epoch."""
        return self._updates_for(self.samples - self.state.position)

    def _updates_for(self, samples: int) -> int:
        """As many as take them all: a batch that would be too small joins the one before."""
        whole, rest = divmod(samples, self.batch)
        return whole + (rest > 0 and (rest >= self.network.least_batch or not whole))

    # What changes it

    def reset(self, seed: int) -> None:
        """Fresh weights, step 0: the same seed gives the same run."""
        self.seed = seed
        self._begin(self.fresh(seed), seed)

    def fresh(self, seed: int) -> Array:
        """Parameters at step 0: drawn from the seed, but for those that are given.  (capacity,)"""
        vector = self.network.start(self.initializer, seed, self.dtype)
        views = self.network.layout.views(vector)
        for name, array in ready(self.starting, views, self.dtype).items():
            views[name][...] = array
        return vector

    def begin_anew(self) -> None:
        """Step 0 with the weights there are; all else is as after `reset`."""
        self._begin(self.state.buffer[0], self.seed)

    def _begin(self, start: Array, seed: int) -> None:
        self.state = State(
            self.network.layout,
            start,
            slots=self.optimizer.slots,
            averaged=self.care.average > 0,
            samples=self.samples,
            seed=seed,
        )
        self.diverged: Divergence | None = None

    def _take_arrays(self, inputs: Array, targets: Array) -> None:
        self.inputs = np.ascontiguousarray(inputs, self.dtype)
        self.targets = np.ascontiguousarray(targets, self.dtype)
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs but {len(self.targets)} targets")

    def change_settings(
        self, *, batch_size: int, l1: float, l2: float, initializer: str,
        starting: Mapping[str, Any], seed: int,
    ) -> None:  # fmt: skip
        """They hold from the next step; how weights start, for parameters that are yet to come."""
        self.batch_size, self.l1, self.l2 = batch_size, l1, l2
        self.initializer, self.starting, self.seed = initializer, starting, seed

    def change_data(self, inputs: Array, targets: Array) -> None:
        """Other samples from here on, weights kept: a new epoch begins with them."""
        self._take_arrays(inputs, targets)
        self.state.take_samples(self.samples)

    def change_optimizer(self, optimizer: Optimizer) -> None:
        """Another optimizer or other settings; slots are kept where the kind stays."""
        if optimizer.kind != self.optimizer.kind:
            self.state.take_slots(optimizer.slots)
        self.optimizer = optimizer
        self.diverged = None

    def change_schedule(self, schedule: Schedule) -> None:
        """Another schedule: it goes by the updates made so far; a plateau is looked for anew."""
        self.schedule = schedule
        self.state.forget_plateau()

    def change_care(self, care: Care) -> None:
        """Other clipping or averaging; an average that was not kept before starts as the weights."""
        self.state.keep_average(care.average > 0)
        self.care = care

    def change_network(self, network: Network) -> None:
        """Another architecture: the overlapping part of each parameter and slot is kept, the rest
        starts as a fresh network with this seed would."""
        self._updater.forget()
        before, self.network = self.network, network
        if before.layout != network.layout:
            self.state.take_layout(network.layout, self.fresh(self.seed))
            self.diverged = None

    def set_parameters(self, values: dict[str, Array]) -> None:
        """Write some parameters by name; where a number is None (or NaN) it stays as it is.

        Raises: Refused (unknown name, wrong shape or not finite); nothing is written
        """
        views = self.network.layout.views(self.vector)
        for name, array in ready(values, views, self.dtype).items():
            views[name][...] = array
        self.diverged = None

    def snapshot(self) -> Snapshot:
        return self.state.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        self.state.restore(snapshot)

    def load(self, snapshot: Snapshot) -> None:
        """Restore a snapshot from outside.

        Raises: Refused, at "state", where it is not of this network, optimizer and data
        """
        self.state.load(snapshot)
        self.diverged = None

    # Looking ahead

    def twin(self) -> "Trainer":
        """A trainer in this one's state with memory of its own, in NumPy: what is done to it leaves
        this one alone."""
        twin = self.copy()
        twin.compiled = False
        return twin

    def copy(self) -> "Trainer":
        """A trainer in this one's state with memory of its own; the samples are the same arrays."""
        copied = copy(self)
        copied._updater = Updater()
        copied.state = self.state.twin()
        return copied

    def passes_ahead(self) -> list[Pass]:
        """How the next update passes through the layers, in NumPy: its random keys are set."""
        return self.network.passes(training=True, key=self._how().key(self.step))

    def samples_ahead(self) -> NDArray[np.int64]:
        """The training samples that the next update takes.  (batch,)"""
        return self.state.twin().next_batch(self.batch, False, self.network.least_batch).copy()

    def finish_update(self) -> bool:
        """Move the weights by the gradient that is there, in NumPy; whether they are finite."""
        rate = self.learning_rate
        return finish(self._how(), self.state, rate, self.state.count_update())

    # Training

    def train(self, steps: int) -> NDArray[np.float64]:
        """Make up to `steps` updates; returns the batch loss before each one made.

        On divergence the state stays at the last one whose weights and loss are all finite, and
        `diverged` says where; the losses end before it.
        """
        if self.diverged is not None or steps <= 0:
            return np.zeros(0)
        if (reason := self.lacks) is not None:
            raise Refused("dataset", reason)
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

    def rest(self) -> None:
        """Let go of what the next update makes again: memory that a batch passes through."""
        self._updater.forget()

    def share_arrays(self, other: "Trainer") -> bool:
        """Train on another one's arrays where they hold the same; whether they do."""
        same = np.array_equal(self.inputs, other.inputs) and np.array_equal(
            self.targets, other.targets
        )
        if same:
            self.inputs, self.targets = other.inputs, other.targets
        return same

    def _run(self, steps: int) -> tuple[NDArray[np.float64], int, bool]:
        """Returns the losses, how many updates were sound, and whether it broke after them."""
        losses = np.zeros(steps)
        done = 0
        while done < steps:
            piece = losses[done:]
            if self.schedule.watches:  # it looks at every epoch's losses
                piece = piece[: self.steps_to_epoch_end()]
            made, status = self._run_piece(piece, self.compiled)
            sound = made - 1 if status == WEIGHTS_BROKE else made
            self.state.step += sound
            done += sound
            if status:
                return losses, done, True
            self.schedule.watch(
                self.state.plateau, piece, self.optimizer.learning_rate,
                epoch_over=self.state.position == 0,
            )  # fmt: skip
        return losses, done, False

    def _run_piece(self, losses: NDArray[np.float64], compiled: bool) -> tuple[int, int]:
        how = replace(self._how(), compiled=compiled)
        rates = self._rates(len(losses))
        return self._updater.run(how, self.state, self.inputs, self.targets, rates, losses)

    def _how(self) -> How:
        return How(
            self.network, self.optimizer, self.care, self.batch, self.l1, self.l2, self.seed,
            self.compiled,
        )  # fmt: skip

    def _rates(self, steps: int) -> Array:
        """The learning rate of each of the next updates."""
        first = self.state.updates
        factors = self.schedule.factor(np.arange(first, first + steps, dtype=np.float64))
        return self.optimizer.learning_rate * factors * self.schedule.reached(self.state.plateau)

    def _locate_divergence(self) -> None:
        """Make the next update in NumPy on a copy, only to name what breaks."""
        ahead = self.twin()
        losses = np.zeros(1)
        _, status = ahead._run_piece(losses, compiled=False)
        vector = ahead.vector
        spoiled = np.flatnonzero(~np.isfinite(vector))
        if status == LOSS_BROKE:
            place = ("output", "loss", broken_word(float(losses[0])))
        elif len(spoiled):
            entry, _ = self.network.layout.locate(int(spoiled[0]))
            layer, part = entry.name.split(".", 1)
            place = (layer, part, broken_word(float(vector[spoiled[0]])))
        else:
            # float32 sums in another order: the compiled loop overflowed by a hair, NumPy not.
            place = ("output", "loss", "Infinity")
        self.diverged = Divergence(self.step, *place)


__all__ = ["DEFAULT_SAMPLES", "Care", "Divergence", "Snapshot", "Trainer"]
