"""Training in a worker process: one network's slices, and the rounds of those that play."""

from collections.abc import Mapping
from time import perf_counter, thread_time
from typing import Any

import numpy as np

from engine.errors import Reason, Refused
from engine.experiment import Experiment
from engine.stopping import Until

from .jobs import advance as advance_job
from .messages import Advanced, Amount, CannotTrain, Looked, Play, Progressed, Report, Spent
from .shelf import Kept, experiment_of, holds, kept_of, packed, run_figures
from .watching import seen

MAX_STEPS_A_CALL = 8192
# While playing, one part of the time is for measuring and so many are for training.
MEASURED_SHARE = 8
# One measurement is the longest that a look waits for: where somebody draws, they are few.
DRAWN_MEASURED_SHARE = 40


def _report(
    id: str,
    weights: bool,
    losses: Any = None,
    remaining: int = 0,
    *,
    fresh: bool = True,
    share: int = MEASURED_SHARE,
) -> Report:
    """Unless `fresh`, measuring takes at most a share of the time, one part to so many of training: the
    last one is told again."""
    kept = kept_of(id)
    experiment = kept.experiment
    left = experiment.take_left()
    points = experiment.take_points()
    begin = perf_counter()
    due = begin - kept.measured_at > kept.measure_s * share
    if fresh or due or experiment.diverged:
        experiment.measured()
        kept.measured_at = perf_counter()
        kept.measure_s = kept.measured_at - begin
    measured_step, measures = experiment.last_measured
    trainer = experiment.trainer
    stop, kept.stop = kept.stop, None
    figures = {
        "step": trainer.step,
        "epoch": trainer.epoch,
        "loss": measures.loss,
        "test_loss": measures.test_loss,
        "metrics": measures.metrics,
        "measured_step": measured_step,
        "learning_rate": trainer.learning_rate,
        "revision": experiment.revision,
        "stopped": stop and {"rule": stop.rule, "value": stop.value, "step": stop.step},
        **run_figures(experiment),
    }
    return Report(
        id=id,
        figures=figures,
        points=points,
        weights=trainer.vector.tobytes() if weights or stop else None,
        stop=stop,
        divergence=trainer.diverged,
        losses=losses,
        remaining=remaining,
        left=packed(left, kept.line or {}) if left else None,
    )


def report(id: str, *, fresh: bool = True) -> Report:
    return _report(id, weights=True, fresh=fresh)


def set_weights(id: str, values: dict[str, Any]) -> Report:
    """Raises: Refused; then nothing has changed"""
    experiment_of(id).set_weights(values)
    return _report(id, weights=True)


def begin(id: str, until: Until | None) -> Report:
    """As it is before it plays until a rule holds, or for ever.  Raises: CannotTrain, Refused"""
    experiment = experiment_of(id)
    _check_trainable(experiment)
    experiment.go_on()
    experiment.watch_for(until)
    return _report(id, weights=True)


def pause(id: str) -> Report:
    """As it is when it plays no longer; no rule waits for it to go on."""
    experiment_of(id).watch_for(None)
    return _report(id, weights=True)


def _check_trainable(experiment: Experiment) -> None:
    """Raises: CannotTrain"""
    if experiment.diverged:
        raise CannotTrain(
            Reason(
                "diverged_before",
                "the network diverged and stopped; lower the learning rate or reset it",
            )
        )
    if (reason := experiment.trainer.lacks) is not None:
        raise CannotTrain(reason)


def _is_meant(experiment: Experiment, run: int) -> bool:
    """Whether a turn that was given for a run may be spent: not on another one, and not in its past."""
    return experiment.run == run and experiment.step == experiment.last_step


