"""How good a network is on its data: losses, metrics, which class is taken for which."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from .assembly import Assembly
from .layers import Pass
from .layers.base import Cache
from .limits import affordable
from .network import Network
from .trainer import Trainer

Array = NDArray[np.floating]

ROWS_AT_ONCE = 2048
NUMBERS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Measures:
    """Losses over all training and all test samples, without penalties, classes weighted as the loss has
    them; None where not finite. Metrics count every sample alike, but for the balanced accuracy: the mean
    over classes of the share of each that is told right, as `sklearn.metrics.balanced_accuracy_score` has it.
    """

    loss: float | None
    test_loss: float | None
    metrics: dict[str, float | None]

    @property
    def point(self) -> tuple[float | None, ...]:
        """What the history keeps of it, see `history.MEASURED`."""
        name = "accuracy" if "accuracy" in self.metrics else "r2"
        kept = (name, f"test_{name}", "balanced_accuracy", "test_balanced_accuracy")
        return (self.loss, self.test_loss, *(self.metrics.get(one) for one in kept))


def measure(parts: Assembly, trainer: Trainer) -> Measures:
    """Losses and metrics now, over all training and all test samples; over the first of them where
    the network is so large that looking would hold up training."""
    dataset = parts.dataset
    vector, test = trainer.vector, (*parts.test_arrays(), dataset.test_targets)
    loss, quality, balanced = _measure_part(
        parts, trainer, vector, trainer.inputs, trainer.targets, dataset.targets
    )
    test_loss, test_quality, test_balanced = _measure_part(parts, trainer, vector, *test)
    name = "accuracy" if dataset.classes else "r2"
    metrics = {name: quality, f"test_{name}": test_quality}
    if dataset.classes:
        metrics |= {"balanced_accuracy": balanced, "test_balanced_accuracy": test_balanced}
    if trainer.average is not None:
        average = _measure_part(parts, trainer, trainer.average, *test)
        metrics["average_test_loss"], metrics[f"average_test_{name}"], mean = average
        if dataset.classes:
            metrics["average_test_balanced_accuracy"] = mean
    return Measures(loss, test_loss, metrics)


def looking(network: Network, trainer: Trainer) -> list[Pass]:
    """How each layer is passed through where it is measured: in plain NumPy if it is small."""
    plain = all(len(shape) == 1 for shape in network.shapes)
    return network.passes(compiled=trainer.compiled and not plain)


def pieces_of(network: Network, rows: int) -> list[slice]:
    """So many samples in pieces that take little memory."""
    most = max(1, min(ROWS_AT_ONCE, NUMBERS_AT_ONCE // network.numbers))
    return [slice(i, i + most) for i in range(0, rows, most)]


def output_of(parts: Assembly, trainer: Trainer, vector: Array, features: Array) -> Cache:
    """The output's z and a, in evaluation mode, in pieces that take little memory."""
    network, pieces = parts.network, []
    passes = looking(network, trainer)
    for piece in pieces_of(network, len(features)):
        rows = features[piece].astype(trainer.dtype)
        cache = network.forward(vector, rows, passes)[-1]
        pieces.append({"z": cache["z"].copy(), "a": cache["a"].copy()})
    if len(pieces) == 1:
        return pieces[0]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in ("z", "a")}


def classify(parts: Assembly, outputs: Array) -> NDArray[np.int64]:
    """The class of each row of outputs: the largest, or past the middle for one output.
    (.., outputs) -> (..)"""
    if outputs.shape[-1] > 1:
        return outputs.argmax(axis=-1)
    middle = 0.5 if parts.network.output.activation == "sigmoid" else 0.0
    return (outputs[:, 0] > middle).astype(np.int64)


def confusion(parts: Assembly, trainer: Trainer) -> dict[str, list[list[int]]] | None:
    """Rows are true classes, columns predicted ones; None for regression and for text. Of as many
    samples as a measurement looks at."""
    dataset = parts.dataset
    if not dataset.classes or dataset.per_step:
        return None
    most, found = affordable(parts.network.work, parts.network.numbers), {}
    for name, inputs, targets in (
        ("train", trainer.inputs, dataset.targets),
        ("test", parts.features(dataset.test_inputs), dataset.test_targets),
    ):
        matrix = np.zeros((dataset.classes, dataset.classes), np.int64)
        if len(inputs):
            with np.errstate(all="ignore"):
                outputs = output_of(parts, trainer, trainer.vector, inputs[:most])["a"]
            np.add.at(matrix, (targets[:most].astype(np.int64), classify(parts, outputs)), 1)
        found[name] = matrix.tolist()
    return found


def _measure_part(
    parts: Assembly, trainer: Trainer, vector: Array, inputs: Array, coded: Array, targets: Array
) -> tuple[float | None, float | None, float | None]:
    """The loss, the accuracy or R2, and of classes the balanced accuracy."""
    if not len(inputs):
        return None, None, None
    most = affordable(parts.network.work, parts.network.numbers)
    inputs, coded, targets = inputs[:most], coded[:most], targets[:most]
    with np.errstate(all="ignore"):
        cache = output_of(parts, trainer, vector, inputs)
        loss = parts.network.loss_of(cache, coded.astype(trainer.dtype))
        balanced = None
        if parts.dataset.classes:
            asked = targets >= 0
            right = (classify(parts, cache["a"]) == targets) & asked
            quality = float(right.sum() / max(1, asked.sum()))
            balanced = _balanced(targets[asked], targets[right], parts.dataset.classes)
        else:
            residual = float(((cache["a"] - coded) ** 2).sum())
            spread = float(((coded - coded.mean(axis=0)) ** 2).sum())
            quality = 1 - residual / spread if spread > 0 else None
    finite = quality is not None and isfinite(quality)
    return loss if isfinite(loss) else None, quality if finite else None, balanced


def _balanced(asked: Array, right: Array, classes: int) -> float | None:
    """The mean share of each class that is right, of those that occur, to seven decimals: frames have
    to stay small.  asked, right: class numbers"""
    there = np.bincount(asked.astype(np.int64), minlength=classes)
    hits = np.bincount(right.astype(np.int64), minlength=classes)
    occur = there > 0
    return round(float((hits[occur] / there[occur]).mean()), 7) if occur.any() else None
