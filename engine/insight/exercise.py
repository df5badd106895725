"""Exercises from the network's own next update: worked lines with numbers left out.

Level 1 leaves out one number, level 2 a whole delta, level 3 the whole update of one weight: worked
examples that fade (Renkl & Atkinson 2003). The same seed, network and step make the same exercise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..errors import Reason, Refused
from ..experiment import Experiment
from .worked import Line, Walk, all_lines, leaves, plain, walk_of
from .worked.terms import Made, Term

LEVELS = (1, 2, 3)
HINTS = ("formula", "numbers", "substitution")
# What an answer may be off by: of the value itself, and of the largest number it is made of, for those
# are read rounded.
OF_VALUE, OF_TERMS = 0.01, 2e-4
MOST_NUMBERS = 14  # in a line that is to be worked out by hand

HintKind = Literal["formula", "numbers", "substitution"]


@dataclass(frozen=True, slots=True)
class Exercise:
    """`lines` to be read, in order, of which `blanks` (their places among the lines) are to be filled."""

    step: int
    seed: int
    level: int
    samples: list[int]
    sample: int
    lines: list[Line]
    blanks: list[int]


@dataclass(frozen=True, slots=True)
class Marked:
    """`hint`: the next one, where the answer is not right: 0 for the first, 1, 2"""

    right: bool
    hint: int | None


def exercise(experiment: Experiment, seed: int, level: int) -> Exercise:
    """Raises: Refused (no such level, or a network with nothing to ask about)"""
    if level not in LEVELS:
        raise Refused(
            "level",
            Reason("no_such_level", "levels go from {least} to {most}", least=1, most=LEVELS[-1]),
        )
    count = experiment.trainer.samples
    rng = np.random.default_rng([seed, level, 7])
    rows = [int(rng.integers(count))] if count else None
    walk = walk_of(experiment, rows)
    walk.look_at({}, {})
    # Other units than the first are worth asking about, too.
    walk.look_at({name: _some(rng, walk, i) for i, name in enumerate(walk.names)}, {})
    with np.errstate(all="ignore"):
        lines = all_lines(walk)
    make = {1: _one, 2: _delta, 3: _update}[level]
    kept, blanks = make(rng, walk, lines)
    if not blanks:
        raise Refused(
            "",
            Reason(
                "nothing_to_ask",
                "this network has no number that could be worked out by hand; take fewer inputs or units",
            ),
        )
    return Exercise(walk.before.step, seed, level, walk.rows, walk.rows[walk.n], kept, blanks)


def _some(rng: np.random.Generator, walk: Walk, i: int) -> tuple[int, ...]:
    """A unit of a row drawn; of images and sequences the telling one."""
    shape = walk.shape(i)
    return (int(rng.integers(shape[0])),) if len(shape) == 1 else walk.unit(i)


def _asked(line: Line) -> bool:
    """Whether it can be worked out by hand, and is worth it."""
    numbers = leaves(line.term)
    return (
        isinstance(line.term, Made)
        and len(numbers) <= MOST_NUMBERS
        and not _left_out(line.term)
        and np.isfinite(line.value)
        and all(np.isfinite(n.value) for n in numbers)
        and line.chapter not in (1, 2, 8)
    )


def _left_out(term: Term) -> bool:
    return isinstance(term, Made) and (term.more is not None or any(map(_left_out, term.of)))


def _one(rng: np.random.Generator, walk: Walk, lines: list[Line]) -> tuple[list[Line], list[int]]:
    """One number, with what leads up to it in its layer; every stage is asked about as often."""
    asked = [line for line in lines if _asked(line)]
    asked = [line for line in asked if line.value] or asked
    if not asked:
        return [], []
    stages = sorted({line.stage for line in asked})
    stage = stages[int(rng.integers(len(stages)))]
    worth = [line for line in asked if line.stage == stage]
    chosen = worth[int(rng.integers(len(worth)))]
    before = [
        line for line in lines
        if (line.stage, line.layer, line.chapter) == (chosen.stage, chosen.layer, chosen.chapter)
    ]  # fmt: skip
    kept = before[: before.index(chosen) + 1]
    first = max((k for k, line in enumerate(kept) if line.what == "gradient"), default=0)
    kept = kept[first:][-4:]
    return kept, [len(kept) - 1]


def _delta(rng: np.random.Generator, walk: Walk, lines: list[Line]) -> tuple[list[Line], list[int]]:
    """All numbers of one unit's way back; of a network without hidden layers the output's."""
    layers = [
        name
        for name in walk.names
        if any(line.layer == name and line.stage == "backward" and _asked(line) for line in lines)
    ]
    hidden = [name for name in layers if name != "output"] or layers
    if not hidden:
        return [], []
    name = hidden[int(rng.integers(len(hidden)))]
    kept = [
        line for line in lines
        if line.layer == name and line.stage in ("forward", "backward")
        and line.chapter not in (1, 2)
    ]  # fmt: skip
    return kept, [k for k, line in enumerate(kept) if line.stage == "backward" and _asked(line)]


def _update(
    rng: np.random.Generator, walk: Walk, lines: list[Line]
) -> tuple[list[Line], list[int]]:
    """From the gradient of one weight to its new value."""
    names = sorted({line.layer for line in lines if line.what == "gradient" and _asked(line)})
    names = names or [line.layer for line in lines if line.what == "gradient"]
    if not names:
        return [], []
    name = names[int(rng.integers(len(names)))]
    mine = [line for line in lines if line.layer == name and line.chapter == 7]
    ends = [k for k, line in enumerate(mine) if line.what in ("new_weight", "curvature_step")]
    kept = mine[: ends[0] + 1] if ends else []
    return kept, [k for k, line in enumerate(kept) if _asked(line)]


def marked(made: Exercise, answers: Mapping[str, float], hints: Mapping[str, int]) -> list[Marked]:
    """By blank, in order. An answer is named by its blank's number, "1" for the first; `hints` says how
    many have been given.  Raises: Refused, where there is no such blank"""
    names = [str(k + 1) for k in range(len(made.blanks))]
    for place, given in (("answers", answers), ("hints", hints)):
        for name in given:
            if name not in names:
                raise Refused(
                    f"{place}.{name}",
                    Reason(
                        "no_such_blank",
                        "there is no blank {name}; there are {names}",
                        name=name,
                        names=", ".join(names),
                    ),
                )
    return [_mark(made.lines[k], answers.get(n), hints.get(n, 0)) for n, k in zip(names, made.blanks, strict=True)]  # fmt: skip


def tolerance(line: Line) -> float:
    largest = max((abs(n.value) for n in leaves(line.term)), default=0.0)
    return max(OF_VALUE * abs(line.value), min(OF_TERMS * largest, 0.1 * abs(line.value)), 1e-9)


def _mark(line: Line, answer: float | None, given: int) -> Marked:
    right = answer is not None and abs(answer - line.value) <= tolerance(line)
    return Marked(right, None if right else min(given, len(HINTS) - 1))


def hint(line: Line, which: int) -> dict[str, Any]:
    """The formula in symbols, the numbers it needs, or the whole substitution."""
    kind = HINTS[which]
    if kind == "numbers":
        seen = {n.symbol: n.value for n in leaves(line.term) if n.symbol}
        return {"kind": kind, "numbers": [{"symbol": s, "value": v} for s, v in seen.items()]}
    return {
        "kind": kind,
        "term": symbols(plain(line.term)) if kind == "formula" else plain(line.term),
    }


def symbols(term: dict[str, Any]) -> dict[str, Any]:
    """A term as it goes over the wire, with the figures of what has a symbol left out."""
    if "op" in term:
        return {**term, "of": [symbols(part) for part in term["of"]], "more": term.get("more")}
    return {**term, "value": None} if "symbol" in term else term


def hidden(made: Exercise) -> list[tuple[Line, dict[str, Any] | None]]:
    """Every line with its term as it may be seen: none of a blank; elsewhere no number that is one."""
    asked = {(made.lines[k].left, made.lines[k].layer) for k in made.blanks}
    found: list[tuple[Line, dict[str, Any] | None]] = []
    for k, line in enumerate(made.lines):
        found.append(
            (line, None if k in made.blanks else _without(plain(line.term), asked, line.layer))
        )
    return found


def _without(term: dict[str, Any], asked: set[tuple[str, str]], layer: str) -> dict[str, Any]:
    if "op" in term:
        return {**term, "of": [_without(part, asked, layer) for part in term["of"]]}
    return {**term, "value": None} if (term.get("symbol"), layer) in asked else term


__all__ = ["Exercise", "Marked", "exercise", "hidden", "hint", "marked", "tolerance"]
