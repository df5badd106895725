"""One step of a recurrent layer: gates, cell and state on the way forward, and what comes back."""

from typing import Any

import numpy as np

from ...layers.through_time import BACKWARD as FROM_THE_END
from .line import Index, Line, Walk
from .terms import Number, Term, Where, add, made, multiply, number, total, value_of

# The letters of the gates, in the order in which they lie side by side.
GATES = {"simple_rnn": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}


class Step:
    """Unit u of recurrent layer i at time t of the sample looked at, one direction of reading.

    t and what is asked for by time count along the sequence; `_s` along the reading.
    """

    def __init__(self, walk: Walk, i: int, unit: Index | None = None) -> None:
        self.walk, self.i, self.layer = walk, i, walk.layers[i]
        self.t, place = unit or walk.unit(i)
        self.units: int = self.layer.units
        self.way = FROM_THE_END if place >= self.units else ""
        self.u = place % self.units
        self.kept: dict[str, Any] = walk.made.caches[i]["kept" + self.way]
        self.time = len(self.kept["h"])
        self.letters = GATES[self.layer.kind]

    def _s(self, t: int) -> int:
        return self.time - 1 - t if self.way else t

    @property
    def before(self) -> int | None:
        """The time read before this one."""
        t = self.t + (1 if self.way else -1)
        return t if 0 <= t < self.time else None

    @property
    def after(self) -> int | None:
        """The time read after this one, where a gradient comes back from it."""
        t = self.t + (-1 if self.way else 1)
        return t if 0 <= t < self.time and not self.cut(t) else None

    def cut(self, t: int) -> bool:
        return self.layer._cut(self._s(t))

    def _symbol(self, letter: str, t: int, k: int) -> str:
        """`z r`: the z of gate r, which is said before the indices."""
        base, _, gate = letter.partition(" ")
        found = self.walk.symbol(base + ("←" if self.way else ""), self.i, (t, k))
        return found.replace("_", f"_{gate} ") if gate else found

    def at(self, array: str, t: int, k: int, n: int | None = None) -> Where:
        sample = self.walk.n if n is None else n
        return Where(self.walk.names[self.i], self.way + array, (sample, t, k))

    def kept_number(
        self, array: str, letter: str, t: int, k: int, name: str | None = None, n: int | None = None
    ) -> Number:
        sample = self.walk.n if n is None else n
        value = float(self.kept[array][self._s(t), sample, k])
        symbol = self._symbol(letter, t, k % self.units)
        if n is not None and self.walk.batch > 1:
            head, _, tail = symbol.partition("_")
            symbol = f"{head}[{n + 1}]_{tail}" if "^" in head else f"{head}^[{n + 1}]_{tail}"
        return Number(value, symbol, self.at(name, t, k, n) if name else None)

    def state(self, t: int | None, k: int, n: int | None = None) -> Number:
        """h; before the first step it is 0."""
        if t is None:
            return number(0.0, f"h_0,{k + 1}")
        return self.kept_number("h", "h", t, k, "h", n)

    def cell(self, t: int | None, k: int) -> Number:
        return number(0.0, f"c_0,{k + 1}") if t is None else self.kept_number("c", "c", t, k, "c")

    def gate(self, g: int, t: int | None = None) -> Number:
        time = self.t if t is None else t
        return self.kept_number("gates", self.letters[g], time, g * self.units + self.u, "gates")

    def gate_delta(self, k: int, t: int, *, back: bool = False, n: int | None = None) -> Number:
        """dL/dz of a gate's weighted sum; `back`: of its recurrent part (a GRU's r lies between)."""
        letter = f"δ {self.letters[k // self.units]}"
        if back and self.layer.kind == "gru" and k >= 2 * self.units:
            return self.kept_number("dback", letter + "ʳ", t, k, None, n)
        return self.kept_number("dz", letter, t, k, "gate_delta", n)

    def weight(self, part: str, index: Index) -> Number:
        return self.walk.parameter(self.i, self.way + part, index)

    def row(self, array: str, t: int | None) -> np.ndarray:
        if t is None:
            return np.zeros(self.units)
        return self.kept[array][self._s(t), self.walk.n].astype(np.float64)

    def matrix(self, part: str) -> np.ndarray:
        return self.walk.made.parameters(self.i)[self.way + part].astype(np.float64)

    def line(
        self, what: str, left: Number, term: Term, stage: Any, notes: tuple[str, ...] = ()
    ) -> Line:
        return self.walk.line(
            what, self.i, left.symbol, term, left.value, stage=stage, at=left.at, notes=notes
        )

    # Sums

    def from_input(self, column: int, *plus: Term) -> Term:
        """sum over k of x_k w_k,column, and what comes on top"""
        x = self.kept["x"][self._s(self.t), self.walk.n].astype(np.float64)
        return total(
            x * self.matrix("weight")[:, column],
            lambda k: multiply(self.weight("weight", (k, column)), self.walk.came_in(self.i, (self.t, k))),
            *plus,
        )  # fmt: skip

    def from_state(self, column: int, *plus: Term) -> Term:
        return total(
            self.row("h", self.before) * self.matrix("recurrent_weight")[:, column],
            lambda k: multiply(
                self.weight("recurrent_weight", (k, column)), self.state(self.before, k)
            ),
            *plus,
        )

    def whole_sum(self, column: int) -> tuple[Number, Term]:
        """z of a gate: x W + h U + b (+ c of a GRU).  The number is what the sum comes to."""
        parts = [self.from_input(column), self.from_state(column), self.weight("bias", (column,))]
        if self.layer.kind == "gru":
            parts.append(self.weight("recurrent_bias", (column,)))
        term = add(*parts)
        return number(
            value_of(term), self._symbol(f"z {self.letters[column // self.units]}", self.t, self.u)
        ), term


