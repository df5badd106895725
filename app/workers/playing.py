"""Training in a worker process: one network's slices, and the rounds of those that play."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from engine.datasets import Table
from engine.spec import NetworkSpec

from .jobs import advance as advance_job
from .messages import Advanced, Play, Report
from .shelf import Kept, describe, experiment_of, holds, kept_of

MAX_STEPS_A_CALL = 8192
# While playing, one part of the time is for measuring and so many are for training.
MEASURED_SHARE = 8


def _report(
    id: str, weights: bool, losses: Any = (), remaining: int = 0, *, fresh: bool = True
) -> Report:
    """Unless `fresh`, measuring takes at most a share of the time: the last one is told again."""
    kept = kept_of(id)
    experiment = kept.experiment
    points = experiment.take_points()
    begin = perf_counter()
    due = begin - kept.measured_at > kept.measure_s * MEASURED_SHARE
    if fresh or due or experiment.diverged:
        experiment.measured()
        kept.measured_at = perf_counter()
        kept.measure_s = kept.measured_at - begin
    measured_step, measures = experiment.last_measured
    trainer = experiment.trainer
    figures = {
        "step": trainer.step,
        "epoch": trainer.epoch,
        "loss": measures.loss,
        "test_loss": measures.test_loss,
        "metrics": measures.metrics,
        "measured_step": measured_step,
        "learning_rate": trainer.learning_rate,
        "revision": experiment.revision,
    }
    return Report(
        id=id,
        figures=figures,
        points=points,
        weights=trainer.vector.tobytes() if weights else None,
        divergence=trainer.diverged,
        losses=[float(v) for v in losses],
        remaining=remaining,
    )


def report(id: str) -> Report:
    return _report(id, weights=True)


def patch(id: str, spec: NetworkSpec, tables: Mapping[str, Table]) -> tuple[Report, dict[str, Any]]:
    """The network after the change, as a frame and described.

    Raises: Refused; then nothing has changed
    """
    experiment = experiment_of(id)
    experiment.tables.update(tables)
    experiment.patch(spec)
    kept_of(id).step_s = 20e-6
    return _report(id, weights=True), describe(id)


def reset(id: str, seed: int | None) -> Report:
    experiment_of(id).reset(seed)
    return _report(id, weights=True)


def set_weights(id: str, values: dict[str, Any]) -> Report:
    """Raises: Refused; then nothing has changed"""
    experiment_of(id).set_weights(values)
    return _report(id, weights=True)


def steps_in_epochs(id: str, epochs: int) -> int:
    trainer = experiment_of(id).trainer
    if not trainer.samples:
        return 0
    return trainer.steps_to_epoch_end() + (epochs - 1) * trainer.steps_per_epoch


def train(id: str, steps: int, budget_s: float) -> Report:
    """Train for up to `steps` updates or about `budget_s`; `remaining` says what is left."""
    kept = kept_of(id)
    losses = _run(kept, steps, budget_s)
    experiment = kept.experiment
    # Samples may have been taken away since the call began: then nothing more can be done.
    over = experiment.diverged or not experiment.trainer.samples
    left = 0 if over else steps - len(losses)
    return _report(id, weights=left == 0, losses=losses, remaining=left)


def _run(kept: Kept, most: int | None, budget_s: float) -> Any:
    """Train until `most` updates or the time is up; at least one update."""
    experiment = kept.experiment
    begin = now = perf_counter()
    losses = []
    done = 0
    if not experiment.trainer.samples:
        return np.zeros(0)
    while (most is None or done < most) and now - begin < budget_s and not experiment.diverged:
        room = max(1, int(min(budget_s - (now - begin), 0.01) / kept.step_s))
        steps = min(room, MAX_STEPS_A_CALL, most - done if most is not None else room)
        made = experiment.train(steps)
        losses.append(made)
        done += len(made)
        before, now = now, perf_counter()
        if len(made):
            kept.step_s += 0.5 * ((now - before) / len(made) - kept.step_s)
    return np.concatenate(losses) if losses else np.zeros(0)


def advance(plays: list[Play], budget_s: float, jobs: Sequence[str] = ()) -> Advanced:
    """One round: every playing network and every job gets the same share of the time."""
    reports: list[Report] = []
    made: dict[str, int] = {}
    failed: dict[str, str] = {}
    share = budget_s / max(1, len(plays) + len(jobs))
    for play in plays:
        if not holds(play.id):
            continue
        try:
            made[play.id] = _turn(kept_of(play.id), play, share)
            if play.report or experiment_of(play.id).diverged:
                reports.append(_report(play.id, play.weights, fresh=False))
        except Exception as error:
            failed[play.id] = str(error)  # one network's trouble is not the others'
    told = {job: advance_job(job, share) for job in jobs}
    progress = [found for found in told.values() if found is not None]
    lost = [job for job, found in told.items() if found is None]
    return Advanced(reports, made, failed, progress, lost)


def _turn(kept: Kept, play: Play, share_s: float) -> int:
    kept.credit_s = min(kept.credit_s + share_s, share_s)
    if kept.credit_s <= 0 or play.steps == 0:
        return 0
    begin = perf_counter()
    made = len(_run(kept, play.steps, kept.credit_s))
    kept.credit_s -= perf_counter() - begin
    return made
