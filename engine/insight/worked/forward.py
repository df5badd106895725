"""What a unit says, and what it was made of, by kind of layer."""

from collections.abc import Callable
from itertools import product

import numpy as np

from .functions import VALUES
from .line import Line, Walk
from .recurrent import step_lines
from .terms import Made, More, Number, Term, add, made, multiply, number, total

# Where exp of a weighted sum would overflow, the greatest is taken from all: the same quotient.
SAFE = 500.0


def forward_lines(walk: Walk, i: int) -> list[Line]:
    return FORWARD[walk.layers[i].kind](walk, i)


def activation_line(walk: Walk, i: int) -> Line:
    """a = f(z) of the unit; softmax over the last axis."""
    unit, name = walk.unit(i), walk.layers[i].function
    a = walk.came_out(i, unit)
    if walk.is_off(i, unit):
        return walk.line("off", i, a.symbol, number(0.0), 0.0, stage="forward", at=a.at)
    if name == "softmax":
        term: Term = _softmax(walk, i)
    else:
        term = VALUES[name](walk.came_out(i, unit, "z"))
    return walk.line(f"activation.{name}", i, a.symbol, term, a.value, stage="forward", at=a.at)


def _softmax(walk: Walk, i: int) -> Term:
    unit = walk.unit(i)
    rest, mine = unit[:-1], unit[-1]
    z = walk.made.caches[i]["z"][(walk.n, *rest)].astype(np.float64)
    top = float(z.max()) if np.abs(z).max() > SAFE else 0.0

    def power(k: int) -> Term:
        leaf = walk.came_out(i, (*rest, k), "z")
        return made("exp", made("subtract", leaf, top) if top else leaf)

    return made("divide", power(mine), total(np.exp(z - top), power))


def weighted_sum(walk: Walk, i: int) -> Line:
    """z of a dense unit (at its step)."""
    unit = walk.unit(i)
    place, j = unit[:-1], unit[-1]
    weight = walk.made.parameters(i)["weight"][:, j].astype(np.float64)
    x = walk.made.inputs[i][(walk.n, *place)].astype(np.float64)
    term = total(
        x * weight,
        lambda k: multiply(walk.parameter(i, "weight", (k, j)), walk.came_in(i, (*place, k))),
        walk.parameter(i, "bias", (j,)),
    )
    z = walk.came_out(i, unit, "z")
    return walk.line("weighted_sum", i, z.symbol, term, z.value, stage="forward", at=z.at)


def dense(walk: Walk, i: int) -> list[Line]:
    return [weighted_sum(walk, i), activation_line(walk, i)]


Pixel = tuple[int, int]


def window(walk: Walk, i: int) -> list[tuple[Pixel, Pixel]]:
    """Every place (u, v) of the window of the unit looked at that lies in the image, with its pixel."""
    unit = walk.unit(i)
    return seen_from(walk, i, unit[0], unit[1])


def seen_from(walk: Walk, i: int, row: int, column: int) -> list[tuple[Pixel, Pixel]]:
    """As `window`, of any position."""
    size, stride, dilation = walk.layers[i].window
    height, width = walk.made.network.shapes[i][:2]
    _, before, _ = walk.layers[i].geometry(walk.made.network.shapes[i])
    top, left = row * stride - before[0], column * stride - before[1]
    return [
        ((u, v), (top + u * dilation, left + v * dilation))
        for u, v in product(range(size), repeat=2)
        if 0 <= top + u * dilation < height and 0 <= left + v * dilation < width
    ]


def conv2d(walk: Walk, i: int) -> list[Line]:
    layer, unit = walk.layers[i], walk.unit(i)
    f = unit[2]
    weight = walk.made.parameters(i)["weight"]
    channels = weight.shape[2]
    first = f // (layer.filters // layer.groups) * channels
    pairs = [
        ((u, v, c), (r, s, first + c))
        for (u, v), (r, s) in window(walk, i)
        for c in range(channels)
    ]
    x = walk.made.inputs[i][walk.n]
    values = [float(x[pixel]) * float(weight[(*place, f)]) for place, pixel in pairs]
    term = total(
        values,
        lambda k: multiply(
            walk.parameter(i, "weight", (*pairs[k][0], f)), walk.came_in(i, pairs[k][1])
        ),
        walk.parameter(i, "bias", (f,)),
    )
    z = walk.came_out(i, unit, "z")
    return [
        walk.line("window_sum", i, z.symbol, term, z.value, stage="forward", at=z.at),
        activation_line(walk, i),
    ]


