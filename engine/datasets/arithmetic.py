"""Sums as text: a line like 12+34=46, each character from those before it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from .base import Dataset, Samples, Seed, Task, TestFraction, View, check_size, split
from .text import text_dataset

PAD = " "
VOCABULARY = tuple(sorted("\n0123456789+=" + PAD))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """Different sums of two numbers, each line ended by a line feed and filled up with spaces.

    The spaces after the end are not to be predicted; with `answers_only` nothing before the answer
    is either, for the numbers are chance. There are 100, 10 000 or a million different lines of 1,
    2 or 3 digits; `samples` beyond that gives all of them. No line is in both parts.
    """

    kind: Literal["arithmetic"] = "arithmetic"
    samples: Samples = 8000
    digits: Annotated[int, Interval(ge=1, le=3)] = 2
    answers_only: bool = True
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "text"
    task: ClassVar[Task] = "classification"
    summary: ClassVar[dict[str, str]] = {
        "en": "Sums written out: can it learn to add by reading?",
        "zh": "写成文字的加法：只靠阅读能学会吗？",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Which digit of the answer is right first, which last? Let it go on from 47+38= and check.",
        "zh": "答案的哪一位最先学对，哪一位最后？让它接着写 47+38= 并验算。",
    }

    def lines(self) -> list[str]:
        """Without the line feeds."""
        many = 10**self.digits
        rng = np.random.default_rng([self.seed, 2])
        pairs = rng.choice(many * many, min(self.samples, many * many), replace=False)
        return [f"{a}+{b}={a + b}" for a, b in (divmod(int(pair), many) for pair in pairs)]

    def whole(self) -> str:
        return "\n".join(self.lines())

    def make(self) -> Dataset:
        """Raises: Refused"""
        time = 3 * self.digits + 3  # 99+99=198 and its line feed, less the last: 9
        check_size(self.samples, (time,))
        lines = self.lines()
        filled = "".join((line + "\n").ljust(time + 1, PAD) for line in lines)
        numbers = {character: i for i, character in enumerate(VOCABULARY)}
        tokens = np.array([numbers[c] for c in filled], np.int64).reshape(-1, time + 1)
        targets = tokens[:, 1:].copy()
        targets[targets == numbers[PAD]] = -1
        if self.answers_only:
            answered = np.cumsum(tokens[:, :-1] == numbers["="], axis=1) > 0
            targets[~answered] = -1
        inputs = tokens[:, :-1].astype(np.float64)
        rng = np.random.default_rng([self.seed, 3])
        train, test = split(inputs, targets, self.test_fraction, rng)
        return text_dataset(
            inputs=inputs[train],
            targets=targets[train],
            test_inputs=inputs[test],
            test_targets=targets[test],
            vocabulary=VOCABULARY,
            padding=numbers[PAD],
        )


__all__ = ["Arithmetic"]
