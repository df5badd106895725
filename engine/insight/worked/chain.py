"""One weight's chain: the strongest way from the loss to the weight, as a product of factors.

The gradient of a weight is a sum over all ways that lead from it to the loss (and over samples, places
and steps); every way is a product. This follows, from the weight up, the largest term of every sum.
"""

from dataclasses import dataclass

from .backward import came_back, slope_of, softmax_back
from .gradients import GRADIENTS, place_of
from .line import Index, Walk
from .terms import Made, Number, Term, Where, leaves, made, number, value_of


@dataclass(frozen=True, slots=True)
class Factor:
    """what: `input`, `slope`, `weight`, `error`, or `factor` of another kind"""

    what: str
    layer: str
    term: Term
    value: float


@dataclass(frozen=True, slots=True)
class Chain:
    """`factors` from the weight up to the loss; their product is `value`, which is the share
    `value / gradient` of the whole. `place`: which number of the parameter  `local`: error at the
    unit, slope of its curve, what came in: they make the whole gradient, where it is one product"""

    place: Index
    gradient: float
    value: float
    factors: tuple[Factor, ...]
    local: tuple[Factor, ...]


def chain(walk: Walk, i: int, part: str) -> Chain:
    """Of the number of that parameter that is looked at."""
    place = place_of(walk, i, part)
    whole = GRADIENTS[walk.layers[i].kind](walk, i, part, place)
    strongest = _strongest(whole)
    delta, rest = _apart(strongest)
    factors = [_factor(walk, "input", i, part) for part in rest]
    if delta is None:
        factors = [_factor(walk, "factor", i, strongest)]
    else:
        factors += _above(walk, delta)
    product = 1.0
    for factor in factors:
        product *= factor.value
    local = _local(walk, i, delta, rest) if strongest is whole and delta is not None else ()
    return Chain(place, value_of(whole), product, tuple(factors), local)


def _local(walk: Walk, i: int, where: Where, came_in: list[Term]) -> tuple[Factor, ...]:
    unit = where.index[1:]
    arrived = [_factor(walk, "input", i, part) for part in came_in]
    slope = None
    if not walk.layers[i].over_time and walk.layers[i].function and "z" in walk.made.caches[i]:
        fused = i == walk.last and walk.made.network.loss_record.fused
        slope = None if fused else slope_of(walk, i, unit)
    if slope is None:
        return (_factor(walk, "error", i, walk.delta(i, unit)), *arrived)
    came = (
        number(walk.made.back[i][(walk.n, *unit)], walk.output_symbol("dy", unit))
        if i == walk.last
        else came_back(walk, i, unit)[0]
    )
    return (_factor(walk, "error", i, came), _factor(walk, "slope", i, slope), *arrived)


def _factor(walk: Walk, what: str, i: int, term: Term) -> Factor:
    return Factor(what, walk.names[i], term, value_of(term))


def _strongest(term: Term) -> Term:
    """The largest term of a sum."""
    while isinstance(term, Made) and term.op == "add":
        term = max(term.of, key=lambda part: abs(value_of(part)))
    return term


def _is_delta(term: Term) -> bool:
    return isinstance(term, Number) and term.at is not None and term.at.array == "delta"


def _apart(term: Term) -> tuple[Where | None, list[Term]]:
    """A product's delta, and its other factors."""
    if _is_delta(term):
        return leaves(term)[0].at, []
    if isinstance(term, Made) and term.op == "multiply":
        found = [part for part in term.of if _is_delta(part)]
        if found:
            return leaves(found[0])[0].at, [part for part in term.of if part is not found[0]]
    if isinstance(term, Made) and term.op == "divide" and _is_delta(term.of[0]):
        return leaves(term.of[0])[0].at, [made("divide", number(1), term.of[1])]
    return None, [term]


def _above(walk: Walk, where: Where) -> list[Factor]:
    """The factors of a delta, upwards."""
    i, (n, *rest) = walk.names.index(where.layer), where.index
    unit, looked = tuple(rest), walk.n
    if i == walk.last or walk.layers[i].over_time:
        delta = walk.delta(i, unit, n if walk.batch > 1 else None)
        return [_factor(walk, "error", i, delta)]
    walk.n = n  # the strongest way may go through another sample of the batch
    try:
        term = came_back(walk, i, unit)[1]
        factors: list[Factor] = []
        if walk.layers[i].function is not None and "z" in walk.made.caches[i]:
            slope = slope_of(walk, i, unit)
            if slope is None:
                return [_factor(walk, "error", i, softmax_back(walk, i, unit))]
            factors.append(_factor(walk, "slope", i, slope))
        delta, others = _apart(_strongest(term))
        factors += [_factor(walk, "weight", i + 1, other) for other in others]
        if delta is None:
            return factors
        return factors + _above(walk, delta)
    finally:
        walk.n = looked
