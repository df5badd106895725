"""What does not fit is refused with the layer's place, the shape that reached it, and what would fit."""

from typing import Any

import pytest

from engine.errors import Refused
from engine.layers import (
    GRU,
    LSTM,
    AvgPool2D,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    GlobalAvgPool2D,
    MaxPool2D,
    Residual,
    SimpleRNN,
)
from engine.layers import Output as Last
from engine.network import Network

MSE, STEPS = ("mse", "linear"), ("sequence_cross_entropy", "softmax")
IMAGE, SEQUENCE, ROW, TOKENS = (6, 5, 2), (7, 3), (4,), (9,)
CASES: dict[str, tuple[tuple[int, ...], list[Any], tuple[str, str], int, str, list[str]]] = {
    "kernel larger than its input": (
        IMAGE, [Conv2D(kernel_size=3), Conv2D(kernel_size=4)], MSE, 0, "layers.1.kernel_size",
        ["layer 2 (conv2d_2)", "4 x 3 x 8", "kernel_size 3 or less", "padding same"],
    ),
    "dilated kernel larger than its input": (
        IMAGE, [Conv2D(kernel_size=3, dilation_rate=3)], MSE, 0, "layers.0.kernel_size",
        ["layer 1 (conv2d_1)", "6 x 5 x 2", "7 pixels", "kernel_size 2 or less"],
    ),
    "window larger than its input": (
        IMAGE, [Conv2D(kernel_size=3), MaxPool2D(pool_size=4)], MSE, 0, "layers.1.pool_size",
        ["layer 2 (max_pool2d_1)", "4 x 3 x 8", "pool_size 3 or less", "padding same"],
    ),
    "groups that do not divide the channels": (
        IMAGE, [Conv2D(filters=6, groups=3)], MSE, 0, "layers.0.groups",
        ["layer 1 (conv2d_1)", "6 x 5 x 2", "groups may be 1, 2"],
    ),
    "groups that do not divide the filters": (
        (6, 5, 4), [Conv2D(filters=6, groups=4)], MSE, 0, "layers.0.groups",
        ["layer 1 (conv2d_1)", "6 x 5 x 4", "6 filters", "groups may be 1, 2"],
    ),
    "dense on an image": (
        IMAGE, [Conv2D(kernel_size=2), Dense()], MSE, 0, "layers.1",
        ["layer 2 (dense_1)", "5 x 4 x 8", "flatten or global_avg_pool2d"],
    ),
    "output on an image": (
        IMAGE, [Conv2D(kernel_size=2)], MSE, 0, "output",
        ["layer 2 (output)", "5 x 4 x 8", "flatten or global_avg_pool2d"],
    ),
    "image layer on rows": (
        ROW, [Dense(), AvgPool2D()], MSE, 0, "layers.1",
        ["layer 2 (avg_pool2d_1)", "shape 4;", "height x width x channels", "image data"],
    ),
    "image layer after flatten": (
        IMAGE, [Flatten(), GlobalAvgPool2D()], MSE, 0, "layers.1",
        ["layer 2 (global_avg_pool2d_1)", "shape 60;", "before flatten"],
    ),
    "image layer on a sequence": (
        SEQUENCE, [Conv2D()], MSE, 0, "layers.0", ["layer 1 (conv2d_1)", "7 x 3", "image data"],
    ),
    "sequence layer after flatten": (
        SEQUENCE, [Flatten(), GRU()], MSE, 0, "layers.1",
        ["layer 2 (gru_1)", "shape 21;", "time x features", "sequence data"],
    ),
    "sequence layer on an image": (
        IMAGE, [LSTM()], MSE, 0, "layers.0", ["layer 1 (lstm_1)", "6 x 5 x 2", "sequence data"],
    ),
    "sequence layer after one that ends the sequence": (
        SEQUENCE, [LSTM(units=5), SimpleRNN()], MSE, 0, "layers.1",
        ["layer 2 (simple_rnn_1)", "shape 5;", "return_sequences"],
    ),
    "embedding not first": (
        TOKENS, [Embedding(input_dim=6), GRU(), Embedding(input_dim=6)], MSE, 6, "layers.2",
        ["layer 3 (embedding_2)", "shape 16", "goes first"],
    ),
    "embedding without tokens": (
        ROW, [Embedding(input_dim=6)], MSE, 0, "layers.0",
        ["layer 1 (embedding_1)", "goes first", "text data", "shape 4"],
    ),
    "tokens without an embedding": (
        TOKENS, [Dense()], MSE, 6, "layers.0", ["layer 1 (dense_1)", "embedding", "shape 9"],
    ),
    "embedding too small": (
        TOKENS, [Embedding(input_dim=5), GRU()], MSE, 6, "layers.0.input_dim",
        ["layer 1 (embedding_1)", "input_dim 5", "choose 6"],
    ),
    "residual that reaches too far": (
        ROW, [Dense(), Dense(), Residual(span=3)], MSE, 0, "layers.2.span",
        ["layer 3 (residual_1)", "3 layers back", "shape 4", "span 2 or less"],
    ),
    "residual with nothing before it": (
        ROW, [Residual()], MSE, 0, "layers.0",
        ["layer 1 (residual_1)", "shape 4", "put a layer before it"],
    ),
    "residual of two shapes, another span would do": (
        ROW, [Dense(units=5), Dense(units=3), Dense(units=5), Residual(span=1)], MSE, 0, "layers.3.span",
        ["layer 4 (residual_1)", "shape 5", "shape 3", "span 2 would do"],
    ),
    "residual of two shapes, no span would do": (
        ROW, [Dense(units=5), Residual()], MSE, 0, "layers.1",
        ["layer 2 (residual_1)", "shape 5", "shape 4", "one width"],
    ),
    "return_sequences missing for the sequence loss": (
        SEQUENCE, [LSTM(units=5)], STEPS, 0, "layers",
        ["sequence_cross_entropy", "shape 5", "layer 1 (lstm_1)", "return_sequences"],
    ),
    "flatten before the sequence loss": (
        SEQUENCE, [LSTM(units=5, return_sequences=True), Flatten()], STEPS, 0, "layers",
        ["sequence_cross_entropy", "shape 35", "layer 2 (flatten_1)", "no flatten"],
    ),
    "a sequence where one output is compared": (
        SEQUENCE, [GRU(units=5, return_sequences=True)], MSE, 0, "layers",
        ["mse", "7 x 5", "layer 1 (gru_1)", "return_sequences false"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_fit_is_refused_and_said(case: str) -> None:
    shape, layers, (loss, output), vocabulary, place, fragments = CASES[case]
    with pytest.raises(Refused) as caught:
        Network(shape, layers, Last(2, output), loss, vocabulary=vocabulary)  # type: ignore[arg-type]
    assert caught.value.place == place
    for fragment in fragments:
        assert fragment in caught.value.message
