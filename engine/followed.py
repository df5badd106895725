"""A spec brought to life and followed: what is measured of it, its best, its course, when it stops."""

from typing import Any

from .assembly import Assembly
from .datasets import Dataset
from .history import Course, Point
from .measuring import Measures, measure
from .network import Network
from .runs import Ahead, Best
from .spec import NetworkSpec
from .stopping import Stop, Stopper, Until, check_until
from .trainer import Divergence, Trainer


class Followed:
    """What is looked at of a `Running`, whose part it is to move it."""

    def __init__(self, parts: Assembly, trainer: Trainer) -> None:
        self._parts = parts
        self.trainer = trainer
        self.stopper: Stopper | None = None
        self._ahead: Ahead | None = None  # where it has come to, while it stands in its own past
        self._course = Course()
        self._best: Best | None = None
        self._measured: tuple[int, Measures] | None = None

    # What it is

    @property
    def spec(self) -> NetworkSpec:
        return self._parts.spec

    @property
    def dataset(self) -> Dataset:
        return self._parts.dataset

    @property
    def network(self) -> Network:
        return self._parts.network

    @property
    def input_names(self) -> tuple[str, ...]:
        """The network's inputs: features of a plane or curve, columns of what else there is."""
        return self._parts.input_names

    @property
    def step(self) -> int:
        return self.trainer.step

    @property
    def last_step(self) -> int:
        """How far the run has come: beyond `step`, where it stands in its own past."""
        return self._ahead.snapshot.step if self._ahead else self.step

    @property
    def end_spec(self) -> NetworkSpec:
        """Of the last step."""
        return self._ahead.spec if self._ahead else self.spec

    @property
    def diverged(self) -> Divergence | None:
        return self.trainer.diverged

    @property
    def best(self) -> Best | None:
        """The lowest loss that was measured in this run, of the test part where there is one, since
        losses can be compared: other samples, another loss or another activation begin anew."""
        return self._best

    # When it stops by itself

    def watch_for(self, until: Until | None) -> None:
        """What `epoch_over` looks for from now on.  Raises: Refused, naming the rule"""
        if until is not None:
            check_until(until, self.last_measured[1].metrics, tested=self._tested)
        self.stopper = None if until is None else Stopper(until)

    def epoch_over(self) -> Stop | None:
        """To be called at the end of every epoch: whether the rule holds, which then is done with."""
        if self.stopper is None:
            return None
        measures = self.measured()
        stop = self.stopper.epoch_over(measures, self._watched(measures), self.step)
        if stop is not None:
            self.stopper = None
        return stop

    @property
    def _tested(self) -> bool:
        return len(self.dataset.test_inputs) > 0

    def _watched(self, measures: Measures) -> float | None:
        """The loss that says how good it is."""
        return measures.test_loss if self._tested else measures.loss

    # Its course

    def course(self) -> dict[str, list[Any]]:
        """The history in columns, and its marks; nothing is taken away."""
        return self._course.columns(self.last_step)

    def marks(self) -> list[dict[str, Any]]:
        """What was changed within the run, see `Mark`."""
        return self._course.marks.as_records()

    def take_points(self) -> list[Point]:
        """The loss points since this was last called: whoever streams them misses none."""
        return self._course.take_points(self.last_step)

    def drain(self) -> None:
        """Merge the batch losses since the last call into at most 16 points of the history."""
        self._course.drain(self.last_step)

    def measure(self) -> Measures:
        """Losses and metrics now."""
        return measure(self._parts, self.trainer)

    def measured(self) -> Measures:
        """`measure`, kept in the history too; measured once for one state."""
        if self._measured is not None and self._measured[0] == self.step:
            return self._measured[1]
        measures = self.measure()
        self._measured = (self.step, measures)
        if self._ahead is not None:  # it was measured when it was here
            return measures
        self._course.record(self.step, measures.point)
        loss = self._watched(measures)
        if loss is not None and (self._best is None or loss < self._best.loss):
            self.drain()  # so that the course can be cut here
            self._best = Best(self.step, loss, self.trainer.state.twin())
        return measures

    @property
    def last_measured(self) -> tuple[int, Measures]:
        """The step of the last measurement, and what it was."""
        return self._measured or (self.step, self.measured())

    def _measure_again(self) -> None:
        self._measured = None
        self.measured()
