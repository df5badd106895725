"""Backpropagation held against central differences, in float64, on the live weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ..by_input import untruncated as untruncated_of
from ..errors import Reason, Refused
from ..experiment import Experiment
from ..layers.base import Pass
from ..limits import MAX_WORK, keep_batch, keep_work
from ..network import Network
from .backprop import Array, backprop
from .places import flat, inside, parameter

DEFAULT_SAMPLES = 8
DEFAULT_NUMBERS = 64
SEED = 0  # of the subset that is checked
# Truncation errs by h^2, rounding by 1e-16 / h: together they are least near the cube root of it.
STEP = 1e-5
# A difference quotient of step 1e-5 is good to about 1e-10 of the loss. So a gradient smaller than
# this share of the loss is compared on that scale, and what rounding leaves stays under 1e-6.
RESOLVED = 1e-4
LEAST_SCALE = 1e-8
TOLERANCE = 1e-5
# What calling one layer costs beside its arithmetic, in multiply-adds of the same time.
CALL_WORK = 20_000
# And what one number on the way through the layers costs beside its sum: an exponential, memory.
NUMBER_WORK = 12

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ParameterCheck:
    """`at` is the worst number's place, `backprop` and `difference` its two figures; None where
    every number checked lies at a kink. `kinks` are left out of `worst`."""

    worst: float | None
    checked: int
    of: int
    at: Place | None
    backprop: float | None
    difference: float | None
    kinks: int


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """`untruncated`: recurrent layers whose truncation was lifted, see `check_gradient`."""

    worst: float | None
    parameters: dict[str, ParameterCheck]
    samples: list[int]
    untruncated: list[str]

    @property
    def passed(self) -> bool:
        return self.worst is not None and self.worst <= TOLERANCE


def check_gradient(
    experiment: Experiment,
    samples: Sequence[int] | None = None,
    numbers: int | None = None,
    at: Mapping[str, Place] | None = None,
) -> GradientCheck:
    """(f(w + h) - f(w - h)) / 2h against backpropagation, number by number, penalties left out.

    f is the loss on those training samples (None: the first 8, fewer of a large network), with layers as in the next
    update: batch norm on the batch, dropout with one fixed mask. Of every trainable parameter at
    most `numbers` are checked, drawn with a fixed seed; None means 64, or as many as MAX_WORK allows. `at` names
    the very numbers instead, one of each parameter that it names.

    The error is relative to the largest of the parameter's own gradients, or to 1e-4 of the loss
    where they are smaller than that (and to 1e-8 at least): below it a difference quotient has no
    digits left. Where the derivative jumps within h (a kink, as of relu at 0) no one figure is right:
    such a number counts as a kink, not as wrong. Truncated backpropagation is not the derivative of
    anything, so truncation is lifted for the check.

    Raises: Refused (no such sample, everything frozen, or more work than MAX_WORK)
    """
    trainer = experiment.trainer
    network, untruncated = untruncated_of(experiment.network)
    if samples is None:
        samples = range(_affordable(network, min(DEFAULT_SAMPLES, trainer.samples)))
    rows = experiment.trainer.chosen(samples)
    places = _named(network, at) if at else _places(network, numbers, len(rows))
    prober = _Prober(
        network,
        trainer.vector.astype(np.float64),
        trainer.inputs[rows].astype(np.float64),
        trainer.targets[rows].astype(np.float64),
        trainer.passes_ahead(),
    )
    with np.errstate(all="ignore"):
        parameters = {name: prober.check(name, where) for name, where in places.items()}
    worst = [check.worst for check in parameters.values() if check.worst is not None]
    return GradientCheck(max(worst, default=None), parameters, rows.tolist(), untruncated)


def _named(network: Network, at: Mapping[str, Place]) -> dict[str, NDArray[np.int64]]:
    """Raises: Refused, where there is no such number or no update moves it"""
    found: dict[str, NDArray[np.int64]] = {}
    for name, index in at.items():
        entry = parameter(network.layout, name, f"at.{name}")
        here = inside(index, entry.shape, f"at.{name}", name)
        if not network.moves(name, flat(entry, here)):
            raise Refused(
                f"at.{name}",
                Reason(
                    "parameter_fixed", "no update moves {name}, so there is no gradient", name=name
                ),
            )
        found[name] = np.array([flat(entry, here)])
    return found


def _pass_work(network: Network, samples: int) -> int:
    calls = sum(
        shape[0] if layer.over_time else 1  # a recurrent layer is called step by step
        for layer, shape in zip(network.layers, network.shapes, strict=False)
    )
    return samples * (network.work + NUMBER_WORK * network.numbers) + CALL_WORK * calls


def _affordable(network: Network, samples: int) -> int:
    """So many samples, or as many as leave room for one number of every parameter."""
    least = 2 * len(network.layout.entries)
    while samples > 1 and least * _pass_work(network, samples) > MAX_WORK:
        samples -= 1
    return samples


def _places(network: Network, numbers: int | None, samples: int) -> dict[str, NDArray[np.int64]]:
    """Which numbers of the vector are checked, by parameter.  Raises: Refused"""
    free = {
        entry.name: np.setdiff1d(np.arange(entry.offset, entry.offset + entry.size), network.held)
        for entry in network.layout
        if entry.size and network.moves(entry.name)
    }
    if not free:
        raise Refused(
            "layers",
            Reason("all_frozen", "every layer is frozen, so there is no gradient to check"),
        )
    each = 2 * _pass_work(network, samples)
    most = numbers or DEFAULT_NUMBERS
    if numbers is None:
        while most > 1 and each * sum(min(most, len(one)) for one in free.values()) > MAX_WORK:
            most //= 2
    count = sum(min(most, len(one)) for one in free.values())
    keep_work(
        each * count,
        "samples",
        Reason(
            "check_too_costly",
            "checking {numbers} numbers on {samples} samples would take {asked} multiply-adds, at most "
            "{most} (limit: {limit}); name fewer samples or check fewer numbers",
            numbers=count,
            samples=samples,
        ),
    )
    keep_batch(2 * samples * network.numbers, "samples", samples)
    rng = np.random.default_rng(SEED)
    return {
        name: one[np.sort(rng.choice(len(one), min(most, len(one)), replace=False))]
        for name, one in free.items()
    }


class _Prober:
    def __init__(
        self, network: Network, vector: Array, x: Array, t: Array, passes: list[Pass]
    ) -> None:
        self.network, self.x, self.t, self.passes = network, x, t, passes
        self.gradient = np.zeros_like(vector)
        with np.errstate(all="ignore"):
            self.loss = backprop(network, vector.copy(), self.gradient, x, t, passes).loss
        self.vector = vector

    def _loss(self) -> float:
        return self.network.loss_of(
            self.network.forward(self.vector, self.x, self.passes)[-1], self.t
        )

    def _slopes(self, index: int, step: float) -> tuple[float, float]:
        """The central difference, and the gap between the two one-sided ones."""
        middle = float(self.vector[index])
        h = step * max(1.0, abs(middle))
        self.vector[index] = middle + h
        above = self._loss()
        self.vector[index] = middle - h
        below = self._loss()
        self.vector[index] = middle
        return (above - below) / (2 * h), abs(above + below - 2 * self.loss) / h

    def check(self, name: str, places: NDArray[np.int64]) -> ParameterCheck:
        entry = next(e for e in self.network.layout if e.name == name)
        mine = self.gradient[entry.offset : entry.offset + entry.size]
        # A loss that is not finite leaves no scale; its errors are NaN anyway.
        largest = float(np.abs(mine).max())
        scale = max(LEAST_SCALE, largest, RESOLVED * abs(self.loss))
        kinks = 0
        worst: tuple[float, int, float] | None = None
        for index in places.tolist():
            difference, kink = self._compare(index, TOLERANCE * scale)
            if kink:
                kinks += 1
                continue
            error = abs(float(self.gradient[index]) - difference) / scale
            error = error if isfinite(error) else float("inf")
            if worst is None or error > worst[0]:
                worst = (error, index, difference)
        if worst is None:
            return ParameterCheck(None, len(places), entry.size, None, None, None, kinks)
        error, index, difference = worst
        at = self.network.layout.locate(index)[1]
        slope = float(self.gradient[index])
        return ParameterCheck(error, len(places), entry.size, at, slope, difference, kinks)

    def _compare(self, index: int, allowed: float) -> tuple[float, bool]:
        """The difference quotient, and whether a kink explains that it is not the gradient.

        With a tenth of the step a kink nearby falls outside, so that the figures meet. One that lies
        at the very number keeps its gap, about as wide as the error; several samples' kinks at one
        number need not have the gradient between the two sides'.
        """
        slope = float(self.gradient[index])
        difference, gap = self._slopes(index, STEP)
        if abs(slope - difference) <= allowed:
            return difference, False
        closer, closer_gap = self._slopes(index, STEP / 10)
        error = abs(slope - closer)
        smooth = abs(gap - 10 * closer_gap) <= 0.5 * gap  # a parabola's gap shrinks with the step
        if error <= allowed:
            return closer, not smooth
        return closer, not smooth and closer_gap > max(allowed, 0.1 * error)


__all__ = ["TOLERANCE", "GradientCheck", "ParameterCheck", "check_gradient"]
