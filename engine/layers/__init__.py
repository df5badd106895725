"""The kinds of layers, and the one place that joins them."""

from .base import Layer, LayerDoesNotFit
from .dense import Dense, Output

# A new kind is its file and its name here.
LayerSpec = Dense
LAYERS: dict[str, type[Dense]] = {"dense": Dense}

__all__ = ["LAYERS", "Dense", "Layer", "LayerDoesNotFit", "LayerSpec", "Output"]
