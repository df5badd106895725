"""A layer may be made of layers: parameters with a dot, passes of their own, one gradient."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pytest

from engine.activations import ACTIVATIONS, FLAT_SLOPE, SOFTMAX
from engine.layers import LAYERS, Dense, Output
from engine.layers.base import (
    EVERY_SHAPE,
    Cache,
    Layer,
    Parameter,
    Pass,
    Place,
    Shape,
    Views,
    inside,
)
from engine.layers.regularizing import Dropout
from engine.network import Network


@dataclass(frozen=True, slots=True)
class Gated(Layer):
    """a = drop(value(x)) * gate(x): two dense layers and a dropout inside one."""

    takes: ClassVar[Any] = EVERY_SHAPE
    draws: ClassVar[bool] = True

    kind: Literal["gated"] = "gated"
    units: int = 3

    @property
    def within(self) -> dict[str, Dense]:
        value = Dense(units=self.units, activation="tanh")
        return {"value": value, "gate": replace(value, activation="sigmoid")}

    def output_shape(self, input_shape: Shape) -> Shape:
        return (self.units,)

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        return {
            f"{name}.{part}": parameter
            for name, layer in self.within.items()
            for part, parameter in layer.parameters(input_shape).items()
        }

    def forward(self, p: Views, x: np.ndarray, run: Pass) -> tuple[np.ndarray, Cache]:
        caches: dict[str, Any] = {}
        outs = {}
        for name, layer in self.within.items():
            outs[name], caches[name] = layer.forward(inside(p, name), x, run.inside(name))
        dropped, caches["drop"] = Dropout(rate=0.5).forward({}, outs["value"], run.inside("drop"))
        return dropped * outs["gate"], {"x": x, **caches, "dropped": dropped, "gated": outs["gate"]}

    def backward(self, p: Views, g: Views, cache: Cache, dy: np.ndarray, run: Pass) -> Any:
        d_value = Dropout(rate=0.5).backward(
            {}, {}, cache["drop"], dy * cache["gated"], run.inside("drop")
        )
        sides = {"value": d_value, "gate": dy * cache["dropped"]}
        back = [
            layer.backward(
                inside(p, name), inside(g, name), cache[name], sides[name], run.inside(name)
            )
            for name, layer in self.within.items()
        ]
        return None if run.first else sum(back)


@pytest.mark.parametrize("training", [False, True])
def test_a_layer_made_of_layers_backpropagates(training: bool) -> None:
    layers: list[Any] = [Dense(units=4), Gated(), Gated(units=5)]
    network = Network((2,), layers, Output(2, "softmax"), "cross_entropy")
    names = [entry.name for entry in network.layout]
    assert "gated_2.gate.weight" in names
    assert network.random
    rng = np.random.default_rng(0)
    vector = network.start("glorot_uniform", 1, np.float64)
    x, t = rng.normal(size=(7, 2)), np.eye(2)[rng.integers(2, size=7)]

    def loss(w: np.ndarray) -> float:
        passes = network.passes(training=training, key=5)
        return network.loss_and_gradient(w, np.zeros_like(w), x, t, passes)

    gradient = np.zeros_like(vector)
    network.loss_and_gradient(vector, gradient, x, t, network.passes(training=training, key=5))
    step = 1e-6
    for i in range(network.layout.size):
        up, down = vector.copy(), vector.copy()
        up[i] += step
        down[i] -= step
        assert (loss(up) - loss(down)) / (2 * step) == pytest.approx(gradient[i], abs=1e-8)


def test_layers_inside_draw_from_keys_of_their_own() -> None:
    run = Pass(training=True, key=7)
    keys = {run.inside(name).key for name in ("value", "gate", "drop")}
    assert len(keys | {run.key}) == 4
    run.key = 8
    assert run.inside("drop").key not in keys


def test_every_layer_says_all_that_the_protocol_asks() -> None:
    for kind, cls in LAYERS.items():
        layer: Any = cls()
        assert issubclass(cls, Layer), kind
        assert {"summary", "formula", "backward"} <= cls.describe().keys(), kind
        assert layer.earlier >= 0
        assert layer.learns is True
        assert layer.penalties == (0.0, 0.0)
        assert (layer.over_time is not None) == (kind in ("simple_rnn", "lstm", "gru"))
        assert layer.fitted(30) is not None
    assert Place([]).vocabulary == 0


@pytest.mark.parametrize("name", [*ACTIVATIONS, "softmax"])
def test_what_is_said_of_an_activation_is_so(name: str) -> None:
    record = SOFTMAX if name == "softmax" else ACTIVATIONS[name]
    if name == "softmax":
        assert (record.low, record.high) == (0, 1)
        return
    z = np.linspace(-60, 60, 240_001)
    a = record.value(z)
    slope = np.abs(record.slope(z, a))
    if record.low is None:
        assert a.min() < -0.5 or name == "linear"
    else:
        assert record.low <= a.min() + 1e-3
        assert a.min() < record.low + 0.02
    if record.high is None:
        assert a.max() > 50
    else:
        assert a.max() == pytest.approx(record.high, abs=0.02)
    if record.steepest is None:
        return
    assert slope.max() == pytest.approx(record.steepest, rel=2e-3)
    steep = np.flatnonzero(slope >= FLAT_SLOPE * record.steepest)
    for edge, said in ((z[steep[0]], record.flat_below), (z[steep[-1]], record.flat_above)):
        if said is None:
            assert abs(edge) > 50 or name == "leaky_relu"
        else:
            assert edge == pytest.approx(said, abs=2e-3)
    stopped = (a == 0) & (slope == 0)
    assert record.dies == bool(stopped[z < -1].all())
