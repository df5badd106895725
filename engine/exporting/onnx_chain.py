"""What reading an ONNX file comes to: a chain of layers, and where its values stand on the way."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .run import Array

# What a value's axes are: n samples, c channels or features, h and w of an image, t time, d directions.
PERMUTED = {
    ("nhwc", (0, 3, 1, 2)): "nchw", ("nchw", (0, 2, 3, 1)): "nhwc", ("ntc", (1, 0, 2)): "tnc",
    ("tnc", (1, 0, 2)): "ntc", ("ntc", (0, 2, 1)): "nct", ("nct", (0, 2, 1)): "ntc",
    ("tdnc", (2, 0, 1, 3)): "ntdc", ("dnc", (1, 0, 2)): "ndc",
}  # fmt: skip
BENDABLE = ("dense", "conv2d", "residual")


@dataclass(slots=True)
class Spot:
    """A value on the way: after how many layers, its axes, and its shape of one sample as we have it."""

    after: int
    axes: str
    half: str = ""  # half of an activation of two operators: "sigmoid", "clip"
    fresh: bool = False  # nothing but its layer made it: an activation may join that


@dataclass(slots=True)
class Chain:
    """Layers as a spec has them, the output the last; weights by our names."""

    layers: list[dict[str, Any]] = field(default_factory=list)
    weights: list[dict[str, Array]] = field(default_factory=list)
    input_shape: tuple[int | None, ...] = ()
    dropped: bool = False


def gate_weights(weight: Array, heard: Array, bias: Array, order: list[int]) -> dict[str, Array]:
    """A recurrent layer's parameters by our names.

    weight: (ways, gates units, inputs)  heard: (ways, gates units, units)  bias: (ways, 2 gates units)
    order: which of ONNX' gates comes in each of our places
    """

    def turned(array: Array) -> Array:
        parts = np.split(array.astype(np.float32), len(order), 0)
        return np.concatenate([parts[i] for i in order], 0).T

    found: dict[str, Array] = {}
    two = len(order) == 3  # a GRU keeps its second bias apart
    for way, name in enumerate(("", "backward_")[: len(weight)]):
        first, second = np.split(bias[way], 2)
        found[name + "weight"] = turned(weight[way])
        found[name + "recurrent_weight"] = turned(heard[way])
        found[name + "bias"] = turned(first) if two else turned(first + second)
        if two:
            found[name + "recurrent_bias"] = turned(second)
    return found
