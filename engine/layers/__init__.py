"""The kinds of layers, and the one place that joins them."""

from typing import get_args

from .base import Layer, Pass, Scratch
from .conv import Conv2D
from .dense import Dense, Output
from .embedding import Embedding
from .pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from .recurrent import GRU, LSTM, SimpleRNN
from .regularizing import BatchNorm, Dropout, LayerNorm
from .shaping import ActivationLayer, Flatten, PReLU, Residual

# A new kind is its file and its name here.
LayerSpec = (
    Dense | Conv2D | MaxPool2D | AvgPool2D | GlobalAvgPool2D | Flatten | Dropout | BatchNorm | LayerNorm
    | Embedding | SimpleRNN | LSTM | GRU | Residual | ActivationLayer | PReLU
)  # fmt: skip
LAYERS: dict[str, type[LayerSpec]] = {
    cls.__dataclass_fields__["kind"].default: cls for cls in get_args(LayerSpec)
}

__all__ = [
    "GRU", "LAYERS", "LSTM", "ActivationLayer", "AvgPool2D", "BatchNorm", "Conv2D", "Dense", "Dropout",
    "Embedding", "Flatten", "GlobalAvgPool2D", "Layer", "LayerNorm", "LayerSpec",
    "MaxPool2D", "Output", "PReLU", "Pass", "Residual", "Scratch", "SimpleRNN",
]  # fmt: skip
