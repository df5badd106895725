"""Looking into a network in a worker process; nothing here changes one.

Large answers are encoded here, not on the server's event loop.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from engine.assembly import make_dataset
from engine.datasets import Table
from engine.experiment import Experiment
from engine.insight import check_gradient as checked_gradient
from engine.insight import examine
from engine.insight import trace as traced

from .messages import Asked
from .shelf import experiment_of


def weights(id: str, average: bool = False) -> bytes | None:
    """As JSON; None where no average is kept."""
    experiment = experiment_of(id)
    vector = experiment.trainer.average if average else experiment.trainer.vector
    if vector is None:
        return None
    views = experiment.network.layout.views(vector)
    return json.dumps({name: view.tolist() for name, view in views.items()}).encode()


def _lists(array: Any) -> Any:
    """Nested lists with None for what is not finite: JSON has no NaN."""
    array = np.asarray(array, np.float64)
    if np.isfinite(array).all():
        return array.tolist()
    whole = array.astype(object)
    whole[~np.isfinite(array)] = None
    return whole.tolist()


def predict(id: str, asked: Asked) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    outputs = experiment.predict_scaled(_columns(experiment, asked), asked.place)
    return json.dumps({"outputs": _lists(outputs)}).encode()


def _columns(experiment: Experiment, asked: Asked) -> Any:
    """The samples asked about, as the dataset scales them.  Raises: Refused"""
    if asked.part is not None:
        return experiment.dataset.samples_of(asked.part, asked.samples)
    return experiment.columns_of(asked.inputs, scaled=asked.scaled)


def confusion(id: str) -> bytes:
    return json.dumps(experiment_of(id).confusion() or {"train": None, "test": None}).encode()


def activations(id: str, asked: Asked) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    found = experiment.activations_scaled(_columns(experiment, asked), asked.place)
    layers = {
        name: {part: _lists(array) for part, array in parts.items()}
        for name, parts in found.items()
    }
    return json.dumps(layers).encode()


def boundary(id: str, resolution: int) -> bytes:
    """Raises: Refused"""
    found = experiment_of(id).boundary(resolution)
    return json.dumps({name: _lists(array) for name, array in found.items()}).encode()


def gradients(id: str, samples: list[int] | None) -> bytes:
    """Raises: Refused"""
    loss, found = experiment_of(id).gradients(samples)
    gradients = {name: _lists(array) for name, array in found.items()}
    return json.dumps({"loss": _lists(loss), "gradients": gradients}).encode()


def check_gradient(id: str, samples: list[int] | None, numbers: int | None) -> bytes:
    """Raises: Refused"""
    found = checked_gradient(experiment_of(id), samples, numbers)
    return _encoded({**asdict(found), "passed": found.passed})


def trace(id: str, samples: list[int] | None) -> bytes:
    """Raises: Refused"""
    found = traced(experiment_of(id), samples)
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
    return _encoded(asdict(examine(experiment_of(id))))


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

    Raises: Refused
    """
    return _dataset_out(spec, make_dataset(spec, tables))


def dataset_of(id: str) -> dict[str, Any]:
    experiment = experiment_of(id)
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
