"""The networks that a worker process holds: taken in, described, kept, put away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.datasets import Table
from engine.experiment import Experiment
from engine.measuring import Measures
from engine.spec import NetworkSpec

from ..wire import arrays_to_bytes, bytes_to_arrays


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
    counted: Counted | None = None  # the last confusion that a look showed


class Gone(KeyError):
    """This worker doesn't hold that network (any more)."""


_kept: dict[str, Kept] = {}


def create(
    id: str, spec: NetworkSpec, tables: Mapping[str, Table], checkpoint: bytes | None
) -> dict[str, Any]:
    """Raises: Refused (a checkpoint that is not of this spec is so at "state"), Unreadable"""
    experiment = Experiment(spec, tables=tables)
    if checkpoint is not None:
        experiment.load_state(bytes_to_arrays(checkpoint))
    _kept[id] = Kept(experiment)
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


def describe(id: str) -> dict[str, Any]:
    experiment = experiment_of(id)
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
                "activation": layer.function,
                "shape": list(shape),
                "parameters": sizes.get(name, 0),
                "trainable": layer.learns,
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
    }


def checkpoints(ids: list[str]) -> dict[str, tuple[NetworkSpec, bytes]]:
    return {
        id: (_kept[id].experiment.spec, arrays_to_bytes(_kept[id].experiment.state()))
        for id in ids
        if id in _kept
    }


def history(id: str) -> dict[str, Any]:
    return experiment_of(id).course()