def step_lines(walk: Walk, i: int) -> list[Line]:
    """Forward: gate by gate."""
    step = Step(walk, i)
    if walk.is_off(i, walk.unit(i)):
        return [step.line("off", step.state(step.t, step.u), number(0.0), "forward")]
    return {"simple_rnn": _simple, "lstm": _lstm, "gru": _gru}[walk.layers[i].kind](step)


def _simple(step: Step) -> list[Line]:
    z, term = step.whole_sum(step.u)
    h = step.state(step.t, step.u)
    bend = made("tanh", z) if step.layer.activation == "tanh" else made("max", 0, z)
    return [
        step.line("gate_sum", z, term, "forward"),
        step.line("state", h, bend, "forward"),
    ]


def _lstm(step: Step) -> list[Line]:
    lines: list[Line] = []
    for g, letter in enumerate(step.letters):
        z, term = step.whole_sum(g * step.units + step.u)
        gate = step.gate(g)
        lines.append(step.line("gate_sum", z, term, "forward"))
        bend = made("tanh" if letter == "g" else "sigma", z)
        lines.append(step.line(f"gate.{letter}", gate, bend, "forward"))
    i, f, new, o = (step.gate(g) for g in range(4))
    c, h = step.cell(step.t, step.u), step.state(step.t, step.u)
    before = step.cell(step.before, step.u)
    lines.append(step.line("cell", c, add(multiply(f, before), multiply(i, new)), "forward"))
    lines.append(step.line("state", h, multiply(o, made("tanh", c)), "forward"))
    return lines


def _gru(step: Step) -> list[Line]:
    lines: list[Line] = []
    for g in range(2):
        z, term = step.whole_sum(g * step.units + step.u)
        lines.append(step.line("gate_sum", z, term, "forward"))
        lines.append(
            step.line(f"gate.{step.letters[g]}", step.gate(g), made("sigma", z), "forward")
        )
    column = 2 * step.units + step.u
    remembered = step.kept_number("news", "q", step.t, step.u)
    lines.append(
        step.line(
            "remembered", remembered,
            step.from_state(column, step.weight("recurrent_bias", (column,))), "forward",
        )
    )  # fmt: skip
    r, z, n = (step.gate(g) for g in range(3))
    given = step.from_input(column, step.weight("bias", (column,)))
    new = made("tanh", add(given, multiply(r, remembered)))
    lines.append(step.line("gate.n", n, new, "forward"))
    h = step.state(step.t, step.u)
    kept = add(multiply(made("subtract", 1, z), n), multiply(z, step.state(step.before, step.u)))
    lines.append(step.line("state", h, kept, "forward"))
    return lines


def back_lines(walk: Walk, i: int, above: Term, came: float) -> list[Line]:
    """Backward: dL/dh of the step, then of every gate.

    above: what the layer after gave back to this unit, which comes to `came`
    """
    step = Step(walk, i)
    t, u, after = step.t, step.u, step.after
    d = step.kept_number("d", "dh", t, u)
    if walk.is_off(i, walk.unit(i)):
        return [step.line("off_back", d, number(0.0), "backward")]
    parts: list[Term] = []
    gives = step.layer.return_sequences or step._s(t) == step.time - 1
    if gives:
        parts.append(number(came, step._symbol("da", t, u)))
    if after is not None:
        parts.append(_carried(step, after))
        if step.layer.kind == "gru":
            parts.append(multiply(step.kept_number("d", "dh", after, u), step.gate(1, after)))
    notes = () if after is not None or gives else ("cut",)
    lines = [step.line("back_in_time", d, add(*parts) if parts else number(0), "backward", notes)]
    return [*lines, *{"simple_rnn": _simple_back, "lstm": _lstm_back, "gru": _gru_back}[step.layer.kind](step, d)]  # fmt: skip


