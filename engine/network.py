"""A stack of layers with its layout: forward, loss and backward as plain NumPy.

This is the definition that the compiled loops are tested against. A Network holds no numbers;
every method takes the parameter vector.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .initializers import INITIALIZERS
from .layers import Layer, LayerDoesNotFit, Output
from .layers.base import Cache, Views
from .layout import Layout
from .losses import LOSSES, check_shapes

Array = NDArray[np.floating]


class CannotBuild(ValueError):
    """The parts do not make a network; `place` is the path of the part in the spec."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        return (CannotBuild, (self.place, self.message))


class Network:
    """Hidden layers, an output and a loss, fitted to one input shape.

    Raises: CannotBuild, naming the layer and the shape that reached it
    """

    def __init__(
        self, input_shape: tuple[int, ...], layers: Sequence[Layer], output: Output, loss: str
    ) -> None:
        self.loss_record = LOSSES[loss]
        required = self.loss_record.requires
        if required is not None and output.activation != required:
            raise CannotBuild(
                "output.activation",
                f"{loss} goes with a {required} output, not {output.activation}; "
                f"choose {required} or leave it null",
            )
        self.input_shape = input_shape
        self.layers: list[Layer] = [*layers, output]
        self.output = output
        self.names: list[str] = []
        self.shapes: list[tuple[int, ...]] = [input_shape]
        counts: dict[str, int] = {}
        self._parameters = []
        shapes = []
        for position, layer in enumerate(self.layers):
            counts[layer.kind] = counts.get(layer.kind, 0) + 1
            name = "output" if layer is output else f"{layer.kind}_{counts[layer.kind]}"
            try:
                out = layer.output_shape(self.shapes[-1])
            except LayerDoesNotFit as error:
                place = "output" if layer is output else f"layers.{position}"
                raise CannotBuild(place, f"layer {position + 1} ({name}): {error}") from error
            for part, parameter in layer.parameters(self.shapes[-1]).items():
                shapes.append((f"{name}.{part}", parameter.shape))
                self._parameters.append(parameter)
            self.names.append(name)
            self.shapes.append(out)
        self.layout = Layout(shapes)

    def start(self, initializer: str, seed: int, dtype: type = np.float32) -> Array:
        """Fresh parameters: weights drawn, biases 0.  (capacity,), drawn in float64, then cast"""
        rng = np.random.default_rng([seed, 1])
        vector = np.zeros(self.layout.capacity, np.float64)
        draw = INITIALIZERS[initializer].draw
        for entry, parameter in zip(self.layout, self._parameters, strict=True):
            if parameter.decays:
                values = draw(rng, parameter.shape, parameter.fan_in, parameter.fan_out)
                vector[entry.offset : entry.offset + entry.size] = values.ravel()
        return vector.astype(dtype)

    def decaying(self) -> list[tuple[int, int]]:
        """Where penalties apply: (start, stop) of every weight in the vector."""
        return [
            (entry.offset, entry.offset + entry.size)
            for entry, parameter in zip(self.layout, self._parameters, strict=True)
            if parameter.decays
        ]

    def _of_layer(self, views: Views, name: str) -> dict[str, Array]:
        return {
            key.split(".", 1)[1]: view for key, view in views.items() if key.startswith(name + ".")
        }

    def forward(self, vector: Array, x: Array) -> list[Cache]:
        """Every layer's x, z and a.  vector: (size,)  x: (batch, *input_shape)"""
        views = self.layout.views(vector)
        caches: list[Cache] = []
        for name, layer in zip(self.names, self.layers, strict=True):
            x, cache = layer.forward(self._of_layer(views, name), x)
            caches.append(cache)
        return caches

    def predict(self, vector: Array, x: Array) -> Array:
        """The output's activations.  x: (batch, *input_shape)  ->  (batch, outputs)"""
        return self.forward(vector, x)[-1]["a"]

    def loss_of(self, cache: Cache, t: Array) -> float:
        """The loss of an output's cache, without penalties.  t: (batch, outputs)"""
        y = cache["z"] if self.loss_record.fused else cache["a"]
        check_shapes(y, t)
        return self.loss_record.value(y, t)

    def loss_and_gradient(self, vector: Array, gradient: Array, x: Array, t: Array) -> float:
        """The batch's loss; its gradient is written into `gradient` (size,).  No penalties."""
        views = self.layout.views(vector)
        slopes = self.layout.views(gradient)
        caches = self.forward(vector, x)
        loss = self.loss_of(caches[-1], t)
        d = self._output_backward(views, slopes, caches[-1], t)
        for i in range(len(self.layers) - 2, -1, -1):
            p = self._of_layer(views, self.names[i])
            d = self.layers[i].backward(p, self._of_layer(slopes, self.names[i]), caches[i], d)
        return loss

    def _output_backward(self, views: Views, slopes: Views, cache: Cache, t: Array) -> Array:
        p = self._of_layer(views, "output")
        g = self._of_layer(slopes, "output")
        if self.loss_record.fused:
            dz = self.loss_record.gradient(cache["z"], t)
            return self.output.backward_from_z(p, g, cache, dz)
        return self.output.backward(p, g, cache, self.loss_record.gradient(cache["a"], t))
