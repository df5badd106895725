"""Arithmetic as data: what a number was made of, to be shown once in symbols, once in figures.

A term is a Number (with its symbol, and where in the trace it stands) or Made of others by an
operation. A page sets one tree twice: `w_1,2 x_1 + b_2` and `0.15 · 0.05 + 0.35`.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

# Of a longer sum so many terms are shown, the largest; the rest is one number.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Where:
    """One number of the trace: `array` as the trace's entries name it; sample first in `index` but
    for parameters."""

    layer: str
    array: str
    index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """`symbol`: a letter with its marks, `w^(1)_2,3`; empty for what is a number in the formula too."""

    value: float
    symbol: str = ""
    at: Where | None = None


@dataclass(frozen=True, slots=True)
class More:
    """The terms of a sum that are not shown: how many, and what they add up to."""

    count: int
    value: float


@dataclass(frozen=True, slots=True)
class Made:
    """`op` of `OPERATIONS`; `more` in sums alone."""

    op: str
    of: tuple["Term", ...]
    more: More | None = None


Term = Number | Made


def _normal_cdf(z: float) -> float:
    from math import erf, sqrt

    return 0.5 * (1 + erf(z / sqrt(2)))


# What each operation computes, in float64.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda *terms: sum(terms),
    "subtract": lambda a, b: a - b,
    "multiply": lambda *factors: np.prod(factors),
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "negate": lambda a: -a,
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "max": lambda *of: max(of),
    "min": lambda *of: min(of),
    "clip": lambda a, low, high: min(max(a, low), high),
    "sigma": lambda z: 1 / (1 + np.exp(-z)),
    "Phi": _normal_cdf,
    "phi": lambda z: np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi),
    "positive": lambda z: float(z > 0),  # [z > 0]
}


def value_of(term: Term) -> float:
    """What a term comes to, in float64."""
    if isinstance(term, Number):
        return term.value
    with np.errstate(all="ignore"):
        values = [np.float64(value_of(part)) for part in term.of]
        found = float(OPERATIONS[term.op](*values))
    return found + term.more.value if term.more else found


def short(value: float) -> float:
    """A float32 in the shortest form that gives it back, as answers have it."""
    narrow = np.float32(value)
    return float(str(narrow)) if float(narrow) == value else value


def plain(term: Term) -> dict[str, Any]:
    """As it goes over the wire."""
    if isinstance(term, Number):
        said: dict[str, Any] = {"value": short(term.value)}
        if term.symbol:
            said["symbol"] = term.symbol
        if term.at:
            said["at"] = asdict(term.at)
        return said
    more = {"more": asdict(term.more)} if term.more else {}
    return {"op": term.op, "of": [plain(part) for part in term.of], **more}


def leaves(term: Term) -> list[Number]:
    """Every number in it, from left to right."""
    return [term] if isinstance(term, Number) else [n for part in term.of for n in leaves(part)]


def number(value: float, symbol: str = "", at: Where | None = None) -> Number:
    return Number(float(value), symbol, at)


def _part(term: Term | float) -> Term:
    return number(term) if isinstance(term, (int, float)) else term


def made(op: str, *of: Term | float) -> Made:
    return Made(op, tuple(_part(part) for part in of))


def add(*terms: Term | float) -> Term:
    """A sum; sums in it are laid out as its own terms."""
    parts: list[Term] = []
    count, rest = 0, 0.0
    for term in map(_part, terms):
        if isinstance(term, Number) or term.op != "add":
            parts.append(term)
            continue
        parts += term.of
        if term.more:
            count, rest = count + term.more.count, rest + term.more.value
    if len(parts) == 1 and not count:
        return parts[0]
    return Made("add", tuple(parts), More(count, rest) if count else None)


def multiply(*factors: Term | float) -> Term:
    return _part(factors[0]) if len(factors) == 1 else made("multiply", *factors)


def total(
    values: Sequence[float] | Array, term: Callable[[int], Term], *plus: Term, shown: int = SHOWN
) -> Term:
    """The sum of terms, of which the largest are shown in their order, and of what comes `plus`.

    values: what each term comes to  term: makes the k-th, asked only for those shown
    """
    sizes = np.asarray(values, np.float64)
    count = len(sizes)
    kept = range(count)
    more = None
    if count > shown + 1:
        largest = np.argsort(-np.abs(sizes), kind="stable")[:shown]
        kept = sorted(largest.tolist())
        more = More(count - shown, float(np.delete(sizes, largest).sum()))
    terms = [*(term(k) for k in kept), *plus]
    if not terms:
        return number(0)
    return Made("add", tuple(terms), more) if more or len(terms) > 1 else terms[0]
