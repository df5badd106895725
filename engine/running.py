"""A spec brought to life and moved: data, network and trainer, changed together, and the run that
they are in.

A run begins at step 0 and has one course. Another one takes its place where the data or the network
become others, at a reset, and when it goes back to its best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .assembly import Assembly, assemble, make_dataset
from .datasets import Dataset, Table
from .errors import Reason, Refused
from .history import Course, Point
from .marks import mark_of
from .measuring import Measures, measure
from .network import Network
from .one_update import make_update
from .runs import Arrays, Best, Ended, is_another, is_comparable
from .spec import NetworkSpec
from .stopping import Stop, Stopper, Until, check_until
from .trainer import DEFAULT_SAMPLES, Care, Divergence, Snapshot, Trainer

Array = NDArray[np.floating]


def _care(spec: NetworkSpec) -> Care:
    return Care(spec.clipping.value, spec.clipping.norm, spec.average)


def _settings(spec: NetworkSpec) -> dict[str, Any]:
    """What of a spec is a trainer's plain setting."""
    return {
        "batch_size": spec.batch_size,
        "l1": spec.regularization.l1,
        "l2": spec.regularization.l2,
        "initializer": spec.initializer,
        "starting": spec.start,
        "seed": spec.seed,
    }


class Running:
    """What moves of an `Experiment`; that one looks into it, too.

    Raises: Refused, naming the field
    """

    def __init__(
        self,
        spec: NetworkSpec | None = None,
        *,
        tables: Mapping[str, Table] | None = None,
        dtype: type = np.float32,
        compiled: bool = True,
    ) -> None:
        spec = spec or NetworkSpec()
        self.tables = dict(tables or {})
        self._parts: Assembly = assemble(spec, make_dataset(spec.dataset, self.tables))
        self.trainer = Trainer(
            self.network,
            *self._parts.training_arrays(),
            spec.optimizer,
            schedule=spec.schedule,
            care=_care(spec),
            dtype=dtype,
            compiled=compiled,
            **_settings(spec),
        )
        self.revision = 0
        self.run = 0
        self.newest_run = 0  # that was ever begun here: numbers are not used again
        self.stopper: Stopper | None = None
        self._begin_course()

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
    def nbytes(self) -> int:
        """About the memory it takes: samples, everything that moves, the best of it, and what a batch
        leaves."""
        trainer, data = self.trainer, self.dataset
        arrays = [data.inputs, data.test_inputs, trainer.inputs, trainer.targets]
        batch = min(trainer.batch, max(1, trainer.samples))
        whole = sum(array.nbytes for array in arrays) + trainer.state.buffer.nbytes
        whole += self._best.state.nbytes if self._best else 0
        return whole + batch * self.network.numbers * trainer.state.buffer.itemsize

    @property
    def diverged(self) -> Divergence | None:
        return self.trainer.diverged

    # Changing it

    def patch(self, spec: NetworkSpec) -> Ended | None:
        """Take another spec, losing nothing that needn't be lost. Other data or another network begin
        a new run, with the overlapping part of each weight: then the one before, as it was.

        Raises: Refused; then nothing has changed
        """
        before, dataset = self._parts, self.dataset
        if spec.dataset != before.spec.dataset:
            dataset = make_dataset(spec.dataset, self.tables)
        parts = assemble(spec, dataset)
        inputs, targets = parts.training_arrays()
        ended = self.ended() if is_another(before, parts) else None
        kept = dict(vars(self))
        # Whatever goes wrong on the way, memory that runs out too: then it was never begun.
        self.trainer = self.trainer.copy()
        try:
            self._change(parts, inputs, targets)
            if ended is None:
                self._go_on(before.spec)
            else:
                self.trainer.begin_anew()
                self._begin_run()
        except BaseException:
            vars(self).update(kept)
            raise
        if ended is None:
            self._course.marks.put(mark_of(self.step, before.spec, spec))
        return ended

    def _change(self, parts: Assembly, inputs: Array, targets: Array) -> None:
        trainer, before, spec = self.trainer, self.spec, parts.spec
        data_changed = not (
            np.array_equal(inputs.astype(trainer.dtype), trainer.inputs)
            and np.array_equal(targets.astype(trainer.dtype), trainer.targets)
        )
        self._parts = parts
        trainer.change_settings(**_settings(spec))
        trainer.change_network(parts.network)
        if spec.schedule != before.schedule:
            trainer.change_schedule(spec.schedule)
        if _care(spec) != trainer.care:
            trainer.change_care(_care(spec))
        if spec.optimizer != before.optimizer:
            trainer.change_optimizer(spec.optimizer)
        if data_changed:
            trainer.change_data(inputs, targets)
        if spec != before:
            trainer.diverged = None
            self.revision += 1

    def _go_on(self, before: NetworkSpec) -> None:
        """In the same run, with another spec."""
        if not is_comparable(before, self.spec):
            self._best = None
            self._compare_anew()
        elif self._best is not None and before != self.spec:
            self._best = self._best.fitted(before, self.spec)
        self._measure_again()

    def reset(self, seed: int | None = None) -> Ended:
        """A new run with fresh weights from a seed; None means the spec's own. Returns the run before."""
        ended = self.ended()
        if seed is not None:
            self._parts = replace(self._parts, spec=replace(self.spec, seed=seed))
        self.trainer.reset(self.spec.seed)
        self.revision += 1
        self._begin_run()
        return ended

    def set_weights(self, values: dict[str, Any]) -> None:
        """Raises: Refused; then nothing has changed"""
        self.trainer.set_parameters(values)
        self._measure_again()

    def train(self, steps: int) -> NDArray[np.float64]:
        """Make `steps` updates; returns the batch loss before each."""
        losses = self.trainer.train(steps)
        self._course.add(losses, self.step)
        return losses

    def apply(self, samples: Sequence[int] | None) -> float:
        """The update that `insight.trace` shows of those samples, to the bit; the epoch's own order
        stays. Returns the batch loss before it.

        Raises: Refused (no such sample, or it would not be finite); then nothing has changed
        """
        rows = self.trainer.chosen(DEFAULT_SAMPLES if samples is None else samples)
        loss = make_update(self.trainer, rows)
        if loss is None:
            raise Refused(
                "samples",
                Reason(
                    "update_not_finite",
                    "this update would make the loss or a weight infinite, so it was not made; lower "
                    "the learning rate",
                ),
            )
        self._course.add(np.array([loss]), self.step)
        self._measure_again()
        return loss

    # Runs

    def ended(self) -> Ended:
        """The run as it is, to be kept where another one takes its place."""
        return Ended(self.run, self.spec, self.state())

    def _begin_run(self) -> None:
        """Number and course of a new one; the state is there."""
        self._take_number()
        self._begin_course()

    def _take_number(self) -> None:
        self.newest_run += 1
        self.run = self.newest_run
        self._compare_anew()

    def _compare_anew(self) -> None:
        if self.stopper is not None:
            self.stopper = self.stopper.begun_anew()

    def _begin_course(self) -> None:
        self._course = Course()
        self._best: Best | None = None
        self._measure_again()

    @property
    def best(self) -> Best | None:
        """The lowest loss that was measured in this run, of the test part where there is one, since
        losses can be compared: other samples, another loss or another activation begin anew."""
        return self._best

    def back_to_best(self) -> Ended | None:
        """A new run that goes on from the best of this one, its course up to there; the run before, or
        None where it is at its best.

        Raises: LookupError, where nothing was measured
        """
        best = self._best
        if best is None:
            raise LookupError("nothing was measured yet")
        there = self.trainer.state
        if best.step == self.step and np.array_equal(best.state.row(0), there.row(0)):
            return None
        ended = self.ended()
        self.trainer.restore(best.state.snapshot())
        self.trainer.diverged = None
        self.revision += 1
        self._take_number()
        self._course.cut(self.step)
        self._measure_again()
        return ended

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
        return self._course.columns(self.step)

    def marks(self) -> list[dict[str, Any]]:
        """What was changed within the run, see `Mark`."""
        return self._course.marks.as_records()

    def take_points(self) -> list[Point]:
        """The loss points since this was last called: whoever streams them misses none."""
        return self._course.take_points(self.step)

    def drain(self) -> None:
        """Merge the batch losses since the last call into at most 16 points of the history."""
        self._course.drain(self.step)

    def measure(self) -> Measures:
        """Losses and metrics now."""
        return measure(self._parts, self.trainer)

    def measured(self) -> Measures:
        """`measure`, kept in the history too; measured once for one state."""
        if self._measured is not None and self._measured[0] == self.step:
            return self._measured[1]
        measures = self.measure()
        self._measured = (self.step, measures)
        quality, test_quality = list(measures.metrics.values())[:2]
        self._course.record(self.step, (measures.loss, measures.test_loss, quality, test_quality))
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
        self._measured: tuple[int, Measures] | None = None
        self.measured()

    # Keeping it

    def state(self) -> Arrays:
        """All that moves, as arrays: what a checkpoint holds besides the spec."""
        return {
            **self.trainer.snapshot().arrays(),
            **self._course.arrays(self.step),
            **(self._best.arrays() if self._best else {}),
            **({"until": self.stopper.array()} if self.stopper else {}),
            "revision": np.array([self.revision], np.int64),
            "run": np.array([self.run, self.newest_run], np.int64),
        }

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on exactly where `state` was taken, of the same spec.

        Raises: Refused, at "state", where the arrays are not of this spec
        """
        self.trainer.load(Snapshot.of_arrays(arrays))
        # Checkpoints of the first version kept the revision beside the step.
        kept = arrays["revision"][0] if "revision" in arrays else arrays["step"][1]
        self.revision = int(kept)
        self.run, self.newest_run = (int(n) for n in arrays.get("run", (0, 0)))
        self.stopper = Stopper.of_array(arrays["until"]) if "until" in arrays else None
        self._course = Course.of_arrays(arrays)
        self._best = Best.of_arrays(arrays, self.trainer.state)
        self._measured = None
