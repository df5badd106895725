"""Looking into a network in a worker process; nothing here changes one.

Large answers are encoded here, not on the server's event loop.
"""

from collections.abc import Mapping
from dataclasses import asdict
from math import prod
from typing import Any

from engine.assembly import make_dataset
from engine.baselines import baseline
from engine.datasets import Dataset, Table
from engine.experiment import Experiment
from engine.insight import check_gradient as checked_gradient
from engine.insight import examine
from engine.insight import trace as traced
from engine.suits import recipe

from .encoding import encoded
from .messages import Asked
from .shelf import experiment_of

# Of one answer's samples: what a page draws. Who wants more asks again, from a later sample on.
MAX_DATASET_NUMBERS = 400_000


def weights(id: str, average: bool = False) -> bytes | None:
    """As JSON; None where no average is kept."""
    experiment = experiment_of(id)
    vector = experiment.trainer.average if average else experiment.trainer.vector
    if vector is None:
        return None
    return encoded(experiment.network.layout.views(vector))


def predict(id: str, asked: Asked) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    outputs = experiment.predict_scaled(_columns(experiment, asked), asked.place)
    return encoded({"outputs": outputs})


def _columns(experiment: Experiment, asked: Asked) -> Any:
    """The samples asked about, as the dataset scales them.  Raises: Refused"""
    if asked.part is not None:
        return experiment.dataset.samples_of(asked.part, asked.samples)
    return experiment.columns_of(asked.inputs, scaled=asked.scaled)


def confusion(id: str) -> bytes:
    return encoded(experiment_of(id).confusion() or {"train": None, "test": None})


def activations(id: str, asked: Asked) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    return encoded(experiment.activations_scaled(_columns(experiment, asked), asked.place))


def boundary(id: str, resolution: int) -> bytes:
    """Raises: Refused"""
    return encoded(experiment_of(id).boundary(resolution))


def gradients(id: str, samples: list[int] | None) -> bytes:
    """Raises: Refused"""
    loss, found = experiment_of(id).gradients(samples)
    return encoded({"loss": loss, "gradients": found})


def check_gradient(
    id: str,
    samples: list[int] | None,
    numbers: int | None,
    at: Mapping[str, tuple[int, ...]] | None = None,
) -> bytes:
    """Raises: Refused"""
    found = checked_gradient(experiment_of(id), samples, numbers, at)
    return encoded({**asdict(found), "passed": found.passed})


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
    return encoded({"step": found.step, "samples": found.samples, "entries": entries})


def diagnosis(id: str) -> bytes:
    return encoded(asdict(examine(experiment_of(id))))


def dataset(
    spec: Any, tables: Mapping[str, Table], first: int = 0, count: int | None = None
) -> bytes:
    """A dataset as a network would be given it; of each part the samples from `first` on.

    Raises: Refused
    """
    made = make_dataset(spec, tables)
    return _dataset_out(spec, made, recipe(spec, made.task).loss, first, count)


def dataset_of(id: str, first: int = 0, count: int | None = None) -> bytes:
    experiment = experiment_of(id)
    spec = experiment.spec
    return _dataset_out(spec.dataset, experiment.dataset, spec.loss, first, count)


def _dataset_out(spec: Any, made: Dataset, loss: str, first: int, count: int | None) -> bytes:
    plane, words = made.plane, made.labels
    compared = baseline(made, loss)
    timed = made.series is not None
    rows = slice(first, first + _rows(made, count))
    return encoded(
        {
            "kind": spec.kind,
            "view": made.view,
            "task": made.task,
            "columns": made.columns,
            "classes": made.classes,
            "class_names": made.class_names,
            "column_labels": made.column_labels,
            "class_labels": made.class_labels,
            "target_label": words.target,
            "unit": words.unit,
            "time_label": words.time,
            "series_name": words.series,
            "series_start": words.start if timed else None,
            "series_step": words.step if timed else None,
            "baseline": compared and asdict(compared),
            "first": first,
            "samples": len(made.inputs),
            "test_samples": len(made.test_inputs),
            "inputs": made.inputs[rows],
            "shape": made.shape,
            "vocabulary": made.vocabulary,
            "targets": _targets(made, made.targets[rows]),
            "test_inputs": made.test_inputs[rows],
            "test_targets": _targets(made, made.test_targets[rows]),
            "identities": made.identities[rows],
            "plane": plane and asdict(plane),
            "mean": made.mean.reshape(-1),
            "deviation": made.deviation.reshape(-1),
            "target_mean": made.target_mean,
            "target_deviation": made.target_deviation,
            "series": made.series,
            "positions": made.positions if made.positions is None else made.positions[rows],
            "test_positions": (
                made.test_positions if made.test_positions is None else made.test_positions[rows]
            ),
        }
    )


def _rows(made: Dataset, count: int | None) -> int:
    """Samples of each part in one answer: as many as were asked for, and fit."""
    each = prod(made.shape) + (
        made.targets.size // max(1, len(made.targets)) if made.per_step else 1
    )
    fit = MAX_DATASET_NUMBERS // each
    whole = max(len(made.inputs), len(made.test_inputs))
    if len(made.inputs) + len(made.test_inputs) > fit:
        whole = fit // 2
    return whole if count is None else min(whole, count)


def _targets(made: Dataset, targets: Any) -> Any:
    return targets if made.per_step or made.outputs > 1 else targets.reshape(-1)
