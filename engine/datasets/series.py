"""Series to forecast: from a window of values, the one `horizon` steps after it.

The series is split in time. The test windows come after the training windows and share no value
with them, and the scaling is that of the training part, so that nothing of the future leaks.
"""

from dataclasses import dataclass, replace
from math import pi
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval, Len

from ..errors import Reason, Refused
from .base import Array, Dataset, Noise, Samples, Seed, Task, TestFraction, View, check_size
from .labels import Labels, label
from .own import OwnData
from .reading.numbers import number_of
from .sunspots import FIRST_YEAR, NUMBERS
from .table import Table

Window = Annotated[int, Interval(ge=4, le=64)]
Horizon = Annotated[int, Interval(ge=1, le=24)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    window: Window = 24
    horizon: Horizon = 1
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "sequence"
    task: ClassVar[Task] = "regression"
    called: ClassVar[str] = "value"
    words: ClassVar[Labels]

    @property
    def _span(self) -> int:
        """Values from a window's first to its target, less one."""
        return self.window + self.horizon - 1

    def _dataset(
        self, series: Array, tests: int, called: str | None = None, words: Labels | None = None
    ) -> Dataset:
        """series: (length,), raw.  tests: how many windows are for testing  called, words: in place of
        the kind's own

        With L values, a window w and a horizon h there are L - (w + h - 1) windows, and with a test
        part as many less again: those that would straddle the two parts.
        """
        gap = self._span if tests else 0
        train = max(0, len(series) - self._span - gap - tests)
        known = series[: train + self._span]
        mean, deviation = known.mean(), known.std()
        series = (series - mean) / (deviation if deviation > 0 else 1.0)
        called, words = called or self.called, words or self.words
        series_name = words.series or label(called)
        starts = np.arange(train)
        test_starts = train + self._span + np.arange(tests)
        steps = np.arange(self.window)
        positions, test_positions = starts + self._span, test_starts + self._span
        return Dataset(
            inputs=series[starts[:, None] + steps][:, :, None],
            targets=series[positions][:, None],
            test_inputs=series[test_starts[:, None] + steps][:, :, None],
            test_targets=series[test_positions][:, None],
            view="sequence",
            task="regression",
            columns=(called,),
            class_names=(),
            plane=None,
            mean=np.full(1, mean),
            deviation=np.full(1, deviation if deviation > 0 else 1.0),
            identities=starts,
            target_mean=float(mean),
            target_deviation=float(deviation if deviation > 0 else 1.0),
            series=series,
            positions=positions,
            test_positions=test_positions,
            labels=replace(words, columns=(series_name,), target=series_name),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generated(_Series):
    """`samples` windows, of a series as long as they need."""

    samples: Samples = 400
    noise: Noise = 0.1

    def _drawn(self, length: int, rng: np.random.Generator) -> Array:
        raise NotImplementedError

    def make(self) -> Dataset:
        """Raises: Refused"""
        check_size(self.samples, (self.window, 1))
        tests = min(round(self.samples * self.test_fraction), max(0, self.samples - 1))
        length = self.samples + self._span * (2 if tests else 1)
        return self._dataset(self._drawn(length, np.random.default_rng([self.seed, 2])), tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sines(_Generated):
    """A sum of sines of random period (8 to 40 steps), phase and height.

    `noise` is the deviation added to every value.
    """

    kind: Literal["sines"] = "sines"
    samples: Samples = 800
    waves: Annotated[int, Interval(ge=1, le=3)] = 2
    summary: ClassVar[dict[str, str]] = {
        "en": "Two or three sines at once, to be carried on.",
        "zh": "两三个正弦叠加，预测后续的值。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Compare with repeating the last value. Set the horizon to 10: which of the two suffers more?",
        "zh": "与“重复最后一个值”比较。把预测步数改为 10：哪一个变差更多？",
    }

    words: ClassVar[Labels] = Labels(
        series=label("sum of sines", "正弦之和"), time=label("step", "时间步")
    )

    def _drawn(self, length: int, rng: np.random.Generator) -> Array:
        period = rng.uniform(8, 40, (self.waves, 1))
        phase = rng.uniform(0, 2 * pi, (self.waves, 1))
        height = rng.uniform(0.5, 1, (self.waves, 1))
        waves = height * np.sin(2 * pi * np.arange(length) / period + phase)
        return waves.sum(axis=0) + rng.normal(0, 1, length) * self.noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(_Generated):
    """A price that never was: trend, season and chance.

    The series is the logarithm of the price, log 100 + 0.05 y: a step of it is a return, and its
    swings are as wide at a high price as at a low one.  y = 0.002 t + sin(2 pi t / 25 + phase) + w.
    `noise` is the deviation of each step of the random walk w (Bachelier 1900).
    """

    kind: Literal["price"] = "price"
    horizon: Horizon = 5
    noise: Noise = 0.05
    summary: ClassVar[dict[str, str]] = {
        "en": "The logarithm of a made-up price: trend, season and a random walk.",
        "zh": "虚构价格的对数：趋势、季节与随机游走。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Five steps ahead it beats “as now”. With horizon 1 and noise 1 it is a walk: can anything beat it?",
        "zh": "预测五步，网络胜过“保持不变”。步数设为 1、噪声设为 1 就成了随机游走：还能胜出吗？",
    }
    called: ClassVar[str] = "log price"
    words: ClassVar[Labels] = Labels(
        series=label("logarithm of the price", "价格的对数"), time=label("step", "时间步")
    )

    def _drawn(self, length: int, rng: np.random.Generator) -> Array:
        time = np.arange(length)
        season = np.sin(2 * pi * time / 25 + rng.uniform(0, 2 * pi))
        walk = np.cumsum(rng.normal(0, 1, length) * self.noise)
        return np.log(100) + 0.05 * (0.002 * time + season + walk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunspots(_Series):
    """Yearly mean sunspot numbers, 1700 to 2008.  The seed changes nothing: they are measured."""

    kind: Literal["sunspots"] = "sunspots"
    summary: ClassVar[dict[str, str]] = {
        "en": "Sunspots, year by year from 1700 to 2008: a cycle of about eleven years.",
        "zh": "1700 至 2008 年逐年太阳黑子数：约十一年一个周期。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Does it see the next peak coming, or only follow? Compare with “next year as this year”.",
        "zh": "它能预见下一个高峰，还是只会跟随？与“明年同今年”比较。",
    }
    called: ClassVar[str] = "sunspots"
    words: ClassVar[Labels] = Labels(
        series=label("sunspot number", "太阳黑子数"),
        unit=label("yearly mean", "年平均"),
        time=label("year", "年份"),
        start=FIRST_YEAR,
    )

    def make(self) -> Dataset:
        both = len(NUMBERS) - 2 * self._span  # windows that a training and a test part leave
        tests = round(both * self.test_fraction)
        return self._dataset(np.array(NUMBERS, np.float64), tests)


LEAST_WINDOWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSeries(_Series):
    """A column of one's own table as a series: a row is a step of time, from the first to the last.

    The table is the one that `id` names; whoever keeps the tables hands it in. No `column` means the
    table's target. The seed changes nothing.
    """

    kind: Literal["own_series"] = "own_series"
    id: str = ""
    column: Annotated[str, Len(0, 80)] = ""

    summary: ClassVar[dict[str, str]] = {
        "en": "A column of your own table as a series to forecast.",
        "zh": "把自己表格的一列作为要预测的序列。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Compare with repeating the last value. Does it foresee turns, or only follow them?",
        "zh": "与“重复最后一个值”比较：它能预见转折，还是只会跟随？",
    }
    words: ClassVar[Labels] = Labels(time=label("row", "行"), start=1)

    def make_from(self, kept: OwnData) -> Dataset:
        """Raises: Refused (no table, no such column, words or gaps in it, or too few rows)"""
        if not isinstance(kept, Table):
            raise Refused(
                "id",
                Reason("series.no_table", "a series is a column of a table; choose one of those"),
            )
        table = kept
        name = self.column or table.target_name
        if table.dropped:
            raise Refused(
                "column",
                Reason(
                    "series.dropped",
                    "line {line} of the table was left out for an empty cell; a series needs every row",
                    line=table.dropped[0],
                ),
            )
        series = column_of(table, name)
        bad = np.flatnonzero(~np.isfinite(series))
        if len(bad):
            raise Refused(
                "column",
                Reason(
                    "series.gap",
                    "row {row} has no number in column '{column}'; a series needs one in every row",
                    row=int(bad[0]) + 1,
                    column=name,
                ),
            )
        both = len(series) - self._span
        both -= self._span if self.test_fraction > 0 else 0
        if both < LEAST_WINDOWS:
            raise Refused(
                "window",
                Reason(
                    "series.too_short",
                    "column '{column}' has {rows} values; with window {window} and horizon {horizon} it "
                    "takes {least} at least",
                    column=name,
                    rows=len(series),
                    window=self.window,
                    horizon=self.horizon,
                    least=len(series) - both + LEAST_WINDOWS,
                ),
            )
        tests = min(round(both * self.test_fraction), both - 1)
        return self._dataset(
            series, tests, name, _words(table, replace(self.words, series=label(name)))
        )


def _words(table: Table, words: Labels) -> Labels:
    """With what stands beside the rows along the axis: years, evenly apart, as numbers, so that it goes on
    beyond the end; dates and other words as they are."""
    if not table.row_names:
        return words
    words = replace(words, time=label(table.row_title) if table.row_title else words.time)
    times = [number_of(one) for one in table.row_names]
    if None not in times:
        steps = np.diff(np.array(times, np.float64))
        if np.allclose(steps, steps[0]):
            return replace(words, start=float(times[0] or 0), step=float(steps[0]))
    return replace(words, rows=table.row_names)


def column_of(table: Table, name: str) -> Array:
    """The numbers of one column, the target's too, NaN where there is none.  (rows,)

    Raises: Refused
    """
    if name in table.columns:
        return table.inputs[:, table.columns.index(name)]
    if name != table.target_name:
        raise Refused(
            "column",
            Reason(
                "table.no_such_column",
                "there is no column '{column}'; there are {columns}",
                column=name[:40],
                columns=", ".join((*table.columns, table.target_name))[:200],
            ),
        )
    if not table.class_names:
        return table.targets
    # Few different whole numbers were taken for classes: their names are the numbers.
    values = [number_of(one) for one in table.class_names]
    words = np.array([value is None for value in values])[table.targets.astype(np.int64)]
    if words.any():
        row = int(np.flatnonzero(words)[0])
        raise Refused(
            "column",
            Reason(
                "series.words",
                "row {row} of column '{column}' is '{cell}', which is no number",
                row=row + 1,
                column=name,
                cell=table.class_names[int(table.targets[row])][:20],
            ),
        )
    return np.array(values, np.float64)[table.targets.astype(np.int64)]


__all__ = ["OwnSeries", "Price", "Sines", "Sunspots"]
