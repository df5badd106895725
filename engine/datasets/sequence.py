"""Sequences to judge as a whole: (time, features) to a class or a value."""

from dataclasses import dataclass
from math import pi
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from .base import (
    Array,
    Dataset,
    Noise,
    Samples,
    Seed,
    Task,
    TestFraction,
    View,
    check_size,
    divided,
)
from .labels import Labels, label, labels


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequences:
    samples: Samples = 400
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "sequence"
    task: ClassVar[Task] = "classification"
    columns: ClassVar[tuple[str, ...]]
    class_names: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[Labels]

    def _time(self) -> int:
        raise NotImplementedError

    def _drawn(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """(samples, time, features), and classes (samples,) or values (samples, 1)"""
        raise NotImplementedError

    def make(self) -> Dataset:
        """Raises: Refused"""
        check_size(self.samples, (self._time(), len(self.columns)))
        rng = np.random.default_rng([self.seed, 2])
        inputs, targets = self._drawn(rng)
        return divided(
            inputs,
            targets,
            self.test_fraction,
            rng,
            view="sequence",
            task=self.task,
            columns=self.columns,
            class_names=self.class_names,
            labels=self.words,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveforms(_Sequences):
    """Sine, square wave, sawtooth or noise, of random frequency (1.5 to 4 waves), phase and height.

    `noise` is the deviation added to every value. All four are equally loud: the same root mean
    square at the same height.
    """

    kind: Literal["waveforms"] = "waveforms"
    samples: Samples = 800
    length: Annotated[int, Interval(ge=16, le=128)] = 48
    noise: Noise = 0.1
    summary: ClassVar[dict[str, str]] = {
        "en": "Sine, square, saw or noise: which of the four is it?",
        "zh": "正弦、方波、锯齿还是噪声：是哪一种？",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Watch the hidden state read a wave. Shorten them to 16 steps: which two are mixed up first?",
        "zh": "看隐藏状态如何读一个波形。把长度缩到 16：哪两种最先混淆？",
    }
    columns: ClassVar[tuple[str, ...]] = ("value",)
    class_names: ClassVar[tuple[str, ...]] = ("sine", "square", "saw", "noise")
    words: ClassVar[Labels] = Labels(
        columns=labels(("value", "数值")),
        classes=labels(("sine", "正弦"), ("square", "方波"), ("saw", "锯齿波"), ("noise", "噪声")),
        target=label("waveform", "波形"),
        time=label("step", "时间步"),
    )

    def _time(self) -> int:
        return self.length

    def _drawn(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.arange(self.samples) % 4
        frequency, phase, height = (
            rng.uniform(low, high, (self.samples, 1)) for low, high in ((1.5, 4), (0, 1), (0.5, 1))
        )
        turns = frequency * np.arange(self.length) / self.length + phase
        values = rng.normal(0, 1, (self.samples, self.length))  # the fourth kind is noise
        values[::4] = np.sin(2 * pi * turns[::4]) * 2**0.5
        values[1::4] = np.where(turns[1::4] % 1 < 0.5, 1, -1)
        values[2::4] = (turns[2::4] % 1 * 2 - 1) * 3**0.5
        values *= height
        values += rng.normal(0, 1, values.shape) * self.noise
        return values[:, :, None], labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding(_Sequences):
    """The adding problem (Hochreiter & Schmidhuber 1997, experiment 4): numbers of 0 to 1, two of
    them marked, whose sum is wanted. Always answering 1 leaves a mean squared error of 1/6.

    One mark in each half and plain sums, as Le, Jaitly & Hinton 2015, not the original's scaling.
    """

    kind: Literal["adding"] = "adding"
    samples: Samples = 1000
    length: Annotated[int, Interval(ge=5, le=100)] = 30
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "Add the two marked numbers of a long row: what recurrent memory is for.",
        "zh": "把长序列里被标记的两个数相加：需要长期记忆。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "The loss waits near 0.17, then falls all at once. Put a simple RNN for the GRU: does it still?",
        "zh": "损失先停在 0.17 附近，然后骤降。把 GRU 换成简单 RNN：还会吗？",
    }
    columns: ClassVar[tuple[str, ...]] = ("value", "marker")
    words: ClassVar[Labels] = Labels(
        columns=labels(("value", "数值"), ("marker", "标记")),
        target=label("sum of the marked numbers", "被标记数之和"),
        time=label("step", "时间步"),
    )

    def _time(self) -> int:
        return self.length

    def _drawn(self, rng: np.random.Generator) -> tuple[Array, Array]:
        half = self.length // 2
        rows = np.arange(self.samples)
        inputs = np.zeros((self.samples, self.length, 2))
        inputs[:, :, 0] = rng.uniform(0, 1, (self.samples, self.length))
        inputs[rows, rng.integers(0, half, self.samples), 1] = 1
        inputs[rows, rng.integers(half, self.length, self.samples), 1] = 1
        return inputs, (inputs[:, :, 0] * inputs[:, :, 1]).sum(axis=1)[:, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(_Sequences):
    """The first step tells one of four classes, noise follows, and at the end the class is asked.

    The latch problem of Bengio, Simard & Frasconi 1994, with the sign in columns of its own: what is to
    be kept is plain, so only keeping it is hard. Two columns say nothing: noise of twice the deviation
    `noise`, loud enough to drive the state of a simple RNN about.
    """

    kind: Literal["memory"] = "memory"
    samples: Annotated[int, Interval(ge=0, le=7_000)] = 400  # as many as fit at any length
    length: Annotated[int, Interval(ge=2, le=128)] = 60
    noise: Noise = 1.0
    summary: ClassVar[dict[str, str]] = {
        "en": "The class is told in the first step and asked after the last: what can remember so long?",
        "zh": "第一步告诉类别，最后一步才问：谁能记这么久？",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "An LSTM keeps it. Put a simple RNN in its place: it guesses. How short must the row be for it?",
        "zh": "LSTM 记得住。换成简单 RNN 就只能猜：序列要多短它才记得住？",
    }
    columns: ClassVar[tuple[str, ...]] = ("A", "B", "C", "D", "noise 1", "noise 2")
    class_names: ClassVar[tuple[str, ...]] = ("A", "B", "C", "D")
    words: ClassVar[Labels] = Labels(
        columns=labels("A", "B", "C", "D", ("noise 1", "噪声 1"), ("noise 2", "噪声 2")),
        target=label("first sign", "第一个信号"),
        time=label("step", "时间步"),
    )

    def _time(self) -> int:
        return self.length

    def _drawn(self, rng: np.random.Generator) -> tuple[Array, Array]:
        told = np.arange(self.samples) % 4
        inputs = np.zeros((self.samples, self.length, 6))
        inputs[np.arange(self.samples), 0, told] = 1
        inputs[:, 1:, 4:] = rng.normal(0, 1, (self.samples, self.length - 1, 2)) * (2 * self.noise)
        return inputs, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Brackets(_Sequences):
    """Rows of brackets, half of them balanced.

    The others are balanced rows spoilt: one bracket turned round, or an opening and a later closing
    one exchanged, after which the counts still agree and only the order tells.
    """

    kind: Literal["brackets"] = "brackets"
    samples: Samples = 1000
    pairs: Annotated[int, Interval(ge=2, le=32)] = 10
    summary: ClassVar[dict[str, str]] = {
        "en": "Are the brackets balanced? Counting them is not enough.",
        "zh": "括号是否配对？只数个数还不够。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Once it has learned, set pairs to 20: does what it knows of short rows hold for long ones?",
        "zh": "学会之后把括号对数改为 20：短序列上学到的对长序列还管用吗？",
    }
    columns: ClassVar[tuple[str, ...]] = ("(", ")")
    class_names: ClassVar[tuple[str, ...]] = ("unbalanced", "balanced")
    words: ClassVar[Labels] = Labels(
        classes=labels(("unbalanced", "不配对"), ("balanced", "配对")),
        target=label("brackets", "括号"),
        time=label("place", "位置"),
    )

    def _time(self) -> int:
        return 2 * self.pairs

    def _drawn(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.arange(self.samples) % 2
        steps = _balanced(self.samples, self.pairs, rng)
        spoilt = np.flatnonzero(labels == 0)
        turned, exchanged = spoilt[::2], spoilt[1::2]
        steps[turned, rng.integers(0, 2 * self.pairs, len(turned))] *= -1
        steps[exchanged] = _exchanged(steps[exchanged], rng)
        return np.stack([steps == 1, steps == -1], axis=2).astype(np.float64), labels


def _balanced(rows: int, pairs: int, rng: np.random.Generator) -> Array:
    """Balanced rows, 1 for "(" and -1 for ")", each as likely as any other.  (rows, 2 pairs)

    With depth k and r brackets to come the next one closes with probability
    k (k + r + 2) / (2 r (k + 1)).  (Arnold & Sleep 1980)
    """
    steps = np.ones((rows, 2 * pairs), np.int64)
    depth = np.zeros(rows, np.int64)
    for i in range(2 * pairs):
        left = 2 * pairs - i
        closes = rng.uniform(size=rows) * (2 * left * (depth + 1)) < depth * (depth + left + 2)
        steps[closes, i] = -1
        depth += steps[:, i]
    return steps


def _exchanged(steps: Array, rng: np.random.Generator) -> Array:
    """One "(" and one later ")" of every row exchanged such that the row is not balanced.

    Between the two the depth falls by 2. So it does the work wherever the depth comes down to 1
    there; other choices are drawn again, and the first and last bracket always do.
    """
    rows = np.arange(len(steps))
    spoilt = steps.copy()
    spoilt[:, 0], spoilt[:, -1] = -1, 1
    waiting = rows
    for _ in range(32):
        i, j = np.sort(rng.integers(0, steps.shape[1], (2, len(waiting))), axis=0)
        tried = steps[waiting]
        places = np.arange(len(waiting))
        tried[places, i], tried[places, j] = -1, 1
        fits = (steps[waiting, i] == 1) & (steps[waiting, j] == -1)
        fits &= np.cumsum(tried, axis=1).min(axis=1) < 0
        spoilt[waiting[fits]] = tried[fits]
        waiting = waiting[~fits]
    return spoilt


__all__ = ["Adding", "Brackets", "Memory", "Waveforms"]
