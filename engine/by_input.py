"""How what a layer gives depends on the input: a pass forward, and one back to where the data came in."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .assembly import Assembly
from .errors import Reason, Refused
from .layers.base import Cache, Layer
from .network import Network

Array = NDArray[np.floating]
NOT_FINITE = Reason("weights.diverged", "the weights are not finite any more; reset the network")


@dataclass(frozen=True, slots=True)
class ByInput:
    """A network as it was at one moment, in float64, in evaluation mode, and backpropagation not truncated:
    training on does not change it.

    Samples are as the dataset scales them: (n, *shape).
    """

    parts: Assembly
    vector: Array
    step: int

    @property
    def network(self) -> Network:
        return self.parts.network

    def forward(self, columns: Array) -> list[Cache]:
        """Every layer's cache."""
        x = self.parts.features(columns.astype(np.float64))
        with np.errstate(all="ignore"):
            return self.network.forward(self.vector, x)

    def outputs(self, columns: Array) -> Array:
        """(n, *output shape).  Raises: Refused, where they are not finite"""
        found = self.forward(columns)[-1]["a"]
        if not np.isfinite(found).all():
            raise Refused("weights", NOT_FINITE)
        return found

    def given(self, caches: list[Cache], place: int) -> Array:
        """What layer `place` gives before its activation, z; where it has none, what leaves it."""
        return caches[place]["z" if has_z(self.network.layers[place], caches[place]) else "a"]

    def gradient(
        self, columns: Array, place: int, by: Callable[[Array], Array]
    ) -> tuple[list[Cache], Array]:
        """The caches, and d(sum of w * g)/d(samples), g being what layer `place` gives (`given`) and
        w = by(g), taken as constant: the way back of Rumelhart, Hinton & Williams 1986, gone on to the
        input.  (n, *shape) -> (n, *shape)

        Raises: Refused, where it is not finite
        """
        network = self.network
        x = self.parts.features(columns.astype(np.float64))
        passes = [replace(one, first=False) for one in network.passes()]
        parts, slopes = network.split(self.vector), network.split(np.zeros_like(self.vector))
        with np.errstate(all="ignore"):
            caches = network.forward(self.vector, x, passes)
            above = list(caches)
            if has_z(network.layers[place], caches[place]):
                # Nothing lies between z and what is handed in, and a unit that is off has a z as well.
                cache = {name: kept for name, kept in caches[place].items() if name != "off"}
                above[place] = {**cache, "slope": None}
            d = by(self.given(caches, place))
            _, dx = network.lead_back(parts, slopes, above, passes, d, place)
            found = self.parts.features_backward(columns, np.asarray(dx, np.float64))
        if not np.isfinite(found).all():
            raise Refused("weights", NOT_FINITE)
        return caches, found


def has_z(layer: Layer, cache: Cache) -> bool:
    """Whether the layer has an activation at its end, and keeps what goes into it."""
    return layer.function is not None and "z" in cache


def untruncated(network: Network) -> tuple[Network, list[str]]:
    """The same network with backpropagation through all of time, and the layers where it was cut: what
    truncation leaves is the derivative of nothing."""
    layers: list[Any] = network.layers
    cut = [i for i, layer in enumerate(layers) if layer.over_time and layer.over_time.truncate]
    if not cut:
        return network, []
    whole = copy(network)
    whole.layers = [replace(one, truncate=0) if i in cut else one for i, one in enumerate(layers)]
    return whole, [network.names[i] for i in cut]


__all__ = ["NOT_FINITE", "ByInput", "has_z", "untruncated"]