def _carried(step: Step, after: int) -> Term:
    """sum over the gates of the step after: their delta times the recurrent weight"""
    dback = step.row("dback", after)
    weights = step.matrix("recurrent_weight")[step.u]
    return total(
        dback * weights,
        lambda k: multiply(
            step.weight("recurrent_weight", (step.u, k)), step.gate_delta(k, after, back=True)
        ),
    )


def _simple_back(step: Step, d: Number) -> list[Line]:
    h = step.state(step.t, step.u)
    slope = (
        made("subtract", 1, made("power", h, 2))
        if step.layer.activation == "tanh"
        else made("positive", h)
    )
    return [_gate_line(step, 0, multiply(d, slope))]


def _gate_line(step: Step, g: int, term: Term) -> Line:
    left = step.gate_delta(g * step.units + step.u, step.t)
    return step.line(f"gate_delta.{step.letters[g]}", left, term, "backward")


def _through(gate: Number) -> Term:
    """The slope of a sigmoid gate."""
    return multiply(gate, made("subtract", 1, gate))


def _lstm_back(step: Step, d: Number) -> list[Line]:
    t, u = step.t, step.u
    i, f, new, o = (step.gate(g) for g in range(4))
    bent = made("tanh", step.cell(t, u))
    dc = step.kept_number("dc", "dc", t, u)
    term: Term = multiply(d, o, made("subtract", 1, made("power", bent, 2)))
    if step.after is not None:
        term = add(
            term, multiply(step.kept_number("dc", "dc", step.after, u), step.gate(1, step.after))
        )
    return [
        step.line("cell_delta", dc, term, "backward"),
        _gate_line(step, 0, multiply(dc, new, _through(i))),
        _gate_line(step, 1, multiply(dc, step.cell(step.before, u), _through(f))),
        _gate_line(step, 2, multiply(dc, i, made("subtract", 1, made("power", new, 2)))),
        _gate_line(step, 3, multiply(d, bent, _through(o))),
    ]


def _gru_back(step: Step, d: Number) -> list[Line]:
    t, u = step.t, step.u
    r, z, n = (step.gate(g) for g in range(3))
    dn = step.gate_delta(2 * step.units + u, t)
    remembered = step.kept_number("news", "q", t, u)
    change = made("subtract", step.state(step.before, u), n)
    return [
        _gate_line(
            step, 2,
            multiply(d, made("subtract", 1, z), made("subtract", 1, made("power", n, 2))),
        ),
        _gate_line(step, 0, multiply(dn, remembered, _through(r))),
        _gate_line(step, 1, multiply(d, change, _through(z))),
    ]  # fmt: skip


def to_input(walk: Walk, i: int, index: Index) -> Term:
    """dL/dx of a recurrent layer at (t, k): over all gates, both ways of reading."""
    t, k = index
    layer = walk.layers[i]
    parts: list[Term] = []
    for way in range(2 if layer.over_time.both_ways else 1):
        step = Step(walk, i, (t, way * layer.units))
        weights = step.matrix("weight")[k]
        parts.append(
            total(
                step.row("dz", t) * weights,
                lambda j, step=step: multiply(step.weight("weight", (k, j)), step.gate_delta(j, t)),
            )
        )
    return add(*parts)


def gradient(walk: Walk, i: int, part: str, index: Index) -> Term:
    """Of one number of a recurrent layer's parameters: over all samples and steps."""
    back = part.startswith(FROM_THE_END)
    step = Step(walk, i, (0, walk.layers[i].units if back else 0))
    short = part.removeprefix(FROM_THE_END)
    recurrent = short.startswith("recurrent")
    column = index[-1]
    deltas = step.kept["dback" if recurrent else "dz"][..., column].astype(np.float64)
    if short == "weight":
        other = step.kept["x"][..., index[0]].astype(np.float64)
    elif short == "recurrent_weight":
        h = step.kept["h"][..., index[0]].astype(np.float64)
        other = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    else:
        other = np.ones_like(deltas)
    several = walk.batch > 1

    def one(flat: int) -> Term:
        s, n = divmod(flat, deltas.shape[1])
        t = step.time - 1 - s if back else s
        sample = n if several else None
        which = n if several else walk.n
        delta = step.gate_delta(column, t, back=recurrent, n=which if several else None)
        if short == "weight":
            return multiply(walk.came_in(i, (t, index[0]), sample), delta)
        if short == "recurrent_weight":
            before = t + 1 if back else t - 1
            state = step.state(before if 0 <= before < step.time else None, index[0], sample)
            return multiply(state, delta)
        return delta

    return total((other * deltas).reshape(-1), one)
