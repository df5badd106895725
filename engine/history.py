"""The course of a run in bounded memory: as it grows, neighbours are merged pair by pair."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 4096


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
