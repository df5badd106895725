"""The course of a run in bounded memory: as it grows long, neighbours are merged."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .marks import Marks

MAX_POINTS = 4096
# Batch losses wait until they are merged; beyond this many they are merged unasked.
MAX_PENDING_LOSSES = 100_000
POINTS_A_DRAIN = 16
MAX_UNTOLD_POINTS = 4096


# A stretch of a run: the step after it, the mean of its batch losses, the least and the greatest.
Point = tuple[int, float, float, float]
Merge = Callable[[float, float, int, int], float]


def _mean(a: float, b: float, m: int, n: int) -> float:
    return a + (b - a) * n / (m + n)


def _least(a: float, b: float, m: int, n: int) -> float:
    return min(a, b)


def _greatest(a: float, b: float, m: int, n: int) -> float:
    return max(a, b)


def _later(a: float, b: float, m: int, n: int) -> float:
    return b


@dataclass(slots=True)
class Series:
    """Named columns over steps, in bins of `width` steps.  A bin stands at its last step and holds
    what the columns' merges make of its values; as a run grows long the width doubles, so that early
    and late bins tell of equally many steps."""

    names: tuple[str, ...]
    merges: tuple[Merge, ...]
    steps: list[int] = field(default_factory=list)
    columns: list[list[float | None]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    width: int = 1

    def __post_init__(self) -> None:
        if not self.columns:
            self.columns = [[] for _ in self.names]
        if not self.counts:
            self.counts = [1] * len(self.steps)

    def append(self, step: int, values: Sequence[float | None], count: int = 1) -> None:
        """`count` is of how many values these are what was merged."""
        if self.steps and self._bin(self.steps[-1]) == self._bin(step):
            self._merge(step, values, count)
            return
        self.steps.append(step)
        self.counts.append(count)
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)
        if len(self.steps) > MAX_POINTS:
            self._widen()

    def cut(self, step: int) -> None:
        """Away with the points after `step`."""
        keep = bisect_right(self.steps, step)
        for column in (self.steps, self.counts, *self.columns):
            del column[keep:]

    def _bin(self, step: int) -> int:
        # Step 0, where a run begins, is a bin of its own.
        return (step + self.width - 1) // self.width

    def _merge(self, step: int, values: Sequence[float | None], count: int) -> None:
        known = self.counts[-1]
        for column, merge, value in zip(self.columns, self.merges, values, strict=True):
            before = column[-1]
            if before is None or value is None:
                column[-1] = before if value is None else value
            else:
                column[-1] = merge(before, value, known, count)
        self.steps[-1] = step
        self.counts[-1] = known + count

    def _widen(self) -> None:
        rows = list(zip(self.steps, zip(*self.columns, strict=True), self.counts, strict=True))
        self.width *= 2
        self.steps, self.counts = [], []
        self.columns = [[] for _ in self.names]
        for step, values, count in rows:
            self.append(step, values, count)


def bins(losses: NDArray[np.float64], first_step: int, most: int) -> list[Point]:
    """At most `most` points of a run of batch losses."""
    if not len(losses):
        return []
    edges = np.linspace(0, len(losses), min(most, len(losses)) + 1).round().astype(int)
    parts = [(int(stop), losses[start:stop]) for start, stop in pairwise(edges)]
    return [
        (first_step + stop, float(part.mean()), float(part.min()), float(part.max()))
        for stop, part in parts
    ]


def _losses() -> Series:
    return Series(("loss", "low", "high"), (_mean, _least, _greatest))


# What is kept of a measurement; accuracy stands for R2 where values are fitted.
MEASURED = (
    "train_loss", "test_loss", "accuracy", "test_accuracy", "balanced_accuracy",
    "test_balanced_accuracy",
)  # fmt: skip


def _measures() -> Series:
    return Series(MEASURED, (_later,) * len(MEASURED))


class Course:
    """A run so far: batch losses, merged to points as they grow many, measurements, and what was
    changed on the way."""

    def __init__(self) -> None:
        self.losses = _losses()
        self.measures = _measures()
        self.marks = Marks()
        self._pending: list[NDArray[np.float64]] = []
        self._pending_count = 0
        self._untold: list[Point] = []

    def add(self, losses: NDArray[np.float64], step: int) -> None:
        """The batch losses of the updates up to `step`."""
        self._pending.append(losses)
        self._pending_count += len(losses)
        if self._pending_count > MAX_PENDING_LOSSES:
            self.drain(step)

    def drain(self, step: int) -> None:
        """Merge the batch losses since the last call into at most 16 points."""
        if not self._pending_count:
            return
        points = self._waiting(step)
        before = step - self._pending_count
        for at, *values in points:
            self.losses.append(at, values, at - before)
            before = at
        self._pending, self._pending_count = [], 0
        self._untold = (self._untold + points)[-MAX_UNTOLD_POINTS:]

    def _waiting(self, step: int) -> list[Point]:
        waiting = np.concatenate(self._pending) if self._pending else np.zeros(0)
        return bins(waiting, step - self._pending_count, POINTS_A_DRAIN)

    def take_points(self, step: int) -> list[Point]:
        """The loss points since this was last called: whoever streams them misses none."""
        self.drain(step)
        points, self._untold = self._untold, []
        return points

    def record(self, step: int, point: tuple[float | None, ...]) -> None:
        """A measurement; one more at the same step takes the place of the last."""
        if self.measures.steps and self.measures.steps[-1] == step:
            for column, value in zip(self.measures.columns, point, strict=True):
                column[-1] = value
        else:
            self.measures.append(step, point)

    def until(self, step: int, now: int) -> "Course":
        """What of it was so at `step`, as a course of its own; `now` is the step it has come to."""
        course = Course.of_arrays(self.arrays(now))
        for series in (course.losses, course.measures):
            series.cut(step)
        course.marks.cut(step)
        return course

    def columns(self, step: int) -> dict[str, list[Any]]:
        """The history in columns, the losses that wait included; nothing is taken away."""
        waiting = self._waiting(step)
        return {
            "step": self.losses.steps + [point[0] for point in waiting],
            **{
                name: column + [point[i] for point in waiting]
                for i, (name, column) in enumerate(
                    zip(self.losses.names, self.losses.columns, strict=True), 1
                )
            },
            "test_step": self.measures.steps,
            **dict(zip(MEASURED, self.measures.columns, strict=True)),
            "marks": self.marks.as_records(),
        }

    def arrays(self, step: int) -> dict[str, NDArray[Any]]:
        """For a checkpoint."""
        columns = self.columns(step)
        as_float = [[np.nan if v is None else v for v in c] for c in self.measures.columns]
        return {
            "loss_steps": np.array(columns["step"], np.int64),
            "losses": np.array(columns["loss"], np.float64),
            "loss_ranges": np.array([columns["low"], columns["high"]], np.float64),
            "loss_counts": np.array(self._counts(step), np.int64),
            "widths": np.array([self.losses.width, self.measures.width], np.int64),
            "measure_steps": np.array(self.measures.steps, np.int64),
            "measures": np.array(as_float, np.float64).reshape(len(as_float), -1),
            "marks": self.marks.array(),
        }

    def _counts(self, step: int) -> list[int]:
        """Of how many batch losses each point is."""
        ends = [step - self._pending_count, *(point[0] for point in self._waiting(step))]
        return self.losses.counts + [b - a for a, b in pairwise(ends)]

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Course":
        course = cls()
        steps, losses = [int(step) for step in arrays["loss_steps"]], arrays["losses"].tolist()
        # Checkpoints of before knew the mean alone.
        ranges = arrays["loss_ranges"].tolist() if "loss_ranges" in arrays else [losses, losses]
        counts = [int(n) for n in arrays.get("loss_counts", [1] * len(steps))]
        widths = [int(w) for w in arrays.get("widths", [1, 1])]
        course.losses.steps, course.losses.counts = steps, counts
        course.losses.columns = [losses, *(list(column) for column in ranges)]
        course.losses.width = widths[0]
        columns = [[None if isnan(v) else v for v in row] for row in arrays["measures"].tolist()]
        steps = [int(step) for step in arrays["measure_steps"]]
        # Those of before knew no balanced accuracy.
        columns += [[None] * len(steps) for _ in MEASURED[len(columns) :]]
        course.measures.steps, course.measures.columns = steps, columns
        course.measures.counts, course.measures.width = [1] * len(steps), widths[1]
        if "marks" in arrays:
            course.marks = Marks.of_array(arrays["marks"])
        return course
