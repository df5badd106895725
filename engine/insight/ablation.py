"""What each unit is worth: how good the network is without it, and it alone."""

from dataclasses import dataclass
from math import isfinite, prod

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason
from ..experiment import Experiment
from ..layers.base import Cache
from ..limits import MAX_BATCH_NUMBERS, MAX_WORK, affordable, keep_answer, keep_work
from ..measuring import looking, pieces_of
from ..network import Network
from ..surgery import check_unit
from .backprop import Array

# Where a measurement of each unit would cost too much, fewer samples are looked at, and so many at least.
LEAST_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one part. `loss` is None where it is not finite, `accuracy` where there are no classes, both
    where there are no samples; `by_class` is the accuracy of each class, None of one without a sample,
    and None altogether where there are no classes, or where every step of a text has one."""

    loss: float | None
    accuracy: float | None
    by_class: list[float | None] | None


@dataclass(frozen=True, slots=True)
class Worth:
    """How good the network is without that unit."""

    layer: str
    unit: int
    train: Quality
    test: Quality


@dataclass(frozen=True, slots=True)
class Ablation:
    """`samples` of the training and of the test part are looked at, `of` there are."""

    step: int
    samples: tuple[int, int]
    of: tuple[int, int]
    train: Quality
    test: Quality
    units: list[Worth]


def ablate(experiment: Experiment, layer: str | None = None) -> Ablation:
    """Loss and accuracy as it is, and with every unit of the hidden layers (or of `layer`) switched off
    alone, on top of those that are off. To the bit what switching it off and measuring gives, wherever
    as many samples are looked at.

    Raises: Refused (no such layer, or more work or numbers than the limits)
    """
    network = experiment.network
    layers = _layers(network, layer)
    train, test = experiment.arrays()
    most = _samples(network, layers, max(len(train[0]), len(test[0])))
    units = sum(network.units[network.names[i]] for i in layers)
    keep_answer(1, 2 * (units + 1) * (2 + (experiment.dataset.classes or 0)), 0, "layer")
    parts: list[tuple[Quality, list[Quality]]] = []
    counts: list[int] = []
    for inputs, coded, targets in (train, test):
        measured = _Part(experiment, inputs[:most], coded[:most], targets[:most])
        with np.errstate(all="ignore"):
            parts.append(measured.without_each(layers))
        counts.append(min(most, len(inputs)))
    named = [
        (network.names[i], unit) for i in layers for unit in range(network.units[network.names[i]])
    ]
    found = zip(named, parts[0][1], parts[1][1], strict=True)
    return Ablation(
        experiment.step,
        (counts[0], counts[1]),
        (len(train[0]), len(test[0])),
        parts[0][0],
        parts[1][0],
        [Worth(*place, one, other) for place, one, other in found],
    )


def _layers(network: Network, layer: str | None) -> list[int]:
    """Raises: Refused, at "layer" """
    if layer is not None:
        check_unit(layer, 0, network.units)
        return [network.names.index(layer)]
    return [i for i, name in enumerate(network.names) if network.units.get(name)]


def _samples(network: Network, layers: list[int], there: int) -> int:
    """How many a measurement looks at, or fewer, so that all of them stay within MAX_WORK.

    Raises: Refused, at "layer", where that would be too few to mean anything
    """
    work = [
        layer.work(shape) + 2 * layer.numbers(shape)
        for layer, shape in zip(network.layers, network.shapes, strict=False)
    ]
    # Without a unit only what comes after it is worked out anew.
    one = sum(work) + sum(network.units[network.names[i]] * sum(work[i:]) for i in layers)
    # What leaves the network is kept for every unit until all samples have gone through.
    kept = 2 * prod(network.shapes[-1]) * (1 + sum(network.units[network.names[i]] for i in layers))
    measured = affordable(network.work, network.numbers)
    most = min(measured, MAX_WORK // max(1, one), MAX_BATCH_NUMBERS // kept)
    least = min(LEAST_SAMPLES, there, measured)
    if most < least:
        keep_work(
            least * one,
            "layer",
            Reason(
                "ablation_too_costly",
                "measuring without each unit would take {asked} multiply-adds, at most {most} (limit: "
                "{limit}); ask for one layer, or make the network smaller",
            ),
        )
    return most


class _Part:
    """The samples of one part, looked at again and again."""

    def __init__(
        self, experiment: Experiment, inputs: Array, coded: Array, targets: NDArray[np.floating]
    ) -> None:
        self.experiment, self.network = experiment, experiment.network
        self.inputs, self.coded, self.targets = inputs, coded, targets
        self.passes = looking(self.network, experiment.trainer)
        self.parameters = self.network.split(experiment.trainer.vector)

    def without_each(self, layers: list[int]) -> tuple[Quality, list[Quality]]:
        """As it is, and without each unit of each layer, in order."""
        whole: list[Cache] = []
        without: dict[tuple[int, int], list[Cache]] = {}
        for piece in pieces_of(self.network, len(self.inputs)):
            rows = self.inputs[piece].astype(self.experiment.trainer.dtype)
            given: list[Array] = [rows]
            whole.append(self._out(given, 0))
            # From the last layer to the first: what went into a layer stays in memory until it is used.
            for i in reversed(layers):
                for unit in range(self.network.units[self.network.names[i]]):
                    off = self.network.off[i]
                    self.passes[i].off = np.union1d([] if off is None else off, [unit]).astype(int)
                    without.setdefault((i, unit), []).append(self._out(given[: i + 1], i))
                    self.passes[i].off = off
        names = self.network.names
        order = [(i, unit) for i in layers for unit in range(self.network.units[names[i]])]
        return self._quality(whole), [self._quality(without.get(place, [])) for place in order]

    def _out(self, given: list[Array], first: int) -> Cache:
        """The output's z and a from layer `first` on.  given: what went into each layer up to it, and
        grows by what goes into the others"""
        x, cache = given[first], {}
        for i in range(first, len(self.network.layers)):
            run = self.passes[i]
            run.inputs = given[: i + 1]
            x, cache = self.network.layers[i].forward(self.parameters[i], x, run)
            given.append(x)
        return {"z": cache["z"].copy(), "a": cache["a"].copy()}

    def _quality(self, pieces: list[Cache]) -> Quality:
        if not pieces:
            return Quality(None, None, None)
        cache = {name: np.concatenate([piece[name] for piece in pieces]) for name in ("z", "a")}
        loss = self.network.loss_of(cache, self.coded.astype(self.experiment.trainer.dtype))
        loss = loss if isfinite(loss) else None
        dataset = self.experiment.dataset
        if not dataset.classes:
            return Quality(loss, None, None)
        targets = self.targets
        asked = targets >= 0
        right = (self.experiment.classify(cache["a"]) == targets) & asked
        accuracy = float(right.sum() / max(1, asked.sum()))
        if dataset.per_step:
            return Quality(loss, accuracy, None)
        there = np.bincount(targets.astype(int), minlength=dataset.classes)
        hits = np.bincount(targets[right].astype(int), minlength=dataset.classes)
        by_class = [float(hit / n) if n else None for hit, n in zip(hits, there, strict=True)]
        return Quality(loss, accuracy, by_class)


__all__ = ["Ablation", "Quality", "Worth", "ablate"]
