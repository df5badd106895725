"""Data of one's own that is kept by whoever serves it: a table, or pictures."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from .base import Dataset, Seed, Task, TestFraction, View
from .faults import Fault
from .pictures import Pictures, as_dataset
from .table import Table, scaled

# What an id of one's own may stand for.
OwnData = Table | Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A table or pictures of one's own, by the id that keeping them gave; whoever keeps them hands them in.

    What is drawn of it, and what suits it, follows from what was kept: `view` here is that of a table.
    """

    kind: Literal["own"] = "own"
    id: str = ""
    test_fraction: TestFraction = 0.25
    seed: Seed = 0
    fault: Fault = "none"

    view: ClassVar[View] = "table"
    task: ClassVar[Task] = "classification"
    summary: ClassVar[dict[str, str]] = {
        "en": "Your own table or pictures.",
        "zh": "自己的表格或图片。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Compare with the simplest answer, the most frequent class or the mean: what has it learned beyond?",
        "zh": "与最简单的答案（最多的类或平均值）比较：网络多学到了什么？",
    }

    def make_from(self, kept: OwnData) -> Dataset:
        """Of what `id` names."""
        if isinstance(kept, Pictures):
            return as_dataset(kept, self.test_fraction, self.seed, self.fault)
        return scaled(kept, self.test_fraction, self.seed, fault=self.fault)
