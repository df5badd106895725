"""What recurrent layers share: directions, returning sequences, their shapes.  x: (batch, time, features)

Inside, time comes first: (time, batch, ..). Gates lie side by side in the last axis, in PyTorch's
order (LSTM: input, forget, cell, output, which is Keras' too; GRU: reset, update, new).
Truncated backpropagation cuts the gradient, not the state, at every multiple of `truncate` steps
(Williams & Peng 1990; what detaching the state there does in PyTorch).
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from ..errors import Reason, Refused
from .base import (
    Array,
    Cache,
    Order,
    OverTime,
    Parameter,
    Pass,
    Penalty,
    Shape,
    Takes,
    Views,
    Weighted,
    hear_reordered,
    kernels,
)
from .requiring import require_sequence

BACKWARD = "backward_"  # the prefix of the parameters that read the sequence from its end


@dataclass(frozen=True, slots=True)
class Recurrent(Weighted):
    """A layer that goes through a sequence, one way or both."""

    units: Annotated[int, Interval(ge=1, le=512)] = 16
    return_sequences: bool = False
    bidirectional: bool = False
    truncate: Annotated[int, Interval(ge=0, le=512)] = 0  # 0: through the whole sequence
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    trainable: bool = True
    trainable_bias: bool = True

    takes: ClassVar[tuple[Takes, ...]] = ("sequence",)
    name: ClassVar[str] = ""
    gates: ClassVar[int] = 1

    @property
    def over_time(self) -> OverTime:
        states = (2 if self.bidirectional else 1) * self.units * (self.gates + 2)
        return OverTime(self.return_sequences, self.bidirectional, self.truncate, states)

    @property
    def bend(self) -> Literal["tanh", "relu"]:
        """What makes the state of the weighted sum, for the compiled loops."""
        return "tanh"

    def output_shape(self, input_shape: Shape) -> Shape:
        time, _ = require_sequence(self.name, input_shape)
        units = self.units * (2 if self.bidirectional else 1)
        return (time, units) if self.return_sequences else (units,)

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        inputs, units = input_shape[1], self.units
        wide = self.gates * units
        one = {
            "weight": Parameter((inputs, wide), inputs, units, decays=True),
            "recurrent_weight": Parameter((units, wide), units, units, decays=True),
            "bias": self._bias((wide,), inputs, self._bias_start()),
            **self._more_parameters(),
        }
        if not self.bidirectional:
            return one
        return {**one, **{BACKWARD + name: parameter for name, parameter in one.items()}}

    def _bias(self, shape: Shape, fan_in: int, start: float | Array = 0.0) -> Parameter:
        return Parameter(shape, fan_in, self.units, False, start, self.trainable_bias)

    def _bias_start(self) -> float | Array:
        return 0.0

    def _more_parameters(self) -> dict[str, Parameter]:
        return {}

    def work(self, input_shape: Shape) -> int:
        ways = 2 if self.bidirectional else 1
        return input_shape[0] * (input_shape[1] + self.units + 2) * self.gates * self.units * ways

    def operable(self, input_shape: Shape) -> int:
        return self.units * (2 if self.bidirectional else 1)

    def columns(self, part: str, unit: int) -> list[int]:
        """Its place in every gate, of the direction that it is of."""
        way, place = divmod(unit, self.units)
        if part.startswith(BACKWARD) != bool(way):
            return []
        return [gate * self.units + place for gate in range(self.gates)]

    def reorder(self, p: Views, coming: Order | None, leaving: Order | None) -> None:
        for i, way in enumerate(self._ways()):
            hear_reordered(p, coming, way + "weight")
            if leaving is None:
                continue
            order = leaving[i * self.units : (i + 1) * self.units] - i * self.units
            if (order < 0).any() or (order >= self.units).any():
                raise Refused(
                    "with",
                    Reason(
                        "surgery.other_direction",
                        "of a bidirectional layer these two read the sequence in opposite directions; "
                        "choose two of one direction",
                    ),
                )
            hear_reordered(p, order, way + "recurrent_weight")
            gates = np.concatenate([order + gate * self.units for gate in range(self.gates)])
            Weighted.reorder(self, of_way(p, way), None, gates)

    def rows(self, unit: int) -> list[tuple[str, int]]:
        way, place = divmod(unit, self.units)
        return [((BACKWARD if way else "") + "recurrent_weight", place)]

    def _off(self, run: Pass, way: str) -> NDArray[np.int64] | None:
        """Which units of that direction are off."""
        if run.off is None:
            return None
        mine = run.off - (self.units if way else 0)
        return mine[(mine >= 0) & (mine < self.units)]

    def _heard(self, p: Views, run: Pass, way: str) -> dict[str, Array]:
        """The parameters of one direction; of a unit that is off no other hears at the next step."""
        mine, off = of_way(p, way), self._off(run, way)
        if off is not None and len(off):
            mine["recurrent_weight"] = mine["recurrent_weight"].copy()
            mine["recurrent_weight"][off] = 0
        return mine

    def _ways(self) -> tuple[str, ...]:
        return ("", BACKWARD) if self.bidirectional else ("",)

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        along = x.transpose(1, 0, 2)
        outs, cache = [], {}
        for way in self._ways():
            seen = np.ascontiguousarray(along[::-1] if way else along)
            run_way = self._run_compiled if run.compiled else self._run
            h, kept = run_way(self._heard(p, run, way), seen, run, way)
            if (off := self._off(run, way)) is not None:
                h[..., off] = 0  # a view of what the way back reads, too
            outs.append(h)
            cache["kept" + way] = {**kept, "x": seen}
        if self.return_sequences:
            outs = [h[::-1] if way else h for way, h in zip(self._ways(), outs, strict=True)]
            a = np.ascontiguousarray(np.concatenate(outs, axis=2).transpose(1, 0, 2))
        else:
            a = np.concatenate([h[-1] for h in outs], axis=1)
        return a, {"a": a, "x": x, **cache}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        units = self.units
        dx: Array | None = None
        for i, way in enumerate(self._ways()):
            mine = dy[..., i * units : (i + 1) * units]
            kept = cache["kept" + way]
            time, batch, _ = kept["x"].shape
            dh = np.zeros((time, batch, units), dy.dtype)
            if self.return_sequences:
                dh[...] = mine.transpose(1, 0, 2)[:: -1 if way else 1]
            else:
                dh[-1] = mine
            if (off := self._off(run, way)) is not None:
                dh[..., off] = 0
            back = self._back_compiled if run.compiled else self._back
            part = back(self._heard(p, run, way), of_way(g, way), kept, dh, run, way)
            if part is not None:
                part = part[::-1] if way else part
                dx = part if dx is None else dx + part
        return None if dx is None else np.ascontiguousarray(dx.transpose(1, 0, 2))

    def _cut(self, t: int) -> bool:
        """Whether no gradient goes from step t to the one before."""
        return self.truncate > 0 and t % self.truncate == 0

    def _run(self, p: Views, x: Array, run: Pass, way: str) -> tuple[Array, Cache]:
        """All states of one direction.  x: (time, batch, features)  ->  (time, batch, units)"""
        raise NotImplementedError

    def _back(
        self, p: Views, g: Views, kept: Cache, dh: Array, run: Pass, way: str
    ) -> Array | None:
        """Leaves in `kept`, for whoever looks: d (dL/dh of every step, what later steps gave back
        included), dc, dz (dL/dz of the gates) and dback (that of their recurrent sums)."""
        raise NotImplementedError

    def _run_compiled(self, p: Views, x: Array, run: Pass, way: str) -> tuple[Array, Cache]:
        return kernels("recurrent").run_layer(
            self.name, p, x, self.units, run.scratch, way, self.bend
        )

    def _back_compiled(
        self, p: Views, g: Views, kept: Cache, dh: Array, run: Pass, way: str
    ) -> Array | None:
        return kernels("recurrent").back_layer(
            self.name, p, g, kept, dh, self.units, self.truncate, run.first, run.scratch, way,
            self.bend,
        )  # fmt: skip


def of_way(views: Views, way: str) -> dict[str, Array]:
    """The parameters of one direction, without their prefix."""
    if way:
        return {n.removeprefix(way): v for n, v in views.items() if n.startswith(way)}
    return {n: v for n, v in views.items() if not n.startswith(BACKWARD)}


def write_gradients(
    p: Views, g: Views, x: Array, h: Array, dz: Array, dz_recurrent: Array, first: bool
) -> Array | None:
    """Weights' gradients from those of the gates, all steps at once; returns dL/dx.

    x: (time, batch, features)  h: (time, batch, units) the state before each step
    """
    rows, back = dz.reshape(-1, dz.shape[-1]), dz_recurrent.reshape(-1, dz.shape[-1])
    g["weight"][...] = x.reshape(-1, x.shape[-1]).T @ rows
    g["recurrent_weight"][...] = h.reshape(-1, h.shape[-1]).T @ back
    g["bias"][...] = rows.sum(axis=0)
    if "recurrent_bias" in g:
        g["recurrent_bias"][...] = back.sum(axis=0)
    return None if first else (rows @ p["weight"].T).reshape(x.shape)


def before(h: Array) -> Array:
    """The state before every step: zeros first."""
    return np.concatenate([np.zeros_like(h[:1]), h[:-1]])
