"""Back and forth in a network's own past, in a worker process: a replay in slices, and where it ends."""

from dataclasses import replace
from time import thread_time

from engine.errors import Reason, Refused
from engine.marks import Mark

from ..wire import arrays_to_bytes
from .messages import CannotTrain, Checkpoint, Report, Sought
from .playing import MAX_STEPS_A_CALL, report
from .shelf import Kept, describe, kept_of, line_of


def seek(id: str, step: int, most: int, budget_s: float, first: bool) -> int | Sought:
    """Take it to a step of its run, in as many calls as that takes: how many updates are left, or, in
    the end, the network as it is there. Until then it is as it was.

    Raises: CannotTrain (there is no such step, or another run began meanwhile); then it is as it was
    """
    kept = kept_of(id)
    experiment = kept.experiment
    left = _replay(kept, step, most, budget_s, first)
    if left:
        return left
    replay, kept.replay = kept.replay, None
    if replay is None:
        return Sought(report(id), None)
    line, revision = line_of(kept), experiment.revision
    try:
        mark = experiment.arrive(replay)
    except LookupError:
        raise CannotTrain(
            Reason(
                "seek.another_run",
                "another run began while the way to step {step} was gone; ask again",
                step=step,
            )
        ) from None
    kept.line = line
    told = report(id)
    if mark is not None:
        told = _restored(told, mark)
    described = None if experiment.revision == revision else describe(id)
    return Sought(told, described)


def branch(id: str, step: int | None, most: int, budget_s: float, first: bool) -> int | Checkpoint:
    """What a network of its own goes on from at a step, or where it stands.  Raises: CannotTrain"""
    kept = kept_of(id)
    step = kept.experiment.step if step is None else step
    left = _replay(kept, step, most, budget_s, first)
    if left:
        return left
    replay, kept.replay = kept.replay, None
    ended = kept.experiment.branched(replay)
    return Checkpoint(ended.spec, arrays_to_bytes(ended.state), ended.run)


def give_up(id: str) -> None:
    """Nobody waits for a replay any more."""
    kept_of(id).replay = None


def _replay(kept: Kept, step: int, most: int, budget_s: float, first: bool) -> int:
    """How many updates are left after so much time of the processor."""
    if first:
        kept.replay = None
        try:
            kept.replay = kept.experiment.way_to(step, most)
        except Refused as error:  # which steps there are is the run's state
            raise CannotTrain(error.reason) from error
    replay = kept.replay
    if replay is None:
        return 0
    begin = thread_time()
    step_s = kept.step_s
    spent = 0.0
    while replay.left:
        room = int(min(budget_s - spent, 0.01) / step_s) if step_s else 1
        made = replay.advance(min(max(1, room), MAX_STEPS_A_CALL))
        before, spent = spent, thread_time() - begin
        step_s = (spent - before) / made
        if spent >= budget_s:
            break
    return replay.left


def _restored(told: Report, mark: Mark) -> Report:
    """Which settings are others than before, in the frame and in words."""
    changes = [
        path if before is None and after is None else f"{path} {before} -> {after}"
        for path, before, after in zip(mark.what, mark.before, mark.after, strict=True)
    ]
    notice = Reason(
        "seek.restored",
        "the settings are those of step {step} again: {changes}",
        step=mark.step,
        changes=", ".join(changes),
    )
    plain = {"step": mark.step, "what": list(mark.what)}
    sides = {"before": list(mark.before), "after": list(mark.after)}
    figures = {**told.figures, "restored": {**plain, **sides}}
    return replace(told, figures=figures, notice=notice)
