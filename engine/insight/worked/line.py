"""One line of a worked update: a number, and the arithmetic it came of."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...experiment import Experiment
from ...layers.through_time import BACKWARD as FROM_THE_END
from ...naming import check_layer
from ...trainer import Snapshot, Trainer
from ..backprop import Backprop, backprop
from ..places import Index, inside, parameter
from .terms import Number, Term, Where

Array = NDArray[np.floating]
Stage = Literal["forward", "loss", "backward", "update"]


@dataclass(frozen=True, slots=True)
class Line:
    """`left` = `term` = `value`.

    what: which step it is, a word for the page to say in its own language  unit: of the layer, whose
    number it is  left: the symbol  at: where `value` stands in the trace, if it does  notes: what is
    remarkable about it (`flat`, `dropped`, `clipped`, ..)
    """

    what: str
    stage: Stage
    chapter: int
    layer: str
    unit: Index
    left: str
    term: Term
    value: float
    at: Where | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Walk:
    """One update, made on a copy, and what is looked at in it: sample `n` of the batch `rows`, one unit
    a layer, one number a parameter."""

    experiment: Experiment
    rows: list[int]
    n: int
    made: Backprop
    twin: Trainer
    before: Snapshot
    rate: float
    settled: Array
    units: dict[str, Index] = field(default_factory=dict[str, Index])
    places: dict[str, Index] = field(default_factory=dict[str, Index])

    @classmethod
    def of(cls, experiment: Experiment, rows: NDArray[np.int64], n: int) -> "Walk":
        """Makes the update.  n: the place in `rows` of the sample that is looked at"""
        twin = experiment.trainer.twin()
        before = twin.snapshot()
        rate = twin.learning_rate
        with np.errstate(all="ignore"):
            made = backprop(
                twin.network, twin.vector, twin.gradient, twin.inputs[rows], twin.targets[rows],
                twin.passes_ahead(),
            )  # fmt: skip
            settled = twin.vector.copy()
            # As they were: the update writes over the weights, clipping and penalties over the gradient.
            made = replace(made, vector=settled, gradient=made.gradient.copy())
            twin.finish_update()
        return cls(experiment, rows.tolist(), n, made, twin, before, rate, settled)

    # The network

    @property
    def layers(self) -> list[Any]:
        return list(self.made.network.layers)

    @property
    def names(self) -> list[str]:
        return self.made.network.names

    @property
    def last(self) -> int:
        return len(self.names) - 1

    @property
    def batch(self) -> int:
        return len(self.rows)

    def shape(self, i: int) -> tuple[int, ...]:
        """Of the units that can be looked at: what leaves the layer, of recurrent ones at every step."""
        layer, network = self.layers[i], self.made.network
        if layer.over_time:
            ways = 2 if layer.over_time.both_ways else 1
            return (network.shapes[i][0], layer.units * ways)
        return network.shapes[i + 1]

    def unit(self, i: int) -> Index:
        return self.units[self.names[i]]

    # Numbers with their symbols

    def mark(self, i: int) -> str:
        """Which layer a letter belongs to, where there are several."""
        return f"^({i + 1})" if self.last else ""

    def symbol(self, letter: str, i: int, index: Sequence[int], n: int | None = None) -> str:
        """Indices count from 1; [2] is the batch's second sample, said where a line is about several."""
        sample = f"[{n + 1}]" if n is not None and self.batch > 1 else ""
        mark = self.mark(i)
        over = f"^{mark[1:]}{sample}" if mark else f"^{sample}" if sample else ""
        below = ",".join(str(k + 1) for k in index)
        return f"{letter}{over}" + (f"_{below}" if below else "")

    def at(self, i: int, array: str, index: Sequence[int], n: int | None = None) -> Where:
        sample = self.n if n is None else n
        return Where(self.names[i], array, (sample, *index))

    def came_in(self, i: int, index: Sequence[int], n: int | None = None) -> Number:
        """What went into layer i, by its place in the input."""
        x = self.made.inputs[i]
        sample = self.n if n is None else n
        value = float(x[(sample, *index)])
        if i == 0:
            below = ",".join(str(k + 1) for k in index)
            over = f"^[{n + 1}]" if n is not None and self.batch > 1 else ""
            return Number(value, f"x{over}_{below}", self.at(0, "x", index, n))
        return Number(value, self.symbol("a", i - 1, index, n), self.at(i, "x", index, n))

    def is_off(self, i: int, unit: Index) -> bool:
        """Whether that unit of layer i is switched off."""
        off = self.made.network.off[i]
        return off is not None and unit[-1] in off

    def came_out(
        self, i: int, index: Sequence[int], array: str = "a", n: int | None = None
    ) -> Number:
        """z or a of layer i; of the output a is called y."""
        sample = self.n if n is None else n
        value = float(self.made.caches[i][array][(sample, *index)])
        if array == "a" and i == self.last:
            return Number(value, self.output_symbol("y", index, n), self.at(i, "a", index, n))
        return Number(value, self.symbol(array, i, index, n), self.at(i, array, index, n))

    def output_symbol(self, letter: str, index: Sequence[int], n: int | None = None) -> str:
        """y, t: the output has them alone, so they need no layer."""
        over = f"^[{n + 1}]" if n is not None and self.batch > 1 else ""
        return f"{letter}{over}_" + ",".join(str(k + 1) for k in index)

    def delta(self, i: int, index: Sequence[int], n: int | None = None) -> Number:
        """dL/dz of layer i where it has an activation, else dL/da."""
        sample = self.n if n is None else n
        return Number(
            float(self.deltas(i)[(sample, *index)]),
            self.symbol("δ", i, index, n),
            self.at(i, "delta", index, n),
        )

    def deltas(self, i: int) -> Array:
        found = self._deltas.get(i)
        if found is None:
            found = self._deltas[i] = self.made.delta(i)
        return found

    def given_back(self, i: int) -> Array | None:
        """dL/dx of layer i."""
        if i not in self._given:
            with np.errstate(all="ignore"):
                self._given[i] = self.made.given_back(i)
        return self._given[i]

    _deltas: dict[int, Array] = field(default_factory=dict[int, Array])
    _given: dict[int, Array | None] = field(default_factory=dict[int, Array | None])

    def parameters(self, i: int) -> dict[str, Array]:
        """By short names, as they were before the update."""
        first = f"{self.names[i]}."
        return {n.removeprefix(first): v for n, v in self._used.items() if n.startswith(first)}

    def parameter(self, i: int, part: str, index: Sequence[int]) -> Number:
        name = f"{self.names[i]}.{part}"
        value = self._used[name][tuple(index)]
        return Number(
            float(value), self.letter(i, part, index), Where(self.names[i], part, tuple(index))
        )

    @cached_property
    def _used(self) -> dict[str, Array]:
        """The parameters before the update: running statistics as they were."""
        return self.made.network.layout.views(self.before.state[0])

    def letter(self, i: int, part: str, index: Sequence[int]) -> str:
        way = "←" if part.startswith(FROM_THE_END) else ""
        return self.symbol(LETTERS[part.removeprefix(FROM_THE_END)] + way, i, index)

    def line(
        self,
        what: str,
        i: int,
        left: str,
        term: Term,
        value: float,
        *,
        stage: Stage,
        at: Where | None = None,
        notes: Sequence[str] = (),
        chapter: int | None = None,
    ) -> Line:
        if chapter is None:
            output = i == self.last
            chapter = {
                "forward": 4 if output else 3, "loss": 5, "backward": 5 if output else 6, "update": 7,
            }[stage]  # fmt: skip
        return Line(
            what, stage, chapter, self.names[i], self.unit(i), left, term, float(value), at, tuple(notes)
        )  # fmt: skip

    # What is looked at

    def look_at(self, units: dict[str, Index], places: dict[str, Index]) -> None:
        """Choose; what is not named is chosen for what there is to see.  Raises: Refused"""
        for name in units:
            check_layer(name, self.names, f"units.{name}")
        for i, name in enumerate(self.names):
            shape = self.shape(i)
            asked = units.get(name)
            self.units[name] = (
                self._telling(i) if asked is None else inside(asked, shape, f"units.{name}", name)
            )
        layout = self.made.network.layout
        for name, index in places.items():
            entry = parameter(layout, name, f"places.{name}")
            self.places[name] = inside(index, entry.shape, f"places.{name}", name)

    def _telling(self, i: int) -> Index:
        """The unit one would look at first: of a narrow layer the first; the true class of an output;
        else the one through which most of the error comes back."""
        shape = self.shape(i)
        if i == self.last and self.experiment.dataset.classes and len(shape) == 1 and shape[0] > 1:
            return (int(self.twin.targets[self.rows[self.n]].argmax()),)
        if len(shape) == 1 and shape[0] <= NARROW:
            return (0,)
        delta = np.abs(np.nan_to_num(self.deltas(i)[self.n]))
        if delta.shape != shape:  # a recurrent layer that gives back its last state alone
            way = int(delta.argmax()) if delta.size else 0
            backwards = way >= self.layers[i].units
            return (0 if backwards else shape[0] - 1, way)
        return tuple(int(k) for k in np.unravel_index(int(delta.argmax()), shape))


# The letter of every parameter.
LETTERS = {
    "weight": "w", "bias": "b", "recurrent_weight": "u", "recurrent_bias": "c", "slope": "α",
    "running_mean": "m", "running_variance": "s",
}  # fmt: skip
NARROW = 8
