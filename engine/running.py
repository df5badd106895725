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
from .datasets import OwnData
from .errors import Reason, Refused
from .followed import Followed
from .history import Course
from .marks import mark_of
from .one_update import make_update
from .runs import HERE, Ahead, Arrays, Best, Ended, here_arrays, here_of, is_another, is_comparable
from .settings import care_of, plain_settings, trainer_of
from .spec import NetworkSpec
from .stopping import Stopper
from .trail import Trail
from .trainer import DEFAULT_SAMPLES, Snapshot, Trainer

Array = NDArray[np.floating]


class Running(Followed):
    """What moves of an `Experiment`; that one looks into it, too.

    Raises: Refused, naming the field
    """

    def __init__(
        self,
        spec: NetworkSpec | None = None,
        *,
        tables: Mapping[str, OwnData] | None = None,
        dtype: type = np.float32,
        compiled: bool = True,
    ) -> None:
        spec = spec or NetworkSpec()
        self.tables = dict(tables or {})
        parts = assemble(spec, make_dataset(spec.dataset, self.tables))
        super().__init__(parts, trainer_of(parts, dtype, compiled=compiled))
        self.revision = 0
        self.run = 0
        self.newest_run = 0  # that was ever begun here: numbers are not used again
        self._begin_course(fresh=True)

    @property
    def nbytes(self) -> int:
        """About the memory it takes: samples, everything that moves, the best of it, and what a batch
        leaves."""
        trainer, data = self.trainer, self.dataset
        arrays = [data.inputs, data.test_inputs, trainer.inputs, trainer.targets]
        batch = min(trainer.batch, max(1, trainer.samples))
        whole = sum(array.nbytes for array in arrays) + trainer.state.buffer.nbytes
        whole += self._best.state.nbytes if self._best else 0
        whole += self._trail.most_bytes
        return whole + batch * self.network.numbers * trainer.state.buffer.itemsize

    # Changing it

    def patch(self, spec: NetworkSpec, *, anew: bool = False) -> Ended | None:
        """Take another spec, losing nothing that needn't be lost. Other data or another network begin
        a new run, with the overlapping part of each weight: then the one before, as it was.

        `anew`: a new run in any case, with fresh weights from the spec's seed, as `reset` begins it.

        Raises: Refused; then nothing has changed
        """
        before, dataset = self._parts, self.dataset
        if spec.dataset != before.spec.dataset:
            dataset = make_dataset(spec.dataset, self.tables)
        parts = assemble(spec, dataset, before.spec)
        spec = parts.spec
        inputs, targets = parts.training_arrays()
        another = anew or is_another(before, parts)
        leaves = another or (self._ahead is not None and spec != before.spec)
        ended = self.ended() if leaves else None
        kept = dict(vars(self))
        # Whatever goes wrong on the way, memory that runs out too: then it was never begun.
        self.trainer = self.trainer.copy()
        try:
            if ended is not None and not another:
                self._part_ways()
            self._change(parts, inputs, targets)
            if anew:
                self._begin_afresh()
            elif another:
                self.trainer.begin_anew()
                self._begin_run(fresh=False)
            else:
                self._go_on(before.spec)
        except BaseException:
            vars(self).update(kept)
            raise
        if not another and spec != before.spec:
            self.drain()  # no point of the course is of losses before and after
            self._course.marks.put(mark_of(self.step, before.spec, spec))
            self._trail.turn(spec, self.trainer.snapshot())
        return ended

    def _change(self, parts: Assembly, inputs: Array, targets: Array) -> None:
        trainer, before, spec = self.trainer, self.spec, parts.spec
        data_changed = not (
            np.array_equal(inputs.astype(trainer.dtype), trainer.inputs)
            and np.array_equal(targets.astype(trainer.dtype), trainer.targets)
        )
        self._parts = parts
        trainer.change_settings(**plain_settings(spec))
        trainer.change_network(parts.network)
        if spec.schedule != before.schedule:
            trainer.change_schedule(spec.schedule)
        if care_of(spec) != trainer.care:
            trainer.change_care(care_of(spec))
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
            self._measure_again()
            return
        if self._best is not None and before != self.spec:
            self._best = self._best.fitted(before, self.spec)
        if before.average != self.spec.average:
            self._measure_again()  # it is measured, too

    def reset(self, seed: int | None = None) -> Ended:
        """A new run with fresh weights from a seed; None means the spec's own. Returns the run before."""
        ended = self.ended()
        if seed is not None:
            self._parts = replace(self._parts, spec=replace(self.spec, seed=seed))
        self._begin_afresh()
        return ended

    def _begin_afresh(self) -> None:
        self.trainer.reset(self.spec.seed)
        self.revision += 1
        self._begin_run(fresh=True)

    def set_weights(self, values: dict[str, Any]) -> None:
        """Raises: Refused; then nothing has changed"""
        self.trainer.set_parameters(values)
        self.go_on()
        self._trail.turn(self.spec, self.trainer.snapshot())
        self._measure_again()

    def train(self, steps: int) -> NDArray[np.float64]:
        """Make `steps` updates; returns the batch loss before each."""
        if steps > 0:
            self.go_on()
        parts: list[NDArray[np.float64]] = []
        left = steps
        while not parts or left > 0:  # in pieces, so that there is a snapshot wherever one is due
            made = self.trainer.train(min(left, self._trail.room(self.step)))
            parts.append(made)
            left -= len(made)
            self._trail.walk(self.step)
            if not len(made) or self.diverged:
                break
            if self._trail.due(self.step):
                self._trail.put(self.trainer.snapshot())
        losses = np.concatenate(parts)
        self._course.add(losses, self.step)
        return losses

    def apply(self, samples: Sequence[int] | None) -> float:
        """The update that `insight.trace` shows of those samples, to the bit; the epoch's own order
        stays. Returns the batch loss before it.

        Raises: Refused (no such sample, or it would not be finite); then nothing has changed
        """
        rows = self.trainer.chosen(DEFAULT_SAMPLES if samples is None else samples)
        if len(rows) < self.network.least_batch:
            raise Refused(
                "samples",
                Reason(
                    "batch_norm.one_named",
                    "batch_norm takes mean and variance over the batch, and one sample has no variance; "
                    "name two samples or more",
                ),
            )
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
        self.go_on(self.step - 1)
        self._trail.turn(self.spec, self.trainer.snapshot())
        self._course.add(np.array([loss]), self.step)
        self._measure_again()
        return loss

    # Runs

    def ended(self) -> Ended:
        """The run as it is, to be kept where another one takes its place: as far as it has come."""
        state = {n: a for n, a in self.state().items() if not n.startswith(HERE)}
        return Ended(self.run, self.end_spec, state)

    def go_on(self, step: int | None = None) -> None:
        """Where it stands in its own past, what comes is a run of its own, with the course up to there
        (or up to `step`); the run that was is kept to be taken."""
        if self._ahead is not None:
            self._left = self.ended()
            self._part_ways(step)

    def take_left(self) -> Ended | None:
        """The run that was left by going on from its past, once."""
        left, self._left = self._left, None
        return left

    def _part_ways(self, step: int | None = None) -> None:
        ahead, self._ahead, best = self._ahead, None, self._best
        assert ahead is not None
        end, step = ahead.snapshot.step, self.step if step is None else step
        keeps = best is not None and best.step <= step and is_comparable(ahead.spec, self.spec)
        self._take_number()
        self._course = self._course.until(step, end)
        self._trail = self._trail.until(step)
        self._best = best.fitted(ahead.spec, self.spec) if best and keeps else None
        self.revision += 1
        self._measure_again()

    def _begin_run(self, *, fresh: bool) -> None:
        """Number and course of a new one; the state is there."""
        self._take_number()
        self._begin_course(fresh=fresh)

    def _take_number(self) -> None:
        self.newest_run += 1
        self.run = self.newest_run
        self._compare_anew()

    def _compare_anew(self) -> None:
        if self.stopper is not None:
            self.stopper = self.stopper.begun_anew()

    def _begin_course(self, *, fresh: bool) -> None:
        self._course = Course()
        self._trail = Trail.begun(self.spec, self.trainer.snapshot(), fresh=fresh)
        self._ahead = None
        self._left: Ended | None = None
        self._best = None
        self._measure_again()

    def back_to_best(self) -> Ended | None:
        """A new run that goes on from the best of this one, its course up to there; the run before, or
        None where it is at its best.

        Raises: LookupError, where nothing was measured
        """
        best = self._best
        if best is None:
            raise LookupError("nothing was measured yet")
        there = self.trainer.state
        if (
            self._ahead is None
            and best.step == self.step
            and np.array_equal(best.state.row(0), there.row(0))
        ):
            return None
        ended, end = self.ended(), self.last_step
        if self._ahead is not None:
            self._stand_at_end()
        self.trainer.restore(best.state.snapshot())
        self.trainer.diverged = None
        self.revision += 1
        self._take_number()
        self._course = self._course.until(self.step, end)
        self._trail = self._trail.until(self.step)
        self._trail.turn(self.spec, self.trainer.snapshot())
        self._measure_again()
        return ended

    # Keeping it

    def state(self) -> Arrays:
        """All that moves, as arrays: what a checkpoint holds besides the spec. In its own past, of the
        run as far as it has come, and where it stands."""
        ahead, here = self._ahead, self.trainer.snapshot()
        return {
            **(ahead.snapshot if ahead else here).arrays(),
            **self._course.arrays(self.last_step),
            **self._trail.kept().arrays(),
            **(self._best.arrays() if self._best else {}),
            **({"until": self.stopper.array()} if self.stopper else {}),
            "revision": np.array([self.revision], np.int64),
            "run": np.array([self.run, self.newest_run], np.int64),
            **(here_arrays(self.spec, here) if ahead else {}),
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
        self._trail = self._trail_of(arrays)
        self._ahead = self._left = None
        if (there := here_of(arrays)) is not None:
            self._stand_at(*there)
        self._measured = None

    def _trail_of(self, arrays: Mapping[str, NDArray[Any]]) -> Trail:
        """As it was kept; the state that there is, is reached whatever was kept."""
        here, trail = self.trainer.snapshot(), Trail.of_arrays(arrays)
        if trail is None:
            return Trail.begun(self.spec, here, fresh=False)
        last = trail.stages[-1]
        if last.end != here.step or last.spec != self.spec:
            trail.turn(self.spec, here)
        else:
            trail.put(here)
        return trail

    # Where it stands

    def _stand_at(self, spec: NetworkSpec, snapshot: Snapshot) -> None:
        """In its own past, as it was there."""
        parts, trainer = self._as_under(spec)
        trainer.load(snapshot)
        self._take_place(parts, trainer)

    def _as_under(self, spec: NetworkSpec) -> tuple[Assembly, Trainer]:
        """The network as it was under another spec of its run, at step 0 of its seed, or wherever it is;
        a trainer with memory of its own."""
        if spec == self.spec:
            return self._parts, self.trainer.copy()
        known = spec.dataset == self.spec.dataset
        dataset = self.dataset if known else make_dataset(spec.dataset, self.tables)
        parts = assemble(spec, dataset)
        return parts, trainer_of(parts, self.trainer.dtype, compiled=self.trainer.compiled)

    def _take_place(self, parts: Assembly, trainer: Trainer) -> None:
        if self._ahead is None:
            self.drain()
            self._ahead = Ahead(self.spec, self.trainer.snapshot(), self.trainer.diverged)
        self._parts, self.trainer = parts, trainer

    def _stand_at_end(self) -> None:
        """As far as it has come."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return
        if ahead.spec != self.spec:
            self._parts, self.trainer = self._as_under(ahead.spec)
        self.trainer.restore(ahead.snapshot)
        self.trainer.diverged = ahead.diverged
