"""The loss over a plane of weights: what surrounds a network, and the path that it came by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..by_input import NOT_FINITE
from ..errors import Reason, Refused
from ..experiment import Experiment
from ..layers import Pass
from ..limits import MAX_STUDY_WORK, affordable, keep_within
from ..measuring import looking, pieces_of
from ..network import Network
from ..trainer import NO_SAMPLES
from .base import Progress
from .directions import (
    Directions,
    Plane,
    differences,
    movable,
    plane_of_two,
    principal_plane,
    random_plane,
)
from .one_answer import as_tuples

Array = NDArray[np.floating]

MAX_RESOLUTION = 101
MOST_STATES = 64  # of the path that are told
MOST_TOLD = 50_000  # parameters, up to which the plane itself is told
# What a path is seen with around it, as a share of its extent.
MARGIN = 0.2
# A principal direction along which the path hardly moved is seen at least so far, as a share of the other.
LEAST_EXTENT = 0.25
# Fewer samples than this would be another loss: then it is refused.
LEAST_SAMPLES = 16
# Between two breaths, some milliseconds: work in multiply-adds, and the numbers that many weight settings
# at once leave, so few that they stay in the cache.
WORK_AT_ONCE = 25_000_000
NUMBERS_AT_ONCE = 100_000


def landscape(
    experiment: Experiment,
    resolution: int = 41,
    span: float = 1.0,
    directions: Directions = "random",
    seed: int = 0,
    weights: Sequence[int] | None = None,
    samples: int | None = None,
) -> Iterator[Progress]:
    """The training loss at weights w + a d1 + b d2 around those there are (Goodfellow et al. 2015, section
    3; Li et al. 2018, eq. 1), over a grid of `resolution` x `resolution` places.

    It is the loss that the engine tells of training: the mean over the samples in evaluation mode, without
    penalties, running statistics of batch norm held as they are, units that are off saying 0. Of the first
    `samples` training samples; None: of those that a measurement looks at, so that the loss in the middle
    is the one that is told, or of as many as the limit allows.

    directions: "random", filter-normalised, made from `seed` (`random_plane`); a and b go from -span to
    span, 1 being the length of the weights. "pca", of the path walked (`principal_plane`); with a span of
    1 the grid covers the path and a fifth of its extent around it, each direction by itself, other spans
    are that much of it about the weights as they are, which lie on the grid. "weights", two of them by
    their places in the flat vector; a and b go from -span to span in the weights' own units, counted from
    what they are.

    Yields {"step", "directions", "samples", "explained", "a", "b", "centre_loss", "path"} once, "path" again
    with its losses, and then rows of the grid, coarse ones first: {"rows": [j], "loss": [[..]]}, so that
    loss[k] is the row at b[rows[k]], a number for each a, None where it is not finite. At last "rows" and
    "loss" once more, whole and in order, with "centre" (size,) and "axes" (2, size): the weights at a, b are
    centre + a * axes[0] + b * axes[1]; None beyond 50 000 parameters. `path` has up to 64 states kept of the
    run: "steps", "a", "b" (projected by least squares), "within" (the share of their squared distance
    that lies in the plane; what is outside the picture does not show) and "loss", that of these very states.

    Raises: Refused (nothing learns, no samples, too short a path, no such weight, more work than the limit)
    """
    network, trainer = experiment.network, experiment.trainer
    centre = trainer.vector.astype(np.float64)
    if not np.isfinite(centre).all():
        raise Refused("weights", NOT_FINITE)
    moving = movable(network)
    steps, states = _walked(experiment)
    rows = _samples(network, trainer.samples, samples, resolution**2 + len(states) + 1)
    moved = differences(centre, moving, states)
    if directions == "random":
        plane = random_plane(network, centre, moving, seed)
    elif directions == "pca":
        plane = principal_plane(network, centre, moving, moved, seed)
    else:
        plane = plane_of_two(network, centre, moving, weights)
    places, within = plane.coordinates(moved)
    if directions == "pca":
        a, b = _around(places, resolution, span)
    else:
        a = b = _about_zero(resolution, span)
    losses = _Losses(
        network, trainer.inputs[:rows], trainer.targets[:rows],
        looking(network, trainer), trainer.dtype,
    )  # fmt: skip
    path = {
        "steps": tuple(steps), "a": as_tuples(places[:, 0]), "b": as_tuples(places[:, 1]),
        "within": tuple(within),
    }  # fmt: skip
    begun = {
        "step": trainer.step,
        "directions": directions,
        "samples": rows,
        "explained": plane.explained,
    }
    return _measured(begun, plane, (a, b), path, states, losses)


def _measured(
    begun: dict[str, Any],
    plane: Plane,
    grid: tuple[Array, Array],
    path: dict[str, Any],
    states: Sequence[Array],
    losses: "_Losses",
) -> Iterator[Progress]:
    (a, b), of = grid, len(grid[0]) * len(grid[1]) + len(states) + 1
    done, found = 0, list[float | None]()
    for part in losses.of(plane.centre[None]):
        found += part
        if not found:
            yield 0.0, {}
    begun |= {"a": as_tuples(a), "b": as_tuples(b), "centre_loss": found[0]}
    yield 1 / of, {**begun, "path": {**path, "loss": None}}
    found, done = [], 1
    for state in states:
        for part in losses.of(state[None]):
            found += part
            done += len(part)
            yield done / of, {}
    yield done / of, {"path": {**path, "loss": tuple(found)}}
    told = dict[int, tuple[float | None, ...]]()
    for j in coarse_to_fine(len(b)):
        row = list[float | None]()
        for k in range(0, len(a), losses.settings):
            for part in losses.of(plane.at(a[k : k + losses.settings], float(b[j]))):
                row += part
                done += len(part)
                if len(row) < len(a):
                    yield done / of, {}
        told[j] = tuple(row)
        yield done / of, {"rows": [j], "loss": [told[j]]}
    small = len(plane.centre) <= MOST_TOLD
    yield (
        1.0,
        {
            "rows": tuple(range(len(b))),
            "loss": tuple(told[j] for j in range(len(b))),
            "centre": as_tuples(plane.centre) if small else None,
            "axes": as_tuples(plane.axes) if small else None,
        },
    )


def coarse_to_fine(count: int) -> list[int]:
    """0 to count - 1, every eighth first, then those in the middle between two, and so on."""
    stride, order = 8, list(range(0, count, 8))
    while stride > 1:
        order += range(stride // 2, count, stride)
        stride //= 2
    return order


def _about_zero(resolution: int, span: float) -> Array:
    """From -span to span; 0 itself is in the middle where the resolution is odd."""
    middle = (resolution - 1) / 2
    return (np.arange(resolution) - middle) * (span / middle)


def _around(places: Array, resolution: int, span: float) -> tuple[Array, Array]:
    """Coordinates that cover a path and where it leads to, 0, which is one of them.  places: (n, 2)"""
    low, high = places.min(axis=0).clip(max=0), places.max(axis=0).clip(min=0)
    extent = high - low
    more = np.maximum(LEAST_EXTENT * extent[::-1] - extent, 0) / 2
    margin = more + MARGIN * (extent + 2 * more)
    found = []
    for first, last in zip(span * (low - margin), span * (high + margin), strict=True):
        line = np.linspace(first, last, resolution)
        found.append(line - line[np.abs(line).argmin()])
    return found[0], found[1]


def _walked(experiment: Experiment) -> tuple[list[int], list[Array]]:
    """Steps and weights of the states that are kept of the run, evenly at most MOST_STATES, the last
    among them: the run's own arrays, which nobody writes to. Where somebody set weights or let units change
    places, that is a step of the path like any other."""
    size = experiment.network.layout.size
    kept = experiment.passed()
    if len(kept) > MOST_STATES:
        chosen = np.linspace(0, len(kept) - 1, MOST_STATES).round().astype(int)
        kept = [kept[i] for i in sorted(set(chosen.tolist()))]
    return [one.step for _, one in kept], [one.state[0, :size] for _, one in kept]


def _samples(network: Network, there: int, asked: int | None, places: int) -> int:
    """How many samples each place is measured on.  Raises: Refused"""
    if not there:
        raise Refused("samples", NO_SAMPLES)
    each = max(1, network.work + 2 * network.numbers) * places
    if asked is None:
        most = min(there, affordable(network.work, network.numbers))
        count = min(most, max(LEAST_SAMPLES, MAX_STUDY_WORK // each))
    else:
        count = min(there, asked)
    keep_within(
        "max_study_work", MAX_STUDY_WORK, count * each,
        "resolution" if asked is None else "samples",
        Reason(
            "landscape.too_costly",
            "{samples} samples at {places} places would take {asked} multiply-adds, at most {most} "
            "(limit: {limit}); ask for a lower resolution or fewer samples",
            samples=count,
            places=places,
        ),
    )  # fmt: skip
    return count


@dataclass(frozen=True, slots=True)
class _Losses:
    """The loss of one network on the same samples, at many settings of its weights.

    x: (samples, *input shape)  t: targets as the loss compares them
    """

    network: Network
    x: Array
    t: Array
    passes: list[Pass]
    dtype: type

    @property
    def settings(self) -> int:
        """How many weight settings go through the network at once. Dense layers on rows are products of
        matrices, of which NumPy makes a stack as it makes one; others go by themselves."""
        network = self.network
        rows = all(len(shape) == 1 for shape in network.shapes)
        if not rows or not all(layer.in_loop for layer in network.layers):
            return 1
        return max(1, NUMBERS_AT_ONCE // (len(self.x) * network.numbers))

    def of(self, vectors: Array) -> Iterator[list[float | None]]:
        """The losses as they are known, in order, with empty lists in between to breathe.
        vectors: (n, size), n at most `settings`"""
        if len(vectors) > 1:
            yield self._of_many(vectors)
            return
        network = self.network
        vector = np.zeros(network.layout.capacity, self.dtype)
        vector[: network.layout.size] = vectors[0]
        parts, pieces = network.split(vector), list[Array]()
        for piece in self._pieces():
            if pieces:
                yield []
            pieces.append(self._said(parts, self.x[piece]))
        yield [self._loss(np.concatenate(pieces) if pieces[1:] else pieces[0])]

    def _of_many(self, vectors: Array) -> list[float | None]:
        network, vectors = self.network, vectors.astype(self.dtype)
        parts: list[dict[str, Array]] = [{} for _ in network.names]
        places = {name: i for i, name in enumerate(network.names)}
        for entry in network.layout:
            owner, part = entry.name.split(".", 1)
            numbers = vectors[:, entry.offset : entry.offset + entry.size]
            rows = entry.shape if len(entry.shape) > 1 else (1, *entry.shape)
            parts[places[owner]][part] = numbers.reshape(len(vectors), *rows)
        return [self._loss(said) for said in self._said(parts, self.x)]

    def _pieces(self) -> list[slice]:
        rows, network = len(self.x), self.network
        first = pieces_of(network, rows)[0].stop
        least = max(1, min(first, WORK_AT_ONCE // (network.work + 2 * network.numbers)))
        return [slice(i, i + least) for i in range(0, rows, least)]

    def _said(self, parts: list[dict[str, Array]], x: Array) -> Array:
        """What the loss is made of, the output's z or a, in memory of its own."""
        fused = self.network.loss_record.fused
        self.passes[-1].only_z = fused
        with np.errstate(all="ignore"):
            cache = self.network.through(parts, x, self.passes)[-1]
        return cache["z" if fused else "a"].copy()

    def _loss(self, said: Array) -> float | None:
        with np.errstate(all="ignore"):
            loss = self.network.loss_of({"z": said, "a": said}, self.t)
        return loss if isfinite(loss) else None


__all__ = ["MAX_RESOLUTION", "MOST_TOLD", "coarse_to_fine", "landscape"]
