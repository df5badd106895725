"""Whole networks: backpropagation against central differences over the packed vector."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from engine.activations import ACTIVATIONS
from engine.errors import Refused
from engine.layers import Dense, Output
from engine.losses import LOSSES
from engine.network import Network

# Away from kinks a difference quotient is good to about 1e-8; a kink within h spoils it.
SMOOTH = [
    name
    for name in ACTIVATIONS
    if name
    not in (
        "relu",
        "leaky_relu",
        "elu",
        "selu",
        "relu6",
        "hard_tanh",
        "hard_sigmoid",
        "exponential",
    )
]


# Those that compare one output a sample; the sequence loss has its own tests.
PLAIN_LOSSES = [name for name, loss in LOSSES.items() if loss.asks != "steps"]


def worst_difference(network: Network, seed: int) -> float:
    """The largest gap between backprop and central differences, relative to the gradient."""
    rng = np.random.default_rng(seed)
    vector = network.start("glorot_normal", seed, np.float64)
    vector[: network.layout.size] += rng.normal(0, 0.1, network.layout.size)
    x = rng.normal(0, 1, (5, *network.input_shape))
    outputs = network.shapes[-1][0]
    t = np.eye(outputs)[rng.integers(0, outputs, 5)] * 0.8 + 0.1
    if network.loss_record.name == "cross_entropy":
        t = t.round()
    gradient = np.zeros_like(vector)
    network.loss_and_gradient(vector, gradient, x, t)
    expected = np.zeros_like(gradient)
    h = 1e-6
    for i in range(network.layout.size):
        for sign in (1, -1):
            moved = vector.copy()
            moved[i] += sign * h
            expected[i] += sign * network.loss_of(network.forward(moved, x)[-1], t) / (2 * h)
    return float(np.abs(gradient - expected).max() / max(1e-3, np.abs(expected).max()))


@pytest.mark.parametrize("loss", PLAIN_LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_backpropagation_is_the_derivative(activation: str, loss: str) -> None:
    output = LOSSES[loss].requires or "tanh"
    network = Network((3,), [Dense(units=4, activation=activation)], Output(3, output), loss)  # type: ignore[arg-type]
    assert worst_difference(network, 1) < 1e-6


@given(
    units=st.lists(st.integers(1, 6), max_size=4),
    names=st.lists(st.sampled_from(SMOOTH), min_size=4, max_size=4),
    loss=st.sampled_from(["cross_entropy", "binary_cross_entropy", "mse"]),
    inputs=st.integers(1, 4),
    outputs=st.integers(2, 4),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_backpropagation_holds_for_any_stack(
    units: list[int], names: list[str], loss: str, inputs: int, outputs: int, seed: int
) -> None:
    layers = [Dense(units=u, activation=a) for u, a in zip(units, names, strict=False)]  # type: ignore[arg-type]
    output = LOSSES[loss].requires or "softmax"
    assert worst_difference(Network((inputs,), layers, Output(outputs, output), loss), seed) < 1e-5  # type: ignore[arg-type]


def test_parameters_are_named_by_kind_and_number() -> None:
    network = Network((2,), [Dense(units=3), Dense(units=4)], Output(1, "linear"), "mse")
    assert [(e.name, e.shape) for e in network.layout] == [
        ("dense_1.weight", (2, 3)), ("dense_1.bias", (3,)), ("dense_2.weight", (3, 4)),
        ("dense_2.bias", (4,)), ("output.weight", (4, 1)), ("output.bias", (1,)),
    ]  # fmt: skip


def test_a_loss_refuses_an_output_it_does_not_go_with() -> None:
    with pytest.raises(Refused, match="cross_entropy goes with a softmax output") as caught:
        Network((2,), [], Output(2, "tanh"), "cross_entropy")
    assert caught.value.place == "output.activation"


def test_a_layer_that_does_not_fit_is_named_with_its_shape() -> None:
    with pytest.raises(Refused, match=r"layer 1 \(dense_1\).*shape 8 x 8 x 1.*flatten"):
        Network((8, 8, 1), [Dense()], Output(2, "linear"), "mse")


def test_a_start_is_the_same_for_the_same_seed_only() -> None:
    network = Network((2,), [Dense(units=3)], Output(1, "linear"), "mse")
    a, b, c = (network.start("glorot_uniform", seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)
    assert not network.layout.views(a)["dense_1.bias"].any()