def train(id: str, amount: Amount, budget_s: float) -> Report:
    """Train for up to that many updates or about `budget_s`; `remaining` says what is left: nothing
    where another run has begun meanwhile, or it was taken back.

    Raises: CannotTrain, Refused (more than the limit)
    """
    kept = kept_of(id)
    experiment = kept.experiment
    if amount.run is None:
        _check_trainable(experiment)
    elif not _is_meant(experiment, amount.run):
        return _report(id, weights=True, losses=np.zeros(0) if amount.losses else None)
    steps = amount.steps if amount.epochs is None else _steps_in(experiment, amount.epochs)
    if steps > amount.most:
        raise Refused(
            "steps" if amount.epochs is None else "epochs",
            Reason("too_many_steps", "{steps} steps, at most {most} a call", steps=steps),
            limit="max_steps_per_call",
            value=amount.most,
        )
    losses = _run(kept, steps, budget_s)
    # Samples may have been taken away since the call began: then nothing more can be done.
    over = experiment.diverged or not experiment.trainer.samples
    left = 0 if over else steps - len(losses)
    kept_losses = losses if amount.losses else None
    return _report(id, weights=left == 0, losses=kept_losses, remaining=left, fresh=left == 0)


def _steps_in(experiment: Experiment, epochs: int) -> int:
    trainer = experiment.trainer
    return trainer.steps_to_epoch_end() + (epochs - 1) * trainer.steps_per_epoch


def _run(kept: Kept, most: int | None, budget_s: float, *, watched: bool = False) -> Any:
    """Train until `most` updates are made or the time of the processor is up; at least one update.

    `watched`: at the end of every epoch it is looked whether it is to stop by itself.
    """
    experiment = kept.experiment
    losses = []
    done = 0
    if not experiment.trainer.samples:
        return np.zeros(0)
    begin = now = thread_time()
    while (most is None or done < most) and not experiment.diverged and kept.stop is None:
        left = budget_s - (now - begin)
        if done and left < kept.step_s:
            break
        # Of a network that has just come nothing is known: one update tells.
        room = int(min(left, 0.01) / kept.step_s) if kept.step_s else 1
        steps = min(max(1, room), MAX_STEPS_A_CALL, most - done if most is not None else room or 1)
        looks = watched and experiment.stopper is not None
        if looks:
            steps = min(steps, experiment.trainer.steps_to_epoch_end())
        made = experiment.train(steps)
        losses.append(made)
        done += len(made)
        before, now = now, thread_time()
        if len(made):
            took = (now - before) / len(made)
            kept.step_s = (kept.step_s + took) / 2 if kept.step_s else took
        if looks and len(made) and experiment.trainer.state.position == 0:
            kept.stop = experiment.epoch_over()
            now = thread_time()
    return np.concatenate(losses) if losses else np.zeros(0)


def advance(plays: list[Play], jobs: Mapping[str, float]) -> Advanced:
    """One round: the turns of networks that play, and of jobs by their seconds."""
    reports: list[Report] = []
    spent: dict[str, Spent] = {}
    failed: dict[str, Reason] = {}
    looked: dict[str, list[Looked]] = {}
    for play in plays:
        if not holds(play.id):
            continue
        begin = thread_time()
        steps = 0
        try:
            kept = kept_of(play.id)
            if not _is_meant(kept.experiment, play.run):
                continue
            if play.steps != 0:
                steps = len(_run(kept, play.steps, play.seconds, watched=True))
            if play.report or kept.experiment.diverged or kept.stop:
                share = DRAWN_MEASURED_SHARE if play.drawn else MEASURED_SHARE
                reports.append(_report(play.id, play.weights, fresh=False, share=share))
            if play.looks:
                looked[play.id] = [seen(kept, look, playing=True) for look in play.looks]
            spent[play.id] = Spent(steps, thread_time() - begin, kept.step_s if steps else 0.0)
        except Exception as error:
            # One network's trouble is not the others'.
            failed[play.id] = (
                error.reason
                if isinstance(error, Refused)
                else Reason("training_failed", "training failed: {error}", error=str(error))
            )
    told: list[Progressed] = []
    lost: list[str] = []
    for job, seconds in jobs.items():
        begin = thread_time()
        found = advance_job(job, seconds)
        spent[job] = Spent(0, thread_time() - begin, 0.0)
        if found is None:
            lost.append(job)
        else:
            told.append(found)
    return Advanced(reports, spent, failed, told, lost, looked)
