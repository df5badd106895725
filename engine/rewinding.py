"""Back and forth in a run's own past: the nearest snapshot, and from there the updates once more.

An update depends on nothing but the state and the settings, so what comes is what was, to the bit.
"""

from copy import copy
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .assembly import Assembly
from .errors import Reason, Refused
from .marks import Mark, mark_of
from .running import Running
from .runs import Ended
from .spec import NetworkSpec
from .state import Snapshot
from .trail import Stage, Trail
from .trainer import Trainer

Array = NDArray[np.floating]

# Between where a replay began and where it ends there is a snapshot halfway, halfway of the rest, and so on:
# whoever goes back one step more, or two, is there at once. Closer than this none is worth its memory.
LEAST_HALF = 2


@dataclass(slots=True, eq=False)
class Replay:
    """On the way to a step, on a trainer of its own: the network is as it is until it arrives."""

    run: int
    step: int
    parts: Assembly
    trainer: Trainer
    trail: Trail
    stage: Stage

    @property
    def left(self) -> int:
        """Updates yet to be made."""
        return self.step - self.trainer.step

    def advance(self, most: int) -> int:
        """Make up to so many of them, one at least; how many were made."""
        half = self.left // 2
        steps = half if half >= LEAST_HALF else self.left
        made = len(self.trainer.train(min(steps, max(1, most))))
        if not made:
            raise RuntimeError("an update that was made once could not be made again")
        if half >= LEAST_HALF and steps == made and self.stage in self.trail.stages:
            self.trail.put(self.trainer.snapshot(), self.stage)
        return made


@dataclass(frozen=True, slots=True)
class Beginning:
    """Parameters (size,) that a run began with and the state of its order's generator; the steps at which
    something else than training changed it; `lost`: what is known begins later, under way."""

    vector: Array
    generator: int
    changed: tuple[int, ...]
    lost: bool


class Rewinding(Running):
    def beginning(self) -> Beginning:
        """Of this run."""
        first, *later = self._trail.stages
        vector, generator = self.trainer.fresh(first.spec.seed), first.spec.seed
        if first.snapshots:
            vector, generator = first.snapshots[0].state[0], int(first.snapshots[0].generator[0])
        lost = first.begin > 0
        return Beginning(
            vector[: self.network.layout.size].copy(),
            first.spec.seed if lost else generator,
            tuple(stage.begin for stage in later),
            lost,
        )

    def begin_from(self, snapshot: Snapshot) -> None:
        """A run that begins with a state from outside.

        Raises: Refused, at "state", where it is not of this network, optimizer and data
        """
        self.trainer.load(snapshot)
        self._begin_course(fresh=False)

    def reachable(self) -> list[tuple[int, int]]:
        """From which step to which it can be taken, in order."""
        return self._trail.reachable()

    def passed(self) -> list[tuple[NetworkSpec, Snapshot]]:
        """States of the run that are kept, in order, with the spec that they go on under; where it stands
        is among them. To be looked at, never written to."""
        found = {s.step: (stage.spec, s) for stage in self._trail.stages for s in stage.snapshots}
        if self._ahead is not None:
            found[self._ahead.snapshot.step] = (self._ahead.spec, self._ahead.snapshot)
        found[self.step] = (self.spec, self.trainer.snapshot())
        return [found[step] for step in sorted(found)]

    def as_it_was(self, spec: NetworkSpec, snapshot: Snapshot) -> Self:
        """The same at one of the states that it `passed`, with a trainer of its own: to be looked at."""
        there = copy(self)
        there._parts, there.trainer = self._as_under(spec)
        there.trainer.load(snapshot)
        there._measured = None
        return there

    def under(self, spec: NetworkSpec) -> Trainer:
        """A trainer of its own under another spec of the run, to restore its states in."""
        return self._as_under(spec)[1]

    def way_to(self, step: int, most: int | None = None) -> Replay | None:
        """A replay that ends there; None where it stands there already.

        Raises: Refused, at "step": the run has not come so far, what was kept of it is gone, or it would
        take more than `most` updates
        """
        last = self.last_step
        if step > last:
            raise Refused(
                "step",
                Reason(
                    "seek.ahead",
                    "the run has come to step {last}, so there is no step {step} to go to; train on",
                    step=step,
                    last=last,
                ),
            )
        if step == self.step:
            return None
        return self._replay(step, most)

    def _replay(self, step: int, most: int | None = None) -> Replay:
        stage = self._trail.stage_at(step)
        if stage is None:
            raise Refused(
                "step",
                Reason(
                    "seek.forgotten",
                    "step {step} cannot be reached any more: what was kept of it had to go; the nearest "
                    "that can be is {nearest}",
                    step=step,
                    nearest=self._trail.nearest(step),
                ),
            )
        parts, trainer = self._as_under(stage.spec)
        start = self._nearest(stage, step)
        if start is not None:
            trainer.restore(start)
        else:  # as the spec and its seed begin
            trainer.reset(stage.spec.seed)
        trainer.diverged = None
        replay = Replay(self.run, step, parts, trainer, self._trail, stage)
        if most is not None and replay.left > most:
            raise Refused(
                "step",
                Reason(
                    "seek.far",
                    "to step {step} it is {asked} updates from the nearest step that is kept, {nearest}, "
                    "at most {most}; go there first",
                    step=step,
                    asked=replay.left,
                    nearest=trainer.step,
                ).knowing(most=most),
                limit="max_replay_steps",
                value=most,
            )
        return replay

    def _nearest(self, stage: Stage, step: int) -> Snapshot | None:
        """The last state of a stage that is known and not later; None is its seed's."""
        known = [stage.before(step)]
        ahead, last = self._ahead, self._trail.stages[-1]
        if ahead is not None and stage is last:
            known.append(ahead.snapshot)
        if self._trail.stage_at(self.step) is stage:
            known.append(self.trainer.snapshot())
        fitting = [one for one in known if one is not None and one.step <= step]
        return max(fitting, key=lambda one: one.step, default=None)

    def arrive(self, replay: Replay) -> Mark | None:
        """Stand where a replay has come to; which settings are others there, None where none are.

        Raises: LookupError, where another run has begun since
        """
        if replay.run != self.run or replay.left or replay.step > self.last_step:
            raise LookupError("the replay is of another run")
        before = self.spec
        self._take_place(replay.parts, replay.trainer)
        if replay.step == self.last_step:
            self._stand_at_end()
        if self.spec != before:
            self.revision += 1
        self.watch_for(None)
        self._measure_again()
        return mark_of(self.step, before, self.spec) if self.spec != before else None

    def seek(self, step: int) -> Mark | None:
        """Back, or forth, in its own past: as it was at that step, settings too. Training on from there
        makes the same updates, and another run of it (`take_left` has the one that was).

        Raises: Refused, at "step"
        """
        replay = self.way_to(step)
        if replay is None:
            return None
        while replay.left:
            replay.advance(replay.left)
        return self.arrive(replay)

    def branched(self, replay: Replay | None) -> Ended:
        """What a network of its own goes on from at the end of a replay, or here: spec, state, the course
        up to there."""
        parts, trainer = (replay.parts, replay.trainer) if replay else (self._parts, self.trainer)
        step = trainer.step
        trail = self._trail.until(step)
        state = {
            **trainer.snapshot().arrays(),
            **self._course.until(step, self.last_step).arrays(step),
            **trail.kept().arrays(),
            "revision": np.array([0], np.int64),
        }
        return Ended(0, parts.spec, state)
