"""The course of a run in bounded memory: as it grows, neighbours are merged pair by pair."""

from bisect import bisect_right
from collections.abc import Mapping
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


@dataclass(slots=True)
class Series:
    """Named columns over steps.  A merged point stands at its later step and holds the mean."""

    names: tuple[str, ...]
    steps: list[int] = field(default_factory=list)
    columns: list[list[float | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.columns:
            self.columns = [[] for _ in self.names]

    def append(self, step: int, values: tuple[float | None, ...]) -> None:
        self.steps.append(step)
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)
        if len(self.steps) > MAX_POINTS:
            self._halve()

    def cut(self, step: int) -> None:
        """Away with the points after `step`."""
        keep = bisect_right(self.steps, step)
        for column in (self.steps, *self.columns):
            del column[keep:]

    def _halve(self) -> None:
        # The newest quarter stays as it is, so that the end of the curve keeps its detail.
        keep = len(self.steps) * 3 // 4 // 2 * 2
        self.steps[:keep] = self.steps[1:keep:2]
        for column in self.columns:
            merged = []
            for a, b in zip(column[0:keep:2], column[1:keep:2], strict=True):
                merged.append(b if a is None else a if b is None else (a + b) / 2)
            column[:keep] = merged


def bins(losses: NDArray[np.float64], first_step: int, most: int) -> list[tuple[int, float]]:
    """At most `most` points (step after which, mean loss) of a run of batch losses."""
    if not len(losses):
        return []
    edges = np.linspace(0, len(losses), min(most, len(losses)) + 1).round().astype(int)
    return [
        (first_step + int(stop), float(losses[start:stop].mean()))
        for start, stop in pairwise(edges)
    ]


class Course:
    """A run so far: batch losses, merged to points as they grow many, measurements, and what was
    changed on the way."""

    def __init__(self) -> None:
        self.losses = Series(("loss",))
        self.measures = Series(("train_loss", "test_loss", "accuracy", "test_accuracy"))
        self.marks = Marks()
        self._pending: list[NDArray[np.float64]] = []
        self._pending_count = 0
        self._untold: list[tuple[int, float]] = []

    def add(self, losses: NDArray[np.float64], step: int) -> None:
        """The batch losses of the updates up to `step`."""
        self._pending.append(losses)
        self._pending_count += len(losses)
        if self._pending_count > MAX_PENDING_LOSSES:
            self.drain(step)

    def drain(self, step: int) -> None:
        """Merge the batch losses since the last call into at most 16 points (step, mean loss)."""
        if not self._pending_count:
            return
        points = self._waiting(step)
        for at, loss in points:
            self.losses.append(at, (loss,))
        self._pending, self._pending_count = [], 0
        self._untold = (self._untold + points)[-MAX_UNTOLD_POINTS:]

    def _waiting(self, step: int) -> list[tuple[int, float]]:
        waiting = np.concatenate(self._pending) if self._pending else np.zeros(0)
        return bins(waiting, step - self._pending_count, POINTS_A_DRAIN)

    def take_points(self, step: int) -> list[tuple[int, float]]:
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

    def cut(self, step: int) -> None:
        """Away with what came after `step`."""
        for series in (self.losses, self.measures):
            series.cut(step)
        self.marks.cut(step)
        self._pending, self._pending_count, self._untold = [], 0, []

    def columns(self, step: int) -> dict[str, list[Any]]:
        """The history in columns, the losses that wait included; nothing is taken away."""
        waiting = self._waiting(step)
        train_loss, test_loss, quality, test_quality = self.measures.columns
        return {
            "step": self.losses.steps + [at for at, _ in waiting],
            "loss": self.losses.columns[0] + [loss for _, loss in waiting],
            "test_step": self.measures.steps,
            "train_loss": train_loss,
            "test_loss": test_loss,
            "accuracy": quality,
            "test_accuracy": test_quality,
            "marks": self.marks.as_records(),
        }

    def arrays(self, step: int) -> dict[str, NDArray[Any]]:
        """For a checkpoint."""
        columns = self.columns(step)
        as_float = [[np.nan if v is None else v for v in c] for c in self.measures.columns]
        return {
            "loss_steps": np.array(columns["step"], np.int64),
            "losses": np.array(columns["loss"], np.float64),
            "measure_steps": np.array(self.measures.steps, np.int64),
            "measures": np.array(as_float, np.float64).reshape(len(as_float), -1),
            "marks": self.marks.array(),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Course":
        course = cls()
        steps = [int(step) for step in arrays["loss_steps"]]
        course.losses = Series(("loss",), steps, [arrays["losses"].tolist()])
        columns = [[None if isnan(v) else v for v in row] for row in arrays["measures"].tolist()]
        steps = [int(step) for step in arrays["measure_steps"]]
        course.measures = Series(course.measures.names, steps, columns)
        if "marks" in arrays:
            course.marks = Marks.of_array(arrays["marks"])
        return course
