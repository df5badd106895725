"""Recurrent layers: simple RNN, LSTM, GRU.  x: (batch, time, features)

Inside, time comes first: (time, batch, ..). Gates lie side by side in the last axis, in PyTorch's
order (LSTM: input, forget, cell, output, which is Keras' too; GRU: reset, update, new).
Truncated backpropagation cuts the gradient, not the state, at every multiple of `truncate` steps
(Williams & Peng 1990; what detaching the state there does in PyTorch).
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..activations import sigmoid
from ..mathml import equations, formula
from .base import (
    Array,
    Cache,
    OverTime,
    Parameter,
    Pass,
    Penalty,
    Shape,
    Takes,
    Views,
    Weighted,
    kernels,
    require_sequence,
)

BACKWARD = "backward_"  # the prefix of the parameters that read the sequence from its end


@dataclass(frozen=True, slots=True)
class _Recurrent(Weighted):
    """What the three share: directions, returning sequences, their shapes."""

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

    def _ways(self) -> tuple[str, ...]:
        return ("", BACKWARD) if self.bidirectional else ("",)

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        along = x.transpose(1, 0, 2)
        outs, cache = [], {}
        for way in self._ways():
            seen = np.ascontiguousarray(along[::-1] if way else along)
            run_way = self._run_compiled if run.compiled else self._run
            h, kept = run_way(_of_way(p, way), seen, run, way)
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
            back = self._back_compiled if run.compiled else self._back
            part = back(_of_way(p, way), _of_way(g, way), kept, dh, run, way)
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


def _of_way(views: Views, way: str) -> dict[str, Array]:
    """The parameters of one direction, without their prefix."""
    if way:
        return {n.removeprefix(way): v for n, v in views.items() if n.startswith(way)}
    return {n: v for n, v in views.items() if not n.startswith(BACKWARD)}


def _write_gradients(
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


def _before(h: Array) -> Array:
    """The state before every step: zeros first."""
    return np.concatenate([np.zeros_like(h[:1]), h[:-1]])


@dataclass(frozen=True, slots=True)
class SimpleRNN(_Recurrent):
    """h_t = f(x_t weight + h_(t-1) recurrent_weight + bias).  (Elman 1990)"""

    kind: Literal["simple_rnn"] = "simple_rnn"
    activation: Literal["tanh", "relu"] = "tanh"
    name: ClassVar[str] = "simple_rnn"

    @property
    def function(self) -> Literal["tanh", "relu"]:
        return self.activation

    @property
    def bend(self) -> Literal["tanh", "relu"]:
        return self.activation

    def _run(self, p: Views, x: Array, run: Pass, way: str) -> tuple[Array, Cache]:
        z = x @ p["weight"] + p["bias"]
        h = np.zeros((*x.shape[:2], self.units), x.dtype)
        state = h[0]
        for t in range(len(x)):
            now = z[t] + state @ p["recurrent_weight"]
            h[t] = np.tanh(now) if self.activation == "tanh" else np.maximum(now, 0)
            state = h[t]
        return h, {"h": h}

    def _back(
        self, p: Views, g: Views, kept: Cache, dh: Array, run: Pass, way: str
    ) -> Array | None:
        h = kept["h"]
        dz, whole = np.zeros_like(h), np.zeros_like(h)
        kept |= {"dz": dz, "dback": dz, "d": whole}
        carried = np.zeros_like(dh[0])
        for t in range(len(h) - 1, -1, -1):
            slope = 1 - h[t] * h[t] if self.activation == "tanh" else h[t] > 0
            whole[t] = dh[t] + carried
            dz[t] = whole[t] * slope
            carried = np.zeros_like(carried) if self._cut(t) else dz[t] @ p["recurrent_weight"].T
        return _write_gradients(p, g, kept["x"], _before(h), dz, dz, run.first)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Reads a sequence step by step and keeps one state; far-back steps fade quickly.",
                "zh": "逐步读入序列并保持一个状态；久远的输入很快被遗忘。",
            },
            "formula": formula(
                "<msub><mi>h</mi><mi>t</mi></msub><mo>=</mo><mi>f</mi><mo>(</mo><msub><mi>x</mi><mi>t</mi></msub>"
                "<mi>W</mi><mo>+</mo><msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub><mi>U</mi>"
                "<mo>+</mo><mi>b</mi><mo>)</mo>"
            ),
            "backward": equations(
                "δ_t = ( dh_t + δ_t+1 U^T ) ⊙ f ′",
                "dW = ∑ x_t^T δ_t",
                "dU = ∑ h_t-1^T δ_t",
                "dx_t = δ_t W^T",
            ),
        }


@dataclass(frozen=True, slots=True)
class LSTM(_Recurrent):
    """c_t = f c_(t-1) + i g;  h_t = o tanh(c_t);  i, f, o = sigmoid, g = tanh of x W + h U + b.

    Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; its bias starts at 1
    (Jozefowicz et al. 2015), as in Keras. PyTorch has two biases, which amount to this one.
    """

    kind: Literal["lstm"] = "lstm"
    name: ClassVar[str] = "lstm"
    gates: ClassVar[int] = 4

    def _bias_start(self) -> Array:
        start = np.zeros(4 * self.units)
        start[self.units : 2 * self.units] = 1
        return start

    def _run(self, p: Views, x: Array, run: Pass, way: str) -> tuple[Array, Cache]:
        u = self.units
        gates = x @ p["weight"] + p["bias"]
        h = np.zeros((*x.shape[:2], u), x.dtype)
        c = np.zeros_like(h)
        state, cell = h[0], c[0]
        for t in range(len(x)):
            z = gates[t] + state @ p["recurrent_weight"]
            gates[t] = sigmoid(z)
            gates[t, :, 2 * u : 3 * u] = np.tanh(z[:, 2 * u : 3 * u])
            i, f, new, o = (gates[t, :, k * u : (k + 1) * u] for k in range(4))
            c[t] = f * cell + i * new
            h[t] = o * np.tanh(c[t])
            state, cell = h[t], c[t]
        return h, {"h": h, "c": c, "gates": gates}

    def _back(
        self, p: Views, g: Views, kept: Cache, dh: Array, run: Pass, way: str
    ) -> Array | None:
        u, h, c, gates = self.units, kept["h"], kept["c"], kept["gates"]
        dz, whole, dcs = np.zeros_like(gates), np.zeros_like(h), np.zeros_like(h)
        kept |= {"dz": dz, "dback": dz, "d": whole, "dc": dcs}
        carried, dc = np.zeros_like(dh[0]), np.zeros_like(dh[0])
        cells = _before(c)
        for t in range(len(h) - 1, -1, -1):
            i, f, new, o = (gates[t, :, k * u : (k + 1) * u] for k in range(4))
            tc = np.tanh(c[t])
            whole[t] = d = dh[t] + carried
            dcs[t] = dc = dc + d * o * (1 - tc * tc)
            dz[t, :, :u] = dc * new * i * (1 - i)
            dz[t, :, u : 2 * u] = dc * cells[t] * f * (1 - f)
            dz[t, :, 2 * u : 3 * u] = dc * i * (1 - new * new)
            dz[t, :, 3 * u :] = d * tc * o * (1 - o)
            if self._cut(t):
                carried, dc = np.zeros_like(carried), np.zeros_like(dc)
            else:
                carried, dc = dz[t] @ p["recurrent_weight"].T, dc * f
        return _write_gradients(p, g, kept["x"], _before(h), dz, dz, run.first)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Keeps a cell that gates write, erase and read: it can remember for many steps.",
                "zh": "用门控写入、擦除和读取的记忆单元：能记住很多步之前的信息。",
            },
            "formula": formula(
                "<msub><mi>c</mi><mi>t</mi></msub><mo>=</mo><mi>f</mi><msub><mi>c</mi><mrow><mi>t</mi><mo>−</mo>"
                "<mn>1</mn></mrow></msub><mo>+</mo><mi>i</mi><mi>g</mi><mo>,</mo><msub><mi>h</mi><mi>t</mi></msub>"
                "<mo>=</mo><mi>o</mi><mi>tanh</mi><mo>(</mo><msub><mi>c</mi><mi>t</mi></msub><mo>)</mo>"
            ),
            "backward": equations(
                "dc_t = dh_t ⊙ o_t ⊙ tanh ′ ( c_t ) + dc_t+1 ⊙ f_t+1",
                "dW = ∑ x_t^T δ_t",
                "dU = ∑ h_t-1^T δ_t",
                "dx_t = δ_t W^T",
            ),
        }


@dataclass(frozen=True, slots=True)
class GRU(_Recurrent):
    """h_t = (1 - z) n + z h_(t-1);  n = tanh(x W_n + b_n + r (h U_n + c_n)).

    Cho et al. 2014, with the reset gate applied after the product, as cuDNN, PyTorch and Keras
    (reset_after) have it; hence its second bias, `recurrent_bias`.
    """

    kind: Literal["gru"] = "gru"
    name: ClassVar[str] = "gru"
    gates: ClassVar[int] = 3

    def _more_parameters(self) -> dict[str, Parameter]:
        return {"recurrent_bias": self._bias((3 * self.units,), self.units)}

    def _run(self, p: Views, x: Array, run: Pass, way: str) -> tuple[Array, Cache]:
        u = self.units
        gates = x @ p["weight"] + p["bias"]
        h = np.zeros((*x.shape[:2], u), x.dtype)
        news = np.zeros_like(h)
        state = h[0]
        for t in range(len(x)):
            back = state @ p["recurrent_weight"] + p["recurrent_bias"]
            gates[t, :, : 2 * u] = sigmoid(gates[t, :, : 2 * u] + back[:, : 2 * u])
            r, z = gates[t, :, :u], gates[t, :, u : 2 * u]
            news[t] = back[:, 2 * u :]
            gates[t, :, 2 * u :] = np.tanh(gates[t, :, 2 * u :] + r * news[t])
            h[t] = (1 - z) * gates[t, :, 2 * u :] + z * state
            state = h[t]
        return h, {"h": h, "gates": gates, "news": news}

    def _back(
        self, p: Views, g: Views, kept: Cache, dh: Array, run: Pass, way: str
    ) -> Array | None:
        u, h, gates = self.units, kept["h"], kept["gates"]
        states = _before(h)
        dz, dback, whole = np.zeros_like(gates), np.zeros_like(gates), np.zeros_like(h)
        kept |= {"dz": dz, "dback": dback, "d": whole}
        carried = np.zeros_like(dh[0])
        for t in range(len(h) - 1, -1, -1):
            r, z, n = (gates[t, :, k * u : (k + 1) * u] for k in range(3))
            whole[t] = d = dh[t] + carried
            dn = d * (1 - z) * (1 - n * n)
            dz[t, :, :u] = dn * kept["news"][t] * r * (1 - r)
            dz[t, :, u : 2 * u] = d * (states[t] - n) * z * (1 - z)
            dz[t, :, 2 * u :] = dn
            dback[t] = dz[t]
            dback[t, :, 2 * u :] *= r
            if self._cut(t):
                carried = np.zeros_like(carried)
            else:
                carried = d * z + dback[t] @ p["recurrent_weight"].T
        return _write_gradients(p, g, kept["x"], states, dz, dback, run.first)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "An LSTM made simpler: two gates, no separate cell, nearly as good a memory.",
                "zh": "简化的 LSTM：两个门，没有单独的记忆单元，记忆力相近。",
            },
            "formula": formula(
                "<msub><mi>h</mi><mi>t</mi></msub><mo>=</mo><mo>(</mo><mn>1</mn><mo>−</mo><mi>z</mi><mo>)</mo>"
                "<mi>n</mi><mo>+</mo><mi>z</mi><msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>"
            ),
            "backward": equations(
                "dh_t ← dh_t + dh_t+1 ⊙ z_t+1 + δ_t+1 U^T",
                "dW = ∑ x_t^T δ_t",
                "dU = ∑ h_t-1^T δ_t",
                "dx_t = δ_t W^T",
            ),
        }
