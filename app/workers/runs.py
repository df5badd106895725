"""Runs of a network in a worker process: changes that may begin one, and ways back to an earlier one.
What ends is handed out whole, for the server to keep."""

from collections.abc import Mapping
from typing import Any

from engine.datasets import OwnData
from engine.errors import Reason
from engine.experiment import Experiment
from engine.spec import NetworkSpec
from engine.surgery import What

from ..wire import bytes_to_arrays
from .messages import CannotTrain, EndedRun, Report
from .playing import report
from .shelf import describe, experiment_of, kept_of, line_of, packed


def patch(
    id: str, spec: NetworkSpec, tables: Mapping[str, OwnData], anew: bool
) -> tuple[Report, dict[str, Any], EndedRun | None]:
    """The network after the change, `anew` with fresh weights, as a frame and described; the run that it ended.

    Raises: Refused; then nothing has changed
    """
    experiment = experiment_of(id)
    experiment.tables.update(tables)
    line = line_of(kept_of(id))
    ended = experiment.patch(spec, anew=anew)
    kept_of(id).step_s = 0.0
    # What has to be measured after the change is; for the rest, somebody turns a slider while it plays.
    return report(id, fresh=False), describe(id, fresh=False), ended and packed(ended, line)


def operate(
    id: str, layer: str, unit: int, what: What, other: int | None
) -> tuple[Report, dict[str, Any], EndedRun | None]:
    """The network after that, as `patch` gives it.  Raises: Refused; then nothing has changed"""
    line = line_of(kept_of(id))
    ended = experiment_of(id).operate(layer, unit, what, other)
    return report(id), describe(id), ended and packed(ended, line)


def reset(id: str, seed: int | None) -> tuple[Report, EndedRun]:
    line = line_of(kept_of(id))
    ended = experiment_of(id).reset(seed)
    return report(id), packed(ended, line)


def back_to_best(id: str) -> tuple[Report, EndedRun | None]:
    """As it is, where that is its best.  Raises: CannotTrain"""
    experiment, line = experiment_of(id), line_of(kept_of(id))
    try:
        ended = experiment.back_to_best()
    except LookupError:
        raise CannotTrain(
            Reason(
                "no_best", "nothing was measured yet, so there is no best; draw some points first"
            )
        ) from None
    return report(id), ended and packed(ended, line)


def restore(
    id: str, spec: NetworkSpec, tables: Mapping[str, OwnData], checkpoint: bytes
) -> tuple[Report, dict[str, Any], EndedRun]:
    """An earlier run goes on, and the present one ends.

    Raises: Refused, Unreadable; then nothing has changed
    """
    kept = kept_of(id)
    line = line_of(kept)
    before = kept.experiment
    back = Experiment(spec, tables={**before.tables, **tables})
    back.load_state(bytes_to_arrays(checkpoint))
    back.watch_for(None)
    back.newest_run = max(back.newest_run, before.newest_run)
    back.revision = max(back.revision, before.revision) + 1
    ended = packed(before.ended(), line)
    kept.experiment, kept.step_s = back, 0.0
    return report(id), describe(id), ended
