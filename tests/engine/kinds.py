"""A small experiment for every kind of layer, loss and optimizer."""

from typing import Any

import numpy as np

from engine import Dense, Experiment, NetworkSpec
from engine.datasets.curve import Counts, Sine
from engine.datasets.image import Digits
from engine.datasets.plane import Circle
from engine.datasets.sequence import Waveforms
from engine.datasets.text import Zen
from engine.layers import (
    GRU,
    LAYERS,
    LSTM,
    ActivationLayer,
    AvgPool2D,
    BatchNorm,
    Conv2D,
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
from engine.losses import LOSSES
from engine.spec import Clipping, Regularization

IMAGES: dict[str, Any] = {"dataset": Digits(samples=40)}
SEQUENCES: dict[str, Any] = {"dataset": Waveforms(samples=30)}
TEXT: dict[str, Any] = {"dataset": Zen(samples=12), "loss": "sequence_cross_entropy"}
SUBSAMPLED = Conv2D(filters=4, padding="same", strides=2, groups=2, activation="tanh")
BOTH_WAYS = LSTM(units=3, bidirectional=True, return_sequences=True)

OF_LAYER: dict[str, dict[str, Any]] = {
    "dense": {"layers": (Dense(units=5, activation="relu"), Dense(units=4))},
    "conv2d": {**IMAGES, "layers": (Conv2D(filters=4), SUBSAMPLED, Flatten())},
    "max_pool2d": {
        **IMAGES,
        "layers": (Conv2D(filters=3), MaxPool2D(pool_size=3, strides=2, padding="same"), Flatten()),
    },
    "avg_pool2d": {**IMAGES, "layers": (Conv2D(filters=3), AvgPool2D(padding="same"), Flatten())},
    "global_avg_pool2d": {**IMAGES, "layers": (Conv2D(filters=3), GlobalAvgPool2D())},
    "flatten": {**SEQUENCES, "layers": (Flatten(), Dense(units=3))},
    "dropout": {"layers": (Dense(units=6), Dropout(rate=0.4), Dense(units=5))},
    "batch_norm": {"layers": (Dense(units=6), BatchNorm(), ActivationLayer(activation="softplus"))},
    "layer_norm": {"layers": (Dense(units=6), LayerNorm(), Dense(units=3))},
    "embedding": {**TEXT, "layers": (Embedding(output_dim=4), GRU(units=4, return_sequences=True))},
    "simple_rnn": {
        **SEQUENCES,
        "layers": (
            SimpleRNN(units=4, return_sequences=True, truncate=5),
            SimpleRNN(units=3, activation="relu"),
        ),
    },
    "lstm": {**SEQUENCES, "layers": (BOTH_WAYS, LSTM(units=3))},
    "gru": {**SEQUENCES, "layers": (GRU(units=3, bidirectional=True),)},
    "residual": {
        "layers": (Dense(units=5), Dense(units=5), Residual(activation="swish"), Residual(span=2))
    },
    "activation": {
        "layers": (Dense(units=4, activation="linear"), ActivationLayer(activation="softmax"))
    },
    "prelu": {"layers": (Dense(units=5, activation="linear"), PReLU())},
}
assert OF_LAYER.keys() == LAYERS.keys()

_DATA: dict[str, dict[str, Any]] = {
    "poisson": {"dataset": Counts(samples=30)},
    "sequence_cross_entropy": OF_LAYER["embedding"],
    "binary_cross_entropy": {"dataset": Circle(samples=40)},
    "hinge": {"dataset": Circle(samples=40)},
    "mae": {"dataset": Sine(samples=40)},
}
OF_LOSS: dict[str, dict[str, Any]] = {
    name: {"layers": (Dense(units=4),), **_DATA.get(name, {}), "loss": name} for name in LOSSES
}
# Points of classes that are not alike in number: 60, 12, 4.
_RNG = np.random.default_rng(5)
UNEVEN = tuple(
    (float(u), float(v), float(c))
    for c, count in ((0, 60), (1, 12), (2, 4))
    for u, v in _RNG.normal(c, 1.2, (count, 2)).round(3)
)
# Everything that stands between a gradient and the weights.
CARE: dict[str, Any] = {
    "average": 0.9,
    "clipping": Clipping(value=0.05, norm=0.1),
    "regularization": Regularization(l1=0.001, l2=0.01),
}


def experiment(*, compiled: bool = False, **spec: Any) -> Experiment:
    return Experiment(NetworkSpec(**spec), compiled=compiled)


def same_state(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(
        value.dtype == b[name].dtype and value.tobytes() == b[name].tobytes()
        for name, value in a.items()
    )


__all__ = ["CARE", "OF_LAYER", "OF_LOSS", "UNEVEN", "experiment", "same_state"]
