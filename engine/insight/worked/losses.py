"""The loss of a sample and of the batch, and the error at the output, by kind of loss."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from ...losses import FOCAL_GAMMA, HUBER_DELTA, LABEL_SMOOTHING
from ...weighting import shares
from .backward import delta_line
from .line import Index, Line, Walk
from .terms import Number, Term, add, made, multiply, number, total, value_of

LEAST = 1e-30  # of a probability whose logarithm is taken


def loss_lines(walk: Walk) -> list[Line]:
    """The sample's loss, and the batch's where it has several samples."""
    last, record = walk.last, walk.made.network.loss_record
    alone = walk.made.losses(walk.twin.targets[walk.rows])
    mine = number(alone[walk.n], f"L_{walk.n + 1}" if walk.batch > 1 else "L")
    lines = [
        walk.line(
            f"loss.{record.name}", last, mine.symbol, LOSSES[record.name](walk), mine.value,
            stage="loss",
        )
    ]  # fmt: skip
    if walk.batch > 1:
        shares = _shares(walk)
        whole = total(
            [loss * share for loss, share in zip(alone, shares, strict=True)],
            lambda n: multiply(shares[n], number(alone[n], f"L_{n + 1}")),
        )
        lines.append(walk.line("batch_loss", last, "L", whole, walk.made.loss, stage="loss"))
    return lines


def _shares(walk: Walk) -> list[float]:
    """How much of the batch's mean each sample is."""
    return _parts(walk).reshape(walk.batch, -1).sum(axis=1).tolist()


def _parts(walk: Walk) -> Any:
    """The same, of sequences of each step."""
    network = walk.made.network
    return shares(network.loss_record, network.class_weights, walk.twin.targets[walk.rows])


def error_lines(walk: Walk) -> list[Line]:
    """δ of the output's unit: at once where the loss belongs to its activation, else through it."""
    last, unit = walk.last, walk.unit(walk.last)
    record = walk.made.network.loss_record
    if record.fused:
        delta = walk.delta(last, unit)
        return [
            walk.line(
                f"output_delta.{record.name}", last, delta.symbol, ERRORS[record.name](walk),
                delta.value, stage="backward", at=delta.at,
            )
        ]  # fmt: skip
    value = float(walk.made.back[last][(walk.n, *unit)])
    came = number(value, walk.output_symbol("dy", unit), walk.at(last, "da", unit))
    return [
        walk.line(
            f"output_error.{record.name}", last, came.symbol, ERRORS[record.name](walk), value,
            stage="backward", at=came.at,
        ),
        delta_line(walk, last, unit, came),
    ]  # fmt: skip


def _y(walk: Walk, place: Index) -> Number:
    return walk.came_out(walk.last, place)


def _t(walk: Walk, place: Index) -> Number:
    targets = walk.twin.targets[walk.rows[walk.n]]
    return number(targets[place], walk.output_symbol("t", place), walk.at(walk.last, "t", place))


def _outputs(walk: Walk) -> list[Index]:
    return [(k,) for k in range(walk.made.network.shapes[-1][-1])]


def _mean(walk: Walk, one: Callable[[Index], Term]) -> Term:
    """Over the outputs."""
    places = _outputs(walk)
    terms = [one(place) for place in places]
    whole = total([value_of(term) for term in terms], lambda k: terms[k])
    return whole if len(places) == 1 else made("divide", whole, float(len(places)))


def _ln_y(walk: Walk, place: Index) -> Term:
    """ln y; from the sums where y itself has rounded to 0"""
    y = _y(walk, place)
    if y.value > LEAST:
        return made("ln", y)
    z = walk.made.caches[-1]["z"][(walk.n, *place[:-1])].astype(np.float64)
    top = float(z.max())
    return made(
        "subtract",
        walk.came_out(walk.last, place, "z"),
        add(top, made("ln", float(np.exp(z - top).sum()))),
    )


