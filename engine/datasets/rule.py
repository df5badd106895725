"""A plane that somebody lays out by a rule in x and y."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Len

from ..errors import Reason, Refused
from ..formulas import MAX_LENGTH, Node, is_rule, parse_rule, value_of
from .base import Array, Dataset, Noise, Task
from .plane import HALF_WIDTH, OnPlane

REACH = 2.8  # as far out as points are drawn
MOST = 1e6  # of a value; beyond it, it is taken for none
_ROUNDS = 8
_SIDE = 61


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(OnPlane):
    """Class B where a rule holds and A where it does not; or the values of a formula.

    `noise` moves points after they have got their class. To values it adds that many of their deviations over
    the plane, in which they are also learned.
    """

    kind: Literal["rule"] = "rule"
    rule: Annotated[str, Len(1, MAX_LENGTH)] = "y > sin(3*x)"
    noise: Noise = 0.0
    summary: ClassVar[dict[str, str]] = {
        "en": "Two classes by a rule that you type, or the values of a formula.",
        "zh": "由输入的规则分成两类，或拟合公式的值。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Type x^2 + y^2 < 4, then abs(x) + abs(y) < 2: which needs more units, and why?",
        "zh": "输入 x^2 + y^2 < 4，再输入 abs(x) + abs(y) < 2：哪个需要更多单元？为什么？",
    }

    def make(self) -> Dataset:
        """Raises: Refused (no rule, or nothing to tell apart)"""
        made = OnPlane.make(self)
        if made.classes:
            return made
        centre, spread = _centre_and_spread(_checked(self.rule))
        return replace(made, target_mean=centre, target_deviation=spread)

    def _fits(self) -> Task:
        return task_of(self.rule)

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        tree = _checked(self.rule)
        points = rng.uniform(-REACH, REACH, (self.samples, 2))
        if is_rule(tree):
            labels = _values(tree, points).astype(np.int64)
            return points + self._jitter(rng), labels
        values = _values(tree, points)
        for _ in range(_ROUNDS):  # what fell where there is no value is drawn anew
            lost = np.flatnonzero(np.isnan(values))
            if not len(lost):
                break
            points[lost] = rng.uniform(-REACH, REACH, (len(lost), 2))
            values[lost] = _values(tree, points[lost])
        if np.isnan(values).any():
            raise _hardly_anywhere()
        centre, spread = _centre_and_spread(tree)
        noise = rng.normal(0, 1, self.samples) * self.noise
        return points, (values - centre) / spread + noise


def task_of(rule: str) -> Task:
    """What is to be learned of a rule; of one that is none it is no matter.  Never raises."""
    try:
        return "classification" if is_rule(parse_rule(rule)) else "regression"
    except Refused:
        return "classification"


def _checked(rule: str) -> Node:
    """Raises: Refused"""
    tree = parse_rule(rule)
    if not is_rule(tree):
        return tree
    holds = _values(tree, _grid())
    if holds.all() or not holds.any():
        held = bool(holds.any())
        raise Refused(
            "rule",
            Reason("rule.everywhere", "the rule holds everywhere on the plane, from -3 to 3: there is nothing to tell apart")
            if held
            else Reason("rule.nowhere", "the rule holds nowhere on the plane, from -3 to 3: there is nothing to tell apart"),
        )  # fmt: skip
    return tree


def _values(tree: Node, points: Array) -> Array:
    """NaN where there is none."""
    found: Any = value_of(tree, points[:, 0], points[:, 1])
    if is_rule(tree):
        return found
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(found) <= MOST, found, np.nan)


def _grid() -> Array:
    """Over all that is seen of the plane.  (points, 2)"""
    line = np.linspace(-HALF_WIDTH, HALF_WIDTH, _SIDE)
    return np.stack([a.ravel() for a in np.meshgrid(line, line)], axis=1)


def _centre_and_spread(tree: Node) -> tuple[float, float]:
    """Of the plane itself, so that they are the same whatever is drawn of it.  Raises: Refused"""
    values = _values(tree, _grid())
    known = values[~np.isnan(values)]
    if not len(known):
        raise _hardly_anywhere()
    spread = float(known.std())
    return float(known.mean()), spread if spread > 1e-9 * float(np.abs(known).max()) else 1.0


def _hardly_anywhere() -> Refused:
    return Refused(
        "rule",
        Reason(
            "rule.undefined",
            "the formula has a value between -1e6 and 1e6 hardly anywhere on the plane, from -3 to 3",
        ),
    )


__all__ = ["Rule", "task_of"]
