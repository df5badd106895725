"""The simplest answer to compare a network with: what is right without looking, or by looking once.

A loss says little by itself: 0.05 is much where repeating the last value costs 0.04.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .datasets import Dataset
from .datasets.base import Array
from .weighting import ClassWeight, Weights

Kind = Literal["majority", "mean", "persistence", "frequency"]
# Losses that are the cross-entropy where a target is one class.
_CROSS_ENTROPIES = ("cross_entropy", "kl_divergence", "sequence_cross_entropy")


@dataclass(frozen=True, slots=True)
class Baseline:
    """`majority`: always the most frequent class of the training part; `frequency`: the same of the
    next characters of text; `mean`: always the mean of the training targets; `persistence`: the
    value that one sees last.

    `loss` is in the units of the network's own, over all samples of the part: that of `loss_name`,
    mse or poisson for values, else the cross-entropy of the training part's frequencies. `metric`
    is the accuracy or R2. None where a part is empty, or has nothing to explain.
    """

    kind: Kind
    loss_name: str
    loss: float | None
    test_loss: float | None
    metric: float | None
    test_metric: float | None
    class_weight: ClassWeight = "none"


def baseline(dataset: Dataset, loss: str, class_weight: ClassWeight = "none") -> Baseline | None:
    """What a network that is trained with that loss is compared with; None without training samples,
    and where there is only one value to be told, which its own mean would tell exactly.

    `class_weight`: as the loss has it; frequencies and means are then of the weighted samples.
    Where the loss is none of those that a baseline is told in, `loss_name` is another one.
    """
    if not len(dataset.inputs) or (not dataset.classes and len(dataset.inputs) == 1):
        return None
    if dataset.classes:
        return _of_classes(dataset, loss, class_weight)
    return _of_values(dataset, loss)


def _of_classes(dataset: Dataset, loss: str, class_weight: ClassWeight) -> Baseline:
    counts = np.bincount(_asked(dataset.targets), minlength=dataset.classes)
    weights = np.ones(dataset.classes)
    if class_weight == "balanced":
        weights = Weights.balanced(dataset.targets, dataset.classes).by_class
    heard = counts * weights
    # One more of each: what the training part does not have is rare, not impossible.
    surprise = -np.log((heard + 1) / (heard.sum() + len(heard)))
    # A single sigmoid has the cross-entropy too; several are a mean over yes and no of each.
    same = loss in _CROSS_ENTROPIES or (loss == "binary_cross_entropy" and dataset.classes == 2)
    parts: list[tuple[float | None, float | None]] = []
    for targets in (dataset.targets, dataset.test_targets):
        asked = _asked(targets)
        right = asked == counts.argmax()
        there = len(asked) > 0
        parts.append(
            (float(np.average(surprise[asked], weights=weights[asked])), float(right.mean()))
            if there
            else (None, None)
        )
    kind = "frequency" if dataset.per_step else "majority"
    found = _joined(kind, loss if same else "cross_entropy", parts)
    return replace(found, class_weight=class_weight)


def _asked(targets: Array) -> NDArray[np.int64]:
    """Classes that are to be predicted, flat; -1 marks where nothing is."""
    return targets[targets >= 0].astype(np.int64)


def _of_values(dataset: Dataset, loss: str) -> Baseline:
    """Of a forecast the window's last value stands in the inputs as it does in the targets: both
    are scaled as the series is."""
    mean = dataset.targets.mean(axis=0)
    counted = loss == "poisson"
    parts: list[tuple[float | None, float | None]] = []
    for inputs, targets in (
        (dataset.inputs, dataset.targets),
        (dataset.test_inputs, dataset.test_targets),
    ):
        if not len(targets):
            parts.append((None, None))
            continue
        said = inputs[:, -1] if dataset.series is not None else np.broadcast_to(mean, targets.shape)
        squared = float(((said - targets) ** 2).mean())
        spread = float(((targets - targets.mean(axis=0)) ** 2).mean())
        cost = _poisson(said, targets) if counted else squared
        parts.append((cost, 1 - squared / spread if spread > 0 else None))
    kind = "persistence" if dataset.series is not None else "mean"
    return _joined(kind, "poisson" if counted else "mse", parts)


def _poisson(y: Array, t: Array) -> float | None:
    """mean(y - t ln y), as the loss has it; None for a mean of 0, whose logarithm is none."""
    return float((y - t * np.log(y)).mean()) if y.min() > 0 else None


def _joined(kind: Kind, loss_name: str, parts: list[Any]) -> Baseline:
    (loss, metric), (test_loss, test_metric) = parts
    return Baseline(kind, loss_name, loss, test_loss, metric, test_metric)
