"""What runs inside a worker process: the networks it holds and what can be asked of them.

Functions are called by name from the server, one at a time.
"""

import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np

from engine.datasets import Table
from engine.experiment import Experiment, make_dataset
from engine.insight import check_gradient as checked_gradient
from engine.insight import examine
from engine.insight import trace as traced
from engine.kernels import warm
from engine.spec import NetworkSpec

from ..wire import arrays_to_bytes, bytes_to_arrays
from .messages import Advanced, Play, Report

MAX_STEPS_A_CALL = 8192
# While playing, one part of the time is for measuring and so many are for training.
MEASURED_SHARE = 8


@dataclass(slots=True)
class _Kept:
    experiment: Experiment
    step_s: float = 20e-6  # running estimate of one update
    measure_s: float = 0.0  # what the last measurement took
    measured_at: float = -1e9
    credit_s: float = 0.0  # a network whose single step outlasts its share waits for its turn


class Gone(KeyError):
    """This worker doesn't hold that network (any more)."""


_kept: dict[str, _Kept] = {}


def start() -> int:
    """Called once in a new process; returns its id when it can train."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its workers itself
    if hasattr(os, "nice"):
        os.nice(5)  # answers and pictures come before training
    warm(lambda *_: None)
    return os.getpid()


def create(
    id: str, spec: NetworkSpec, tables: Mapping[str, Table], checkpoint: bytes | None
) -> dict[str, Any]:
    """Raises: CannotBuild, Unreadable, ValueError (a checkpoint that is not of this spec)"""
    experiment = Experiment(spec, tables=tables)
    if checkpoint is not None:
        experiment.load_state(bytes_to_arrays(checkpoint))
    _kept[id] = _Kept(experiment)
    try:
        return describe(id)
    except BaseException:
        discard(id)
        raise


def discard(id: str) -> None:
    _kept.pop(id, None)


def _of(id: str) -> Experiment:
    try:
        return _kept[id].experiment
    except KeyError:
        raise Gone(id) from None


def describe(id: str) -> dict[str, Any]:
    experiment = _of(id)
    network, trainer = experiment.network, experiment.trainer
    measures = experiment.measured()
    layers: list[Any] = network.layers
    sizes: dict[str, int] = {}
    for entry in network.layout:
        owner = entry.name.split(".")[0]
        sizes[owner] = sizes.get(owner, 0) + entry.size
    return {
        "spec": experiment.spec,
        "inputs": list(experiment.input_names),
        "layers": [
            {
                "name": name,
                "kind": layer.kind,
                "units": shape[-1],
                "activation": getattr(layer, "activation", None),
                "shape": list(shape),
                "parameters": sizes.get(name, 0),
                "trainable": getattr(layer, "trainable", True),
            }
            for name, layer, shape in zip(network.names, layers, network.shapes[1:], strict=True)
        ],
        "layout": [
            {"name": e.name, "shape": list(e.shape), "offset": e.offset} for e in network.layout
        ],
        "parameters": network.layout.size,
        "steps_per_epoch": trainer.steps_per_epoch,
        "samples": trainer.samples,
        "step": trainer.step,
        "epoch": trainer.epoch,
        "learning_rate": trainer.learning_rate,
        "loss": measures.loss,
        "test_loss": measures.test_loss,
        "metrics": measures.metrics,
        "confusion": experiment.confusion(),
        "divergence": trainer.diverged,
        "revision": experiment.revision,
    }


def _report(
    id: str, weights: bool, losses: Any = (), remaining: int = 0, *, fresh: bool = True
) -> Report:
    """Unless `fresh`, measuring takes at most a share of the time: the last one is told again."""
    experiment = _of(id)
    kept = _kept[id]
    points = experiment.take_points()
    begin = perf_counter()
    due = begin - kept.measured_at > kept.measure_s * MEASURED_SHARE
    if fresh or due or experiment.diverged:
        experiment.measured()
        kept.measured_at = perf_counter()
        kept.measure_s = kept.measured_at - begin
    measured_step, measures = experiment.last_measured
    return Report(
        id, experiment.step, experiment.trainer.epoch, experiment.revision, measures.loss,
        measures.test_loss, measures.metrics, points,
        experiment.trainer.vector.tobytes() if weights else None,
        experiment.diverged, [float(v) for v in losses], remaining, measured_step,
    )  # fmt: skip


def report(id: str) -> Report:
    return _report(id, weights=True)


def patch(id: str, spec: NetworkSpec, tables: Mapping[str, Table]) -> Report:
    """Raises: CannotBuild; then nothing has changed"""
    experiment = _of(id)
    experiment.tables.update(tables)
    experiment.patch(spec)
    _kept[id].step_s = 20e-6
    return _report(id, weights=True)


def reset(id: str, seed: int | None) -> Report:
    _of(id).reset(seed)
    return _report(id, weights=True)


def set_weights(id: str, values: dict[str, Any]) -> Report:
    """Raises: KeyError, ValueError; then nothing has changed"""
    _of(id).set_weights(values)
    return _report(id, weights=True)


def weights(id: str, average: bool = False) -> bytes | None:
    """As JSON: large answers are encoded here, not on the server's event loop. None where no
    average is kept."""
    experiment = _of(id)
    vector = experiment.trainer.average if average else experiment.trainer.vector
    if vector is None:
        return None
    views = experiment.network.layout.views(vector)
    return json.dumps({name: view.tolist() for name, view in views.items()}).encode()


def steps_in_epochs(id: str, epochs: int) -> int:
    trainer = _of(id).trainer
    if not trainer.samples:
        return 0
    return trainer.steps_to_epoch_end() + (epochs - 1) * trainer.steps_per_epoch


def train(id: str, steps: int, budget_s: float) -> Report:
    """Train for up to `steps` updates or about `budget_s`; `remaining` says what is left."""
    losses = _run(_kept[id] if id in _kept else _missing(id), steps, budget_s)
    experiment = _of(id)
    # Samples may have been taken away since the call began: then nothing more can be done.
    over = experiment.diverged or not experiment.trainer.samples
    left = 0 if over else steps - len(losses)
    return _report(id, weights=left == 0, losses=losses, remaining=left)


def _missing(id: str) -> _Kept:
    raise Gone(id)


def _run(kept: _Kept, most: int | None, budget_s: float) -> Any:
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


def advance(plays: list[Play], budget_s: float) -> Advanced:
    """One round: every playing network gets the same share of the time."""
    reports: list[Report] = []
    made: dict[str, int] = {}
    failed: dict[str, str] = {}
    share = budget_s / max(1, len(plays))
    for play in plays:
        if play.id not in _kept:
            continue
        try:
            made[play.id] = _turn(_kept[play.id], play, share)
            if play.report or _of(play.id).diverged:
                reports.append(_report(play.id, play.weights, fresh=False))
        except Exception as error:
            failed[play.id] = str(error)  # one network's trouble is not the others'
    return Advanced(reports, made, failed)


def _turn(kept: _Kept, play: Play, share_s: float) -> int:
    kept.credit_s = min(kept.credit_s + share_s, share_s)
    if kept.credit_s <= 0 or play.steps == 0:
        return 0
    begin = perf_counter()
    made = len(_run(kept, play.steps, kept.credit_s))
    kept.credit_s -= perf_counter() - begin
    return made


def checkpoints(ids: list[str]) -> dict[str, tuple[NetworkSpec, bytes]]:
    return {
        id: (_kept[id].experiment.spec, arrays_to_bytes(_kept[id].experiment.state()))
        for id in ids
        if id in _kept
    }


def history(id: str) -> dict[str, Any]:
    return _of(id).course()


def _lists(array: Any) -> Any:
    """Nested lists with None for what is not finite: JSON has no NaN."""
    array = np.asarray(array, np.float64)
    if np.isfinite(array).all():
        return array.tolist()
    whole = array.astype(object)
    whole[~np.isfinite(array)] = None
    return whole.tolist()


def predict(id: str, inputs: list[list[float]]) -> bytes:
    """Raises: ValueError"""
    return json.dumps({"outputs": _lists(_of(id).predict(inputs))}).encode()


def activations(id: str, inputs: list[list[float]]) -> bytes:
    """Raises: ValueError"""
    found = _of(id).activations(inputs)
    layers = {
        name: {part: _lists(array) for part, array in parts.items()}
        for name, parts in found.items()
    }
    return json.dumps(layers).encode()


def boundary(id: str, resolution: int) -> bytes:
    """Raises: ValueError"""
    found = _of(id).boundary(resolution)
    return json.dumps({name: _lists(array) for name, array in found.items()}).encode()


def gradients(id: str, samples: list[int] | None) -> bytes:
    """Raises: ValueError"""
    loss, found = _of(id).gradients(samples)
    gradients = {name: _lists(array) for name, array in found.items()}
    return json.dumps({"loss": _lists(loss), "gradients": gradients}).encode()


def check_gradient(id: str, samples: list[int] | None, numbers: int | None) -> bytes:
    """Raises: ValueError"""
    found = checked_gradient(_of(id), samples, numbers)
    return _encoded({**asdict(found), "passed": found.passed})


def trace(id: str, samples: list[int] | None) -> bytes:
    """Raises: ValueError"""
    found = traced(_of(id), samples)
    entries = [
        {
            "stage": entry.stage,
            "chapter": entry.chapter,
            "layer": entry.layer,
            "kind": entry.kind,
            "formula": entry.formula,
            **entry.values,
        }
        for entry in found.entries
    ]
    return _encoded({"step": found.step, "samples": found.samples, "entries": entries})


def diagnosis(id: str) -> bytes:
    return _encoded(asdict(examine(_of(id))))


def _encoded(value: Any) -> bytes:
    return json.dumps(_plain(value), allow_nan=False).encode()


def _plain(value: Any) -> Any:
    """Arrays as nested lists, None for what is not finite, at any depth."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray) and value.dtype.kind == "i":
        return value.tolist()
    return _lists(value) if isinstance(value, float | np.ndarray) else value


