"""Samples worth a look: those the network does worst on, and those that excite a unit."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from ..experiment import Experiment
from ..limits import affordable
from .influence import losses

Array = NDArray[np.floating]
MOST_SAMPLES = 2048


@dataclass(frozen=True, slots=True)
class Worst:
    """`answer` is the class given, of classes; `share` is of the loss of all that were looked at."""

    sample: int
    loss: float | None
    share: float | None
    target: Any
    answer: Any


@dataclass(frozen=True, slots=True)
class Exciting:
    """What the unit gives for a sample, the mean over its places or time steps."""

    sample: int
    value: float


def _looked_at(experiment: Experiment, part: Literal["train", "test"]) -> tuple[Array, Array]:
    """Inputs as the network takes them, raw targets; as many as may be looked at."""
    network, dataset = experiment.network, experiment.dataset
    train = part == "train"
    columns = dataset.inputs if train else dataset.test_inputs
    most = min(MOST_SAMPLES, affordable(network.work, network.numbers))
    targets = dataset.targets if train else dataset.test_targets
    return experiment.features_of(columns[:most]).astype(np.float64), targets[:most]


def worst(experiment: Experiment, part: Literal["train", "test"], most: int = 12) -> list[Worst]:
    """The samples with the largest losses, in evaluation mode.  Raises: Refused, where there are none"""
    x, targets = _looked_at(experiment, part)
    if not len(x):
        raise Refused(
            "part", Reason("no_samples_of_part", "there are no {part} samples", part=part)
        )
    network, vector = experiment.network, experiment.trainer.vector.astype(np.float64)
    with np.errstate(all="ignore"):
        found = losses(network, vector, x, experiment.coded(targets).astype(np.float64))
        order = np.argsort(-np.where(np.isfinite(found), found, np.inf), kind="stable")[:most]
        outputs = network.predict(vector, x[order])
    whole = float(found.sum())
    classes = experiment.dataset.classes
    answers = experiment.classify(outputs) if classes else outputs
    return [
        Worst(
            int(i),
            float(found[i]) if np.isfinite(found[i]) else None,
            float(found[i] / whole) if np.isfinite(whole) and whole > 0 else None,
            targets[i],
            answers[k],
        )
        for k, i in enumerate(order)
    ]


def exciting(
    experiment: Experiment, layer: str, unit: int, part: Literal["train", "test"], most: int = 6
) -> tuple[list[Exciting], list[Exciting]]:
    """The samples for which a unit (a filter, a place of the last axis) gives most, and least.

    Raises: Refused (no such layer or unit, no samples)
    """
    network = experiment.network
    place = network.place_of(layer, unit)
    x, _ = _looked_at(experiment, part)
    if not len(x):
        raise Refused(
            "part", Reason("no_samples_of_part", "there are no {part} samples", part=part)
        )
    with np.errstate(all="ignore"):
        a = network.forward(experiment.trainer.vector.astype(np.float64), x)[place]["a"][..., unit]
    values = a.reshape(len(x), -1).mean(axis=1)
    order = np.argsort(-values, kind="stable")
    tell = lambda rows: [Exciting(int(i), float(values[i])) for i in rows]  # noqa: E731
    return tell(order[:most]), tell(order[::-1][:most])


__all__ = ["Exciting", "Worst", "exciting", "worst"]
