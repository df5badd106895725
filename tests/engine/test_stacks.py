"""Stacks drawn at random: backpropagation against central differences over the packed vector."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from engine.errors import Refused
from engine.layers import (
    GRU,
    LSTM,
    ActivationLayer,
    AvgPool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAvgPool2D,
    LayerNorm,
    MaxPool2D,
    PReLU,
    Residual,
    SimpleRNN,
)
from engine.layers.base import Place, Shape
from tests.parity.stacks import Stack

from .checking import batch, build, start, worst_gap

# Away from kinks a difference quotient is good to about 1e-8.
SMOOTH = st.sampled_from(["tanh", "sigmoid", "softplus", "gelu", "swish", "sin", "mish", "linear"])
WITH_SOFTMAX = st.one_of(SMOOTH, st.just("softmax"))
# Small denominators would spoil the difference quotient, not the derivative.
EPSILON = st.sampled_from([0.05, 0.5])

ANYWHERE = [
    st.builds(BatchNorm, momentum=st.sampled_from([0.0, 0.5]), epsilon=EPSILON, trainable=st.booleans()),
    st.builds(LayerNorm, epsilon=EPSILON, trainable=st.booleans()),
    st.builds(Dropout, rate=st.sampled_from([0.0, 0.2, 0.6])),
    st.builds(ActivationLayer, activation=WITH_SOFTMAX),
    st.builds(Residual, span=st.integers(1, 4), activation=SMOOTH),
]  # fmt: skip
DENSE = st.builds(
    Dense,
    units=st.integers(1, 4),
    activation=SMOOTH,
    trainable=st.booleans(),
    trainable_bias=st.booleans(),
)
ROWS = [DENSE, *ANYWHERE, st.builds(PReLU)]
CONV = st.builds(
    Conv2D, filters=st.sampled_from([2, 3, 4]), kernel_size=st.integers(1, 3), strides=st.integers(1, 2),
    padding=st.sampled_from(["same", "valid"]), dilation_rate=st.integers(1, 2), groups=st.integers(1, 2),
    activation=SMOOTH, trainable_bias=st.booleans(),
)  # fmt: skip
IMAGES = [
    CONV,
    st.builds(
        AvgPool2D, pool_size=st.integers(1, 3), strides=st.integers(0, 3), padding=st.sampled_from(["valid", "same"])
    ),
    st.builds(
        MaxPool2D, pool_size=st.integers(1, 3), strides=st.integers(0, 3), padding=st.sampled_from(["valid", "same"])
    ),
    *ANYWHERE,
]  # fmt: skip
RECURRENT: list[Any] = [
    st.builds(kind, units=st.integers(1, 3), bidirectional=st.booleans(), return_sequences=st.just(True), trainable_bias=st.booleans())
    for kind in (SimpleRNN, LSTM, GRU)
]  # fmt: skip
SEQUENCES = [*RECURRENT, DENSE, *ANYWHERE]


def fitting(layers: list[Any], shape: Shape) -> list[Any]:
    """Those of the layers that fit, one after the other."""
    kept: list[Any] = []
    shapes = [shape]
    for layer in layers:
        try:
            layer.check(shapes[-1], Place(shapes[:-1]))
            shapes.append(layer.output_shape(shapes[-1]))
        except Refused:
            continue
        kept.append(layer)
    return kept


def hold(layers: list[Any], shape: Shape, vocabulary: int, seed: int, *loss: str) -> None:
    stack = Stack("", tuple(layers), shape, vocabulary, *loss)
    network = build(stack)
    x, t = batch(network, stack, 4, seed)
    assert worst_gap(network, start(network, seed), x, t) < 1e-5, layers


# What is drawn stays the same from run to run: two numbers within 1e-6 of each other under a max
# pool would fail a test by chance, once in thousands of runs.
DRAWN = settings(max_examples=100, deadline=None, derandomize=True)


@given(
    layers=st.lists(st.one_of(ROWS), max_size=6), inputs=st.integers(1, 4), seed=st.integers(0, 99)
)
@DRAWN
def test_any_stack_on_rows(layers: list[Any], inputs: int, seed: int) -> None:
    hold(fitting(layers, (inputs,)), (inputs,), 0, seed)


@given(
    first=CONV,
    layers=st.lists(st.one_of(IMAGES), min_size=1, max_size=4),
    second=CONV,
    last=st.sampled_from([Flatten(), GlobalAvgPool2D()]),
    shape=st.tuples(st.integers(3, 5), st.integers(3, 5), st.integers(1, 2)),
    seed=st.integers(0, 99),
)
@DRAWN
def test_any_stack_on_images(
    first: Any, layers: list[Any], second: Any, last: Any, shape: Shape, seed: int
) -> None:
    back = [Residual(span=1, activation="tanh"), Residual(span=3)]  # where shapes stay the same
    hold([*fitting([first, second, *layers, *back], shape), last], shape, 0, seed)


@given(
    layers=st.lists(st.one_of(SEQUENCES), min_size=1, max_size=4),
    last=st.sampled_from([Flatten(), SimpleRNN(units=2), LSTM(units=2), GRU(units=2, bidirectional=True), None]),
    tokens=st.booleans(),
    seed=st.integers(0, 99),
)  # fmt: skip
@DRAWN
def test_any_stack_on_sequences(layers: list[Any], last: Any, tokens: bool, seed: int) -> None:
    shape: Shape = (3,) if tokens else (3, 2)
    first: list[Any] = [Embedding(output_dim=2, input_dim=4)] if tokens else []
    kept = [*first, *fitting(layers, (3, 2))]
    if last is None:
        hold(kept, shape, 4 * tokens, seed, "sequence_cross_entropy", "softmax")
    else:
        hold([*kept, last], shape, 4 * tokens, seed)