def dataset(spec: Any, tables: Mapping[str, Table]) -> dict[str, Any]:
    """A dataset as a network would be given it.

    Raises: CannotBuild
    """
    return _dataset_out(spec, make_dataset(spec, tables))


def dataset_of(id: str) -> dict[str, Any]:
    experiment = _of(id)
    return _dataset_out(experiment.spec.dataset, experiment.dataset)


def _dataset_out(spec: Any, made: Any) -> dict[str, Any]:
    plane = made.plane
    return {
        "kind": spec.kind,
        "view": made.view,
        "task": made.task,
        "columns": list(made.columns),
        "classes": made.classes,
        "class_names": list(made.class_names),
        "inputs": made.inputs.tolist(),
        "shape": list(made.shape),
        "vocabulary": list(made.vocabulary),
        "targets": _targets(made, made.targets),
        "test_inputs": made.test_inputs.tolist(),
        "test_targets": _targets(made, made.test_targets),
        "identities": made.identities.tolist(),
        "plane": None
        if plane is None
        else {
            "origin": plane.origin.tolist(),
            "axes": plane.axes.tolist(),
            "low": list(plane.low),
            "high": list(plane.high),
        },
        "mean": made.mean.reshape(-1).tolist(),
        "deviation": made.deviation.reshape(-1).tolist(),
        "target_mean": made.target_mean,
        "target_deviation": made.target_deviation,
        "series": None if made.series is None else made.series.tolist(),
        "positions": None if made.positions is None else made.positions.tolist(),
        "test_positions": None if made.test_positions is None else made.test_positions.tolist(),
    }


def _targets(made: Any, targets: Any) -> list[Any]:
    return (targets if made.per_step else targets.reshape(-1)).tolist()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        create, discard, describe, report, patch, reset, set_weights, weights, steps_in_epochs,
        train, advance, checkpoints, history, predict, activations, boundary, gradients,
        check_gradient, trace, diagnosis, dataset, dataset_of,
    )
}  # fmt: skip


def call(name: str, args: tuple[Any, ...]) -> Any:
    return FUNCTIONS[name](*args)


__all__ = ["FUNCTIONS", "Gone", "call", "start"]
