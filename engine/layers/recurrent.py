"""Recurrent layers: simple RNN, LSTM, GRU.  x: (batch, time, features)

Inside, time comes first, and gates lie side by side: see `through_time`.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from ..activations import sigmoid
from ..mathml import equations, formula
from .base import Array, Cache, Parameter, Pass, Views
from .through_time import Recurrent, before, write_gradients


@dataclass(frozen=True, slots=True)
class SimpleRNN(Recurrent):
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
        return write_gradients(p, g, kept["x"], before(h), dz, dz, run.first)

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
class LSTM(Recurrent):
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
        cells = before(c)
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
        return write_gradients(p, g, kept["x"], before(h), dz, dz, run.first)

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
class GRU(Recurrent):
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
        states = before(h)
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
        return write_gradients(p, g, kept["x"], states, dz, dback, run.first)

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
