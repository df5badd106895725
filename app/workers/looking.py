"""Looking into a network in a worker process; nothing here changes one.

Large answers are encoded here, not on the server's event loop.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from engine.assembly import make_dataset
from engine.datasets import OwnData
from engine.experiment import Experiment
from engine.insight import ablate, examine
from engine.insight import check_gradient as checked_gradient
from engine.insight import flow as flowed
from engine.insight import trace as traced
from engine.suits import recipe

from . import samples
from .encoding import encoded
from .messages import Asked
from .shelf import experiment_of


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
    outputs = experiment.predict_scaled(columns_of(experiment, asked), asked.place)
    return encoded({"outputs": outputs if asked.scaled else experiment.dataset.raw(outputs)})


def columns_of(experiment: Experiment, asked: Asked) -> Any:
    """The samples asked about, as the dataset scales them.  Raises: Refused"""
    if asked.part is not None:
        return experiment.dataset.samples_of(asked.part, asked.samples)
    return experiment.columns_of(asked.inputs, scaled=asked.scaled)


def confusion(id: str) -> bytes:
    return encoded(experiment_of(id).confusion() or {"train": None, "test": None})


def ablation(id: str, layer: str | None = None) -> bytes:
    """Raises: Refused"""
    return encoded(asdict(ablate(experiment_of(id), layer)))


def activations(id: str, asked: Asked) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    return encoded(experiment.activations_scaled(columns_of(experiment, asked), asked.place))


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


def flow(id: str, after: int, bins: int) -> bytes:
    return encoded(asdict(flowed(experiment_of(id), after, bins)))


def dataset(
    spec: Any, tables: Mapping[str, OwnData], first: int = 0, count: int | None = None
) -> bytes:
    """A dataset as a network would be given it; of each part the samples from `first` on.

    Raises: Refused
    """
    made = make_dataset(spec, tables)
    return samples.as_json(spec, made, (recipe(spec, made.task).loss, "none"), first, count)


def dataset_of(id: str, first: int = 0, count: int | None = None) -> bytes:
    experiment = experiment_of(id)
    spec = experiment.spec
    judged = spec.loss, spec.class_weight
    return samples.as_json(spec.dataset, experiment.dataset, judged, first, count)


def dataset_tensors(id: str, wanted: samples.Wanted) -> bytes:
    """A safetensors buffer."""
    experiment = experiment_of(id)
    spec = experiment.spec
    judged = spec.loss, spec.class_weight
    return samples.as_tensors(spec.dataset, experiment.dataset, judged, wanted)
