"""What a case of the clinic is: a network with a fault planted, and what it is to reach when cured."""

from dataclasses import dataclass, field
from typing import Any, Literal

from ..insight.findings import Illness
from ..spec import NetworkSpec

Words = dict[str, str]
Metric = Literal["accuracy", "test_accuracy", "r2", "test_r2", "leaked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Of the network after the goal's steps. `leaked` is the share of test samples that are training
    samples; the others are metrics as frames have them."""

    metric: Metric
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float | None) -> bool:
        if value is None:
            return False
        low, high = self.at_least, self.at_most
        return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """All conditions hold after so many updates from the spec's own seed. `same` are the parts of the
    spec that must be as in the case, `free` those in them that may be changed all the same."""

    conditions: tuple[Condition, ...]
    steps: int
    same: tuple[str, ...] = ("dataset", "features", "seed")
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`story` says what is seen, hints lead from where to look to what to change; `finding` is what a
    diagnosis calls the fault after `shown` updates. `remedy` is a patch that reaches the goal."""

    name: str
    title: Words
    story: Words
    spec: NetworkSpec
    goal: Goal
    hints: tuple[Words, Words, Words]
    explanation: Words
    finding: Illness
    remedy: dict[str, Any] = field(default_factory=dict[str, Any])
    shown: int = 300


def words(en: str, zh: str) -> Words:
    return {"en": en, "zh": zh}


def accuracy(least: float, steps: int, *, free: tuple[str, ...] = ()) -> Goal:
    """So much of the test part right."""
    return Goal(
        conditions=(Condition(metric="test_accuracy", at_least=least),), steps=steps, free=free
    )


__all__ = ["Case", "Condition", "Goal", "Metric", "Words", "accuracy", "words"]
