"""What comes back to a unit, its delta, and the gradients, by kind of layer.

δ is dL/dz where a layer has an activation, else dL/da, as in the trace.
"""

from collections.abc import Callable
from itertools import product

import numpy as np

from . import recurrent
from .forward import mask_of, normal_of, seen_from
from .functions import SLOPES
from .line import Array, Index, Line, Walk
from .terms import Number, Term, add, made, multiply, number, total, value_of

# A curve flatter than this share of its steepest slope stops nearly all of the error.
FLAT = 0.05


def backward_lines(walk: Walk, i: int) -> list[Line]:
    """Of a hidden layer: what came back to its unit, and the delta that this makes."""
    unit, layer = walk.unit(i), walk.layers[i]
    came, term = came_back(walk, i, unit)
    if layer.over_time:
        gives = layer.over_time.every_step or _is_last(walk, i, unit)
        lines = (
            [walk.line("came_back", i, came.symbol, term, came.value, stage="backward")]
            if gives
            else []
        )
        return lines + recurrent.back_lines(walk, i, term, came.value)
    has_slope = layer.function is not None and "z" in walk.made.caches[i]
    if not has_slope:
        delta = walk.delta(i, unit)
        return [
            walk.line(
                "came_back", i, delta.symbol, term, delta.value, stage="backward", at=delta.at
            )
        ]
    return [
        walk.line("came_back", i, came.symbol, term, came.value, stage="backward", at=came.at),
        delta_line(walk, i, unit, came),
    ]  # fmt: skip


def _is_last(walk: Walk, i: int, unit: Index) -> bool:
    """Whether a recurrent layer hands on the state of that step."""
    t, u = unit
    return t == (0 if u >= walk.layers[i].units else walk.shape(i)[0] - 1)


def handed_on(walk: Walk, i: int, unit: Index) -> Index:
    """The place of a unit in what leaves its layer."""
    layer = walk.layers[i]
    return unit[1:] if layer.over_time and not layer.over_time.every_step else unit


def came_back(walk: Walk, i: int, unit: Index) -> tuple[Number, Term]:
    """dL/da of a hidden layer's unit, and what it is made of: what the next layer gives back, and
    residual layers further on."""
    place = handed_on(walk, i, unit)
    symbol, at = walk.symbol("da", i, unit), walk.at(i, "da", place)
    if walk.layers[i].over_time and not (
        walk.layers[i].over_time.every_step or _is_last(walk, i, unit)
    ):
        return number(0.0, symbol), number(0.0)
    value = float(walk.made.back[i][(walk.n, *place)])
    term = BACK[walk.layers[i + 1].kind](walk, i + 1, place)
    owed = [
        walk.delta(j, place)
        for j in range(i + 2, len(walk.layers))
        if walk.layers[j].earlier and j - walk.layers[j].earlier == i + 1
    ]
    return number(value, symbol, at), add(term, *owed)


def delta_line(walk: Walk, i: int, unit: Index, came: Number) -> Line:
    """δ = da f'(z)"""
    delta = walk.delta(i, unit)
    if walk.is_off(i, unit):
        return walk.line(
            "off_back", i, delta.symbol, number(0.0), 0.0, stage="backward", at=delta.at
        )
    slope = slope_of(walk, i, unit)
    term = softmax_back(walk, i, unit) if slope is None else multiply(came, slope)
    return walk.line(
        "delta", i, delta.symbol, term, delta.value, stage="backward", at=delta.at,
        notes=_notes(slope),
    )  # fmt: skip


def _notes(slope: Term | None) -> tuple[str, ...]:
    if slope is None:
        return ()
    found = value_of(slope)
    return ("stopped",) if found == 0 else ("flat",) if abs(found) < FLAT else ()


def slope_of(walk: Walk, i: int, unit: Index) -> Term | None:
    """f'(z), 0 of a unit that is off; None of softmax, which couples its units."""
    if walk.is_off(i, unit):
        return number(0.0)
    name = walk.layers[i].function
    if name == "softmax":
        return None
    return SLOPES[name](walk.came_out(i, unit, "z"), walk.came_out(i, unit))


def softmax_back(walk: Walk, i: int, unit: Index) -> Term:
    """a_j (da_j - sum over k of a_k da_k)"""
    *rest, j = unit
    a = walk.made.caches[i]["a"][(walk.n, *rest)].astype(np.float64)
    da = walk.made.back[i][(walk.n, *rest)].astype(np.float64)

    def back(k: int) -> Number:
        letter = "dy" if i == walk.last else "da"
        symbol = (
            walk.output_symbol(letter, (*rest, k)) if i == walk.last
            else walk.symbol(letter, i, (*rest, k))
        )  # fmt: skip
        return number(da[k], symbol, walk.at(i, "da", (*rest, k)))

    shared = total(a * da, lambda k: multiply(walk.came_out(i, (*rest, k)), back(k)))
    return multiply(walk.came_out(i, unit), made("subtract", back(j), shared))


# dL/dx of layer i at a place of its input.


def _dense(walk: Walk, i: int, place: Index) -> Term:
    *rest, k = place
    weight = walk.made.parameters(i)["weight"][k].astype(np.float64)
    delta = walk.deltas(i)[(walk.n, *rest)].astype(np.float64)
    return total(
        weight * delta,
        lambda j: multiply(walk.parameter(i, "weight", (k, j)), walk.delta(i, (*rest, j))),
    )


