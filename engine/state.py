"""All that moves in training, in one place: the vector with its optimizer's slots, order, clock.

Nothing else is kept between two updates, so a snapshot of this is a snapshot of the run.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import Reason, Refused
from .layout import Layout
from .mixing import FIRST, GOLDEN, MASK, SECOND
from .schedules import fresh_state

Array = NDArray[np.floating]

# The clock, as the compiled loops count on it too.
POSITION, EPOCH, UPDATES = range(3)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that moves, copied: the only copy the engine makes of a training state."""

    state: Array
    order: NDArray[np.int64]
    clock: NDArray[np.int64]
    generator: NDArray[np.uint64]
    step: int
    plateau: Array

    @property
    def nbytes(self) -> int:
        return self.state.nbytes + self.order.nbytes

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For a checkpoint."""
        return {
            "state": self.state,
            "order": self.order,
            "clock": self.clock,
            "generator": self.generator,
            "plateau": self.plateau,
            "step": np.array([self.step], np.int64),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Snapshot":
        """Raises: Refused, at "state", where something is missing"""
        missing = {"state", "order", "clock", "generator", "step"} - arrays.keys()
        if missing:
            raise Refused(
                "state",
                Reason(
                    "state.incomplete", "the state lacks {parts}", parts=", ".join(sorted(missing))
                ),
            )
        return cls(
            arrays["state"],
            arrays["order"].astype(np.int64),
            arrays["clock"].astype(np.int64),
            arrays["generator"].astype(np.uint64),
            int(arrays["step"][0]),
            arrays["plateau"].astype(np.float64) if "plateau" in arrays else fresh_state(),
        )


class State:
    """One block of memory: a row of parameters, one of their gradient, one a slot of the optimizer
    and, where it is kept, one of the weights' moving average.

    start: (capacity,) fresh parameters  slots: their names
    """

    def __init__(
        self,
        layout: Layout,
        start: Array,
        *,
        slots: tuple[str, ...],
        averaged: bool,
        samples: int,
        seed: int,
    ) -> None:
        self.layout = layout
        self.slot_names = slots
        self.averaged = averaged
        self.buffer = np.zeros((self._rows, layout.capacity), start.dtype)
        self.buffer[0] = start
        if averaged:
            self.buffer[-1] = start
        self.plateau = fresh_state()
        self.order = np.arange(samples, dtype=np.int64)
        self.clock = np.zeros(3, np.int64)
        self.generator = np.array([seed], np.uint64)
        self.step = 0

    # What it holds

    @property
    def nbytes(self) -> int:
        return self.buffer.nbytes + self.order.nbytes

    @property
    def _rows(self) -> int:
        return 2 + len(self.slot_names) + self.averaged

    @property
    def average_row(self) -> int:
        """0 where none is kept."""
        return self._rows - 1 if self.averaged else 0

    def row(self, index: int) -> Array:
        """A row without the numbers past its end, a view: (size,)"""
        return self.buffer[index, : self.layout.size]

    @property
    def slots(self) -> dict[str, Array]:
        return {name: self.row(2 + i) for i, name in enumerate(self.slot_names)}

    @property
    def position(self) -> int:
        """Samples of the running epoch that have been trained on."""
        return int(self.clock[POSITION])

    @property
    def epoch(self) -> int:
        return int(self.clock[EPOCH])

    @property
    def updates(self) -> int:
        """That the present optimizer has made."""
        return int(self.clock[UPDATES])

    @property
    def samples(self) -> int:
        return len(self.order)

    # What moves it

    def next_batch(self, size: int, compiled: bool, least: int = 1) -> NDArray[np.int64]:
        """The samples of the next update; a new epoch shuffles them first.

        Where an epoch would end with fewer than `least`, they join the batch before. Where a change within
        the epoch has left fewer than that, samples of before are taken once more.
        """
        if self.position == 0:
            shuffle(self.order, self.generator, compiled)
        start, stop = self.position, min(self.position + size, self.samples)
        if self.samples - stop < least:
            stop = self.samples
        return self.order[max(0, min(start, stop - least)) : stop]

    def count_update(self) -> int:
        """Returns the number of this update, from 1."""
        self.clock[UPDATES] += 1
        return self.updates

    def pass_by(self, samples: int) -> None:
        """So many samples more of this epoch have been trained on."""
        self.clock[POSITION] += samples
        if self.position >= self.samples:
            self.clock[POSITION] = 0
            self.clock[EPOCH] += 1

    # What changes its form

    def take_samples(self, samples: int) -> None:
        """Other samples: a new epoch begins with them."""
        self.order = np.arange(samples, dtype=np.int64)
        self.clock[POSITION] = 0

    def take_slots(self, names: tuple[str, ...]) -> None:
        """Another optimizer: its slots and its updates begin anew."""
        self._reform(names, self.averaged, kept=2)
        self.clock[UPDATES] = 0
        self.clock[POSITION] = min(self.position, max(0, self.samples - 1))

    def keep_average(self, averaged: bool) -> None:
        """Whether the weights' moving average is kept; one that was not kept starts as the weights."""
        if averaged != self.averaged:
            self._reform(self.slot_names, averaged, kept=2 + len(self.slot_names))

    def _reform(self, names: tuple[str, ...], averaged: bool, *, kept: int) -> None:
        """Other rows; the first `kept` stay."""
        before = self.buffer
        average = before[-1] if self.averaged else before[0]
        self.slot_names, self.averaged = names, averaged
        self.buffer = np.zeros((self._rows, before.shape[1]), before.dtype)
        self.buffer[:kept] = before[:kept]
        if averaged:
            self.buffer[-1] = average

    def forget_plateau(self) -> None:
        self.plateau = fresh_state()

    def take_layout(self, layout: Layout, start: Array) -> None:
        """Other parameters: the overlapping part of each and of its slots is kept, the rest is as in
        `start`, slots at 0."""
        old, before = self.layout, self.buffer
        self.layout = layout
        self.buffer = np.zeros((len(before), layout.capacity), before.dtype)
        self.buffer[0] = start
        if self.averaged:
            self.buffer[-1] = start
        for row in (0, *range(2, len(before))):
            was, now = old.views(before[row]), layout.views(self.buffer[row])
            for name in was.keys() & now.keys():
                _keep_overlap(was[name], now[name])

    def reorder(self, places: NDArray[np.int64]) -> None:
        """Every number, its slots and its average, comes from the place that is named.  places: (size,)"""
        size = self.layout.size
        self.buffer[:, :size] = self.buffer[:, :size][:, places]

    # Copies

    def snapshot(self) -> Snapshot:
        rows = [0, *range(2, len(self.buffer))]
        return Snapshot(
            self.buffer[rows],
            self.order.copy(),
            self.clock.copy(),
            self.generator.copy(),
            self.step,
            self.plateau.copy(),
        )

    def restore(self, snapshot: Snapshot) -> None:
        self.buffer[0] = snapshot.state[0]
        self.buffer[2:] = snapshot.state[1:]
        self.order = snapshot.order.copy()
        self.clock = snapshot.clock.copy()
        self.generator = snapshot.generator.copy()
        self.step = snapshot.step
        self.plateau = snapshot.plateau.copy()

    def load(self, snapshot: Snapshot) -> None:
        """Restore a snapshot from outside.

        Raises: Refused, at "state", where it is not of this network, optimizer and data
        """
        shape = (len(self.buffer) - 1, self.buffer.shape[1])
        if snapshot.state.shape != shape or snapshot.state.dtype != self.buffer.dtype:
            raise Refused(
                "state",
                Reason("state.of_another", "the snapshot is of another network or optimizer"),
            )
        if not np.isfinite(snapshot.state).all():
            raise Refused(
                "state",
                Reason("state.not_finite", "the snapshot holds numbers that are not finite"),
            )
        if sorted(snapshot.order.tolist()) != list(range(self.samples)):
            raise Refused("state", Reason("state.of_other_data", "the snapshot is of other data"))
        self.restore(snapshot)

    def twin(self) -> "State":
        """The same state with memory of its own."""
        twin = copy(self)
        twin.buffer = self.buffer.copy()
        twin.buffer[1] = 0
        twin.order, twin.clock = self.order.copy(), self.clock.copy()
        twin.generator, twin.plateau = self.generator.copy(), self.plateau.copy()
        return twin


def _keep_overlap(was: Array, now: Array) -> None:
    if was.ndim == now.ndim:
        part = tuple(slice(0, min(m, n)) for m, n in zip(was.shape, now.shape, strict=True))
        now[part] = was[part]


def shuffle(
    order: NDArray[np.int64], generator: NDArray[np.uint64], compiled: bool = False
) -> None:
    """The definition of `kernels.shuffling.shuffle`: SplitMix64 and Durstenfeld's shuffle."""
    if compiled:
        from .kernels.shuffling import shuffle as fast

        fast(order, generator)
        return
    state = int(generator[0])
    for i in range(len(order) - 1, 0, -1):
        state = (state + GOLDEN) & MASK
        z = state
        z = ((z ^ (z >> 30)) * FIRST) & MASK
        z = ((z ^ (z >> 27)) * SECOND) & MASK
        z ^= z >> 31
        j = ((z >> 32) * (i + 1)) >> 32
        order[i], order[j] = order[j], order[i]
    generator[0] = state


__all__ = ["Snapshot", "State", "shuffle"]
