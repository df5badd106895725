"""The networks that a worker process holds: taken in, described, kept, put away."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.datasets import OwnData
from engine.experiment import Experiment
from engine.measuring import Measures
from engine.rewinding import Replay
from engine.runs import BEST, HERE, Ended
from engine.spec import NetworkSpec
from engine.stopping import Stop
from engine.trail import array_text, text_array

from ..wire import arrays_to_bytes, bytes_to_arrays
from .messages import Checkpoint, EndedRun

# Of one network's runs, all together: one that is larger by itself cannot be kept.
MAX_RUNS_BYTES = 16_000_000
LINE = f"{HERE}line"


@dataclass(frozen=True, slots=True)
class Counted:
    """Which class was taken for which, when and at what cost."""

    step: int
    revision: int
    measures: Measures  # of that state: another object is another state
    counts: dict[str, list[list[int]]]
    at: float
    seconds: float


@dataclass(slots=True)
class Kept:
    experiment: Experiment
    step_s: float = 0.0  # running estimate of one update; 0 where none was made yet
    measure_s: float = 0.0  # what the last measurement took
    measured_at: float = -1e9
    stop: Stop | None = None  # a rule has held, and it was not told yet
    counted: Counted | None = None  # the last confusion that a look showed
    replay: Replay | None = None  # on its way to a step of the past
    line: dict[str, Any] | None = None  # of the run's end, while it stands in its past


class Gone(KeyError):
    """This worker doesn't hold that network (any more)."""


_kept: dict[str, Kept] = {}


def create(
    id: str,
    spec: NetworkSpec,
    tables: Mapping[str, OwnData],
    checkpoint: bytes | None,
    taken: Collection[int] = (),
    newest: int = 0,
) -> dict[str, Any]:
    """`taken` are the numbers of the runs that are kept, `newest` is the highest there was: where an
    older checkpoint is all there is, or none, it goes on under a number of its own.

    Raises: Refused (a checkpoint that is not of this spec is so at "state"), Unreadable
    """
    experiment = Experiment(spec, tables=tables)
    arrays = {} if checkpoint is None else bytes_to_arrays(checkpoint)
    if arrays:
        experiment.load_state(arrays)
    experiment.newest_run = max(experiment.newest_run, newest, *taken)
    if experiment.run in taken or (checkpoint is None and newest):
        experiment.run = experiment.newest_run = experiment.newest_run + 1
    _kept[id] = Kept(experiment, line=array_text(arrays[LINE]) if LINE in arrays else None)
    try:
        return describe(id)
    except BaseException:
        discard(id)
        raise


def discard(id: str) -> None:
    _kept.pop(id, None)


def holds(id: str) -> bool:
    return id in _kept


def kept_of(id: str) -> Kept:
    """Raises: Gone"""
    try:
        return _kept[id]
    except KeyError:
        raise Gone(id) from None


def experiment_of(id: str) -> Experiment:
    """Raises: Gone"""
    return kept_of(id).experiment


def name_of(experiment: Experiment) -> str:
    """The data, then the layers' units: spiral 8-8-8-3."""
    owners = {entry.name.split(".")[0] for entry in experiment.network.layout}
    shapes = zip(experiment.network.names, experiment.network.shapes[1:], strict=True)
    units = [str(shape[-1]) for name, shape in shapes if name in owners]
    return f"{experiment.spec.dataset.kind} {'-'.join(units)}"


def describe(id: str, *, fresh: bool = True) -> dict[str, Any]:
    """Unless `fresh`, with the last losses that were measured in this run."""
    experiment = experiment_of(id)
    network, trainer = experiment.network, experiment.trainer
    measures = experiment.measured() if fresh else experiment.last_measured[1]
    layers: list[Any] = network.layers
    sizes: dict[str, int] = {}
    for entry in network.layout:
        owner = entry.name.split(".")[0]
        sizes[owner] = sizes.get(owner, 0) + entry.size
    return {
        "spec": experiment.spec,
        "name": name_of(experiment),
        "inputs": list(experiment.input_names),
        "layers": [
            {
                "name": name,
                "kind": layer.kind,
                "units": shape[-1],
                "activation": layer.function,
                "shape": list(shape),
                "parameters": sizes.get(name, 0),
                "trainable": layer.learns,
                "operable": network.units.get(name, 0),
            }
            for name, layer, shape in zip(network.names, layers, network.shapes[1:], strict=True)
        ],
        "layout": [
            {"name": e.name, "shape": list(e.shape), "offset": e.offset} for e in network.layout
        ],
        "parameters": network.layout.size,
        "memory": experiment.nbytes,
        "steps_per_epoch": trainer.steps_per_epoch,
        "samples": trainer.samples,
        "step": trainer.step,
        "epoch": trainer.epoch,
        "learning_rate": trainer.learning_rate,
        "loss": measures.loss,
        "test_loss": measures.test_loss,
        "metrics": measures.metrics,
        "divergence": trainer.diverged,
        "revision": experiment.revision,
        "marks": experiment.marks(),
        "reachable": experiment.reachable(),
        "until": experiment.stopper and asdict(experiment.stopper.until),
        **run_figures(experiment),
    }


def run_figures(experiment: Experiment) -> dict[str, Any]:
    """What frames and descriptions say of the run."""
    best = experiment.best
    return {
        "run": experiment.run,
        "last_step": experiment.last_step,
        "best_step": best and best.step,
        "best_loss": best and best.loss,
    }


def checkpoints(ids: list[str]) -> dict[str, Checkpoint]:
    return {id: _checkpoint(_kept[id]) for id in ids if id in _kept}


def _checkpoint(kept: Kept) -> Checkpoint:
    """In its own past, the spec is that of the run's end: it goes with the state."""
    experiment = kept.experiment
    arrays = experiment.state()
    if experiment.step < experiment.last_step:
        arrays[LINE] = text_array(line_of(kept))
    return Checkpoint(experiment.end_spec, arrays_to_bytes(arrays), experiment.run)


def history(id: str) -> dict[str, Any]:
    return experiment_of(id).course()


# Runs


def current(id: str) -> dict[str, Any]:
    """The present run as a list says it."""
    return _line(experiment_of(id))


def _line(experiment: Experiment) -> dict[str, Any]:
    measures = experiment.last_measured[1]
    return {
        "run": experiment.run,
        "step": experiment.step,
        "loss": measures.loss,
        "test_loss": measures.test_loss,
        "metrics": measures.metrics,
        "name": name_of(experiment),
        "dataset": experiment.spec.dataset.kind,
    }


def line_of(kept: Kept) -> dict[str, Any]:
    """What a list says of the run when it has ended: as far as it has come, wherever it stands."""
    in_past = kept.experiment.step < kept.experiment.last_step
    return kept.line if in_past and kept.line is not None else _line(kept.experiment)


def packed(ended: Ended, line: dict[str, Any]) -> EndedRun:
    """Without its best where it is too large with it, without anything where it still is."""
    whole = ended.state
    checkpoint = arrays_to_bytes(whole)
    if len(checkpoint) > MAX_RUNS_BYTES:
        checkpoint = arrays_to_bytes({n: a for n, a in whole.items() if not n.startswith(BEST)})
    small = len(checkpoint) <= MAX_RUNS_BYTES
    return EndedRun(ended.run, ended.spec, checkpoint if small else None, line)
