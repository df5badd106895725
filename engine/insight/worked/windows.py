"""What one cell of a feature map sees: its window of the input, and what goes back through it.

Where the lines show the largest terms of a sum, this has them all, as arrays to be drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .forward import window
from .line import Index, Walk

MOST = 2048  # places that are told: of deeper windows those of the first channels


@dataclass(frozen=True, slots=True)
class Window:
    """Of the cell looked at, `unit`: (row, column, channel). Lists go by the pixels it sees that lie in the
    image, row by row; `of` says how many they are where not all are told.

    pixels: (row, column, channel) in the layer's input  places: (row, column, channel) in the window, of a
    convolution's the weight's first three indices  inputs: what stands there
    weights, products, bias: of a convolution; value = sum of products + bias is its z, of a pool its a
    won: which of them is the largest, of a max pool  delta: dL/dz of the cell, of a pool dL/da
    back: what this cell alone gives back to each pixel; a pixel's dL/da is the sum over the cells that see it
    teaches: what it adds to the gradient of each weight, in this sample: delta times what stands there
    """

    unit: Index
    of: int
    pixels: list[Index]
    places: list[Index]
    inputs: list[float]
    weights: list[float] | None
    products: list[float] | None
    bias: float | None
    value: float
    won: int | None
    delta: float
    back: list[float]
    teaches: list[float] | None


def windows(walk: Walk) -> dict[str, Window]:
    """Of every layer whose cells look through a window, by name."""
    return {
        walk.names[i]: WINDOWS[layer.kind](walk, i)
        for i, layer in enumerate(walk.layers)
        if layer.kind in WINDOWS
    }


def _inputs(walk: Walk, i: int, pixels: list[Index]) -> list[float]:
    x = walk.made.inputs[i][walk.n]
    return [float(x[pixel]) for pixel in pixels]


def _delta(walk: Walk, i: int) -> float:
    return float(walk.deltas(i)[(walk.n, *walk.unit(i))])


def _conv2d(walk: Walk, i: int) -> Window:
    layer, unit = walk.layers[i], walk.unit(i)
    f = unit[2]
    parameters = walk.parameters(i)
    channels = parameters["weight"].shape[2]
    first = f // (layer.filters // layer.groups) * channels
    seen = window(walk, i)
    told = max(1, min(channels, MOST // max(1, len(seen))))
    pairs = [((u, v, c), (r, s, first + c)) for (u, v), (r, s) in seen for c in range(told)]
    places, pixels = [place for place, _ in pairs], [pixel for _, pixel in pairs]
    inputs, delta = _inputs(walk, i, pixels), _delta(walk, i)
    weights = [float(parameters["weight"][(*place, f)]) for place in places]
    return Window(
        unit, len(seen) * channels, pixels, places, inputs, weights,
        [x * w for x, w in zip(inputs, weights, strict=True)],
        float(parameters["bias"][f]), walk.came_out(i, unit, "z").value, None, delta,
        [delta * w for w in weights], [delta * x for x in inputs],
    )  # fmt: skip


def _pool(walk: Walk, i: int, won: int | None, share: Callable[[int, int], float]) -> Window:
    """`share`: which part of its delta a pool gives to the k-th of its pixels, of so many."""
    unit = walk.unit(i)
    seen = window(walk, i)
    pixels: list[Index] = [(*pixel, unit[2]) for _, pixel in seen]
    delta = _delta(walk, i)
    return Window(
        unit, len(seen), pixels, [(*place, 0) for place, _ in seen], _inputs(walk, i, pixels), None,
        None, None, walk.came_out(i, unit).value, won, delta,
        [delta * share(k, len(seen)) for k in range(len(seen))], None,
    )  # fmt: skip


def _max_pool2d(walk: Walk, i: int) -> Window:
    size = walk.layers[i].pool_size
    place = divmod(int(walk.made.caches[i]["places"][(walk.n, *walk.unit(i))]), size)
    won = next(k for k, (seen, _) in enumerate(window(walk, i)) if seen == place)
    return _pool(walk, i, won, lambda k, count: float(k == won))


def _avg_pool2d(walk: Walk, i: int) -> Window:
    return _pool(walk, i, None, lambda k, count: 1 / count)


WINDOWS: dict[str, Callable[[Walk, int], Window]] = {
    "conv2d": _conv2d, "max_pool2d": _max_pool2d, "avg_pool2d": _avg_pool2d,
}  # fmt: skip

__all__ = ["Window", "windows"]
