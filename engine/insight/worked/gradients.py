"""The gradient of one number of a layer: a sum over the batch, and over places or steps."""

from collections.abc import Callable
from itertools import product

import numpy as np

from . import recurrent
from .forward import normal_of, seen_from
from .line import Index, Line, Walk
from .terms import Term, made, multiply, number, total


def gradient_line(walk: Walk, i: int, part: str, index: Index) -> Line:
    """dL/dw before clipping and penalties."""
    g = walk.made.gradients(i)[part]
    term = GRADIENTS[walk.layers[i].kind](walk, i, part, index)
    left = f"d{walk.letter(i, part, index)}"
    return walk.line("gradient", i, left, term, float(g[index]), stage="update")


def _samples(walk: Walk) -> list[tuple[int, int | None]]:
    """Every sample's place in the batch, and what it is called where there are several."""
    return [(n, n if walk.batch > 1 else None) for n in range(walk.batch)]


def _each(
    walk: Walk,
    i: int,
    column: int,
    factor: Callable[[int, Index], float],
    leaf: Callable[[int | None, Index], Term] | None,
) -> Term:
    """The sum of factor times delta of one unit (or channel) over samples and places."""
    deltas = walk.deltas(i)
    places = list(np.ndindex(*deltas.shape[1:-1]))
    found = [(n, called, place) for n, called in _samples(walk) for place in places]
    values = [factor(n, place) * float(deltas[(n, *place, column)]) for n, _, place in found]

    def one(k: int) -> Term:
        _, called, place = found[k]
        delta = walk.delta(i, (*place, column), called)
        return delta if leaf is None else multiply(leaf(called, place), delta)

    return total(values, one)


def _dense(walk: Walk, i: int, part: str, index: Index) -> Term:
    if part == "bias":
        return _each(walk, i, index[0], lambda n, place: 1.0, None)
    k, j = index
    x = walk.made.inputs[i]
    return _each(
        walk, i, j, lambda n, place: float(x[(n, *place, k)]),
        lambda called, place: walk.came_in(i, (*place, k), called),
    )  # fmt: skip


def _conv2d(walk: Walk, i: int, part: str, index: Index) -> Term:
    if part == "bias":
        return _each(walk, i, index[0], lambda n, place: 1.0, None)
    u, v, c, f = index
    layer = walk.layers[i]
    channel = f // (layer.filters // layer.groups) * walk.made.parameters(i)["weight"].shape[2] + c
    x, deltas = walk.made.inputs[i], walk.deltas(i)
    rows, columns = walk.made.network.shapes[i + 1][:2]
    pixels = {
        (r, s): dict(seen_from(walk, i, r, s)).get((u, v))
        for r, s in product(range(rows), range(columns))
    }
    found = [
        (n, called, unit, (*pixel, channel))
        for n, called in _samples(walk)
        for unit, pixel in pixels.items()
        if pixel is not None
    ]
    return total(
        [float(x[(n, *at)]) * float(deltas[(n, *unit, f)]) for n, _, unit, at in found],
        lambda k: multiply(
            walk.came_in(i, found[k][3], found[k][1]),
            walk.delta(i, (*found[k][2], f), found[k][1]),
        ),
    )


def _norm(walk: Walk, i: int, part: str, index: Index) -> Term:
    c = index[0]
    if part == "bias":
        return _each(walk, i, c, lambda n, place: 1.0, None)
    normal = walk.made.caches[i]["normal"]
    return _each(
        walk, i, c, lambda n, place: float(normal[(n, *place, c)]),
        lambda called, place: normal_of(walk, i, (*place, c), called),
    )  # fmt: skip


def _prelu(walk: Walk, i: int, part: str, index: Index) -> Term:
    c = index[0]
    x = walk.made.inputs[i]
    return _each(
        walk, i, c, lambda n, place: min(0.0, float(x[(n, *place, c)])),
        lambda called, place: made("min", 0, walk.came_in(i, (*place, c), called)),
    )  # fmt: skip


def _embedding(walk: Walk, i: int, part: str, index: Index) -> Term:
    """Only the steps with that token."""
    token, d = index
    tokens, deltas = walk.made.inputs[i], walk.deltas(i)
    found = [
        (n, called, t)
        for n, called in _samples(walk)
        for t in np.flatnonzero(tokens[n] == token).tolist()
    ]
    if not found:
        return number(0)
    return total(
        [float(deltas[n, t, d]) for n, _, t in found],
        lambda k: walk.delta(i, (found[k][2], d), found[k][1]),
    )


GRADIENTS: dict[str, Callable[[Walk, int, str, Index], Term]] = {
    "dense": _dense, "output": _dense, "conv2d": _conv2d, "batch_norm": _norm,
    "layer_norm": _norm, "prelu": _prelu, "embedding": _embedding,
    "simple_rnn": recurrent.gradient, "lstm": recurrent.gradient, "gru": recurrent.gradient,
}  # fmt: skip


def place_of(walk: Walk, i: int, part: str) -> Index:
    """The number of a parameter that is looked at: asked for, or that of the unit looked at and of
    what feeds it most."""
    asked = walk.places.get(f"{walk.names[i]}.{part}")
    return asked if asked is not None else PLACES.get(walk.layers[i].kind, _channel)(walk, i, part)


def _channel(walk: Walk, i: int, part: str) -> Index:
    return walk.unit(i)[-1:]


def _dense_place(walk: Walk, i: int, part: str) -> Index:
    j = walk.unit(i)[-1]
    if part == "bias":
        return (j,)
    before = walk.unit(i - 1) if i else ()
    inputs = walk.made.parameters(i)["weight"].shape[0]
    if i and len(before) == 1 and before[0] < inputs:
        return before[0], j
    place = walk.unit(i)[:-1]
    return int(np.abs(walk.made.inputs[i][(walk.n, *place)]).argmax()) if i else 0, j


def _conv_place(walk: Walk, i: int, part: str) -> Index:
    f = walk.unit(i)[2]
    size = walk.layers[i].kernel_size
    return (f,) if part == "bias" else (size // 2, size // 2, 0, f)


def _embedding_place(walk: Walk, i: int, part: str) -> Index:
    t, d = walk.unit(i)
    return int(walk.made.inputs[i][walk.n, t]), d


def _recurrent_place(walk: Walk, i: int, part: str) -> Index:
    u = walk.unit(i)[1] % walk.layers[i].units
    return (u,) if part.endswith("bias") else (0, u)


PLACES: dict[str, Callable[[Walk, int, str], Index]] = {
    "dense": _dense_place, "output": _dense_place, "conv2d": _conv_place,
    "embedding": _embedding_place, "simple_rnn": _recurrent_place, "lstm": _recurrent_place,
    "gru": _recurrent_place,
}  # fmt: skip