def max_pool2d(walk: Walk, i: int) -> list[Line]:
    unit = walk.unit(i)
    pixels = [walk.came_in(i, (*pixel, unit[2])) for _, pixel in window(walk, i)]
    return [_plain(walk, i, "largest", _few("max", pixels))]


def avg_pool2d(walk: Walk, i: int) -> list[Line]:
    unit = walk.unit(i)
    pixels = [walk.came_in(i, (*pixel, unit[2])) for _, pixel in window(walk, i)]
    return [_plain(walk, i, "mean", _mean_of(pixels))]


def global_avg_pool2d(walk: Walk, i: int) -> list[Line]:
    (c,) = walk.unit(i)
    height, width, _ = walk.made.network.shapes[i]
    pixels = [walk.came_in(i, (r, s, c)) for r, s in product(range(height), range(width))]
    return [_plain(walk, i, "mean", _mean_of(pixels))]


def _few(op: str, numbers: list[Number], shown: int = 9) -> Term:
    """max or min of those that could be it: the largest."""
    kept = sorted(range(len(numbers)), key=lambda k: -numbers[k].value)[:shown]
    of = tuple(numbers[k] for k in sorted(kept))
    more = More(len(numbers) - len(of), 0.0) if len(numbers) > len(of) else None
    return Made(op, of, more)


def _mean_of(numbers: list[Number]) -> Term:
    return made(
        "divide", total([x.value for x in numbers], lambda k: numbers[k]), float(len(numbers))
    )


def flatten(walk: Walk, i: int) -> list[Line]:
    shape = walk.made.network.shapes[i]
    place = tuple(int(k) for k in np.unravel_index(walk.unit(i)[0], shape))
    return [_plain(walk, i, "laid_out", walk.came_in(i, place))]


def dropout(walk: Walk, i: int) -> list[Line]:
    unit = walk.unit(i)
    x = walk.came_in(i, unit)
    mask = mask_of(walk, i, unit)
    notes = ("dropped",) if mask.value == 0 else ()
    return [_plain(walk, i, "dropout", multiply(x, mask), notes)]


def mask_of(walk: Walk, i: int, unit: tuple[int, ...], n: int | None = None) -> Number:
    """0 where the unit was silenced in this update, else 1 / (1 - rate)."""
    scale = walk.made.caches[i].get("scale")
    sample = walk.n if n is None else n
    value = 1.0 if scale is None else float(scale[(sample, *unit)])
    return number(value, walk.symbol("m", i, unit, n), walk.at(i, "scale", unit, n))


def batch_norm(walk: Walk, i: int) -> list[Line]:
    """Mean and variance over the batch (and over places), of the unit's channel."""
    unit, cache, name = walk.unit(i), walk.made.caches[i], walk.names[i]
    c = unit[-1]
    if not cache["batch"]:
        mean = walk.parameter(i, "running_mean", (c,))
        variance = walk.parameter(i, "running_variance", (c,))
        return _normalized(walk, i, mean, variance, c, [])
    x = walk.made.inputs[i][..., c].astype(np.float64)
    places = list(np.ndindex(*x.shape))
    several = walk.batch > 1

    def one(k: int) -> Number:
        n, *rest = places[k]
        return walk.came_in(i, (*rest, c), n if several else None)

    return _statistics(walk, i, x.reshape(-1), one, c, name)


def layer_norm(walk: Walk, i: int) -> list[Line]:
    """Mean and variance over the last axis of the sample itself."""
    unit, name = walk.unit(i), walk.names[i]
    place, c = unit[:-1], unit[-1]
    x = walk.made.inputs[i][(walk.n, *place)].astype(np.float64)
    return _statistics(walk, i, x, lambda k: walk.came_in(i, (*place, k)), c, name)