def _conv2d(walk: Walk, i: int, place: Index) -> Term:
    layer = walk.layers[i]
    row, column, c = place
    weight, delta = walk.made.parameters(i)["weight"], walk.deltas(i)[walk.n]
    channels = weight.shape[2]
    group = c // channels
    block = layer.filters // layer.groups
    found = [
        ((u, v, c % channels, f), (r, s, f))
        for (u, v), (r, s) in _windows_over(walk, i, row, column)
        for f in range(group * block, (group + 1) * block)
    ]
    return total(
        [float(weight[at]) * float(delta[unit]) for at, unit in found],
        lambda k: multiply(walk.parameter(i, "weight", found[k][0]), walk.delta(i, found[k][1])),
    )


def _windows_over(
    walk: Walk, i: int, row: int, column: int
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The windows that see a pixel: (where in the window, which window)."""
    layer = walk.layers[i]
    shape = walk.made.network.shapes
    size, stride, dilation = layer.window
    _, before, _ = layer.geometry(shape[i])
    found: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for u, v in product(range(size), repeat=2):
        top, left = row + before[0] - u * dilation, column + before[1] - v * dilation
        if top % stride or left % stride:
            continue
        r, s = top // stride, left // stride
        if 0 <= r < shape[i + 1][0] and 0 <= s < shape[i + 1][1]:
            found.append(((u, v), (r, s)))
    return found


def _max_pool2d(walk: Walk, i: int, place: Index) -> Term:
    """Only the windows that this pixel won give back to it."""
    row, column, c = place
    size = walk.layers[i].pool_size
    places = walk.made.caches[i]["places"][walk.n]
    won = [
        (r, s, c)
        for (u, v), (r, s) in _windows_over(walk, i, row, column)
        if int(places[r, s, c]) == u * size + v
    ]
    if not won:
        return number(0)
    return add(*(walk.delta(i, unit) for unit in won))


def _avg_pool2d(walk: Walk, i: int, place: Index) -> Term:
    row, column, c = place
    found = [(r, s) for _, (r, s) in _windows_over(walk, i, row, column)]
    if not found:
        return number(0)
    return add(
        *(
            made("divide", walk.delta(i, (r, s, c)), float(len(seen_from(walk, i, r, s))))
            for r, s in found
        )
    )


def _global_avg_pool2d(walk: Walk, i: int, place: Index) -> Term:
    height, width, _ = walk.made.network.shapes[i]
    return made("divide", walk.delta(i, place[2:]), float(height * width))


def _flatten(walk: Walk, i: int, place: Index) -> Term:
    shape = walk.made.network.shapes[i]
    return walk.delta(i, (int(np.ravel_multi_index(place, shape)),))


def _dropout(walk: Walk, i: int, place: Index) -> Term:
    return multiply(walk.delta(i, place), mask_of(walk, i, place))


def _same(walk: Walk, i: int, place: Index) -> Term:
    return walk.delta(i, place)


def _prelu(walk: Walk, i: int, place: Index) -> Term:
    if walk.came_in(i, place).value > 0:
        return walk.delta(i, place)
    return multiply(walk.delta(i, place), walk.parameter(i, "slope", place[-1:]))


def _batch_norm(walk: Walk, i: int, place: Index) -> Term:
    cache, c = walk.made.caches[i], place[-1]
    gamma = walk.parameter(i, "weight", (c,))
    inverse = float(cache["inverse"].reshape(-1)[c])
    if not cache["batch"]:
        return multiply(walk.delta(i, place), gamma, number(inverse, _one_over_sigma(walk, i)))
    delta = walk.deltas(i)[..., c].astype(np.float64)
    return _normalized(walk, i, place, gamma, inverse, delta * gamma.value, cache["normal"][..., c])


def _layer_norm(walk: Walk, i: int, place: Index) -> Term:
    cache, (*rest, c) = walk.made.caches[i], place
    here = (walk.n, *rest)
    inverse = float(cache["inverse"][here][0])
    weights = walk.made.parameters(i)["weight"].astype(np.float64)
    delta = walk.deltas(i)[here].astype(np.float64)
    gamma = walk.parameter(i, "weight", (c,))
    return _normalized(walk, i, place, gamma, inverse, delta * weights, cache["normal"][here])


def _one_over_sigma(walk: Walk, i: int) -> str:
    return walk.symbol("1/σ", i, ())


def _normalized(
    walk: Walk, i: int, place: Index, gamma: Number, inverse: float, d: Array, normal: Array
) -> Term:
    """(δ γ - mean d - n mean(d n)) / σ, with d = δ γ of all that share mean and deviation"""
    mean = number(d.mean(), walk.symbol("d̄", i, ()))
    shared = number((d * normal.astype(np.float64)).mean(), walk.symbol("d̄n", i, ()))
    n = normal_of(walk, i, place)
    inner = made(
        "subtract",
        made("subtract", multiply(walk.delta(i, place), gamma), mean),
        multiply(n, shared),
    )
    return multiply(number(inverse, _one_over_sigma(walk, i)), inner)


BACK: dict[str, Callable[[Walk, int, Index], Term]] = {
    "dense": _dense, "output": _dense, "conv2d": _conv2d, "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d, "global_avg_pool2d": _global_avg_pool2d, "flatten": _flatten,
    "dropout": _dropout, "residual": _same, "activation": _same, "prelu": _prelu,
    "batch_norm": _batch_norm, "layer_norm": _layer_norm, "simple_rnn": recurrent.to_input,
    "lstm": recurrent.to_input, "gru": recurrent.to_input,
}  # fmt: skip
