"""What a diagnosis looks at: a network's pass over some samples, its run so far, how steep its loss
is. Each is measured when it is first asked for, on copies."""

from collections.abc import Callable
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..baselines import baseline
from ..experiment import Experiment
from ..limits import affordable
from ..measuring import Measures
from ..trainer import Trainer
from .backprop import Array, Backprop, look

SAMPLES = 64
# Multiply-adds that one look into the curvature, or one update tried out, may take: about 15 ms; what
# is done to a number that stays in memory, an exponential say, costs as much as some of them.
LOOK_WORK = 60_000_000
NUMBER_WORK = 10
STRETCH = 0.1  # of the run so far, over which recent losses are averaged
STRETCH_UPDATES = 20

Slope = Callable[[Array], tuple[float, Array]]


class Exam:
    """Of an experiment with samples to look at."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.trainer: Trainer = experiment.trainer
        self.network = experiment.network
        most = affordable(3 * self.network.work, 3 * self.network.numbers)
        self.rows: NDArray[np.int64] = np.arange(min(SAMPLES, most, self.trainer.samples))

    @cached_property
    def made(self) -> Backprop:
        """One pass forward and back over the samples, as the next update would see them."""
        return look(self.experiment, self.rows)

    # The run so far

    @cached_property
    def course(self) -> dict[str, list[Any]]:
        return self.experiment.course()

    @cached_property
    def measures(self) -> Measures:
        return self.experiment.measure()

    @cached_property
    def first_loss(self) -> float | None:
        """Of all training samples, where the run began."""
        known = [loss for loss in self.course["train_loss"][:1] if loss]
        return known[0] if known else None

    @cached_property
    def recent_loss(self) -> float | None:
        """The mean batch loss of the run's last tenth; None where little was trained."""
        steps = np.array(self.course["step"])
        stretch = max(STRETCH * self.experiment.step, STRETCH_UPDATES)
        late = steps > self.experiment.step - stretch
        if self.experiment.step < STRETCH_UPDATES or not late.any():
            return None
        counts = np.diff(steps, prepend=0)[late]
        value = float(np.average(np.array(self.course["loss"])[late], weights=counts))
        return value if isfinite(value) else None

    @cached_property
    def known_nothing(self) -> float | None:
        """The loss of who knows nothing: of always the mean or the most frequent class, or the first one,
        if that is less. A network may well begin worse than that."""
        spec = self.experiment.spec
        simple, known = (
            baseline(self.experiment.dataset, spec.loss, spec.class_weight),
            [self.first_loss],
        )
        # Who repeats the last value of a series knows a lot.
        if simple is not None and simple.loss_name == spec.loss and simple.kind != "persistence":
            known.append(simple.loss)
        return min((loss for loss in known if loss), default=None)

    @property
    def rest(self) -> float | None:
        """How much of that is left."""
        nothing = self.known_nothing
        if self.recent_loss is None or not nothing or nothing < 0:
            return None
        return self.recent_loss / nothing

    # Where the weights are

    @cached_property
    def weights(self) -> NDArray[np.bool_]:
        """Which numbers of the vector are weights that move.  (size,)"""
        chosen = np.zeros(self.network.layout.size, bool)
        for start, stop, _, _ in self.network.decaying():
            chosen[start:stop] = True
        return chosen & self.moving

    @cached_property
    def moving(self) -> NDArray[np.bool_]:
        """Which numbers updates move.  (size,)"""
        chosen = np.ones(self.network.layout.size, bool)
        for start, stop in self.network.fixed():
            chosen[start:stop] = False
        return chosen

    @cached_property
    def start(self) -> Array:
        """The weights that this spec begins with.  (size,)"""
        return self._begun.vector.astype(np.float64)

    @cached_property
    def _begun(self) -> Trainer:
        twin = self.trainer.copy()
        twin.compiled = False
        twin.reset(self.trainer.seed)
        return twin

    # How steep it is there

    def slope(self, rows: NDArray[np.int64]) -> Slope:
        """A function of the parameters: loss and gradient on those samples, penalties left out, of
        biases that are held too."""
        trainer = self.trainer
        vector = np.zeros(self.network.layout.capacity)
        gradient = np.zeros_like(vector)
        step = self.network.stepper(vector, gradient, trainer.passes_ahead())
        x = trainer.inputs[rows].astype(np.float64)
        t = trainer.targets[rows].astype(np.float64)
        size = self.network.layout.size

        def slope(w: Array) -> tuple[float, Array]:
            vector[:size] = w
            with np.errstate(all="ignore"):
                loss = step(x, t)
            return loss, gradient[:size].copy()

        return slope

    def looks(self, rows: int) -> int:
        """How many gradients of so many samples a look may take."""
        each = self.network.work + NUMBER_WORK * self.network.numbers
        return LOOK_WORK // max(1, 3 * rows * each)

    @cached_property
    def next_move(self) -> float | None:
        """The root mean square of what the next update does to the weights over that of the weights;
        None where it cannot be told."""
        return self._move(self.trainer.twin())

    @cached_property
    def first_move(self) -> float | None:
        """`next_move` of the run's first update."""
        return self._move(self._begun.copy())

    def _move(self, twin: Trainer) -> float | None:
        if self.looks(self.trainer.batch) < 4:
            return None
        twin.diverged = None
        before = twin.vector[self.weights].astype(np.float64)
        with np.errstate(all="ignore"):
            done = len(twin.train(1))
        after = twin.vector[self.weights].astype(np.float64)
        if not done or not before.any():
            return None
        return rms(after - before) / rms(before)


def rms(values: Array) -> float:
    return float(np.sqrt((values * values).mean())) if values.size else 0.0


__all__ = ["SAMPLES", "Exam", "Slope", "rms"]