def _statistics(
    walk: Walk, i: int, x: np.ndarray, one: Callable[[int], Number], c: int, name: str
) -> list[Line]:
    mean_symbol, variance_symbol = walk.symbol("μ", i, ()), walk.symbol("σ²", i, ())
    count = float(len(x))
    mean = number(x.mean(), mean_symbol)
    squares = (x - mean.value) ** 2
    variance = number(squares.mean(), variance_symbol)
    lines = [
        walk.line(
            "norm_mean", i, mean_symbol, made("divide", total(x, one), count), mean.value,
            stage="forward",
        ),
        walk.line(
            "norm_variance", i, variance_symbol,
            made(
                "divide",
                total(squares, lambda k: made("power", made("subtract", one(k), mean), 2)),
                count,
            ),
            variance.value,
            stage="forward",
        ),
    ]  # fmt: skip
    return _normalized(walk, i, mean, variance, c, lines)


def _normalized(
    walk: Walk, i: int, mean: Number, variance: Number, c: int, before: list[Line]
) -> list[Line]:
    unit, layer = walk.unit(i), walk.layers[i]
    normal = normal_of(walk, i, unit)
    deviation = made("sqrt", add(variance, number(layer.epsilon, "ε")))
    centred = made("subtract", walk.came_in(i, unit), mean)
    a = walk.came_out(i, unit)
    return [
        *before,
        walk.line(
            "normal", i, normal.symbol, made("divide", centred, deviation), normal.value,
            stage="forward", at=normal.at,
        ),
        walk.line(
            "scaled", i, a.symbol,
            add(
                multiply(walk.parameter(i, "weight", (c,)), normal),
                walk.parameter(i, "bias", (c,)),
            ),
            a.value, stage="forward", at=a.at,
        ),
    ]  # fmt: skip


def normal_of(walk: Walk, i: int, unit: tuple[int, ...], n: int | None = None) -> Number:
    sample = walk.n if n is None else n
    value = float(walk.made.caches[i]["normal"][(sample, *unit)])
    return number(value, walk.symbol("n", i, unit, n), walk.at(i, "normal", unit, n))


def embedding(walk: Walk, i: int) -> list[Line]:
    t, d = walk.unit(i)
    token = int(walk.made.inputs[i][walk.n, t])
    return [_plain(walk, i, "looked_up", walk.parameter(i, "weight", (token, d)))]


def residual(walk: Walk, i: int) -> list[Line]:
    unit = walk.unit(i)
    z = walk.came_out(i, unit, "z")
    term = add(walk.came_in(i, unit), walk.came_in(i - walk.layers[i].span, unit))
    return [
        walk.line("added", i, z.symbol, term, z.value, stage="forward", at=z.at),
        activation_line(walk, i),
    ]


def activation(walk: Walk, i: int) -> list[Line]:
    unit = walk.unit(i)
    z = walk.came_out(i, unit, "z")
    return [
        walk.line("given", i, z.symbol, walk.came_in(i, unit), z.value, stage="forward", at=z.at),
        activation_line(walk, i),
    ]


def prelu(walk: Walk, i: int) -> list[Line]:
    unit = walk.unit(i)
    x = walk.came_in(i, unit)
    alpha = walk.parameter(i, "slope", unit[-1:])
    return [_plain(walk, i, "prelu", x if x.value > 0 else multiply(alpha, x))]


def _plain(walk: Walk, i: int, what: str, term: Term, notes: tuple[str, ...] = ()) -> Line:
    a = walk.came_out(i, walk.unit(i))
    return walk.line(what, i, a.symbol, term, a.value, stage="forward", at=a.at, notes=notes)


FORWARD: dict[str, Callable[[Walk, int], list[Line]]] = {
    "dense": dense, "output": dense, "conv2d": conv2d, "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d, "global_avg_pool2d": global_avg_pool2d, "flatten": flatten,
    "dropout": dropout, "batch_norm": batch_norm, "layer_norm": layer_norm,
    "embedding": embedding, "simple_rnn": step_lines, "lstm": step_lines, "gru": step_lines,
    "residual": residual, "activation": activation, "prelu": prelu,
}  # fmt: skip
