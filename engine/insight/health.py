"""What is measured of every layer."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..activations import FLAT_SLOPE, activation
from .backprop import Array, Backprop
from .flow import by_layer

FLAT_SAMPLES = 0.9


@dataclass(frozen=True, slots=True)
class Health:
    """Of one layer; None where it means nothing. `gradient_rms` and `weight_rms` are over its
    weights without biases, `dead` and `saturated` shares of its units, `memory` the share of the last time
    step's gradient that reaches the first."""

    gradient_rms: float | None = None
    weight_rms: float | None = None
    dead: float | None = None
    saturated: float | None = None
    memory: float | None = None


def measured(made: Backprop) -> dict[str, Health]:
    network = made.network
    decaying = [range(start, stop) for start, stop, _, _ in network.decaying()]
    places = by_layer(entry for entry in network.layout if any(entry.offset in r for r in decaying))
    found = {}
    for i, (name, layer) in enumerate(zip(network.names, network.layers, strict=True)):
        mine = places.get(name, [])
        dead, saturated = _shares(layer, made, i)
        found[name] = Health(
            _rms([made.gradient[part] for part in mine]),
            _rms([made.vector[part] for part in mine]),
            dead,
            saturated,
            _memory(layer, made, i),
        )
    return found


def _rms(parts: list[Array]) -> float | None:
    whole = np.concatenate(parts) if parts else np.zeros(0)
    return float(np.sqrt((whole * whole).mean())) if len(whole) else None


def _shares(layer: Any, made: Backprop, i: int) -> tuple[float | None, float | None]:
    """Shares of dead and of saturated units; a unit is one place of the last axis."""
    record = activation(layer.function) if layer.function else None
    cache = made.caches[i]
    a = cache["kept"]["h"] if "kept" in cache else cache["a"]
    z = cache.get("z", a)
    a, z = (array.reshape(-1, array.shape[-1]) for array in (a, z))
    dead = float((a == 0).all(axis=0).mean()) if record and record.dies else None
    # Of the output it is the aim to be sure, and its loss sees past the flat part.
    if not record or not record.saturates or layer is made.network.output:
        return dead, None
    slope = np.abs(record.slope(z, a))
    flat = (slope < FLAT_SLOPE * (record.steepest or 1)).mean(axis=0) >= FLAT_SAMPLES
    return dead, float(flat.mean())


def _memory(layer: Any, made: Backprop, i: int) -> float | None:
    """How much of a gradient that comes in at the last step reaches the first step's input.

    Truncation cuts it on purpose, so nothing is said then; of two directions the first is looked at.
    """
    time = layer.over_time
    if time is None or time.truncate:
        return None
    came = np.zeros_like(made.back[i])
    mine = slice(0, came.shape[-1] // (2 if time.both_ways else 1))
    if time.every_step:
        came[:, -1, mine] = made.back[i].sum(axis=1)[:, mine]
    else:
        came[:, mine] = made.back[i][:, mine]
    dx = made.given_back(i, came, first=True)
    if dx is None or dx.shape[1] < 2:
        return None
    first, last = (float(np.sqrt((dx[:, t] ** 2).sum())) for t in (0, -1))
    return first / last if last > 0 else None


__all__ = ["Health", "measured"]