def _weighted_ln(walk: Walk, weights: list[float], symbol: str) -> Term:
    """-sum over k of weight_k ln y_k, over those that count"""
    kept = [k for k, weight in enumerate(weights) if weight]
    terms = [
        _ln_y(walk, (k,)) if weights[k] == 1
        else multiply(number(weights[k], f"{symbol}_{k + 1}"), _ln_y(walk, (k,)))
        for k in kept
    ]  # fmt: skip
    return made("negate", total([value_of(term) for term in terms], lambda k: terms[k]))


def _targets(walk: Walk) -> list[float]:
    return [_t(walk, place).value for place in _outputs(walk)]


def _cross_entropy(walk: Walk) -> Term:
    return _weighted_ln(walk, _targets(walk), "t")


def _smooth(walk: Walk) -> list[float]:
    t, weights = _targets(walk), walk.made.network.class_weights
    if weights is not None:
        return weights.softened(np.array([t]))[0].tolist()
    return [x * (1 - LABEL_SMOOTHING) + sum(t) * LABEL_SMOOTHING / len(t) for x in t]


def _kl(walk: Walk) -> Term:
    t = _targets(walk)
    kept = [k for k, x in enumerate(t) if x]
    terms = [
        multiply(_t(walk, (k,)), made("subtract", made("ln", _t(walk, (k,))), _ln_y(walk, (k,))))
        for k in kept
    ]
    return total([value_of(term) for term in terms], lambda k: terms[k])


def _focal(walk: Walk) -> Term:
    true = (int(np.argmax(_targets(walk))),)
    wrong = made("power", made("subtract", 1, _y(walk, true)), FOCAL_GAMMA)
    return made("negate", multiply(wrong, _ln_y(walk, true)))


def _binary(walk: Walk) -> Term:
    def one(place: Index) -> Term:
        """From z where y has rounded to 0 or 1."""
        t, y, z = _t(walk, place), _y(walk, place), walk.came_out(walk.last, place, "z")
        if y.value > LEAST and y.value < 1:
            return made(
                "negate",
                add(
                    multiply(t, made("ln", y)),
                    multiply(made("subtract", 1, t), made("ln", made("subtract", 1, y))),
                ),
            )
        return add(
            made("subtract", made("max", z, 0), multiply(t, z)),
            made("ln", add(1, made("exp", made("negate", made("abs", z))))),
        )

    return _mean(walk, one)


def _difference(walk: Walk, place: Index) -> Term:
    return made("subtract", _y(walk, place), _t(walk, place))


def _huber_one(walk: Walk, place: Index) -> Term:
    difference = _difference(walk, place)
    if abs(value_of(difference)) <= HUBER_DELTA:
        return multiply(0.5, made("power", difference, 2))
    return made("subtract", made("abs", difference), 0.5)


def _sequence(walk: Walk) -> Term:
    """The mean over the steps that are asked about."""
    t = walk.twin.targets[walk.rows[walk.n]]
    asked = np.flatnonzero(t >= 0).tolist()
    if not asked:
        return number(0)
    terms = [_ln_y(walk, (step, int(t[step]))) for step in asked]
    weights, count = walk.made.network.class_weights, float(len(asked))
    if weights is not None:
        mine = weights.by_class[t[asked].astype(np.int64)]
        terms = [
            multiply(number(w, f"w_{k + 1}"), term)
            for k, w, term in zip(asked, mine, terms, strict=True)
        ]
        count = float(mine.sum())
    whole = total([value_of(term) for term in terms], lambda k: terms[k])
    return made("divide", made("negate", whole), count)


LOSSES: dict[str, Callable[[Walk], Term]] = {
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy": _binary,
    "mse": lambda w: _mean(w, lambda place: made("power", _difference(w, place), 2)),
    "mae": lambda w: _mean(w, lambda place: made("abs", _difference(w, place))),
    "huber": lambda w: _mean(w, lambda place: _huber_one(w, place)),
    "hinge": lambda w: _mean(
        w,
        lambda place: made("max", 0, made("subtract", 1, multiply(_t(w, place), _y(w, place)))),
    ),
    "label_smoothing": lambda w: _weighted_ln(w, _smooth(w), "t̃"),
    "focal": _focal,
    "kl_divergence": _kl,
    "poisson": lambda w: _mean(
        w,
        lambda place: made(
            "subtract", _y(w, place), multiply(_t(w, place), w.came_out(w.last, place, "z"))
        ),
    ),
    "sequence_cross_entropy": _sequence,
}


