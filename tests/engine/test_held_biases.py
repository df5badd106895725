"""Biases that stay where they are while the weights move."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

import engine.updating as updating_module
from engine import Experiment, NetworkSpec
from engine.insight.gradcheck import check_gradient
from engine.insight.trace import trace
from engine.layers import LAYERS, Dense
from engine.optimizers import OPTIMIZERS
from engine.spec import OutputSpec

from .kinds import OF_LAYER

HOLDING = [
    kind for kind, record in LAYERS.items() if "trainable_bias" in {f.name for f in fields(record)}
]


def experiment(kind: str, held: bool = True, **settings: Any) -> Experiment:
    """Of a kind of layer; `held`: no bias of any layer moves."""
    spec = OF_LAYER[kind]
    layers = tuple(
        replace(layer, trainable_bias=not held) if hasattr(layer, "trainable_bias") else layer
        for layer in spec["layers"]
    )
    output = OutputSpec(trainable_bias=not held)
    whole = NetworkSpec(**{**spec, "layers": layers, "output": output})
    return Experiment(whole, **settings)


def test_whatever_has_a_bias_of_its_own_can_hold_it() -> None:
    assert HOLDING == ["dense", "conv2d", "simple_rnn", "lstm", "gru"]


@pytest.mark.parametrize("form", ["numpy", "lanes", "blas"])
@pytest.mark.parametrize("kind", HOLDING)
def test_biases_stay_and_weights_move(kind: str, form: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(updating_module, "BLAS_FROM_WEIGHTS", 0 if form == "blas" else 10**9)
    run = experiment(kind, compiled=form != "numpy")
    views = run.network.layout.views
    before = views(run.trainer.vector.copy())
    run.train(3)
    for name, values in views(run.trainer.vector).items():
        assert np.array_equal(values, before[name]) == name.endswith("bias"), name


@pytest.mark.parametrize("kind", HOLDING)
def test_compiled_and_numpy_agree(kind: str) -> None:
    fast, plain = (experiment(kind, compiled=c, dtype=np.float64) for c in (True, False))
    np.testing.assert_allclose(fast.train(5), plain.train(5), rtol=1e-9)
    np.testing.assert_allclose(fast.trainer.vector, plain.trainer.vector, rtol=0, atol=1e-9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_optimizer_moves_them(optimizer: str) -> None:
    spec = NetworkSpec(
        layers=(Dense(units=3, trainable_bias=False),), optimizer=OPTIMIZERS[optimizer]()
    )
    run = Experiment(spec)
    run.train(4)
    weights = run.network.layout.views(run.trainer.vector)
    assert not weights["dense_1.bias"].any()
    assert weights["output.bias"].any()


@pytest.mark.parametrize("kind", HOLDING)
def test_the_weights_move_in_one_update_as_they_would_with_free_biases(kind: str) -> None:
    held, free = experiment(kind), experiment(kind, held=False)
    held.train(1)
    free.train(1)
    a, b = (run.network.layout.views(run.trainer.vector) for run in (held, free))
    for name in a:
        if not name.endswith("bias"):
            np.testing.assert_array_equal(a[name], b[name])


def test_neither_the_gradient_check_nor_the_trace_shows_an_update_of_them() -> None:
    run = experiment("dense")
    checked = check_gradient(run).parameters
    assert set(checked) == {"dense_1.weight", "dense_2.weight", "output.weight"}
    entries = [e for e in trace(run).entries if e.chapter == 7]
    assert {e.values["parameter"] for e in entries} == {"weight"}


def test_whether_they_are_held_may_change_within_a_run() -> None:
    run = experiment("dense", held=False)
    run.train(2)
    held = replace(run.spec, output=OutputSpec(trainable_bias=False))
    assert run.patch(held) is None
    before = run.network.layout.views(run.trainer.vector.copy())["output.bias"]
    run.train(2)
    after = run.network.layout.views(run.trainer.vector)["output.bias"]
    np.testing.assert_array_equal(before, after)
