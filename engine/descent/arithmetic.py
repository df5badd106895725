"""One update on a surface, line by line: as `engine/insight/worked` has those of a network's weights."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..insight.worked.line import Line
from ..insight.worked.terms import Number, Term, add, number, value_of
from ..insight.worked.updates import GRADIENT, UPDATES, Update
from ..optimizers import Optimizer
from .racing import Path, stepped
from .surfaces import Surface

Array = NDArray[np.float64]
LETTERS = ("x", "y")
CHAPTER = 8  # the update, of the eight that a walk through a network has


@dataclass(frozen=True, slots=True)
class Worked:
    """The update from point `step` of a path. (2,) each; `lines` are those of x and those of y"""

    step: int
    point: Array
    gradient: Array
    after: Array
    lines: tuple[list[Line], list[Line]]


def worked_step(surface: Surface, path: Path, k: int, noise: Array) -> Worked:
    """Every number of the update from point k on, of each coordinate.  `noise` is that of the path, (steps, 2)"""
    point, given, slots, after = stepped(surface, path, k, noise)
    before = {name: path.slots[name][k] for name in slots}
    lines = tuple(
        _Coordinate(path.optimizer, axis, k, point, (path.gradients[k], noise[k]), (before, slots), after).all()
        for axis in range(2)
    )  # fmt: skip
    return Worked(k, point, given, after, (lines[0], lines[1]))


class _Coordinate(Update):
    """What happens to x or to y: the same arithmetic, of a point instead of a network's vector."""

    def __init__(
        self, optimizer: Optimizer, axis: int, k: int, point: Array, gradient: tuple[Array, Array],
        slots: tuple[dict[str, Array], dict[str, Array]], after: Array,
    ) -> None:  # fmt: skip
        self.axis = axis
        self.o = optimizer
        self.t = k + 1
        self.rate = number(optimizer.learning_rate, "η")
        self.w = number(point[axis], LETTERS[axis])
        self.lines: list[Line] = []
        self._slope, self._noise = float(gradient[0][axis]), float(gradient[1][axis])
        self._before, self._after = slots
        self._new = after

    def all(self) -> list[Line]:
        slope = number(self._slope)
        self.say("slope", GRADIENT, add(slope, number(self._noise, "ξ")) if self._noise else slope)
        UPDATES[self.o.kind](self)
        return self.lines

    @property
    def g(self) -> Number:
        return number(self._slope + self._noise, GRADIENT)

    def slot(self, name: str, symbol: str) -> Number:
        return number(self._before[name][self.axis], symbol)

    def slot_after(self, name: str, symbol: str) -> Number:
        return number(self._after[name][self.axis], symbol)

    @property
    def new_value(self) -> float:
        return float(self._new[self.axis])

    def say(self, what: str, left: str, term: Term, array: str | None = None) -> Number:
        value = value_of(term)
        if array == "weight_after":
            value = self.new_value
        elif array is not None:
            value = self.slot_after(array, left).value
        letter = LETTERS[self.axis]
        self.lines.append(Line(what, "update", CHAPTER, letter, (self.axis,), left, term, value))
        return number(value, left)
