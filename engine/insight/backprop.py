"""One pass forward and back over some samples, in plain NumPy, with everything on the way kept."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..experiment import Experiment
from ..layers.base import Cache, Pass, deactivated
from ..network import Network

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Backprop:
    """Lists go by layer. `inputs` is what went in, `back` dL/d(what came out), shortcuts of
    residual layers included; of the output dL/dz where the loss is fused with its activation."""

    network: Network
    vector: Array
    gradient: Array
    passes: list[Pass]
    inputs: list[Array]
    caches: list[Cache]
    back: list[Any]
    loss: float

    def fused(self, i: int) -> bool:
        """Whether `back` of this layer is dL/dz."""
        return i == len(self.caches) - 1 and self.network.loss_record.fused

    def delta(self, i: int) -> Array:
        """dL/dz where the layer has an activation, else dL/da.  The shape of what came out"""
        layer: Any = self.network.layers[i]
        if self.fused(i) or layer.function is None or "z" not in self.caches[i]:
            return self.back[i]
        return deactivated(layer.function, self.caches[i], self.back[i])

    def losses(self, t: Array) -> list[float]:
        """The loss of every sample alone.  t: its targets, as of the batch"""
        return losses_of(self.network, self.caches[-1], t)

    def given_back(self, i: int, dy: Array | None = None, *, first: bool = False) -> Array | None:
        """dL/dx that the layer gives back to its input; `dy` in place of what came back to it.

        None for token numbers, and where the layer is the first unless `first` is asked for.
        """
        layer: Any = self.network.layers[i]
        run = replace(self.passes[i], first=False) if first else self.passes[i]
        spare = np.zeros_like(self.gradient)
        p, g = self.parameters(i), self.network.split(spare)[i]
        way = layer.backward_from_z if self.fused(i) and dy is None else layer.backward
        return way(p, g, self.caches[i], self.back[i] if dy is None else dy, run)

    def parameters(self, i: int) -> dict[str, Array]:
        return self.network.split(self.vector)[i]

    def gradients(self, i: int) -> dict[str, Array]:
        return self.network.split(self.gradient)[i]


def losses_of(network: Network, out: Cache, t: Array) -> list[float]:
    """The loss of every sample alone.  out: the output's cache  t: (n, outputs), or classes at every step"""
    return [
        network.loss_of({part: out[part][n : n + 1] for part in ("z", "a")}, t[n : n + 1])
        for n in range(len(t))
    ]


def backprop(
    network: Network, vector: Array, gradient: Array, x: Array, t: Array, passes: list[Pass]
) -> Backprop:
    """`network.loss_and_gradient`, step by step: the gradient is written, running statistics move.

    vector, gradient: (size,) or longer  x: (batch, *input_shape)
    """
    caches = network.forward(vector, x, passes)
    loss = network.loss_of(caches[-1], t)
    parts = network.split(vector)
    back = network.backward(parts, network.split(gradient), caches, t, passes)
    network.settle(parts, caches)
    gradient[network.held] = 0
    inputs = passes[-1].inputs[: len(caches)]
    return Backprop(network, vector, gradient, passes, inputs, caches, back, loss)


def look(experiment: Experiment, samples: NDArray[np.int64]) -> Backprop:
    """`backprop` of the live weights as the next update would see those samples (dropout and batch
    norm as in training), in float64, on copies; running statistics stay."""
    trainer, network = experiment.trainer, experiment.network
    vector = trainer.vector.astype(np.float64)
    before = vector.copy()
    with np.errstate(all="ignore"):
        made = backprop(
            network,
            vector,
            np.zeros_like(vector),
            trainer.inputs[samples].astype(np.float64),
            trainer.targets[samples].astype(np.float64),
            trainer.passes_ahead(),
        )
    vector[...] = before
    return made
