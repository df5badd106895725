"""Small networks around every kind of layer: the settings of each that take another path.

Something with weights stands before and after the layer, so that a gradient flows through it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

from engine.activations import OutputActivationName
from engine.layers import (
    GRU,
    LAYERS,
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

ROW, SEQUENCE, IMAGE, TOKENS, VOCABULARY = (3,), (5, 2), (6, 5, 2), (6,), 4


@dataclass(frozen=True)
class Stack:
    name: str
    layers: tuple[Any, ...]
    input_shape: tuple[int, ...] = ROW
    vocabulary: int = 0
    loss: str = "mse"
    output: str = "linear"


def _conv(label: str, layer: Conv2D, first: int = 2) -> Stack:
    before = Conv2D(filters=first, kernel_size=2, padding="same", activation="tanh")
    return Stack(label, (before, layer, Flatten()), IMAGE)


def _image(label: str, *layers: Any) -> Stack:
    return Stack(label, (Conv2D(filters=2, kernel_size=2, activation="tanh"), *layers, Flatten()), IMAGE)  # fmt: skip


def _row(label: str, *layers: Any) -> Stack:
    return Stack(label, (Dense(units=4, activation="tanh"), *layers))


def _steps(label: str, *layers: Any) -> Stack:
    """Every step of the sequence is asked for a class."""
    return Stack(label, layers, SEQUENCE, loss="sequence_cross_entropy", output="softmax")


def _sequence(label: str, *layers: Any) -> Stack:
    return Stack(label, layers, SEQUENCE)


def _pools(pool: Any) -> list[Stack]:
    return [
        _image("valid", pool()),
        _image("valid, pixels left over", pool(pool_size=3)),
        _image("same", pool(padding="same")),
        _image("overlapping", pool(pool_size=3, strides=1)),
        _image("overlapping same", pool(pool_size=3, strides=2, padding="same")),
        _image("even window, same, stride 1", pool(pool_size=2, strides=1, padding="same")),
        _image("gaps between windows", pool(pool_size=2, strides=3)),
        Stack("first layer", (pool(), Flatten()), IMAGE),
    ]


def _recurrent(kind: Any, **more: Any) -> list[Stack]:
    def one(**settings: Any) -> Any:
        return kind(**{"units": 3, **more, **settings})

    every = {"return_sequences": True}
    return [
        _sequence("last state", one()),
        _sequence("a multiple of eight units", replace(one(), units=8)),
        _steps("every state", one(**every)),
        _sequence("bidirectional", one(bidirectional=True)),
        _steps("bidirectional, every state", one(bidirectional=True, **every)),
        _sequence("truncated", one(truncate=2)),
        _steps("truncated, every state", one(truncate=2, **every)),
        _sequence("truncated, bidirectional", one(truncate=3, bidirectional=True)),
        _sequence("truncated at every step", one(truncate=1)),
        _sequence("stacked", one(**every), one(units=2)),
        _sequence("stacked, bidirectional", one(bidirectional=True, **every), one(units=2)),
        _sequence("after dense", Dense(units=3), one(**every), Flatten()),
        _sequence("frozen", Dense(units=3), one(trainable=False)),
        _sequence("penalties", one(l1=0.01, l2=0.05, bidirectional=True)),
    ]


def _norms(norm: Any) -> list[Stack]:
    return [
        _row("rows", norm(), ActivationLayer(activation="tanh")),
        _row("large epsilon", norm(epsilon=0.1)),
        Stack("first layer", (norm(), Dense(units=3))),
        # Over few channels layer norm is all but a step function: a large epsilon keeps rounding small.
        Stack("images", (Conv2D(filters=3, kernel_size=3, activation="tanh"), norm(epsilon=0.1), ActivationLayer(activation="swish"), Flatten()), IMAGE),
        _sequence("sequences", Dense(units=3), norm(), SimpleRNN(units=2)),
        _row("frozen", norm(trainable=False)),
    ]  # fmt: skip


CASES: dict[str, list[Stack]] = {
    "dense": [
        _row("two", Dense(units=3, activation="swish")),
        _row("frozen", Dense(units=3, trainable=False), Dense(units=3)),
        _row("held bias", Dense(units=3, trainable_bias=False), Dense(units=3)),
        _row("penalties", Dense(units=3, l1=0.02, l2=0.1)),
        _steps("every step of a sequence", Dense(units=4), Dense(units=3, activation="gelu")),
        _sequence("between recurrent layers", LSTM(units=2, return_sequences=True), Dense(units=3), GRU(units=2)),
        _sequence("on a sequence, then flatten", Dense(units=3), Flatten(), Dense(units=3)),
    ],
    "conv2d": [
        _conv("valid", Conv2D(filters=2)),
        _conv("same", Conv2D(filters=2, padding="same", activation="tanh")),
        _conv("same, even kernel", Conv2D(filters=2, kernel_size=4, padding="same")),
        _conv("strides", Conv2D(filters=2, strides=2, activation="swish")),
        _conv("strides, same", Conv2D(filters=3, strides=2, padding="same", activation="tanh")),
        _conv("strides, same, even kernel", Conv2D(filters=2, kernel_size=2, strides=2, padding="same")),
        _conv("gaps between windows", Conv2D(filters=2, kernel_size=2, strides=3, activation="tanh")),
        _conv("dilation", Conv2D(filters=2, kernel_size=2, dilation_rate=2, activation="gelu")),
        _conv("dilation, same", Conv2D(filters=2, dilation_rate=2, padding="same", activation="linear")),
        _conv("strides, dilation, same", Conv2D(filters=2, strides=2, dilation_rate=2, padding="same", activation="tanh")),
        _conv("groups", Conv2D(filters=4, groups=2, activation="tanh"), first=4),
        _conv("groups, strides, same", Conv2D(filters=4, groups=2, strides=2, padding="same"), first=4),
        _conv("depthwise", Conv2D(filters=3, groups=3, activation="tanh"), first=3),
        _conv("depthwise, two filters each", Conv2D(filters=4, groups=2, kernel_size=2, strides=2, activation="tanh")),
        _conv("kernel of one", Conv2D(filters=3, kernel_size=1, activation="tanh")),
        _conv("kernel as large as its input", Conv2D(filters=3, kernel_size=5, activation="tanh")),
        Stack("many filters", (Conv2D(filters=8, kernel_size=2), Conv2D(filters=9, kernel_size=1), GlobalAvgPool2D()), IMAGE),
        _conv("frozen", Conv2D(filters=2, trainable=False, activation="tanh")),
        _conv("penalties", Conv2D(filters=2, l1=0.01, l2=0.05)),
    ],
    "max_pool2d": _pools(MaxPool2D),
    "avg_pool2d": _pools(AvgPool2D),
    "global_avg_pool2d": [
        Stack("after conv", (Conv2D(filters=3, activation="tanh"), GlobalAvgPool2D()), IMAGE),
        Stack("first layer", (GlobalAvgPool2D(), Dense(units=3)), IMAGE),
    ],
    "flatten": [_image("images"), _sequence("sequences", Dense(units=2), Flatten(), Dense(units=2))],
    "dropout": [
        _row("rows", Dropout(rate=0.4), Dense(units=3)),
        _row("two", Dropout(rate=0.2), Dense(units=4), Dropout(rate=0.5)),
        _image("images", Dropout(rate=0.3)),
        _sequence("sequences", Dense(units=3), Dropout(rate=0.3), GRU(units=2)),
        _row("rate 0", Dropout(rate=0.0)),
        Stack("first layer", (Dropout(rate=0.3), Dense(units=3))),
    ],
    "batch_norm": [
        *_norms(BatchNorm),
        _row("another momentum", BatchNorm(momentum=0.5), Dense(units=3)),
        _image("two", BatchNorm(), Conv2D(filters=2, activation="tanh"), BatchNorm(momentum=0.7)),
    ],
    "layer_norm": _norms(LayerNorm),
    "embedding": [
        Stack("flat", (Embedding(output_dim=2, input_dim=VOCABULARY), Flatten()), TOKENS, VOCABULARY),
        Stack("larger than the vocabulary", (Embedding(output_dim=2, input_dim=6), GRU(units=2)), TOKENS, VOCABULARY),
        Stack("frozen", (Embedding(output_dim=2, input_dim=VOCABULARY, trainable=False), GRU(units=2)), TOKENS, VOCABULARY),
        Stack("penalties", (Embedding(output_dim=2, input_dim=VOCABULARY, l1=0.01, l2=0.1), Flatten()), TOKENS, VOCABULARY),
        Stack(
            "every step", (Embedding(output_dim=2, input_dim=VOCABULARY), LSTM(units=3, return_sequences=True)),
            TOKENS, VOCABULARY, "sequence_cross_entropy", "softmax",
        ),
    ],
    "simple_rnn": [*_recurrent(SimpleRNN), *(replace(s, name=f"relu, {s.name}") for s in _recurrent(SimpleRNN, activation="relu")[:7])],
    "lstm": _recurrent(LSTM),
    "gru": _recurrent(GRU),
    "residual": [
        _row("span 1", Dense(units=4), Residual()),
        _row("span 2, activation", Dense(units=5), Dense(units=4), Residual(span=2, activation="swish")),
        _row("two to one place", Dense(units=4), Residual(), Dense(units=4), Residual(span=3), Dense(units=3)),
        _row("over dropout and norm", LayerNorm(), Dropout(rate=0.3), Residual(span=2, activation="tanh")),
        Stack("to the inputs", (Dense(units=3), Residual(), Dense(units=3))),
        _image("images", Conv2D(filters=2, padding="same", activation="tanh"), BatchNorm(), Residual(span=2, activation="relu")),
        _sequence("sequences", Dense(units=3), LSTM(units=3, return_sequences=True), Residual(), GRU(units=2)),
    ],
    "activation": [
        *(Stack(name, (Dense(units=4, activation="linear"), ActivationLayer(activation=name))) for name in get_args(OutputActivationName)),
        _image("softmax over channels", ActivationLayer(activation="softmax")),
        _sequence("sequences", Dense(units=3), ActivationLayer(activation="mish"), GRU(units=2)),
        _sequence("after gates turned round", LSTM(units=3, return_sequences=True), ActivationLayer(activation="gelu"), Flatten()),
        Stack("first layer", (ActivationLayer(activation="sin"), Dense(units=3))),
    ],
    "prelu": [
        _row("rows", PReLU(), Dense(units=3)),
        _image("images", PReLU()),
        _sequence("sequences", Dense(units=3), PReLU(), GRU(units=2)),
        _row("frozen", PReLU(trainable=False)),
        Stack("first layer", (PReLU(), Dense(units=3))),
    ],
}  # fmt: skip


def stacks() -> Iterator[tuple[str, Stack]]:
    """(kind, stack) of every kind of layer; a new kind without stacks is a KeyError."""
    for kind in LAYERS:
        for stack in CASES[kind]:
            assert any(layer.kind == kind for layer in stack.layers)
            yield kind, stack