def _over(term: Term, count: float) -> Term:
    return term if count == 1 else made("divide", term, float(count))


def _shared(walk: Walk, term: Term, outputs: int = 1) -> Term:
    """What it is of the batch's mean over samples (and outputs): over their number, or by the weight of the
    sample's class over that of them all."""
    weights = walk.made.network.class_weights
    if weights is None:
        return _over(term, walk.batch * outputs)
    of_each = weights.of(walk.twin.targets[walk.rows])
    return made(
        "divide",
        multiply(number(float(of_each[walk.n]), "w"), term),
        float(of_each.sum()) * outputs,
    )


def _size(walk: Walk) -> int:
    """Outputs that the loss is a mean over."""
    return prod(walk.made.network.shapes[-1])


def _softmax_error(walk: Walk) -> Term:
    """(y - t) / n, for targets that add up to 1"""
    return _shared(walk, _difference(walk, walk.unit(walk.last)))


def _smooth_error(walk: Walk) -> Term:
    unit = walk.unit(walk.last)
    softened = number(_smooth(walk)[unit[0]], walk.output_symbol("t̃", unit))
    y: Term = _y(walk, unit)
    if walk.made.network.class_weights is not None:  # then they do not add up to 1
        y = multiply(float(sum(_smooth(walk))), y)
    return _shared(walk, made("subtract", y, softened))


def _focal_error(walk: Walk) -> Term:
    unit = walk.unit(walk.last)
    true = (int(np.argmax(_targets(walk))),)
    p = _y(walk, true)
    wrong = made("subtract", 1, p)
    slope = made(
        "subtract",
        multiply(FOCAL_GAMMA, p, made("power", wrong, FOCAL_GAMMA - 1), _ln_y(walk, true)),
        made("power", wrong, FOCAL_GAMMA),
    )
    return _shared(walk, multiply(slope, made("subtract", _t(walk, unit), _y(walk, unit))))


def _sequence_error(walk: Walk) -> Term:
    t, k = walk.unit(walk.last)
    targets, weights = walk.twin.targets[walk.rows], walk.made.network.class_weights
    target = walk.twin.targets[walk.rows[walk.n]][t]
    if target < 0:
        return number(0)
    hot = number(float(target == k), walk.output_symbol("t", (t, k)))
    difference = made("subtract", _y(walk, (t, k)), hot)
    if weights is None:
        return _over(difference, max(1, int((targets >= 0).sum())))
    whole = float(weights.of_classes(targets.astype(np.int64)).sum())
    return made("divide", multiply(number(weights.by_class[int(target)], "w"), difference), whole)


def _huber_error(walk: Walk) -> Term:
    difference = _difference(walk, walk.unit(walk.last))
    return _shared(walk, made("clip", difference, -HUBER_DELTA, HUBER_DELTA), _size(walk))


def _hinge_error(walk: Walk) -> Term:
    unit = walk.unit(walk.last)
    t = _t(walk, unit)
    if t.value * _y(walk, unit).value >= 1:
        return number(0)
    return _shared(walk, made("negate", t), _size(walk))


def _plain_error(walk: Walk) -> Term:
    """(y - t) over all outputs of all samples"""
    return _shared(walk, _difference(walk, walk.unit(walk.last)), _size(walk))


ERRORS: dict[str, Callable[[Walk], Term]] = {
    "cross_entropy": _softmax_error,
    "binary_cross_entropy": _plain_error,
    "mse": lambda w: _shared(w, multiply(2, _difference(w, w.unit(w.last))), _size(w)),
    "mae": lambda w: _shared(w, made("sign", _difference(w, w.unit(w.last))), _size(w)),
    "huber": _huber_error,
    "hinge": _hinge_error,
    "label_smoothing": _smooth_error,
    "focal": _focal_error,
    "kl_divergence": _softmax_error,
    "poisson": _plain_error,
    "sequence_cross_entropy": _sequence_error,
}
