"""How gradients and updates have gone through a run, layer by layer, and how numbers are spread now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ..experiment import Experiment
from ..layout import Entry
from ..limits import MAX_MEASURE_WORK, affordable
from ..network import Network
from ..trainer import Trainer
from .backprop import look

Array = NDArray[np.floating]

MOST_POINTS = 64
SAMPLES = 64
# About what a second-order optimizer's update takes of passes, for the bound on the work.
PASSES, PASSES_OF_SEARCH = 3, 60


@dataclass(frozen=True, slots=True)
class Norms:
    """Euclidean lengths over all of a layer's parameters that updates move, biases too: of the gradient
    as the optimizer is given it (clipped, penalties included), of the update, of the parameters before it.
    `ratio` is update / weights; about 0.001 is healthy for SGD (Karpathy, CS231n). None where a number is
    not finite, or where there is nothing to divide by."""

    gradient: float | None
    update: float | None
    weights: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """The update made at `step`, with the batch loss before it; None where it broke."""

    step: int
    loss: float | None
    layers: dict[str, Norms]


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram: `counts` of equal bins from `low` to `high`, of the numbers that are finite; `zeros`
    is the share that is exactly 0."""

    low: float
    high: float
    counts: list[int]
    mean: float | None
    deviation: float | None
    zeros: float


@dataclass(frozen=True, slots=True)
class Spreads:
    """Of one layer: its weights (biases left out), their gradients, what left it, each over up to 64
    training samples as the next update would see them."""

    weights: Spread | None
    gradients: Spread | None
    activations: Spread


@dataclass(frozen=True, slots=True)
class Flow:
    """`points` in the order of their steps, the last of them the update that comes next."""

    step: int
    run: int
    points: list[Point]
    spreads: dict[str, Spreads] = field(default_factory=dict[str, Spreads])


def flow(experiment: Experiment, after: int = -1, bins: int = 0) -> Flow:
    """The updates made at the steps that are kept of the run, later than `after`, and the one to come:
    each is made once more on a copy, so what is measured is what was.

    With `bins` how weights, gradients and activations are spread now, too. At most 64 points, evenly taken;
    fewer where an update is costly.
    """
    trainer = experiment.trainer
    points: list[Point] = []
    spreads: dict[str, Spreads] = {}
    if trainer.samples:
        points = list(_points(experiment, after))
        if bins:
            spreads = _spreads(experiment, bins)
    return Flow(experiment.step, experiment.run, points, spreads)


def _points(experiment: Experiment, after: int) -> Iterator[Point]:
    here = experiment.step
    states = [one for one in experiment.passed() if one[1].step > after or one[1].step == here]
    network, spec, copy = experiment.network, None, experiment.trainer
    passes = PASSES_OF_SEARCH if copy.optimizer.full_batch else PASSES
    work = passes * min(copy.batch, copy.samples) * max(1, network.work + network.numbers)
    for chosen in _evenly(len(states), min(MOST_POINTS, max(1, MAX_MEASURE_WORK // work))):
        at, snapshot = states[chosen]
        if at is not spec:
            spec, copy = at, experiment.under(at)
        copy.restore(snapshot)
        copy.diverged = None
        yield _point(copy)


def _evenly(count: int, most: int) -> list[int]:
    """So many of them, the last among them."""
    if count <= most:
        return list(range(count))
    return sorted({count - 1 - round(k * (count - 1) / max(1, most - 1)) for k in range(most)})


def _point(trainer: Trainer) -> Point:
    network, step = trainer.network, trainer.step
    before = trainer.vector.astype(np.float64)
    with np.errstate(all="ignore"):
        losses = trainer.train(1)
        gradient, after = trainer.gradient.astype(np.float64), trainer.vector.astype(np.float64)
        broken = not len(losses)
        layers = {
            name: _norms(parts, before, gradient, after, broken)
            for name, parts in moving(network).items()
        }
    return Point(step, None if broken else float(losses[0]), layers)


def moving(network: Network) -> dict[str, list[slice]]:
    """Where each layer's parameters are in the vector that updates move; layers without any left out."""
    return by_layer(entry for entry in network.layout if network.moves(entry.name))


def by_layer(entries: Iterable[Entry]) -> dict[str, list[slice]]:
    """Where parameters are in the vector, by the layers that they are of."""
    found: dict[str, list[slice]] = {}
    for entry in entries:
        part = slice(entry.offset, entry.offset + entry.size)
        found.setdefault(entry.name.split(".")[0], []).append(part)
    return found


def _norms(
    parts: Sequence[slice], before: Array, gradient: Array, after: Array, broken: bool
) -> Norms:
    weights = _length([before[part] for part in parts])
    if broken:
        return Norms(None, None, weights, None)
    update = _length([after[part] - before[part] for part in parts])
    ratio = update / weights if update is not None and weights else None
    return Norms(_length([gradient[part] for part in parts]), update, weights, ratio)


def _length(parts: list[Array]) -> float | None:
    found = float(np.sqrt(sum(float(part @ part) for part in parts)))
    return found if isfinite(found) else None


def _spreads(experiment: Experiment, bins: int) -> dict[str, Spreads]:
    network = experiment.network
    most = affordable(3 * network.work, 3 * network.numbers)
    made = look(experiment, np.arange(min(SAMPLES, most, experiment.trainer.samples)))
    found = {}
    for i, name in enumerate(network.names):
        mine = [p for p in made.parameters(i) if p.endswith("weight")]
        weights = [made.parameters(i)[p].ravel() for p in mine]
        gradients = [made.gradients(i)[p].ravel() for p in mine]
        found[name] = Spreads(
            spread(np.concatenate(weights), bins) if weights else None,
            spread(np.concatenate(gradients), bins) if gradients else None,
            spread(np.asarray(made.caches[i]["a"]).ravel(), bins),
        )
    return found


def spread(numbers: Array, bins: int) -> Spread:
    """numbers: (n,)"""
    finite = numbers[np.isfinite(numbers)].astype(np.float64)
    if not len(finite):
        return Spread(0.0, 0.0, [0] * bins, None, None, 0.0)
    low, high = float(finite.min()), float(finite.max())
    # All the same is one bar in the middle.
    room = 0.5 * max(abs(low), 1e-12) if high - low <= 1e-12 * max(abs(low), abs(high)) else 0.0
    counts, _ = np.histogram(finite, bins, (low - room, high + room))
    return Spread(
        low - room, high + room, counts.tolist(), float(finite.mean()), float(finite.std()),
        float((finite == 0).mean()),
    )  # fmt: skip


__all__ = ["Flow", "Norms", "Point", "Spread", "Spreads", "flow", "moving", "spread"]
